"""The truth panel over a scripted venue: differences are seen with their cause, a repair is read before it is sent."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.domain.sentences import say
from engine.domain.truth_requests import RepairAccount
from engine.domain.views import EngineView
from engine.errors import GridwrightError
from gui.models.columns import Meaning
from gui.truth.repair_dialog import RepairDialog
from gui.truth.truth_board import LOOK_EVERY_S
from tests.gui.conftest import Desk, MakeDesk
from tests.support.live_views import ACCOUNT, ScriptedTruth, live_view, report_of

pytestmark = pytest.mark.usefixtures("theme")


def one_account() -> EngineView:
    """Without the account on paper, which these tests are not about."""
    view = live_view()
    return replace(view, accounts=view.accounts[:1])


def texts(desk: Desk, column: str) -> list[str]:
    model = desk.window.truth.model
    at = next(at for at, each in enumerate(model.columns) if each.key == column)
    return [model.cell(row, at).text for row in range(model.rowCount())]


def look(desk: Desk) -> None:
    desk.window.docks.bring_up("truth")
    desk.tick()
    desk.window.truth.look_act.trigger()
    desk.tick()


def dialog_of(desk: Desk) -> RepairDialog:
    desk.tick()
    return next(found for found in desk.window.findChildren(RepairDialog) if found.isVisible())


def test_before_anybody_looked_the_panel_says_what_it_is_for(make_desk: MakeDesk) -> None:
    door = ScriptedTruth(report_of(live_view(), is_meddled=False))
    desk = make_desk(one_account(), truth=door)
    panel = desk.window.truth
    assert door.asked == [], "nobody looked"
    desk.window.docks.bring_up("truth")
    desk.tick()
    panel.empty.accepted.emit()
    desk.tick()
    assert door.asked == [(ACCOUNT, ())]
    assert panel.model.rowCount() == 0
    assert panel.age_label.text() == "As of 0 s ago"


def test_differences_are_shown_with_ours_theirs_and_the_cause(make_desk: MakeDesk) -> None:
    desk = make_desk(one_account(), truth=ScriptedTruth(report_of(live_view(), is_meddled=True)))
    look(desk)
    assert texts(desk, "cause") == [
        "Order unknown to us",
        "Cancelled by hand",
        "Price differs",
        "Money moved in or out",
        "Money moved in or out",
    ]
    assert texts(desk, "what") == ["xrpgrid1G1R4BC7A9", "Rung 1", "Rung 2", "XRP", "KRW"]
    assert texts(desk, "difference") == ["+90", "−246.9288", "0", "+12.5", "−250,000"]
    assert texts(desk, "ours")[1:3] == ["246.9288", "246.9288"]
    assert texts(desk, "venue")[:3] == ["90.0000", "–", "246.9288"]
    assert texts(desk, "repair") == ["Cancel", "Ask and book", "Cancel", "Enter", "Enter"]
    cell = desk.window.truth.model.cell(0, 6)
    assert cell.is_number
    assert cell.meaning is Meaning.LOOK


def test_what_is_the_same_is_there_when_it_is_asked_for(make_desk: MakeDesk) -> None:
    desk = make_desk(one_account(), truth=ScriptedTruth(report_of(live_view(), is_meddled=True)))
    look(desk)
    desk.window.truth.filter_act.trigger()
    desk.tick()
    # 20 rungs, two orders that are not among them, two assets.
    assert len(texts(desk, "cause")) == 24
    assert texts(desk, "cause").count("The same") == 18
    assert "Not ours" in texts(desk, "cause")


def test_it_looks_every_half_minute_while_somebody_sees_it(make_desk: MakeDesk) -> None:
    door = ScriptedTruth(report_of(live_view(), is_meddled=False))
    desk = make_desk(one_account(), truth=door)
    desk.window.docks.bring_up("bots")
    desk.tick()
    for _ in range(LOOK_EVERY_S + 1):
        desk.desktop.bridge.aged.emit()
    assert door.asked == [], "behind another tab nobody sees it"
    desk.window.docks.bring_up("truth")
    desk.tick()
    for _ in range(2 * LOOK_EVERY_S):
        desk.desktop.bridge.aged.emit()
        desk.tick()
    assert door.asked == [(ACCOUNT, ())] * 2


def test_why_a_venue_cannot_be_asked_stands_beside_the_age(make_desk: MakeDesk) -> None:
    door = ScriptedTruth(report_of(live_view(), is_meddled=True))
    desk = make_desk(one_account(), truth=door)
    look(desk)
    door.problem = GridwrightError(say("The line broke off."))
    look(desk)
    panel = desk.window.truth
    assert panel.age_label.text().startswith("The line broke off.  As of ")
    assert len(texts(desk, "cause")) == 5, "what was found before stands"


def test_an_account_that_nobody_runs_is_not_asked_about(make_desk: MakeDesk) -> None:
    view = one_account()
    door = ScriptedTruth()
    desk = make_desk(replace(view, accounts=(replace(view.accounts[0], elsewhere=""),)), truth=door)
    look(desk)
    assert door.asked == []


def test_a_repair_is_read_before_it_is_sent(make_desk: MakeDesk) -> None:
    report = report_of(live_view(), is_meddled=True)
    door = ScriptedTruth(report)
    desk = make_desk(one_account(), truth=door)
    look(desk)
    desk.window.truth.repair_act.trigger()
    dialog = dialog_of(desk)
    what = [dialog.model.cell(row, 0).text for row in range(dialog.model.rowCount())]
    assert what == ["Cancel", "Ask and book", "Cancel", "Enter", "Enter", "Then place", "Then place"]
    assert [dialog.model.cell(5, at).text for at in range(1, 5)] == ["Rung 1", "Buy", "771", "246.9288"]
    assert dialog.sentence.text().startswith("This is real money. 1 orders are asked about, 2 are cancelled, 2 entries")
    assert dialog.sentence.text().endswith("place 2 orders worth 381,752 KRW.")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    desk.tick()
    assert desk.engine.commands == [], "Enter sends nothing that was not read"
    desk.window.truth.repair_act.trigger()
    asked = len(door.asked)
    dialog_of(desk).repair_button.click()
    desk.tick()
    assert desk.engine.commands == [RepairAccount(ACCOUNT, report.plan.plan_id)]
    assert desk.message is not None
    assert desk.message.text == f"The repair {report.plan.plan_id} is under way; what it does is in the log."
    assert door.asked[asked:] == [(ACCOUNT, ())], "and it is looked at again"


def test_enter_on_a_row_repairs_that_row_alone(make_desk: MakeDesk) -> None:
    door = ScriptedTruth(report_of(live_view(), is_meddled=True))
    desk = make_desk(one_account(), truth=door)
    look(desk)
    table = desk.window.truth.table
    table.choose((ACCOUNT, "asset:KRW"))
    QTest.keyClick(table, Qt.Key.Key_Return)
    dialog = dialog_of(desk)
    assert door.asked[-1] == (ACCOUNT, ("asset:KRW",))
    assert [dialog.model.cell(0, at).text for at in (0, 1, 4)] == ["Enter", "KRW", "−250,000"]
    dialog.repair_button.click()
    [command] = desk.engine.commands
    assert isinstance(command, RepairAccount)
    assert command.rows == ("asset:KRW",)


def test_a_plan_with_nothing_left_to_do_cannot_be_sent(make_desk: MakeDesk) -> None:
    door = ScriptedTruth(report_of(live_view(), is_meddled=True))
    desk = make_desk(one_account(), truth=door)
    look(desk)
    door.reports[ACCOUNT] = report_of(live_view(), is_meddled=False)
    desk.window.truth.repair_act.trigger()
    dialog = dialog_of(desk)
    assert not dialog.repair_button.isEnabled()
    door.problem = GridwrightError(say("The line broke off."))
    dialog.again_button.click()
    desk.tick()
    assert not dialog.repair_button.isEnabled()


def test_the_palette_knows_the_acts(make_desk: MakeDesk) -> None:
    desk = make_desk(one_account(), truth=ScriptedTruth(report_of(live_view(), is_meddled=True)))
    look(desk)
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    desk.tick()
    assert desk.window.truth.repair_act.isEnabled()
    assert desk.window.truth.look_act in desk.window.actions()
