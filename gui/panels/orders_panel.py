"""Orders that rest on a venue now, of all bots or of the chosen one."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from engine.domain.instrument import Instrument
from engine.domain.order import Order, OrderState
from engine.domain.views import EngineView
from gui import numbers, words
from gui.models.columns import Column, Meaning, muted_meaning
from gui.panels.bot_filter import BotFilter
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import Theme


@dataclass(frozen=True, slots=True)
class OrderRow:
    order: Order
    bot_name: str
    instrument: Instrument | None


def _state_meaning(row: OrderRow) -> Meaning:
    return Meaning.LOOK if row.order.state is OrderState.UNKNOWN else Meaning.PLAIN


def order_columns() -> list[Column[OrderRow]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "time",
            translate("columns", "Time"),
            lambda row: numbers.instant_short(row.order.created_at),
            lambda row: row.order.created_at.timestamp(),
            width=112,
            meaning=muted_meaning,
            exact=lambda row: numbers.instant(row.order.created_at),
        ),
        Column("bot", translate("columns", "Bot"), lambda row: row.bot_name, lambda row: row.bot_name, width=104),
        Column(
            "symbol",
            translate("columns", "Symbol"),
            lambda row: row.order.symbol,
            lambda row: row.order.symbol,
            width=88,
        ),
        Column(
            "side",
            translate("columns", "Side"),
            lambda row: words.side(row.order.side),
            lambda row: row.order.side.value,
            width=56,
            meaning=lambda row: words.side_meaning(row.order.side),
        ),
        Column(
            "price",
            translate("columns", "Price"),
            lambda row: numbers.price(row.order.price, row.instrument),
            lambda row: None if row.order.price is None else float(row.order.price),
            is_number=True,
            width=104,
        ),
        Column(
            "quantity",
            translate("columns", "Quantity"),
            lambda row: numbers.quantity(row.order.quantity, row.instrument),
            lambda row: float(row.order.quantity),
            is_number=True,
            width=112,
        ),
        Column(
            "filled",
            translate("columns", "Filled"),
            lambda row: numbers.quantity(row.order.filled_quantity, row.instrument),
            lambda row: float(row.order.filled_quantity),
            is_number=True,
            width=112,
        ),
        Column(
            "value",
            translate("columns", "Value"),
            _value,
            lambda row: None if row.order.price is None else float(row.order.price * row.order.quantity),
            is_number=True,
            width=128,
        ),
        Column(
            "why",
            translate("columns", "For"),
            lambda row: words.purpose(row.order.purpose, row.order.rung),
            lambda row: float(row.order.rung),
            width=112,
        ),
        Column(
            "kind",
            translate("columns", "Type"),
            lambda row: words.order_kind(row.order.kind, post_only=row.order.post_only),
            lambda row: row.order.kind.value,
            width=128,
            meaning=muted_meaning,
        ),
        Column(
            "state",
            translate("columns", "State"),
            lambda row: words.order_state(row.order.state),
            lambda row: row.order.state.value,
            width=0,
            meaning=_state_meaning,
        ),
    ]


def _value(row: OrderRow) -> str:
    if row.order.price is None:
        return numbers.NOTHING
    return numbers.money_with_asset(row.order.price * row.order.quantity, row.order.symbol.partition("/")[2])


class OrdersPanel(TablePanel[OrderRow]):
    """Rows are kept while their order is the same object, so that a thousand resting orders cost nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.filter = BotFilter()
        self._known: dict[str, OrderRow] = {}
        super().__init__(
            theme,
            order_columns(),
            lambda row: row.order.client_order_id,
            EmptyState(theme),
            bar=self.filter,
            parent=parent,
        )
        self.empty.set_words(self.tr("No order rests on a venue now."))
        self._view: EngineView | None = None
        self.filter.changed.connect(self._filter_changed)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        self._view = view
        self.filter.show_bots(view, bot_id)
        instruments = {market.instrument.key: market.instrument for market in view.markets}
        fresh: dict[str, OrderRow] = {}
        for shown in view.bots:
            if not self.filter.allows(shown.bot.bot_id):
                continue
            instrument = instruments.get((shown.bot.venue, shown.bot.symbol))
            for order in shown.open_orders:
                known = self._known.get(order.client_order_id)
                if known is None or known.order is not order or known.instrument is not instrument:
                    known = OrderRow(order, shown.bot.name, instrument)
                fresh[order.client_order_id] = known
        self._known = fresh
        self.show_rows(list(fresh.values()))

    def show_age(self, view: EngineView, now_s: float) -> None:
        self.age()

    def _filter_changed(self) -> None:
        if self._view is not None:
            self.show_view(self._view, self.filter.followed)
