"""Fills and log: live rows from the engine, older pages from the history while somebody scrolls."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from engine.domain.messages import Level
from engine.domain.views import EngineView
from engine.errors import StorageUnavailable
from gui.panels.fills_panel import FillsPanel
from gui.panels.log_panel import LogPanel
from gui.theme import Theme
from tests.support.desk import PastInMemory
from tests.support.qt_waiting import let_tasks_run
from tests.support.views import NOON, fills_of, grid_bot, instrument_of, log_of, market_of, view_of


def desk_view(fills: int = 0, lines: int = 0) -> EngineView:
    market = market_of(instrument_of())
    bots = [grid_bot(market), grid_bot(market, "xrpgrid2", "Second")]
    all_fills = [*fills_of(bots[0], market.instrument, fills)]
    return view_of([market], bots, fills=all_fills, log=log_of(bots, lines))


def fill_ids(panel: FillsPanel) -> list[str]:
    return [panel.model.row_at(at).recorded.fill.trade_id for at in range(panel.model.rowCount())]


async def test_scrolling_down_brings_every_older_fill_once_newest_first(theme: Theme) -> None:
    view = desk_view(fills=1700)
    past = list(view.fills)
    panel = FillsPanel(theme, PastInMemory(fills=past))
    panel.resize(900, 300)
    panel.show()
    panel.show_view(replace(view, fills=tuple(past[-500:])), None)
    for _ in range(4):
        panel.table.scrollToBottom()
        await let_tasks_run()
    assert fill_ids(panel) == [f"xrpgrid1-{number}" for number in range(1699, -1, -1)]


async def test_a_page_that_breaks_inside_one_instant_loses_nothing(theme: Theme) -> None:
    view = desk_view(fills=1200)
    past = [
        replace(item, fill=replace(item.fill, at=NOON.replace(minute=number // 300)))
        for number, item in enumerate(view.fills)
    ]
    panel = FillsPanel(theme, PastInMemory(fills=past))
    panel.resize(900, 300)
    panel.show()
    panel.show_view(replace(view, fills=tuple(past[-400:])), None)
    for _ in range(6):
        panel.table.scrollToTop()
        panel.table.scrollToBottom()
        await let_tasks_run()
    assert fill_ids(panel) == [f"xrpgrid1-{number}" for number in range(1199, -1, -1)]


def test_a_live_fill_appears_on_top_and_the_old_ones_stay(theme: Theme, qapp: QApplication) -> None:
    view = desk_view(fills=6)
    panel = FillsPanel(theme, PastInMemory())
    panel.show_view(replace(view, fills=view.fills[:5]), None)
    panel.show_view(replace(view, fills=view.fills[3:]), None)
    assert fill_ids(panel) == [f"xrpgrid1-{number}" for number in (5, 4, 3, 2, 1, 0)]


async def test_a_history_that_cannot_be_read_is_told_and_can_be_tried_again(theme: Theme) -> None:
    class Broken(PastInMemory):
        async def fills(self, bot_id: object, before: object, limit: int) -> list[object]:  # type: ignore[override]
            raise StorageUnavailable("The database does not answer.")

    view = desk_view(fills=100)
    panel = FillsPanel(theme, Broken())  # type: ignore[arg-type]
    panel.resize(900, 300)
    panel.show()
    told: list[str] = []
    panel.failed.connect(told.append)
    panel.show_view(view, None)
    for _ in range(2):
        panel.table.scrollToTop()
        panel.table.scrollToBottom()
        await let_tasks_run()
    assert told[:2] == ["The database does not answer."] * 2
    assert len(fill_ids(panel)) == 100


def test_the_filter_shows_the_chosen_bot_alone(theme: Theme, qapp: QApplication) -> None:
    market = market_of(instrument_of())
    bots = [grid_bot(market), grid_bot(market, "xrpgrid2", "Second")]
    fills = [*fills_of(bots[0], market.instrument, 3), *fills_of(bots[1], market.instrument, 2)]
    view = view_of([market], bots, fills=fills)
    panel = FillsPanel(theme, PastInMemory())
    panel.show_view(view, "xrpgrid2")
    assert panel.model.rowCount() == 5
    panel.filter.set_only_chosen(True)
    assert sorted(fill_ids(panel)) == ["xrpgrid2-0", "xrpgrid2-1"]
    panel.show_view(view, "xrpgrid1")
    assert sorted(fill_ids(panel)) == ["xrpgrid1-0", "xrpgrid1-1", "xrpgrid1-2"]


def shown_log(theme: Theme, view: EngineView) -> LogPanel:
    panel = LogPanel(theme, PastInMemory(log=list(view.log)))
    panel.resize(700, 240)
    panel.show()
    QApplication.processEvents()
    panel.show_view(view, None)
    QApplication.processEvents()
    return panel


def test_the_log_follows_its_tail_until_somebody_scrolls_up(theme: Theme, qapp: QApplication) -> None:
    view = desk_view(lines=100)
    panel = shown_log(theme, replace(view, log=view.log[:90]))
    bar = panel.table.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    panel.show_view(replace(view, log=view.log[:95]), None)
    QApplication.processEvents()
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() // 2)
    panel.show_view(view, None)
    QApplication.processEvents()
    assert panel.model.rowCount() == 100
    assert bar.value() < bar.maximum(), "whoever reads is left alone"


@pytest.mark.parametrize(("choice", "levels"), [(0, set(Level)), (1, {Level.LOOK, Level.ERROR}), (2, {Level.ERROR})])
def test_the_log_is_narrowed_by_level(theme: Theme, qapp: QApplication, choice: int, levels: set[Level]) -> None:
    panel = shown_log(theme, desk_view(lines=70))
    panel.level.setCurrentIndex(choice)
    assert {panel.model.row_at(at).line.level for at in range(panel.model.rowCount())} == levels


async def test_scrolling_up_brings_older_lines(theme: Theme) -> None:
    view = desk_view(lines=900)
    panel = LogPanel(theme, PastInMemory(log=list(view.log)))
    panel.resize(700, 240)
    panel.show()
    await let_tasks_run()
    panel.show_view(replace(view, log=view.log[-300:]), None)
    await let_tasks_run()
    for _ in range(3):
        panel.table.scrollToTop()
        await let_tasks_run()
        panel.table.scrollToBottom()
        await let_tasks_run()
    times = [panel.model.row_at(at).line.at for at in range(panel.model.rowCount())]
    assert len(times) == 900
    assert times == sorted(times)


def test_equal_lines_of_one_instant_are_all_kept(theme: Theme, qapp: QApplication) -> None:
    view = desk_view(lines=1)
    panel = shown_log(theme, replace(view, log=(view.log[0], view.log[0])))
    assert panel.model.rowCount() == 2
