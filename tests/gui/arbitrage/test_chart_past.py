"""Where a spread chart's past comes from: bounded questions, the latest first, and only for what is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from decimal import Decimal

import numpy as np

from engine.domain.premium_past import PastPosition
from engine.errors import StorageUnavailable
from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_view import SpreadChart
from gui.charts.bars import seconds_of
from gui.theme import Theme
from tests.support.arbitrage_views import pair_of
from tests.support.qt_waiting import let_tasks_run, wait_for_async
from tests.support.spread_charts import PAIR, Recording, SpreadPast, closed_positions, ticked, trading_view
from tests.support.views import NOON

END_S = seconds_of(NOON)
DAY_S = 86400.0


@contextmanager
def shown_chart(
    theme: Theme, past: SpreadPast, clock_s: float = 1.0, most_places: int = 24_000
) -> Iterator[SpreadChart]:
    chart = SpreadChart(theme, past, lambda *_: None, UTC, lambda: clock_s, most_places)
    chart.resize(900, 560)
    chart.show()
    try:
        yield chart
    finally:
        chart.stop()
        chart.close()
        chart.deleteLater()


def gaps_of(chart: SpreadChart, step_s: int) -> set[float]:
    span = chart.canvas.time_span
    return set(np.diff(chart.series.window(step_s, span.start_s, END_S - 1)[rows.TIME]).round(6).tolist())


async def test_the_time_on_show_is_read_first_and_then_where_the_past_begins(theme: Theme) -> None:
    recording = Recording(20_000)
    past = SpreadPast({PAIR: recording})
    with shown_chart(theme, past) as chart:
        chart.show_view(trading_view())
        chart.choose(PAIR)
        await wait_for_async(lambda: len(past.spans) == 3, "the hour, its half before, and the whole")
        await let_tasks_run()

        first, second, whole = past.spans
        assert first == (END_S - 3600, END_S)
        # Half a screen before the left edge is held ready.
        assert second[1] == first[0]
        assert second[0] == chart.canvas.time_span.start_s - 1800
        assert whole == (float("-inf"), float("inf"))
        assert gaps_of(chart, rows.READING) == {1.0}
        assert chart.series.earliest_s is not None
        assert abs(chart.series.earliest_s - recording.times_s[0]) <= 60


async def test_zoomed_out_minutes_are_read_and_zoomed_in_readings_again_without_reading_twice(theme: Theme) -> None:
    past = SpreadPast({PAIR: Recording(200_000)})
    with shown_chart(theme, past) as chart:
        chart.show_view(trading_view())
        chart.choose(PAIR)
        await wait_for_async(lambda: len(past.spans) == 3, "the hour")
        chart.show_range(2 * DAY_S)
        await wait_for_async(lambda: len(past.spans) == 5, "two days and a half before them")
        assert chart.step_s == rows.MINUTE
        assert past.spans[3] == (END_S - 2 * DAY_S, END_S)
        # The half before begins inside a minute, of which all is read.
        start_s, end_s = past.spans[4]
        assert start_s < end_s
        assert start_s % 60 == end_s % 60 == 0
        assert gaps_of(chart, rows.MINUTE) == {60.0}
        chart.show_range(3600.0)
        await let_tasks_run()
        assert len(past.spans) == 5
        assert chart.step_s == rows.READING


async def test_a_pan_to_the_left_reads_on_and_stops_at_the_beginning(theme: Theme) -> None:
    recording = Recording(10_000)
    past = SpreadPast({PAIR: recording})
    with shown_chart(theme, past) as chart:
        chart.show_view(trading_view())
        chart.choose(PAIR)
        await wait_for_async(lambda: len(past.spans) == 3, "the hour")
        for _ in range(8):
            chart.canvas.pan(-1800.0)
            await let_tasks_run()
        asked = len(past.spans)
        assert all(end - start <= 3600 for start, end in past.spans if end < 1e18)
        oldest = float(chart.series.window(rows.READING, 0, END_S)[rows.TIME, 0])
        assert oldest == recording.times_s[0]
        chart.canvas.pan(-1800.0)
        await let_tasks_run()
        assert len(past.spans) == asked


async def test_readings_ten_times_a_second_are_asked_for_in_shorter_spans(theme: Theme) -> None:
    past = SpreadPast({PAIR: Recording(60_000, every_s=0.1)})
    with shown_chart(theme, past, most_places=100_000) as chart:
        chart.show_view(trading_view())
        chart.choose(PAIR)
        await wait_for_async(lambda: chart.series.count(rows.READING) > 36_000, "an hour of tenths")
        assert chart.series.missing(rows.READING, END_S - 3000, END_S) is None
        assert gaps_of(chart, rows.READING) == {0.1}


async def test_a_database_that_does_not_answer_is_said_and_what_is_live_is_shown(theme: Theme) -> None:
    past = SpreadPast({PAIR: Recording(1000)})
    past.problem = StorageUnavailable("The database does not answer.")
    with shown_chart(theme, past) as chart:
        chart.show_view(trading_view())
        chart.choose(PAIR)
        await wait_for_async(lambda: chart.canvas.notice != "", "the trouble")
        assert chart.canvas.notice == "The past of this pair cannot be read: The database does not answer."
        assert not chart.canvas.is_stale
        for second in range(1, 20):
            chart.show_view(ticked(trading_view(), second))
        await let_tasks_run()
        assert len(past.spans) == 1
        assert chart.series.count(rows.READING) == 20


async def test_a_pair_nobody_watches_is_shown_from_its_record(theme: Theme) -> None:
    view = trading_view()
    past = SpreadPast({PAIR: Recording(5000)})
    with shown_chart(theme, past) as chart:
        chart.choose(PAIR)
        await wait_for_async(lambda: len(past.spans) >= 3, "the whole, then the hour")
        assert past.spans[0] == (float("-inf"), float("inf"))
        assert gaps_of(chart, rows.READING) == {1.0}
        assert chart.canvas.is_stale
        assert chart.canvas.notice == "This pair is not watched now; what was recorded of it is shown."
        chart.show_view(view)
        chart.show_age()
        assert chart.canvas.notice == ""


async def test_positions_of_the_pair_come_from_the_history_and_the_last_word_of_a_closed_one_too(theme: Theme) -> None:
    recording = Recording(100_000)
    positions = closed_positions(recording)
    assert len(positions) >= 3
    elsewhere = PastPosition(replace(positions[0], position_id="other"), pair_of(foreign="okx"))
    past = SpreadPast({PAIR: recording}, [elsewhere, *(PastPosition(one, PAIR) for one in positions[:-1])])
    held = positions[-1]
    with shown_chart(theme, past) as chart:
        chart.show_view(trading_view(positions=[held]))
        chart.choose(PAIR)
        await let_tasks_run()
        marks = chart.positions.marks
        assert len(marks.times_s) == 2 * len(positions)
        assert (np.diff(marks.times_s) >= 0).all()
        assert marks.pcts[0] == float(positions[0].entry.net_pct)
        assert marks.sells_at_home.tolist()[:2] == [True, False]

        past.positions.append(PastPosition(replace(held, pnl=Decimal(99)), PAIR))
        chart.show_view(trading_view())
        await let_tasks_run()
        assert chart.positions.position(held.position_id).pnl == Decimal(99)
