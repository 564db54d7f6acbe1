"""A bot's first orders with real money, before they are sent: each order, the money they take, the fees they cost."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.bots.grid_rules import GridPreview, preview
from engine.domain.instrument import Instrument
from engine.domain.live_messages import ConfirmBot
from engine.domain.money import ZERO
from engine.domain.order import OrderKind, Side
from engine.domain.views import BotView, EngineView
from gui import numbers, words
from gui.bot_questions import free_balance, market_of
from gui.dialogs.later_or_send import add_later_or_send
from gui.models.columns import Column
from gui.models.table_model import TableModel
from gui.models.table_view import TableView
from gui.sentences import translate
from gui.theme import GRID, Theme


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """One order to come. `price` None is the market's; `fee` in quote, at the venue's rate."""

    number: int
    side: Side
    kind: OrderKind
    price: Decimal | None
    quantity: Decimal
    value: Decimal
    fee: Decimal
    instrument: Instrument


def first_orders(planned: GridPreview, instrument: Instrument) -> list[FirstOrder]:
    """The orders of a start: what is bought first, then the ladder from the top down."""
    rules = instrument.rules
    found = []
    for number, order in enumerate(planned.orders):
        price = order.price if order.price is not None else planned.price or ZERO
        value = price * order.quantity
        rate = rules.taker_fee if order.kind is OrderKind.MARKET else rules.maker_fee
        fee = rules.fee(value, rate)
        found.append(
            FirstOrder(number, order.side, order.kind, order.price, order.quantity, value, fee, instrument)
        )  # fmt: skip
    return found


def order_columns() -> list[Column[FirstOrder]]:
    translate_ = QCoreApplication.translate
    return [
        Column(
            "side",
            translate_("columns", "Side"),
            lambda row: words.side(row.side),
            lambda row: row.side.value,
            width=64,
            meaning=lambda row: words.side_meaning(row.side),
        ),
        Column(
            "kind",
            translate_("columns", "Type"),
            lambda row: words.order_kind(row.kind, post_only=row.kind is OrderKind.LIMIT),
            lambda row: row.kind.value,
            width=0,
        ),
        Column(
            "price",
            translate_("columns", "Price"),
            lambda row: numbers.price(row.price, row.instrument),
            lambda row: None if row.price is None else float(row.price),
            is_number=True,
            width=112,
        ),
        Column(
            "quantity",
            translate_("columns", "Quantity"),
            lambda row: numbers.quantity(row.quantity, row.instrument),
            lambda row: float(row.quantity),
            is_number=True,
            width=112,
        ),
        Column(
            "value",
            translate_("columns", "Value"),
            lambda row: numbers.money_with_asset(row.value, row.instrument.quote),
            lambda row: float(row.value),
            is_number=True,
            width=132,
        ),
        Column(
            "fee",
            translate_("columns", "Fee"),
            lambda row: numbers.money_with_asset(row.fee, row.instrument.quote),
            lambda row: float(row.fee),
            is_number=True,
            width=104,
        ),
    ]


class FirstOrdersDialog(QDialog):
    """`confirmed(ConfirmBot)` when a person has seen the orders and lets them go."""

    confirmed = Signal(object)

    def __init__(self, theme: Theme, view: EngineView, shown: BotView, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = shown
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.model = TableModel(order_columns(), lambda row: row.number)
        self.table = TableView(self.model, theme)
        self.send_button = QPushButton(self.tr("Send these orders"))
        self._lay_out()
        self._show(view)

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("First orders of {bot} with real money").format(bot=self._shown.bot.name))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.sentence)
        column.addWidget(self.table, 1)
        later = QPushButton(self.tr("Not now"))
        add_later_or_send(column, later, self.send_button)
        later.clicked.connect(self.reject)
        self.send_button.clicked.connect(self._submit)
        self.resize(720, 480)

    def _show(self, view: EngineView) -> None:
        market = market_of(view, self._shown)
        if market is None:
            self.sentence.setText(self.tr("Its market has no price yet, so its orders cannot be shown."))
            self.send_button.setEnabled(False)
            return
        instrument, account_id = market.instrument, self._shown.bot.account_id
        free = free_balance(view, account_id, instrument.quote)
        held = free_balance(view, account_id, instrument.position_asset)
        planned = preview(self._shown.bot.grid, instrument, market.ask, free, held)
        if planned.refusals:
            self.sentence.setText(" ".join(translate(refusal.sentence) for refusal in planned.refusals))
            self.send_button.setEnabled(False)
            return
        orders = first_orders(planned, instrument)
        self.model.show_rows(orders)
        fee = sum((order.fee for order in orders), ZERO)
        text = self.tr(
            "{count} orders go to {account} now. They use {capital} of {free} that are free; fees are {start} at once "
            "and {all} when all of them have filled. It is asked once for each bot."
        )
        account = next((each for each in view.accounts if each.account.account_id == account_id), None)
        self.sentence.setText(
            text.format(
                count=len(orders),
                account=account.account.name if account is not None else account_id,
                capital=numbers.money_with_asset(planned.capital_quote, instrument.quote),
                free=numbers.known_money(free, instrument.quote),
                start=numbers.money_with_asset(planned.initial_fee, instrument.quote),
                all=numbers.money_with_asset(fee, instrument.quote),
            )
        )

    def _submit(self) -> None:
        self.confirmed.emit(ConfirmBot(self._shown.bot.bot_id))
        self.accept()
