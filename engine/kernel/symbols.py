"""The instruments of a live account: asked for by a command, tried at the exchange, kept when that has them.

The old setting is the account's until it is connected with the new one; whatever goes wrong before leads back to it.
"""

import re
from dataclasses import replace

from engine.domain import live_phrases, phrases
from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.key_facts import changes
from engine.domain.live import ForeignKind, KeyFacts, LiveAccount
from engine.domain.live_messages import ChangeSymbols
from engine.domain.messages import AccountConnected, AccountFailed, AccountRecorded, ConnectAccount, Level
from engine.domain.sentences import UNREACHABLE, Refusal, Sentence, say
from engine.kernel.books import AccountBook
from engine.kernel.live import not_rehearsed
from engine.kernel.state import State

Refusals = tuple[Refusal, ...]
SYMBOL = re.compile(r"([^\s/,]+)/([^\s/,]+)")


def change_symbols(state: State, command_id: str, command: ChangeSymbols, rehearsed: frozenset[str]) -> None:
    """Have the account connected with other instruments. Answered when that is done or was given up."""
    account = state.accounts.get(command.account_id)
    refusals = _refusals(state, account, command, rehearsed)
    if account is None or refusals:
        state.answer(command_id, refusals)
        return
    kept = [symbol for symbol in account.account.symbols if symbol not in command.remove]
    wanted = account.account.with_symbols([*kept, *dict.fromkeys(command.add)])
    state.changes[command.account_id] = (command_id, wanted)
    state.outbox.effects.append(ConnectAccount(wanted))


def settle_change(state: State, book: AccountBook, event: AccountConnected) -> bool:
    """A known account is connected. False when that is not as it shall be: it is connected anew as it was."""
    name = book.account.account_id
    command_id, wanted = state.changes.pop(name, ("", book.account))
    if event.account != wanted:
        if command_id:
            _keep(state, book, command_id, say(live_phrases.SYMBOLS_INTERRUPTED, account=name))
        return event.account == book.account or _go_back(state, book)
    if not command_id:
        return True
    live, facts = book.live, event.facts
    if live is not None and live.is_on and live.pinned is not None and facts is not None:
        pinned = _pinned(live.pinned, book.account, wanted)
        if found := _new_changes(pinned, live, facts):
            _keep(state, book, command_id, found[0])
            return _go_back(state, book)
        book.live = replace(live, pinned=pinned)
    gone = [(wanted.venue, symbol) for symbol in book.account.symbols if symbol not in wanted.symbols]
    book.account = wanted
    state.outbox.records.append(AccountRecorded(wanted))
    for key in gone:
        market = state.markets.get(key)
        if market is not None and not market.bots:
            del state.markets[key]
        elif market is not None:
            market.is_stale = True
    state.say(None, say(live_phrases.SYMBOLS_CHANGED, account=name, symbols=", ".join(wanted.symbols)), Level.LOOK)
    state.answer(command_id)
    return True


def give_up_change(state: State, book: AccountBook, event: AccountFailed) -> bool:
    """An account cannot be used. True when that is so of one with other instruments than it has: it stays as it was."""
    if event.sentence.template == live_phrases.SYMBOLS_BUSY:
        return False
    name = book.account.account_id
    if name in state.changes:
        command_id, _ = state.changes.pop(name)
        _keep(state, book, command_id, event.sentence, UNREACHABLE if event.is_unreachable else "symbols")
    if event.account == book.account:
        return False
    if not book.is_connected:
        _go_back(state, book)
    return True


def _keep(state: State, book: AccountBook, command_id: str, cause: Sentence, field: str = "symbols") -> None:
    state.say(None, say(live_phrases.SYMBOLS_KEPT, account=book.account.account_id, cause=cause), Level.LOOK)
    state.answer(command_id, (Refusal(field, cause),))


def _go_back(state: State, book: AccountBook) -> bool:
    state.outbox.effects.append(ConnectAccount(book.account))
    return False


def _pinned(pinned: KeyFacts, old: Account, new: Account) -> KeyFacts:
    """What was accepted, as far as it is about the instruments that are left: fees are told of the first of them."""
    return pinned if old.symbols[:1] == new.symbols[:1] else replace(pinned, fees=None)


def _new_changes(pinned: KeyFacts, live: LiveAccount, facts: KeyFacts) -> list[Sentence]:
    """What would stop the account because of the other instruments, such as another margin mode of one of them."""
    before = changes(pinned, live.facts) if live.facts is not None else []
    return [sentence for sentence in changes(pinned, facts) if sentence not in before]


def _refusals(state: State, account: AccountBook | None, command: ChangeSymbols, rehearsed: frozenset[str]) -> Refusals:
    name = command.account_id
    if account is None:
        return _refuse(say(phrases.UNKNOWN_ACCOUNT, account=name))
    if account.account.mode is not AccountMode.LIVE or account.live is None:
        return _refuse(say(live_phrases.SYMBOLS_NOT_LIVE, account=name))
    if account.is_leaving:
        return _refuse(say(phrases.ACCOUNT_ELSEWHERE, account=name))
    if name in state.changes:
        return _refuse(say(live_phrases.SYMBOLS_BUSY, account=name))
    if not (command.add or command.remove):
        return _refuse(say(live_phrases.SYMBOLS_NONE))
    for symbol in command.add:
        if (cause := _not_to_add(account, symbol)) is not None:
            return _refuse(cause)
    for symbol in command.remove:
        if (cause := _not_to_remove(state, account, symbol)) is not None:
            return _refuse(cause)
    if not command.add and set(account.account.symbols) <= set(command.remove):
        return _refuse(say(live_phrases.SYMBOLS_LAST, symbol=", ".join(account.account.symbols), account=name))
    if account.live.is_on and not command.without_rehearsal:
        return not_rehearsed(account, command.add, rehearsed)
    return ()


def _not_to_add(account: AccountBook, symbol: str) -> Sentence | None:
    name, quote = account.account.account_id, account.account.quote
    parts = SYMBOL.fullmatch(symbol)
    if parts is None or parts[1] == parts[2]:
        return say(live_phrases.SYMBOLS_BAD, symbol=symbol)
    if parts[2] != quote:
        return say(live_phrases.SYMBOLS_QUOTE, account=name, quote=quote, other=parts[2], symbol=symbol)
    if symbol in account.account.symbols:
        return say(live_phrases.SYMBOLS_THERE, account=name, symbol=symbol)
    return None


def _not_to_remove(state: State, account: AccountBook, symbol: str) -> Sentence | None:
    name = account.account.account_id
    if symbol not in account.account.symbols:
        return say(live_phrases.SYMBOLS_NOT_THERE, account=name, symbol=symbol)
    for book in state.bots.values():
        bot = book.bot
        if bot.account_id != name or bot.symbol != symbol:
            continue
        if bot.state is not BotState.STOPPED or book.live or (book.base_held and not bot.is_removed):
            return say(live_phrases.SYMBOLS_IN_USE, bot=bot.name, symbol=symbol)
    if any(told.quantity for (held, _), told in account.positions.items() if held == symbol):
        return say(live_phrases.SYMBOLS_POSITION, account=name, symbol=symbol)
    foreign = account.live.foreign if account.live is not None else ()
    if any(each.symbol == symbol and each.kind is ForeignKind.UNKNOWN for each in foreign):
        return say(live_phrases.SYMBOLS_UNKNOWN_ORDERS, symbol=symbol)
    return None


def _refuse(sentence: Sentence) -> Refusals:
    return (Refusal("symbols", sentence),)
