"""Orders that rest on a venue now, of all bots or of the chosen one; in grey, orders there that are not ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from engine.domain.instrument import Instrument
from engine.domain.live import ForeignKind, ForeignOrder
from engine.domain.order import Order, OrderState
from engine.domain.views import EngineView
from gui import numbers, words
from gui.bot_list import bot_names
from gui.models.columns import Column, Meaning, muted_meaning
from gui.money import Money, money_by_venue, money_of
from gui.panels.bot_filter import BotFilter
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import Theme


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order of a bot, or one that rests on the account and is not ours."""

    order: Order | ForeignOrder
    bot_name: str
    instrument: Instrument | None
    money: Money

    @property
    def key(self) -> str:
        return self.order.client_order_id if isinstance(self.order, Order) else f"foreign {self.order.venue_order_id}"

    @property
    def is_foreign(self) -> bool:
        return isinstance(self.order, ForeignOrder)

    @property
    def at(self) -> datetime:
        return self.order.created_at if isinstance(self.order, Order) else self.order.at

    @property
    def rung(self) -> int:
        return self.order.rung if isinstance(self.order, Order) else -1

    def meaning(self, own: Meaning) -> Meaning:
        """What is not ours is grey, whatever it is."""
        return Meaning.MUTED if self.is_foreign else own


def _plain(row: OrderRow) -> Meaning:
    return row.meaning(Meaning.PLAIN)


def _why(row: OrderRow) -> str:
    if isinstance(row.order, Order):
        return words.purpose(row.order)
    return words.foreign_kind(row.order.kind)


def _kind(row: OrderRow) -> str:
    if isinstance(row.order, Order):
        return words.order_kind(row.order.kind, post_only=row.order.post_only)
    return QCoreApplication.translate("order", "Limit")


def _state(row: OrderRow) -> str:
    if isinstance(row.order, Order):
        return words.order_state(row.order.state)
    return QCoreApplication.translate("order", "Open, not ours")


def _state_meaning(row: OrderRow) -> Meaning:
    if isinstance(row.order, ForeignOrder):
        # One that carries our name and is in no book of ours has to be looked at.
        return Meaning.LOOK if row.order.kind is ForeignKind.UNKNOWN else Meaning.MUTED
    return Meaning.LOOK if row.order.state is OrderState.UNKNOWN else Meaning.PLAIN


def order_columns() -> list[Column[OrderRow]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "time",
            translate("columns", "Time"),
            lambda row: numbers.instant_short(row.at),
            lambda row: row.at.timestamp(),
            width=112,
            meaning=muted_meaning,
            exact=lambda row: numbers.instant(row.at),
        ),
        Column(
            "money",
            translate("columns", "Money"),
            lambda row: row.money.value,
            lambda row: row.money.value,
            width=92,
            badge=lambda row: row.money,
        ),
        Column(
            "bot",
            translate("columns", "Bot"),
            lambda row: row.bot_name,
            lambda row: row.bot_name,
            width=104,
            meaning=_plain,
        ),
        Column(
            "symbol",
            translate("columns", "Symbol"),
            lambda row: row.order.symbol,
            lambda row: row.order.symbol,
            width=88,
            meaning=_plain,
        ),
        Column(
            "side",
            translate("columns", "Side"),
            lambda row: words.side(row.order.side),
            lambda row: row.order.side.value,
            width=56,
            meaning=lambda row: row.meaning(words.side_meaning(row.order.side)),
        ),
        Column(
            "price",
            translate("columns", "Price"),
            lambda row: numbers.price(row.order.price, row.instrument),
            lambda row: None if row.order.price is None else float(row.order.price),
            is_number=True,
            width=104,
            meaning=_plain,
        ),
        Column(
            "quantity",
            translate("columns", "Quantity"),
            lambda row: numbers.quantity(row.order.quantity, row.instrument),
            lambda row: float(row.order.quantity),
            is_number=True,
            width=112,
            meaning=_plain,
        ),
        Column(
            "filled",
            translate("columns", "Filled"),
            lambda row: numbers.quantity(row.order.filled_quantity, row.instrument),
            lambda row: float(row.order.filled_quantity),
            is_number=True,
            width=112,
            meaning=_plain,
        ),
        Column(
            "value",
            translate("columns", "Value"),
            _value,
            lambda row: None if row.order.price is None else float(row.order.price * row.order.quantity),
            is_number=True,
            width=128,
            meaning=_plain,
        ),
        Column(
            "why",
            translate("columns", "For"),
            _why,
            lambda row: float(row.rung),
            width=128,
            meaning=_plain,
        ),
        Column(
            "kind",
            translate("columns", "Type"),
            _kind,
            _kind,
            width=128,
            meaning=muted_meaning,
        ),
        Column(
            "state",
            translate("columns", "State"),
            _state,
            _state,
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
            lambda row: row.key,
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
        monies, names = money_by_venue(view), bot_names(view)
        fresh: dict[str, OrderRow] = {}
        for shown in view.bots:
            if not self.filter.allows(shown.bot.bot_id):
                continue
            instrument = instruments.get((shown.bot.venue, shown.bot.symbol))
            money = monies.get(shown.bot.venue, Money.LIVE)
            for order in shown.open_orders:
                known = self._known.get(order.client_order_id)
                if (
                    known is None
                    or known.order is not order
                    or known.instrument is not instrument
                    or known.money is not money
                ):
                    known = OrderRow(order, names[shown.bot.bot_id], instrument, money)
                fresh[order.client_order_id] = known
        if self.filter.bot_id is None:
            fresh |= {row.key: row for row in _foreign(view, instruments)}
        self._known = fresh
        self.show_rows(list(fresh.values()))

    def show_age(self, view: EngineView, now_s: float) -> None:
        self.age()

    def _filter_changed(self) -> None:
        if self._view is not None:
            self.show_view(self._view, self.filter.followed)


def _foreign(view: EngineView, instruments: Mapping[tuple[str, str], Instrument]) -> Iterator[OrderRow]:
    """Orders on our accounts that are not ours."""
    for shown in view.accounts:
        for order in shown.live.foreign if shown.live is not None else ():
            instrument = instruments.get((shown.account.venue, order.symbol))
            yield OrderRow(order, numbers.NOTHING, instrument, money_of(shown))
