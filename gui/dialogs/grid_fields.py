"""The widgets of a grid's form: the five fields that matter, and the rest behind "More"."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QToolButton, QVBoxLayout, QWidget

from engine.domain.grid import GridMode, Inventory, Sizing
from engine.domain.instrument import Instrument
from gui.dialogs.field_row import FieldRow
from gui.dialogs.number_field import NumberField
from gui.theme import GRID, Theme

PRICES = ("lower", "upper", "trigger_price", "stop_upper", "stop_lower")
STOPS = ("stop_upper", "stop_lower", "stop_loss_pct", "take_profit_pct")
OPTIONAL = ("trigger_price", *STOPS)
#: Steps of the arrows where no increment of the venue applies.
PERCENT_STEP = Decimal("0.5")


class GridFields(QWidget):
    """`edited` after each change of a field, `market_chosen` after another market was chosen in the list."""

    edited = Signal()
    market_chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._instrument: Instrument | None = None
        self._is_filling = False
        self.market = QComboBox()
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.mode = QComboBox()
        self.sizing = QComboBox()
        self.checks = {name: QCheckBox() for name in ("post_only", "use_held_base", "compounding")}
        self.numbers = {
            name: NumberField(self._step_of(name))
            for name in ("lower", "upper", "grid_count", "investment", *OPTIONAL, "allocation_percent")
        }
        self.inventories = {name: QComboBox() for name in STOPS}
        self.more = QToolButton()
        self._rest = QWidget()
        self._fill_choices()
        self.rows = self._make_rows(theme)
        self._lay_out()
        self._connect()

    def _step_of(self, name: str) -> Callable[[Decimal], Decimal]:
        """What the arrows add: the price increment, one grid, half a percent, or a round part of the amount."""

        def step(value: Decimal) -> Decimal:
            if name in PRICES and self._instrument is not None:
                return self._instrument.rules.price_increment(value)
            if name == "grid_count":
                return Decimal(1)
            if name.endswith(("_pct", "_percent")):
                return PERCENT_STEP
            return Decimal(1).scaleb(value.adjusted() - 1)

        return step

    def _fill_choices(self) -> None:
        for mode, text in (
            (GridMode.ARITHMETIC, self.tr("Equal steps (arithmetic)")),
            (GridMode.GEOMETRIC, self.tr("Equal percent (geometric)")),
        ):
            self.mode.addItem(text, mode)
        for sizing, text in (
            (Sizing.EQUAL_BASE, self.tr("Same quantity on every rung")),
            (Sizing.EQUAL_QUOTE, self.tr("Same value on every rung")),
        ):
            self.sizing.addItem(text, sizing)
        for box in self.inventories.values():
            box.addItem(self.tr("then sell"), Inventory.SELL)
            box.addItem(self.tr("then keep"), Inventory.KEEP)
            box.setToolTip(self.tr("What happens to the base the bot holds when this stop is reached."))
        self.checks["post_only"].setText(self.tr("Rest only, never take (post-only)"))
        self.checks["use_held_base"].setText(self.tr("Use base the account already holds"))
        self.checks["compounding"].setText(self.tr("Put a rung's profit into its next buys"))
        self.numbers["trigger_price"].setPlaceholderText(self.tr("at once"))
        for name in STOPS:
            self.numbers[name].setPlaceholderText(self.tr("none"))
        self.numbers["allocation_percent"].setPlaceholderText(self.tr("investment over equity"))

    def _make_rows(self, theme: Theme) -> dict[str, FieldRow]:
        numbers, stops = self.numbers, self.inventories
        return {
            "market": FieldRow(theme, self.tr("Market"), self.market, has_unit=False),
            "lower": FieldRow(theme, self.tr("Lower price"), numbers["lower"]),
            "upper": FieldRow(theme, self.tr("Upper price"), numbers["upper"]),
            "grid_count": FieldRow(theme, self.tr("Number"), numbers["grid_count"]),
            "investment": FieldRow(theme, self.tr("Investment"), numbers["investment"]),
            "name": FieldRow(theme, self.tr("Name"), self.name),
            "mode": FieldRow(theme, self.tr("Lines"), self.mode),
            "sizing": FieldRow(theme, self.tr("Size"), self.sizing),
            "post_only": FieldRow(theme, "", self.checks["post_only"]),
            "use_held_base": FieldRow(theme, "", self.checks["use_held_base"]),
            "compounding": FieldRow(theme, "", self.checks["compounding"]),
            "trigger_price": FieldRow(theme, self.tr("Start at price"), numbers["trigger_price"]),
            "stop_upper": FieldRow(theme, self.tr("Upper stop"), numbers["stop_upper"], stops["stop_upper"]),
            "stop_lower": FieldRow(theme, self.tr("Lower stop"), numbers["stop_lower"], stops["stop_lower"]),
            "stop_loss_pct": FieldRow(theme, self.tr("Stop loss"), numbers["stop_loss_pct"], stops["stop_loss_pct"]),
            "take_profit_pct": FieldRow(
                theme, self.tr("Take profit"), numbers["take_profit_pct"], stops["take_profit_pct"]
            ),
            "allocation_percent": FieldRow(theme, self.tr("Allocation"), numbers["allocation_percent"]),
        }

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        rest = QVBoxLayout(self._rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(GRID)
        for at, row in enumerate(self.rows.values()):
            (column if at < 5 else rest).addWidget(row)
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
        self.market.currentIndexChanged.connect(self._market_changed)
        self.more.toggled.connect(self._show_rest)
        for field in (*self.numbers.values(), self.name):
            field.textChanged.connect(self._changed)
        for box in (self.mode, self.sizing, *self.inventories.values()):
            box.currentIndexChanged.connect(self._changed)
        for check in self.checks.values():
            check.toggled.connect(self._changed)

    def _show_rest(self, is_open: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._rest.setVisible(is_open)

    def _market_changed(self) -> None:
        if self.market.currentData() is not None:
            self.market_chosen.emit()

    def _changed(self) -> None:
        if not self._is_filling:
            self.edited.emit()
