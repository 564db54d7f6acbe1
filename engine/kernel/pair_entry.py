"""Whether a two-leg bot enters now, and why not."""

from datetime import datetime, timedelta
from decimal import Decimal

from engine.bots.arbitrage import (
    bound_price,
    directions_of,
    entry_sides,
    is_blind,
    premium_of,
    too_thin,
    whole_seconds,
    why_not_enter,
)
from engine.bots.arbitrage_rules import needed_for
from engine.domain import pair_phrases
from engine.domain.arbitrage import Leg, Legs, LegStyle, PairStage, TwoLegPosition
from engine.domain.bot import BotState
from engine.domain.messages import Level
from engine.domain.money import ZERO
from engine.domain.premium import Direction, Premium
from engine.domain.sentences import Sentence, say
from engine.kernel.books import BotBook
from engine.kernel.claims import free_base_for, free_of, free_quote_for
from engine.kernel.holds import needs_confirmation
from engine.kernel.pair_books import PairBook, PairLegs, PositionBook, is_under_way
from engine.kernel.pair_orders import Planned, backed_off, leg_trouble, send, why_it_stands
from engine.kernel.pair_sight import costs_now, names_of, sight_of
from engine.kernel.retries import leg_refused
from engine.kernel.state import State

#: After entries that came to nothing the next one waits longer each time, from twice this or the cool-down on.
FIRST_PAUSE_S, LONGEST_PAUSE_S = Decimal(10), Decimal(3600)
#: So many in a row are told as trouble.
TOO_MANY = 3
SHOWN = Decimal("0.0001")
STATE_WORDS = {
    BotState.STOPPED: pair_phrases.WAITS_STOPPED,
    BotState.PAUSED: pair_phrases.WAITS_PAUSED,
    BotState.STOPPING: pair_phrases.WAITS_STOPPING,
    BotState.WAITING: pair_phrases.WAITS_CONFIRMATION,
}


def consider_entry(state: State, pair: PairBook, legs: PairLegs, now: datetime) -> None:
    """Enter where a direction has been worth it often enough in a row; else `pair.waits` says why not."""
    cause = why_no_entry(state, pair, legs, now)
    if cause is not None:
        pair.seen.clear()
        pair.waits = cause
        return
    chosen, cause = _chosen(state, pair, legs, now)
    if chosen is None:
        pair.waits = cause
        return
    pair.waits = _short_of_money(state, legs, chosen) or _enter(state, pair, legs, chosen, now)


def why_no_entry(state: State, pair: PairBook, legs: PairLegs, now: datetime) -> Sentence | None:
    """Why no premium whatever would be entered now."""
    for half in legs.both:
        if half.bot.state is BotState.ERROR:
            return why_it_stands(half)
    if (words := STATE_WORDS.get(legs.home.bot.state)) is not None:
        return say(words)
    if any(needs_confirmation(half) for half in legs.both):
        return say(pair_phrases.WAITS_CONFIRMATION)
    for half in legs.both:
        if (cause := leg_trouble(state, half) or _closed_market(half)) is not None:
            return cause
    if (cause := is_blind(legs.config, names_of(legs), sight_of(state, legs, now))) is not None:
        return cause
    for half in legs.both:
        if (cause := backed_off(half, now)) is not None:
            return cause
    for number, position in sorted(pair.positions.items()):
        if is_under_way(position.position) or position.position.imbalance_since is not None:
            return say(pair_phrases.WAITS_UNDER_WAY, number=number)
    if pair.entry_at is not None and now < pair.entry_at:
        seconds = Decimal(str((pair.entry_at - now).total_seconds()))
        return say(pair_phrases.WAITS_COOLDOWN, seconds=whole_seconds(seconds))
    return None


def _closed_market(half: BotBook) -> Sentence | None:
    """What its exchange says of the instrument that speaks against an entry: exits go on."""
    market = half.market
    status = market.status if market is not None else None
    if market is None or status is None:
        return None
    venue, symbol = half.bot.venue, half.bot.symbol
    if status.is_delisting:
        return say(pair_phrases.WAITS_DELISTING, venue=venue, symbol=symbol, notice=status.notice)
    if status.can_deposit is False or status.can_withdraw is False:
        return say(pair_phrases.WAITS_TRANSFERS, venue=venue, base=market.instrument.base, notice=status.notice)
    return None


def _chosen(state: State, pair: PairBook, legs: PairLegs, now: datetime) -> tuple[Premium | None, Sentence | None]:
    """The direction that brings most of those that were worth an entry often enough in a row; else why none was.

    A look counts once for each time that either book has changed.
    """
    config, sight, names = legs.config, sight_of(state, legs, now), names_of(legs)
    assert sight.home is not None
    assert sight.foreign is not None
    seen_at = (sight.home.at, sight.foreign.at)
    is_news, pair.seen_at = seen_at != pair.seen_at, seen_at
    positions = [each.position for _, each in sorted(pair.positions.items())]
    found: list[Premium] = []
    causes: list[Sentence] = []
    for direction in directions_of(config.ways):
        premium = premium_of(config, names, sight, direction, costs_now(legs), config.size)
        cause = too_thin(config, names, sight, direction)
        if cause is None and premium is not None:
            cause = why_not_enter(config, premium, positions)
        if cause is not None or premium is None:
            pair.seen.pop(direction, None)
            causes += [cause] if cause is not None else []
            continue
        count = pair.seen[direction] = pair.seen.get(direction, 0) + is_news
        if count < config.confirmations:
            causes.append(say(pair_phrases.WAITS_AGAIN, count=count, wanted=config.confirmations))
        else:
            found.append(premium)
    best = max(found, key=lambda each: each.net_pct, default=None)
    return best, causes[0] if causes else None


def _short_of_money(state: State, legs: PairLegs, premium: Premium) -> Sentence | None:
    """What an entry needs on either account and no other bot has a claim on."""
    sides = entry_sides(premium.direction)
    for half, side, price in (
        (legs.home, sides[0], premium.home.price),
        (legs.foreign, sides[1], premium.foreign.price),
    ):
        assert half.market is not None
        asset, needed = needed_for(legs.config, half.market.instrument, side, price)
        is_base = asset == half.market.instrument.base
        assert half.account is not None
        unclaimed = free_base_for(state, half) if is_base else free_quote_for(state, half)
        unreserved = free_of(state, half.account, asset)
        free = None if unclaimed is None or unreserved is None else min(unclaimed, unreserved)
        if free is None or free < needed:
            return say(
                pair_phrases.WAITS_MONEY, needed=needed, asset=asset, account=half.bot.account_id, free=free or ZERO
            )
    return None


def _enter(state: State, pair: PairBook, legs: PairLegs, premium: Premium, now: datetime) -> Sentence | None:
    """Decide the legs of a new position in one step; returns why not, where our own rules say no."""
    config, direction = legs.config, premium.direction
    number = legs.home.bot.generation + 1
    sides = entry_sides(direction)
    rests = config.style is LegStyle.MAKER_TAKER
    entry = Legs(
        Leg(sides[0], config.size, premium.home.price),
        Leg(sides[1], config.size, premium.foreign.price),
        premium.rate,
        premium.premium_pct,
        premium.net_pct,
        now,
    )
    position = PositionBook(
        TwoLegPosition(
            position_id=f"{pair.bot_id}P{number}",
            bot_id=pair.bot_id,
            number=number,
            direction=direction,
            size=config.size,
            stage=PairStage.ENTERING,
            entry=entry,
        ),
        is_changed=True,
        is_resting=rests,
    )
    planned = _planned(legs, premium, rests=rests)
    pair.seen.clear()
    if (denied := send(state, position, planned, now)) is not None:
        leg_refused(state, *denied)
        return denied[1]
    pair.positions[number] = position
    pair.entry_at = now + _seconds(config.cooldown_s)
    legs.home.set_bot(generation=number)
    assert legs.home.market is not None
    template = pair_phrases.PAIR_SELLS if direction is Direction.SELL_HOME else pair_phrases.PAIR_BUYS
    sentence = say(
        template,
        number=number,
        size=config.size,
        base=legs.home.market.instrument.base,
        premium=premium.premium_pct.quantize(SHOWN),
        net=premium.net_pct.quantize(SHOWN),
    )
    state.say(legs.home, sentence)
    return say(pair_phrases.WAITS_UNDER_WAY, number=number)


def _planned(legs: PairLegs, premium: Premium, *, rests: bool) -> list[Planned]:
    found: list[Planned] = []
    sides, slippage = entry_sides(premium.direction), legs.config.max_slippage_pct
    for half, side, price in (
        (legs.home, sides[0], premium.home.price),
        (legs.foreign, sides[1], premium.foreign.price),
    ):
        assert half.market is not None
        if rests and half is legs.foreign:
            continue  # it follows what the home leg fills
        limit = price if rests else bound_price(side, price, slippage, half.market.instrument.rules)
        found.append(Planned(half, side, limit, legs.config.size, is_closing=False, rests=rests))
    return found


def entry_failed(state: State, pair: PairBook, legs: PairLegs, now: datetime) -> None:
    """An entry came to nothing, or was taken back: the next one waits longer each time, and a person is told."""
    pair.failures += 1
    pause_s = min(max(legs.config.cooldown_s, FIRST_PAUSE_S) * 2 ** min(pair.failures, 12), LONGEST_PAUSE_S)
    pair.entry_at = now + _seconds(pause_s)
    if pair.failures == TOO_MANY:
        sentence = say(pair_phrases.PAIR_FAILS, count=pair.failures, seconds=whole_seconds(pause_s))
        state.say(legs.home, sentence, Level.ERROR)


def _seconds(seconds: Decimal) -> timedelta:
    return timedelta(microseconds=int(seconds * 1_000_000))
