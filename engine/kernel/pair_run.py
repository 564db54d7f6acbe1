"""The life of a two-leg bot: what is under way comes together first, then exits, then entries. docs/arbitrage.md."""

from datetime import datetime

from engine.bots.arbitrage import is_blind, resting_net_pct, wanted_pct
from engine.domain import pair_phrases
from engine.domain.arbitrage import PairStage
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.sentences import say
from engine.kernel.books import BotBook
from engine.kernel.orders import cancel_all, request_cancel
from engine.kernel.pair_adding import restore_hedge
from engine.kernel.pair_balance import gap_of, mend, note, tell_apart
from engine.kernel.pair_books import (
    PairBook,
    PairLegs,
    PositionBook,
    clock_of,
    clock_of_half,
    held,
    is_under_way,
    legs_of,
    live_orders,
)
from engine.kernel.pair_entry import consider_entry, entry_failed
from engine.kernel.pair_exit import can_close, consider_exit, end_position, go_on_exiting
from engine.kernel.pair_orders import tend_orders
from engine.kernel.pair_sight import costs_now, names_of, sight_of
from engine.kernel.state import State


def step_pair(state: State, pair: PairBook) -> None:
    """Bring a two-leg bot one step further, as far as both accounts, their markets and live orders allow."""
    home = state.bots[pair.bot_id]
    state.changed.add(pair.bot_id)
    if legs_of(state, pair) is None:
        restore_hedge(state, home)
    legs = legs_of(state, pair)
    if legs is None:
        cancel_all(state, home)
        pair.waits = say(pair_phrases.WAITS_ELSEWHERE, account=_hedge_account(home))
        for _, position in sorted(pair.positions.items()):
            tell_apart(state, home, position, pair.waits, clock_of_half(state, home))
        return
    state.changed.add(legs.foreign.bot.bot_id)
    if legs.home.market is None or legs.foreign.market is None:
        pair.waits = say(pair_phrases.WAITS_NOT_CONNECTED, account=_without_market(legs))
        return
    if any(book.account is not None and book.account.is_leaving for book in legs.both):
        account = next(book for book in legs.both if book.account is not None and book.account.is_leaving)
        pair.waits = say(pair_phrases.WAITS_LEAVING, account=account.bot.account_id)
        return
    if all(half.market is not None and half.market.at is None for half in legs.both):
        pair.waits = say(pair_phrases.WAITS_NO_PRICE, symbol=home.bot.symbol, venue=home.bot.venue)
        return  # on markets with a time of their own nobody could say what time it is
    now = clock_of(state, legs)
    for _, position in sorted(pair.positions.items()):
        manage(state, pair, legs, position, now)
    _settle_stop(state, pair, legs, now)
    consider_entry(state, pair, legs, now)


def manage(state: State, pair: PairBook, legs: PairLegs, book: PositionBook, now: datetime) -> None:
    """One position: its orders, then its balance, then its stage."""
    number, config = book.position.number, legs.config
    quick_s = min(config.leg_timeout_s, config.max_imbalance_s)
    for half in legs.both:
        if half.account is None or not half.account.is_connected:
            continue  # what its orders are is found out when it connects
        rests = book.is_resting and half is legs.home
        tend_orders(state, book, half, config.leg_timeout_s if rests else quick_s, now)
    if book.is_resting and book.position.stage is PairStage.ENTERING:
        _watch_resting(state, pair, legs, book, now)
    gap = gap_of(legs, book)
    note(state, legs, book, gap, now)
    if gap is not None:
        mend(state, legs, book, gap, now)
        return
    if any(live_orders(half, number) for half in legs.both):
        return
    match book.position.stage:
        case PairStage.ENTERING | PairStage.UNWINDING:
            _end_entry(state, pair, legs, book, now)
        case PairStage.OPEN if not any(held(book.position, is_home=is_home) for is_home in (True, False)):
            end_position(state, legs, book)  # all of it was taken back, one leg after the venue took the other
        case PairStage.OPEN:
            consider_exit(state, legs, book, now)
        case PairStage.EXITING:
            go_on_exiting(state, legs, book, now)
        case PairStage.CLOSED:
            pass


# Entry


def _watch_resting(state: State, pair: PairBook, legs: PairLegs, book: PositionBook, now: datetime) -> None:
    """A home leg that rests is called off when what it fills would not bring any more what was wanted of it."""
    config, direction = legs.config, book.position.direction
    for order in live_orders(legs.home, book.position.number):
        if order.is_cancel_requested or order.price is None:
            continue
        sight = sight_of(state, legs, now)
        brings = resting_net_pct(config, sight, direction, costs_now(legs), order.price, order.remaining)
        blind = is_blind(config, names_of(legs), sight)
        others = len(pair.positions) - 1
        if blind is not None or brings is None or brings < wanted_pct(config, others):
            request_cancel(state, legs.home, order)


def _end_entry(state: State, pair: PairBook, legs: PairLegs, book: PositionBook, now: datetime) -> None:
    """Nothing of the entry is live and the legs are level: the position is open, or has ended."""
    position = book.position
    book.is_resting = False
    at_home, abroad = held(position, is_home=True), held(position, is_home=False)
    if not can_close(legs, book):
        end_position(state, legs, book)
        entry_failed(state, pair, legs, now)
        return
    book.put(stage=PairStage.OPEN, opened_at=position.opened_at or now)
    pair.failures = 0
    assert legs.home.market is not None
    sentence = say(
        pair_phrases.PAIR_OPENED,
        number=position.number,
        home=at_home,
        foreign=abroad,
        base=legs.home.market.instrument.base,
    )
    state.say(legs.home, sentence)


# The bot


def _settle_stop(state: State, pair: PairBook, legs: PairLegs, now: datetime) -> None:
    """A bot that stops has stopped when nothing is under way, and nothing is open that was to be closed."""
    bot = legs.home.bot
    if bot.state is not BotState.STOPPING:
        return
    standing = [each for each in pair.positions.values() if each.position.stage is not PairStage.CLOSED]
    if any(is_under_way(each.position) for each in standing):
        return
    if standing and bot.stop_inventory is Inventory.SELL:
        return
    for half in legs.both:
        half.set_bot(state=BotState.STOPPED, stopped_at=now, final_pnl=half.bot.matched_profit, start_price=None)
    assert legs.home.market is not None
    sentence = say(
        pair_phrases.PAIR_STOPPED,
        pnl=legs.home.bot.matched_profit,
        quote=legs.home.market.instrument.quote,
        count=len(standing),
    )
    state.say(legs.home, sentence)


def _without_market(legs: PairLegs) -> str:
    return next(half.bot.account_id for half in legs.both if half.market is None)


def _hedge_account(home: BotBook) -> str:
    return getattr(home.bot.config, "hedge_account_id", "")
