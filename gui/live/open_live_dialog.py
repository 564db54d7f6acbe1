"""Opening a real account: which exchange, which key of the vault, what it trades."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPushButton, QWidget

from engine.console.desk import KeyRow
from gui.dialogs.field_row import FieldRow
from gui.dialogs.paper_dialog import SYMBOL
from gui.dialogs.row_stack import stack_rows
from gui.theme import Theme

NAME_SHAPE = QRegularExpression(
    r"^[\w.-]{1,60}$", QRegularExpression.PatternOption.UseUnicodePropertiesOption
)  # fmt: skip


class LiveChoice(NamedTuple):
    """An exchange by its short name, the id of a key in the vault, BASE/QUOTE of what is traded, the account's name."""

    name: str
    exchange: str
    credential: str
    symbols: tuple[str, ...]


class OpenLiveDialog(QDialog):
    """`submitted(LiveChoice)` when the fields make sense; what the exchange says comes afterwards.

    `taken` are names that accounts have already. Of keys only names are known here.
    """

    submitted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        exchanges: Sequence[str],
        keys: Sequence[KeyRow],
        taken: frozenset[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keys = tuple(keys)
        self._taken = taken
        self.exchange = QComboBox()
        self.exchange.addItems(list(exchanges))
        self.key = QComboBox()
        self.symbols = QLineEdit()
        self.name = QLineEdit()
        self.rows = {
            "exchange": FieldRow(theme, self.tr("Exchange"), self.exchange, has_unit=False),
            "key": FieldRow(theme, self.tr("Key"), self.key, has_unit=False),
            "symbols": FieldRow(theme, self.tr("Symbols"), self.symbols, has_unit=False),
            "name": FieldRow(theme, self.tr("Name"), self.name, has_unit=False),
        }
        self.open_button = QPushButton(self.tr("Open"))
        self._lay_out()
        self._show_keys()

    def choice(self) -> LiveChoice | None:
        """What the fields say, or None while something is missing or wrong."""
        symbols = self._symbols()
        name = self._name()
        if not self.exchange.currentText() or self.key.currentData() is None or not symbols or self._symbol_trouble():
            return None
        if not NAME_SHAPE.match(name).hasMatch() or name in self._taken:
            return None
        return LiveChoice(name, self.exchange.currentText(), str(self.key.currentData()), symbols)

    def _symbols(self) -> tuple[str, ...]:
        words = (word.strip().upper().replace("-", "/") for word in self.symbols.text().split(","))
        return tuple(dict.fromkeys(word for word in words if word))

    def _symbol_trouble(self) -> str:
        for symbol in self._symbols():
            base, _, quote = symbol.partition("/")
            if not SYMBOL.match(symbol).hasMatch() or base == quote:
                return self.tr("{symbol} is no symbol; write BASE/QUOTE, such as BTC/KRW.").format(symbol=symbol)
        quotes = {symbol.partition("/")[2] for symbol in self._symbols()}
        if len(quotes) > 1:
            text = self.tr("One account trades against one currency, not against {quotes}.")
            return text.format(quotes=", ".join(sorted(quotes)))
        return ""

    def _name(self) -> str:
        return self.name.text().strip() or self.exchange.currentText()

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("Open a live account"))
        self.symbols.setPlaceholderText("BTC/KRW, XRP/KRW")
        self.rows["exchange"].set_rule(
            self.tr("Your own account there. It begins switched off: it shows everything and sends no order.")
        )
        self.rows["symbols"].set_rule(self.tr("What bots may trade here, with commas between."))
        self.rows["name"].set_rule(self.tr("The exchange's name, when left out."))
        stack_rows(self, self.rows.values(), self.open_button, QPushButton(self.tr("Cancel")))
        self.open_button.clicked.connect(self._submit)
        self.exchange.currentTextChanged.connect(self._show_keys)
        self.key.currentIndexChanged.connect(self._check)
        for field in (self.symbols, self.name):
            field.textChanged.connect(self._check)
        self.resize(560, 340)

    def _show_keys(self) -> None:
        """Only keys of the chosen exchange can be chosen."""
        exchange = self.exchange.currentText()
        self.key.clear()
        for key in self._keys:
            if key.exchange == exchange:
                self.key.addItem(f"{key.label}  …{key.hint}" if key.hint else key.label, key.credential_id)
        self.name.setPlaceholderText(exchange)
        self._check()

    def _check(self) -> None:
        exchange = self.exchange.currentText()
        text = self.tr("The vault has no key of {exchange}; credential add exchange {exchange} puts one there.")
        self.rows["key"].set_refusal("" if self.key.count() else text.format(exchange=exchange))
        self.rows["symbols"].set_refusal(self._symbol_trouble())
        name = self._name()
        trouble = ""
        if name in self._taken:
            trouble = self.tr("There is an account {name} already; choose another name.").format(name=name)
        elif name and not NAME_SHAPE.match(name).hasMatch():
            trouble = self.tr("A name has 1 to 60 letters, digits, dots, dashes or underscores.")
        self.rows["name"].set_refusal(trouble)
        self.open_button.setEnabled(self.choice() is not None)

    def _submit(self) -> None:
        choice = self.choice()
        if choice is not None:
            self.submitted.emit(choice)
            self.accept()
