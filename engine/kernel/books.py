"""The kernel's own state: one book a bot, a market, an account. Mutable, owned by the kernel alone."""

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.domain.arbitrage_messages import MarketStatus
from engine.domain.bot import Account, Bot
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.ledger import LedgerEntry
from engine.domain.live import LiveAccount
from engine.domain.market import OrderBook
from engine.domain.messages import Effect, Record
from engine.domain.money import ZERO
from engine.domain.order import Order, Side
from engine.domain.positions import PositionReported, PositionSide
from engine.domain.sentences import Sentence

#: Entries of an account that are remembered to tell what a venue may not show yet.
RECENT_ENTRIES = 500
#: Above every price. A quiet range that begins here holds no price, so every quote is looked at.
HIGHEST = Decimal("Infinity")


@dataclass(slots=True)
class Outbox:
    """What handling a message produced, in order. `late` of the records may wait for the next commit."""

    records: list[Record] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    late: int = 0

    def __bool__(self) -> bool:
        return bool(self.records or self.effects)

    @property
    def is_urgent(self) -> bool:
        """Whether something must be durable, or done, now."""
        return bool(self.effects) or len(self.records) > self.late

    def add_late(self, record: Record) -> None:
        """Record something that a crash may lose, because the venue tells it again or nobody's money is in it."""
        self.records.append(record)
        self.late += 1


@dataclass(slots=True)
class MarketBook:
    """One instrument as the kernel sees it. Prices are None until the first quote, and `is_stale` from a broken
    connection to the next quote: nothing is decided on them. `is_doubted`: the venue's position in a
    PERP is not what our fills come to, since `doubted_at`; `asked_at` for the fills that would explain it;
    `needs_news`: the next story of the position decides. `pairs` are the two-leg bots that have a leg here; `book` and
    `status` are what they were told of it last.
    """

    instrument: Instrument
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    at: datetime | None = None
    next_sample_at: datetime | None = None
    bots: list["BotBook"] = field(default_factory=list)
    is_ended: bool = False
    is_stale: bool = False
    is_doubted: bool = False
    doubted_at: datetime | None = None
    asked_at: datetime | None = None
    needs_news: bool = False
    pairs: list[str] = field(default_factory=list)
    book: OrderBook | None = None
    status: MarketStatus | None = None


@dataclass(slots=True)
class AccountBook:
    """Balances by asset as the venue last said and fills changed since; what live orders hold back.

    `ledger` is the fold of all our own entries, what the balances should be where nobody else moves money; `recent` are
    the last of them. `positions` by symbol and side are as the venue last said.
    `held` keeps each live order's (asset, amount), so that exactly what was reserved is given back. `token` is the
    fencing token of the account's lease; new bots and their orders carry it. While it `is_leaving` for another desk
    nothing is decided, however often its venue connects. `live` is None where there is no real money, and it
    `is_opening` from its first switch until what was there is entered; `hold` is why no
    order may be sent there now. `unwanted` are unknown orders, by the venue's number, whose end was asked for.
    """

    account: Account
    balances: dict[str, Decimal] = field(default_factory=dict)
    ledger: dict[str, Decimal] = field(default_factory=dict)
    recent: deque[LedgerEntry] = field(default_factory=lambda: deque(maxlen=RECENT_ENTRIES))
    reserved: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[tuple[str, PositionSide], PositionReported] = field(default_factory=dict)
    held: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    open_orders: dict[str, int] = field(default_factory=dict)
    is_opening: bool = False
    is_connected: bool = False
    is_leaving: bool = False
    trouble: Sentence | None = None
    midnight_equity: Decimal | None = None
    midnight_of: datetime | None = None
    token: int = 1
    live: LiveAccount | None = None
    hold: Sentence | None = None
    unwanted: set[str] = field(default_factory=set)

    def free(self, asset: str) -> Decimal | None:
        """What new orders may use; None while balances are not known."""
        if asset not in self.balances:
            return None if not self.balances else ZERO
        return self.balances[asset] - self.reserved.get(asset, ZERO)

    @property
    def known_balances(self) -> dict[str, Decimal]:
        """What the venue said, and before it said anything what our ledger says. For showing, never for deciding."""
        return self.balances or self.ledger

    def enter(self, asset: str, amount: Decimal) -> None:
        """One entry of our own ledger."""
        self.ledger[asset] = self.ledger.get(asset, ZERO) + amount

    def move(self, asset: str, amount: Decimal) -> None:
        """A fill changes what the venue has for us."""
        self.balances[asset] = self.balances.get(asset, ZERO) + amount


@dataclass(slots=True)
class BotBook:
    """A bot with its rungs and live orders. `open_cash` and `open_base` are sums over the rungs' open cycles.

    `dirty_rungs` may want an order now, `waiting` when the price has moved away, `refused` (by a post-only no) at the
    next quote, as a leg order does while `is_leg_waiting`, `starved` when the bot has sold something. With more orders
    wanted than the venue allows (`is_windowed`) only rung sides in `chosen` get new ones; the choice is made again when
    it is stale: at the first quote after a fill, or in another cell. While the bid is strictly between `quiet_low` and
    `quiet_high` a quote has nothing to do with the bot. `ladder_price`: at this price an edit has made the new
    ladder, and now fits the inventory to it; `has_bought`: by a purchase, so that nothing of it is sold as surplus.
    `rejects` counts refusals in a row; not before `retry_at` it is tried again. `is_asking`: it was said that its first
    orders with real money wait for a confirmation. `adopted` orders stay while the bot stands still, until it is
    started again. From its account's connection on, or from the end of a doubt about its position, it `is_taken_up`
    until its first exits are decided; while one of these `first_exits` has no answer, nothing that opens is sent.
    """

    bot: Bot
    market: MarketBook | None
    account: AccountBook | None
    rungs: list[Rung] = field(default_factory=list)
    live: dict[str, Order] = field(default_factory=dict)
    by_rung: dict[int, dict[str, Order]] = field(default_factory=dict)
    open_cash: Decimal = ZERO
    open_base: Decimal = ZERO
    dirty_rungs: set[int] = field(default_factory=set)
    changed_rungs: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    starved: set[int] = field(default_factory=set)
    is_leg_waiting: bool = False
    is_changed: bool = False
    is_windowed: bool = False
    is_window_stale: bool = False
    has_filled: bool = False
    ladder_price: Decimal | None = None
    has_bought: bool = False
    chosen: set[tuple[int, Side]] = field(default_factory=set)
    cell: int = -1
    retry_at: datetime | None = None
    rejects: int = 0
    suspensions: int = 0
    quiet_low: Decimal = HIGHEST
    quiet_high: Decimal = HIGHEST
    trouble: Sentence | None = None
    is_asking: bool = False
    adopted: set[str] = field(default_factory=set)
    is_taken_up: bool = False
    first_exits: set[str] = field(default_factory=set)

    def set_bot(self, **changes: Any) -> None:
        """Replace fields of the bot's value; it will be journaled at the end of the step."""
        self.bot = replace(self.bot, **changes)
        self.is_changed = True

    def set_ladder(self, rungs: list[Rung]) -> None:
        """Replace all rungs (a new generation); all are journaled at the end of the step."""
        self.rungs = rungs
        self.by_rung = {}
        self.waiting.clear()
        self.refused.clear()
        self.starved.clear()
        self.recount()
        self.changed_rungs = {rung.index for rung in rungs}
        self.dirty_rungs = set(self.changed_rungs)

    def recount(self) -> None:
        """Work the running sums out from the rungs."""
        self.open_cash = sum((rung.cash_flow for rung in self.rungs), ZERO)
        self.open_base = sum((rung.held for rung in self.rungs), ZERO)

    def set_rung(self, rung: Rung) -> None:
        old = self.rungs[rung.index]
        self.open_cash += rung.cash_flow - old.cash_flow
        self.open_base += rung.held - old.held
        self.rungs[rung.index] = rung
        self.changed_rungs.add(rung.index)

    def live_of(self, rung: int) -> tuple[Decimal, Decimal]:
        """Remaining quantities of the rung's live buys and sells."""
        buy = sell = ZERO
        for order in self.by_rung.get(rung, {}).values():
            if order.side is Side.BUY:
                buy += order.remaining
            else:
                sell += order.remaining
        return buy, sell

    @property
    def base_held(self) -> Decimal:
        """All base the bot has, on rungs and spare."""
        return self.open_base + self.bot.spare_base

    @property
    def cash(self) -> Decimal:
        """All quote flows of the run that are in no closed cycle."""
        return self.open_cash + self.bot.spare_cash

    def floating_at(self, price: Decimal) -> Decimal:
        """PnL of everything not in a closed cycle, in quote, at a mark; funding is in it."""
        return self.cash + self.base_held * price + self.bot.funding

    def pnl_at(self, price: Decimal) -> Decimal:
        return self.bot.matched_profit + self.floating_at(price)
