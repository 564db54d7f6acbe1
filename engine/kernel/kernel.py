"""The kernel: told one message at a time, it changes its state and says what to journal and what to do."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from engine.domain import phrases
from engine.domain.bot import Account, BotState
from engine.domain.market import Candle, PublicTrade, Quote
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
    BalancesReported,
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
from engine.domain.sentences import Sentence, say
from engine.domain.views import AccountView, BotView, PositionView
from engine.kernel.accounts import on_account_connected, on_account_failed
from engine.kernel.books import AccountBook, BotBook, MarketBook, Outbox
from engine.kernel.commands import on_command
from engine.kernel.grid_run import advance, check_stops
from engine.kernel.orders import (
    feed_account,
    on_accepted,
    on_canceled,
    on_fill,
    on_rejected,
    on_report,
    on_unknown,
)
from engine.kernel.quiet import cell_of
from engine.kernel.retries import stand_still
from engine.kernel.state import State
from engine.kernel.valuation import sample_if_due
from engine.kernel.views import account_view, bot_view, position_view
from engine.ports import RecoveredState

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kernel:
    """All trading state of one desk. Bots of an account decide nothing until it is connected and reconciled."""

    def __init__(self, desk_id: str, recovered: RecoveredState, timezone: tzinfo = UTC) -> None:
        self._timezone = timezone
        self._due: dict[str, BotBook] = {}
        self._quoted: set[str] = set()
        self._state = state = State(desk_id, EPOCH, is_halted=recovered.is_halted)
        midnight = dict(recovered.equity_at_midnight)
        for account in recovered.accounts:
            state.accounts[account.account_id] = AccountBook(account, midnight_equity=midnight.get(account.account_id))
        for account_id, asset, amount in recovered.ledger_balances:
            state.accounts[account_id].enter(asset, amount)
        for instrument in recovered.instruments:
            state.markets[instrument.key] = MarketBook(instrument)
        for bot in recovered.bots:
            state.add_bot(bot)
        for bot_id, rung in recovered.rungs:
            state.bots[bot_id].rungs.append(rung)
        for book in state.bots.values():
            book.rungs.sort(key=lambda rung: rung.index)
            book.recount()
        state.recovered_trades = recovered.trade_ids
        for order in recovered.open_orders:
            state.adopt_order(state.bots[order.bot_id], order)

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
        if self._due:
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
            case AccountConnected():
                state.now = message.at
                for book in on_account_connected(state, message):
                    self._is_due(book)
            case AccountFailed():
                state.now = message.at
                on_account_failed(state, message)
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
        if book is not None:
            self._due[book.bot.bot_id] = book

    def _decide(self) -> None:
        """Every stop before every rung."""
        due, self._due = self._due, {}
        quoted, self._quoted = self._quoted, set()
        for bot_id, book in due.items():
            if bot_id in quoted:
                check_stops(self._state, book)
        for book in due.values():
            advance(self._state, book)

    def _take(self) -> Outbox | None:
        state = self._state
        if state.changed:
            state.finish_step()
        if not state.outbox:
            return None
        outbox, state.outbox = state.outbox, Outbox()
        return outbox

    # Recovery

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

    def accounts(self) -> list[Account]:
        return [book.account for book in self._state.accounts.values()]

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
        return tuple(bot_view(book) for book in self._state.bots.values())

    def position_views(self) -> tuple[PositionView, ...]:
        found = (position_view(book) for book in self._state.bots.values())
        return tuple(view for view in found if view is not None)

    def account_views(self) -> tuple[AccountView, ...]:
        return tuple(account_view(self._state, account) for account in self._state.accounts.values())

    def differences(self, account_id: str, told: Sequence[tuple[str, Decimal, Decimal]]) -> list[Sentence]:
        """Where the venue's balances (asset, total, reserved) are not what our ledger folds to."""
        account = self._state.accounts.get(account_id)
        if account is None:
            return []
        venue = {asset: total for asset, total, _ in told}
        return [
            say(
                phrases.BALANCE_DIFFERS,
                venue_amount=venue.get(asset, ZERO),
                our_amount=account.ledger.get(asset, ZERO),
                asset=asset,
            )
            for asset in sorted(venue.keys() | account.ledger.keys())
            if venue.get(asset, ZERO) != account.ledger.get(asset, ZERO)
        ]
