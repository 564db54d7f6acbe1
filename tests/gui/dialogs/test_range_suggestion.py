"""The suggested range: worked by hand, and its cycles against a rung-by-rung reference."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.charts.bars import columns_of
from gui.charts.columns import Columns
from gui.dialogs.range_suggestion import average_true_range, closed_cycles, path_of, suggested_range
from tests.support import views
from tests.support.chart_history import recorded_candles, wandering_candles

INSTRUMENT = views.instrument_of()


def bars(rows: list[tuple[float, float, float, float]]) -> Columns:
    table = np.zeros((6, len(rows)))
    table[0] = np.arange(len(rows)) * 60
    table[1:5] = np.array(rows).T
    return table


def reference_cycles(path: list[float], lines: list[float]) -> int:
    """One rung at a time: holding, it sells when the price is at its upper line or above, else it buys at its lower."""
    cycles = 0
    for low, high in pairwise(lines):
        holds = low > path[0]
        for price in path:
            if holds and price >= high:
                cycles, holds = cycles + 1, False
            elif not holds and price <= low:
                holds = True
    return cycles


def test_a_price_that_goes_down_and_up_again_closes_each_rung_it_passed() -> None:
    lines = [100.0, 110.0, 120.0, 130.0]

    assert closed_cycles([125.0, 109.0, 131.0], lines) == 2
    assert closed_cycles([125.0, 110.0, 119.9, 120.0], lines) == 1
    assert closed_cycles([125.0, 99.0], lines) == 0
    assert closed_cycles([99.0, 130.0], lines) == 3
    assert closed_cycles([], lines) == 0


@given(
    st.lists(st.integers(80, 160), min_size=1, max_size=120),
    st.lists(st.integers(90, 150), min_size=3, max_size=12, unique=True),
)
def test_cycles_are_those_of_each_rung_alone(path: list[int], lines: list[int]) -> None:
    prices, edges = [float(price) for price in path], [float(line) for line in sorted(lines)]

    assert closed_cycles(prices, edges) == reference_cycles(prices, edges)


def test_a_rising_candle_is_walked_over_its_low_and_a_falling_one_over_its_high() -> None:
    path = path_of(bars([(10, 15, 8, 12), (12, 14, 7, 9)]))

    assert path == [10, 8, 15, 12, 12, 14, 7, 9]


def test_a_true_range_reaches_to_the_close_before() -> None:
    assert (
        average_true_range(bars([(10, 11, 9, 10), (20, 21, 19, 20), (20, 22, 18, 21)])) == ((21 - 10) + (22 - 18)) / 2
    )


def test_a_suggestion_holds_the_price_and_says_how_it_was_found() -> None:
    candles = wandering_candles("v", "s", 30_000, views.NOON)
    minutes = columns_of(candles)

    found = suggested_range(minutes, Decimal(812), INSTRUMENT)

    assert found is not None
    recent = [candle for candle in candles if candle.opened_at >= candles[-1].opened_at - timedelta(days=14)]
    below = sum(candle.low < float(found.lower) for candle in recent) / len(recent)
    above = sum(candle.high > float(found.upper) for candle in recent) / len(recent)
    assert found.lower < 812 < found.upper
    assert below < 0.06
    assert above < 0.06
    assert found.days == pytest.approx(14, abs=0.01)
    assert found.until == candles[-1].opened_at
    lines = np.linspace(float(found.lower), float(found.upper), found.grid_count + 1).tolist()
    assert found.cycles == reference_cycles(path_of(columns_of(recent)), lines)
    step = float(found.upper - found.lower) / found.grid_count
    assert step >= 2 * 3 * 812 * 0.0005 * 0.9


def test_little_past_is_no_ground_for_a_suggestion() -> None:
    minutes = columns_of(wandering_candles("v", "s", 60 * 40, views.NOON))

    assert suggested_range(minutes, Decimal(812), INSTRUMENT) is None
    assert suggested_range(np.empty((6, 0)), Decimal(812), INSTRUMENT) is None


def test_a_price_far_outside_of_its_past_is_inside_the_range() -> None:
    minutes = columns_of(wandering_candles("v", "s", 30_000, views.NOON))

    found = suggested_range(minutes, Decimal(2000), INSTRUMENT)

    assert found is not None
    assert found.lower < 2000 < found.upper


def test_a_recorded_market_gets_a_range_that_would_have_worked() -> None:
    candles = recorded_candles("upbit_XRP-KRW_1m", "v", "XRP/KRW", 20_160)
    if not candles:
        pytest.skip("no recorded market: set GRIDWRIGHT_DATA")
    price = Decimal(repr(candles[-1].close))

    found = suggested_range(columns_of(candles), price, INSTRUMENT)

    assert found is not None
    assert found.lower < price < found.upper
    assert found.cycles > 10
