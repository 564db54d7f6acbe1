"""Everything the kernel holds, and the few ways in which any part of it may write to the journal's outbox."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine.domain.arbitrage import HedgeConfig, PairStage
from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.bot import Account, Bot, BotKind, BotState
from engine.domain.ledger import LedgerEntry
from engine.domain.market import FxRate
from engine.domain.messages import (
    BotRecorded,
    CommandAnswered,
    DecisionLogged,
    LedgerRecorded,
    Level,
    OrderRecorded,
    RungRecorded,
)
from engine.domain.money import ZERO
from engine.domain.order import Order
from engine.domain.risk import reserve_of
from engine.domain.sentences import Refusal, Sentence
from engine.kernel.books import AccountBook, BotBook, MarketBook, Outbox
from engine.kernel.pair_books import PairBook, pair_id_of

#: Changes of what bots hold that are remembered, so that funding finds who held what a little while ago.
MOVES = 5_000
#: Orders in a final state that are remembered so that a late or repeated fill finds its order.
RECENT_ORDERS = 20_000


@dataclass(frozen=True, slots=True)
class Move:
    """What a bot holds changed: by a fill (`at_venue`), or because base was handed over."""

    bot_id: str
    quantity: Decimal
    at: datetime
    at_venue: bool


@dataclass(slots=True)
class State:
    """`trades` are the executions booked of each remembered order, `fundings` the references of the funding that was
    booked not long ago; `moves` of bots on perpetual futures, oldest first. `changes` are, by account, the command that
    asked for other symbols and the account with them, until that one is connected.
    `pairs` are the two-leg bots whose home half is here, by its id; `hedges` the ids of foreign halves that are here,
    by that id. `rates` are the last by name and source. `clock` is the last instant that the engine's clock told.

    `now` is the time of the message at hand: market time for events, wall-clock time for commands."""

    desk_id: str
    now: datetime
    accounts: dict[str, AccountBook] = field(default_factory=dict)
    markets: dict[tuple[str, str], MarketBook] = field(default_factory=dict)
    bots: dict[str, BotBook] = field(default_factory=dict)
    owners: dict[str, BotBook] = field(default_factory=dict)
    recent: OrderedDict[str, Order] = field(default_factory=OrderedDict)
    trades: dict[str, set[str]] = field(default_factory=dict)
    recovered_trades: frozenset[tuple[str, str]] = frozenset()
    fundings: set[str] = field(default_factory=set)
    moves: deque[Move] = field(default_factory=lambda: deque(maxlen=MOVES))
    openings: dict[str, list[str]] = field(default_factory=dict)
    outbox: Outbox = field(default_factory=Outbox)
    changes: dict[str, tuple[str, Account]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    pairs: dict[str, PairBook] = field(default_factory=dict)
    hedges: dict[str, str] = field(default_factory=dict)
    rates: dict[tuple[str, str], FxRate] = field(default_factory=dict)
    clock: datetime | None = None
    is_halted: bool = False

    def say(self, book: BotBook | None, sentence: Sentence, level: Level = Level.INFO) -> None:
        """Log a decision; for a bot it is also its last event, except that nothing hides why it stands still."""
        bot_id = book.bot.bot_id if book else ""
        at = self.time_of(book)
        self.outbox.records.append(DecisionLogged(bot_id, level, sentence, at))
        if book and (book.bot.state is not BotState.ERROR or level is Level.ERROR):
            book.set_bot(last_event=sentence, last_event_at=at)
        if book:
            self.changed.add(bot_id)

    def time_of(self, book: BotBook | None) -> datetime:
        """Market time where the bot has a market, else the time of the message."""
        return book.market.at if book and book.market and book.market.at else self.now

    def answer(self, command_id: str, refusals: tuple[Refusal, ...] = ()) -> None:
        pairs = tuple(refusal.pair for refusal in refusals)
        self.outbox.records.append(CommandAnswered(command_id, pairs, self.now))

    def book_entries(self, entries: tuple[LedgerEntry, ...]) -> None:
        if entries:
            self.outbox.records.append(LedgerRecorded(entries))
            self.enter(entries)

    def enter(self, entries: tuple[LedgerEntry, ...]) -> None:
        """Keep the fold of the ledger beside the balances that the venue tells."""
        for entry in entries:
            if account := self.accounts.get(entry.account_id):
                account.enter(entry.asset, entry.amount)
                account.recent.append(entry)

    def is_new_trade(self, venue: str, client_order_id: str, trade_id: str) -> bool:
        """Whether an execution is told for the first time; from now on it is known."""
        known = self.trades.setdefault(client_order_id, set())
        if trade_id in known or (venue, trade_id) in self.recovered_trades:
            return False
        known.add(trade_id)
        return True

    def moved_after(self, bot_id: str, at: datetime, *, at_venue: bool = False) -> Decimal:
        """By how much what a bot holds has changed since an instant; `at_venue` counts its fills alone."""
        found = (move for move in reversed(self.moves) if move.at > at and move.bot_id == bot_id)
        return sum((move.quantity for move in found if move.at_venue or not at_venue), ZERO)

    def add_bot(self, bot: Bot) -> BotBook:
        account = self.accounts.get(bot.account_id)
        market = self.markets.get((bot.venue, bot.symbol))
        book = BotBook(bot, market, account)
        self.bots[bot.bot_id] = book
        if market:
            self.join(book, market)
        if bot.kind is BotKind.ARBITRAGE:
            self.pairs[bot.bot_id] = PairBook(bot.bot_id)
        elif isinstance(bot.config, HedgeConfig):
            self.hedges[bot.config.pair_bot_id] = bot.bot_id
        return book

    def join(self, book: BotBook, market: MarketBook) -> None:
        """A bot trades on a market."""
        book.market = market
        market.bots.append(book)
        if (pair_id := pair_id_of(book)) is not None:
            market.pairs.append(pair_id)

    def put_order(self, book: BotBook, order: Order, *, late: bool = False) -> None:
        """Make `order` the present value of its client_order_id, keep reserves and indexes, and record it."""
        old = book.live.get(order.client_order_id)
        account = book.account
        if account:
            if old is not None:
                self._release(account, old)
            if not order.state.is_final:
                self._reserve(book, account, order)
        self.changed.add(book.bot.bot_id)
        rung = book.by_rung.setdefault(order.rung, {})
        if order.state.is_final:
            book.live.pop(order.client_order_id, None)
            rung.pop(order.client_order_id, None)
            self._remember(order)
        else:
            book.live[order.client_order_id] = order
            rung[order.client_order_id] = order
        self.owners[order.client_order_id] = book
        if late:
            self.outbox.add_late(OrderRecorded(order))
        else:
            self.outbox.records.append(OrderRecorded(order))

    def adopt_order(self, book: BotBook, order: Order) -> None:
        """Take a live order over from the journal at start, without recording it again."""
        if book.account:
            self._reserve(book, book.account, order)
        book.live[order.client_order_id] = order
        book.by_rung.setdefault(order.rung, {})[order.client_order_id] = order
        self.owners[order.client_order_id] = book

    def finish_step(self) -> None:
        """Record every bot and rung that changed, once each."""
        for bot_id in sorted(self.changed):
            book = self.bots[bot_id]
            if (pair := self.pairs.get(bot_id)) is not None:
                self._record_positions(pair)
            if book.changed_rungs:
                records = [
                    RungRecorded(bot_id, book.bot.generation, book.rungs[index]) for index in sorted(book.changed_rungs)
                ]
                self.outbox.records.extend(records)
                book.changed_rungs.clear()
            if book.is_changed:
                self.outbox.records.append(BotRecorded(book.bot))
                book.is_changed = False
        self.changed.clear()

    def _record_positions(self, pair: PairBook) -> None:
        for number, position in sorted(pair.positions.items()):
            if position.is_changed:
                self.outbox.records.append(TwoLegRecorded(position.position))
                position.is_changed = False
            if position.position.stage is PairStage.CLOSED:
                del pair.positions[number]

    def remember(self, book: BotBook, order: Order) -> None:
        """An order in a final state of which the venue may yet tell something."""
        self.owners[order.client_order_id] = book
        self._remember(order)

    def _remember(self, order: Order) -> None:
        self.recent[order.client_order_id] = order
        while len(self.recent) > RECENT_ORDERS:
            forgotten, _ = self.recent.popitem(last=False)
            self.owners.pop(forgotten, None)
            self.trades.pop(forgotten, None)

    def _reserve(self, book: BotBook, account: AccountBook, order: Order) -> None:
        if book.market is None:
            return
        asset, amount = reserve_of(order, book.market.instrument, book.market.ask or ZERO)
        account.held[order.client_order_id] = (asset, amount)
        account.reserved[asset] = account.reserved.get(asset, ZERO) + amount
        account.open_orders[order.symbol] = account.open_orders.get(order.symbol, 0) + 1

    def _release(self, account: AccountBook, order: Order) -> None:
        if order.client_order_id in account.held:
            asset, amount = account.held.pop(order.client_order_id)
            account.reserved[asset] -= amount
            account.open_orders[order.symbol] -= 1
