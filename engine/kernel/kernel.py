"""The kernel: told one message at a time, it changes its state and says what to journal and what to do."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from engine.domain import phrases
from engine.domain.arbitrage_messages import ClockTicked, MarketStatus
from engine.domain.arbitrage_views import ArbitrageView
from engine.domain.bot import OWN_TIME_MODES, Account, BotState
from engine.domain.live import LiveAccount
from engine.domain.live_messages import FactsTold, FramesUnread, OrderSeen, OrdersSeen
from engine.domain.market import Candle, FxRate, OrderBook, PublicTrade, Quote
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
    BalancesReported,
    Command,
    CommandReceived,
    FeedEnded,
    InstrumentChanged,
    InstrumentRecorded,
    Level,
    Message,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReport,
    OrderUnknown,
)
from engine.domain.money import ZERO
from engine.domain.order import Order
from engine.domain.positions import FundingPaid, PositionReported
from engine.domain.sentences import Refusal, Sentence, say
from engine.domain.truth import TruthReport
from engine.domain.truth_requests import RepairAccount
from engine.domain.venue_picture import VenuePicture
from engine.domain.views import AccountView, BotView, PositionView
from engine.kernel.accounts import differences, on_account_connected, on_account_failed
from engine.kernel.books import BotBook, MarketBook, Outbox
from engine.kernel.commands import on_command
from engine.kernel.feeding import feed_account
from engine.kernel.foreign import on_order_seen, on_orders_seen
from engine.kernel.grid_run import advance, check_stops
from engine.kernel.halting import halt
from engine.kernel.handover import let_go, resume, suspend, take_over, together
from engine.kernel.listed import lists_to_pass
from engine.kernel.live import on_facts, on_unread, open_books
from engine.kernel.orders import (
    on_accepted,
    on_canceled,
    on_fill,
    on_rejected,
    on_report,
    on_unknown,
)
from engine.kernel.pair_telling import due_pair, has_work, on_told, step_pairs
from engine.kernel.pair_views import arbitrage_view, half_position, half_view
from engine.kernel.positions import on_funding, on_position, settle
from engine.kernel.quiet import cell_of
from engine.kernel.retries import stand_still
from engine.kernel.state import State
from engine.kernel.truth import look, repair
from engine.kernel.valuation import sample_if_due
from engine.kernel.views import account_view
from engine.recovered import RecoveredState

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kernel:
    """All trading state of one desk. Bots of an account decide nothing until it is connected and reconciled."""

    def __init__(self, desk_id: str, recovered: RecoveredState, timezone: tzinfo = UTC) -> None:
        self._timezone = timezone
        self._due: dict[str, BotBook] = {}
        self._due_pairs: set[str] = set()
        self._quoted: set[str] = set()
        self._state = state = State(desk_id, EPOCH, is_halted=recovered.is_halted)
        take_over(state, recovered)

    # Messages

    def handle(self, *messages: Message) -> Outbox | None:
        """Take all messages in, then decide once. Returns what to journal and do, or None when there is nothing.

        Messages that belong to one moment (the fills of a price and its quote) are given together, so that nothing is
        decided on half of it.
        """
        for message in messages:
            if isinstance(message, Quote):
                self._on_quote(message)
            elif isinstance(message, PublicTrade):
                self._on_trade(message)
            else:
                self._on_event(message)
        if self._due or self._due_pairs:
            self._decide()
        return self._take()

    def _on_event(self, message: Message) -> None:
        state = self._state
        match message:
            case OrderFilled():
                state.now = message.fill.at
                self._is_due(on_fill(state, message.fill))
            case OrderAccepted():
                state.now = message.at
                self._is_due(on_accepted(state, message))
            case OrderCanceled():
                state.now = message.at
                self._is_due(on_canceled(state, message))
            case OrderRejected():
                state.now = message.at
                self._is_due(on_rejected(state, message))
            case OrderUnknown():
                state.now = message.at
                self._is_due(on_unknown(state, message))
            case OrderReport():
                state.now = message.at
                self._is_due(on_report(state, message))
            case OrderBook() | FxRate() | MarketStatus() | ClockTicked():
                self._due_pairs.update(on_told(state, message))
            case CommandReceived():
                state.now = message.at
                on_command(state, message)
            case _:
                self._on_account_event(message)

    def _on_account_event(self, message: Message) -> None:
        state = self._state
        match message:
            case BalancesReported():
                account = state.accounts.get(message.account_id)
                if account:
                    old, account.balances = account.balances, {asset: total for asset, total, _ in message.balances}
                    if any(total > old.get(asset, ZERO) for asset, total, _ in message.balances):
                        feed_account(state, account)
                    open_books(state, account)
            case AccountConnected():
                state.now = message.at
                for book in on_account_connected(state, message):
                    self._is_due(book)
            case AccountFailed():
                state.now = message.at
                on_account_failed(state, message)
            case FundingPaid():
                on_funding(state, message)
            case PositionReported():
                for book in on_position(state, message):
                    self._is_due(book)
            case InstrumentChanged():
                market = state.markets.get(message.instrument.key)
                if market is not None and market.instrument != message.instrument:
                    market.instrument = message.instrument
                    state.outbox.records.append(InstrumentRecorded(message.instrument))
            case FeedEnded():
                state.now = message.at
                for market in state.markets.values():
                    if market.instrument.venue == message.venue:
                        market.is_ended = True
                state.say(None, say(phrases.FEED_ENDED, venue=message.venue))
            case FactsTold():
                state.now = message.at
                for book in on_facts(state, message):
                    self._is_due(book)
            case OrdersSeen():
                for book in on_orders_seen(state, message):
                    self._is_due(book)
            case OrderSeen():
                on_order_seen(state, message)
            case FramesUnread():
                on_unread(state, message)
            case Candle():
                pass

    def _on_quote(self, quote: Quote) -> None:
        market = self._state.markets.get((quote.venue, quote.symbol))
        if market is None:
            return
        bid = quote.bid
        market.bid, market.ask, market.last, market.at = bid, quote.ask, bid, quote.at
        market.is_stale = False
        self._state.now = quote.at
        if market.is_doubted:
            for book in settle(self._state, market):
                self._due[book.bot.bot_id] = book
        for book in market.bots:
            if not book.quiet_low < bid < book.quiet_high:
                self._due[book.bot.bot_id] = book
                self._quoted.add(book.bot.bot_id)
                book.is_leg_waiting = False
                book.waiting |= book.refused
                book.refused.clear()
                cell = cell_of(book, bid)
                if book.has_filled or cell != book.cell:
                    book.is_window_stale, book.has_filled, book.cell = True, False, cell
        if market.next_sample_at is None or quote.at >= market.next_sample_at:
            sample_if_due(self._state, market, self._timezone)

    def _on_trade(self, trade: PublicTrade) -> None:
        market = self._state.markets.get((trade.venue, trade.symbol))
        if market is not None:
            market.last = trade.price

    def _is_due(self, book: BotBook | None) -> None:
        if book is None:
            return
        self._due[book.bot.bot_id] = book
        if book.market is not None and book.market.is_doubted:
            # A fill may be what its position was waiting for.
            for waited in settle(self._state, book.market):
                self._due[waited.bot.bot_id] = waited

    def _decide(self) -> None:
        """Every stop before every rung."""
        due, self._due = self._due, {}
        quoted, self._quoted = self._quoted, set()
        for bot_id, book in due.items():
            if bot_id in quoted and book.bot.is_grid:
                check_stops(self._state, book)
        for book in due.values():
            if book.bot.is_grid:
                advance(self._state, book)
            elif (pair_id := due_pair(self._state, book)) is not None:
                self._due_pairs.add(pair_id)
        due_pairs, self._due_pairs = self._due_pairs, set()
        step_pairs(self._state, due_pairs)

    def _take(self) -> Outbox | None:
        state = self._state
        if state.changed:
            state.finish_step()
        if not state.outbox:
            return None
        outbox, state.outbox = state.outbox, Outbox()
        return outbox

    # Recovery

    def take_over(self, recovered: RecoveredState) -> Outbox | None:
        """Add accounts that this desk holds now; they are connected and reconciled next.

        Where the desk that ran them was halted, this one is from now on.
        """
        take_over(self._state, recovered)
        if recovered.is_halted and not self._state.is_halted:
            halt(self._state)
        return self._take()

    def suspend(self, account_id: str) -> None:
        """Decide nothing more for an account."""
        suspend(self._state, account_id)

    def resume(self, account_id: str) -> None:
        """Decide for a suspended account again."""
        resume(self._state, account_id)

    def together(self, account_ids: Collection[str]) -> list[frozenset[str]]:
        """These accounts in groups: those that two-leg bots tie together are in one."""
        return together(self._state, account_ids)

    def let_go(self, *account_ids: str) -> Outbox | None:
        """Forget accounts and their bots: another desk has them."""
        for bot_id in let_go(self._state, account_ids):
            self._due.pop(bot_id, None)
            self._quoted.discard(bot_id)
        return self._take()

    def mark(self, venue: str, symbol: str, price: Decimal, at: datetime) -> None:
        """Value what is on a market at a price, without deciding anything on it."""
        if (market := self._state.markets.get((venue, symbol))) is not None:
            market.bid = market.ask = market.last = price
            market.at = at

    def know_price(self, venue: str, symbol: str, price: Decimal) -> None:
        """About where a market stands whose first quote is still to come; nothing is decided on it."""
        if (market := self._state.markets.get((venue, symbol))) is not None and market.bid is None:
            market.last = price

    def account_of(self, bot_id: str) -> str | None:
        """The account of a bot of this desk."""
        book = self._state.bots.get(bot_id)
        return book.bot.account_id if book is not None else None

    def lists_to_pass(self, command: Command) -> tuple[tuple[str, str], ...] | None:
        """Names of venues with the symbol that symbol lists must allow there; None where nothing is started."""
        return lists_to_pass(self._state, command)

    def live_orders(self, account_id: str) -> list[Order]:
        """Orders of an account that are not in a final state, oldest first."""
        orders = [
            order
            for book in self._state.bots.values()
            if book.bot.account_id == account_id
            for order in book.live.values()
        ]
        return sorted(orders, key=lambda order: (order.created_at, order.client_order_id))

    def bots_of(self, account_id: str) -> list[BotBook]:
        return [book for book in self._state.bots.values() if book.bot.account_id == account_id]

    def live_of(self, account_id: str) -> LiveAccount | None:
        """The switch of an account with real money; None for any other."""
        book = self._state.accounts.get(account_id)
        return book.live if book is not None else None

    def accounts(self) -> list[Account]:
        return [book.account for book in self._state.accounts.values()]

    def is_in_own_time(self, venue: str) -> bool:
        """Whether the time of a venue's market is its own: what it says is no fact of today's market."""
        return any(known.venue == venue and known.mode in OWN_TIME_MODES for known in self.accounts())

    def stand_still(self, bot_id: str, cause: Sentence) -> Outbox | None:
        """Do not trade a bot until a person looked at it."""
        book = self._state.bots[bot_id]
        if book.bot.state is not BotState.STOPPED:
            self._state.changed.add(bot_id)
            stand_still(self._state, book, cause)
        return self._take()

    def say(self, sentence: Sentence, level: Level = Level.INFO, at: datetime | None = None) -> Outbox | None:
        """Log a line that concerns the whole engine."""
        self._state.now = at or self._state.now
        self._state.say(None, sentence, level)
        return self._take()

    # The truth

    def truth(self, account_id: str, picture: VenuePicture, rows: tuple[str, ...], taken_at: datetime) -> TruthReport:
        """An account beside its venue's picture, with the plan that mends these rows; see `engine.kernel.truth`."""
        return look(self._state, account_id, picture, rows, taken_at)

    def repair(self, received: CommandReceived, command: RepairAccount, picture: VenuePicture) -> Outbox | None:
        """Carry a plan out if it is still the right one, and answer."""
        self._state.now = received.at
        for book in repair(self._state, received, command, picture):
            self._is_due(book)
        self._decide()
        return self._take()

    def refuse(self, received: CommandReceived, refusal: Refusal) -> Outbox | None:
        """Answer a command with why it is not done."""
        self._state.now = received.at
        self._state.answer(received.command_id, (refusal,))
        return self._take()

    # Views

    @property
    def is_halted(self) -> bool:
        return self._state.is_halted

    def is_wanted(self, client_order_id: str) -> bool:
        """Whether a decided order is still to be sent: nobody has asked for its end since."""
        book = self._state.owners.get(client_order_id)
        order = book.live.get(client_order_id) if book else None
        return order is not None and not order.is_cancel_requested

    @property
    def account_trouble(self) -> Sentence | None:
        """Why the first account that cannot be used now cannot be used; None when all are connected."""
        for book in self._state.accounts.values():
            if book.trouble is not None:
                return say(phrases.ACCOUNT_FAILED, account=book.account.name, cause=book.trouble)
        return None

    def market_books(self) -> list[MarketBook]:
        return list(self._state.markets.values())

    def bot_views(self) -> tuple[BotView, ...]:
        return tuple(half_view(self._state, book) for book in self._state.bots.values())

    def arbitrage_views(self) -> tuple[ArbitrageView, ...]:
        """The two-leg bots whose home half is here."""
        return tuple(arbitrage_view(self._state, pair) for pair in self._state.pairs.values())

    @property
    def has_pair_work(self) -> bool:
        """Whether a two-leg bot counts seconds, and is to be told the time."""
        return has_work(self._state)

    def position_views(self) -> tuple[PositionView, ...]:
        found = (half_position(self._state, book) for book in self._state.bots.values())
        return tuple(view for view in found if view is not None)

    def account_views(self) -> tuple[AccountView, ...]:
        return tuple(account_view(self._state, account) for account in self._state.accounts.values())

    def differences(self, account_id: str, told: Sequence[tuple[str, Decimal, Decimal]]) -> list[Sentence]:
        """Where the venue's balances (asset, total, reserved) are not what our ledger folds to."""
        return differences(self._state, account_id, told)
