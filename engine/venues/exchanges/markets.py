"""The public side of an exchange's account: quotes and prints of its instruments, watched for silence."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from functools import partial

from engine.domain import phrases
from engine.domain.market import PublicTrade, Quote
from engine.domain.messages import VenueEvent
from engine.domain.order import Order, OrderKind, Side
from engine.domain.sentences import say
from engine.errors import UsageError, VenueUnavailable
from engine.venues.bars import MinuteBars
from engine.venues.clock import Clock
from engine.venues.exchanges.dialect import Listed, PublicWord
from engine.venues.silence import Silence
from engine.venues.tape import TopOfBook, instant

#: Prints must not be dropped; whoever is so far behind begins anew.
MOST_WAITING = 50_000
#: So long after the beginning every stream is subscribed.
SUBSCRIBED_S = 1.0


class Markets:
    """The instruments of one account. Of quotes the newest of each waits to be taken, of prints all, in order."""

    def __init__(
        self,
        exchange: str,
        listed: Sequence[Listed],
        top: Callable[[Listed], Awaitable[TopOfBook | None]],
        clock: Clock,
        quiet_s: float,
    ) -> None:
        """`quiet_s` without a frame of an instrument make us ask whether it is quiet or the line is dead."""
        self._exchange = exchange
        self._clock = clock
        self._never = asyncio.Event()
        self._top = top
        self.by_symbol = {each.instrument.symbol: each for each in listed}
        self.by_market_id = {each.market_id: each for each in listed}
        self._silences = {
            each.instrument.symbol: Silence(partial(top, each), clock, exchange, each.instrument.symbol, quiet_s)
            for each in listed
        }
        self._bars = {each.instrument.symbol: MinuteBars(each.instrument) for each in listed}
        self._framed: set[str] = set()
        self._quotes: dict[str, Quote] = {}
        self._told: list[VenueEvent] = []

    def listed(self, symbol: str) -> Listed:
        """Raises UsageError for an instrument that the account was not opened with."""
        found = self.by_symbol.get(symbol)
        if found is None:
            raise UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=self._exchange, symbol=symbol))
        return found

    def replace(self, listed: Listed) -> None:
        """The rules of an instrument are others now."""
        self.by_symbol[listed.instrument.symbol] = listed
        self.by_market_id[listed.market_id] = listed

    def best(self, order: Order) -> Decimal | None:
        """The price at which a market order would begin to trade, as last heard; None for others."""
        top = self._silences[order.symbol].last if order.symbol in self._silences else None
        if top is None or order.kind is not OrderKind.MARKET:
            return None
        return top.ask if order.side is Side.BUY else top.bid

    def hear(self, words: Sequence[PublicWord]) -> None:
        """Words of one frame. Raises VenueUnavailable when nobody takes them."""
        for word in words:
            self._framed.add(word.listed.instrument.symbol)
            self._tell(word)
        if len(self._told) > MOST_WAITING:
            raise VenueUnavailable(say(phrases.FEED_OVERRUN, exchange=self._exchange))

    def take(self) -> list[VenueEvent]:
        """What waits: prints and closed minutes in order, then the newest quotes."""
        told: list[VenueEvent] = [*self._told, *self._quotes.values()]
        self._told.clear()
        self._quotes.clear()
        return told

    async def first_quotes(self, ring: Callable[[], None]) -> None:
        """Ask for quotes that no frame told yet: some exchanges stream a quote only when it changes.

        Once more when the streams are surely there: what changed before they were was told by nobody.
        """
        for wait_s in (0.0, SUBSCRIBED_S):
            await self._clock.wait(self._never, wait_s)
            for symbol, listed in self.by_symbol.items():
                if symbol in self._framed:
                    continue
                top = await self._top(listed)
                if top is not None and symbol not in self._framed:
                    self._tell(PublicWord(listed, top))
                    ring()

    async def watch(self, symbol: str, ring: Callable[[], None]) -> None:
        """For ever; `ring` when a quiet market told its present quote. Raises VenueUnavailable for a dead line."""
        listed = self.by_symbol[symbol]

        def tell(top: TopOfBook) -> None:
            self._tell(PublicWord(listed, top))
            ring()

        await self._silences[symbol].watch(tell)

    def _tell(self, word: PublicWord) -> None:
        self._silences[word.listed.instrument.symbol].heard((word.told,))
        venue, symbol, told = word.listed.instrument.venue, word.listed.instrument.symbol, word.told
        at = instant(told.at_ms)
        if isinstance(told, TopOfBook):
            self._quotes[symbol] = Quote(venue, symbol, told.bid, told.ask, at)
            return
        self._told.append(PublicTrade(venue, symbol, told.price, told.quantity, told.side, at))
        closed = self._bars[symbol].add(told.at_ms, float(told.price), float(told.quantity))
        if closed is not None:
            self._told.append(closed)
