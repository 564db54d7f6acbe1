"""Looking after a live account, in virtual time: how often, what is armed and when, and what is never touched."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder, KeyFacts
from engine.domain.live_messages import FactsTold, OrdersSeen
from engine.domain.messages import (
    DecisionLogged,
    Message,
    OrderAccepted,
    OrderRejected,
    OrderReport,
    OrderUnknown,
    PauseBot,
)
from engine.domain.order import Order, Side
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.kernel.books import Outbox
from engine.live_ports import LiveVenue
from engine.live_watch import DEAD_MAN_S, LiveWatch, Pace, dead_man_s
from engine.ports import VenueSink
from tests.engine.kernel.test_live import GOOD, LIVE, live_town, trading
from tests.engine.kernel.town import BOT, Town
from tests.support.virtual_time import START_S, VirtualClock, run_virtual
from tests.support.waiting import last

D = Decimal


@dataclass
class WatchedVenue:
    """A `LiveVenue` that answers at once and notes what it is asked."""

    clock: VirtualClock
    facts: KeyFacts = GOOD
    foreign: tuple[ForeignOrder, ...] = ()
    is_away: bool = False
    is_deaf: bool = False
    has_dead_man: bool = True
    name: str = "town"
    probes: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    arms: list[tuple[float, int]] = field(default_factory=list)

    def at_s(self) -> float:
        if self.is_away:
            raise VenueUnavailable(say("the town is away"))
        return round(self.clock.seconds() - START_S, 1)

    async def probe(self) -> KeyFacts:
        self.probes.append(self.at_s())
        return self.facts

    async def account_orders(self) -> Sequence[ForeignOrder]:
        self.looks.append(self.at_s())
        return self.foreign

    async def arm(self, after_s: int) -> None:
        self.arms.append((self.at_s(), after_s))
        if self.is_deaf:
            raise VenueUnavailable(say("the town is deaf"))

    # What a watch never asks

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        raise NotImplementedError

    async def run(self) -> None:
        raise NotImplementedError

    async def place(self, order: Order) -> OrderAccepted | OrderRejected | OrderUnknown:
        raise NotImplementedError

    async def cancel(self, order: Order) -> None:
        raise NotImplementedError

    async def report(self, order: Order) -> OrderReport | None:
        raise NotImplementedError

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        raise NotImplementedError

    async def balances(self) -> Sequence[tuple[str, Decimal, Decimal]]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


@dataclass
class World:
    """A town with a bot that rests, and a watch over its account."""

    town: Town
    venue: WatchedVenue
    watch: LiveWatch
    told: list[Message]
    said: list[str]


def world(clock: VirtualClock, account: Account = LIVE, **settings: str) -> World:
    account = replace(account, settings=(*account.settings, *settings.items()))
    town = trading(live_town())
    venue = WatchedVenue(clock)
    assert isinstance(venue, LiveVenue)
    told: list[Message] = []
    said: list[str] = []

    def tell(message: Message) -> None:
        told.append(message)
        town.tell(message)

    def put(outbox: Outbox | None) -> None:
        records = outbox.records if outbox is not None else []
        said.extend(str(record.sentence) for record in records if isinstance(record, DecisionLogged))

    return World(town, venue, LiveWatch(town.kernel, account, venue, tell, put, Pace()), told, said)


def watched(
    seconds: float, change: Callable[[World], None] = lambda _: None, at_s: float = 0, **settings: str
) -> World:
    """A world after so long, with a change in between."""

    async def go(clock: VirtualClock) -> World:
        found = world(clock, LIVE, **settings)
        watching = asyncio.create_task(found.watch.run())
        await last(at_s)
        change(found)
        await last(seconds - at_s)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return found

    return run_virtual(go)


def stranger() -> ForeignOrder:
    return ForeignOrder("77", "", "XRP/KRW", Side.BUY, D(100), D(1), D(0), datetime(2026, 1, 1, tzinfo=UTC))


def test_orders_are_looked_at_every_half_minute_and_the_key_every_hour() -> None:
    found = watched(7_500)
    assert len(found.venue.looks) == 250
    assert found.venue.looks[:3] == [0, 30, 60]
    assert found.venue.probes == [3_600, 7_200]
    assert sum(isinstance(message, OrdersSeen) for message in found.told) == 250
    assert sum(isinstance(message, FactsTold) for message in found.told) == 2


def test_a_key_that_may_not_trade_is_looked_at_again_soon() -> None:
    def clock_off(found: World) -> None:
        found.venue.facts = replace(GOOD, clock_offset_ms=-2_000)
        found.town.tell(FactsTold(LIVE.account_id, found.venue.facts, found.town.now))
        assert not found.town.kernel.account_views()[0].is_live_on
        found.venue.facts = GOOD

    found = watched(100, clock_off, at_s=10)
    assert found.venue.probes == [30]
    assert found.town.kernel.account_views()[0].is_live_on


def test_a_venue_that_does_not_answer_is_asked_again_and_nothing_is_concluded() -> None:
    def away(found: World) -> None:
        found.venue.is_away = True

    found = watched(7_500, away, at_s=10)
    assert found.told == [message for message in found.told if isinstance(message, OrdersSeen)]
    assert len(found.told) == 1
    assert found.town.kernel.account_views()[0].is_live_on


def test_the_switch_is_armed_again_at_a_third_of_its_time_while_an_order_rests() -> None:
    found = watched(100, dead_man_s="30")
    assert [after_s for _, after_s in found.venue.arms] == [30] * len(found.venue.arms)
    times = [at_s for at_s, _ in found.venue.arms]
    assert times[0] == 0
    assert max(later - earlier for earlier, later in pairwise(times)) <= 11
    assert found.said == [
        "live:main: the exchange cancels its open orders when it hears nothing of us for 30 s."
    ]  # fmt: skip


def test_where_no_order_rests_any_more_it_is_off() -> None:
    def end(found: World) -> None:
        found.town.send(PauseBot(BOT))

    found = watched(60, end, at_s=20, dead_man_s="30")
    assert found.venue.arms[-1][1] == 0
    assert found.venue.arms[-1][0] <= 22


def test_it_is_never_armed_where_it_would_cancel_orders_that_are_not_ours() -> None:
    def appear(found: World) -> None:
        found.venue.foreign = (stranger(),)

    found = watched(100, appear, at_s=35, dead_man_s="30")
    armed = [at_s for at_s, after_s in found.venue.arms if after_s]
    assert max(armed) < 62
    assert found.venue.arms[-1][1] == 0
    assert any("it would cancel 1 orders that are not ours too" in line for line in found.said)


def test_what_a_life_before_left_running_is_ended_where_it_would_cancel_orders_that_are_not_ours() -> None:
    async def go(clock: VirtualClock) -> list[tuple[float, int]]:
        found = world(clock, dead_man_s="30")
        found.venue.foreign = (stranger(),)
        watching = asyncio.create_task(found.watch.run())
        await last(60)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return found.venue.arms

    assert run_virtual(go) == [(0, 0)]


def test_an_end_that_is_not_answered_is_asked_for_again() -> None:
    async def go(clock: VirtualClock) -> list[tuple[float, int]]:
        found = world(clock, dead_man_s="30")
        watching = asyncio.create_task(found.watch.run())
        await last(5)
        found.venue.foreign, found.venue.is_deaf = (stranger(),), True
        await last(32.5)
        found.venue.is_deaf = False
        await last(30)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return found.venue.arms

    arms = run_virtual(go)
    unanswered = [at_s for at_s, after_s in arms if at_s < 37.5 and not after_s]
    assert len(unanswered) >= 2
    assert [after_s for at_s, after_s in arms if at_s > 37.5] == [0]


def test_an_end_in_order_turns_it_off_and_a_kill_does_not() -> None:
    async def go(clock: VirtualClock) -> list[tuple[float, int]]:
        found = world(clock, dead_man_s="30")
        watching = asyncio.create_task(found.watch.run())
        await last(5)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert found.venue.arms == [(0, 30)]
        await found.watch.disarm()
        await found.watch.disarm()
        return found.venue.arms[1:]

    assert run_virtual(go) == [(5, 0)]


def test_an_account_that_goes_dark_is_disarmed() -> None:
    def dark(found: World) -> None:
        live = found.town.kernel.live_of(LIVE.account_id)
        assert live is not None
        state = found.town.kernel._state
        state.accounts[LIVE.account_id].live = replace(live, is_on=False)

    found = watched(60, dark, at_s=20, dead_man_s="30")
    assert found.venue.arms[-1][1] == 0


@pytest.mark.parametrize(
    ("exchange", "setting", "seconds"),
    [
        ("upbit", "", 0),
        ("binance", "", 0),
        ("okx", "", 0),
        ("okx", "60", 60),
        ("binanceusdm", "", DEAD_MAN_S),
        ("okxswap", "", DEAD_MAN_S),
        ("binanceusdm", "0", 0),
        ("binanceusdm", "1", 10),
        ("binanceusdm", "9999", 120),
        ("binanceusdm", "soon", DEAD_MAN_S),
    ],
)
def test_after_how_long_is_a_setting_and_on_for_perpetuals(exchange: str, setting: str, seconds: int) -> None:
    settings = (("exchange", exchange), *((("dead_man_s", setting),) if setting else ()))
    assert dead_man_s(replace(LIVE, settings=settings)) == seconds


def test_okx_says_before_that_its_switch_knows_no_owner() -> None:
    async def go(clock: VirtualClock) -> list[str]:
        settings = (("cash.KRW", "10000000"), ("exchange", "okx"))
        found = world(clock, replace(LIVE, settings=settings), dead_man_s="30")
        watching = asyncio.create_task(found.watch.run())
        await last(3)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return found.said

    assert "cancels every open order of the account, whoever placed it" in run_virtual(go)[0]
