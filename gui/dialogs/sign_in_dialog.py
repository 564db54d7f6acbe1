"""Signing in to a shared database: whose password it is, which server, and what that says."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.domain.secret import Secret
from gui.dialogs.field_row import FieldRow
from gui.theme import CONTROL_HEIGHT, GRID, Theme


class SignInDialog(QDialog):
    """`submitted(Secret)` with each password; the dialog stays until it is told that it was right, or cancelled."""

    submitted = Signal(object)

    def __init__(self, theme: Theme, server: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_checking = False
        self.server = _said(server)
        self.user = _said("")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.row = FieldRow(theme, self.tr("Password"), self.password, has_unit=False)
        self.button = QPushButton()
        self._lay_out(theme)

    def ask(self, user: str, refusal: str) -> None:
        """Wait for a password; `refusal` says what became of the last one, "" at first."""
        self._is_checking = False
        self.user.setText(user)
        self.row.set_refusal(refusal)
        self._show_state()
        self.show()
        self.raise_()
        self.activateWindow()
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, result: int) -> None:
        """Whatever closes it, nothing typed stays behind."""
        self._forget()
        super().done(result)

    def _lay_out(self, theme: Theme) -> None:
        self.setWindowTitle(self.tr("Sign in to Gridwright"))
        self.row.set_rule(self.tr("An administrator can set a new one; nobody can look up the old one."))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(FieldRow(theme, self.tr("Server"), self.server, has_unit=False))
        column.addWidget(FieldRow(theme, self.tr("User"), self.user, has_unit=False))
        column.addWidget(self.row)
        column.addStretch(1)
        cancel = QPushButton(self.tr("Cancel"))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (cancel, self.button):
            button.setMinimumHeight(CONTROL_HEIGHT)
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.button.setDefault(True)
        self.button.clicked.connect(self._submit)
        cancel.clicked.connect(self.reject)
        self.password.textChanged.connect(self._show_state)
        self.setMinimumWidth(480)
        self._show_state()

    def _show_state(self) -> None:
        self.password.setEnabled(not self._is_checking)
        self.button.setText(self.tr("Signing in…") if self._is_checking else self.tr("Sign in"))
        self.button.setEnabled(bool(self.password.text()) and not self._is_checking)

    def _forget(self) -> None:
        # Not clear(): that one can be undone, so Qt would remember what was typed.
        self.password.setText("")

    def _submit(self) -> None:
        password = Secret(self.password.text())
        if not password or self._is_checking:
            return
        self._forget()
        self._is_checking = True
        self.row.set_refusal("")
        self._show_state()
        self.submitted.emit(password)


def _said(text: str) -> QLineEdit:
    """Something that is so, and can be copied."""
    line = QLineEdit(text)
    line.setReadOnly(True)
    line.setFrame(False)
    line.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    palette = line.palette()
    palette.setColor(palette.ColorRole.Base, QColor(Qt.GlobalColor.transparent))
    line.setPalette(palette)
    return line
