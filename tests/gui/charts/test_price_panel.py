"""The price chart on a history and a live market: what it asks for, what it shows, when it paints."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.domain.market import Candle
from engine.domain.views import EngineView, MarketView
from engine.errors import StorageUnavailable
from gui.charts.bars import CLOSE, OPENED
from gui.charts.price_panel import PricePanel
from gui.theme import Convention, Scheme, Theme, make_theme
from tests.support import views
from tests.support.chart_history import ChartHistory, recorded_candles, wandering_candles
from tests.support.mouse import drag_mouse
from tests.support.qt_waiting import let_tasks_run, wait_for_async

INSTRUMENT = views.instrument_of()
MARKET = views.market_of(INSTRUMENT, candles=200)
BOT = views.grid_bot(MARKET, grid_count=20)
VIEW = views.view_of([MARKET], [BOT], fills=views.fills_of(BOT, INSTRUMENT, 30))
OLDEST_LIVE = MARKET.closed_candles[0].opened_at
PAST = wandering_candles(INSTRUMENT.venue, INSTRUMENT.symbol, 9000, OLDEST_LIVE)


@contextmanager
def shown_panel(theme: Theme, history: ChartHistory, clock_s: float = 0.0) -> Iterator[PricePanel]:
    panel = PricePanel(theme, history, zone=UTC, clock=lambda: clock_s)
    panel.resize(900, 500)
    panel.show()
    QApplication.processEvents()
    try:
        yield panel
    finally:
        panel.close()


def moved_on(view: EngineView, minutes: int, closed: int = 200) -> EngineView:
    """The same market some minutes later, with the last `closed` candles of then."""
    at = MARKET.at + timedelta(minutes=minutes)
    market = view.markets[0]
    candles = [
        replace(MARKET.closed_candles[-1], opened_at=at - timedelta(minutes=back), close=800.0 + back % 7)
        for back in range(closed, 0, -1)
    ]
    live = replace(MARKET.closed_candles[-1], opened_at=at, is_closed=False, close=805.0)
    new: MarketView = replace(market, at=at, candle=live, closed_candles=tuple(candles))
    return replace(view, sequence=view.sequence + 1, markets=(new,))


def times_of(panel: PricePanel) -> list[datetime]:
    rows = panel._candles._series.base.rows
    return [datetime.fromtimestamp(at, UTC) for at in rows[OPENED].tolist()]


async def test_the_past_is_read_in_pages_and_joined_with_the_live_candles(theme: Theme) -> None:
    history = ChartHistory(PAST)
    with shown_panel(theme, history) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        panel.canvas.show_last(5000 * 60)
        await wait_for_async(lambda: len(times_of(panel)) > 7000, "pages back to what is on show")
        await let_tasks_run()

        times = times_of(panel)
        assert times[-1] == MARKET.at
        assert times == [times[0] + timedelta(minutes=at) for at in range(len(times))]
        assert [limit for _, limit in history.asked] == [2000] * len(history.asked)
        assert history.asked[0][0] == OLDEST_LIVE
        # Half a screen more than is on show is held ready, and nothing beyond the page that reached it.
        assert 7500 <= len(times) <= 7500 + 2000


async def test_panning_left_reads_older_pages_until_there_are_no_more(theme: Theme) -> None:
    history = ChartHistory(PAST)
    with shown_panel(theme, history) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        await let_tasks_run()
        first = len(times_of(panel))
        assert first < 3000
        panel.canvas.zoom(4)

        for _ in range(60):
            QTest.keyClick(panel.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
            await let_tasks_run(10)

        assert times_of(panel)[0] == PAST[0].opened_at
        asked = len(history.asked)
        QTest.keyClick(panel.canvas, Qt.Key.Key_Home)
        await let_tasks_run()
        assert len(history.asked) == asked
        assert not panel.canvas.is_following


async def test_without_a_history_the_live_candles_are_shown_and_the_chart_says_why(theme: Theme) -> None:
    history = ChartHistory(error=StorageUnavailable("The database does not answer."))
    with shown_panel(theme, history) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        await let_tasks_run()

        assert len(times_of(panel)) == 201
        assert "The database does not answer." in panel.canvas.notice
        for minutes in range(1, 30):
            panel.show_view(moved_on(VIEW, minutes), BOT.bot.bot_id)
            await let_tasks_run(5)
        assert len(history.asked) == 1
        assert "The database does not answer." in panel.canvas.notice


async def test_new_candles_are_appended_and_the_one_under_construction_replaced(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        panel.show_view(moved_on(VIEW, 3), BOT.bot.bot_id)

        rows = panel._candles._series.base.rows
        assert len(times_of(panel)) == 204
        assert rows[CLOSE, -4:].tolist() == [803.0, 802.0, 801.0, 805.0]


async def test_what_a_fast_market_skipped_between_two_looks_is_read_from_the_history(theme: Theme) -> None:
    history = ChartHistory()
    with shown_panel(theme, history) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        await let_tasks_run()
        later = moved_on(VIEW, 5000)
        history.stored = wandering_candles(
            INSTRUMENT.venue, INSTRUMENT.symbol, 5000, later.markets[0].closed_candles[0].opened_at
        )

        panel.show_view(later, BOT.bot.bot_id)
        await wait_for_async(lambda: len(times_of(panel)) > 5000, "the skipped candles")

        gaps = np.diff([at.timestamp() for at in times_of(panel)])
        assert set(gaps.tolist()) == {60.0}


async def test_the_chart_follows_the_market_until_the_trader_pans(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        right = panel.canvas.time_span.end_s
        panel.show_view(moved_on(VIEW, 2), BOT.bot.bot_id)
        assert panel.canvas.time_span.end_s == right + 120

        panel.canvas.pan(-3 * 3600)
        held = panel.canvas.time_span
        panel.show_view(moved_on(VIEW, 4), BOT.bot.bot_id)
        assert panel.canvas.time_span == held

        QTest.keyClick(panel.canvas, Qt.Key.Key_End)
        assert panel.canvas.is_following
        assert panel.canvas.time_span.end_s > right


async def test_the_same_view_again_paints_nothing(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        await wait_for_async(lambda: panel.canvas.paint_count > 0 and not panel.canvas.is_waiting, "the first picture")
        await let_tasks_run()
        painted = panel.canvas.paint_count

        for sequence in range(2, 50):
            panel.show_view(replace(VIEW, sequence=sequence), BOT.bot.bot_id)
            QApplication.processEvents()

        assert not panel.canvas.is_waiting
        assert panel.canvas.paint_count == painted


async def test_many_changes_make_one_picture(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        await wait_for_async(lambda: panel.canvas.paint_count > 0 and not panel.canvas.is_waiting, "the first picture")
        painted = panel.canvas.paint_count

        for minutes in range(1, 40):
            panel.show_view(moved_on(VIEW, minutes), BOT.bot.bot_id)
        await wait_for_async(lambda: not panel.canvas.is_waiting, "the next picture")

        assert panel.canvas.paint_count <= painted + 2


async def test_rungs_entry_stops_and_price_are_lines(theme: Theme) -> None:
    config = replace(BOT.bot.grid, stop_lower=Decimal(700), trigger_price=Decimal(790))
    bot = replace(BOT, bot=replace(BOT.bot, config=config))
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(views.view_of([MARKET], [bot]), bot.bot.bot_id)

        rungs, marks, tag = panel.canvas.lines
        assert len(rungs) == 21
        assert {line.meaning for line in rungs} <= {"up", "down", "strong_line"}
        assert {line.name: line.price for line in marks} == {
            "trigger_price": 790.0,
            "stop_lower": 700.0,
            "average_entry": float(bot.average_entry or 0),
        }
        assert tag is not None
        assert tag.price == 812.0


async def test_fills_of_the_bot_come_from_the_view_and_from_the_history(theme: Theme) -> None:
    fills = views.fills_of(BOT, INSTRUMENT, 2500)
    with shown_panel(theme, ChartHistory(fills=fills[:-10])) as panel:
        panel.show_view(views.view_of([MARKET], [BOT], fills=fills[-30:]), BOT.bot.bot_id)
        await let_tasks_run()
        marks = panel.fill_marks
        assert len(marks.times_s) == 2500
        assert (np.diff(marks.times_s) > 0).all()

        panel.show_view(views.view_of([MARKET], [BOT], fills=fills[-30:]), None)
        assert len(panel.fill_marks.times_s) == 0


async def test_an_old_price_is_said_with_its_age(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory(), clock_s=43.0) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)

        assert "42 s" in panel.canvas.notice
        assert panel.canvas.is_stale


async def test_an_empty_view_says_what_to_do(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        panel.show_view(views.view_of(), None)

        assert "demo grid" in panel.canvas.notice
        assert panel.canvas.lines == ((), (), None)


async def test_a_bot_whose_market_is_not_there_yet_is_waited_for(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(replace(VIEW, markets=()), BOT.bot.bot_id)

        assert panel.canvas.notice == "XRP/KRW has had no price yet."
        panel.show_view(VIEW, BOT.bot.bot_id)
        assert panel.canvas.notice == ""


async def test_hours_are_made_of_the_minutes_on_show(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory(PAST)) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        await let_tasks_run()
        panel.set_timeframe(3600)
        await let_tasks_run()

        hours = panel._candles._series.shown.rows
        assert panel.timeframe_s == 3600
        assert (hours[OPENED] % 3600 == 0).all()
        assert hours[CLOSE, -1] == 812.0
        assert times_of(panel)[0] == PAST[0].opened_at


async def test_the_wheel_zooms_about_the_mouse(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        canvas = panel.canvas
        at = canvas.frame.time_at(300)
        length = canvas.time_span.length_s
        event = QWheelEvent(
            QPointF(300, 100),
            QPointF(canvas.mapToGlobal(QPoint(300, 100))),
            QPoint(),
            QPoint(0, 240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas.viewport(), event)

        assert canvas.time_span.length_s == pytest.approx(length / 1.18**2)
        assert canvas.frame.time_at(300) == pytest.approx(at, abs=1e-3)


async def test_dragging_the_axis_scales_prices_and_a_double_click_fits_them_again(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        canvas = panel.canvas
        fitted = canvas.frame.price
        axis = canvas.width() - 10
        drag_mouse(canvas.viewport(), QPoint(axis, 100), QPoint(axis, 160))
        assert canvas.frame.price.height == pytest.approx(fitted.height * 1.01**60)

        QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
        assert canvas.frame.price == fitted


async def test_the_read_out_says_the_bar_under_the_mouse(theme: Theme) -> None:
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        candle: Candle = MARKET.closed_candles[-20]

        parts = panel.canvas.readout(candle.opened_at.timestamp() + 30)

        assert [part.value for part in parts][:4] == [
            f"{value:,.0f}" for value in (candle.open, candle.high, candle.low, candle.close)
        ]
        assert panel.canvas.readout(candle.opened_at.timestamp() + 10**6) == ()


async def test_another_theme_is_painted_with_its_colours(theme: Theme) -> None:
    light = make_theme(Scheme.LIGHT, Convention.WESTERN)
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(VIEW, BOT.bot.bot_id)
        panel.set_theme(light)

        image = panel.canvas.grab().toImage()

        colours = {image.pixelColor(x, y).name() for x in range(0, 800, 3) for y in range(0, 440, 3)}
        assert light.panel.name() in colours
        assert theme.panel.name() not in colours
        assert light.up.name() in colours or light.down.name() in colours


async def test_a_hundred_thousand_recorded_candles_are_shown_whole(theme: Theme) -> None:
    venue, symbol = "replay:ftx", "BTC/USD"
    candles = recorded_candles("ftx_BTC-PERP_1m", venue, symbol, 100_000)
    if not candles:
        pytest.skip("no recorded market: set GRIDWRIGHT_DATA")
    market = views.market_of(views.instrument_of(venue, symbol, "1"), "40000", candles=0)
    live = replace(candles[-1], is_closed=False)
    market = replace(market, at=live.opened_at, candle=live, last=Decimal(repr(live.close)))
    with shown_panel(theme, ChartHistory(candles)) as panel:
        panel.show_view(views.view_of([market]), None)
        panel.canvas.show_last((candles[-1].opened_at - candles[0].opened_at).total_seconds())
        await wait_for_async(lambda: len(times_of(panel)) == len(candles), "all pages")

        price = panel.canvas.frame.price
        assert price.low < min(candle.low for candle in candles)
        assert price.high > max(candle.high for candle in candles)


async def test_a_market_of_another_desk_is_dimmed_and_says_so(theme: Theme) -> None:
    unheard = replace(VIEW, markets=tuple(replace(market, received_at_s=0.0) for market in VIEW.markets))
    with shown_panel(theme, ChartHistory()) as panel:
        panel.show_view(unheard, BOT.bot.bot_id)

        assert panel.canvas.notice == "Another desk hears this market; this is the last recorded price."
        assert panel.canvas.is_stale
