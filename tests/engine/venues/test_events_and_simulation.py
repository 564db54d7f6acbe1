"""Recorded quotes and prints, and the invented market: what is told, what fills, and going on after a restart."""

import itertools
import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.domain.market import Candle, PublicTrade, Quote
from engine.domain.messages import VenueEvent
from engine.domain.money import ONE
from engine.domain.order import Fill, OrderState
from engine.venues.event_walk import EventWalk
from engine.venues.factory import make_venue, replay_account, simulated_account, simulated_settings
from engine.venues.market import Market
from engine.venues.matching import Matching
from engine.venues.recording import EventRecording, read_recording
from engine.venues.settings import settings_of
from engine.venues.simulated import SimulatedMarket
from tests.engine.venues.builders import (
    FREE,
    START,
    START_MS,
    D,
    ListeningSink,
    ObedientClock,
    buy,
    instrument,
    matching,
    rows_of,
    sell,
)


def events_of(path: Path, text: str) -> EventRecording:
    path.write_text(text)
    recording = read_recording(path)
    assert isinstance(recording, EventRecording)
    return recording


def walk_of(recording: EventRecording, participation: str = "1") -> EventWalk:
    return EventWalk(recording, instrument(FREE), participation=D(participation))


def told(market: Market, engine: Matching, steps: int) -> list[object]:
    """All that a number of steps tells, fills first, and where the market then stands."""
    lines: list[object] = []
    for _ in range(steps):
        step = market.step(engine)
        lines += [*(step.change.fills if step.change else ()), *step.events, engine.market]
    return lines


TRADES = f"""ts,price,qty,side
{START_MS},100,1,buy
{START_MS + 20_000},98,3,sell
{START_MS + 59_999},101,2,buy
{START_MS + 60_000},99,4,sell
{START_MS + 200_000},99.5,1,buy
"""


def test_prints_alone_are_the_market_and_make_minutes(tmp_path: Path) -> None:
    walk, engine = walk_of(events_of(tmp_path / "t.csv", TRADES)), matching(FREE, krw="10000", price=None)
    engine.place(buy("b99", "99", "2"))
    lines = told(walk, engine, 5)
    quotes = [line.bid for line in lines if isinstance(line, Quote)]
    assert quotes == [100, 98, 101, 99, D("99.5")]
    assert rows_of([line for line in lines if isinstance(line, Fill)]) == [("b99", "99", "2", "0")]
    minutes = [line for line in lines if isinstance(line, Candle)]
    assert [(bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in minutes] == [
        (100, 101, 98, 101, 6),
        (99, 99, 99, 99, 4),
    ]
    assert sum(isinstance(line, PublicTrade) for line in lines) == 5
    assert walk.next_at_ms() is None


def test_what_a_print_leaves_is_there_for_takers(tmp_path: Path) -> None:
    walk, engine = walk_of(events_of(tmp_path / "t.csv", TRADES), "0.5"), matching(FREE, krw="10000", price=None)
    engine.place(buy("b99", "99", "1"))
    told(walk, engine, 2)
    # 3 x 0.5 = 1.5 came by; 1 filled the order, 0.5 is left for both sides together.
    assert engine.place(sell("s", None, "0.3")).order.state is OrderState.FILLED
    assert engine.place(buy("t", None, "1")).order.filled == D("0.2")


QUOTES = f"""ts,bid,ask,bid_qty,ask_qty
{START_MS},99,101,5,5
{START_MS + 500},97,98,5,1.5
{START_MS + 500},103,104,2,5
"""


def test_quotes_fill_what_they_cross(tmp_path: Path) -> None:
    walk, engine = walk_of(events_of(tmp_path / "q.csv", QUOTES)), matching(FREE, krw="10000", price=None)
    walk.step(engine)
    engine.place(buy("b", "98.5", "2"))
    engine.place(sell("s", "102", "3"))
    fills = [line for line in told(walk, engine, 2) if isinstance(line, Fill)]
    assert rows_of(fills) == [("b", "98.5", "1.5", "0"), ("s", "102", "2", "0")]


@pytest.mark.parametrize("text", [TRADES, QUOTES], ids=["trades", "quotes"])
def test_events_can_be_taken_up_anywhere(tmp_path: Path, text: str) -> None:
    recording = events_of(tmp_path / "e.csv", text)
    whole = told(walk_of(recording), matching(FREE, price=None), len(recording))
    for stop in range(1, len(recording)):
        engine, walk, again = matching(FREE, price=None), walk_of(recording), walk_of(recording)
        first = told(walk, engine, stop)
        again.restore(walk.position)
        assert first + told(again, engine, len(recording) - stop) == whole
    for bad in ("0", "-1", "99", "x"):
        with pytest.raises(ValueError):
            walk_of(recording).restore(bad)


def simulated(**options: str) -> tuple[SimulatedMarket, Matching]:
    account = simulated_account("demo", {"start_price": "100", "price_increment": "0.5"} | options, START)
    engine = matching(FREE, krw="100000", price=None)
    return SimulatedMarket(simulated_settings(settings_of(account)), engine.instrument), engine


def test_the_same_seed_gives_the_same_market_and_another_gives_another() -> None:
    runs = [told(*simulated(seed=seed), 200) for seed in ("1", "1", "2")]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_simulated_market_can_be_taken_up_anywhere() -> None:
    market, engine = simulated(seed="5", tick_ms="60000", volatility="0.3")
    for at in range(30):
        engine.place(buy(f"b{at}", str(96 + at // 4 * 0.5), "1", post_only=False))
    whole = told(market, engine, 300)
    assert any(isinstance(line, Fill) for line in whole)
    assert any(isinstance(line, Candle) for line in whole)
    for stop in (1, 7, 100, 299):
        market, engine = simulated(seed="5", tick_ms="60000", volatility="0.3")
        for at in range(30):
            engine.place(buy(f"b{at}", str(96 + at // 4 * 0.5), "1", post_only=False))
        first = told(market, engine, stop)
        again, _ = simulated(seed="5", tick_ms="60000", volatility="0.3")
        again.restore(market.position)
        assert first + told(again, engine, 300 - stop) == whole


def test_a_simulated_market_looks_like_one() -> None:
    """Quotes never cross, sit on the increment, move as much in a day as asked, and calm follows calm."""
    market, engine = simulated(seed="3", tick_ms="60000", volatility="0.05", start_price="60000", price_increment="0.5")
    quotes = [line for line in told(market, engine, 20 * 1440) if isinstance(line, Quote)]
    assert all(0 < quote.bid < quote.ask and quote.bid % D("0.5") == 0 for quote in quotes)
    middles = [float(quote.bid + quote.ask) / 2 for quote in quotes]
    moves = [abs(after / before - 1) for before, after in itertools.pairwise(middles)]
    day = statistics.fmean(move * move for move in moves) ** 0.5 * 1440**0.5
    assert 0.04 < day < 0.12
    hourly = [statistics.fmean(moves[at : at + 60]) for at in range(0, len(moves) - 60, 60)]
    assert statistics.correlation(hourly, hourly[1:] + hourly[:1]) > 0.3


async def test_a_simulated_venue_is_its_own_market_and_goes_on_after_closing(tmp_path: Path) -> None:
    account = simulated_account("demo", {"speed": "1", "tick_ms": "500"}, START)

    class Enough(Exception):
        pass

    class Limited(ListeningSink):
        def deliver(self, events: Sequence[VenueEvent]) -> bool:
            if len(self.fills) + len(self.events) > 30:
                raise Enough
            return super().deliver(events)

    quotes: list[Quote] = []
    for _ in range(3):
        clock, sink = ObedientClock(), Limited()
        venue = make_venue(account, tmp_path, clock)
        await venue.connect(sink)
        with pytest.raises(Enough):
            await venue.run()
        await venue.close()
        quotes += [event for event in sink.events if isinstance(event, Quote)]
        assert clock.waits == pytest.approx([0.5] * len(clock.waits))
    times = [(quote.at - START).total_seconds() for quote in quotes]
    assert times == [0.5 * at for at in range(len(times))]
    assert all(quote.venue == "simulated:demo" for quote in quotes)


async def test_a_recorded_stream_is_a_venue(tmp_path: Path) -> None:
    path = tmp_path / "binance_BTC-KRW.csv"
    path.write_text(QUOTES)
    account = replay_account(path, {"cash.KRW": "1000", "participation": str(ONE)})
    sink = ListeningSink()
    venue = make_venue(account, tmp_path, ObedientClock())
    await venue.connect(sink)
    await venue.run()
    assert [event.ask for event in sink.events if isinstance(event, Quote)] == [101, 98, 104]
    await venue.close()
