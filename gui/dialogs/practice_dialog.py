"""Opening an account at a practice exchange: where it is, and how the account is called there."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QWidget

from engine.domain.bot import Account
from engine.errors import VenueUnavailable
from engine.venues.practice import HOST, PORT
from gui.dialogs.field_row import FieldRow
from gui.dialogs.row_stack import stack_rows
from gui.later import Later, problem_of, words_of
from gui.theme import Theme

HOST_SHAPE = QRegularExpression(r"^[^\s/@]{1,253}$")
NAME_SHAPE = QRegularExpression(
    r"^[\w.-]{1,60}$", QRegularExpression.PatternOption.UseUnicodePropertiesOption
)  # fmt: skip
HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class PracticeChoice:
    """Where the exchange is reached, and how the account is called there."""

    host: str
    port: int
    name: str


class PracticeDialog(QDialog):
    """`opened(Account)` when the exchange has answered; what it refuses is said beside the field that causes it.

    `ask` gives a future and never blocks.
    """

    opened = Signal(object)

    def __init__(
        self, theme: Theme, ask: Callable[[PracticeChoice], "Future[Account]"], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ask = ask
        self._later = Later(self)
        self._is_asking = False
        self.host = QLineEdit(HOST)
        self.port = QLineEdit(str(PORT))
        self.name = QLineEdit()
        self.rows = {
            "host": FieldRow(theme, self.tr("Host"), self.host, has_unit=False),
            "port": FieldRow(theme, self.tr("Port"), self.port, has_unit=False),
            "name": FieldRow(theme, self.tr("Account"), self.name, has_unit=False),
        }
        self.open_button = QPushButton(self.tr("Open"))
        self._lay_out()
        self._check()

    def choice(self) -> PracticeChoice | None:
        """What the fields say, or None while something is missing or wrong."""
        host, port, name = self._host(), self._port(), self._name()
        if port is None or not _fits(HOST_SHAPE, host) or not _fits(NAME_SHAPE, name):
            return None
        return PracticeChoice(host, port, name)

    def _host(self) -> str:
        return self.host.text().strip()

    def _name(self) -> str:
        return self.name.text().strip()

    def _port(self) -> int | None:
        text = self.port.text().strip()
        if not text.isascii() or not text.isdecimal() or len(text) > len(str(HIGHEST_PORT)):
            return None
        return int(text) if 1 <= int(text) <= HIGHEST_PORT else None

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("Open a practice account"))
        self.name.setPlaceholderText("alice")
        self.rows["host"].set_rule(
            self.tr("A practice exchange is started with practice serve; its money is invented, and desks share it.")
        )
        self.rows["name"].set_rule(
            self.tr("An account that the exchange does not know yet begins with its first money.")
        )
        stack_rows(self, self.rows.values(), self.open_button, QPushButton(self.tr("Cancel")))
        self.open_button.clicked.connect(self._submit)
        for field in (self.host, self.port, self.name):
            field.textChanged.connect(self._check)
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.resize(520, 240)

    def _check(self) -> None:
        """What can be seen to be wrong is said at once; a field that is still empty is not wrong."""
        host, name = self._host(), self._name()
        self.rows["host"].set_refusal(
            self.tr("A host is a name or an address, such as 127.0.0.1.")
            if host and not _fits(HOST_SHAPE, host)
            else ""
        )
        self.rows["port"].set_refusal(
            self.tr("A port is a whole number from 1 to 65,535.") if self.port.text() and self._port() is None else ""
        )
        self.rows["name"].set_refusal(
            self.tr("A name has 1 to 60 letters, digits, dots, dashes or underscores.")
            if name and not _fits(NAME_SHAPE, name)
            else ""
        )
        self._show_state()

    def _show_state(self) -> None:
        for field in (self.host, self.port, self.name):
            field.setEnabled(not self._is_asking)
        self.open_button.setText(self.tr("Asking…") if self._is_asking else self.tr("Open"))
        self.open_button.setEnabled(self.choice() is not None and not self._is_asking)

    def _submit(self) -> None:
        choice = self.choice()
        if choice is None or self._is_asking:
            return
        self._is_asking = True
        self._check()
        self._later.when(self._ask(choice), self._answered)

    def _answered(self, answer: "Future[Account]") -> None:
        self._is_asking = False
        self._show_state()
        problem = problem_of(answer)
        if problem is None:
            # Somebody who closed the dialog meanwhile has changed his mind.
            if self.isVisible():
                self.opened.emit(answer.result())
                self.accept()
            return
        row = "host" if isinstance(problem, VenueUnavailable) else "name"
        self.rows[row].set_refusal(words_of(problem))
        self.rows[row].editor.setFocus(Qt.FocusReason.OtherFocusReason)


def _fits(shape: QRegularExpression, text: str) -> bool:
    return shape.match(text).hasMatch()
