"""The path through a candle, its stops and jumps, its volume, its times, and that it can be taken up anywhere."""

import pytest

from engine.domain.market import Candle, Quote
from engine.domain.order import Fill
from engine.venues.candle_walk import CandleWalk
from engine.venues.matching import Matching
from engine.venues.recording import CandleRecording
from tests.engine.venues.builders import FREE, START_MS, D, buy, candles, instrument, matching, rows_of, sell, short


def walk_over(recording: CandleRecording, *, participation: str = "1", in_quote: bool = False) -> CandleWalk:
    return CandleWalk(recording, instrument(FREE), participation=D(participation), is_volume_in_quote=in_quote)


def engine_for() -> Matching:
    return matching(FREE, krw="1000000", btc="1000", price=None)


def run(walk: CandleWalk, engine: Matching) -> tuple[list[Fill], list[str], list[Candle]]:
    """All fills, the prices quoted, and the candles told."""
    fills: list[Fill] = []
    prices: list[str] = []
    closed: list[Candle] = []
    while walk.next_at_ms() is not None:
        step = walk.step(engine)
        fills += step.change.fills if step.change else []
        for event in step.events:
            if isinstance(event, Quote):
                assert event.bid == event.ask
                prices.append(short(event.bid))
            elif isinstance(event, Candle):
                closed.append(event)
    return fills, prices, closed


def test_a_rising_candle_goes_open_low_high_close_and_a_falling_one_open_high_low_close() -> None:
    recording = candles([(100, 110, 90, 105, 1), (105, 120, 80, 95, 1), (95, 99, 94, 95, 1)])
    _, prices, closed = run(walk_over(recording), engine_for())
    assert prices == ["100", "90", "110", "105", "105", "120", "80", "95", "95", "94", "99", "95"]
    assert [candle.close for candle in closed] == [105, 95, 95]


def test_times_are_quarters_of_the_candle() -> None:
    recording = candles([(100, 110, 90, 105, 1), (105, 120, 80, 95, 1)], minutes=[0, 7])
    walk, engine = walk_over(recording), engine_for()
    seconds = []
    while walk.next_at_ms() is not None:
        walk.step(engine)
        seconds.append((engine.at_ms - START_MS) // 1000)
    # The second candle opens seven minutes later: nothing is invented in between.
    assert seconds == [0, 15, 30, 45, 420, 435, 450, 465]


def test_the_path_stops_at_each_order_on_its_way_down_and_then_up() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 110, 90, 105, 50)]))
    walk.step(engine)
    for request in (buy("b95", "95", "1"), buy("b90", "90", "1"), buy("b89", "89.5", "1"), sell("s110", "110", "1")):
        assert engine.place(request).reason is None
    fills, prices, _ = run(walk, engine)
    # 90 and 110 are only touched, which is enough; 89.5 is not reached.
    assert rows_of(fills) == [("b95", "95", "1", "0"), ("b90", "90", "1", "0"), ("s110", "110", "1", "0")]
    assert prices == ["95", "90", "90", "110", "110", "105"]
    assert engine.book.ids() == {"b89"}


def test_a_stop_carries_the_time_of_the_point_it_is_moving_to() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 110, 90, 105, 50)]))
    walk.step(engine)
    engine.place(buy("b95", "95", "1"))
    engine.place(sell("s106", "106", "1"))
    fills, _, _ = run(walk, engine)
    assert [int(fill.at.timestamp() * 1000) - START_MS for fill in fills] == [15_000, 30_000]


def test_a_counter_order_can_fill_later_in_the_same_candle() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 110, 90, 105, 50)]))
    walk.step(engine)
    engine.place(buy("b95", "95", "1"))
    step = walk.step(engine)
    assert step.change is not None
    assert [fill.client_order_id for fill in step.change.fills] == ["b95"]
    engine.place(sell("s99", "99", "1"))
    fills, _, _ = run(walk, engine)
    assert rows_of(fills) == [("s99", "99", "1", "0")]


def test_an_order_placed_behind_the_path_waits_for_the_way_back() -> None:
    """Moving down from 100 to 90, a buy put at 97 while the price is 95 would trade, so it is refused as post-only."""
    engine = engine_for()
    walk = walk_over(candles([(100, 110, 90, 105, 50)]))
    walk.step(engine)
    engine.place(buy("b95", "95", "1"))
    walk.step(engine)
    reason = engine.place(buy("b97", "97", "1")).reason
    assert reason is not None
    assert reason.code == "post_only"


def test_volume_is_shared_by_all_fills_of_a_candle_and_the_rest_fills_at_the_next_open() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 110, 90, 105, 2.5), (94, 96, 93, 95, 9)]))
    walk.step(engine)
    for request in (buy("b95", "95", "2"), buy("b94", "94", "2"), sell("s110", "110", "1")):
        engine.place(request)
    fills, prices, _ = run(walk, engine)
    # 2.5 in all: 2 at 95, 0.5 at 94, nothing for the sell. The next open is 94: the rest of b94 fills there, at 94.
    assert rows_of(fills) == [("b95", "95", "2", "0"), ("b94", "94", "0.5", "0"), ("b94", "94", "1.5", "0")]
    assert prices[:4] == ["95", "94", "90", "110"]
    assert engine.book.ids() == {"s110"}


def test_an_order_left_behind_fills_when_a_later_path_reaches_it() -> None:
    engine = engine_for()
    # The volume of the first candle is used up; the second opens above the order and comes down to it again.
    walk = walk_over(candles([(100, 110, 90, 105, 1), (99, 101, 94, 95, 9)]))
    walk.step(engine)
    engine.place(buy("b97", "97", "1"))
    engine.place(buy("b95", "95", "1"))
    fills, _, _ = run(walk, engine)
    assert [(row[0], fill.at.minute) for row, fill in zip(rows_of(fills), fills, strict=True)] == [
        ("b97", 0),
        ("b95", 1),
    ]


def test_a_jump_fills_at_the_orders_own_prices_before_anybody_is_told() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 100, 100, 100, 50), (80, 81, 80, 81, 50)]))
    for _ in range(4):
        walk.step(engine)
    for identity, price in (("b90", "90"), ("b95", "95"), ("b80", "80"), ("b79", "79.5")):
        engine.place(buy(identity, price, "1"))
    step = walk.step(engine)
    assert step.change is not None
    assert rows_of(step.change.fills) == [("b95", "95", "1", "0"), ("b90", "90", "1", "0"), ("b80", "80", "1", "0")]
    assert [event.bid for event in step.events if isinstance(event, Quote)] == [80]


def test_a_jump_up_fills_sells_from_the_lowest() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 100, 100, 100, 50), (120, 121, 120, 121, 50)]))
    for _ in range(4):
        walk.step(engine)
    for identity, price in (("s115", "115"), ("s105", "105"), ("s120", "120")):
        engine.place(sell(identity, price, "1"))
    step = walk.step(engine)
    assert step.change is not None
    assert [row[:2] for row in rows_of(step.change.fills)] == [("s105", "105"), ("s115", "115"), ("s120", "120")]


def test_participation_takes_its_share_of_the_volume() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 110, 90, 105, 3.33)]), participation="0.5")
    walk.step(engine)
    engine.place(buy("b95", "95", "5"))
    fills, _, _ = run(walk, engine)
    assert rows_of(fills) == [("b95", "95", "1.66", "0")]


def test_volume_in_quote_is_divided_by_the_open() -> None:
    engine = engine_for()
    walk = walk_over(candles([(100, 110, 90, 105, 250.9)]), in_quote=True)
    walk.step(engine)
    engine.place(buy("b95", "95", "5"))
    fills, _, closed = run(walk, engine)
    assert rows_of(fills) == [("b95", "95", "2.5", "0")]
    assert closed[0].volume == pytest.approx(2.509)


def test_recorded_doubles_become_the_decimals_that_were_recorded() -> None:
    engine = engine_for()
    walk = walk_over(candles([(0.1, 0.30000000000000004, 0.1, 0.3, 1)]))
    _, prices, _ = run(walk, engine)
    assert prices == ["0.1", "0.1", "0.30000000000000004", "0.3"]


def test_it_can_be_taken_up_after_any_step() -> None:
    recording = candles([(100, 110, 90, 105, 2.5), (94, 96, 93, 95, 9), (95, 108, 94, 96, 1)], minutes=[0, 1, 5])
    requests = [buy("b95", "95", "2"), buy("b94", "94", "2"), sell("s106", "106", "3")]

    def told(stop_after: int) -> list[str]:
        engine, walk = engine_for(), walk_over(recording)
        walk.step(engine)
        for request in requests:
            engine.place(request)
        lines: list[str] = []
        while walk.next_at_ms() is not None:
            if len(lines) == stop_after:
                fresh = walk_over(recording)
                fresh.restore(walk.position)
                walk = fresh
            step = walk.step(engine)
            assert step.change is not None
            lines.append(f"{step.events} {step.change.fills} {engine.market}")
        return lines

    whole = told(-1)
    assert len(whole) == 14
    for stop_after in range(14):
        assert told(stop_after) == whole


@pytest.mark.parametrize("position", ["3 0 1", "0 4 1", "0 0 2", "-1 0 1", "x", "1 1"])
def test_a_position_of_another_recording_is_refused(position: str) -> None:
    walk = walk_over(candles([(100, 110, 90, 105, 1)] * 3))
    with pytest.raises(ValueError):
        walk.restore(position)


def test_the_last_closed_candles_can_be_told_again() -> None:
    walk, engine = walk_over(candles([(100 + n, 110 + n, 90, 105, 1) for n in range(5)])), engine_for()
    assert walk.recent_candles(2) == ()
    for _ in range(4 * 3):
        walk.step(engine)
    assert [candle.open for candle in walk.recent_candles(2)] == [101, 102]
    walk.step(engine)
    assert [candle.open for candle in walk.recent_candles(2)] == [101, 102], "the fourth has only begun"
