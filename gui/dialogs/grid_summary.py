"""What a grid would do, in figures under its form: profit of a rung, capital, orders, fees; what an edit changes."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from engine.bots.grid_margin import liquidation_distance
from engine.bots.grid_rules import GridEditPreview, GridPreview
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.order import OrderKind, Side
from gui import numbers
from gui.dialogs.figures import Figures
from gui.ladder.edge_drag import edit_sentences
from gui.theme import Theme

PROFIT, CAPITAL, ORDERS, FEES = range(4)


class GridSummary(Figures):
    """Four figures, and below them sentences: for an edit what changes, else what cannot be said beside one field."""

    def __init__(self, theme: Theme) -> None:
        translate = QCoreApplication.translate
        super().__init__(
            theme,
            (
                translate("GridSummary", "Profit per rung"),
                translate("GridSummary", "Capital needed"),
                translate("GridSummary", "Orders now"),
                translate("GridSummary", "Fees of the start"),
            ),
        )

    def show_start(self, plan: GridPreview, instrument: Instrument, problems: Sequence[str]) -> None:
        """What a start at the present price would do."""
        self._show_plan(plan, instrument)
        self.show_figure(FEES, numbers.money(plan.initial_fee, instrument.quote), instrument.quote)
        self.say(problems, is_problem=True)

    def show_edit(self, change: GridEditPreview, instrument: Instrument, problems: Sequence[str]) -> None:
        """What the edit changes; the figures are those of the new ladder."""
        self._show_plan(change.after, instrument)
        self.show_figure(FEES, numbers.money(change.fee, instrument.quote), self.tr("for base bought or sold"))
        if problems:
            self.say(problems, is_problem=True)
        else:
            self.say(edit_sentences(change, instrument)[:2])

    def _show_plan(self, plan: GridPreview, instrument: Instrument) -> None:
        quote, base = instrument.quote, instrument.base
        percents = self._range(*(numbers.percent(value, 3) for value in (plan.profit_low_pct, plan.profit_high_pct)))
        amounts = self._range(*(numbers.money(value, quote) for value in (plan.profit_low, plan.profit_high)))
        self.show_figure(PROFIT, f"{percents} %", f"{amounts} {quote}")
        detail = self.tr("and {base} held").format(base=f"{numbers.quantity(plan.capital_base, instrument)} {base}")
        if instrument.kind is InstrumentKind.PERP:
            detail = self._liquidation(plan, instrument)
        self.show_figure(CAPITAL, numbers.money_with_asset(plan.capital_quote, quote), detail)
        buys = sum(order.side is Side.BUY and order.kind is OrderKind.LIMIT for order in plan.orders)
        sells = sum(order.side is Side.SELL for order in plan.orders)
        first = self.tr("nothing is bought first")
        if plan.initial_buy:
            bought = f"{numbers.quantity(plan.initial_buy, instrument)} {base}"
            first = self.tr("after buying {base}").format(base=bought)
        orders = self.tr("{buys} buys, {sells} sells").format(buys=f"{buys:,}", sells=f"{sells:,}")
        self.show_figure(ORDERS, orders, first)

    def _liquidation(self, plan: GridPreview, instrument: Instrument) -> str:
        distance = liquidation_distance(plan)
        if plan.liquidation_price is None or distance is None:
            return self.tr("{leverage}x, no liquidation").format(leverage=instrument.rules.leverage)
        return self.tr("{leverage}x, liquidation at {price} ({percent} % below)").format(
            leverage=instrument.rules.leverage,
            price=numbers.price(plan.liquidation_price, instrument),
            percent=numbers.percent(distance, 1),
        )

    def _range(self, low: str, high: str) -> str:
        return low if low == high else self.tr("{low} to {high}").format(low=low, high=high)
