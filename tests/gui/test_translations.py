"""Every visible string has Korean, and a window in Korean shows no English."""

import importlib.util
import re
import string
from collections.abc import Iterator
from types import ModuleType

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QDockWidget,
    QLabel,
    QLineEdit,
    QTabBar,
    QTableView,
    QWidget,
)

from engine.domain.arbitrage import PairStage
from engine.domain.arbitrage_views import TwoLegView
from gui.dialogs.practice_dialog import PracticeDialog
from gui.dialogs.sign_in_dialog import SignInDialog
from gui.dialogs.unlock_dialog import UnlockDialog
from gui.docks import Workspace
from gui.panels.table_panel import TablePanel
from gui.theme import RESOURCES
from gui.window_settings import Language
from tests.gui.conftest import MakeDesk
from tests.support.arbitrage_views import position_of, two_leg_view
from tests.support.desk import ScriptedVault
from tests.support.views import fills_of, grid_bot, instrument_of, log_of, market_of, view_of

pytestmark = pytest.mark.usefixtures("theme")

#: Latin words a Korean trader reads every day: assets, units, keys, names of formats and of languages.
ALLOWED = frozenset(
    {"KRW", "XRP", "BTC", "ETH", "USDT", "USDC", "Ctrl", "Alt", "Shift", "Esc", "End", "Return", "Backspace", "English"}
    | {"Gridwright", "Parquet", "CSV", "Redis", "PnL", "post", "only", "simulated", "bps", "USDTKRW", "home", "abroad"}
)


def update_tool() -> ModuleType:
    """resources/translations/update.py as a module."""
    spec = importlib.util.spec_from_file_location("update", RESOURCES / "translations" / "update.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_string_of_window_and_engine_has_korean_and_is_compiled() -> None:
    tool = update_tool()
    korean = {(context, english): text for context, english, text in tool.messages(tool.TS)}
    assert tool.check(tool.collected(), korean) == [], "run make translations, then give the Korean"


def test_the_check_finds_what_is_missing() -> None:
    tool = update_tool()
    assert tool.missing([("engine", "New sentence.")], {}) == ["[engine] New sentence."]
    assert tool.missing([("engine", "New sentence.")], {("engine", "New sentence."): ""}) != []


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_korean_fills_the_same_places_as_english() -> None:
    tool = update_tool()
    rows = [(english, korean) for _, english, korean in tool.messages(tool.TS)]
    assert [(english, korean) for english, korean in rows if places(english) != places(korean)] == []


def texts_of(widget: QWidget) -> Iterator[str]:
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QComboBox():
            yield from (widget.itemText(at) for at in range(widget.count()))
        case QLineEdit():
            yield widget.placeholderText()
        case QDockWidget():
            yield widget.windowTitle()
        case QTabBar():
            yield from (widget.tabText(at) for at in range(widget.count()))
        case QTableView():
            model = widget.model()
            for column in range(model.columnCount()):
                yield str(model.headerData(column, widget.horizontalHeader().orientation()))
                yield from (str(model.index(row, column).data() or "") for row in range(min(model.rowCount(), 20)))
        case _:
            pass
    yield widget.toolTip()
    yield widget.accessibleName()


def foreign(text: str) -> list[str]:
    """Latin words that are not allowed."""
    return [word for word in re.findall(r"[A-Za-z]{2,}", text) if word not in ALLOWED]


def test_a_korean_window_shows_no_english(make_desk: MakeDesk) -> None:
    market = market_of(instrument_of())
    bots = [grid_bot(market, name="엑스알피"), grid_bot(market, "xrpgrid2", "둘째")]
    view = view_of([market], bots, fills=fills_of(bots[0], market.instrument, 20), log=log_of(bots, 20))
    desk = make_desk(view, language=Language.KOREAN)
    for workspace in Workspace:
        desk.window.show_workspace(workspace)
        for dock in desk.window.docks.all():
            desk.window.docks.bring_up(dock.name)
            desk.tick()
    found = {
        (type(widget).__name__, text)
        for widget in desk.window.findChildren(QWidget)
        for text in texts_of(widget)
        if foreign(text)
    }
    found |= {("act", action.text()) for action in desk.window.findChildren(QAction) if foreign(action.text())}
    assert found == set()


def test_korean_arbitrage_panels_show_no_english(make_desk: MakeDesk) -> None:
    positions = [
        TwoLegView(position_of(stage=stage), None, None) for stage in PairStage if stage is not PairStage.CLOSED
    ]
    desk = make_desk(two_leg_view(positions, name="프리미엄"), language=Language.KOREAN)
    desk.window.show_workspace(Workspace.ARBITRAGE)
    for dock in desk.window.docks.all():
        if isinstance(dock.frame.widget(), TablePanel):
            desk.window.docks.bring_up(dock.name)
            desk.tick()
    tables = [table for table in desk.window.findChildren(QTableView) if table.model().rowCount()]
    assert len(tables) >= 3, "there is something to read"
    assert {text for table in tables for text in texts_of(table) if foreign(text)} == set()
    desk.window.arbitrage.open_watch()
    desk.window.arbitrage.open_dialog()
    desk.tick()
    dialogs = desk.window.findChildren(QDialog)
    assert len(dialogs) == 2
    texts = {text for dialog in dialogs for widget in dialog.findChildren(QWidget) for text in texts_of(widget)}
    assert {text for text in texts if foreign(text)} == set()


def test_korean_dialogs_show_no_english(make_desk: MakeDesk) -> None:
    """But the words that are typed on a command line."""
    typed = {"vault", "create", "passphrase", "practice", "serve", "alice"}
    desk = make_desk(language=Language.KOREAN, vault=ScriptedVault())
    window = desk.window
    window.vault_acts.open_dialog()
    window.openings.open_practice()
    SignInDialog(window.theme(), "192.0.2.1:5432/", window).ask("", "")
    dialogs = window.findChildren(QDialog)
    assert {type(dialog) for dialog in dialogs} == {UnlockDialog, PracticeDialog, SignInDialog}
    shown = [widget for dialog in dialogs for widget in dialog.findChildren(QWidget)]
    texts = [text for widget in shown for text in texts_of(widget)] + [dialog.windowTitle() for dialog in dialogs]
    assert sum(bool(re.search(r"[가-힣]", text)) for text in texts) > 15, "there is something to read"
    assert [text for text in texts if set(foreign(text)) - typed] == []


def test_an_english_window_shows_no_korean(make_desk: MakeDesk) -> None:
    desk = make_desk(language=Language.ENGLISH)
    hangul = {
        text for widget in desk.window.findChildren(QWidget) for text in texts_of(widget) if re.search(r"[가-힣]", text)
    }
    assert hangul == set()


def test_the_language_is_switched_without_a_restart(make_desk: MakeDesk) -> None:
    desk = make_desk(language=Language.ENGLISH)
    assert desk.window.status.button.text() == "Halt all"
    desk.window.acts.languages[0].trigger()
    desk.tick()
    assert desk.window.status.button.text() == "전체 중단"
    assert desk.window.isVisible()
    assert desk.settings.language is Language.KOREAN
