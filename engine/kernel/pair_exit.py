"""When a two-leg position is closed, and what is sent until nothing of it stands any more."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine.bots.arbitrage import closing_pct, costs_of, is_blind, is_exit, premium_of
from engine.domain import pair_phrases
from engine.domain.arbitrage import Leg, Legs, LegStyle, PairStage
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.messages import Level
from engine.domain.premium import Executable, Premium
from engine.domain.sentences import Sentence, say
from engine.kernel.books import BotBook
from engine.kernel.pair_balance import sellable
from engine.kernel.pair_books import (
    PairLegs,
    PositionBook,
    entry_leg,
    middle_of,
)
from engine.kernel.pair_fills import close_position
from engine.kernel.pair_orders import Planned, backed_off, is_tradable, leg_trouble, resting_price, send, taking_price
from engine.kernel.pair_sight import names_of, sight_of
from engine.kernel.retries import leg_refused
from engine.kernel.state import State

EXIT_PAUSE_S = 1
EXIT_LONGEST_S = 60
#: So often an exit of a bot whose home leg rests is tried resting; then it takes.
RESTS = 3


def can_close(legs: PairLegs, book: PositionBook) -> bool:
    """Whether both legs that stand are orders which their venues take."""
    return all(
        is_tradable(half, sellable(book, is_home=is_home), _price(half, book, is_home=is_home))
        for half, is_home in ((legs.home, True), (legs.foreign, False))
    )


def _price(half: BotBook, book: PositionBook, *, is_home: bool) -> Decimal:
    return middle_of(half) or entry_leg(book.position, is_home=is_home).theoretical_price


def consider_exit(state: State, legs: PairLegs, book: PositionBook, now: datetime) -> None:
    bot = legs.home.bot
    if bot.state is BotState.STOPPING and bot.stop_inventory is Inventory.SELL:
        begin_exit(state, legs, book, now, is_asked=True)
        return
    if bot.state is not BotState.RUNNING or any(leg_trouble(state, half) is not None for half in legs.both):
        return  # what is begun goes on whatever the premium, so it is begun where both legs can be sent now
    sight = sight_of(state, legs, now)
    pair_names = names_of(legs)
    if is_blind(legs.config, pair_names, sight) is not None:
        return
    direction = book.position.direction
    size = min(sellable(book, is_home=True), sellable(book, is_home=False))
    if size <= 0:
        return
    premium = closing_pct(legs.config, pair_names, sight, direction, size)
    if premium is not None and is_exit(legs.config, direction, premium):
        begin_exit(state, legs, book, now, is_asked=False)


def begin_exit(state: State, legs: PairLegs, book: PositionBook, now: datetime, *, is_asked: bool) -> None:
    """From now on the position is only closed. Both orders are decided in this step where both venues take them."""
    position = book.position
    back = _back_premium(state, legs, book, now)
    known = position.exit
    home, foreign = (
        replace(known.home, quantity=sellable(book, is_home=True) + known.home.filled)
        if known is not None
        else _exit_leg(legs, book, back, is_home=True),
        replace(known.foreign, quantity=sellable(book, is_home=False) + known.foreign.filled)
        if known is not None
        else _exit_leg(legs, book, back, is_home=False),
    )
    rate = back.rate if back is not None else state.rates.get((legs.config.fx_pair, legs.config.fx_source))
    exit_legs = Legs(
        home,
        foreign,
        rate or position.entry.rate,
        back.premium_pct if back is not None else position.entry.premium_pct,
        back.net_pct if back is not None else position.entry.net_pct,
        now,
    )
    book.put(stage=PairStage.EXITING, exit=exit_legs)
    book.exit_at, book.exit_tries = None, 0
    book.rests = RESTS if legs.config.style is LegStyle.MAKER_TAKER and not is_asked else 0
    if is_asked:
        sentence = say(pair_phrases.PAIR_CLOSING_ASKED, number=position.number)
    else:
        premium = exit_legs.premium_pct.quantize(Decimal("0.0001"))
        sentence = say(pair_phrases.PAIR_CLOSING, number=position.number, premium=premium)
    state.say(legs.home, sentence)
    go_on_exiting(state, legs, book, now)


def _back_premium(state: State, legs: PairLegs, book: PositionBook, now: datetime) -> Premium | None:
    size = min(sellable(book, is_home=True), sellable(book, is_home=False))
    if legs.home.market is None or legs.foreign.market is None or size <= 0:
        return None
    costs = costs_of(legs.config, legs.home.market.instrument.rules, legs.foreign.market.instrument.rules)
    direction = book.position.direction.opposite
    return premium_of(legs.config, names_of(legs), sight_of(state, legs, now), direction, costs, size)


def _exit_leg(legs: PairLegs, book: PositionBook, back: Premium | None, *, is_home: bool) -> Leg:
    half = legs.home if is_home else legs.foreign
    seen: Executable | None = None
    if back is not None:
        seen = back.home if is_home else back.foreign
    price = seen.price if seen is not None else _price(half, book, is_home=is_home)
    entry = entry_leg(book.position, is_home=is_home)
    return Leg(entry.side.opposite, sellable(book, is_home=is_home), price)


def go_on_exiting(state: State, legs: PairLegs, book: PositionBook, now: datetime) -> None:
    """Nothing is live and the legs are level: send both again, or end where nothing can be traded any more."""
    if not can_close(legs, book):
        end_position(state, legs, book)
        return
    if book.exit_at is not None and now < book.exit_at:
        return
    cause = _why_no_exit(state, legs, now)
    if cause is None:
        cause = _send_exit(state, legs, book, now)
    if cause is not None and (book.exit_cause is None or cause.template != book.exit_cause.template):
        book.exit_cause = cause
        state.say(legs.home, say(pair_phrases.PAIR_EXIT_WAITS, number=book.position.number, cause=cause), Level.LOOK)


def _why_no_exit(state: State, legs: PairLegs, now: datetime) -> Sentence | None:
    for half in legs.both:
        if (cause := leg_trouble(state, half) or backed_off(half, now)) is not None:
            return cause
    return None


def _send_exit(state: State, legs: PairLegs, book: PositionBook, now: datetime) -> Sentence | None:
    """Both legs at once; or the home leg at rest, which is hedged as it fills. Returns why not."""
    book.is_resting = book.rests > 0
    planned: list[Planned] = []
    for half, is_home in ((legs.home, True), (legs.foreign, False)):
        assert half.market is not None
        side = entry_leg(book.position, is_home=is_home).side.opposite
        rules = half.market.instrument.rules
        quantity = rules.floor_size(sellable(book, is_home=is_home))
        if rules.max_quantity is not None:
            quantity = min(quantity, rules.max_quantity)
        if book.is_resting and not is_home:
            continue
        price = (
            resting_price(half, side)
            if book.is_resting
            else taking_price(half, side, quantity, legs.config.max_slippage_pct, book.exit_tries)
        )
        if price is None:
            return say(pair_phrases.WAITS_NO_PRICE, symbol=half.bot.symbol, venue=half.bot.venue)
        planned.append(Planned(half, side, price, quantity, is_closing=True, rests=book.is_resting))
    if not book.is_resting:
        pause_s = min(EXIT_PAUSE_S * 2 ** min(book.exit_tries, 10), EXIT_LONGEST_S)
        book.exit_at = now + timedelta(seconds=pause_s)
    if (denied := send(state, book, planned, now)) is not None:
        leg_refused(state, *denied)
        return denied[1]
    if book.is_resting:
        book.rests -= 1
    else:
        book.exit_tries += 1
    book.exit_cause = None
    return None


def end_position(state: State, legs: PairLegs, book: PositionBook) -> None:
    """The position has ended; what is too little to be traded stays on the books of its half."""
    prices = (_price(legs.home, book, is_home=True), _price(legs.foreign, book, is_home=False))
    for half, is_home in ((legs.home, True), (legs.foreign, False)):
        left = sellable(book, is_home=is_home)
        if left and half.market is not None:
            sentence = say(
                pair_phrases.PAIR_DUST,
                number=book.position.number,
                quantity=left,
                base=half.market.instrument.base,
                venue=half.bot.venue,
            )
            state.say(legs.home, sentence)
    close_position(state, legs, book, prices)
