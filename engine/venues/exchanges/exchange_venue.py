"""A real account on an exchange: `engine.ports.Venue` over one exchange's dialect, for one life of its lines.

Whatever breaks ends `run`: the engine connects the account anew and asks about every live order before anything is
decided, so no gap of a stream is ever lived with. Outcomes that nobody knows stay unknown (docs/live-venues.md).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder
from engine.domain.live_messages import OrderSeen
from engine.domain.messages import (
    OrderAccepted,
    OrderRejected,
    OrderReport,
    OrderUnknown,
    VenueEvent,
)
from engine.domain.order import Order
from engine.domain.sentences import say
from engine.domain.venue_picture import VenuePicture
from engine.errors import GridwrightError, VenueUnavailable
from engine.ports import VenueSink
from engine.venues.ccxt_line import STRANGE
from engine.venues.clock import Clock
from engine.venues.exchanges.calls import CcxtCalls
from engine.venues.exchanges.dialect import (
    Answer,
    BalancesTold,
    Dialect,
    FundingDue,
    FundingTold,
    Garbled,
    Heard,
    KeyFacts,
    Listed,
    PositionTold,
    Seen,
)
from engine.venues.exchanges.holdings import Holdings
from engine.venues.exchanges.leverage import check_leverage, set_leverage
from engine.venues.exchanges.markets import Markets
from engine.venues.exchanges.placing import Placing
from engine.venues.exchanges.position_watch import PositionWatch
from engine.venues.exchanges.questions import Questions, foreign_of, may_have_moved
from engine.venues.exchanges.rules_watch import RulesWatch
from engine.venues.exchanges.timing import Timing
from engine.venues.exchanges.truth_check import TruthCheck
from engine.venues.exchanges.unread_frames import UnreadFrames
from engine.venues.exchanges.works import Works
from engine.venues.redial import Redial
from engine.venues.tape import TopOfBook, milliseconds

#: How often the exchange's clock is asked for at the start; the quickest answer counts.
CLOCK_TRIES = 3
#: Between two questions for fills that a stream spoke of.
FETCH_LONGEST_S = 5.0


class ExchangeVenue:
    """Belongs to one loop; connected once, closed once."""

    def __init__(
        self,
        account: Account,
        dialect: Dialect,
        calls: CcxtCalls,
        clock: Clock,
        redial: Redial,
        timing: Timing | None = None,
    ) -> None:
        self.name = account.venue
        self._account = account
        self._dialect = dialect
        self._calls = calls
        self._clock = clock
        self._redial = redial
        self._timing = timing or Timing()
        self.questions = Questions(dialect, calls, clock, self._tell)
        self._sink: VenueSink | None = None
        self._told: deque[VenueEvent] = deque()
        self._bell = asyncio.Event()
        self._never = asyncio.Event()
        self._acks = asyncio.Semaphore(0)
        self._works = Works(dialect.exchange, self._bell.set)
        self._holdings = Holdings(
            account.account_id,
            dialect,
            calls,
            clock,
            self._works,
            lambda report: self._tell((report,)),
            self._report_positions,
        )
        self._positions = PositionWatch(account.account_id, dialect, calls, clock, self._tell)
        self._placing = Placing(dialect, calls, clock, self.questions.stories, self._works, self._tell)
        self._set_up(())
        self._fetching: set[str] = set()
        self.unread = UnreadFrames(account.account_id, dialect.exchange, clock, self._tell)

    # Connection

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        await self._redial.turn()
        self._sink = sink
        await self._calls.open(self._hear)
        with self._works.answered():
            return await self._begin()

    async def run(self) -> None:
        assert self._sink is not None, "connect() comes first"
        with self._works.answered():
            await self._holdings.report()
        self._works.spawn(self._positions.run(self._all))
        for stream in self._dialect.public_streams(self._calls.ccxt, self._all):
            self._works.watch(stream)
        self._works.spawn(self.markets.first_quotes(self._bell.set))
        for symbol in self.markets.by_symbol:
            self._works.spawn(self.markets.watch(symbol, self._bell.set))
        self._works.spawn(self.truth.run())
        self._works.spawn(self.truth.look_after())
        self._works.spawn(self._rules.run())
        while True:
            self._bell.clear()
            self._deliver()
            if self._works.end is not None:
                raise self._works.end
            await self._bell.wait()

    async def close(self) -> None:
        await self._works.close()
        await self._calls.close()

    # What the engine asks

    async def turn(self, order: Order) -> None:
        await self._placing.turn(order, self.markets.listed(order.symbol), self.markets.best(order))

    async def place(
        self, order: Order, may_leave: Callable[[], bool] | None = None
    ) -> OrderAccepted | OrderRejected | OrderUnknown:
        listed, best = self.markets.listed(order.symbol), self.markets.best(order)
        outcome = await self._placing.place(order, listed, best, may_leave)
        self._rules.judge(outcome)
        self._fetch_fills(order.client_order_id)
        return outcome

    async def cancel(self, order: Order) -> None:
        listed = self.markets.listed(order.symbol)
        story = self.questions.stories.of(order)
        story.is_cancel_asked = True
        known = replace(order, venue_order_id=order.venue_order_id or story.venue_order_id)
        with self._works.answered():
            answer = await self._calls.ask(self._dialect.cancel(known, listed))
            is_taken = self._dialect.is_cancel_taken(answer)
        story.cancelled_at_s = self._clock.steady_s()
        if is_taken or story.is_over or await self.questions.resolve(order.client_order_id, listed):
            return
        # It may be gone, or too young to be found: whoever asks for it learns which.
        raise self._refused(answer)

    async def report(self, order: Order) -> OrderReport | None:
        return await self.questions.report(order, self.markets.listed(order.symbol))

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        with self._works.answered():
            seen = await self.questions.open_orders(self.markets.listed(symbol))
        return frozenset(self.questions.stories.name_of(each) for each in seen)

    async def balances(self) -> Sequence[tuple[str, Decimal, Decimal]]:
        with self._works.answered():
            return await self._holdings.ask()

    async def inspect(self, orders: Sequence[Order]) -> VenuePicture:
        """Raises VenueUnavailable when the exchange does not answer all of it."""
        at = self._clock.now()
        with self._works.answered():
            picture = await self.questions.picture(orders, self.markets, await self.balances(), at)
            return replace(picture, funding=await self._positions.lately(self._all))

    async def probe(self) -> KeyFacts:
        """What the exchange says of the key and the account. Raises VenueUnavailable."""
        with self._works.answered():
            has_clock = await self._set_clock()
            facts = await self._dialect.probe(self._calls, self._all)
        return replace(facts, clock_offset_ms=self._calls.offset_ms if has_clock else None)

    async def prices(self) -> Sequence[tuple[str, Decimal]]:
        """Best bids by symbol, as far as there are any. Raises VenueUnavailable."""
        tops = [(listed.instrument.symbol, await self._top(listed)) for listed in self._all]
        return [(symbol, top.bid) for symbol, top in tops if top is not None]

    async def rules_of(self, symbols: Sequence[str]) -> Sequence[Instrument]:
        with self._works.answered():
            return tuple(each.instrument for each in await self._dialect.instruments(self._calls, self.name, symbols))

    async def account_orders(self) -> Sequence[ForeignOrder]:
        """All open orders on its instruments, whoever placed them. Raises VenueUnavailable."""
        with self._works.answered():
            return [
                foreign_of(seen, self.questions.stories.name_of(seen))
                for listed in self._all
                for seen in await self.questions.open_orders(listed)
            ]

    async def look_for_funding(self) -> None:
        """Ask what positions were paid lately, and tell it."""
        await self._positions.fetch(self._all)

    @property
    def has_dead_man(self) -> bool:
        """Whether the exchange cancels open orders by itself when it hears nothing of us."""
        return self._dialect.has_dead_man

    async def arm(self, after_s: int) -> None:
        """Have it do so after these seconds, counted anew with each call; 0 ends it. Raises VenueUnavailable."""
        for call in self._dialect.arm(after_s, self._all):
            with self._works.answered():
                answer = await self._calls.ask(call)
            if not self._dialect.is_armed(answer):
                raise self._refused(answer)

    # Beginning

    @property
    def _all(self) -> Sequence[Listed]:
        return tuple(self.markets.by_symbol.values())

    def _set_up(self, listed: Sequence[Listed]) -> None:
        dialect, clock, timing = self._dialect, self._clock, self._timing
        self.markets = Markets(dialect.exchange, listed, self._top, clock, timing.quiet_s)
        self.truth = TruthCheck(self.questions, self.markets, clock, timing, self._holdings.report)
        self._rules = RulesWatch(self._read_rules, self.markets, clock, self._tell)

    async def _begin(self) -> Sequence[Instrument]:
        dialect, calls = self._dialect, self._calls
        listed = await self._read_rules()
        calls.know(listed)
        self._set_up(listed)
        for stream in dialect.private_streams(calls.ccxt, listed):
            self._works.watch(stream)
        await self._until_confirmed()
        # Frames are heard from here on, so nothing can happen unseen after these pictures.
        for each in listed:
            await self.questions.take_picture(each)
        return tuple(each.instrument for each in listed)

    async def _read_rules(self) -> Sequence[Listed]:
        await self._set_clock()
        listed = await self._dialect.instruments(self._calls, self.name, self._account.symbols)
        if await set_leverage(self._account, self._dialect, self._calls, listed):
            listed = await self._dialect.instruments(self._calls, self.name, self._account.symbols)
            check_leverage(self._account, self._dialect, listed)
        return listed

    async def _set_clock(self) -> bool:
        """Signatures carry the exchange's time, by the quickest of its answers; False where it does not tell it."""
        quickest_s = float("inf")
        for _ in range(CLOCK_TRIES):
            asked_at_s = self._clock.steady_s()
            told_ms = await self._dialect.server_time_ms(self._calls)
            if told_ms is None:
                return False
            took_s = self._clock.steady_s() - asked_at_s
            if took_s < quickest_s:
                quickest_s = took_s
                self._calls.offset_ms = told_ms + int(took_s * 500) - milliseconds(self._clock.now())
        return True

    async def _until_confirmed(self) -> None:
        try:
            async with asyncio.timeout(self._timing.ready_s):
                for _ in range(self._dialect.private_acks):
                    await self._works.wait(self._acks.acquire())
        except TimeoutError as error:
            raise VenueUnavailable(say(phrases.LIVE_NOT_CONFIRMED, exchange=self._dialect.exchange)) from error
        if self._works.end is not None:
            raise self._works.end

    def _refused(self, answer: Answer) -> VenueUnavailable:
        text = " ".join(str(answer.body).split())[:200]
        return VenueUnavailable(say(phrases.FEED_REFUSED, exchange=self._dialect.exchange, text=text))

    def _fetch_fills(self, identity: str) -> None:
        """Fills that a sum speaks of are asked for, unless they come by themselves in a moment.

        Again and again: an exchange may not find an order yet that its stream speaks of.
        """
        story = self.questions.stories.get(identity)
        if story is None or story.order is None or not story.misses_fills or identity in self._fetching:
            return
        listed = self.markets.listed(story.order.symbol)
        self._fetching.add(identity)

        async def fetch() -> None:
            wait_s = self._timing.fills_s
            try:
                while story.misses_fills:
                    await self._clock.wait(self._never, wait_s)
                    wait_s = min(wait_s * 2, FETCH_LONGEST_S)
                    if story.misses_fills:
                        await self.questions.resolve(identity, listed)
            finally:
                self._fetching.discard(identity)

        self._works.spawn(fetch())

    # Streams

    def _hear(self, frame: Any) -> bool:
        """A frame of any of the lines; True when it was ours. Never raises."""
        try:
            if isinstance(frame, Garbled):
                raise TypeError("it is no whole frame")
            heard = self._dialect.hear_private(frame, self.markets.by_market_id)
            if heard is not None:
                for each in heard:
                    self._take(each)
                return True
            words = self._dialect.hear_public(frame, self.markets.by_market_id, milliseconds(self._clock.now()))
            if words is not None:
                self.markets.hear(words)
                self._bell.set()
                return True
            if self._dialect.confirms(frame):
                self._acks.release()
        except GridwrightError as error:
            self._works.stop(error)
        except STRANGE as error:
            self.unread.note(frame, error)
            self.truth.doubt()
            return True
        return False

    def _take(self, heard: Heard) -> None:
        match heard:
            case Seen():
                self._take_order(heard)
            case BalancesTold():
                self._holdings.hear(heard)
            case PositionTold():
                self._positions.hear(heard)
                self._holdings.settle_soon()
            case FundingTold():
                self._positions.hear_funding(heard)
            case FundingDue():
                self._works.spawn(self._positions.fetch(self._all))

    def _take_order(self, seen: Seen) -> None:
        stories = self.questions.stories
        is_placing = any(story.is_placing for story in stories.live)
        identity = stories.name_of(seen)
        story = stories.get(identity)
        # A number that nobody knows may be that of an order whose answer is still to come.
        is_maybe_ours = not identity and is_placing
        if (story is None or story.order is None) and not is_maybe_ours:
            order = foreign_of(seen, identity)
            self._tell((OrderSeen(self._account.account_id, order, not seen.state.is_final, self._clock.now()),))
        self._tell(stories.take(seen, self._clock.now(), is_placing=is_placing))
        self.truth.heard(stories.name_of(seen))
        self._fetch_fills(identity)

    # The rest

    def _tell(self, events: Sequence[VenueEvent]) -> None:
        """Hand events over at the next turn of `run`; those of a connection that is being made wait for it."""
        if events:
            self._told.extend(events)
            self._bell.set()
            if may_have_moved(events, has_positions=self._dialect.has_positions):
                self._holdings.settle_soon()

    def _deliver(self) -> None:
        """All that waits, in one go: what happened to orders, then what the market says."""
        assert self._sink is not None
        events = [*self._told, *self.markets.take()]
        self._told.clear()
        if events:
            self._sink.deliver(events)

    async def _report_positions(self) -> None:
        await self._positions.report(self._all)

    async def _top(self, listed: Listed) -> TopOfBook | None:
        with self._works.answered():
            top = await self._dialect.top(self._calls, listed)
        return None if top is None else replace(top, at_ms=milliseconds(self._clock.now()))
