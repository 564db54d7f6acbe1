"""The vault at the window: the mark, who waits, unlocking with every answer there is, locking."""

import logging
from concurrent.futures import Future
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from engine.domain import phrases
from engine.domain.bot import AccountMode
from engine.domain.messages import Level
from engine.domain.secret import Secret, VaultState
from engine.domain.sentences import say
from engine.domain.views import EngineView
from engine.errors import VaultLocked, WrongPassphrase
from gui.dialogs.unlock_dialog import UnlockDialog
from tests.gui.conftest import Desk, MakeDesk
from tests.support.desk import ScriptedVault
from tests.support.views import instrument_of, market_of, view_of

pytestmark = pytest.mark.usefixtures("theme")
LOCKED = say(phrases.VAULT_LOCKED)


def waiting_view(elsewhere: str | None = None) -> EngineView:
    """One live account that cannot connect, and one on paper."""
    view = view_of(
        [market_of(instrument_of("binance")), market_of(instrument_of("paper:1"))],
        modes=[AccountMode.LIVE, AccountMode.PAPER],
    )
    live = replace(view.accounts[0], trouble=LOCKED if elsewhere is None else None, elsewhere=elsewhere)
    return replace(view, accounts=(live, view.accounts[1]))


def dialog_of(desk: Desk) -> UnlockDialog:
    found = [dialog for dialog in desk.window.findChildren(UnlockDialog) if dialog.isVisible()]
    assert len(found) == 1
    return found[0]


def enter(desk: Desk, text: str) -> UnlockDialog:
    dialog = dialog_of(desk)
    dialog.passphrase.setText(text)
    QTest.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    desk.tick()
    return dialog


def test_without_a_vault_there_is_no_mark_and_the_dialog_says_how_to_make_one(make_desk: MakeDesk) -> None:
    desk = make_desk(waiting_view())
    assert not desk.window.status.vault.isVisible()
    assert desk.message is None
    desk.window.vault_acts.unlock.trigger()
    dialog = enter(desk, "whatever it is")
    assert dialog.row.note == "There is no vault yet; `vault create` makes one."


@pytest.mark.parametrize("elsewhere", [None, ""])
def test_a_locked_vault_is_amber_and_names_who_waits(make_desk: MakeDesk, elsewhere: str | None) -> None:
    desk = make_desk(waiting_view(elsewhere), vault=ScriptedVault())
    mark = desk.window.status.vault
    assert mark.isVisible()
    assert mark.text() == "Vault locked, accounts waiting: 1"
    assert mark.toolTip() == "These accounts wait for it: binance"
    assert mark.palette().buttonText().color() == desk.window.theme().amber
    assert desk.message is not None
    assert desk.message.text == "The vault is locked, so these accounts are not traded: binance"
    assert desk.message.level is Level.LOOK
    desk.tick()
    desk.window.message.dismiss()
    desk.desktop.bridge.aged.emit()
    assert desk.message is None, "said once"


def test_an_account_that_another_desk_runs_does_not_wait(make_desk: MakeDesk) -> None:
    desk = make_desk(waiting_view("server"), vault=ScriptedVault())
    assert desk.window.status.vault.text() == "Vault locked"
    assert desk.message is None


def test_the_right_passphrase_goes_to_the_engine_and_stays_nowhere(
    make_desk: MakeDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vault = ScriptedVault()
    desk = make_desk(waiting_view(), vault=vault)
    desk.window.status.vault.click()
    dialog = dialog_of(desk)
    assert dialog.passphrase.echoMode() is QLineEdit.EchoMode.Password
    assert not dialog.unlock_button.isEnabled(), "nothing was typed"
    enter(desk, "twelve sheep jump")
    assert vault.tried == [Secret("twelve sheep jump")]
    assert dialog.passphrase.text() == ""
    assert not dialog.passphrase.isUndoAvailable()
    assert not dialog.passphrase.isEnabled(), "one at a time"
    assert not dialog.unlock_button.isEnabled()
    assert desk.engine.commands == [], "a passphrase is never a command"
    vault.open()
    desk.tick()
    assert desk.window.findChildren(UnlockDialog) == []
    desk.show(waiting_view("server"))
    assert desk.window.status.vault.state is VaultState.OPEN
    assert desk.window.status.vault.text() == ""
    assert "sheep" not in caplog.text


def test_a_wrong_passphrase_is_said_in_the_dialog(make_desk: MakeDesk) -> None:
    vault = ScriptedVault()
    desk = make_desk(waiting_view(), vault=vault)
    desk.window.status.vault.click()
    dialog = enter(desk, "wrong wrong wrong")
    vault.answers[0].set_exception(WrongPassphrase(say(phrases.VAULT_WRONG_PASSPHRASE)))
    desk.tick()
    assert dialog.isVisible()
    assert dialog.row.refusal == "The passphrase is wrong."
    assert dialog.passphrase.isEnabled()
    enter(desk, "another one here")
    assert dialog.row.refusal == "", "gone while the next one is tried"
    assert len(vault.tried) == 2


def test_too_soon_counts_down_and_sends_nothing_meanwhile(make_desk: MakeDesk) -> None:
    vault = ScriptedVault()
    desk = make_desk(waiting_view(), vault=vault)
    desk.window.status.vault.click()
    dialog = enter(desk, "wrong wrong wrong")
    vault.answers[0].set_exception(WrongPassphrase(say(phrases.VAULT_TRY_LATER, count=4, seconds=2)))
    desk.tick()
    assert dialog.row.refusal == "After 4 wrong passphrases the next one can be tried in 2 s."
    enter(desk, "twelve sheep jump")
    assert len(vault.tried) == 1
    dialog.pass_second()
    assert dialog.row.refusal == "After 4 wrong passphrases the next one can be tried in 1 s."
    dialog.pass_second()
    assert dialog.row.refusal == ""
    assert dialog.wait_s == 0
    QTest.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    assert vault.tried[1:] == [Secret("twelve sheep jump")]


def test_a_vault_that_is_gone_and_an_engine_that_ended_are_said(make_desk: MakeDesk) -> None:
    vault = ScriptedVault()
    desk = make_desk(waiting_view(), vault=vault)
    desk.window.status.vault.click()
    dialog = enter(desk, "twelve sheep jump")
    vault.answers[0].set_exception(VaultLocked(say(phrases.VAULT_ABSENT)))
    desk.tick()
    assert dialog.row.refusal == "There is no vault yet; `vault create` makes one."
    enter(desk, "twelve sheep jump")
    vault.answers[1].cancel()
    desk.tick()
    assert dialog.row.refusal.startswith("The engine stopped before it answered")


def test_closing_forgets_what_was_typed_and_an_answer_after_it_hurts_nobody(make_desk: MakeDesk) -> None:
    vault = ScriptedVault()
    desk = make_desk(waiting_view(), vault=vault)
    desk.window.status.vault.click()
    dialog = enter(desk, "twelve sheep jump")
    dialog.passphrase.setText("half of a sec")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.passphrase.text() == ""
    desk.tick()
    vault.answers[0].set_exception(WrongPassphrase(say(phrases.VAULT_WRONG_PASSPHRASE)))
    desk.tick()
    desk.window.status.vault.click()
    assert dialog_of(desk) is not dialog


def test_locking_asks_first(make_desk: MakeDesk) -> None:
    vault = ScriptedVault(VaultState.OPEN)
    desk = make_desk(waiting_view("server"), vault=vault)
    assert desk.window.vault_acts.lock.isEnabled()
    assert not desk.window.vault_acts.unlock.isEnabled()
    desk.window.status.vault.click()
    assert desk.question is not None
    assert desk.question.text.startswith("Lock the vault? What is connected goes on")
    assert desk.window.status.vault.state is VaultState.OPEN, "not before the answer"
    focus = desk.window.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return)
    assert vault.vault_state() is VaultState.LOCKED
    desk.desktop.bridge.aged.emit()
    assert desk.window.status.vault.text() == "Vault locked"


def test_a_lock_that_failed_is_told(make_desk: MakeDesk) -> None:
    class Stuck(ScriptedVault):
        def lock_vault(self) -> "Future[None]":
            answer: Future[None] = Future()
            answer.set_exception(VaultLocked(LOCKED))
            return answer

    desk = make_desk(waiting_view("server"), vault=Stuck(VaultState.OPEN))
    desk.window.vault_acts.lock.trigger()
    assert desk.question is not None
    assert desk.question.act is not None
    desk.question.act()
    desk.tick()
    assert desk.message is not None
    assert desk.message.text == "The vault is locked; unlock it with your passphrase."
