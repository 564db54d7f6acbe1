"""The vault from the window: whether it is open, who waits for it, unlocking and locking."""

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from engine.domain.bot import AccountMode
from engine.domain.messages import Level
from engine.domain.secret import Secret, VaultState
from engine.domain.views import EngineView
from engine.ports import VaultDoor
from gui.bot_acts import make_act
from gui.dialogs.unlock_dialog import UnlockDialog
from gui.later import Later, problem_of, words_of
from gui.strip import Notice
from gui.theme import Theme


def waiting_accounts(view: EngineView) -> tuple[str, ...]:
    """Names of live accounts that cannot be used now, or that nobody runs: what a locked vault keeps closed."""
    return tuple(
        shown.account.name
        for shown in view.accounts
        if shown.account.mode is AccountMode.LIVE
        and (shown.trouble is not None if shown.elsewhere is None else not shown.elsewhere)
    )


class VaultActs(QObject):
    """`changed(VaultState, names of accounts that wait)` when one of them did; `told(Notice)`, `asked(Notice)`."""

    changed = Signal(object, object)
    told = Signal(object)
    asked = Signal(object)

    def __init__(self, door: VaultDoor, theme: Callable[[], Theme], window: QWidget) -> None:
        super().__init__(window)
        self._door = door
        self._theme = theme
        self._window = window
        self._later = Later(self)
        self._state = VaultState.ABSENT
        self._waiting: tuple[str, ...] = ()
        self._dialog: UnlockDialog | None = None
        self.unlock = make_act(self, self.tr("Unlock the vault…"), "Ctrl+U", self.open_dialog)
        self.lock = make_act(self, self.tr("Lock the vault"), "Ctrl+Shift+U", self._ask_lock)
        self._enable()

    def all(self) -> list[QAction]:
        return [self.unlock, self.lock]

    def look(self, view: EngineView) -> None:
        """Ask the engine for the state, which costs nothing, and tell when it is another one."""
        state = self._door.vault_state()
        waiting = waiting_accounts(view) if state is VaultState.LOCKED else ()
        if (state, waiting) == (self._state, self._waiting):
            return
        is_news = bool(set(waiting) - set(self._waiting))
        self._state, self._waiting = state, waiting
        self._enable()
        self.changed.emit(state, waiting)
        if is_news:
            text = self.tr("The vault is locked, so these accounts are not traded: {names}")
            names = ", ".join(waiting)
            self.told.emit(Notice(Level.LOOK, text.format(names=names), self.unlock.text(), self.open_dialog))

    def press(self) -> None:
        """The mark was clicked."""
        if self._state is VaultState.OPEN:
            self._ask_lock()
        else:
            self.open_dialog()

    def open_dialog(self) -> None:
        """Ask for the passphrase; where the dialog is open already, bring it up."""
        if self._dialog is None:
            dialog = self._dialog = UnlockDialog(self._theme(), self._send, self._waiting, self._window)
            dialog.accepted.connect(self._opened)
            dialog.finished.connect(self._close_dialog)
            dialog.open()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _enable(self) -> None:
        self.unlock.setEnabled(self._state is not VaultState.OPEN)
        self.lock.setEnabled(self._state is VaultState.OPEN)

    def _send(self, passphrase: Secret) -> "Future[None]":
        return self._door.unlock_vault(passphrase)

    def _opened(self) -> None:
        self.told.emit(Notice(Level.INFO, self.tr("The vault is open; accounts that waited for it are connected now.")))

    def _close_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _ask_lock(self) -> None:
        text = self.tr(
            "Lock the vault? What is connected goes on; nothing can be connected again until somebody unlocks."
        )
        self.asked.emit(Notice(Level.LOOK, text, self.lock.text(), self._lock, is_question=True))

    def _lock(self) -> None:
        self._later.when(self._door.lock_vault(), self._locked)

    def _locked(self, answer: "Future[None]") -> None:
        problem = problem_of(answer)
        if problem is not None:
            self.told.emit(Notice(Level.ERROR, words_of(problem)))
