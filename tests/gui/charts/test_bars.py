"""Bars in columns: by hand, and against a dictionary."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.market import Candle
from gui.charts.bars import (
    CLOSE,
    OPENED,
    BarColumns,
    CandleSeries,
    aggregated,
    columns_of,
    instant_of,
    seconds_of,
)
from gui.charts.columns import Columns

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)


def candle(minute: int, open_: float, high: float, low: float, close: float, volume: float = 1.0) -> Candle:
    return Candle("v", "A/B", 60, MIDNIGHT + timedelta(minutes=minute), open_, high, low, close, volume)


def bars_at(minutes: list[int], mark: float) -> Columns:
    return columns_of([candle(minute, mark, mark, mark, mark) for minute in minutes])


def test_five_minutes_are_first_open_highest_lowest_last_close_and_summed_volume() -> None:
    minutes = columns_of(
        [
            candle(0, 10, 12, 9, 11, 1),
            candle(1, 11, 15, 11, 14, 2),
            candle(4, 14, 14, 7, 8, 3),
            candle(5, 8, 9, 8, 9, 4),
        ]
    )

    fives = aggregated(minutes, 300)

    first = seconds_of(MIDNIGHT)
    assert fives[:, 0].tolist() == [first, 10, 15, 7, 8, 6]
    assert fives[:, 1].tolist() == [first + 300, 8, 9, 8, 9, 4]


def test_no_bars_aggregate_to_no_bars() -> None:
    assert aggregated(np.empty((6, 0)), 300).shape == (6, 0)


def test_seconds_and_instants_are_inverse() -> None:
    assert instant_of(seconds_of(MIDNIGHT)) == MIDNIGHT


def test_the_bar_of_an_instant_is_none_in_a_gap() -> None:
    bars = BarColumns()
    bars.put(bars_at([0, 5], 3.0))
    start = seconds_of(MIDNIGHT)

    assert bars.at(start - 1, 60) is None
    found = bars.at(start + 59, 60)
    assert found is not None
    assert found[OPENED, 0] == start
    assert bars.at(start + 60, 60) is None
    assert bars.at(start + 300, 60) is not None


def test_a_window_has_one_more_bar_on_either_side() -> None:
    bars = BarColumns()
    bars.put(bars_at(list(range(10)), 1.0))
    start = seconds_of(MIDNIGHT)

    shown = bars.window(start + 180, start + 299)

    assert ((shown[OPENED] - start) / 60).tolist() == [2, 3, 4, 5]


batches = st.lists(
    st.tuples(st.sets(st.integers(0, 400), min_size=1, max_size=60), st.floats(1, 9)), min_size=1, max_size=12
)


@given(batches)
def test_put_in_any_order_is_a_dictionary_by_time(parts: list[tuple[set[int], float]]) -> None:
    bars, expected = BarColumns(), {}
    for minutes, mark in parts:
        ordered = sorted(minutes)
        bars.put(bars_at(ordered, mark))
        expected.update(dict.fromkeys(ordered, mark))

    times = (bars.rows[OPENED] - seconds_of(MIDNIGHT)) / 60
    assert dict(zip(times.tolist(), bars.rows[CLOSE].tolist(), strict=True)) == expected
    assert times.tolist() == sorted(expected)


@given(batches, st.sampled_from([300, 900, 3600]))
def test_a_series_kept_up_to_date_equals_one_made_at_once(
    parts: list[tuple[set[int], float]], timeframe_s: int
) -> None:
    series = CandleSeries(60, timeframe_s)
    for minutes, mark in parts:
        series.put(bars_at(sorted(minutes), mark))

    np.testing.assert_array_equal(series.shown.rows, aggregated(series.base.rows, timeframe_s))


def test_more_bars_than_the_first_capacity_are_all_kept() -> None:
    bars = BarColumns()
    for start in range(0, 20_000, 500):
        bars.put(bars_at(list(range(start, start + 500)), float(start)))

    assert len(bars) == 20_000
    assert bars.rows[CLOSE, -1] == 19_500
    assert (np.diff(bars.rows[OPENED]) == 60).all()
