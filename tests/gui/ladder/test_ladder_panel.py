"""The ladder panel with real widgets: drawing, dragging, choosing, and when it paints."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.domain.bot import BotState
from engine.domain.grid import GridMode
from engine.domain.order import Side
from engine.domain.views import EngineView
from gui.ladder.ladder_panel import LadderPanel
from gui.theme import Convention, Scheme, Theme, make_theme
from tests.support import views
from tests.support.qt_waiting import wait_for

MARKET = views.market_of(views.instrument_of(tick="0.1"))
RICH = (("KRW", Decimal(1_000_000_000), Decimal(0)),)


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def view_with(rungs: int, state: BotState = BotState.RUNNING) -> EngineView:
    bot = views.grid_bot(MARKET, grid_count=rungs, state=state, investment="40000000")
    view = views.view_of([MARKET], [bot])
    return replace(view, accounts=(replace(view.accounts[0], balances=RICH),))


@contextmanager
def shown_panel(theme: Theme, view: EngineView, clock: Clock | None = None) -> Iterator[LadderPanel]:
    panel = LadderPanel(theme, clock or Clock())
    panel.resize(1100, 640)
    panel.show_view(view, "xrpgrid1")
    panel.show()
    QApplication.processEvents()
    panel.ladder.grab()
    try:
        yield panel
    finally:
        panel.close()


def y_of(panel: LadderPanel, price: Decimal | float) -> int:
    scale = panel.ladder.scale
    assert scale is not None
    return round(scale.y(float(price)))


def colours_in(panel: LadderPanel, top: int, bottom: int, left: int, right: int) -> set[str]:
    image = panel.ladder.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(left, right) for y in range(top, bottom)}


def test_ten_rungs_each_have_their_own_text_and_two_hundred_share_theirs(theme: Theme) -> None:
    with shown_panel(theme, view_with(10)) as panel:
        assert [(group.first, group.last) for group in panel.ladder.groups] == [(at, at) for at in range(10)]
        assert panel.table is not None
        assert panel.table.model().rowCount() == 10
        panel.resize(900, 400)
        QApplication.processEvents()
        assert panel.table.isVisible()
        panel.resize(500, 400)
        QApplication.processEvents()
        assert not panel.table.isVisible(), "a column and a half says nothing"

    with shown_panel(theme, view_with(200)) as panel:
        assert len(panel.ladder.groups) <= 40
        assert panel.ladder.groups[-1].last == 199
        panel.ladder.zoom(0.05)
        panel.ladder.grab()
        assert len(panel.ladder.groups) == 200


def test_a_rung_that_holds_is_filled_on_the_buy_side_and_has_its_chip_on_the_sell_side(theme: Theme) -> None:
    with shown_panel(theme, view_with(10)) as panel:
        bot = view_with(10).bots[0]
        holding, waiting = bot.rungs[8], bot.rungs[1]
        columns = panel.ladder.columns

        def inside(rung_low: Decimal, rung_high: Decimal, left: int, right: int) -> set[str]:
            return colours_in(panel, y_of(panel, rung_high) + 4, y_of(panel, rung_low) - 3, left, right)

        sell_chip = inside(holding.buy_price, holding.sell_price, columns.spine + 4, columns.sells_end)
        no_sell_chip = inside(waiting.buy_price, waiting.sell_price, columns.spine + 4, columns.sells_end)
        buy_chip = inside(waiting.buy_price, waiting.sell_price, columns.left, columns.spine - 2)
        bar = inside(holding.buy_price, holding.sell_price, columns.left + 20, columns.left + 40)
        no_bar = inside(waiting.buy_price, waiting.sell_price, columns.left + 20, columns.left + 40)
        assert len(sell_chip) > 5
        assert no_sell_chip == {theme.panel.name()}
        assert len(buy_chip) > 5
        assert len(bar) == 1
        assert len(no_bar) == 1
        assert bar != no_bar


def test_dragging_the_upper_edge_previews_and_asks_for_the_edit(theme: Theme, qtbot: QtBot) -> None:
    view = view_with(20)
    with shown_panel(theme, view) as panel:
        config = view.bots[0].bot.grid
        edge, x = y_of(panel, config.upper), panel.ladder.columns.spine

        QTest.mousePress(panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(x, edge))
        QTest.mouseMove(panel.ladder, QPoint(x, edge - 12))
        drag = panel.ladder.drag
        assert drag is not None
        assert not drag.is_refused
        assert drag.config.upper > config.upper
        assert drag.config.upper % Decimal("0.1") == 0
        assert any("orders are cancelled" in sentence for sentence in drag.sentences)

        with qtbot.waitSignal(panel.edit_requested) as asked:
            QTest.mouseRelease(panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(x, edge - 12))
        assert asked.args == ["xrpgrid1", drag.config]
        assert panel.ladder.drag is None


def test_a_refused_drag_and_an_escaped_one_ask_for_nothing(theme: Theme, qtbot: QtBot) -> None:
    view = view_with(20)
    with shown_panel(theme, view) as panel:
        config, x = view.bots[0].bot.grid, panel.ladder.columns.spine
        asked: list[object] = []
        panel.edit_requested.connect(lambda *arguments: asked.append(arguments))

        QTest.mousePress(panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(x, y_of(panel, config.lower)))
        QTest.mouseMove(panel.ladder, QPoint(x, y_of(panel, config.upper) - 4))
        assert panel.ladder.drag is not None
        assert panel.ladder.drag.is_refused
        QTest.mouseRelease(panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(x, y_of(panel, config.upper) - 4))

        QTest.mousePress(panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(x, y_of(panel, config.lower)))
        QTest.mouseMove(panel.ladder, QPoint(x, y_of(panel, config.lower) + 5))
        assert panel.ladder.drag is not None
        QTest.keyClick(panel.ladder, Qt.Key.Key_Escape)
        QTest.mouseRelease(panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(x, y_of(panel, config.lower) + 5))

        assert asked == []


@pytest.mark.parametrize("state", [BotState.STOPPING, BotState.WAITING])
def test_a_bot_between_states_cannot_be_dragged(theme: Theme, state: BotState) -> None:
    with shown_panel(theme, view_with(20, state)) as panel:
        config, x = panel.ladder.shown_config, panel.ladder.columns.spine
        assert config is not None

        QTest.mousePress(panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(x, y_of(panel, config.upper)))
        QTest.mouseMove(panel.ladder, QPoint(x, y_of(panel, config.upper) - 20))

        assert panel.ladder.drag is None


def test_choosing_a_rung_in_the_drawing_chooses_its_row_and_the_other_way_round(theme: Theme) -> None:
    with shown_panel(theme, view_with(20)) as panel:
        bot = view_with(20).bots[0]
        assert panel.table is not None
        middle = (bot.rungs[4].buy_price + bot.rungs[4].sell_price) / 2
        QTest.mouseClick(
            panel.ladder, Qt.MouseButton.LeftButton, pos=QPoint(panel.ladder.columns.spine, y_of(panel, middle))
        )
        assert panel.ladder.selected == 4
        assert panel.table.chosen_key() == 4

        panel.table.choose(11)
        assert panel.ladder.selected == 11

        QTest.keyClick(panel.ladder, Qt.Key.Key_Up)
        assert panel.table.chosen_key() == 12


def test_a_fill_glows_and_fades(theme: Theme) -> None:
    clock, view = Clock(), view_with(10)
    with shown_panel(theme, view, clock) as panel:
        bot = view.bots[0]
        rungs = list(bot.rungs)
        rungs[2] = replace(rungs[2], last_fill_side=Side.BUY, last_fill_at=MARKET.at + timedelta(seconds=1))
        place = y_of(panel, rungs[2].sell_price) + 5
        left = panel.ladder.columns.left + 20

        def colour() -> str:
            return panel.ladder.grab().toImage().pixelColor(left, place).name()

        quiet = colour()
        panel.show_view(replace(view, sequence=2, bots=(replace(bot, rungs=tuple(rungs)),)), "xrpgrid1")
        bright = colour()
        clock.now_s = 1.0
        fading = colour()
        clock.now_s = 2.0
        assert colour() == quiet
        assert len({quiet, bright, fading}) == 3


def test_the_same_view_again_paints_nothing(theme: Theme) -> None:
    view = view_with(40)
    with shown_panel(theme, view) as panel:
        wait_for(lambda: not panel.ladder.is_waiting, "the first picture")
        painted = panel.ladder.paint_count

        for sequence in range(2, 60):
            panel.show_view(replace(view, sequence=sequence), "xrpgrid1")
            QApplication.processEvents()

        assert not panel.ladder.is_waiting
        assert panel.ladder.paint_count == painted


def test_a_price_outside_the_picture_is_marked_at_its_border(theme: Theme) -> None:
    view = view_with(10)
    far = replace(MARKET, last=Decimal(2000))
    with shown_panel(theme, replace(view, markets=(far,))) as panel:
        tag_rows = colours_in(panel, 30, 55, 2, panel.ladder.columns.axis - 10)

        assert theme.text.name() in tag_rows


def test_a_bot_that_was_not_started_shows_its_plan(theme: Theme) -> None:
    with shown_panel(theme, view_with(20, BotState.STOPPED)) as panel:
        assert "Not started" in panel.note
        assert len(panel.ladder.groups) > 0
        assert all(group.buys.count == group.sells.count == 0 for group in panel.ladder.groups)


def test_without_a_bot_the_panel_teaches_and_its_button_asks_for_a_grid(theme: Theme, qtbot: QtBot) -> None:
    with shown_panel(theme, views.view_of([MARKET])) as panel:
        assert panel.is_empty
        with qtbot.waitSignal(panel.new_grid_requested):
            panel.new_button.click()

        panel.show_view(view_with(10), "xrpgrid1")
        assert not panel.is_empty


def test_a_geometric_ladder_is_scaled_by_ratio(theme: Theme) -> None:
    view = view_with(10)
    bot = view.bots[0]
    bot = replace(bot, bot=replace(bot.bot, config=replace(bot.bot.grid, mode=GridMode.GEOMETRIC)))
    with shown_panel(theme, replace(view, bots=(bot,))) as panel:
        assert panel.ladder.scale is not None
        assert panel.ladder.scale.by_ratio


def test_every_look_paints_with_its_own_colours(theme: Theme) -> None:
    with shown_panel(theme, view_with(10)) as panel:
        for convention in Convention:
            look = make_theme(Scheme.LIGHT, convention)
            panel.set_theme(look)
            found = colours_in(panel, 60, panel.ladder.height() - 20, panel.ladder.columns.spine - 60, 420)
            assert look.panel.name() in found
            assert theme.panel.name() not in found


def test_a_rungs_tool_tip_says_everything_about_it(theme: Theme) -> None:
    with shown_panel(theme, view_with(10)) as panel:
        tip = panel.ladder.tip_at(y_of(panel, view_with(10).bots[0].rungs[8].buy_price) - 4)

        assert tip.startswith("Rung 9: buys at")
        assert "Sell order resting" in tip
        assert "Held" in tip
