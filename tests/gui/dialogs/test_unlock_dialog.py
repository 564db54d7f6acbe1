"""How long the unlock dialog keeps a person waiting: never shorter than the vault asked for."""

import time
from concurrent.futures import Future

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import say
from engine.errors import WrongPassphrase
from gui.dialogs.unlock_dialog import UnlockDialog
from gui.theme import Theme
from tests.support.qt_waiting import wait_for


def refuse_for_a_second(passphrase: Secret) -> "Future[None]":
    answer: Future[None] = Future()
    answer.set_exception(WrongPassphrase(say(phrases.VAULT_TRY_LATER, count=3, seconds=1)))
    return answer


def test_a_second_to_wait_is_never_less_than_a_second(theme: Theme) -> None:
    """Qt's default timer may end a twentieth early, and then the vault would still refuse."""
    dialog = UnlockDialog(theme, refuse_for_a_second)
    dialog.open()
    begun_s = time.monotonic()
    dialog.passphrase.setText("something else entirely")
    QTest.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    wait_for(lambda: dialog.wait_s == 1, "the refusal")
    [timer] = [timer for timer in dialog.findChildren(QTimer) if timer.isActive() and not timer.isSingleShot()]
    assert timer.timerType() is Qt.TimerType.PreciseTimer
    wait_for(lambda: dialog.wait_s == 0, "the wait to pass")
    assert time.monotonic() - begun_s >= 1
    assert not timer.isActive()
    dialog.close()
