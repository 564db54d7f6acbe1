"""Trading more on a real account: one or several instruments, each rehearsed or not."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPushButton, QWidget

from engine.domain.bot import Account
from engine.domain.live_messages import ChangeSymbols
from gui.dialogs.field_row import FieldRow
from gui.dialogs.paper_dialog import SYMBOL
from gui.dialogs.row_stack import stack_rows
from gui.theme import Theme


class SymbolDialog(QDialog):
    """`wanted(ChangeSymbols)`; what is refused is shown by `show_refusals`, and the dialog stays until it is done."""

    wanted = Signal(object)

    def __init__(self, theme: Theme, account: Account, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.account = account
        self._is_asking = False
        self.symbols = QLineEdit()
        self.row = FieldRow(theme, self.tr("Symbols"), self.symbols, has_unit=False)
        self.without_rehearsal = QCheckBox(self.tr("Add without a rehearsal"))
        self.add_button = QPushButton(self.tr("Add"))
        self.setWindowTitle(self.tr("Add symbols to {account}").format(account=account.name))
        self.symbols.setPlaceholderText(f"XRP/{account.quote}")
        rule = self.tr("It trades {symbols} now. It is connected anew for a moment; resting orders stay.")
        self.row.set_rule(rule.format(symbols=", ".join(account.symbols)))
        stack_rows(self, (self.row, self.without_rehearsal), self.add_button, QPushButton(self.tr("Cancel")))
        self.add_button.clicked.connect(self._submit)
        self.symbols.textChanged.connect(self._check)
        self.resize(520, 200)
        self._check()

    def show_refusals(self, refusals: Sequence[tuple[str, str]]) -> None:
        """Why it was not done: (field, sentence)."""
        self._is_asking = False
        self._check()
        self.row.set_refusal("\n".join(text for _, text in refusals))

    def _listed(self) -> tuple[str, ...]:
        words = (word.strip().upper().replace("-", "/") for word in self.symbols.text().split(","))
        return tuple(dict.fromkeys(word for word in words if word))

    def _trouble(self) -> str:
        quote = self.account.quote
        for symbol in self._listed():
            if not SYMBOL.match(symbol).hasMatch() or symbol == f"{quote}/{quote}":
                return self.tr("{symbol} is no symbol; write BASE/QUOTE, such as BTC/KRW.").format(symbol=symbol)
            if symbol.partition("/")[2] != quote:
                return self.tr("This account trades against {quote}.").format(quote=quote)
            if symbol in self.account.symbols:
                return self.tr("It trades {symbol} already.").format(symbol=symbol)
        return ""

    def _check(self) -> None:
        trouble = self._trouble()
        self.row.set_refusal(trouble)
        self.add_button.setEnabled(bool(self._listed()) and not trouble and not self._is_asking)

    def _submit(self) -> None:
        self._is_asking = True
        self._check()
        is_without = self.without_rehearsal.isChecked()
        self.wanted.emit(ChangeSymbols(self.account.account_id, self._listed(), without_rehearsal=is_without))
