"""What a two-leg bot decides: what a direction would bring now, whether to enter, whether to close, and why not.

Pure functions over frozen values; the kernel owns the state and carries the decisions out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from engine.domain import pair_phrases
from engine.domain.arbitrage import ArbitrageConfig, LegStyle, TwoLegPosition, Ways
from engine.domain.instrument import Instrument, VenueRules
from engine.domain.market import FxRate, OrderBook
from engine.domain.money import HUNDRED, ONE, ZERO
from engine.domain.order import Side
from engine.domain.premium import Costs, Direction, Executable, Levels, Pair, Premium, executable, net_pct, premium_pct
from engine.domain.sentences import Sentence, say

SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of both markets at an instant. `rate` None where none was told, or none is needed.

    `home_now`, `foreign_now` and `rate_now` are the same instant on the clock by which each was stamped, None where
    that clock is the one of `now`.
    """

    now: datetime
    home: OrderBook | None
    foreign: OrderBook | None
    rate: FxRate | None
    home_now: datetime | None = None
    foreign_now: datetime | None = None
    rate_now: datetime | None = None


def pair_of(config: ArbitrageConfig, home: Instrument, foreign: Instrument) -> Pair:
    return Pair(home.venue, home.symbol, foreign.venue, foreign.symbol, config.fx_pair)


def directions_of(ways: Ways) -> tuple[Direction, ...]:
    """In which directions a bot may enter."""
    match ways:
        case Ways.SELL_HOME:
            return (Direction.SELL_HOME,)
        case Ways.BUY_HOME:
            return (Direction.BUY_HOME,)
        case Ways.BOTH:
            return (Direction.SELL_HOME, Direction.BUY_HOME)


def entry_sides(direction: Direction) -> tuple[Side, Side]:
    """What an entry does at home and abroad."""
    return (Side.SELL, Side.BUY) if direction is Direction.SELL_HOME else (Side.BUY, Side.SELL)


def costs_of(config: ArbitrageConfig, home: VenueRules, foreign: VenueRules, daily_funding: Decimal = ZERO) -> Costs:
    """The fees of an entry in the bot's style; `daily_funding` is what a long abroad pays a day as a fraction."""
    home_fee = home.maker_fee if config.style is LegStyle.MAKER_TAKER else home.taker_fee
    return Costs(home_fee, foreign.taker_fee, daily_funding, config.hold_days)


def taken(book: OrderBook, side: Side) -> Levels:
    """The side of a book that an order of `side` takes."""
    return book.asks if side is Side.BUY else book.bids


def is_blind(config: ArbitrageConfig, pair: Pair, sight: Sight) -> Sentence | None:
    """Why nothing can be decided on these inputs: a book or a rate that is missing or too old."""
    for venue, symbol, book, now in (
        (pair.home_venue, pair.home_symbol, sight.home, sight.home_now or sight.now),
        (pair.foreign_venue, pair.foreign_symbol, sight.foreign, sight.foreign_now or sight.now),
    ):
        if book is None or not book.bids or not book.asks:
            return say(pair_phrases.WAITS_NO_BOOK, symbol=symbol, venue=venue)
        if (age := age_s(now, book.at)) > config.max_book_age_s:
            return say(
                pair_phrases.WAITS_OLD_BOOK, symbol=symbol, venue=venue, age=_short(age), most=config.max_book_age_s
            )
    if not config.fx_pair:
        return None
    if sight.rate is None:
        return say(pair_phrases.WAITS_NO_FX, fx_pair=config.fx_pair, source=config.fx_source)
    if (age := age_s(sight.rate_now or sight.now, sight.rate.at)) > config.max_fx_age_s:
        return say(
            pair_phrases.WAITS_OLD_FX,
            fx_pair=config.fx_pair,
            source=config.fx_source,
            age=_short(age),
            most=config.max_fx_age_s,
        )
    return None


def age_s(now: datetime, at: datetime) -> Decimal:
    """How old something is; 0 where a venue's clock is ahead of ours."""
    return max(Decimal(str((now - at).total_seconds())), ZERO)


def premium_of(
    config: ArbitrageConfig, pair: Pair, sight: Sight, direction: Direction, costs: Costs, size: Decimal
) -> Premium | None:
    """What an entry of `size` in a direction would bring now; None where a book is missing or too thin for it.

    A home leg that rests (MAKER_TAKER) gets the best price of its own side.
    """
    if sight.home is None or sight.foreign is None or (config.fx_pair and sight.rate is None):
        return None
    home_side, foreign_side = entry_sides(direction)
    if config.style is LegStyle.MAKER_TAKER:
        own = taken(sight.home, home_side.opposite)
        home = Executable(own[0][0], own[0][0], own[0][0]) if own else None
    else:
        home = executable(taken(sight.home, home_side), size)
    foreign = executable(taken(sight.foreign, foreign_side), size)
    if home is None or foreign is None:
        return None
    rate = sight.rate.rate if config.fx_pair and sight.rate is not None else ONE
    premium = premium_pct(home.price, foreign.price, rate)
    return Premium(
        pair=pair,
        direction=direction,
        size=size,
        home=home,
        foreign=foreign,
        foreign_price_home=foreign.price * rate,
        rate=sight.rate if config.fx_pair else None,
        premium_pct=premium,
        net_pct=net_pct(direction, home.price, foreign.price, rate, costs),
        fees_pct=(costs.home_fee * (ONE + premium / HUNDRED) + costs.foreign_fee) * HUNDRED,
        slippage_pct=home.slippage_pct + foreign.slippage_pct,
        funding_pct=costs.funding_pct(direction),
        home_at=sight.home.at,
        foreign_at=sight.foreign.at,
    )


def resting_net_pct(
    config: ArbitrageConfig, sight: Sight, direction: Direction, costs: Costs, price: Decimal, quantity: Decimal
) -> Decimal | None:
    """What an entry would bring whose home leg fills at a price, and is hedged abroad now; None where it cannot be."""
    if sight.foreign is None or (config.fx_pair and sight.rate is None):
        return None
    foreign = executable(taken(sight.foreign, entry_sides(direction)[1]), quantity)
    if foreign is None:
        return None
    rate = sight.rate.rate if config.fx_pair and sight.rate is not None else ONE
    return net_pct(direction, price, foreign.price, rate, costs)


def wanted_pct(config: ArbitrageConfig, open_count: int) -> Decimal:
    """What the next entry must bring, with so many positions open."""
    return config.entry_pct + open_count * config.entry_step_pct


def why_not_enter(config: ArbitrageConfig, premium: Premium, positions: Sequence[TwoLegPosition]) -> Sentence | None:
    """Why this premium is no entry: the positions that are open, their value, the threshold."""
    if any(position.direction is not premium.direction for position in positions):
        return say(pair_phrases.WAITS_OPPOSITE)
    if len(positions) >= config.max_positions:
        return say(pair_phrases.WAITS_FULL, count=config.max_positions)
    if config.max_value is not None:
        value = sum((position.entry.home.value for position in positions), premium.size * premium.home.price)
        if value > config.max_value:
            return say(pair_phrases.WAITS_VALUE, value=value, maximum=config.max_value)
    wanted = wanted_pct(config, len(positions))
    if premium.net_pct < wanted:
        return say(pair_phrases.WAITS_PREMIUM, net=_short(premium.net_pct), wanted=wanted)
    return None


def too_thin(config: ArbitrageConfig, pair: Pair, sight: Sight, direction: Direction) -> Sentence | None:
    """That a book holds too little of what an entry would take, near its best level."""
    needed = config.size * max(config.min_depth, ONE)
    sides = entry_sides(direction)
    for venue, book, side in (
        (pair.home_venue, sight.home, sides[0]),
        (pair.foreign_venue, sight.foreign, sides[1]),
    ):
        found = depth_within(taken(book, side), config.max_slippage_pct) if book is not None else ZERO
        if found < needed:
            return say(
                pair_phrases.WAITS_THIN,
                venue=venue,
                found=found,
                base=pair.base,
                percent=config.max_slippage_pct,
                needed=needed,
            )
    return None


def depth_within(levels: Levels, percent: Decimal) -> Decimal:
    """The base on one side of a book within `percent` of its best level."""
    if not levels:
        return ZERO
    top = levels[0][0]
    reach = top * percent / HUNDRED
    return sum((quantity for price, quantity in levels if abs(price - top) <= reach), ZERO)


def closing_pct(
    config: ArbitrageConfig, pair: Pair, sight: Sight, direction: Direction, size: Decimal
) -> Decimal | None:
    """The premium at which a position of this direction could be closed now: of the way back, before fees."""
    free = Costs(ZERO, ZERO)
    back = premium_of(config, pair, sight, direction.opposite, free, size)
    return back.premium_pct if back is not None else None


def is_exit(config: ArbitrageConfig, direction: Direction, premium: Decimal) -> bool:
    """Whether a position of this direction is closed at the premium of its way back."""
    return premium <= config.exit_pct if direction is Direction.SELL_HOME else premium >= -config.exit_pct


def bound_price(side: Side, price: Decimal, slippage_pct: Decimal, rules: VenueRules) -> Decimal:
    """The limit of an order that may trade up to `slippage_pct` behind a price, on the venue's increment."""
    if side is Side.BUY:
        return rules.price_below(price * (ONE + slippage_pct / HUNDRED))
    return rules.price_above(price * (ONE - slippage_pct / HUNDRED))


def _short(value: Decimal) -> Decimal:
    return value.quantize(SHOWN, ROUND_HALF_EVEN)


def whole_seconds(value: Decimal) -> Decimal:
    """Seconds to wait, as people read them."""
    return value.quantize(ONE, ROUND_CEILING)
