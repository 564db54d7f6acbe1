"""Unlocking the vault: the passphrase goes to the engine and stays nowhere."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import Sentence, say
from engine.errors import GridwrightError
from gui.dialogs.field_row import FieldRow
from gui.later import Later, problem_of, words_of
from gui.sentences import translate
from gui.theme import CONTROL_HEIGHT, GRID, HEADER_SIZE, Theme

SECOND_MS = 1000


class UnlockDialog(QDialog):
    """Closes when the vault is open. A wrong passphrase is said here, and how long the next one must wait.

    `unlock` gives a future and never blocks. `waiting` are the names of the accounts that need the vault.
    """

    def __init__(
        self,
        theme: Theme,
        unlock: Callable[[Secret], "Future[None]"],
        waiting: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._unlock = unlock
        self._later = Later(self)
        self._is_asking = False
        self._failures, self._wait_s = 0, 0
        self._patience = QTimer(self)
        # A coarse timer, Qt's default, may end a twentieth early: the vault would refuse what the window let through.
        self._patience.setTimerType(Qt.TimerType.PreciseTimer)
        self._patience.setInterval(SECOND_MS)
        self._patience.timeout.connect(self.pass_second)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.row = FieldRow(theme, self.tr("Passphrase"), self.passphrase, has_unit=False)
        self.unlock_button = QPushButton(self.tr("Unlock"))
        self._lay_out(theme, waiting)
        self._show_state()

    @property
    def wait_s(self) -> int:
        """Seconds until the next passphrase can be tried; 0 at once."""
        return self._wait_s

    def pass_second(self) -> None:
        """One second less to wait."""
        self._wait_s -= 1
        if self._wait_s <= 0:
            self._wait_s = 0
            self._patience.stop()
            self.row.set_refusal("")
            self._show_state()
            self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._show_wait()

    def done(self, result: int) -> None:
        """Whatever closes it, nothing typed stays behind."""
        self._patience.stop()
        self._forget()
        super().done(result)

    def _lay_out(self, theme: Theme, waiting: Sequence[str]) -> None:
        self.setWindowTitle(self.tr("Unlock the vault"))
        self.row.set_rule(self.tr("It is used once to open the vault and is kept nowhere."))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        if waiting:
            column.addWidget(
                _note(theme, self.tr("These accounts wait for it: {names}").format(names=", ".join(waiting)))
            )
        column.addWidget(self.row)
        column.addWidget(
            _note(
                theme,
                self.tr("The command line makes a vault and changes its passphrase: vault create, vault passphrase."),
            )
        )
        column.addStretch(1)
        cancel = QPushButton(self.tr("Cancel"))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (cancel, self.unlock_button):
            button.setMinimumHeight(CONTROL_HEIGHT)
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.unlock_button.setDefault(True)
        self.unlock_button.clicked.connect(self._submit)
        cancel.clicked.connect(self.reject)
        self.passphrase.textChanged.connect(self._show_state)
        self.setMinimumWidth(480)

    def _show_state(self) -> None:
        self.passphrase.setEnabled(not self._is_asking)
        self.unlock_button.setText(self.tr("Unlocking…") if self._is_asking else self.tr("Unlock"))
        is_ready = bool(self.passphrase.text()) and not self._is_asking and not self._wait_s
        self.unlock_button.setEnabled(is_ready)

    def _show_wait(self) -> None:
        sentence = say(phrases.VAULT_TRY_LATER, count=self._failures, seconds=self._wait_s)
        self.row.set_refusal(translate(sentence))

    def _forget(self) -> None:
        # Not clear(): that one can be undone, so Qt would remember what was typed.
        self.passphrase.setText("")

    def _submit(self) -> None:
        passphrase = Secret(self.passphrase.text())
        if not passphrase or self._is_asking or self._wait_s:
            return
        self._forget()
        self._is_asking = True
        self.row.set_refusal("")
        self._show_state()
        self._later.when(self._unlock(passphrase), self._answered)

    def _answered(self, answer: "Future[None]") -> None:
        self._is_asking = False
        problem = problem_of(answer)
        if problem is None:
            self.accept()
            return
        self.row.set_refusal(words_of(problem))
        if isinstance(problem, GridwrightError):
            self._wait(problem.sentence)
        self._show_state()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wait(self, sentence: Sentence) -> None:
        """The vault says itself how long; nothing is sent before that."""
        told = dict(sentence.arguments)
        if sentence.template == phrases.VAULT_TRY_LATER:
            self._failures, self._wait_s = int(str(told["count"])), int(str(told["seconds"]))
            self._patience.start()


def _note(theme: Theme, text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setFont(theme.font(HEADER_SIZE))
    palette = label.palette()
    palette.setColor(palette.ColorRole.WindowText, theme.muted)
    label.setPalette(palette)
    return label
