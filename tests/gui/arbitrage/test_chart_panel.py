"""Several spread charts side by side: turns, one time for all, keys, files, and how they are found again."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.domain.arbitrage_messages import EditArbitrage
from engine.domain.messages import Level
from engine.domain.premium import Direction, Pair
from engine.domain.views import EngineView
from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_memory import ChartMemory
from gui.arbitrage.chart_panel import ChartPanel
from gui.charts.bars import seconds_of
from gui.docks import Workspace
from gui.strip import Notice
from gui.theme import Theme
from gui.window_settings import WindowSettings
from tests.gui.conftest import MakeDesk
from tests.support.arbitrage_views import board_of, pair_of
from tests.support.mouse import move_mouse
from tests.support.qt_waiting import let_tasks_run, wait_for, wait_for_async
from tests.support.spread_charts import ENTRY_CONFIG, PAIR, Recording, SpreadPast, ticked, trading_view
from tests.support.views import NOON, view_of

BOARD = board_of(12)
VIEW = replace(trading_view(), premiums=BOARD)
#: By net premium, the best first.
BEST = sorted(
    (row for row in BOARD.rows if row.best is not None),
    key=lambda row: row.best.net_pct if row.best else 0,
    reverse=True,
)


@contextmanager
def shown_panel(theme: Theme, past: SpreadPast | None = None, view: EngineView = VIEW) -> Iterator[ChartPanel]:
    panel = ChartPanel(theme, past or SpreadPast(), lambda *_: None, UTC, lambda: 1.0)
    panel.resize(1200, 700)
    panel.show()
    assert QTest.qWaitForWindowExposed(panel)
    # Shortcuts belong to the active window.
    panel.activateWindow()
    wait_for(panel.isActiveWindow, "the window to be active")
    panel.show_view(view, None)
    try:
        yield panel
    finally:
        panel.stop()
        panel.hide()
        panel.deleteLater()
        QApplication.processEvents()


def key(panel: ChartPanel, name: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    panel.active.canvas.setFocus()
    QTest.keyClick(panel.active.canvas, name, modifiers)


def test_without_a_pair_one_sentence_and_one_button_say_what_to_do(theme: Theme) -> None:
    with shown_panel(theme, view=view_of()) as panel:
        wanted = []
        panel.watch_wanted.connect(lambda: wanted.append(True))
        assert panel.active.empty.isVisible()
        panel.active.empty.accepted.emit()
        assert wanted == [True]
        panel.show_view(VIEW, None)
        wait_for(lambda: panel.active.series.newest is not None, "the best pair")
        assert not panel.active.empty.isVisible()
        assert panel.pairs == (BEST[0].pair,)


def test_more_charts_take_the_best_pairs_that_no_other_shows(theme: Theme) -> None:
    with shown_panel(theme) as panel:
        panel.show_pair(BEST[2].pair)
        key(panel, Qt.Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
        assert panel.pairs == (BEST[2].pair, BEST[0].pair, BEST[1].pair, BEST[3].pair)
        corners = {(chart.x() > 100, chart.y() > 200) for chart in panel.charts}
        QApplication.processEvents()
        corners = {(chart.x() > 100, chart.y() > 200) for chart in panel.charts}
        assert len(corners) == 4
        panel.set_count(1)
        assert [chart.pair for chart in panel.charts] == [BEST[2].pair]


def test_each_chart_takes_a_snapshot_at_its_turn_and_all_have_the_last_one(theme: Theme) -> None:
    with shown_panel(theme) as panel:
        panel.set_count(4)
        wait_for(lambda: all(chart.series.newest is not None for chart in panel.charts), "the first snapshot")
        for second in range(1, 8):
            panel.show_view(ticked(VIEW, second), None)
        last = seconds_of(NOON) + 7
        # Not all at once: a frame must not have to paint four charts.
        assert sum(chart.series.newest_s == last for chart in panel.charts) <= 1
        wait_for(lambda: all(chart.series.newest_s == last for chart in panel.charts), "everybody's turn")


async def test_linked_charts_show_one_time_and_one_cross_hair(theme: Theme) -> None:
    recordings = {row.pair: Recording(8000, seed=at) for at, row in enumerate(BEST[:2])}
    with shown_panel(theme, SpreadPast(recordings)) as panel:
        panel.set_count(2)
        first, second = panel.charts
        await wait_for_async(lambda: first.series.count(0) > 3000 and second.series.count(0) > 3000, "both pasts")
        before = second.canvas.time_span
        first.canvas.pan(-600.0)
        await let_tasks_run()
        assert second.canvas.time_span == before

        panel.set_linked(linked=True)
        first.canvas.pan(-600.0)
        await wait_for_async(lambda: second.canvas.time_span == first.canvas.time_span, "the other one")
        place = QPoint(300, 120)
        move_mouse(first.canvas.viewport(), place)
        at_s = first.canvas.frame.time_at(300)
        value = second.canvas.places_at(at_s)
        assert value is not None
        net, rate = f"{value[rows.NET, 0]:+.3f} %".replace("-", "−"), f"{value[rows.RATE, 0]:,.2f}"

        def shown() -> list[str]:
            return [part.value for pane in second.canvas.panes for part in pane.overlay.parts]

        await wait_for_async(lambda: net in shown(), "the other one's turn")
        assert rate in shown()


def test_every_range_has_a_key_and_directions_too(theme: Theme) -> None:
    with shown_panel(theme) as panel:
        wait_for(lambda: panel.active.series.newest is not None, "the first snapshot")
        for number, length_s in enumerate((60, 300, 900, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400), 1):
            key(panel, Qt.Key(Qt.Key.Key_0.value + number))
            assert panel.active.canvas.time_span.length_s == pytest.approx(length_s)
            assert panel.acts.ranges[number - 1].isChecked()
        key(panel, Qt.Key.Key_B)
        assert panel.active.canvas.directions == frozenset(Direction)
        key(panel, Qt.Key.Key_S)
        assert panel.active.canvas.directions == {Direction.BUY_HOME}
        key(panel, Qt.Key.Key_B)
        assert panel.active.canvas.directions == {Direction.SELL_HOME}
        key(panel, Qt.Key.Key_P)
        assert panel.bar.pair.lineEdit() is QApplication.focusWidget() or panel.bar.pair.hasFocus()
        names = [act.shortcut().toString() for act in panel.acts.all()]
        assert all(names)
        assert len(set(names)) == len(names)


async def test_what_is_on_show_is_written_as_values_and_as_a_picture(theme: Theme, tmp_path: Path) -> None:
    recording = Recording(3000)
    view = trading_view()
    told: list[Notice] = []
    with shown_panel(theme, SpreadPast({PAIR: recording}), view) as panel:
        panel.told.connect(told.append)
        await wait_for_async(lambda: panel.active.series.count(0) >= 3000, "the past")
        panel.active.canvas.pan(-1200.0)
        span = panel.active.canvas.time_span
        inside = (recording.times_s >= span.start_s) & (recording.times_s <= span.end_s)

        file = tmp_path / "values.csv"
        panel.save_values(file)
        await wait_for_async(lambda: told, "the file")
        assert told[0].text == f"{inside.sum():,} values are in {file}."
        with file.open(encoding="utf-8") as text:
            lines = list(csv.DictReader(text))
        assert len(lines) == inside.sum()
        first = lines[0]
        assert (first["base"], first["home_venue"], first["foreign_venue"], first["step_s"]) == (
            "XRP", "upbit", "binance", "0",
        )  # fmt: skip
        assert datetime.fromisoformat(first["at"]).timestamp() == pytest.approx(recording.times_s[inside][0], abs=1e-3)
        assert [float(line["premium_pct"]) for line in lines] == recording.premium[inside].tolist()
        assert [float(line["back_premium_pct"]) for line in lines] == recording.back[inside].tolist()

        picture = tmp_path / "chart.png"
        panel.save_picture(picture)
        assert QImage(str(picture)).size() == panel.picture().toImage().size()
        assert told[1].text == f"The picture is in {picture}."


async def test_a_file_that_cannot_be_written_is_told(theme: Theme, tmp_path: Path) -> None:
    told: list[Notice] = []
    with shown_panel(theme) as panel:
        panel.told.connect(told.append)
        panel.save_picture(tmp_path / "nowhere" / "chart.png")
        panel.save_values(tmp_path / "nowhere" / "values.csv")
        await wait_for_async(lambda: len(told) == 2, "both")
        assert [notice.level for notice in told] == [Level.ERROR] * 2
        assert all("cannot be written (No such file or directory)" in notice.text for notice in told)


def test_charts_are_as_they_were_left(theme: Theme, tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "window.ini")
    with shown_panel(theme) as panel:
        memory = ChartMemory(panel, settings)
        panel.set_count(2)
        panel.show_pair(pair_of("DOGE"))
        panel.set_directions(frozenset(Direction))
        panel.set_linked(linked=True)
        pairs = panel.pairs
    with shown_panel(theme, view=view_of()) as again:
        memory = ChartMemory(again, settings)
        assert again.pairs == pairs
        assert again.is_linked
        assert again.charts[0].canvas.directions == frozenset(Direction)
        assert again.charts[1].canvas.directions == {Direction.SELL_HOME}
    settings.spread_charts = '{"charts": [{"pair": ["upbit"]}], "count": 3}'
    with shown_panel(theme, view=view_of()) as fresh:
        memory = ChartMemory(fresh, settings)
        assert fresh.pairs == (None,)
    assert memory is not None


def test_an_old_price_is_dimmed_and_says_its_age(theme: Theme) -> None:
    panel = ChartPanel(theme, SpreadPast(), lambda *_: None, UTC, lambda: 43.0)
    panel.show()
    panel.show_view(trading_view(), None)
    wait_for(lambda: panel.active.series.newest is not None, "the snapshot")
    panel.show_age()
    assert panel.active.canvas.notice == "The last books are 42 s old."
    assert all(pane.is_stale for pane in panel.active.canvas.panes)
    panel.stop()
    panel.hide()
    panel.deleteLater()


def test_the_window_has_the_charts_in_its_arbitrage_workspace_and_in_the_palette(make_desk: MakeDesk) -> None:
    desk = make_desk(VIEW, premiums=SpreadPast())
    QTest.keyClick(desk.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    desk.tick()
    charts = desk.window.arbitrage.charts
    assert charts.isVisible()
    wanted: list[Pair] = [BEST[4].pair]
    desk.window.arbitrage.board.chart_wanted.emit(wanted[0])
    assert charts.pairs == (wanted[0],)
    texts = [entry.text for entry in desk.window.arbitrage.entries()]
    assert "Save the values…" in texts
    # A letter typed anywhere else is a letter.
    before = charts.active.canvas.directions
    desk.window.docks.bring_up("bots")
    QTest.keyClick(desk.window, Qt.Key.Key_B)
    assert charts.active.canvas.directions == before


def test_in_the_window_escape_and_enter_are_for_the_line_that_is_held(make_desk: MakeDesk) -> None:
    desk = make_desk(trading_view(), premiums=SpreadPast())
    desk.window.show_workspace(Workspace.ARBITRAGE)
    charts = desk.window.arbitrage.charts
    charts.show_pair(PAIR)
    wait_for(lambda: charts.active.lines.thresholds, "the lines of the bot")
    for answer in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        for name in (Qt.Key.Key_E, Qt.Key.Key_Up, answer):
            key(charts, name)
    wanted = replace(ENTRY_CONFIG, entry_pct=Decimal("1.21"))
    assert desk.engine.commands == [EditArbitrage("arbbot01", wanted, "XRP premium")]
