"""Two very small exchanges around one kernel, and a two-leg bot between them. What goes wrong is said beforehand.

Each venue has a book, balances of its own (`truth`) and its orders, and does what its `will` says with each order: an
order that crosses the book is filled at its price, in part where `takes` is less. Answers go to the kernel at once, or
later where they are lost. Written for clarity, not speed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.domain.arbitrage import ArbitrageConfig, PairStage, TwoLegPosition
from engine.domain.arbitrage_messages import AddArbitrage, ClockTicked, MarketStatus, TwoLegRecorded
from engine.domain.arbitrage_views import ArbitrageView, TwoLegView
from engine.domain.bot import Account
from engine.domain.instrument import FeeAsset, Instrument
from engine.domain.ledger import LedgerEntry
from engine.domain.market import FxRate, OrderBook, Quote
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
    AskOrder,
    BalancesReported,
    BotRecorded,
    CancelOrder,
    CommandAnswered,
    CommandReceived,
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
    OrderUnknown,
    PlaceOrder,
    Record,
    RejectCode,
    RejectReason,
)
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, OrderState, Side
from engine.domain.positions import FundingPaid
from engine.domain.sentences import say
from engine.domain.views import BotView
from engine.kernel import Kernel
from engine.kernel.books import Outbox
from engine.recovered import RecoveredState
from tests.engine.kernel.pair_venue import (
    AT_HOME as AT_HOME,
)
from tests.engine.kernel.pair_venue import (
    BOT as BOT,
)
from tests.engine.kernel.pair_venue import (
    CONFIG as CONFIG,
)
from tests.engine.kernel.pair_venue import (
    FOREIGN as FOREIGN,
)
from tests.engine.kernel.pair_venue import (
    HEDGE as HEDGE,
)
from tests.engine.kernel.pair_venue import (
    HOME as HOME,
)
from tests.engine.kernel.pair_venue import (
    PERP as PERP,
)
from tests.engine.kernel.pair_venue import (
    SPOT as SPOT,
)
from tests.engine.kernel.pair_venue import (
    START as START,
)
from tests.engine.kernel.pair_venue import (
    PairVenue as PairVenue,
)

D = Decimal


class PairTown:
    """Two venues, one kernel, a two-leg bot."""

    def __init__(self, abroad: Instrument = PERP, desk: str = "desk", **truth: str) -> None:
        self.now = START
        self.desk = desk
        home = {"KRW": D(100_000_000), "BTC": D(1)}
        foreign = {"USDT": D(100_000)}
        for key, amount in truth.items():
            side, asset = key.split("_")
            (home if side == "home" else foreign)[asset] = D(amount)
        self.home = PairVenue("upbit", AT_HOME, _with_cash(HOME, home), home)
        self.foreign = PairVenue("usdm", abroad, _with_cash(FOREIGN, foreign), foreign)
        self.start = (dict(home), dict(foreign))
        self.records: list[Record] = []
        self.answers: list[CommandAnswered] = []
        self.durable: set[str] = set()
        self.on_effect: Callable[[object], bool] = lambda _: False
        nothing = RecoveredState((), (), (), (), (), frozenset(), False)
        self.kernel, self.other = Kernel(desk, nothing), Kernel("other", nothing)
        self.away: set[str] = set()
        for venue in self.venues:
            self.connect(venue)

    @property
    def venues(self) -> tuple[PairVenue, PairVenue]:
        return (self.home, self.foreign)

    # What people do

    def add(self, config: ArbitrageConfig = CONFIG, *, start: bool = True) -> list[str]:
        command = AddArbitrage(BOT, HEDGE, "Kimchi", "upbit", "BTC/KRW", config, D(10), D(10), start)
        return self.ask(command)

    def ask(self, command: object) -> list[str]:
        """Ask something; what is refused, as "field: sentence"."""
        self.tell(CommandReceived(f"c{len(self.answers)}", command, self.now))  # type: ignore[arg-type]
        return [f"{field}: {sentence}" for field, sentence in self.answers[-1].refusals]

    # What the markets do

    def prices(self, home: str, foreign: str, *, rate: str = "1400", depth: str = "10") -> None:
        """Both books stand at these prices, one increment apart; the rate is told first."""
        self.now += timedelta(milliseconds=100)
        self.tell(FxRate("USDTKRW", D(rate), "upbit", self.now))
        self.book(self.home, D(home), D(home) + 1000, depth)
        self.book(self.foreign, D(foreign), D(foreign) + D("0.1"), depth)

    def book(self, venue: PairVenue, bid: Decimal, ask: Decimal, depth: str = "10") -> None:
        venue.bid, venue.ask = bid, ask
        symbol = venue.instrument.symbol
        self.tell(Quote(venue.name, symbol, bid, ask, self.now))
        self.tell(OrderBook(venue.name, symbol, ((bid, D(depth)),), ((ask, D(depth)),), self.now))
        for order in list(venue.orders.values()):
            self._match(venue, order)

    def tick(self, seconds: float = 0.25, times: int = 1) -> None:
        """Time goes on; books and rate stay as they are and are told anew."""
        for _ in range(times):
            self.now += timedelta(seconds=seconds)
            self.tell(FxRate("USDTKRW", self.rate, "upbit", self.now))
            for venue in self.venues:
                if venue.bid and not venue.is_silent:
                    self.book(venue, venue.bid, venue.ask)
            self.tell(ClockTicked(self.now))

    def wait(self, seconds: float) -> None:
        self.tick(0.25, int(seconds * 4))

    @property
    def rate(self) -> Decimal:
        known = self.kernel._state.rates.get(("USDTKRW", "upbit"))
        return known.rate if known is not None else D(1400)

    # What the venues do

    def connect(self, venue: PairVenue) -> None:
        """Reconciled as the engine does: every live order is asked about before the account may trade."""
        for order in self.holder(venue.name).live_orders(venue.account.account_id):
            self.report(venue, order)
        self.tell(AccountConnected(venue.account, (venue.instrument,), self.now))
        self.tell_balances(venue)

    def break_off(self, venue: PairVenue) -> None:
        self.tell(AccountFailed(venue.account, say("The line broke off."), self.now))

    def tell_balances(self, venue: PairVenue) -> None:
        balances = tuple((asset, amount, ZERO) for asset, amount in venue.truth.items())
        self.tell(BalancesReported(venue.account.account_id, balances, self.now))

    def tell(self, message: Message) -> None:
        """To the desk that has the account it is about; what is about none, to both."""
        venue = _venue_of(message)
        for kernel in [self.kernel, self.other] if not venue else [self.holder(venue)]:
            self.carry_out(kernel.handle(message))

    def holder(self, venue: str) -> Kernel:
        return self.other if venue in self.away else self.kernel

    def give(self, venue: PairVenue) -> None:
        """The account goes to the other desk, which finds in the journal what it has to know."""
        account_id = venue.account.account_id
        self.carry_out(self.kernel.let_go(account_id))
        self.away.add(venue.name)
        self.carry_out(self.other.take_over(self.recovered(venue)))
        self.connect(venue)

    def take(self, venue: PairVenue) -> None:
        """It comes back."""
        self.carry_out(self.other.let_go(venue.account.account_id))
        self.away.discard(venue.name)
        self.carry_out(self.kernel.take_over(self.recovered(venue)))
        self.connect(venue)

    def carry_out(self, outbox: Outbox | None) -> None:
        """What was decided is durable before any of it is done."""
        if outbox is None:
            return
        self.records += outbox.records
        self.answers += [record for record in outbox.records if isinstance(record, CommandAnswered)]
        for record in outbox.records:
            if isinstance(record, OrderRecorded):
                self.durable.add(record.order.client_order_id)
        for effect in outbox.effects:
            if self.on_effect(effect):
                continue
            self.do(effect)

    def do(self, effect: object) -> None:
        match effect:
            case PlaceOrder(order):
                assert order.client_order_id in self.durable, "an order is sent whose intent is not durable"
                if self.holder(order.venue).is_wanted(order.client_order_id):
                    self._place(self._venue(order), order)
                else:
                    self.tell(OrderReport(order.client_order_id, "", OrderState.LOST, ZERO, (), self.now))
            case CancelOrder(order):
                self._cancel(self._venue(order), order)
            case AskOrder(order):
                self.report(self._venue(order), order)

    def _venue(self, order: Order) -> PairVenue:
        return self.home if order.venue == "upbit" else self.foreign

    def _place(self, venue: PairVenue, order: Order) -> None:
        identity = order.client_order_id
        assert identity not in venue.fills, f"{identity} is sent twice"
        venue.placed.append(order)
        venue.fills[identity] = []
        what = venue.will.pop(0) if venue.will else venue.default
        if what == "refuse":
            venue.ended[identity] = OrderState.REJECTED
            self.tell(OrderRejected(identity, RejectReason(RejectCode.OTHER, "no"), self.now))
            return
        if what == "lost":
            venue.ended[identity] = OrderState.LOST
            self.tell(OrderUnknown(identity, "no answer", self.now))
            return
        if order.post_only and self._crosses(venue, order):
            venue.ended[identity] = OrderState.REJECTED
            self.tell(OrderRejected(identity, RejectReason(RejectCode.POST_ONLY, "crosses"), self.now))
            return
        venue.orders[identity] = order
        if what == "unknown":
            self._match(venue, order, is_heard=False)
            self.tell(OrderUnknown(identity, "no answer", self.now))
            return
        self.tell(OrderAccepted(identity, f"v{len(venue.placed)}", self.now))
        if what in ("rest", "part"):
            venue.stuck.add(identity)
        if what != "rest":
            self._match(venue, order, order.quantity / 2 if what == "part" else None)

    def _crosses(self, venue: PairVenue, order: Order) -> bool:
        assert order.price is not None
        return order.price >= venue.ask if order.side is Side.BUY else order.price <= venue.bid

    def _match(self, venue: PairVenue, order: Order, most: Decimal | None = None, *, is_heard: bool = True) -> None:
        """Fill what crosses: a taker at the book's price, what rested at its own."""
        if order.client_order_id not in venue.orders or (order.client_order_id in venue.stuck and most is None):
            return
        if self._crosses(venue, order):
            price = venue.ask if order.side is Side.BUY else venue.bid
            self.fill(venue, order, most, price if not order.post_only else order.price or price, is_heard=is_heard)

    def fill(
        self,
        venue: PairVenue,
        order: Order,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        *,
        is_heard: bool = True,
    ) -> Fill:
        """An execution of a live order, told or not."""
        order = venue.orders[order.client_order_id]
        at = price or order.price or ZERO
        rules, instrument = venue.instrument.rules, venue.instrument
        amount = min(quantity or order.remaining, order.remaining)
        rate = rules.maker_fee if order.post_only else rules.taker_fee
        in_base = rules.fee_asset is FeeAsset.RECEIVED and order.side is Side.BUY
        fee = rules.fee(amount if in_base else amount * at, rate)
        venue.number += 1
        asset = instrument.base if in_base else instrument.quote
        fill = Fill(
            venue.name, f"{venue.name}{venue.number}", order.client_order_id, instrument.symbol, order.side, at, amount,
            fee, asset, Liquidity.MAKER if order.post_only else Liquidity.TAKER, self.now,
        )  # fmt: skip
        sign = 1 if order.side is Side.BUY else -1
        for what, change in (
            (instrument.position_asset, sign * amount),
            (instrument.quote, -sign * fill.value),
            (asset, -fee),
        ):
            venue.truth[what] = venue.truth.get(what, ZERO) + change
        venue.fills[order.client_order_id].append(fill)
        filled = order.with_fill(fill)
        if filled.state is OrderState.FILLED:
            del venue.orders[order.client_order_id]
            venue.ended[order.client_order_id] = OrderState.FILLED
        else:
            venue.orders[order.client_order_id] = filled
        if is_heard:
            self.tell(OrderFilled(fill))
        return fill

    def _cancel(self, venue: PairVenue, order: Order) -> None:
        if venue.is_silent or venue.orders.pop(order.client_order_id, None) is None:
            return
        venue.ended[order.client_order_id] = OrderState.CANCELED
        self.tell(OrderCanceled(order.client_order_id, venue.of(order.client_order_id), self.now))

    def report(self, venue: PairVenue, order: Order) -> None:
        """What the venue answers when it is asked, unless it says nothing."""
        identity = order.client_order_id
        if venue.is_silent:
            return
        state = OrderState.OPEN if identity in venue.orders else venue.ended.get(identity, OrderState.LOST)
        fills = tuple(venue.fills.get(identity, ()))
        self.tell(OrderReport(identity, "v", state, venue.of(identity), fills, self.now))

    # What an auditor sees

    def positions(self) -> list[TwoLegPosition]:
        """Every position as it was recorded last, by number."""
        found = {r.position.number: r.position for r in self.records if isinstance(r, TwoLegRecorded)}
        return [found[number] for number in sorted(found)]

    @property
    def last(self) -> TwoLegPosition:
        return self.positions()[-1]

    def stage(self) -> PairStage:
        return self.last.stage

    def view(self) -> ArbitrageView:
        (view,) = self.kernel.arbitrage_views()
        return view

    def rows(self) -> list[TwoLegView]:
        """Positions that are not closed, as the desk that has the home account shows them."""
        views = (*self.kernel.arbitrage_views(), *self.other.arbitrage_views())
        return [row for view in views for row in view.positions]

    def waits(self) -> str:
        return str(self.view().waits)

    def bot(self, bot_id: str = BOT) -> BotView:
        return next(view for view in self.kernel.bot_views() if view.bot.bot_id == bot_id)

    def said(self, bot_id: str = BOT) -> list[str]:
        return [str(r.sentence) for r in self.records if isinstance(r, DecisionLogged) and r.bot_id == bot_id]

    def errors(self) -> list[str]:
        return [str(r.sentence) for r in self.records if isinstance(r, DecisionLogged) and r.level.value == "error"]

    def entries(self) -> list[LedgerEntry]:
        return [entry for r in self.records if isinstance(r, FillRecorded | LedgerRecorded) for entry in r.entries]

    def ledger(self, account_id: str, asset: str) -> Decimal:
        """What all entries of an account come to."""
        found = (each for each in self.entries() if (each.account_id, each.asset) == (account_id, asset))
        return sum((each.amount for each in found), ZERO)

    def sent(self, venue: PairVenue) -> list[str]:
        """Orders that were sent, as "side quantity @ price"."""
        return [f"{each.side.value} {_plain(each.quantity)} @ {_plain(each.price or ZERO)}" for each in venue.placed]

    def reborn(self, *, connects: bool = True, token: int = 1) -> None:
        """The program starts anew from what was journaled; the venues went on."""
        here = [venue for venue in self.venues if venue.name not in self.away]
        self.kernel = Kernel(self.desk, self.recovered(*here, token=token))
        for venue in here if connects else ():
            self.connect(venue)

    def recovered(self, *venues: PairVenue, token: int = 1) -> RecoveredState:
        """What the journal knows of these accounts."""
        ids = {venue.account.account_id for venue in venues}
        orders = {}
        for record in self.records:
            if isinstance(record, OrderRecorded | FillRecorded):
                orders[record.order.client_order_id] = record.order
        orders = {name: order for name, order in orders.items() if order.account_id in ids}
        standing = [each for each in self.positions() if each.stage is not PairStage.CLOSED]
        numbers = {each.number for each in standing}
        live = tuple(order for order in orders.values() if not order.state.is_final)
        fills = [r.fill for r in self.records if isinstance(r, FillRecorded)]
        lost = tuple(order for order in orders.values() if order.state is OrderState.LOST)
        followed = {order.client_order_id for order in (*live, *lost)}
        balances: dict[tuple[str, str], Decimal] = {}
        for entry in self.entries():
            if entry.account_id in ids:
                key = (entry.account_id, entry.asset)
                balances[key] = balances.get(key, ZERO) + entry.amount
        bots = {
            r.bot.bot_id: replace(r.bot, fencing_token=token)
            for r in self.records
            if isinstance(r, BotRecorded) and r.bot.account_id in ids
        }
        return RecoveredState(
            tuple(venue.account for venue in venues),
            tuple(venue.instrument for venue in venues),
            tuple(bots.values()),
            (),
            live,
            frozenset((fill.venue, fill.trade_id) for fill in fills if fill.client_order_id in followed),
            False,
            ledger_balances=tuple((key[0], key[1], amount) for key, amount in balances.items()),
            lost_orders=lost,
            positions=tuple(standing) if "upbit" in ids else (),
            leg_orders=tuple(order for order in orders.values() if order.generation in numbers),
        )


def _with_cash(account: Account, cash: dict[str, Decimal]) -> Account:
    return replace(account, settings=tuple((f"cash.{asset}", str(amount)) for asset, amount in sorted(cash.items())))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _venue_of(message: Message) -> str:
    """The venue whose account a message is about; "" for what concerns both desks; the first one is asked."""
    match message:
        case OrderFilled(fill):
            return fill.venue
        case AccountConnected(account) | AccountFailed(account):
            return account.venue
        case BalancesReported() | FundingPaid():
            return message.account_id
        case Quote() | OrderBook() | MarketStatus():
            return message.venue
        case OrderAccepted() | OrderRejected() | OrderUnknown() | OrderCanceled() | OrderReport():
            return "upbit" if message.client_order_id.startswith(BOT) else "usdm"
        case CommandReceived():
            return "command"
    return ""
