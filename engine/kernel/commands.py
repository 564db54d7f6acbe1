"""What people ask: each command is refused with sentences, or done and answered."""

import re
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from engine.bots.grid_rules import preview, preview_edit
from engine.domain import phrases
from engine.domain.bot import AccountMode, Bot, BotKind, BotState
from engine.domain.grid import GridConfig
from engine.domain.messages import (
    AddGrid,
    AskOrder,
    Command,
    CommandReceived,
    EditGrid,
    HaltAll,
    HaltRecorded,
    Level,
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
from engine.domain.money import HUNDRED, ZERO
from engine.domain.order import OrderState, Side
from engine.domain.sentences import Refusal, Sentence, say
from engine.kernel.accounts import open_account
from engine.kernel.books import AccountBook, BotBook
from engine.kernel.claims import free_base_for, free_quote_for
from engine.kernel.grid_run import advance, begin_stop, check_stops
from engine.kernel.orders import cancel_all
from engine.kernel.state import State
from engine.kernel.valuation import account_equity
from engine.kernel.views import bot_view

NAME_MAX = 100
BOT_ID = re.compile(r"[a-z0-9]{8}")
LADDER_FIELDS = ("lower", "upper", "grid_count", "investment", "mode", "sizing")
Refusals = tuple[Refusal, ...]


def on_command(state: State, received: CommandReceived) -> None:
    """Handle one command; every command is answered exactly once, opening an account when its venue has answered."""
    command = received.command
    if isinstance(command, OpenAccount):
        open_account(state, received.command_id, command)
        return
    state.answer(received.command_id, _handle(state, command))


def _handle(state: State, command: Command) -> Refusals:
    match command:
        case AddGrid():
            return _add_grid(state, command)
        case HaltAll():
            return _halt(state)
        case LiftHalt():
            return _lift_halt(state)
        case SetMarketSpeed():
            return _set_speed(state, command)
        case OpenAccount():
            raise AssertionError("an account is opened by on_command")
    book = state.bots.get(command.bot_id)
    if book is None:
        return _refuse("bot", say(phrases.UNKNOWN_BOT, bot=command.bot_id))
    state.changed.add(command.bot_id)
    if book.bot.is_removed and not isinstance(command, RestoreBot):
        return _refuse("bot", say(phrases.BOT_REMOVED, bot=book.bot.name))
    match command:
        case StartBot():
            return _start(state, book)
        case PauseBot():
            return _pause(state, book)
        case StopBot():
            return _stop(state, book, command)
        case EditGrid():
            return _edit(state, book, command)
        case RemoveBot():
            return _remove(state, book)
        case RestoreBot():
            return _restore(state, book)


def _add_grid(state: State, command: AddGrid) -> Refusals:
    account = state.accounts.get(command.account_id)
    if not BOT_ID.fullmatch(command.bot_id):
        return _refuse("bot", say(phrases.BOT_ID_BAD, bot=command.bot_id))
    if command.bot_id in state.bots:
        return _refuse("bot", say(phrases.BOT_EXISTS, bot=command.bot_id))
    if account is None:
        return _refuse("account", say(phrases.UNKNOWN_ACCOUNT, account=command.account_id))
    market = state.markets.get((account.account.venue, command.symbol))
    if market is None:
        sentence = say(phrases.UNKNOWN_SYMBOL, venue=account.account.venue, symbol=command.symbol)
        return _refuse("symbol", sentence)
    refusals = list(_name_refusals(state, command.name, None))
    seen = preview(command.config, market.instrument, market.ask)
    refusals += seen.refusals
    if refusals:
        return tuple(refusals)
    allocation = command.allocation_percent
    if allocation is None:
        allocation = _default_allocation(account, state, command.config)
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
    )
    if found := _allocation_refusals(state, bot, counts=command.start):
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
    return _start(state, book) if command.start else ()


def _start(state: State, book: BotBook) -> Refusals:
    bot = book.bot
    if bot.state not in (BotState.STOPPED, BotState.PAUSED, BotState.ERROR):
        return _refuse("bot", say(phrases.ALREADY_RUNNING, bot=bot.name))
    if bot.state is BotState.STOPPED or not bot.is_in_run:
        if refusals := _allocation_refusals(state, bot, counts=True):
            return refusals
        if book.market is not None:
            free, base = free_quote_for(state, book), free_base_for(state, book)
            seen = preview(bot.config, book.market.instrument, book.market.ask, free, base)
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
    advance(state, book)
    return ()


def _state_to_resume(book: BotBook) -> BotState:
    """Where a paused bot, or one that stood still, goes on: in its first purchase, or running.

    Where an edit was cut short, or a stop that the trader takes back, a new ladder is made of all that the bot has.
    """
    if book.bot.start_price is None:
        return BotState.REBALANCING
    return BotState.STARTING if book.bot.target_base else BotState.RUNNING


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
        refusals += _name_refusals(state, command.name, bot.bot_id)
    if book.market is not None:
        refusals += preview(config, book.market.instrument, book.market.ask).refusals
    allocation = bot.allocation_percent if command.allocation_percent is None else command.allocation_percent
    refusals += _allocation_refusals(state, replace(bot, allocation_percent=allocation), counts=bot.is_active)
    is_new_ladder = any(getattr(config, name) != getattr(bot.config, name) for name in LADDER_FIELDS)
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
    if bot.state is BotState.WAITING and config.trigger_price != bot.config.trigger_price:
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
    resting = sum((order.remaining * (order.price or ZERO) for order in buys), ZERO)
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


def _halt(state: State) -> Refusals:
    if not state.is_halted:
        state.is_halted = True
        state.outbox.records.append(HaltRecorded(is_halted=True, at=state.now))
        state.say(None, say(phrases.HALTED), Level.LOOK)
    for book in state.bots.values():
        cancel_all(state, book)
    return ()


def _lift_halt(state: State) -> Refusals:
    if not state.is_halted:
        return _refuse("", say(phrases.NOT_HALTED))
    state.is_halted = False
    state.outbox.records.append(HaltRecorded(is_halted=False, at=state.now))
    state.say(None, say(phrases.HALT_LIFTED))
    for book in state.bots.values():
        check_stops(state, book)
    for book in state.bots.values():
        advance(state, book)
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


def _name_refusals(state: State, name: str, own_id: str | None) -> Refusals:
    wanted = name.strip()
    if not wanted:
        return _refuse("name", say(phrases.NAME_EMPTY))
    if len(wanted) > NAME_MAX:
        return _refuse("name", say(phrases.NAME_TOO_LONG, maximum=NAME_MAX))
    if any(book.bot.name == wanted and book.bot.bot_id != own_id for book in state.bots.values()):
        return _refuse("name", say(phrases.NAME_TAKEN, name=wanted))
    return ()


def _default_allocation(account: AccountBook, state: State, config: GridConfig) -> Decimal:
    """The investment's share of the account's equity, rounded up to 0.01 %, at most 100 %."""
    equity = account_equity(account, state.markets.values())
    if equity <= 0:
        return HUNDRED
    return min((config.investment / equity * HUNDRED).quantize(Decimal("0.01"), ROUND_CEILING), HUNDRED)


def _allocation_refusals(state: State, bot: Bot, *, counts: bool) -> Refusals:
    percent = bot.allocation_percent
    if not percent.is_finite() or not 0 < percent <= HUNDRED:
        return _refuse("allocation_percent", say(phrases.ALLOCATION_RANGE, percent=str(percent)))
    used = sum(
        (book.bot.allocation_percent for book in state.bots.values() if book.bot.is_active and _is_other(book, bot)),
        ZERO,
    )
    if counts and used + percent > HUNDRED:
        return _refuse("allocation_percent", say(phrases.ALLOCATION_FULL, used=used, percent=percent))
    return ()


def _is_other(book: BotBook, bot: Bot) -> bool:
    return book.bot.bot_id != bot.bot_id


def _refuse(field: str, sentence: Sentence) -> Refusals:
    return (Refusal(field, sentence),)
