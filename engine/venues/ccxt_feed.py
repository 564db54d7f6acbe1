"""Live public markets for paper accounts: quotes and prints of an exchange as they come, watched for silence."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from functools import partial

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.instrument import Instrument, VenueRules
from engine.domain.sentences import say
from engine.errors import GridwrightError, UsageError, VenueUnavailable
from engine.venues.ccxt_line import CcxtLine, Route, internet
from engine.venues.clock import Clock, MachineClock
from engine.venues.exchange_rules import STATES_RULES, rules_of_market
from engine.venues.factory import FeedMaker
from engine.venues.redial import Redial
from engine.venues.rule_books import with_options
from engine.venues.settings import settings_of
from engine.venues.silence import Silence
from engine.venues.tape import Print, TopOfBook
from engine.venues.wire import READERS, Told

#: What stands before an exchange's name in the setting "feed" of an account.
PREFIX = "ccxt:"
#: After so long without a frame the book is asked for by REST: a quiet market is no broken line, and a line that
#: answers pings is no good one.
QUIET_S = 15.0
#: Prints must not be dropped, they fill orders; whoever is so far behind begins anew.
MOST_WAITING = 50_000
#: After so many events in one go everybody else has a turn.
IN_ONE_GO = 64


class CcxtFeed:
    """A `LiveFeed` of one symbol, for one life of a line: when it breaks, the engine connects the account again.

    Every frame is taken when it comes, in order, none left out or put together. Times are this computer's at arrival,
    because an exchange gives its quotes none, or its own.
    """

    def __init__(
        self, line: CcxtLine, exchange: str, account: Account, symbol: str, clock: Clock, redial: Redial, quiet_s: float
    ) -> None:
        """`quiet_s` without a frame make the feed ask whether the market is quiet or the line is dead."""
        self._line = line
        self._exchange = exchange
        self._options = settings_of(account).values
        self._symbol = symbol
        self._clock = clock
        self._redial = redial
        self._quiet_s = quiet_s
        self._waiting: deque[TopOfBook | Print] = deque()
        self._bell = asyncio.Event()
        self._end: GridwrightError | None = None
        self._silence = Silence(line.top, clock, exchange, symbol, quiet_s)

    async def open(self, book: VenueRules) -> VenueRules:
        await self._redial.turn()
        market = await self._line.open()
        if self._exchange not in STATES_RULES:
            return book
        return with_options(rules_of_market(self._exchange, market, book), self._options)

    async def events(self) -> AsyncGenerator[TopOfBook | Print, None]:
        self._line.listen(self._hear, self._over)
        # Binance streams a quote only when it changes, so the first one is asked for.
        first = await self._line.top()
        if self._silence.last is None and first is not None:
            self._hear((first,))
        in_one_go = 0
        while True:
            while self._waiting:
                yield self._waiting.popleft()
                in_one_go += 1
                if in_one_go % IN_ONE_GO == 0:
                    await asyncio.sleep(0)
            if self._end is not None:
                raise self._end
            self._bell.clear()
            if not await self._clock.wait(self._bell, self._quiet_s) and (top := await self._silence.ask()) is not None:
                self._waiting.append(top)

    async def close(self) -> None:
        await self._line.close()

    def _hear(self, told: Told) -> None:
        self._silence.heard(told)
        self._waiting.extend(told)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.clear()
            self._over(VenueUnavailable(say(phrases.FEED_OVERRUN, exchange=self._exchange)))
        self._bell.set()

    def _over(self, error: GridwrightError) -> None:
        if self._end is None:
            self._end = error
            # Whoever waits for a late frame looks again.
            self._silence.heard(())
        self._bell.set()


class CcxtFeeds:
    """The live feeds of one program. What it remembers of each account is how long to wait before the next call."""

    def __init__(
        self,
        route: Route | None = None,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        quiet_s: float = QUIET_S,
    ) -> None:
        """`route` leads tests to an exchange of their own."""
        self._route = route or internet()
        self._clock = clock or MachineClock()
        self._chance = chance or random.Random()
        self._quiet_s = quiet_s
        self._redials: dict[str, Redial] = {}

    def makers(self) -> Mapping[str, FeedMaker]:
        """What `make_venue` takes: a maker of feeds by the name in an account's setting "feed"."""
        return {PREFIX + exchange: partial(self.feed, exchange) for exchange in READERS}

    def feed(self, exchange: str, account: Account, instrument: Instrument) -> CcxtFeed:
        """A feed for one life of an account's venue, not yet opened."""
        redial = self._redials.setdefault(account.venue, Redial(self._clock, self._chance))
        line = CcxtLine(exchange, instrument.symbol, self._route, self._clock)
        return CcxtFeed(line, exchange, account, instrument.symbol, self._clock, redial, self._quiet_s)


def feed_of(exchange: str) -> str:
    """The setting "feed" for an exchange. Raises UsageError for one without live feed."""
    name = exchange.strip().lower()
    if name not in READERS:
        raise UsageError(
            say(phrases.FEED_UNKNOWN_EXCHANGE, exchange=exchange, known=", ".join(sorted(READERS)))
        )  # fmt: skip
    return PREFIX + name
