"""A very small exchange and journal around a real kernel: enough of a world to see every decision it takes.

Fills at touch, one price for bid and ask, unlimited volume unless told otherwise. Written for clarity, not speed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.bot import Account, AccountMode
from engine.domain.grid import GridConfig
from engine.domain.instrument import FeeAsset, Instrument, PriceBand, VenueRules
from engine.domain.ledger import LedgerEntry
from engine.domain.live import KeyFacts
from engine.domain.live_messages import GoLive, LiveRecorded
from engine.domain.market import Quote
from engine.domain.messages import (
    AccountConnected,
    AddGrid,
    AskOrder,
    BalancesReported,
    BotRecorded,
    CancelOrder,
    Command,
    CommandAnswered,
    CommandReceived,
    ConnectAccount,
    DecisionLogged,
    FillRecorded,
    LedgerRecorded,
    Message,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRecorded,
    OrderRejected,
    OrderReport,
    PlaceOrder,
    Record,
    RejectCode,
    RejectReason,
    RungRecorded,
)
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, OrderKind, OrderState, Side
from engine.domain.views import BotView
from engine.kernel import Kernel
from engine.kernel.books import Outbox
from engine.recovered import RecoveredState

D = Decimal
START = datetime(2026, 1, 1, tzinfo=UTC)
BOT = "testbot1"
ACCOUNT = Account("town", "town", "Town", AccountMode.SIMULATED, "KRW", (("cash.KRW", "10000000"),))
RULES = VenueRules(
    price_bands=(PriceBand(D(0), D("0.01")),),
    size_increment=D("0.0001"),
    min_quantity=D("0.0001"),
    max_quantity=None,
    min_notional=D(10),
    max_open_orders=200,
    maker_fee=D("0.0005"),
    taker_fee=D("0.0005"),
)


def instrument(**changes: object) -> Instrument:
    """XRP/KRW in town, with some of its rules changed."""
    return Instrument("town", "XRP/KRW", "XRP", "KRW", replace(RULES, **changes))  # type: ignore[arg-type]


class Town:
    """One account, one instrument, one kernel. `orders` are those resting at the venue."""

    def __init__(
        self,
        traded: Instrument | None = None,
        account: Account = ACCOUNT,
        volume: Decimal | None = None,
        *,
        is_live_at_once: bool = True,
    ):
        self.is_live_at_once = is_live_at_once
        self.instrument = traded or instrument()
        self.account = account
        self.now = START
        self.at_price: Decimal | None = None
        self.volume = volume
        self.orders: dict[str, Order] = {}
        self.placed: list[Order] = []
        self.records: list[Record] = []
        self.rejects: dict[str, RejectCode] = {}
        self.reject_next: RejectCode | None = None
        self.answers: list[CommandAnswered] = []
        self.trade_number = 0
        self.on_place: Callable[[Order], Message | None] | None = None
        self.is_cancel_lost = False
        self.slip = D(1)
        self.kernel = Kernel("desk", RecoveredState((), (), (), (), (), frozenset(), False))
        self.send(OpenTown(account))

    # What a person does

    def send(self, command: object) -> CommandAnswered:
        if isinstance(command, OpenTown):
            facts = KeyFacts() if command.account.mode is AccountMode.LIVE else None
            self.tell(AccountConnected(command.account, (self.instrument,), self.now, facts))
            cash = [pair for pair in command.account.settings if pair[0].startswith("cash.")]
            balances = tuple((name[5:], D(amount), ZERO) for name, amount in cash)
            self.tell(BalancesReported(command.account.account_id, balances, self.now))
            if command.account.mode is AccountMode.LIVE and self.is_live_at_once:
                self.send(GoLive(command.account.account_id, without_rehearsal=True))
            return CommandAnswered("", (), self.now)
        self.tell(CommandReceived(f"c{len(self.answers)}", command, self.now))  # type: ignore[arg-type]
        return self.answers[-1]

    def grid(self, config: GridConfig, *, bot_id: str = BOT, name: str = "", start: bool = True) -> list[str]:
        """Add (and start) a grid; the refusals as sentences."""
        command = AddGrid(bot_id, name or bot_id, self.account.account_id, "XRP/KRW", config, D(10), start)
        return [str(sentence) for _, sentence in self.send(command).refusals]

    def refusals(self, command: Command) -> list[str]:
        return [str(sentence) for _, sentence in self.send(command).refusals]

    # What the market does

    def price(self, *prices: str | int | Decimal) -> None:
        """The price goes to each of these, reaching every order on its way, nearest first."""
        for text in prices:
            self._go(D(text))

    def _go(self, target: Decimal) -> None:
        while True:
            start = self.at_price if self.at_price is not None else target
            reached = [order for order in self.orders.values() if _is_reached(order, start, target)]
            if not reached:
                break
            nearest = min(reached, key=lambda order: abs((order.price or ZERO) - start))
            assert nearest.price is not None
            self._quote(nearest.price)
            if nearest.client_order_id in self.orders:
                self._fill(nearest, nearest.price, Liquidity.MAKER)
        self._quote(target)

    def _quote(self, price: Decimal) -> None:
        self.now += timedelta(seconds=1)
        self.at_price = price
        self.tell(Quote("town", "XRP/KRW", price, price, self.now))

    def fill_part(self, order: Order, quantity: str) -> None:
        """A part of a resting order trades at its price."""
        assert order.price is not None
        self._fill(self.orders[order.client_order_id], order.price, Liquidity.MAKER, D(quantity))

    # What the venue does

    def tell(self, message: Message) -> None:
        self.carry_out(self.kernel.handle(message))

    def carry_out(self, outbox: Outbox | None) -> None:
        """Keep the records, and do at the venue what was decided."""
        if outbox is None:
            return
        self.records += outbox.records
        self.answers += [record for record in outbox.records if isinstance(record, CommandAnswered)]
        for effect in outbox.effects:
            match effect:
                case PlaceOrder():
                    self._place(effect.order)
                case CancelOrder():
                    self._cancel(effect.order)
                case AskOrder():
                    self._report(effect.order)
                case ConnectAccount():
                    self.send(OpenTown(effect.account))

    def _place(self, order: Order) -> None:
        self.placed.append(order)
        if self.on_place is not None and (message := self.on_place(order)) is not None:
            self.tell(message)
            return
        if self.reject_next is not None:
            code, self.reject_next = self.reject_next, None
            self.tell(OrderRejected(order.client_order_id, RejectReason(code, "no"), self.now))
            return
        self.orders[order.client_order_id] = order
        self.tell(OrderAccepted(order.client_order_id, f"v{len(self.placed)}", self.now))
        assert self.at_price is not None
        if order.kind is OrderKind.MARKET:
            quantity = order.quantity if self.volume is None else min(order.quantity, self.volume)
            self._fill(order, self.at_price * self.slip, Liquidity.TAKER, quantity)
            if order.client_order_id in self.orders:
                del self.orders[order.client_order_id]
                self.tell(OrderCanceled(order.client_order_id, quantity, self.now))

    def _cancel(self, order: Order) -> None:
        if self.is_cancel_lost:
            return
        if order.client_order_id in self.orders:
            open_order = self.orders.pop(order.client_order_id)
            self.tell(OrderCanceled(order.client_order_id, open_order.filled_quantity, self.now))

    def _report(self, order: Order) -> None:
        if order.client_order_id in self.orders:
            state = OrderState.OPEN
        else:
            state = OrderState.LOST
        self.tell(OrderReport(order.client_order_id, "v", state, ZERO, (), self.now))

    def _fill(self, order: Order, price: Decimal, liquidity: Liquidity, quantity: Decimal | None = None) -> None:
        rules = self.instrument.rules
        amount = order.remaining if quantity is None else quantity
        rate = rules.maker_fee if liquidity is Liquidity.MAKER else rules.taker_fee
        in_base = rules.fee_asset is FeeAsset.RECEIVED and order.side is Side.BUY
        fee = rules.fee(amount if in_base else amount * price, rate)
        self.trade_number += 1
        fill = Fill(
            "town",
            f"t{self.trade_number}",
            order.client_order_id,
            "XRP/KRW",
            order.side,
            price,
            amount,
            fee,
            "XRP" if in_base else "KRW",
            liquidity,
            self.now,
        )
        filled = order.with_fill(fill)
        if filled.state is OrderState.FILLED:
            del self.orders[order.client_order_id]
        else:
            self.orders[order.client_order_id] = filled
        self.tell(OrderFilled(fill))

    # What an auditor sees

    def bot(self, bot_id: str = BOT) -> BotView:
        return next(view for view in self.kernel.bot_views() if view.bot.bot_id == bot_id)

    def resting(self, side: Side, bot_id: str = BOT) -> list[str]:
        """Prices of the bot's resting orders of one side, lowest first."""
        prices = [order.price for order in self.orders.values() if order.side is side and order.bot_id == bot_id]
        return [f"{price.normalize():f}" for price in sorted(price for price in prices if price is not None)]

    def entries(self, bot_id: str = BOT) -> list[LedgerEntry]:
        found: list[LedgerEntry] = []
        for record in self.records:
            if isinstance(record, FillRecorded | LedgerRecorded):
                found += [entry for entry in record.entries if entry.bot_id == bot_id]
        return found

    def ledger(self, asset: str, bot_id: str = BOT) -> Decimal:
        """What the ledger says the bot has of an asset, over all its runs."""
        return sum((entry.amount for entry in self.entries(bot_id) if entry.asset == asset), ZERO)

    def said(self, bot_id: str = BOT) -> list[str]:
        return [str(r.sentence) for r in self.records if isinstance(r, DecisionLogged) and r.bot_id == bot_id]

    def reborn(self) -> "Kernel":
        """A new kernel from what was journaled, as after a crash."""
        bots = {r.bot.bot_id: r.bot for r in self.records if isinstance(r, BotRecorded)}
        rungs = {
            (r.bot_id, r.rung.index): r.rung
            for r in self.records
            if isinstance(r, RungRecorded) and r.generation == bots[r.bot_id].generation
        }
        orders = {r.order.client_order_id: r.order for r in self.records if isinstance(r, OrderRecorded)}
        live = tuple(order for order in orders.values() if not order.state.is_final)
        ids = {order.client_order_id for order in live}
        trades = frozenset(
            (r.fill.venue, r.fill.trade_id)
            for r in self.records
            if isinstance(r, FillRecorded) and r.fill.client_order_id in ids
        )
        return Kernel(
            "desk",
            RecoveredState(
                (self.account,),
                (self.instrument,),
                tuple(bots.values()),
                tuple((bot_id, rung) for (bot_id, _), rung in sorted(rungs.items())),
                live,
                trades,
                False,
                live=tuple({r.live.account_id: r.live for r in self.records if isinstance(r, LiveRecorded)}.values()),
            ),
        )


class OpenTown:
    """Connects the account, as the engine does when the venue has answered."""

    def __init__(self, account: Account) -> None:
        self.account = account


def _is_reached(order: Order, start: Decimal, target: Decimal) -> bool:
    assert order.price is not None
    if order.side is Side.BUY:
        return target <= order.price <= start and (target < start or order.price == target)
    return start <= order.price <= target and (target > start or order.price == target)
