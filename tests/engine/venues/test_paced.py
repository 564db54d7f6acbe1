"""Replayed venues behind the port: lockstep, restart at any moment, pace, gaps, latency, endings."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import Account
from engine.domain.market import Quote
from engine.domain.messages import (
    BalancesReported,
    FeedEnded,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    RejectCode,
    VenueEvent,
)
from engine.domain.order import Fill, OrderState
from engine.errors import VenueUnavailable
from engine.ports import VenueSink
from engine.venues.factory import make_venue, replay_account, store_path
from engine.venues.paced import PacedPaperVenue
from engine.venues.store import VenueStore
from tests.engine.venues.builders import (
    D,
    ListeningSink,
    ObedientClock,
    Row,
    buy,
    order,
    rows_of,
    sell,
    write_candles,
)
from tests.engine.venues.trader import KilledError, Trader

OPTIONS = {
    "symbol": "BTC-KRW", "rules": "plain", "price_increment": "0.5", "size_increment": "0.01", "min_notional": "0",
    "maker_fee": "0.001", "taker_fee": "0.002", "cash.KRW": "100000", "store_id": "aa",
}  # fmt: skip


def wild_rows(seed: int, count: int) -> list[Row]:
    """Candles that jump and swing around 100 on half numbers, with little volume now and then."""
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        points = [chance.randint(190, 210) / 2 for _ in range(4)]
        volume = chance.choice([0.3, 1.7, 5.0, 50.0])
        rows.append((points[0], max(points), min(points), points[3], volume))
    return rows


def account_for(folder: Path, rows: Sequence[Row], **options: str) -> Account:
    minutes = [at + 5 * (at // 7) for at in range(len(rows))]
    path = write_candles(folder / "market.csv", rows, minutes)
    return replay_account(path, {**OPTIONS, **options})


async def connected(
    account: Account, folder: Path, sink: VenueSink, clock: ObedientClock | None = None
) -> PacedPaperVenue:
    venue = make_venue(account, folder, clock or ObedientClock())
    assert isinstance(venue, PacedPaperVenue)
    await venue.connect(sink)
    return venue


def stored_fills(account: Account, folder: Path) -> tuple[Fill, ...]:
    store = VenueStore(account.venue, store_path(folder, account.venue), is_synchronous=False)
    store.open("", {}, {})
    fills = store.fills()
    store.close()
    return fills


RUNGS = ("97", "97", "98.5", "96", "94")


async def trade_to_the_end(account: Account, folder: Path, deaths: Iterable[int] = ()) -> tuple[Trader, int]:
    """Run a trader over the whole market, dying after each number of moments in turn; gives how often it died."""
    trader = Trader("1.5", RUNGS)
    died = 0
    pending = list(deaths)
    while not trader.ended:
        trader.moments = 0
        trader.dies_at = pending.pop(0) if pending else None
        venue = await connected(account, folder, trader)
        trader.attach(venue)
        try:
            await trader.recover()
            await venue.run()
        except KilledError:
            died += 1
        await venue.close()
    return trader, died


async def test_a_run_killed_many_times_equals_the_run_never_killed(tmp_path: Path) -> None:
    account = account_for(tmp_path, wild_rows(7, 60))
    whole, died = await trade_to_the_end(account, tmp_path / "whole")
    expected = stored_fills(account, tmp_path / "whole")
    assert died == 0
    assert len(expected) > 60
    for seed in range(12):
        chance = random.Random(seed)
        deaths = [chance.randint(1, 60) for _ in range(chance.randint(5, 25))]
        killed, died = await trade_to_the_end(account, tmp_path / str(seed), deaths)
        assert died >= 5
        assert stored_fills(account, tmp_path / str(seed)) == expected
        assert killed.seen == whole.seen


async def test_a_kill_at_every_single_moment_changes_nothing(tmp_path: Path) -> None:
    account = account_for(tmp_path, wild_rows(3, 8))
    whole, _ = await trade_to_the_end(account, tmp_path / "whole")
    expected = stored_fills(account, tmp_path / "whole")
    assert expected
    for moment in range(1, whole.moments + 1):
        folder = tmp_path / str(moment)
        _, died = await trade_to_the_end(account, folder, [moment])
        assert died == 1
        assert stored_fills(account, folder) == expected


async def test_it_tells_balances_then_the_market_then_the_end(tmp_path: Path) -> None:
    sink = ListeningSink()
    venue = await connected(account_for(tmp_path, [(100, 101, 99, 100, 5)]), tmp_path, sink)
    await venue.run()
    assert isinstance(sink.events[0], BalancesReported)
    assert sink.events[0].balances == (("BTC", D(0), D(0)), ("KRW", D(100_000), D(0)))
    assert [event.bid for event in sink.events if isinstance(event, Quote)] == [100, 99, 101, 100]
    assert isinstance(sink.events[-1], FeedEnded)
    await venue.close()


async def test_taken_up_again_it_tells_candles_balances_and_the_present_quote_first(tmp_path: Path) -> None:
    rows: list[Row] = [(100, 101, 99, 100, 5), (100, 102, 98, 101, 5), (101, 103, 97, 102, 5)]
    account = account_for(tmp_path, rows)

    class Stop(ListeningSink):
        def deliver(self, events: Sequence[VenueEvent]) -> bool:
            if len(self.events) == 12:
                raise KilledError
            return super().deliver(events)

    first = Stop()
    venue = await connected(account, tmp_path, first)
    with pytest.raises(KilledError):
        await venue.run()
    await venue.close()
    second = ListeningSink()
    venue = await connected(account, tmp_path, second)
    await venue.run()
    assert [type(event).__name__ for event in second.events[:4]] == ["Candle", "Candle", "BalancesReported", "Quote"]
    told = [event.bid for event in first.events + second.events if isinstance(event, Quote)]
    # The 97 was in the store when the program died before hearing of it, so it comes once, not twice and not never.
    assert told == [100, 99, 101, 100, 100, 98, 102, 101, 101, 97, 103, 102]
    await venue.close()


async def test_fills_of_a_taker_are_told_before_the_answer(tmp_path: Path) -> None:
    sink = ListeningSink()
    venue = await connected(account_for(tmp_path, [(100, 100, 100, 100, 5)] * 2), tmp_path, sink)
    refused = await venue.place(buy("early", None, "1"))
    assert isinstance(refused, OrderRejected)
    assert refused.reason.code is RejectCode.NO_MARKET
    await venue.run()
    count = len(sink.events)
    answer = await venue.place(buy("taker", None, "7"))
    assert isinstance(answer, OrderAccepted)
    told = sink.events[count:]
    assert [type(event) for event in told] == [OrderFilled, OrderCanceled]
    assert rows_of(sink.fills) == [("taker", "100", "5", "1")]
    report = await venue.report(buy("taker", None, "7"))
    assert report is not None
    assert (report.state, report.filled_quantity, report.fills) == (OrderState.CANCELED, D(5), tuple(sink.fills))
    await venue.close()


async def test_reports_and_open_orders(tmp_path: Path) -> None:
    sink = ListeningSink()
    account = account_for(tmp_path, [(100, 100, 100, 100, 5)])
    venue = await connected(account, tmp_path, sink)
    rests = buy("rests", "90", "1")
    assert isinstance(await venue.place(rests), OrderAccepted)
    assert await venue.open_client_order_ids("BTC/KRW") == {"rests"}
    assert await venue.open_client_order_ids("ETH/KRW") == frozenset()
    states = {}
    bad = buy("bad", "90.3", "1")
    await venue.place(bad)
    for request in (rests, bad, buy("never", "90", "1")):
        report = await venue.report(request)
        assert report is not None
        states[request.client_order_id] = report.state
    assert states == {"rests": OrderState.OPEN, "bad": OrderState.REJECTED, "never": OrderState.LOST}
    await venue.cancel(rests)
    await venue.cancel(rests)
    canceled = [event for event in sink.events if isinstance(event, OrderCanceled)]
    assert [(event.client_order_id, event.filled_quantity) for event in canceled] == [("rests", D(0))]
    wrong = await venue.place(order("w", rests.side, "90", "1", symbol="ETH/KRW"))
    assert isinstance(wrong, OrderRejected)
    assert wrong.reason.text == "replay:market trades BTC/KRW only."
    await venue.close()
    assert isinstance(await venue.place(buy("late", "90", "1")), OrderUnknown)
    assert await venue.report(rests) is None


async def test_n_times_real_time_waits_market_time_over_n(tmp_path: Path) -> None:
    clock, sink = ObedientClock(), ListeningSink()
    account = account_for(tmp_path, [(100, 101, 99, 100, 5)] * 3, speed="10")
    venue = await connected(account, tmp_path, sink, clock)
    await venue.run()
    # Eleven distances of 15 s between twelve points, ten times as fast.
    assert clock.waits == pytest.approx([1.5] * 11)
    await venue.close()


@pytest.mark.parametrize(("speed", "gap_s"), [("1", 15 + 2), ("1000", 0.015 + 0.3), ("100", 0.15 + 2)])
async def test_a_gap_is_waited_through_for_two_seconds_at_most(tmp_path: Path, speed: str, gap_s: float) -> None:
    clock = ObedientClock()
    # Seven candles, then five minutes of nothing (300 s), then one more.
    account = account_for(tmp_path, [(100, 101, 99, 100, 5)] * 8, speed=speed)
    venue = await connected(account, tmp_path, ListeningSink(), clock)
    await venue.run()
    assert max(clock.waits) == pytest.approx(gap_s)
    assert len(clock.waits) == 31
    await venue.close()


async def test_speed_zero_stands_still_until_told_and_is_remembered(tmp_path: Path) -> None:
    account = account_for(tmp_path, [(100, 101, 99, 100, 5)] * 3, speed="0")
    sink = ListeningSink()
    venue = await connected(account, tmp_path, sink)
    running = asyncio.ensure_future(venue.run())
    for _ in range(20):
        await asyncio.sleep(0)
    assert [type(event) for event in sink.events] == [BalancesReported]
    venue.set_speed(None)
    await running
    assert isinstance(sink.events[-1], FeedEnded)
    venue.set_speed(D("2.5"))
    await venue.close()
    clock = ObedientClock()
    again = await connected(account_for(tmp_path, [(100, 101, 99, 100, 5)] * 3, speed="0"), tmp_path, sink, clock)
    assert again._pace.speed == D("2.5")
    for bad in (D(-1), D("NaN"), D("Infinity")):
        with pytest.raises(ValueError):
            again.set_speed(bad)
    await again.close()


async def test_as_fast_as_possible_lets_the_loop_have_its_turn(tmp_path: Path) -> None:
    """A ticking task gets its turns although the market never waits for anybody."""

    class Busy(ObedientClock):
        """A machine on which looking at the clock takes a millisecond."""

        def steady_s(self) -> float:
            self._passed_s += 0.001
            return self._passed_s

    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    account = account_for(tmp_path, [(100, 101, 99, 100, 5)] * 200)
    venue = await connected(account, tmp_path, ListeningSink(), Busy())
    ticking = asyncio.ensure_future(tick())
    await venue.run()
    # 800 steps at a millisecond each: forty breaths of several turns.
    assert turns > 100
    ticking.cancel()
    await venue.close()


async def run_with(
    account: Account, folder: Path, sink: ListeningSink, first: Sequence[Decimal | str]
) -> PacedPaperVenue:
    venue = await connected(account, folder, sink)
    for number, price in enumerate(first):
        await venue.place(buy(f"b{number}", str(price), "1"))
    await venue.run()
    return venue


async def test_latency_an_order_takes_effect_when_market_time_has_passed(tmp_path: Path) -> None:
    """Sent at the open (0 s) with 20 s: not there on the way to the low of 96 (15 s), so nothing fills there."""
    rows: list[Row] = [(100, 104, 96, 102, 50), (102, 103, 95, 101, 50)]
    answers: list[tuple[str, float]] = []
    sink: ListeningSink

    async def send(identity: str, price: str) -> None:
        answer = await venue.place(buy(identity, price, "1"))
        answers.append((f"{type(answer).__name__} {identity}", answer.at.second + 60.0 * answer.at.minute))

    def decide(events: Sequence[VenueEvent]) -> Iterable[asyncio.Task[object]]:
        quotes = [event for event in events if isinstance(event, Quote)]
        if quotes and quotes[0].at.second == 0 and quotes[0].at.minute == 0:
            return [asyncio.ensure_future(send("a", "97")), asyncio.ensure_future(send("b", "95.5"))]
        return []

    sink = ListeningSink(decide)
    venue = await connected(account_for(tmp_path, rows, latency_ms="20000"), tmp_path, sink)
    await venue.run()
    # By then the price is 96: a post-only buy at 97 would trade, one at 95.5 rests and fills in the next candle.
    assert answers == [("OrderRejected a", 20.0), ("OrderAccepted b", 20.0)]
    assert rows_of(sink.fills) == [("b", "95.5", "1", "0.0955")]
    await venue.close()


async def test_latency_holds_for_cancels_and_a_fill_may_come_first(tmp_path: Path) -> None:
    rows: list[Row] = [(100, 104, 99, 102, 50), (102, 103, 95, 101, 50)]
    sink: ListeningSink
    target = sell("s", "104", "1")

    def decide(events: Sequence[VenueEvent]) -> Iterable[asyncio.Task[object]]:
        for event in events:
            if isinstance(event, Quote) and event.bid == 99:
                return [asyncio.ensure_future(venue.cancel(buy("b", "95", "1")))]
        return []

    sink = ListeningSink(decide)
    account = account_for(tmp_path, rows, latency_ms="1000")
    venue = await connected(account, tmp_path, sink)
    placing = asyncio.ensure_future(venue.place(buy("b", "95", "1")))
    await asyncio.sleep(0)
    await venue.run()
    assert isinstance(await placing, OrderAccepted)
    canceled = [event for event in sink.events if isinstance(event, OrderCanceled)]
    # Asked at 15 s, done at 16 s.
    assert [(event.client_order_id, event.at.second) for event in canceled] == [("b", 16)]
    assert sink.fills == []
    refused = await venue.place(target)
    assert isinstance(refused, OrderUnknown | OrderRejected)
    await venue.close()


@pytest.mark.parametrize("latency_ms", ["1", "400", "20000", "90000"])
async def test_with_latency_it_makes_no_difference_how_long_decisions_take(tmp_path: Path, latency_ms: str) -> None:
    account = account_for(tmp_path, wild_rows(7, 60), latency_ms=latency_ms)
    found = []
    for seed in range(4):
        trader = Trader("1.5", RUNGS, random.Random(seed) if seed else None)
        venue = await connected(account, tmp_path / str(seed), trader)
        trader.attach(venue)
        await venue.run()
        await venue.close()
        assert trader.ended
        found.append(stored_fills(account, tmp_path / str(seed)))
    assert len(found[0]) > 20
    assert found == [found[0]] * 4


async def test_an_order_on_its_way_at_a_kill_has_arrived_when_the_venue_is_opened_again(tmp_path: Path) -> None:
    account = account_for(tmp_path, [(100, 104, 96, 102, 50)] * 2, latency_ms="5000", speed="0")
    venue = await connected(account, tmp_path, ListeningSink())
    flying = buy("f", "97", "1")
    placing = asyncio.ensure_future(venue.place(flying))
    await asyncio.sleep(0)
    assert await venue.report(flying) is None, "nobody can say yet"
    await venue.close()
    assert isinstance(await placing, OrderUnknown)
    again = await connected(account, tmp_path, ListeningSink())
    report = await again.report(flying)
    assert report is not None
    assert report.state is OrderState.OPEN
    assert await again.open_client_order_ids("BTC/KRW") == {"f"}
    await again.close()


async def test_a_file_that_changed_or_went_is_refused(tmp_path: Path) -> None:
    account = account_for(tmp_path, [(100, 104, 96, 102, 50)])
    path = Path(account.setting("file"))
    write_candles(path, [(100, 105, 96, 102, 50)])
    venue = make_venue(account, tmp_path)
    with pytest.raises(VenueUnavailable, match="its content has changed"):
        await venue.connect(ListeningSink())
    await asyncio.to_thread(path.unlink)
    with pytest.raises(VenueUnavailable, match="There is no file"):
        await venue.connect(ListeningSink())


async def test_deposits_are_made_once(tmp_path: Path) -> None:
    account = account_for(tmp_path, [(100, 104, 96, 102, 50)])
    for _ in range(2):
        venue = await connected(account, tmp_path, ListeningSink())
        assert ("KRW", D(100_000), D(0)) in await venue.balances()
        await venue.close()
