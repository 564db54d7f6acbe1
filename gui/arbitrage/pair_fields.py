"""The widgets of a two-leg bot's form: the fields that matter, and the rest behind "More"."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QToolButton, QVBoxLayout, QWidget

from engine.domain.arbitrage import ImbalancePolicy, LegStyle, Ways
from gui.arbitrage import pair_words
from gui.dialogs.field_row import FieldRow
from gui.dialogs.number_field import NumberField
from gui.theme import GRID, Theme

PERCENT_STEP = Decimal("0.05")
#: Numbers that stand in the form before "More" is opened, and those behind it.
FIRST_NUMBERS = ("size", "entry_pct", "exit_pct", "max_positions")
OTHER_NUMBERS = (
    "entry_step_pct", "max_value", "cooldown_s", "confirmations", "min_depth", "max_slippage_pct", "leg_timeout_s",
    "max_imbalance_value", "max_imbalance_s", "max_book_age_s", "max_fx_age_s", "hold_days", "allocation_percent",
    "hedge_allocation_percent",
)  # fmt: skip
#: Numbers that may be left out.
OPTIONAL = frozenset({"max_value", "allocation_percent", "hedge_allocation_percent"})
WHOLE = frozenset({"max_positions", "confirmations"})
FIRST_ROWS = ("symbol", "hedge_symbol", *FIRST_NUMBERS, "policy", "fx_source")


class PairFields(QWidget):
    """`edited` after each change of a field, `market_chosen` after another market was chosen in one of the lists."""

    edited = Signal()
    market_chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._is_filling = False
        self.home, self.foreign = QComboBox(), QComboBox()
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.policy, self.ways, self.style_box, self.source = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.numbers = {name: NumberField(_step_of(name)) for name in (*FIRST_NUMBERS, *OTHER_NUMBERS)}
        self.more = QToolButton()
        self._rest = QWidget()
        self._fill_choices()
        self.rows = self._make_rows(theme)
        self._lay_out()
        self._connect()

    def _fill_choices(self) -> None:
        for policy in ImbalancePolicy:
            self.policy.addItem(pair_words.policy(policy), policy)
        for ways in Ways:
            self.ways.addItem(pair_words.ways(ways), ways)
        for style in LegStyle:
            self.style_box.addItem(pair_words.style(style), style)
        self.numbers["max_value"].setPlaceholderText(self.tr("no limit"))
        for name in ("allocation_percent", "hedge_allocation_percent"):
            self.numbers[name].setPlaceholderText(self.tr("what it needs"))

    def _make_rows(self, theme: Theme) -> dict[str, FieldRow]:
        titles = self._titles()
        rows = {
            "symbol": FieldRow(theme, self.tr("Home"), self.home, has_unit=False),
            "hedge_symbol": FieldRow(theme, self.tr("Abroad"), self.foreign, has_unit=False),
        }
        for name in FIRST_NUMBERS:
            rows[name] = FieldRow(theme, titles[name], self.numbers[name])
        rows["policy"] = FieldRow(theme, self.tr("If legs differ"), self.policy, has_unit=False)
        rows["fx_source"] = FieldRow(theme, self.tr("FX from"), self.source, has_unit=False)
        rows["name"] = FieldRow(theme, self.tr("Name"), self.name)
        rows["ways"] = FieldRow(theme, self.tr("Ways"), self.ways, has_unit=False)
        rows["style"] = FieldRow(theme, self.tr("Legs"), self.style_box, has_unit=False)
        for name in OTHER_NUMBERS:
            rows[name] = FieldRow(theme, titles[name], self.numbers[name])
        for name, unit in self._units().items():
            rows[name].set_unit(unit)
        return rows

    def _titles(self) -> dict[str, str]:
        return {
            "size": self.tr("Size"),
            "entry_pct": self.tr("Enter from"),
            "exit_pct": self.tr("Close at"),
            "max_positions": self.tr("Positions"),
            "entry_step_pct": self.tr("Step of entries"),
            "max_value": self.tr("Value at most"),
            "cooldown_s": self.tr("Pause between"),
            "confirmations": self.tr("Seen in a row"),
            "min_depth": self.tr("Depth at least"),
            "max_slippage_pct": self.tr("Slippage at most"),
            "leg_timeout_s": self.tr("A leg may rest"),
            "max_imbalance_value": self.tr("Legs may differ"),
            "max_imbalance_s": self.tr("for"),
            "max_book_age_s": self.tr("Book at most"),
            "max_fx_age_s": self.tr("Rate at most"),
            "hold_days": self.tr("Funding for"),
            "allocation_percent": self.tr("Share at home"),
            "hedge_allocation_percent": self.tr("Share abroad"),
        }

    def _units(self) -> dict[str, str]:
        percent = ("entry_pct", "exit_pct", "entry_step_pct", "max_slippage_pct", "allocation_percent")
        units = dict.fromkeys((*percent, "hedge_allocation_percent"), "%")
        units |= {name: self.tr("s") for name in self.numbers if name.endswith("_s")}
        return units | {"min_depth": self.tr("sizes"), "hold_days": self.tr("days"), "confirmations": self.tr("times")}

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        rest = QVBoxLayout(self._rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(GRID)
        for name, row in self.rows.items():
            (column if name in FIRST_ROWS else rest).addWidget(row)
        self.more.setText(self.tr("More"))
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        column.addWidget(self.more)
        column.addWidget(self._rest)
        column.addStretch(1)
        self._rest.hide()

    def _connect(self) -> None:
        for box in (self.home, self.foreign):
            box.currentIndexChanged.connect(self._market_changed)
        self.more.toggled.connect(self._show_rest)
        for field in (*self.numbers.values(), self.name):
            field.textChanged.connect(self._changed)
        for box in (self.policy, self.ways, self.style_box, self.source):
            box.currentIndexChanged.connect(self._changed)

    def _show_rest(self, is_open: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._rest.setVisible(is_open)

    def _market_changed(self) -> None:
        self.market_chosen.emit()

    def _changed(self) -> None:
        if not self._is_filling:
            self.edited.emit()


def _step_of(name: str) -> Callable[[Decimal], Decimal]:
    """What the arrows add: one, a twentieth of a percent, or a round part of the amount."""

    def step(value: Decimal) -> Decimal:
        if name in WHOLE:
            return Decimal(1)
        if name.endswith("_pct"):
            return PERCENT_STEP
        return Decimal(1).scaleb(value.adjusted() - 1)

    return step
