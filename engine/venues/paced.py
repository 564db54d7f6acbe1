"""Recorded and simulated markets behind the engine's port `PacedVenue`: we own their time."""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.messages import FeedEnded, OrderFilled, VenueEvent
from engine.domain.sentences import say
from engine.errors import RecordingError, UsageError, VenueUnavailable
from engine.ports import VenueSink
from engine.venues.clock import Clock
from engine.venues.market import Market, present_quote
from engine.venues.matching import MarketState
from engine.venues.pace import TURNS, Pace
from engine.venues.paper import PaperVenue
from engine.venues.store import VenueStore
from engine.venues.tape import instant

#: Closed candles told again after a restart: more than pass in the second that a recorder of history may be behind.
CANDLES_TOLD_AGAIN = 10_000
SPEED = "speed"
AS_FAST_AS_POSSIBLE = "max"


class PacedPaperVenue(PaperVenue):
    """One step of the market, then everything it leads to, then the next step: lockstep, at any speed.

    So the same recording and the same bots give the same fills, and a venue taken up again from its store goes on with
    exactly the step that would have come.
    """

    def __init__(
        self,
        account: Account,
        instrument: Instrument,
        store: VenueStore,
        open_market: Callable[[], Market],
        clock: Clock,
        *,
        store_id: str,
        deposits: Mapping[str, Decimal],
        latency_ms: int,
        speed: Decimal | None,
    ) -> None:
        """`open_market` may read a file and is called in a thread. `speed` counts until the store has its own."""
        super().__init__(account, instrument, store, store_id=store_id, deposits=deposits, latency_ms=latency_ms)
        self._open_market = open_market
        self._first_speed = speed
        self._pace = Pace(clock)
        self._market: Market | None = None
        self._arrivals: list[tuple[int, int, Callable[[], None]]] = []
        self._sent = 0
        self._call = asyncio.Event()
        self._settling: asyncio.Task[None] | None = None
        self._is_over = False
        self._untold: deque[tuple[int, Sequence[VenueEvent]]] = deque()
        self._heard_at_ms: int | None = None

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        self._sink = sink
        try:
            market = await asyncio.to_thread(self._open_market)
        except RecordingError as error:
            raise VenueUnavailable(*error.args) from error
        stored = self._open()
        try:
            market.restore(stored.position)
        except (ValueError, IndexError) as error:
            raise self._store.broken(error) from error
        self._market = market
        self._arrivals.clear()
        self._untold.clear()
        self._is_over = False
        self._take_up(stored, stored.market if stored.position else MarketState(market.first_at_ms()))
        self._land_requests(stored.requests)
        self._pace.set(speed_of(self._store.fact(SPEED) or speed_text(self._first_speed)))
        return (self._instrument,)

    def set_speed(self, speed: Decimal | None) -> None:
        if speed is not None and not (speed.is_finite() and speed >= 0):
            raise ValueError(f"{speed} is no speed")
        self._pace.set(speed)
        try:
            self._store.keep(SPEED, speed_text(speed))
        except VenueUnavailable as error:
            self._stop_for(error)

    async def run(self) -> None:
        try:
            await self._run()
        finally:
            if self._settling is not None:
                self._settling.cancel()
                self._settling = None

    async def _run(self) -> None:
        market, matching = self._require_market(), self._live
        known: list[VenueEvent] = [*market.recent_candles(CANDLES_TOLD_AGAIN), self._balances_reported()]
        if (quote := present_quote(self._instrument, matching.market)) is not None:
            known.append(quote)
        await self._tell(known)
        while (next_ms := market.next_at_ms()) is not None:
            due_ms = self._arrivals[0][0] if self._arrivals else next_ms
            from_ms = self._live.at_ms
            if not await self._pace.until(min(due_ms, next_ms), from_ms, market.usual_ms):
                self._live  # noqa: B018 - raises when the store has failed meanwhile
                continue
            if due_ms <= next_ms and self._arrivals:
                await self._land(due_ms)
                continue
            step = market.step(self._live)
            self._commit(step.change)
            fills = step.change.fills if step.change is not None else ()
            await self._tell((*map(OrderFilled, fills), *step.events) if fills else step.events)
        self._is_over = True
        while self._arrivals:
            await self._land(self._arrivals[0][0])
        await self._catch_up()
        await self._tell((FeedEnded(self.name, instant(self._live.at_ms)),))

    async def _tell(self, events: Sequence[VenueEvent]) -> None:
        if self._latency_ms:
            self._untold.append((self._now_ms(), events))
            await self._catch_up()
        elif self._deliver(events):
            assert self._sink is not None, "connected"
            await self._sink.settled()

    async def _catch_up(self) -> None:
        """Tell what happened while requests were under way, now that they are answered, one happening after the other.

        What is decided on it counts as sent when it happened. So it makes no difference how long the machine takes to
        decide, and two runs with latency are the same.
        """
        while self._untold and not self._is_under_way:
            self._heard_at_ms, events = self._untold.popleft()
            if self._deliver(events):
                await self._settle()
            self._heard_at_ms = None

    @property
    def _is_under_way(self) -> bool:
        return any(not answered.done() for answered in self._waiting)

    async def _land(self, due_ms: int) -> None:
        """Market time comes to where requests arrive; the price is still where it was."""
        self._live.move_time(due_ms)
        while self._arrivals and self._arrivals[0][0] <= due_ms:
            heapq.heappop(self._arrivals)[2]()
        self._live  # noqa: B018 - raises when the store has failed meanwhile
        await self._settle()
        await self._catch_up()

    async def _settle(self) -> None:
        """With latency: wait until all that was decided is done, or waits for market time to pass."""
        sink = self._sink
        assert sink is not None, "connected"
        if self._settling is None or self._settling.done():
            self._settling = asyncio.ensure_future(sink.settled())
        while not self._settling.done():
            self._call.clear()
            if self._is_under_way:
                # Orders of one decision are sent within a few turns of the loop; then all that is left is to wait.
                sent = self._sent
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                if self._sent == sent:
                    return
                continue
            called = asyncio.ensure_future(self._call.wait())
            await asyncio.wait((self._settling, called), return_when=asyncio.FIRST_COMPLETED)
            called.cancel()
        self._settling.result()

    def _later(self, act: Callable[[], None]) -> None:
        self._sent += 1
        sent_at_ms = self._now_ms() if self._heard_at_ms is None else self._heard_at_ms
        due_ms = sent_at_ms + self._latency_ms
        if self._is_over or due_ms <= self._now_ms():
            # Its time has come, or market time will not move again.
            act()
            return
        heapq.heappush(self._arrivals, (due_ms, self._sent, act))
        self._call.set()
        self._pace.wake()

    def _announce(self, events: Sequence[VenueEvent]) -> None:
        if self._latency_ms and not self._is_over:
            self._untold.append((self._now_ms(), events))
        else:
            super()._announce(events)

    def _stop_for(self, error: VenueUnavailable) -> None:
        super()._stop_for(error)
        self._pace.wake()

    def _now_ms(self) -> int:
        return self._matching.at_ms if self._matching is not None else 0

    def _position(self) -> str:
        return self._require_market().position

    def _require_market(self) -> Market:
        if self._market is None:
            raise self._closed()
        return self._market


def speed_text(speed: Decimal | None) -> str:
    """A speed as settings and stores write it: "max", or a number."""
    return AS_FAST_AS_POSSIBLE if speed is None else format(speed, "f")


def speed_of(text: str) -> Decimal | None:
    """A speed from its text. Raises UsageError when it is neither "max" nor a number from 0."""
    if text == AS_FAST_AS_POSSIBLE:
        return None
    try:
        speed = Decimal(text)
    except ArithmeticError:
        raise UsageError(say(phrases.SPEED_BAD, speed=text)) from None
    if not speed.is_finite() or speed < 0:
        raise UsageError(say(phrases.SPEED_BAD, speed=text))
    return speed
