"""What people ask of two-leg bots. Both halves are added, started, paused and stopped together."""

from engine.domain import live_phrases, pair_phrases, phrases
from engine.domain.arbitrage import PairStage
from engine.domain.arbitrage_messages import ClosePosition, EditArbitrage
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.live_messages import AdoptOrder, ConfirmBot
from engine.domain.messages import EditGrid, PauseBot, RemoveBot, RestoreBot, StartBot, StopBot
from engine.domain.sentences import Refusal, Sentence, say
from engine.kernel.allowances import name_refusals
from engine.kernel.books import BotBook
from engine.kernel.live import confirm
from engine.kernel.pair_adding import begin, both_allocated, settings_refusals
from engine.kernel.pair_books import PairBook, PairLegs, clock_of, is_under_way, legs_of, pair_id_of
from engine.kernel.pair_exit import begin_exit
from engine.kernel.pair_run import step_pair
from engine.kernel.pair_taken import take_over_truth
from engine.kernel.state import State

STARTABLE = frozenset({BotState.STOPPED, BotState.PAUSED, BotState.ERROR})
Refusals = tuple[Refusal, ...]
BotCommand = (
    StartBot
    | ConfirmBot
    | PauseBot
    | StopBot
    | RemoveBot
    | RestoreBot
    | EditArbitrage
    | ClosePosition
    | EditGrid
    | AdoptOrder
)


def on_pair_command(state: State, half: BotBook, command: BotCommand, *, is_allowed: bool) -> Refusals:
    """A command about a bot that is a half of a pair. Only the home half is asked, and only while both are here."""
    pair = state.pairs.get(half.bot.bot_id)
    if pair is None:
        home = state.bots.get(pair_id_of(half) or "")
        name = home.bot.name if home is not None else pair_id_of(half) or ""
        return _refuse("bot", say(pair_phrases.PAIR_NOT_MEANT, bot=half.bot.name, pair=name))
    legs = legs_of(state, pair)
    if legs is None:
        return _refuse("bot", say(pair_phrases.PAIR_APART_ASKED))
    state.changed.add(legs.foreign.bot.bot_id)
    match command:
        case StartBot():
            return start_pair(state, legs, is_allowed=is_allowed, is_confirmed=command.is_confirmed)
        case ConfirmBot():
            return confirm_pair(state, legs)
        case PauseBot():
            return pause_pair(state, legs)
        case StopBot():
            return stop_pair(state, legs, command)
        case RemoveBot():
            return remove_pair(state, legs)
        case RestoreBot():
            return restore_pair(state, legs)
        case EditArbitrage():
            return edit_arbitrage(state, pair, command)
        case ClosePosition():
            return close_one(state, pair, command)
        case EditGrid() | AdoptOrder():
            return _refuse("bot", say(pair_phrases.PAIR_NO_GRID, bot=half.bot.name))


def start_pair(state: State, legs: PairLegs, *, is_allowed: bool, is_confirmed: bool) -> Refusals:
    """Start, or go on after a pause or after somebody looked."""
    home = legs.home.bot
    if all(half.bot.state not in STARTABLE for half in legs.both):
        return _refuse("bot", say(phrases.ALREADY_RUNNING, bot=home.name))
    if not is_allowed:
        account = legs.home.account
        venue = (account.account.exchange if account is not None else "") or home.venue
        return _refuse("bot", say(phrases.SYMBOL_NOT_ALLOWED, venue=venue, symbol=home.symbol))
    for half in legs.both:
        if half.account is not None and half.account.hold is not None:
            return _refuse("bot", half.account.hold)
    pair = state.pairs[home.bot_id]
    if (cause := take_over_truth(state, pair, legs, clock_of(state, legs))) is not None:
        return _refuse("bot", cause)
    if home.state is BotState.STOPPED:
        if refusals := settings_refusals(state, legs, with_means=not pair.positions):
            return tuple(refusals)
        if found := both_allocated(state, legs):
            return found
    return begin(state, legs, is_confirmed=is_confirmed)


def confirm_pair(state: State, legs: PairLegs) -> Refusals:
    """Somebody saw what its first orders are."""
    if legs.home.bot.state is not BotState.WAITING:
        return _refuse("bot", say(live_phrases.NOT_WAITING, bot=legs.home.bot.bot_id))
    for half in legs.both:
        confirm(state, half)
        half.set_bot(state=BotState.RUNNING)
        state.changed.add(half.bot.bot_id)
    return ()


def pause_pair(state: State, legs: PairLegs) -> Refusals:
    """No entries and no exits until it is started again. What is under way comes together still."""
    if legs.home.bot.state not in (BotState.RUNNING, BotState.WAITING):
        return _refuse("bot", say(phrases.NOT_RUNNING, bot=legs.home.bot.name))
    for half in legs.both:
        half.set_bot(state=BotState.PAUSED)
        state.changed.add(half.bot.bot_id)
    state.say(legs.home, say(pair_phrases.PAIR_PAUSED))
    return ()


def stop_pair(state: State, legs: PairLegs, command: StopBot) -> Refusals:
    """SELL closes all positions at the book first; KEEP leaves them, when what is under way has ended."""
    bot, pair = legs.home.bot, state.pairs[legs.home.bot.bot_id]
    if bot.state is BotState.STOPPED and not (pair.positions and command.inventory is Inventory.SELL):
        return _refuse("bot", say(phrases.NOT_RUNNING, bot=bot.name))
    stands = any(half.bot.state is BotState.ERROR for half in legs.both)
    if bot.state is BotState.STOPPING and bot.stop_inventory is command.inventory and not stands:
        return _refuse("bot", say(phrases.ALREADY_STOPPING, bot=bot.name))
    if command.inventory is Inventory.SELL:
        cause = take_over_truth(state, pair, legs, clock_of(state, legs), is_ending=True)
        if cause is not None:
            return _refuse("bot", cause)
    for half in legs.both:
        half.trouble = None
        half.set_bot(state=BotState.STOPPING, stop_inventory=command.inventory)
        state.changed.add(half.bot.bot_id)
    if command.inventory is Inventory.SELL:
        sentence = say(pair_phrases.PAIR_STOPPING_SELL, count=len(pair.positions))
    else:
        sentence = say(pair_phrases.PAIR_STOPPING_KEEP)
    state.say(legs.home, sentence)
    step_pair(state, pair)
    return ()


def edit_arbitrage(state: State, pair: PairBook, command: EditArbitrage) -> Refusals:
    """New settings; the accounts and symbols stay."""
    legs = legs_of(state, pair)
    if legs is None:
        return _refuse("bot", say(pair_phrases.PAIR_APART_ASKED))
    old, new = legs.config, command.config
    if (old.hedge_account_id, old.hedge_symbol) != (new.hedge_account_id, new.hedge_symbol):
        return _refuse("hedge_account_id", say(pair_phrases.PAIR_KEEPS_MARKETS, bot=legs.home.bot.name))
    refusals: list[Refusal] = []
    if command.name:
        refusals += name_refusals(state, command.name, legs.home.bot.bot_id)
    refusals += settings_refusals(state, legs, with_means=False, config=new)
    if refusals:
        return tuple(refusals)
    legs.home.set_bot(config=new)
    if command.name:
        legs.home.set_bot(name=command.name.strip())
        legs.foreign.set_bot(name=f"{command.name.strip()} (hedge)")
        state.changed.add(legs.foreign.bot.bot_id)
    pair.seen.clear()
    state.say(legs.home, say(pair_phrases.PAIR_CHANGED))
    return ()


def close_one(state: State, pair: PairBook, command: ClosePosition) -> Refusals:
    """Close an open position at the book."""
    legs, name = legs_of(state, pair), state.bots[pair.bot_id].bot.name
    found = next((each for each in pair.positions.values() if each.position.position_id == command.position_id), None)
    if found is None:
        return _refuse("position", say(pair_phrases.PAIR_NO_POSITION, bot=name, position=command.position_id))
    if legs is None:
        return _refuse("bot", say(pair_phrases.PAIR_APART_ASKED))
    if is_under_way(found.position) or found.position.stage is not PairStage.OPEN:
        return _refuse("position", say(pair_phrases.PAIR_NOT_OPEN, position=command.position_id))
    begin_exit(state, legs, found, clock_of(state, legs), is_asked=True)
    return ()


def remove_pair(state: State, legs: PairLegs) -> Refusals:
    """Hide a stopped bot, both halves of it."""
    pair = state.pairs[legs.home.bot.bot_id]
    if legs.home.bot.state is not BotState.STOPPED or pair.positions:
        return _refuse("bot", say(phrases.STOP_FIRST, bot=legs.home.bot.name))
    return _show(state, legs, is_removed=True)


def restore_pair(state: State, legs: PairLegs) -> Refusals:
    if not legs.home.bot.is_removed:
        return _refuse("bot", say(phrases.NOT_REMOVED, bot=legs.home.bot.name))
    return _show(state, legs, is_removed=False)


def _show(state: State, legs: PairLegs, *, is_removed: bool) -> Refusals:
    for half in legs.both:
        half.set_bot(is_removed=is_removed)
        state.changed.add(half.bot.bot_id)
    state.say(legs.home, say(phrases.REMOVED if is_removed else phrases.RESTORED))
    return ()


def _refuse(field: str, sentence: Sentence) -> Refusals:
    return (Refusal(field, sentence),)
