"""Spans, ticks and candles in pixels."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from gui.charts.columns import Columns
from gui.charts.frame import Frame, PriceSpan, TimeSpan, nice_step, price_ticks, span_around
from gui.charts.layers import candle_rects, column_rects
from gui.charts.lines import stride_for
from gui.charts.time_axis import time_ticks

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC).timestamp()


def frame_of(seconds: float, low: float = 0.0, high: float = 100.0, width: int = 600) -> Frame:
    return Frame(QRect(0, 0, width, 400), TimeSpan(NOON, NOON + seconds), PriceSpan(low, high))


@given(st.floats(0.1, 10), st.floats(0, 1))
def test_zooming_keeps_the_place_under_the_mouse(factor: float, share: float) -> None:
    span = TimeSpan(NOON, NOON + 3600)
    at = NOON + share * 3600

    zoomed = span.zoomed(factor, at, 60, 1e9)

    assert zoomed.length_s == pytest.approx(max(3600 * factor, 60))
    assert (at - zoomed.start_s) / zoomed.length_s == pytest.approx(share, abs=1e-6)


@given(st.floats(0, 100), st.floats(0, 3600))
def test_pixels_and_values_are_inverse(price: float, seconds: float) -> None:
    frame = frame_of(3600)

    assert frame.price_at(frame.y(price)) == pytest.approx(price, abs=1e-9)
    assert frame.time_at(frame.x(NOON + seconds)) == pytest.approx(NOON + seconds, abs=1e-3)


def test_a_market_that_stands_still_has_room_around_it() -> None:
    span = span_around(812.0, 812.0)

    assert span.low < 812 < span.high


@pytest.mark.parametrize(
    ("span", "most", "step"), [(100, 10, 10), (95, 10, 10), (7, 10, 1), (0.35, 4, 0.1), (21, 4, 10)]
)
def test_steps_are_one_two_five_times_a_power_of_ten(span: float, most: int, step: float) -> None:
    assert nice_step(span, most) == pytest.approx(step)


def test_price_ticks_are_never_closer_than_the_increment() -> None:
    assert price_ticks(PriceSpan(811.2, 815.3), 400, 1.0) == [812, 813, 814, 815]


def test_ticks_of_a_day_stand_at_round_hours_of_the_persons_time_zone() -> None:
    ticks = time_ticks(TimeSpan(NOON - 12 * 3600, NOON + 12 * 3600), 700, SEOUL)

    texts = [tick.text for tick in ticks]
    assert texts == ["11-20", "04:00", "08:00", "12:00", "16:00", "20:00", "11-21"]
    assert [tick.is_major for tick in ticks] == [True, False, False, False, False, False, True]


@pytest.mark.parametrize("seconds", [300, 3600, 86400, 7 * 86400, 60 * 86400, 400 * 86400, 4000 * 86400])
def test_there_are_some_ticks_and_they_do_not_crowd(seconds: float) -> None:
    span = TimeSpan(NOON, NOON + seconds)

    ticks = time_ticks(span, 800, SEOUL)

    gaps = np.diff([tick.at_s for tick in ticks]) * 800 / seconds
    assert 2 <= len(ticks) <= 11
    assert gaps.min() > 40


def bars_of(closes: list[float], timeframe_s: int = 60) -> Columns:
    opens = [closes[0], *closes[:-1]]
    return np.array(
        [
            [NOON + timeframe_s * at for at in range(len(closes))],
            opens,
            [max(pair) + 1 for pair in zip(opens, closes, strict=True)],
            [min(pair) - 1 for pair in zip(opens, closes, strict=True)],
            closes,
            [1.0] * len(closes),
        ]
    )


def test_bodies_are_one_pixel_apart_and_wicks_in_their_middle() -> None:
    bars = bars_of([50.0, 60.0, 55.0, 70.0])
    frame = frame_of(600)  # 60 px a bar, so bodies have their widest 21 px

    up, down = candle_rects(bars, frame_of(60 * 75), 60)  # 8 px a bar

    bodies = sorted((rect for rect in up + down if rect.width() > 1), key=lambda rect: rect.x())
    wicks = sorted((rect for rect in up + down if rect.width() == 1), key=lambda rect: rect.x())
    assert [rect.width() for rect in bodies] == [7, 7, 7, 7]
    assert [later.x() - former.x() for former, later in pairwise(bodies)] == [8, 8, 8]
    assert [wick.x() for wick in wicks] == [body.x() + 3 for body in bodies]
    assert len(down) == 2
    widest = [rect for rect in candle_rects(bars, frame, 60)[0] if rect.width() > 1]
    assert {rect.width() for rect in widest} == {21}


def test_a_body_reaches_from_open_to_close_and_a_wick_from_high_to_low() -> None:
    frame = frame_of(600)
    up, _ = candle_rects(bars_of([50.0, 60.0]), frame, 60)

    wick, body = up[2], up[3]

    assert (body.top(), body.height()) == (round(frame.y(60)), round(frame.y(50)) - round(frame.y(60)))
    assert (wick.top(), wick.height()) == (round(frame.y(61)), round(frame.y(49)) - round(frame.y(61)))


def test_dense_bars_are_the_lowest_and_highest_of_each_pixel_column() -> None:
    rng = np.random.default_rng(7)
    bars = bars_of((50 + np.cumsum(rng.normal(0, 0.05, 60_000))).tolist())
    frame = frame_of(60 * 60_000, low=20, high=80)

    up, down = column_rects(bars, frame)

    rects = {rect.x(): rect for rect in up + down}
    columns = np.floor(frame.xs(bars[0])).astype(int)
    assert sorted(rects) == sorted(set(columns.tolist()))
    for column in (0, 17, 300, 599):
        inside = bars[:, columns == column]
        assert rects[column].top() == round(frame.y(float(inside[2].max())))
        assert rects[column].top() + rects[column].height() == pytest.approx(frame.y(float(inside[3].min())), abs=1)


@pytest.mark.parametrize(("spacing", "stride"), [(20, 1), (7, 1), (6, 2), (2, 5), (1, 10), (0.5, 20), (0.1, 100)])
def test_crowded_lines_are_drawn_every_second_fifth_tenth(spacing: float, stride: int) -> None:
    assert stride_for(spacing, 7.0) == stride
