"""Which pairs are watched: two exchanges, their common symbols, the own size, the rate, how often it is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPushButton, QWidget

from engine.domain.arbitrage_views import PremiumView
from engine.domain.money import ZERO
from engine.domain.premium import Pair
from engine.domain.watching import WatchCommand, WatchCommon, WatchedPair, WatchPairs
from gui.arbitrage import pair_words
from gui.dialogs.field_row import FieldRow
from gui.dialogs.number_field import NumberField
from gui.dialogs.row_stack import stack_rows
from gui.theme import Theme

#: Sources of a rate that are no exchanges.
OTHER_SOURCES = ("endpoint", "static", "database")
HOME_QUOTES, FOREIGN_QUOTES = ("KRW", "BTC", "USDT"), ("USDT", "USDC", "BTC")
VALUE, SIZE = "value", "size"
#: Names of refused fields and the row they stand beside.
ROW_OF = {
    "home_symbol": "symbols", "foreign_symbol": "symbols", "size": "amount", "value": "amount", "fx_pair": "fx_source",
    "without": "symbols", "pairs": "symbols",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen: exchanges whose books can be heard."""

    exchanges: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Who may say a rate, "" for the first that has one."""
        return ("", *self.exchanges, *OTHER_SOURCES)


class WatchDialog(QDialog):
    """`wanted(WatchPairs | WatchCommon)`; what is refused is shown by `show_refusals`, the dialog stays until done."""

    wanted = Signal(object)

    def __init__(
        self, theme: Theme, choices: Choices, parent: QWidget | None = None, row: PremiumView | None = None
    ) -> None:
        """`row` is a pair of the board to begin with, because it is to be watched in another way."""
        super().__init__(parent)
        self._is_asking = False
        self.venues = {"home": QComboBox(), "foreign": QComboBox()}
        self.quotes = {"home": QComboBox(), "foreign": QComboBox()}
        self.symbols, self.amount, self.unit = QLineEdit(), NumberField(), QComboBox()
        self.source = QComboBox()
        self.every_s, self.opportunity_pct, self.hold_days = NumberField(), NumberField(), NumberField()
        home, foreign = ((self.venues[side], self.quotes[side]) for side in ("home", "foreign"))
        self.rows = {
            "home_venue": FieldRow(theme, self.tr("Home"), *home, has_unit=False),
            "foreign_venue": FieldRow(theme, self.tr("Abroad"), *foreign, has_unit=False),
            "symbols": FieldRow(theme, self.tr("Symbols"), self.symbols, has_unit=False),
            "amount": FieldRow(theme, self.tr("My size"), self.amount, self.unit, has_unit=False),
            "fx_source": FieldRow(theme, self.tr("FX from"), self.source, has_unit=False),
            "record_every_s": FieldRow(theme, self.tr("Record every"), self.every_s),
            "opportunity_pct": FieldRow(theme, self.tr("Opportunity from"), self.opportunity_pct),
            "hold_days": FieldRow(theme, self.tr("Funding for"), self.hold_days),
        }
        self.watch_button = QPushButton(self.tr("Watch"))
        self._fill(choices)
        self.setWindowTitle(self.tr("Watch pairs"))
        stack_rows(self, self.rows.values(), self.watch_button, QPushButton(self.tr("Cancel")))
        if row is not None:
            self._begin_with(row)
        self._connect()
        self.resize(560, 420)
        self._check()

    def show_refusals(self, refusals: Sequence[tuple[str, str]]) -> None:
        """Why it was not done, beside the field that causes it: (field, sentence)."""
        self._is_asking = False
        self._check()
        for field, text in refusals:
            row = ROW_OF.get(field, field)
            self.rows[row if row in self.rows else "symbols"].set_refusal(text)

    def command(self) -> WatchCommand | None:
        """What the fields ask for, None while one of them says nothing that can be asked."""
        if self._troubles():
            return None
        bases = self._bases()
        if not bases:
            return WatchCommon(self._watched(""))
        return WatchPairs(tuple(self._watched(base) for base in bases))

    def _watched(self, base: str) -> WatchedPair:
        home_quote, foreign_quote = (self.quotes[side].currentText() for side in ("home", "foreign"))
        fx_pair = "" if home_quote == foreign_quote else f"{foreign_quote}{home_quote}"
        pair = Pair(
            self.venues["home"].currentData(), f"{base}/{home_quote}", self.venues["foreign"].currentData(),
            f"{base}/{foreign_quote}", fx_pair,
        )  # fmt: skip
        is_value = self.unit.currentData() == VALUE
        return WatchedPair(
            pair,
            size=None if is_value else self.amount.value,
            value=self.amount.value if is_value else None,
            hold_days=self.hold_days.value or ZERO,
            fx_source=self.source.currentData() if fx_pair else "",
            opportunity_pct=self.opportunity_pct.value or ZERO,
            record_every_s=self.every_s.value,
        )

    def _bases(self) -> tuple[str, ...]:
        """BTC, XRP/KRW and KRW-XRP alike: what is typed is a base, or a symbol of either exchange."""
        quotes = {box.currentText() for box in self.quotes.values()}
        words = self.symbols.text().upper().replace(",", " ").split()
        bases = []
        for word in words:
            parts = [part for part in word.replace("-", "/").split("/") if part not in quotes]
            bases.append(parts[0] if parts else word)
        return tuple(dict.fromkeys(bases))

    def _troubles(self) -> dict[str, str]:
        """Why a row cannot be asked for, by row."""
        found = {}
        for base in self._bases():
            if not base.isalnum() or not base.isascii():
                found["symbols"] = self.tr("{symbol} is no symbol; write BASE, such as BTC.").format(symbol=base)
        amount = self.amount.value
        if amount is None or amount <= 0:
            found["amount"] = self.tr("Say for which size the premium is worked out, above 0.")
        elif not self._bases() and self.unit.currentData() == SIZE:
            found["amount"] = self.tr("One size in base does not suit all symbols; say a value.")
        for name, field in (("record_every_s", self.every_s), ("hold_days", self.hold_days)):
            if not field.is_blank and (field.value is None or field.value < 0):
                found[name] = self.tr("This must be a number of at least 0.")
        if not self.opportunity_pct.is_blank and self.opportunity_pct.value is None:
            found["opportunity_pct"] = self.tr("This must be a number.")
        return found

    def _fill(self, choices: Choices) -> None:
        for side, quotes in (("home", HOME_QUOTES), ("foreign", FOREIGN_QUOTES)):
            for exchange in choices.exchanges:
                self.venues[side].addItem(pair_words.exchange(exchange), exchange)
            self.quotes[side].addItems(list(quotes))
            self.quotes[side].setEditable(True)
            self.quotes[side].setAccessibleName(self.tr("Quote"))
        for side, first in (("home", "upbit"), ("foreign", "binance")):
            self.venues[side].setCurrentIndex(max(self.venues[side].findData(first), 0))
        for source in choices.sources:
            self.source.addItem(pair_words.fx_source(source), source)
        self.symbols.setPlaceholderText(self.tr("all that both trade"))
        self.rows["symbols"].set_rule(self.tr("Such as BTC, ETH, XRP; left empty, all that both exchanges trade."))
        self.amount.set_value(Decimal(1_000_000))
        self.every_s.set_value(Decimal(1))
        self.every_s.setPlaceholderText(self.tr("opportunities only"))
        self.opportunity_pct.set_value(Decimal(0))
        self.hold_days.set_value(Decimal(0))
        self.rows["record_every_s"].set_unit("s")
        self.rows["opportunity_pct"].set_unit("%")
        self.rows["hold_days"].set_unit(self.tr("days"))
        self.rows["hold_days"].set_rule(
            self.tr("For so long funding of a future abroad is counted into the net premium.")
        )
        self._show_units()

    def _begin_with(self, row: PremiumView) -> None:
        pair = row.pair
        for side, venue, quote in (
            ("home", pair.home_venue, pair.home_quote),
            ("foreign", pair.foreign_venue, pair.foreign_quote),
        ):
            self.venues[side].setCurrentIndex(max(self.venues[side].findData(venue), 0))
            self.quotes[side].setCurrentText(quote)
        self.symbols.setText(pair.base)
        self._show_units()
        if row.best is not None:
            self.unit.setCurrentIndex(self.unit.findData(SIZE))
            self.amount.set_value(row.best.size)

    def _show_units(self) -> None:
        """The amount is in the home quote or in base."""
        chosen = self.unit.currentData()
        self.unit.blockSignals(True)
        self.unit.clear()
        self.unit.addItem(self.quotes["home"].currentText(), VALUE)
        self.unit.addItem(self.tr("base"), SIZE)
        self.unit.setCurrentIndex(max(self.unit.findData(chosen), 0))
        self.unit.blockSignals(False)
        home, foreign = (self.quotes[side].currentText() for side in ("home", "foreign"))
        self.source.setEnabled(home != foreign)
        rule = self.tr("{foreign} is counted in {home} by {pair}.")
        self.rows["fx_source"].set_rule(
            "" if home == foreign else rule.format(foreign=foreign, home=home, pair=f"{foreign}{home}")
        )

    def _connect(self) -> None:
        self.watch_button.clicked.connect(self._submit)
        for field in (self.symbols, self.amount, self.every_s, self.opportunity_pct, self.hold_days):
            field.textChanged.connect(self._check)
        for box in self.quotes.values():
            box.currentTextChanged.connect(self._quote_changed)
        for box in (*self.venues.values(), self.unit, self.source):
            box.currentIndexChanged.connect(self._check)

    def _quote_changed(self) -> None:
        self._show_units()
        self._check()

    def _check(self) -> None:
        troubles = self._troubles()
        for name, row in self.rows.items():
            row.set_refusal(troubles.get(name, ""))
        self.watch_button.setEnabled(not troubles and not self._is_asking)

    def _submit(self) -> None:
        if (command := self.command()) is None:
            return
        self._is_asking = True
        self.watch_button.setEnabled(False)
        self.wanted.emit(command)
