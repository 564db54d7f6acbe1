"""What a grid would do, in figures under its form: profit of a rung, capital, orders, fees; what an edit changes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from engine.bots.grid_rules import GridEditPreview, GridPreview
from engine.domain.instrument import Instrument
from engine.domain.order import OrderKind, Side
from gui import numbers
from gui.ladder.edge_drag import edit_sentences
from gui.theme import GRID, Theme

COLUMNS = 4


class GridSummary(QWidget):
    """Four figures, and below them sentences: for an edit what changes, else what cannot be said beside one field."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._names = [QLabel() for _ in range(COLUMNS)]
        self._values = [QLabel() for _ in range(COLUMNS)]
        self._details = [QLabel() for _ in range(COLUMNS)]
        self._sentences = QLabel()
        self._sentences.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(2)
        for at, (name, value, detail) in enumerate(zip(self._names, self._values, self._details, strict=True)):
            for row, label in enumerate((name, value, detail)):
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(label, row, at)
            grid.setColumnStretch(at, 1)
            name.setFont(theme.header_font())
            value.setFont(theme.numbers_font(15, theme.font().weight().DemiBold))
            detail.setFont(theme.numbers_font(12))
            self._paint(name, is_muted=True)
            self._paint(detail, is_muted=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.addLayout(grid)
        column.addWidget(self._sentences)
        self.clear()

    @property
    def text(self) -> str:
        """Everything that is written here, for a reader without eyes."""
        labels = (*self._names, *self._values, *self._details, self._sentences)
        return "\n".join(label.text() for label in labels if label.text())

    def clear(self) -> None:
        """Nothing can be worked out yet."""
        for name, text in zip(self._names, self._titles(), strict=True):
            name.setText(text)
        for label in (*self._values, *self._details):
            label.setText(numbers.NOTHING)
        self._say(())

    def show_start(self, plan: GridPreview, instrument: Instrument, problems: Sequence[str]) -> None:
        """What a start at the present price would do."""
        self._show_plan(plan, instrument)
        self._say(problems, is_problem=True)

    def show_edit(self, change: GridEditPreview, instrument: Instrument, problems: Sequence[str]) -> None:
        """What the edit changes; the figures are those of the new ladder."""
        self._show_plan(change.after, instrument)
        self._values[3].setText(numbers.money(change.fee, instrument.quote))
        self._details[3].setText(self.tr("for base bought or sold"))
        if problems:
            self._say(problems, is_problem=True)
        else:
            self._say(edit_sentences(change, instrument)[:2])

    def _titles(self) -> tuple[str, ...]:
        return (
            self.tr("Profit per rung"),
            self.tr("Capital needed"),
            self.tr("Orders now"),
            self.tr("Fees of the start"),
        )

    def _show_plan(self, plan: GridPreview, instrument: Instrument) -> None:
        quote, base = instrument.quote, instrument.base
        low, high = (numbers.percent(value, 3) for value in (plan.profit_low_pct, plan.profit_high_pct))
        self._values[0].setText(f"{self._range(low, high)} %")
        low, high = (numbers.money(value, quote) for value in (plan.profit_low, plan.profit_high))
        self._details[0].setText(f"{self._range(low, high)} {quote}")
        self._values[1].setText(numbers.money_with_asset(plan.capital_quote, quote))
        base_text = f"{numbers.quantity(plan.capital_base, instrument)} {base}"
        self._details[1].setText(self.tr("and {base} held").format(base=base_text))
        buys = sum(order.side is Side.BUY and order.kind is OrderKind.LIMIT for order in plan.orders)
        sells = sum(order.side is Side.SELL for order in plan.orders)
        self._values[2].setText(self.tr("{buys} buys, {sells} sells").format(buys=f"{buys:,}", sells=f"{sells:,}"))
        first = f"{numbers.quantity(plan.initial_buy, instrument)} {base}"
        self._details[2].setText(self.tr("after buying {base}").format(base=first))
        if not plan.initial_buy:
            self._details[2].setText(self.tr("nothing is bought first"))
        self._values[3].setText(numbers.money(plan.initial_fee, quote))
        self._details[3].setText(quote)

    def _range(self, low: str, high: str) -> str:
        return low if low == high else self.tr("{low} to {high}").format(low=low, high=high)

    def _say(self, texts: Sequence[str], is_problem: bool = False) -> None:
        self._sentences.setText("\n".join(texts))
        self._sentences.setVisible(bool(texts))
        palette = self._sentences.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.amber if is_problem else self._theme.text)
        self._sentences.setPalette(palette)

    def _paint(self, label: QLabel, is_muted: bool) -> None:
        palette = label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.muted if is_muted else self._theme.text)
        label.setPalette(palette)
