"""What people ask: each command is refused with sentences, or done and answered."""

import re
from dataclasses import replace

from engine.bots.grid_rules import preview, preview_edit
from engine.domain import pair_phrases, phrases
from engine.domain.arbitrage_messages import AddArbitrage, ClosePosition, EditArbitrage
from engine.domain.bot import AccountMode, Bot, BotKind, BotState
from engine.domain.grid import GridConfig, Inventory
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.live_messages import (
    AcceptFacts,
    AdoptOrder,
    AllowWithdrawalKey,
    CancelUnknown,
    ChangeSymbols,
    ConfirmBot,
    GoDark,
    GoLive,
)
from engine.domain.margin import margin_of
from engine.domain.messages import (
    AddGrid,
    AskOrder,
    CommandReceived,
    EditGrid,
    HaltAll,
    LiftHalt,
    OpenAccount,
    PaceMarket,
    PauseBot,
    RemoveBot,
    RestoreBot,
    SetMarketSpeed,
    StartBot,
    StopBot,
)
from engine.domain.money import ZERO
from engine.domain.order import OrderState, Side
from engine.domain.sentences import Refusal, Sentence, say
from engine.domain.truth_requests import LookAtTruth, RepairAccount
from engine.domain.watching import UnwatchPairs, WatchCommon, WatchPairs
from engine.kernel.accounts import open_account
from engine.kernel.allowances import allocation_refusals, default_allocation, name_refusals
from engine.kernel.books import AccountBook, BotBook
from engine.kernel.claims import free_base_for, free_quote_for
from engine.kernel.foreign import adopt
from engine.kernel.grid_run import advance, begin_stop, check_stops
from engine.kernel.halting import halt, lift_halt
from engine.kernel.live import confirm, confirm_bot
from engine.kernel.live_commands import on_account_command
from engine.kernel.orders import cancel_all
from engine.kernel.pair_adding import add_arbitrage
from engine.kernel.pair_commands import on_pair_command
from engine.kernel.positions import refusals_of, stop_refusals
from engine.kernel.state import State
from engine.kernel.symbols import change_symbols
from engine.kernel.views import bot_view

BOT_ID = re.compile(r"[a-z0-9]{8}")
LADDER_FIELDS = ("lower", "upper", "grid_count", "investment", "mode", "sizing")
#: Why an account has no keys: nothing starts on real money that nobody could look after.
LOCKED_OUT = frozenset(
    {phrases.VAULT_LOCKED, phrases.VAULT_LOCKED_BECAUSE, phrases.VAULT_ABSENT, phrases.VAULT_ROTATED}
)
#: States from which a bot is started, or taken up again.
STARTABLE = frozenset({BotState.STOPPED, BotState.PAUSED, BotState.ERROR})
Refusals = tuple[Refusal, ...]


def on_command(state: State, received: CommandReceived) -> None:
    """Handle one command; each is answered once, what needs an account's venue when that has answered."""
    command = received.command
    if isinstance(command, OpenAccount):
        open_account(state, received.command_id, command)
        return
    if isinstance(command, ChangeSymbols):
        change_symbols(state, received.command_id, command, received.rehearsed)
        return
    state.answer(received.command_id, _handle(state, received))


def _handle(state: State, received: CommandReceived) -> Refusals:
    command, is_allowed = received.command, received.is_symbol_allowed
    match command:
        case GoLive() | GoDark() | AllowWithdrawalKey() | AcceptFacts() | CancelUnknown():
            return on_account_command(state, command, received.rehearsed)
        case AddGrid():
            return _add_grid(state, command, is_allowed=is_allowed)
        case AddArbitrage():
            return add_arbitrage(state, command, is_allowed=is_allowed)
        case HaltAll():
            return halt(state)
        case LiftHalt():
            return lift_halt(state)
        case SetMarketSpeed():
            return _set_speed(state, command)
        case OpenAccount() | ChangeSymbols() | HandOver() | PreferDesk() | LookAtTruth() | RepairAccount():
            raise AssertionError("it is answered elsewhere: by on_command, a lease, or when the venue was asked")
        case WatchPairs() | WatchCommon() | UnwatchPairs():
            raise AssertionError("no bot hears of it: the spread desk answers")
    book = state.bots.get(command.bot_id)
    if book is None:
        return _refuse("bot", say(phrases.UNKNOWN_BOT, bot=command.bot_id))
    state.changed.add(command.bot_id)
    if book.bot.is_removed and not isinstance(command, RestoreBot):
        return _refuse("bot", say(phrases.BOT_REMOVED, bot=book.bot.name))
    if not book.bot.is_grid:
        return on_pair_command(state, book, command, is_allowed=is_allowed)
    match command:
        case StartBot():
            return _start(state, book, is_allowed=is_allowed, is_confirmed=command.is_confirmed)
        case ConfirmBot():
            return _confirm(state, book, command)
        case AdoptOrder():
            return adopt(state, book, command)
        case PauseBot():
            return _pause(state, book)
        case StopBot():
            return _stop(state, book, command)
        case EditGrid():
            return _edit(state, book, command)
        case EditArbitrage() | ClosePosition():
            return _refuse("bot", say(pair_phrases.PAIR_NOT_TWO_LEGS, bot=book.bot.name))
        case RemoveBot():
            return _remove(state, book)
        case RestoreBot():
            return _restore(state, book)


def _add_grid(state: State, command: AddGrid, *, is_allowed: bool) -> Refusals:
    account = state.accounts.get(command.account_id)
    if not BOT_ID.fullmatch(command.bot_id):
        return _refuse("bot", say(phrases.BOT_ID_BAD, bot=command.bot_id))
    if command.bot_id in state.bots:
        return _refuse("bot", say(phrases.BOT_EXISTS, bot=command.bot_id))
    if account is None:
        return _refuse("account", say(phrases.UNKNOWN_ACCOUNT, account=command.account_id))
    market = state.markets.get((account.account.venue, command.symbol))
    if market is None or not account.account.trades(command.symbol):
        sentence = say(phrases.UNKNOWN_SYMBOL, venue=account.account.venue, symbol=command.symbol)
        return _refuse("symbol", sentence)
    if command.start and not is_allowed:
        return _not_allowed("symbol", account, command.symbol, account.account.venue)
    if command.start and (locked := _locked_out(account)):
        return locked
    refusals = list(name_refusals(state, command.name, None))
    seen = preview(command.config, market.instrument, market.ask)
    refusals += seen.refusals
    if refusals:
        return tuple(refusals)
    allocation = command.allocation_percent
    if allocation is None:
        allocation = default_allocation(account, state, command.config)
    bot = Bot(
        bot_id=command.bot_id,
        name=command.name.strip(),
        kind=BotKind.GRID,
        account_id=command.account_id,
        venue=account.account.venue,
        symbol=command.symbol,
        desk_id=state.desk_id,
        allocation_percent=allocation,
        config=command.config,
        created_at=state.now,
        fencing_token=account.token,
    )
    if found := allocation_refusals(state, bot, counts=command.start):
        return found
    book = BotBook(bot, market, account)
    if command.start:
        free, base = free_quote_for(state, book), free_base_for(state, book)
        found = preview(command.config, market.instrument, market.ask, free, base).refusals
        if found:
            return found
    book = state.add_bot(bot)
    config = command.config
    sentence = say(
        phrases.GRID_ADDED,
        count=config.grid_count,
        lower=config.lower,
        upper=config.upper,
        quote=market.instrument.quote,
    )
    state.say(book, sentence)
    return _start(state, book, is_confirmed=command.is_confirmed) if command.start else ()


def _start(state: State, book: BotBook, *, is_allowed: bool = True, is_confirmed: bool = False) -> Refusals:
    bot = book.bot
    if bot.state not in STARTABLE:
        return _refuse("bot", say(phrases.ALREADY_RUNNING, bot=bot.name))
    if book.account is not None and not book.account.account.trades(bot.symbol):
        return _refuse("bot", say(phrases.UNKNOWN_SYMBOL, venue=bot.venue, symbol=bot.symbol))
    if not is_allowed:
        return _not_allowed("bot", book.account, bot.symbol, bot.venue)
    if refusals := _locked_out(book.account):
        return refusals
    if refusals := refusals_of(state, book):
        return refusals
    if bot.state is BotState.STOPPED or not bot.is_in_run:
        if refusals := allocation_refusals(state, bot, counts=True):
            return refusals
        if book.market is not None:
            free, base = free_quote_for(state, book), free_base_for(state, book)
            seen = preview(bot.grid, book.market.instrument, book.market.ask, free, base)
            if seen.refusals:
                return seen.refusals
        book.trouble, book.rejects, book.retry_at = None, 0, None
        book.set_bot(state=BotState.WAITING, start_price=None)
        if book.market is None or book.market.ask is None:
            state.say(book, say(phrases.GRID_WAITS_PRICE))
    else:
        book.trouble, book.rejects, book.retry_at = None, 0, None
        book.ladder_price, book.has_bought = None, False
        book.set_bot(state=_state_to_resume(book))
        book.dirty_rungs = {rung.index for rung in book.rungs}
        book.starved.clear()
        state.outbox.effects.extend(
            AskOrder(order) for order in book.live.values() if order.state in (OrderState.INTENT, OrderState.UNKNOWN)
        )
        state.say(book, say(phrases.GRID_RESUMED))
        check_stops(state, book)
    if is_confirmed:
        confirm(state, book)
    book.adopted.clear()
    advance(state, book)
    return ()


def _state_to_resume(book: BotBook) -> BotState:
    """Where a paused bot, or one that stood still, goes on: in its first purchase, or running.

    Where an edit was cut short, or a stop that the trader takes back, a new ladder is made of all that the bot has.
    """
    if book.bot.start_price is None:
        return BotState.REBALANCING
    return BotState.STARTING if book.bot.target_base else BotState.RUNNING


def _not_allowed(field: str, account: AccountBook | None, symbol: str, venue: str) -> Refusals:
    """People keep lists for an exchange; an account on no exchange is meant by its own name."""
    exchange = account.account.exchange if account is not None else ""
    return _refuse(field, say(phrases.SYMBOL_NOT_ALLOWED, venue=exchange or venue, symbol=symbol))


def _locked_out(account: AccountBook | None) -> Refusals:
    """Whether the account's keys lie in a vault that nobody has unlocked, or its real money is held back."""
    if account is not None and account.hold is not None:
        return _refuse("bot", account.hold)
    trouble = account.trouble if account is not None else None
    return _refuse("bot", trouble) if trouble is not None and trouble.template in LOCKED_OUT else ()


def _confirm(state: State, book: BotBook, command: ConfirmBot) -> Refusals:
    refusals = confirm_bot(state, book, command)
    if not refusals:
        advance(state, book)
    return refusals


def _pause(state: State, book: BotBook) -> Refusals:
    bot = book.bot
    if bot.state is BotState.WAITING:
        return _stop_before_start(state, book)
    if bot.state not in (BotState.RUNNING, BotState.STARTING):
        return _refuse("bot", say(phrases.NOT_RUNNING, bot=bot.name))
    book.set_bot(state=BotState.PAUSED)
    cancel_all(state, book)
    asset = book.market.instrument.base if book.market else ""
    state.say(book, say(phrases.GRID_PAUSED, base=book.base_held, asset=asset))
    advance(state, book)
    return ()


def _stop(state: State, book: BotBook, command: StopBot) -> Refusals:
    bot = book.bot
    if bot.state is BotState.STOPPED:
        return _refuse("bot", say(phrases.NOT_RUNNING, bot=bot.name))
    if bot.state is BotState.STOPPING and bot.stop_inventory is command.inventory:
        return _refuse("bot", say(phrases.ALREADY_STOPPING, bot=bot.name))
    if not bot.is_in_run:
        return _stop_before_start(state, book)
    if command.inventory is Inventory.SELL and (refusals := stop_refusals(state, book)):
        return refusals
    book.trouble, book.retry_at = None, None
    begin_stop(state, book, command.inventory)
    cancel_all(state, book)
    advance(state, book)
    return ()


def _stop_before_start(state: State, book: BotBook) -> Refusals:
    book.set_bot(state=BotState.STOPPED, start_price=None)
    quote = book.market.instrument.quote if book.market else ""
    state.say(book, say(phrases.STOPPED, pnl=ZERO, quote=quote))
    return ()


def _edit(state: State, book: BotBook, command: EditGrid) -> Refusals:
    bot, config = book.bot, command.config
    refusals: list[Refusal] = []
    if command.name:
        refusals += name_refusals(state, command.name, bot.bot_id)
    if book.market is not None:
        refusals += preview(config, book.market.instrument, book.market.ask).refusals
    allocation = bot.allocation_percent if command.allocation_percent is None else command.allocation_percent
    refusals += allocation_refusals(state, replace(bot, allocation_percent=allocation), counts=bot.is_active)
    is_new_ladder = any(getattr(config, name) != getattr(bot.grid, name) for name in LADDER_FIELDS)
    must_rebalance = is_new_ladder and bot.state not in (BotState.STOPPED, BotState.WAITING)
    if must_rebalance and bot.state in (BotState.PAUSED, BotState.ERROR):
        refusals.append(Refusal("bot", say(phrases.EDIT_PAUSED, bot=bot.name)))
    elif must_rebalance and bot.state is not BotState.RUNNING:
        refusals.append(Refusal("bot", say(phrases.EDIT_WHILE_CHANGING, bot=bot.name)))
    elif must_rebalance and not refusals:
        refusals += _edit_money_refusals(state, book, config)
    if refusals:
        return tuple(refusals)
    name = command.name.strip() or bot.name
    if bot.state is BotState.WAITING and config.trigger_price != bot.grid.trigger_price:
        book.set_bot(start_price=None)
    book.set_bot(name=name, config=config, allocation_percent=allocation)
    if must_rebalance:
        book.set_bot(state=BotState.REBALANCING, start_price=None)
        quote = book.market.instrument.quote if book.market else ""
        sentence = say(
            phrases.GRID_EDITED, count=config.grid_count, lower=config.lower, upper=config.upper, quote=quote
        )
        state.say(book, sentence)
        cancel_all(state, book)
    else:
        state.say(book, say(phrases.GRID_CHANGED))
    advance(state, book)
    return ()


def _edit_money_refusals(state: State, book: BotBook, config: GridConfig) -> Refusals:
    """Whether the new ladder can be paid: from the account's money that no other bot has a claim on."""
    free, market = free_quote_for(state, book), book.market
    if free is None or market is None:
        return ()
    buys = (order for order in book.live.values() if order.side is Side.BUY and order.price)
    rules = market.instrument.rules
    resting = sum((margin_of(order.remaining * (order.price or ZERO), rules) for order in buys), ZERO)
    return preview_edit(bot_view(book), config, market.instrument, free - resting).refusals


def _remove(state: State, book: BotBook) -> Refusals:
    if book.bot.state is not BotState.STOPPED:
        return _refuse("bot", say(phrases.STOP_FIRST, bot=book.bot.name))
    book.set_bot(is_removed=True)
    state.say(book, say(phrases.REMOVED))
    return ()


def _restore(state: State, book: BotBook) -> Refusals:
    if not book.bot.is_removed:
        return _refuse("bot", say(phrases.NOT_REMOVED, bot=book.bot.name))
    book.set_bot(is_removed=False)
    state.say(book, say(phrases.RESTORED))
    return ()


def _set_speed(state: State, command: SetMarketSpeed) -> Refusals:
    account = next((book.account for book in state.accounts.values() if book.account.venue == command.venue), None)
    if account is None:
        return _refuse("venue", say(phrases.UNKNOWN_ACCOUNT, account=command.venue))
    if account.mode not in (AccountMode.REPLAY, AccountMode.SIMULATED):
        return _refuse("venue", say(phrases.NOT_PACED, venue=account.name))
    if command.speed is not None and not (command.speed.is_finite() and command.speed >= 0):
        return _refuse("speed", say(phrases.SPEED_NEGATIVE, speed=str(command.speed)))
    state.outbox.effects.append(PaceMarket(command.venue, command.speed))
    return ()


def _refuse(field: str, sentence: Sentence) -> Refusals:
    return (Refusal(field, sentence),)
