"""Legs that differ: for how long and by how much they may, and what brings them together again.

There are two ways: the leg that lacks is sent again, or the other one is taken back. The settings say which is taken
first; when it is refused again and again, or its venue takes nothing, the other one is. Nothing is sent on a leg of
which an order has not ended, and nothing is ever given up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.bots.arbitrage import age_s, whole_seconds
from engine.domain import pair_phrases
from engine.domain.arbitrage import ImbalancePolicy, PairStage
from engine.domain.messages import Level
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.domain.sentences import Sentence, say
from engine.kernel.books import BotBook
from engine.kernel.pair_books import PairLegs, PositionBook, base_fee, entry_leg, held, is_in_own_time, middle_of
from engine.kernel.pair_orders import (
    Planned,
    backed_off,
    is_tradable,
    leg_trouble,
    send,
    taking_price,
    uncertain,
)
from engine.kernel.retries import leg_refused
from engine.kernel.state import State

#: After so many refusals in a row on one leg the other way is tried.
SWITCH_AFTER = 3
#: So many orders in a row that did not level the legs are sent one way, then as many the other way.
TRIES_A_WAY = 4
#: So many times the seconds of the budget a venue that takes nothing is waited for before the other way is tried.
PATIENCE = 2
ALARM_FIRST_S = 10
ALARM_LONGEST_S = 600


@dataclass(frozen=True, slots=True)
class Way:
    """One order that would bring the legs together. `takes_back` reduces the leg that has more."""

    book: BotBook
    side: Side
    quantity: Decimal
    takes_back: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Legs that differ by `quantity` base, worth `value` at home; `signed` is positive where the home leg has more.

    `raising` sends the leg that has less again, `lowering` takes the other back; None where its venue's smallest order
    is larger than that.
    """

    quantity: Decimal
    signed: Decimal
    value: Decimal
    raising: Way | None
    lowering: Way | None


def gap_of(legs: PairLegs, book: PositionBook) -> Gap | None:
    """By how much the legs differ, None where no order could change it.

    Base that fees took at the entry is no difference: nobody can sell it.
    """
    position = book.position
    at_home, abroad = held(position, is_home=True), held(position, is_home=False)
    signed = at_home - abroad
    excess = abs(signed) - base_fee(position, is_home=True) - base_fee(position, is_home=False)
    if not signed or excess <= 0:
        return None
    home_has_more = signed > 0
    more, less = (legs.home, legs.foreign) if home_has_more else (legs.foreign, legs.home)
    has, lacks = (at_home, abroad) if home_has_more else (abroad, at_home)
    raising = _way(book, less, min(abs(signed), position.size - lacks), is_home=not home_has_more, takes_back=False)
    there = has - base_fee(position, is_home=home_has_more)
    lowering = _way(book, more, min(abs(signed), there), is_home=home_has_more, takes_back=True)
    if raising is None and lowering is None:
        return None
    price = middle_of(legs.home) or position.entry.home.theoretical_price
    return Gap(abs(signed), signed, excess * price, raising, lowering)


def _way(position: PositionBook, book: BotBook, quantity: Decimal, *, is_home: bool, takes_back: bool) -> Way | None:
    entry = entry_leg(position.position, is_home=is_home)
    price = middle_of(book) or entry.theoretical_price
    if book.market is None or quantity <= 0 or not is_tradable(book, quantity, price):
        return None
    side = entry.side.opposite if takes_back else entry.side
    return Way(book, side, book.market.instrument.rules.floor_size(quantity), takes_back)


def note(state: State, legs: PairLegs, book: PositionBook, gap: Gap | None, now: datetime) -> None:
    """Remember since when the legs differ; when they are level again, what was tried is forgotten.

    They differ since the fill that made them differ, which may be told late: no desk may have been there to hear of it.
    """
    since = book.position.imbalance_since
    if gap is None:
        book.filled_at = None
    if gap is not None and since is None:
        began = book.filled_at if book.filled_at is not None and not is_in_own_time(legs) else now
        book.put(imbalance_since=min(now, began))
    elif gap is None and since is not None:
        book.put(imbalance_since=None)
        if book.alarms:
            state.say(legs.home, say(pair_phrases.PAIR_LEVEL_AGAIN, number=book.position.number), Level.LOOK)
        book.tries = book.alarms = 0
        book.alarm_at = None


def mend(state: State, legs: PairLegs, book: PositionBook, gap: Gap, now: datetime) -> None:
    """Beyond the budget, do what brings the legs together, or say why nothing can be done now."""
    config, position = legs.config, book.position
    since = position.imbalance_since or now
    age = age_s(now, since)
    is_over = gap.value > config.max_imbalance_value or age >= config.max_imbalance_s
    if not (is_over or book.is_resting or position.stage is PairStage.UNWINDING):
        return
    cause = _act(state, legs, book, gap, age, now)
    if age >= PATIENCE * config.max_imbalance_s:
        _alarm(state, legs, book, gap, cause, age, now)


def _act(state: State, legs: PairLegs, book: PositionBook, gap: Gap, age: Decimal, now: datetime) -> Sentence | None:
    """Send an order on the way that is right now; returns why none could be."""
    first, second = _ways(legs, book, gap)
    causes: list[Sentence] = []
    if first is not None:
        cause, is_final = _why_not(state, legs, book, first, age, now)
        if cause is None:
            return _send(state, legs, book, gap, first, now)
        causes.append(cause)
        if not is_final:
            return cause
    if second is not None:
        cause, _ = _why_not(state, legs, book, second, age, now)
        if cause is None:
            return _send(state, legs, book, gap, second, now)
        causes.append(cause)
    return causes[0] if causes else None


def _ways(legs: PairLegs, book: PositionBook, gap: Gap) -> tuple[Way | None, Way | None]:
    """The way of the settings first; the other one after too many refusals of it."""
    completes = legs.config.policy is ImbalancePolicy.COMPLETE
    match book.position.stage:
        case PairStage.UNWINDING:
            raises = False
        case PairStage.EXITING:
            raises = not completes
        case _:
            raises = completes or book.is_resting
    first, second = (gap.raising, gap.lowering) if raises else (gap.lowering, gap.raising)
    if first is None:
        return second, None
    is_refused = second is not None and first.book.rejects >= SWITCH_AFTER and second.book.rejects < first.book.rejects
    is_unfilled = book.tries // TRIES_A_WAY % 2 == 1
    return (second, first) if is_refused or (is_unfilled and second is not None) else (first, second)


def _why_not(
    state: State, legs: PairLegs, book: PositionBook, way: Way, age: Decimal, now: datetime
) -> tuple[Sentence | None, bool]:
    """Why an order cannot be sent this way now, and whether the other way is to be tried instead."""
    number = book.position.number
    if (cause := uncertain(way.book, number)) is not None:
        return cause, False
    if _goes_back(book, way) and (cause := uncertain(legs.other(way.book), number)) is not None:
        return cause, False  # what lacks may be on its way: it has its time, and is called off after it
    is_late = age >= PATIENCE * legs.config.max_imbalance_s
    if (cause := leg_trouble(state, way.book)) is not None:
        # One that has just connected has its first price in a moment.
        return cause, is_late and cause.template != pair_phrases.WAITS_NO_PRICE
    if (cause := backed_off(way.book, now)) is not None:
        return cause, is_late or way.book.rejects >= SWITCH_AFTER
    return None, False


def _goes_back(book: PositionBook, way: Way) -> bool:
    """Whether it undoes what the position is about, so that the other leg must not move meanwhile."""
    return way.takes_back is not (book.position.stage is PairStage.EXITING)


def _send(state: State, legs: PairLegs, book: PositionBook, gap: Gap, way: Way, now: datetime) -> Sentence | None:
    price = taking_price(way.book, way.side, way.quantity, legs.config.max_slippage_pct, book.tries)
    if price is None:
        return say(pair_phrases.WAITS_NO_PRICE, symbol=way.book.bot.symbol, venue=way.book.bot.venue)
    planned = Planned(way.book, way.side, price, way.quantity, is_closing=way.takes_back)
    if (denied := send(state, book, [planned], now)) is not None:
        leg_refused(state, way.book, denied[1])
        return denied[1]
    book.tries += 1
    if way.takes_back and book.position.stage is PairStage.ENTERING:
        book.put(stage=PairStage.UNWINDING)
    if book.is_resting and not way.takes_back:
        return None  # hedging what rests is its usual way
    assert legs.home.market is not None
    template = pair_phrases.PAIR_UNWINDS if _goes_back(book, way) else pair_phrases.PAIR_COMPLETES
    base = legs.home.market.instrument.base
    sentence = say(template, number=book.position.number, quantity=gap.quantity, base=base, venue=way.book.bot.venue)
    state.say(legs.home, sentence, Level.LOOK)
    return None


def _alarm(
    state: State, legs: PairLegs, book: PositionBook, gap: Gap, cause: Sentence | None, age: Decimal, now: datetime
) -> None:
    """Tell a person, at once and then later and later, for as long as the legs differ."""
    if book.alarm_at is not None and now < book.alarm_at:
        return
    market = legs.home.market
    assert market is not None
    book.alarm_at = now + timedelta(seconds=min(ALARM_FIRST_S * 2 ** min(book.alarms, 10), ALARM_LONGEST_S))
    book.alarms += 1
    sentence = say(
        pair_phrases.PAIR_HALF_HEDGED,
        number=book.position.number,
        quantity=gap.quantity,
        base=market.instrument.base,
        value=gap.value,
        quote=market.instrument.quote,
        seconds=whole_seconds(age),
        cause=cause or say(pair_phrases.PAIR_TRYING),
    )
    state.say(legs.home, sentence, Level.ERROR)


def tell_apart(state: State, home: BotBook, book: PositionBook, cause: Sentence, now: datetime) -> None:
    """A position whose other leg is on another desk, and which is not level as far as it is known here."""
    position, market = book.position, home.market
    differs = abs(held(position, is_home=True) - held(position, is_home=False))
    if not differs or market is None or (book.alarm_at is not None and now < book.alarm_at):
        return
    gap = Gap(differs, differs, differs * (middle_of(home) or position.entry.home.theoretical_price), None, None)
    age = age_s(now, position.imbalance_since or position.entry.decided_at)
    _alarm(state, PairLegs(home, home), book, gap, cause, age, now)


def sellable(position: PositionBook, *, is_home: bool) -> Decimal:
    """What of a leg can be taken back: all that stands, less what fees took of the base that was bought."""
    return max(held(position.position, is_home=is_home) - base_fee(position.position, is_home=is_home), ZERO)
