"""Going live: what the key may do, the fees, the money, what was rehearsed; and the account's name, typed."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.domain.bot import Account
from engine.domain.live_messages import GoLive
from engine.domain.views import AccountView, EngineView
from gui import numbers
from gui.dialogs.field_row import FieldRow
from gui.live import live_words
from gui.live.live_words import Rehearsed
from gui.panels.account_rows import known_money
from gui.sentences import translate
from gui.theme import CONTROL_HEIGHT, GRID, HEADER_SIZE, Theme

NAME_PX = 168


class GoLiveDialog(QDialog):
    """`wanted(GoLive)`; what is refused is shown by `show_refusals`, and the dialog stays until it is done.

    The button needs the account's name, typed: nobody goes live by a slip of the mouse.
    """

    wanted = Signal(object)

    def __init__(self, theme: Theme, view: EngineView, shown: AccountView, now: datetime, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = shown
        self._is_asking = False
        self.name = QLineEdit()
        self.name_row = FieldRow(theme, self.tr("Account"), self.name, has_unit=False)
        self.without_rehearsal = QCheckBox(self.tr("Go live without a rehearsal"))
        self.refusals = _note(theme, "")
        self.go_button = QPushButton(self.tr("Go live"))
        self._lay_out(view, now)
        self._check()

    @property
    def account(self) -> Account:
        """Whose switch it is."""
        return self._shown.account

    def show_refusals(self, refusals: Sequence[tuple[str, str]]) -> None:
        """Why it was not done: (field, sentence)."""
        self._is_asking = False
        self.refusals.setText("\n".join(text for _, text in refusals))
        self.refusals.setVisible(bool(refusals))
        if any(field == "without_rehearsal" for field, _ in refusals):
            self.without_rehearsal.show()
        self._check()

    def _lay_out(self, view: EngineView, now: datetime) -> None:
        account = self._shown.account
        self.setWindowTitle(self.tr("Go live with {account}").format(account=account.name))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        head = QLabel(self.tr("From then on the bots of this account trade real money."))
        head.setWordWrap(True)
        column.addWidget(head)
        table = QGridLayout()
        table.setHorizontalSpacing(2 * GRID)
        table.setVerticalSpacing(2)
        table.setColumnStretch(1, 1)
        for at, (name, value) in enumerate(self._lines(view, now)):
            key, text = QLabel(name), QLabel(value)
            key.setFixedWidth(NAME_PX)
            key.setAlignment(Qt.AlignmentFlag.AlignTop)
            _colour(key, self._theme, self._theme.muted)
            text.setWordWrap(True)
            text.setFont(self._theme.numbers_font())
            table.addWidget(key, at, 0)
            table.addWidget(text, at, 1)
        column.addLayout(table)
        live = self._shown.live
        warnings = [] if live is None else [translate(sentence) for sentence in live.warnings]
        if warnings:
            column.addWidget(_note(self._theme, "\n".join(warnings)))
        column.addStretch(1)
        self.name_row.set_rule(self.tr("Type {name} to go live.").format(name=account.name))
        column.addWidget(self.name_row)
        self.without_rehearsal.setVisible(not all(done.is_enough for _, done in self._rehearsals(view, now)))
        column.addWidget(self.without_rehearsal)
        self.refusals.hide()
        column.addWidget(self.refusals)
        self._add_buttons(column)
        self.name.textChanged.connect(self._check)
        self.without_rehearsal.toggled.connect(self._check)
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setMinimumWidth(560)

    def _add_buttons(self, column: QVBoxLayout) -> None:
        cancel = QPushButton(self.tr("Cancel"))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (cancel, self.go_button):
            button.setMinimumHeight(CONTROL_HEIGHT)
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.go_button.setDefault(True)
        self.go_button.clicked.connect(self._submit)
        cancel.clicked.connect(self.reject)

    def _lines(self, view: EngineView, now: datetime) -> list[tuple[str, str]]:
        """(name, value): the exchange and its key, the money, what was rehearsed."""
        account, live = self._shown.account, self._shown.live
        lines = [(self.tr("Exchange"), f"{account.exchange}  {', '.join(live_words.symbols_of(self._shown))}")]
        if live is None or live.facts is None:
            lines.append((self.tr("Key"), self.tr("The exchange has not been asked about the key yet.")))
        else:
            lines += live_words.facts_lines(live.facts)
            if live.checked_at is not None:
                age = numbers.age(max(0.0, (now - live.checked_at).total_seconds()))
                lines.append((self.tr("Key looked at"), self.tr("{age} ago").format(age=age)))
        equity, _ = known_money(self._shown)
        lines.append((self.tr("Money"), numbers.known_money(equity, account.quote)))
        states = [live_words.rehearsal_text(symbol, done) for symbol, done in self._rehearsals(view, now)]
        lines.append((self.tr("Rehearsal on paper"), "\n".join(states) or numbers.NOTHING))
        return lines

    def _rehearsals(self, view: EngineView, now: datetime) -> list[tuple[str, Rehearsed]]:
        symbols = live_words.symbols_of(self._shown)
        return [(symbol, live_words.rehearsal_of(view, self._shown, symbol, now)) for symbol in symbols]

    def _check(self) -> None:
        is_typed = self.name.text().strip() == self._shown.account.name
        self.go_button.setEnabled(is_typed and not self._is_asking)

    def _submit(self) -> None:
        self._is_asking = True
        self.refusals.hide()
        self._check()
        is_without = self.without_rehearsal.isChecked()
        self.wanted.emit(GoLive(self._shown.account.account_id, without_rehearsal=is_without))


def _note(theme: Theme, text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setFont(theme.font(HEADER_SIZE))
    _colour(label, theme, theme.amber)
    return label


def _colour(label: QLabel, theme: Theme, colour: QColor) -> None:
    palette = theme.palette()
    palette.setColor(palette.ColorRole.WindowText, colour)
    label.setPalette(palette)
