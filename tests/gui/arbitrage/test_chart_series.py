"""What a spread chart keeps of a pair, and what is drawn of it: by hand, and against plain loops."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from engine.domain.premium_past import SpreadSeries
from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_picture import Picture
from gui.arbitrage.chart_series import Covered, PairSeries, columns_of, reading_of, step_for
from gui.arbitrage.chart_thinning import BACK_NET_LOW
from gui.charts.columns import Columns
from gui.charts.frame import Frame, PriceSpan, TimeSpan
from tests.support.arbitrage_views import pair_of, premium_view

DAY = 86400


def reading(at_s: float, net: float = 0.5) -> Columns:
    column: Columns = np.full((rows.ROW_COUNT, 1), 1.0)
    column[rows.TIME] = at_s
    column[rows.NET_LOW : rows.NET_HIGH + 1] = net
    return column


def readings(times_s: list[float], nets: list[float]) -> Columns:
    return np.concatenate([reading(at, net) for at, net in zip(times_s, nets, strict=True)], axis=1)


@pytest.mark.parametrize(
    ("length_s", "step_s"),
    [(60, 0), (6 * 3600, 0), (DAY, 60), (7 * DAY, 60), (30 * DAY, 3600), (365 * DAY, 3600), (10 * 365 * DAY, DAY)],
)
def test_a_span_is_drawn_from_the_finest_places_that_are_few_enough(length_s: float, step_s: int) -> None:
    assert step_for(length_s, 24_000) == step_s


def test_what_is_missing_is_the_latest_unknown_part() -> None:
    covered = Covered()
    assert covered.last_missing(0, 100) == (0, 100)
    covered.add(40, 60)
    covered.add(80, 100)
    assert covered.last_missing(0, 100) == (60, 80)
    assert covered.last_missing(0, 90) == (60, 80)
    assert covered.last_missing(0, 70) == (60, 70)
    covered.add(60, 80)
    assert list(covered.spans) == [(40, 100)]
    assert covered.last_missing(0, 100) == (0, 40)
    assert covered.last_missing(45, 100) is None
    covered.forget_before(90)
    assert covered.last_missing(80, 100) == (80, 90)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8), st.integers(0, 60), st.integers(0, 60))
def test_missing_spans_read_one_after_the_other_leave_nothing_and_nothing_is_read_twice(
    known: list[tuple[int, int]], start: int, end: int
) -> None:
    covered, seconds = Covered(), set[int]()
    for first, last in known:
        covered.add(first, last)
        seconds |= set(range(first, last))
    asked = set[int]()
    while (missing := covered.last_missing(start, end)) is not None:
        part = set(range(int(missing[0]), int(missing[1])))
        assert part
        assert not part & (seconds | asked)
        asked |= part
        covered.add(*missing)
    assert asked == set(range(start, end)) - seconds


def test_a_live_pair_says_both_directions_at_the_time_of_its_newer_leg() -> None:
    row = premium_view(pair_of(), "2860", "2.05")
    column = reading_of(row)
    assert column is not None
    assert row.sell is not None
    assert row.buy is not None
    assert column[rows.PREMIUM, 0] == column[rows.PREMIUM_LOW, 0] == pytest.approx(float(row.sell.premium_pct))
    assert column[rows.BACK_NET, 0] == pytest.approx(float(row.buy.net_pct))
    assert column[rows.HOME, 0] == 2860
    assert column[rows.RATE, 0] == float(Decimal("1384.5"))
    assert reading_of(premium_view(pair_of(), trouble=None)) is not None


def test_readings_within_a_quarter_second_move_the_newest_place_and_none_is_lost_after_it() -> None:
    series = PairSeries()
    for at_s, net in ((10.0, 1.0), (10.1, 2.0), (10.2, 3.0), (10.3, 4.0), (10.8, 5.0)):
        assert series.put_live(reading(at_s, net))
    places = series.window(rows.READING, 0, 20)
    assert places[rows.TIME].tolist() == [10.2, 10.3, 10.8]
    assert places[rows.NET].tolist() == [3, 4, 5]
    assert not series.put_live(reading(10.8, 5.0))
    assert not series.put_live(reading(10.5, 9.0))


def test_a_silent_feed_leaves_a_hole_to_be_read_and_a_live_one_none() -> None:
    series = PairSeries()
    for at_s in (100.0, 105.0, 109.0, 150.0, 152.0):
        series.put_live(reading(at_s))
    assert series.missing(rows.READING, 100, 152) == (109, 150)
    series.put_past(rows.READING, readings([120.0, 130.0], [1, 2]), (109, 150))
    assert series.missing(rows.READING, 100, 152) is None
    assert series.window(rows.READING, 0, 200)[rows.TIME].tolist() == [100, 105, 109, 120, 130, 150, 152]


def test_what_was_heard_live_is_not_overwritten_by_what_was_recorded() -> None:
    series = PairSeries()
    series.put_live(reading(100.0, 7.0))
    series.put_past(rows.READING, readings([99.0, 100.0], [1, 2]), (90, 101))
    assert series.window(rows.READING, 0, 200)[rows.NET].tolist() == [1, 7]


def test_bars_end_in_the_newest_reading_and_are_asked_for_again_when_told() -> None:
    series = PairSeries()
    series.put_past(rows.MINUTE, readings([0.0, 60.0, 120.0], [1, 2, 3]), (0, 180))
    series.put_live(reading(170.0, 9.0))
    assert series.window(rows.MINUTE, 0, 200)[rows.NET].tolist() == [1, 2, 3, 9]
    # Far in the past the newest reading has no place.
    assert series.window(rows.MINUTE, 0, 50)[rows.NET].tolist() == [1, 2]
    series.refresh(rows.MINUTE, 120)
    assert series.missing(rows.MINUTE, 0, 180) == (120, 180)


def test_the_oldest_of_too_many_readings_go_and_are_unknown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_READINGS", 10)
    series = PairSeries()
    for second in range(11):
        series.put_live(reading(float(second)))
    assert series.window(rows.READING, 0, 20)[rows.TIME].tolist() == [6, 7, 8, 9, 10]
    assert series.missing(rows.READING, 0, 10) == (0, 6)


def test_columns_of_a_history_without_extremes_have_the_averages_there() -> None:
    series = SpreadSeries(60, (60.0, 120.0), (1.0, 2.0), net_pct=(0.8, 1.8), net_low=(0.1, 0.2), net_high=(3.0, 4.0))
    columns = columns_of(series)
    assert columns[rows.PREMIUM_HIGH].tolist() == [1, 2]
    assert columns[rows.NET_HIGH].tolist() == [3, 4]
    assert np.isnan(columns[rows.BACK]).all()


def frame_of(start_s: float, end_s: float, width: int = 100) -> Frame:
    return Frame(QRect(0, 0, width, 100), TimeSpan(start_s, end_s), PriceSpan(0, 1))


def picture_of(columns: Columns, step_s: int = rows.READING) -> Picture:
    series = PairSeries()
    series.put_past(step_s, columns, (0, float(columns[rows.TIME, -1]) + 1))
    picture = Picture()
    picture.set_step(step_s)
    picture.choose(series)
    return picture


def test_many_readings_become_one_place_a_pixel_with_their_extremes_and_mean() -> None:
    times = np.arange(10_000.0)
    nets = np.sin(times) + times / 5000
    columns: Columns = np.full((rows.ROW_COUNT, 10_000), 1.0)
    columns[rows.TIME], columns[rows.NET], columns[rows.NET_LOW], columns[rows.NET_HIGH] = times, nets, nets, nets
    columns[rows.BACK_NET] = -nets
    columns[rows.HOME] = times
    picture = picture_of(columns)

    places = picture.of(frame_of(0, 10_000))

    assert places.shape[1] == 100
    for at in range(100):
        inside = nets[at * 100 : (at + 1) * 100]
        assert places[rows.NET_LOW, at] == inside.min()
        assert places[rows.NET_HIGH, at] == inside.max()
        assert places[rows.NET, at] == pytest.approx(inside.mean())
        assert places[BACK_NET_LOW, at] == -inside.max()
        assert places[rows.HOME, at] == at * 100 + 99
    assert picture.of(frame_of(0, 10_000)) is places


def test_columns_that_are_kept_while_a_chart_moves_are_those_that_would_be_worked_out_anew() -> None:
    """Two series hear the same; of one every picture is made from nothing."""
    chance = np.random.default_rng(5)
    kept, other = PairSeries(), PairSeries()
    picture = Picture()
    picture.choose(kept)
    # No column begins at a reading: what a float loses decides nothing.
    start_s, length_s, now_s = 3_000.3, 4_003.7, 7_000.0
    for series in (kept, other):
        series.put_past(rows.READING, readings([3_000.0 + at for at in range(4_000)], [1.0] * 4_000), (3_000, 7_000))
    for _ in range(300):
        match int(chance.integers(5)):
            case 0:
                start_s += float(chance.normal(0, length_s / 8))
            case 1:
                length_s *= float(chance.choice([0.8, 1.25]))
            case 2:
                past_s = float(chance.integers(0, 7_000))
                times = [past_s + 0.5 + at for at in range(200)]
                page = readings(times, chance.normal(0, 1, 200).tolist())
                for series in (kept, other):
                    series.put_past(rows.READING, page, (past_s, past_s + 200))
            case _:
                now_s += float(chance.choice([0.1, 0.5, 30.0]))
                live = reading(now_s, float(chance.normal()))
                for series in (kept, other):
                    series.put_live(live)
        picture.changed()
        fresh = Picture()
        fresh.choose(other)
        frame = frame_of(start_s, start_s + length_s)
        np.testing.assert_array_equal(picture.of(frame), fresh.of(frame))


def test_bars_that_are_kept_end_in_the_newest_reading_too() -> None:
    bars = readings([60.0 * at for at in range(1_000)], [1.0] * 1_000)
    picture = picture_of(bars, rows.MINUTE)
    frame = frame_of(0, 61_000)
    assert picture.of(frame)[rows.NET_HIGH, -1] == 1
    for at_s, net in ((60_010.0, 5.0), (60_020.0, 2.0)):
        picture.series.put_live(reading(at_s, net))
        picture.changed()
        assert picture.of(frame)[rows.NET_HIGH, -1] == net
    picture.series.put_past(rows.MINUTE, readings([60_000.0, 60_060.0], [3.0, 1.0]), (60_000, 60_120))
    picture.changed()
    assert picture.of(frame)[rows.NET_HIGH, -1] == 3, "a bar says it now"


def test_few_readings_are_drawn_one_by_one_and_unknown_ones_count_for_nothing() -> None:
    picture = picture_of(readings([10.0, 11.0, 12.0], [1, math.nan, 3]))
    assert picture.of(frame_of(0, 20))[rows.NET].tolist()[0::2] == [1, 3]
    dense = readings([float(at) for at in range(400)], [math.nan if at % 2 else 2.0 for at in range(400)])
    places = picture_of(dense).of(frame_of(0, 400))
    assert places[rows.NET].tolist() == [2.0] * 100
    assert places[rows.NET_HIGH].tolist() == [2.0] * 100


def test_a_line_is_cut_where_nothing_was_heard() -> None:
    times = [float(at) for at in (0, 1, 2, 3, 4, 30, 31, 32)]
    picture = picture_of(readings(times, [1.0] * 8))
    assert picture.pieces(frame_of(0, 40)) == [slice(0, 5), slice(5, 8)]
    minutes = picture_of(readings([0.0, 60.0, 120.0, 240.0, 480.0], [1.0] * 5), rows.MINUTE)
    assert minutes.pieces(frame_of(0, 600)) == [slice(0, 5)]
