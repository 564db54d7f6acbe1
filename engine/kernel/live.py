"""Real money: whether an account may send orders, and what of its key or its owner says that it may not."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.domain import live_phrases, phrases
from engine.domain.bot import BotState
from engine.domain.key_facts import blockers, changes, repinned
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.live import KeyFacts, LiveAccount
from engine.domain.live_messages import (
    AcceptFacts,
    AllowWithdrawalKey,
    ConfirmBot,
    FactsTold,
    FramesUnread,
    GoDark,
    GoLive,
)
from engine.domain.messages import Level
from engine.domain.sentences import Refusal, Sentence, say
from engine.kernel.books import HIGHEST, AccountBook, BotBook
from engine.kernel.holds import hold_of, needs_confirmation, recorded
from engine.kernel.orders import cancel_all
from engine.kernel.state import State

Refusals = tuple[Refusal, ...]
#: Where people practise what they trade later: the perpetuals' markets have no paper, their spot markets have.
REHEARSED_AT = {"binanceusdm": "binance", "okxswap": "okx", "bitgetmix": "bitget"}


def on_unread(state: State, event: FramesUnread) -> None:
    """A person is told; nothing else follows, because whatever frames leave out is asked for."""
    account = state.accounts.get(event.account_id)
    if account is not None:
        state.now = event.at
        sentence = say(live_phrases.FRAMES_UNREAD, account=account.account.account_id, count=event.count)
        state.say(None, sentence, Level.ERROR)


def on_facts(state: State, event: FactsTold) -> list[BotBook]:
    """The key was looked at. Returns the bots that may go on."""
    account = state.accounts.get(event.account_id)
    return [] if account is None else take_facts(state, account, event.facts, event.at)


def take_facts(state: State, account: AccountBook, facts: KeyFacts, at: datetime) -> list[BotBook]:
    """Keep what the exchange says of a key; where it is otherwise than what was accepted, the bots stop.

    What forbids trading is never pinned, and nothing is before the account goes live.
    """
    live = account.live
    if live is None:
        return []
    pinned = live.pinned
    if live.is_on and pinned is not None and not changes(pinned, facts):
        pinned = repinned(pinned, facts)
    return set_live(state, account, facts=facts, checked_at=at, pinned=pinned)


def set_live(state: State, account: AccountBook, **fields: Any) -> list[BotBook]:
    """Change the account's switch or what is known of its key, and do what follows from it for its bots.

    Bots that may not trade any more have their orders cancelled; those that may again are returned.
    """
    assert account.live is not None
    account.live = replace(account.live, **fields)
    state.outbox.records.append(recorded(account))
    before, account.hold = account.hold, hold_of(account, account.live)
    books = [book for book in state.bots.values() if book.account is account]
    name = account.account.account_id
    if account.hold is not None:
        if account.live.is_on and account.hold != before:
            state.say(None, say(live_phrases.LIVE_HELD, account=name, cause=account.hold), Level.ERROR)
        for book in books:
            cancel_all(state, book)
            book.quiet_low = book.quiet_high = HIGHEST
        return []
    if before is None:
        return []
    if before.template != live_phrases.LIVE_OFF:
        state.say(None, say(live_phrases.LIVE_BACK, account=name))
    for book in books:
        book.dirty_rungs = {rung.index for rung in book.rungs}
        book.quiet_low = book.quiet_high = HIGHEST
    return books


def go_live(state: State, command: GoLive, rehearsed: frozenset[str]) -> tuple[Refusals, list[BotBook]]:
    """Switch an account on, where everything about it is right."""
    account, live, refusals = _live_account(state, command.account_id)
    if account is None or live is None:
        return refusals, []
    name = command.account_id
    if live.is_on:
        return _refuse(say(live_phrases.ALREADY_LIVE, account=name)), []
    if not account.is_connected or live.facts is None:
        return _refuse(account.trouble or say(live_phrases.NOT_CONNECTED, account=name)), []
    if found := blockers(live.facts, state.now, is_withdrawal_allowed=live.is_withdrawal_allowed):
        return tuple(Refusal("account", sentence) for sentence in found), []
    if not command.without_rehearsal and (missing := _unrehearsed(state, account, rehearsed)):
        return missing, []
    account.is_opening = live.switched_at is None
    open_books(state, account)
    template = live_phrases.LIVE_ON_UNREHEARSED if command.without_rehearsal else live_phrases.LIVE_ON
    freed = set_live(state, account, is_on=True, switched_at=state.now, pinned=live.facts)
    state.say(None, say(template, account=name), Level.LOOK)
    return (), freed


def open_books(state: State, account: AccountBook) -> None:
    """What was there before we traded is entered once, so that from then on our ledger is what the exchange has.

    Only while nothing was traded: later nobody could tell apart what was there and what a fill brought.
    """
    if not account.is_opening or not account.balances or account.held or account.ledger:
        return
    account.is_opening = False
    account_id, at = account.account.account_id, state.now
    state.book_entries(
        tuple(
            LedgerEntry(account_id, "", asset, total, EntryKind.DEPOSIT, f"open:{account_id}", at)
            for asset, total in sorted(account.balances.items())
            if total
        )
    )


def go_dark(state: State, command: GoDark) -> Refusals:
    """Switch an account off: its resting orders go, nothing is sent any more."""
    account, live, refusals = _live_account(state, command.account_id)
    if account is None or live is None:
        return refusals
    if not live.is_on:
        return _refuse(say(live_phrases.ALREADY_DARK, account=command.account_id))
    set_live(state, account, is_on=False, switched_at=state.now)
    phrase = live_phrases.LIVE_SWITCHED_OFF if account.is_connected else live_phrases.LIVE_SWITCHED_OFF_LATER
    state.say(None, say(phrase, account=command.account_id), Level.LOOK)
    return ()


def allow_withdrawal(state: State, command: AllowWithdrawalKey) -> tuple[Refusals, list[BotBook]]:
    """The owner trades with a key that could withdraw."""
    account, live, refusals = _live_account(state, command.account_id)
    if account is None or live is None:
        return refusals, []
    if live.facts is not None and not live.facts.can_withdraw:
        return _refuse(say(live_phrases.WITHDRAWAL_NOT_ASKED, account=command.account_id)), []
    state.say(None, say(live_phrases.WITHDRAWAL_ALLOWED, account=command.account_id), Level.LOOK)
    return (), set_live(state, account, is_withdrawal_allowed=True)


def accept_facts(state: State, command: AcceptFacts) -> tuple[Refusals, list[BotBook]]:
    """What the exchange says now is what is traded on."""
    account, live, refusals = _live_account(state, command.account_id)
    if account is None or live is None:
        return refusals, []
    if live.facts is None or live.pinned is None or not changes(live.pinned, live.facts):
        return _refuse(say(live_phrases.NOTHING_CHANGED, account=command.account_id)), []
    state.say(None, say(live_phrases.FACTS_ACCEPTED, account=command.account_id), Level.LOOK)
    return (), set_live(state, account, pinned=repinned(live.pinned, live.facts))


def confirm(state: State, book: BotBook) -> None:
    """Somebody saw the bot's first orders. Once for ever: a restart does not ask again."""
    if book.account is None or book.account.live is None or not needs_confirmation(book):
        return
    confirmed = (*book.account.live.confirmed_bots, book.bot.bot_id)
    book.account.live = replace(book.account.live, confirmed_bots=confirmed)
    state.outbox.records.append(recorded(book.account))
    book.is_asking = False
    state.say(book, say(live_phrases.BOT_CONFIRMED), Level.INFO)


def confirm_bot(state: State, book: BotBook, command: ConfirmBot) -> Refusals:
    """The command of it; only where a bot waits."""
    if not needs_confirmation(book) or book.bot.state is not BotState.WAITING:
        return (Refusal("bot", say(live_phrases.NOT_WAITING, bot=command.bot_id)),)
    confirm(state, book)
    return ()


def _unrehearsed(state: State, account: AccountBook, rehearsed: frozenset[str]) -> Refusals:
    known = (symbol for venue, symbol in state.markets if venue == account.account.venue)
    return not_rehearsed(account, account.account.symbols or known, rehearsed)


def not_rehearsed(account: AccountBook, symbols: Iterable[str], rehearsed: frozenset[str]) -> Refusals:
    """Those of the instruments that nobody tried on paper."""
    exchange = account.account.exchange
    exchange = REHEARSED_AT.get(exchange, exchange)
    return tuple(
        Refusal(
            "without_rehearsal",
            say(live_phrases.NOT_REHEARSED, symbol=symbol, exchange=exchange, account=account.account.account_id),
        )
        for symbol in sorted(symbols)
        if symbol not in rehearsed
    )


def _live_account(state: State, account_id: str) -> tuple[AccountBook | None, LiveAccount | None, Refusals]:
    account = state.accounts.get(account_id)
    if account is None:
        return None, None, _refuse(say(phrases.UNKNOWN_ACCOUNT, account=account_id))
    if account.live is None:
        return None, None, _refuse(say(live_phrases.NOT_LIVE, account=account_id))
    return account, account.live, ()


def _refuse(sentence: Sentence) -> Refusals:
    return (Refusal("account", sentence),)
