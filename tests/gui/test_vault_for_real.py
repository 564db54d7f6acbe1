"""The unlock dialog over the engine's own thread, a real vault and its real delays."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.domain.secret import VaultState
from engine.thread import EngineThread
from gui.dialogs.unlock_dialog import UnlockDialog
from gui.theme import Theme
from tests.engine.test_live_accounts import PASSPHRASE, LiveDesk, fill_vault
from tests.support.qt_waiting import wait_for
from tests.support.trading import TradingDesk


def enter(dialog: UnlockDialog, text: str) -> None:
    """Type, press Enter, and wait for the answer while the window goes on."""
    dialog.passphrase.setText(text)
    QTest.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    assert not dialog.passphrase.isEnabled()
    wait_for(lambda: dialog.passphrase.isEnabled() or not dialog.isVisible(), "the vault to answer")


async def test_wrong_ones_cost_time_and_the_right_one_opens(theme: Theme, database_url: str, tmp_path: Path) -> None:
    live = LiveDesk(TradingDesk(database_url, tmp_path / "desk"), *await fill_vault(database_url))
    room = live.room()
    thread = EngineThread(room.open, room.close, lambda: room.vault)
    thread.start()
    try:
        assert thread.vault_state() is VaultState.LOCKED
        dialog = UnlockDialog(theme, thread.unlock_vault, ("binance",))
        dialog.open()
        for _ in range(3):
            enter(dialog, "something else entirely")
            assert dialog.row.refusal == "The passphrase is wrong."
        enter(dialog, PASSPHRASE.reveal())
        assert dialog.row.refusal == "After 3 wrong passphrases the next one can be tried in 1 s."
        assert dialog.wait_s == 1
        wait_for(lambda: dialog.wait_s == 0, "the time to pass")
        enter(dialog, PASSPHRASE.reveal())
        assert not dialog.isVisible()
        assert thread.vault_state() is VaultState.OPEN
        thread.lock_vault().result(timeout=180)
        assert thread.vault_state() is not VaultState.OPEN
    finally:
        thread.stop()
        thread.join()
    assert thread.error is None
