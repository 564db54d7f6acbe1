"""Paper money on somebody else's live market: the same matching, fed by quotes and prints as they come."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.instrument import Instrument, VenueRules
from engine.domain.messages import OrderFilled
from engine.domain.money import ONE
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.ports import VenueSink
from engine.venues.bars import MinuteBars
from engine.venues.clock import Clock
from engine.venues.event_walk import happen
from engine.venues.matching import MarketState
from engine.venues.paper import PaperVenue
from engine.venues.store import VenueStore
from engine.venues.tape import Print, TopOfBook, milliseconds


class LiveFeed(Protocol):
    """A public market as it happens. `events` ends or raises OSError or VenueUnavailable when the line is gone."""

    async def open(self, book: VenueRules) -> VenueRules:
        """Find the market, and give the rules it holds today; `book` where nothing better is known.

        Raises VenueUnavailable when the exchange cannot be asked, UsageError when there is no such market.
        """
        ...

    def events(self) -> AsyncIterator[TopOfBook | Print]: ...

    async def close(self) -> None: ...


class LivePaperVenue(PaperVenue):
    """Its time is the clock's. A price from before a restart is not a price: the market begins with the first event."""

    def __init__(
        self,
        account: Account,
        instrument: Instrument,
        store: VenueStore,
        feed: LiveFeed,
        clock: Clock,
        *,
        store_id: str,
        deposits: Mapping[str, Decimal],
        latency_ms: int,
        participation: Decimal = ONE,
    ) -> None:
        super().__init__(account, instrument, store, store_id=store_id, deposits=deposits, latency_ms=latency_ms)
        self._feed = feed
        self._clock = clock
        self._participation = participation
        self._never = asyncio.Event()
        self._flights: set[asyncio.Task[None]] = set()

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        self._sink = sink
        rules = await self._feed.open(self._instrument.rules)
        self._instrument = replace(self._instrument, rules=rules)
        stored = self._open()
        self._take_up(stored, MarketState(milliseconds(self._clock.now())))
        self._land_requests(stored.requests)
        return (self._instrument,)

    async def run(self) -> None:
        bars = MinuteBars(self._instrument)
        self._deliver((self._balances_reported(),))
        try:
            async for event in self._feed.events():
                step = happen(event, self._live, bars, self._participation)
                if step.change:
                    # Where the market stands is not kept: after a restart it is no price any more.
                    self._commit(step.change)
                fills = step.change.fills if step.change is not None else ()
                self._deliver((*map(OrderFilled, fills), *step.events))
        except OSError as error:
            raise self._lost(error.strerror or type(error).__name__) from error
        raise self._lost("it ended")

    async def close(self) -> None:
        for flight in tuple(self._flights):
            flight.cancel()
        await self._feed.close()
        await super().close()

    def _lost(self, cause: str) -> VenueUnavailable:
        return VenueUnavailable(say(phrases.VENUE_FEED_LOST, venue=self.name, cause=cause))

    def _later(self, act: Callable[[], None]) -> None:
        async def fly() -> None:
            await self._clock.wait(self._never, self._latency_ms / 1000)
            act()

        flight = asyncio.ensure_future(fly())
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)

    def _now_ms(self) -> int:
        now_ms = milliseconds(self._clock.now())
        if self._matching is not None:
            self._matching.move_time(now_ms)
        return now_ms

    def _position(self) -> str:
        return ""
