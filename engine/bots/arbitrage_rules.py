"""Whether a two-leg bot may be started, and what it would do: one answer for window, shell and kernel."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from math import lcm

from engine.bots.arbitrage import Sight, bound_price, costs_of, directions_of, entry_sides, pair_of, premium_of
from engine.domain import pair_phrases, phrases
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.bot import Account
from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind, VenueRules
from engine.domain.margin import allowed_value, margin_of
from engine.domain.money import HUNDRED, ONE, ZERO, decimals_of, floor_to, is_multiple
from engine.domain.order import Side
from engine.domain.premium import Pair, Premium
from engine.domain.sentences import Refusal, say

POSITIVE = (
    "size", "max_value", "min_depth", "max_slippage_pct", "max_book_age_s", "max_fx_age_s", "leg_timeout_s",
    "max_imbalance_s",
)  # fmt: skip
NOT_NEGATIVE = ("entry_step_pct", "cooldown_s", "max_imbalance_value", "hold_days")
#: What is taken for a dollar where a rate is named after the dollar.
DOLLARS = frozenset({"USD", "USDT", "USDC", "FDUSD"})


@dataclass(frozen=True, slots=True)
class Means:
    """What is free on both accounts for the bot; None is not known, and not checked."""

    home_quote: Decimal | None = None
    home_base: Decimal | None = None
    foreign_quote: Decimal | None = None
    foreign_base: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ArbitragePreview:
    """What a two-leg bot would do. When `refusals` is not empty the numbers are those that could be worked out.

    `increment` is the step of sizes that both venues take, in base. `value` is one position's at home, in the home
    quote, None without a price. `round_trip_pct` is what is left of an entry at `entry_pct` and an exit at `exit_pct`
    after the exit's fees of `exit_fees_pct`. `premiums` are of the directions it may enter, as they are now.
    """

    refusals: tuple[Refusal, ...]
    pair: Pair
    increment: Decimal
    round_trip_pct: Decimal
    exit_fees_pct: Decimal
    value: Decimal | None = None
    premiums: tuple[Premium, ...] = ()


def preview(
    config: ArbitrageConfig,
    home: tuple[Account, Instrument],
    foreign: tuple[Account, Instrument],
    sight: Sight | None = None,
    means: Means | None = None,
) -> ArbitragePreview:
    """Check settings and work out what they come to. Without `sight` or `means` what needs them is left out."""
    at_home, abroad = home[1], foreign[1]
    pair = pair_of(config, at_home, abroad)
    refusals = list(_shape_refusals(config))
    shape_is_good = not refusals
    refusals += _place_refusals(home, foreign)
    refusals += _rate_refusals(config, pair)
    increment = common_increment(at_home.rules.size_increment, abroad.rules.size_increment)
    fees = (at_home.rules.taker_fee + abroad.rules.taker_fee) * HUNDRED
    round_trip = config.entry_pct - config.exit_pct - fees if shape_is_good else ZERO
    if not shape_is_good:
        return ArbitragePreview(tuple(refusals), pair, increment, round_trip, fees)
    if round_trip <= 0:
        sentence = say(
            pair_phrases.PAIR_LOSES, entry=config.entry_pct, exit=config.exit_pct, fees=fees, result=round_trip
        )
        refusals.append(Refusal("exit_pct", sentence))
    refusals += _increment_refusals(config, increment)
    premiums = _premiums(config, pair, at_home, abroad, sight)
    value = premiums[0].home.price * config.size if premiums else None
    if premiums:
        refusals += _size_refusals(config, at_home, abroad, premiums[0])
    if premiums and not refusals and means is not None:
        refusals += _money_refusals(config, home, foreign, premiums, means)
    return ArbitragePreview(tuple(refusals), pair, increment, round_trip, fees, value, premiums)


def common_increment(first: Decimal, second: Decimal) -> Decimal:
    """The smallest step that is a multiple of both."""
    scale = Decimal(10) ** max(decimals_of(first), decimals_of(second))
    return Decimal(lcm(int(first * scale), int(second * scale))) / scale


def _shape_refusals(config: ArbitrageConfig) -> Iterator[Refusal]:
    numbers = {each.name: getattr(config, each.name) for each in fields(config)}
    for name, value in numbers.items():
        if not isinstance(value, Decimal):
            continue
        if not value.is_finite():
            yield Refusal(name, say(phrases.NOT_A_NUMBER))
        elif name in POSITIVE and value <= 0:
            yield Refusal(name, say(pair_phrases.PAIR_RANGE_POSITIVE, value=value))
        elif name in NOT_NEGATIVE and value < 0:
            yield Refusal(name, say(pair_phrases.PAIR_RANGE_NEGATIVE, value=value))
    for name in ("max_positions", "confirmations"):
        if numbers[name] < 1:
            yield Refusal(name, say(pair_phrases.PAIR_COUNT, minimum=1, count=numbers[name]))


def _place_refusals(home: tuple[Account, Instrument], foreign: tuple[Account, Instrument]) -> Iterator[Refusal]:
    """The two accounts and their instruments must go together."""
    (here, at_home), (there, abroad) = home, foreign
    if here.account_id == there.account_id:
        yield Refusal("hedge_account_id", say(pair_phrases.PAIR_SAME_ACCOUNT, account=here.name))
        return
    if here.mode is not there.mode:
        sentence = say(
            pair_phrases.PAIR_MONEY_DIFFERS,
            home=here.name,
            home_mode=here.mode.value,
            foreign=there.name,
            foreign_mode=there.mode.value,
        )
        yield Refusal("hedge_account_id", sentence)
    if at_home.base != abroad.base:
        sentence = say(
            pair_phrases.PAIR_BASE_DIFFERS,
            home=at_home.symbol,
            foreign=abroad.symbol,
            home_base=at_home.base,
            foreign_base=abroad.base,
        )
        yield Refusal("hedge_symbol", sentence)
    if at_home.kind is not InstrumentKind.SPOT:
        yield Refusal("symbol", say(pair_phrases.PAIR_HOME_PERP, symbol=at_home.symbol))
    if abroad.is_hedged:
        yield Refusal("hedge_account_id", say(pair_phrases.PAIR_HEDGE_MODE, account=there.name))


def _rate_refusals(config: ArbitrageConfig, pair: Pair) -> Iterator[Refusal]:
    home, foreign = pair.home_quote, pair.foreign_quote
    if home == foreign:
        if config.fx_pair:
            yield Refusal("fx_pair", say(pair_phrases.PAIR_RATE_IDLE, quote=home))
        return
    if not config.fx_pair:
        yield Refusal("fx_pair", say(pair_phrases.PAIR_NO_RATE, foreign_quote=foreign, home_quote=home))
        return
    named = config.fx_pair.removesuffix(home)
    if named == config.fx_pair or not (named == foreign or {named, foreign} <= DOLLARS):
        sentence = say(
            pair_phrases.PAIR_RATE_UNFIT,
            fx_pair=config.fx_pair,
            foreign_quote=foreign,
            home_quote=home,
            wanted=f"{foreign}{home}",
        )
        yield Refusal("fx_pair", sentence)
    if not config.fx_source:
        yield Refusal("fx_source", say(pair_phrases.PAIR_NO_SOURCE, fx_pair=config.fx_pair))


def _increment_refusals(config: ArbitrageConfig, increment: Decimal) -> Iterator[Refusal]:
    if not is_multiple(config.size, increment):
        nearest = max(floor_to(config.size, increment), increment)
        sentence = say(pair_phrases.PAIR_SIZE_INCREMENT, size=config.size, increment=increment, nearest=nearest)
        yield Refusal("size", sentence)


def _premiums(
    config: ArbitrageConfig, pair: Pair, home: Instrument, foreign: Instrument, sight: Sight | None
) -> tuple[Premium, ...]:
    if sight is None:
        return ()
    costs = costs_of(config, home.rules, foreign.rules)
    found = (premium_of(config, pair, sight, each, costs, config.size) for each in directions_of(config.ways))
    return tuple(each for each in found if each is not None)


def _size_refusals(
    config: ArbitrageConfig, home: Instrument, foreign: Instrument, premium: Premium
) -> Iterator[Refusal]:
    """One position must be an order that both venues take, and all of them no more than is allowed."""
    for instrument, price in ((home, premium.home.price), (foreign, premium.foreign.price)):
        rules = instrument.rules
        # A leg may be sold a little lower than where it was bought, and must be an order still.
        low = price * (ONE - 2 * config.max_slippage_pct / HUNDRED)
        if low > 0 and not rules.is_tradable(config.size, low):
            sentence = say(
                pair_phrases.PAIR_SIZE_SMALL,
                size=config.size,
                price=low,
                venue=instrument.venue,
                smallest=rules.smallest_tradable(low),
            )
            yield Refusal("size", sentence)
        if rules.max_quantity is not None and config.size > rules.max_quantity:
            sentence = say(
                pair_phrases.PAIR_SIZE_LARGE, size=config.size, venue=instrument.venue, maximum=rules.max_quantity
            )
            yield Refusal("size", sentence)
    value = premium.home.price * config.size
    if config.max_value is not None and value > config.max_value:
        sentence = say(pair_phrases.PAIR_VALUE_SMALL, value=value, maximum=config.max_value)
        yield Refusal("max_value", sentence)
    if foreign.kind is InstrumentKind.PERP:
        allowed, whole = allowed_value(foreign.rules), premium.foreign.price * config.size * config.max_positions
        if allowed is not None and whole > allowed:
            sentence = say(
                pair_phrases.PAIR_BRACKET,
                leverage=foreign.rules.leverage,
                venue=foreign.venue,
                allowed=allowed,
                value=whole,
            )
            yield Refusal("size", sentence)


def _money_refusals(
    config: ArbitrageConfig,
    home: tuple[Account, Instrument],
    foreign: tuple[Account, Instrument],
    premiums: tuple[Premium, ...],
    means: Means,
) -> list[Refusal]:
    """What one position needs, in a direction at least that the bot may enter."""
    first: list[Refusal] = []
    for premium in premiums:
        sides = entry_sides(premium.direction)
        found = [
            _lacking("size", config, *home, sides[0], premium.home.price, means.home_quote, means.home_base),
            _lacking(
                "hedge_account_id", config, *foreign, sides[1], premium.foreign.price, means.foreign_quote,
                means.foreign_base,
            ),
        ]  # fmt: skip
        lacking = [refusal for refusal in found if refusal is not None]
        if not lacking:
            return []
        first = first or lacking
    return first


def _lacking(
    field: str,
    config: ArbitrageConfig,
    account: Account,
    instrument: Instrument,
    side: Side,
    price: Decimal,
    quote: Decimal | None,
    base: Decimal | None,
) -> Refusal | None:
    asset, needed = needed_for(config, instrument, side, price)
    free = base if asset == instrument.base else quote
    if free is None or needed <= free:
        return None
    sentence = say(pair_phrases.PAIR_MONEY, needed=needed, asset=asset, account=account.name, free=max(free, ZERO))
    return Refusal(field, sentence)


def needed_for(config: ArbitrageConfig, instrument: Instrument, side: Side, price: Decimal) -> tuple[str, Decimal]:
    """(asset, amount) that a leg of an entry holds back: base of a spot sale, else money or margin with the fee."""
    rules: VenueRules = instrument.rules
    is_perp = instrument.kind is InstrumentKind.PERP
    if side is Side.SELL and not is_perp:
        return instrument.base, config.size
    value = max(bound_price(side, price, config.max_slippage_pct, rules), price) * config.size
    fee = rules.fee(value, rules.taker_fee)
    if is_perp:
        return instrument.quote, margin_of(value, rules) + max(fee, ZERO)
    return instrument.quote, value if rules.fee_asset is FeeAsset.RECEIVED else value + fee
