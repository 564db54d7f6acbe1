"""Opening a paper account on an exchange's live market: where, what, with how much paper money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPushButton, QWidget

from gui.dialogs.field_row import FieldRow
from gui.dialogs.number_field import NumberField
from gui.dialogs.row_stack import stack_rows
from gui.theme import Theme

SYMBOL = QRegularExpression(r"^[A-Z0-9]{1,20}[/-][A-Z0-9]{1,20}$")


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """What the trader chose: an exchange by its short name, "BASE/QUOTE", starting money in quote (None: the usual)."""

    exchange: str
    symbol: str
    cash: Decimal | None


class PaperDialog(QDialog):
    """`submitted(PaperChoice)` when the fields make sense; whether the exchange trades it is found out afterwards."""

    submitted = Signal(object)

    def __init__(self, theme: Theme, exchanges: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.exchange = QComboBox()
        self.exchange.addItems(list(exchanges))
        self.symbol = QLineEdit()
        self.cash = NumberField(lambda value: Decimal(1).scaleb(value.adjusted() - 1))
        self.rows = {
            "exchange": FieldRow(theme, self.tr("Exchange"), self.exchange, has_unit=False),
            "symbol": FieldRow(theme, self.tr("Symbol"), self.symbol, has_unit=False),
            "cash": FieldRow(theme, self.tr("Starting cash"), self.cash, has_unit=False),
        }
        self.open_button = QPushButton(self.tr("Open"))
        self._lay_out()
        self._check()

    def choice(self) -> PaperChoice | None:
        """What the fields say, or None while something is missing or wrong."""
        symbol = self._symbol()
        if not self.exchange.currentText() or not self._is_symbol(symbol) or self._is_cash_bad():
            return None
        return PaperChoice(self.exchange.currentText(), symbol.replace("-", "/"), self.cash.value)

    def _symbol(self) -> str:
        return self.symbol.text().strip().upper()

    def _is_symbol(self, symbol: str) -> bool:
        return SYMBOL.match(symbol).hasMatch()

    def _is_cash_bad(self) -> bool:
        cash = self.cash.value
        return not self.cash.is_blank and (cash is None or cash <= 0)

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("Open a paper account"))
        self.symbol.setPlaceholderText("BTC/USDT")
        self.cash.setPlaceholderText(self.tr("the usual amount"))
        self.rows["exchange"].set_rule(
            self.tr("Its live market, with paper money: nothing is ever ordered there, and no key is needed.")
        )
        stack_rows(self, self.rows.values(), self.open_button, QPushButton(self.tr("Cancel")))
        self.open_button.clicked.connect(self._submit)
        self.symbol.textChanged.connect(self._check)
        self.cash.textChanged.connect(self._check)
        self.resize(520, 260)

    def _check(self) -> None:
        symbol = self._symbol()
        is_wrong = bool(symbol) and not self._is_symbol(symbol)
        self.rows["symbol"].set_refusal(self.tr("Write it as BASE/QUOTE, such as XRP/KRW.") if is_wrong else "")
        self.rows["cash"].set_refusal(
            self.tr("Starting cash must be a number above 0.") if self._is_cash_bad() else ""
        )  # fmt: skip
        self.open_button.setEnabled(self.choice() is not None)

    def _submit(self) -> None:
        choice = self.choice()
        if choice is not None:
            self.submitted.emit(choice)
            self.accept()
