"""Accounts: opened by a command, known when their venue has answered, given their paper money once."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from engine.domain import live_phrases, phrases
from engine.domain.bot import Account, AccountMode
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
    AccountRecorded,
    AskOrder,
    CancelOrder,
    ConnectAccount,
    InstrumentRecorded,
    Level,
    OpenAccount,
)
from engine.domain.money import ZERO
from engine.domain.order import OrderState
from engine.domain.sentences import UNREACHABLE, Refusal, Sentence, say
from engine.kernel.books import HIGHEST, AccountBook, BotBook, MarketBook
from engine.kernel.holds import begin_live
from engine.kernel.live import take_facts
from engine.kernel.state import State
from engine.kernel.symbols import give_up_change, settle_change


def on_account_connected(state: State, event: AccountConnected) -> list[BotBook]:
    """An account's venue is reconciled: take over its instruments, deposit paper money once, join its bots."""
    account_id = event.account.account_id
    book = state.accounts.get(account_id)
    is_new = book is None
    if book is None:
        book = state.accounts[account_id] = AccountBook(event.account)
        begin_live(book)
        state.outbox.records.append(AccountRecorded(event.account))
    elif not settle_change(state, book, event):
        return []
    for instrument in event.instruments:
        market = state.markets.get(instrument.key)
        if market is None:
            state.markets[instrument.key] = MarketBook(instrument)
            state.outbox.records.append(InstrumentRecorded(instrument))
        elif market.instrument != instrument:
            market.instrument = instrument
            state.outbox.records.append(InstrumentRecorded(instrument))
    if is_new:
        deposits = _deposits(event.account)
        at = event.at
        state.book_entries(
            tuple(
                LedgerEntry(account_id, "", asset, amount, EntryKind.DEPOSIT, f"open:{account_id}", at)
                for asset, amount in deposits.items()
            )
        )
    book.is_connected, book.trouble = True, None
    if event.facts is not None:
        take_facts(state, book, event.facts, event.at)
    joined = [bot for bot in state.bots.values() if bot.bot.account_id == account_id]
    for bot in joined:
        bot.account = book
        market = state.markets.get((bot.bot.venue, bot.bot.symbol))
        if market is not None and bot.market is None:
            state.join(bot, market)
        _take_up(state, bot)
    state.say(None, say(phrases.ACCOUNT_OPENED, account=event.account.name))
    for command_id in state.openings.pop(account_id, ()):
        state.answer(command_id)
    return joined


def _take_up(state: State, book: BotBook) -> None:
    """A reconciled bot looks at all its rungs again, and cancels again what it had asked to be cancelled.

    What the venue could not say in time of an order is asked on and on: until it is known, the bot cannot end.
    """
    book.dirty_rungs = {rung.index for rung in book.rungs}
    book.is_window_stale = True
    book.is_taken_up = True
    book.quiet_low = book.quiet_high = HIGHEST
    for order in book.live.values():
        if order.state in (OrderState.INTENT, OrderState.UNKNOWN):
            state.outbox.effects.append(AskOrder(order))
        elif order.is_cancel_requested:
            state.outbox.effects.append(CancelOrder(order))


def on_account_failed(state: State, event: AccountFailed) -> None:
    """The venue cannot be used. A new account is not added; bots of a known one wait."""
    sentence = say(phrases.ACCOUNT_FAILED, account=event.account.name, cause=event.sentence)
    book = state.accounts.get(event.account.account_id)
    is_change = False
    if book is not None:
        if give_up_change(state, book, event):
            return
        is_change = event.sentence.template == live_phrases.SYMBOLS_BUSY
        book.is_connected, book.trouble = False, event.sentence
        for market in state.markets.values():
            if market.instrument.venue == book.account.venue:
                market.is_stale = True
                market.book = None
    state.say(None, sentence, Level.INFO if is_change else Level.ERROR)
    for command_id in state.openings.pop(event.account.account_id, ()):
        state.answer(command_id, (Refusal(UNREACHABLE if event.is_unreachable else "account", event.sentence),))


def open_account(state: State, command_id: str, command: OpenAccount) -> None:
    account = command.account
    known = state.accounts.get(account.account_id)
    if known is not None and known.is_connected:
        state.answer(command_id)
        return
    if known is None and account.mode is not AccountMode.LIVE and (refusals := _cash_refusals(account)):
        state.answer(command_id, refusals)
        return
    if account.account_id in state.openings:
        # One connection answers all who ask for it meanwhile; two on one store would be two markets.
        state.openings[account.account_id].append(command_id)
        return
    state.openings[account.account_id] = [command_id]
    state.outbox.effects.append(ConnectAccount(known.account if known else account))


def _cash_refusals(account: Account) -> tuple[Refusal, ...]:
    for name, text in account.settings:
        if name.startswith("cash."):
            asset = name.removeprefix("cash.")
            try:
                amount = Decimal(text)
            except InvalidOperation:
                amount = Decimal("NaN")
            if not amount.is_finite() or amount < 0:
                return (Refusal("cash", say(phrases.CASH_NEGATIVE, amount=text, asset=asset)),)
    if not _deposits(account).get(account.quote):
        return (Refusal("cash", say(phrases.CASH_MISSING, quote=account.quote)),)
    return ()


def _deposits(account: Account) -> dict[str, Decimal]:
    cash = {name.removeprefix("cash."): Decimal(text) for name, text in account.settings if name.startswith("cash.")}
    return {asset: amount for asset, amount in cash.items() if amount}


def differences(state: State, account_id: str, told: Sequence[tuple[str, Decimal, Decimal]]) -> list[Sentence]:
    """Where the venue's balances (asset, total, reserved) are not what our ledger folds to."""
    account = state.accounts.get(account_id)
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
