"""Whether a grid may be started, and what starting or editing it would do: one answer for window, shell and kernel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from engine.bots.grid_margin import ladder_liquidation, margin_refusals, position_value
from engine.bots.ladder import (
    base_to_hold,
    cycle_profit,
    lines_of,
    resting_rate,
    rungs_of,
    starts_holding,
    unit_costs,
)
from engine.domain import phrases
from engine.domain.grid import GridConfig, Rung, Sizing
from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind, VenueRules
from engine.domain.margin import margin_of
from engine.domain.money import HUNDRED, ONE, ZERO, ceil_to
from engine.domain.order import Order, OrderKind, Side
from engine.domain.sentences import Argument, Refusal, Sentence, say
from engine.domain.views import BotView

MIN_GRIDS = 2
MAX_GRIDS = 1000


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order that starting or editing would send. `price` None is a market order; `rung` -1 belongs to no rung."""

    side: Side
    kind: OrderKind
    price: Decimal | None
    quantity: Decimal
    rung: int


@dataclass(frozen=True, slots=True)
class GridPreview:
    """What a grid would do at `price`. When `refusals` is not empty the numbers are those that could be worked out.

    Profits are of one cycle after both fees, in quote and in percent of its cost. `capital_quote` is all quote the grid
    needs (resting buys with fees, the initial purchase with its fee); `capital_base` is base taken from the account.
    `initial_fee` is in quote (at `price` where the fee is taken in base). Of a PERP capital is margin with fees,
    `position_value` what the whole ladder comes to in quote, and `liquidation_price` where the venue would close it,
    were it bought down to its lowest line with the investment alone behind it; None when no price does that.
    """

    refusals: tuple[Refusal, ...]
    price: Decimal | None
    lines: tuple[Decimal, ...] = ()
    rungs: tuple[Rung, ...] = ()
    holding_count: int = 0
    profit_low: Decimal = ZERO
    profit_high: Decimal = ZERO
    profit_low_pct: Decimal = ZERO
    profit_high_pct: Decimal = ZERO
    initial_buy: Decimal = ZERO
    initial_cost: Decimal = ZERO
    initial_fee: Decimal = ZERO
    capital_quote: Decimal = ZERO
    capital_base: Decimal = ZERO
    orders: tuple[PlannedOrder, ...] = ()
    position_value: Decimal = ZERO
    liquidation_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GridEditPreview:
    """The difference an edit makes: orders that go, orders that come, base to buy or sell at market, fees of that."""

    refusals: tuple[Refusal, ...]
    after: GridPreview
    canceled: tuple[Order, ...]
    placed: tuple[PlannedOrder, ...]
    base_held: Decimal
    base_needed: Decimal
    base_to_buy: Decimal
    base_to_sell: Decimal
    fee: Decimal


def preview(
    config: GridConfig,
    instrument: Instrument,
    price: Decimal | None,
    free_quote: Decimal | None = None,
    free_base: Decimal | None = None,
) -> GridPreview:
    """Check a configuration and work out what a start at `price` (the ask) would do.

    `price` None: not known yet, everything that needs it is left out. `free_quote` and `free_base` None: not checked.
    """
    refusals = list(_shape_refusals(config))
    if refusals:
        return GridPreview(tuple(refusals), price)
    rules = instrument.rules
    lines = lines_of(config, rules)
    refusals += _line_refusals(config, lines, rules)
    if refusals:
        return GridPreview(tuple(refusals), price, lines)
    refusals += _stop_refusals(config, lines, price)
    at = price if price is not None else config.trigger_price or lines[0]
    if config.trigger_price is not None:
        at = config.trigger_price
    rungs = rungs_of(config, rules, at)
    refusals += _size_refusals(config, instrument, rungs, unit_costs(config, rules, lines, at))
    refusals += _profit_refusals(config, instrument, rungs)
    refusals += margin_refusals(config, instrument, rungs, at)
    return _with_numbers(config, instrument, rungs, lines, at, refusals, free_quote, free_base)


def preview_edit(
    view: BotView, config: GridConfig, instrument: Instrument, free_quote: Decimal | None
) -> GridEditPreview:
    """What giving `config` to a running bot would do at its present price. `free_quote` excludes the bot's own."""
    after = preview(config, instrument, view.price)
    refusals = list(after.refusals)
    price = view.price or after.price or ZERO
    needed = base_to_hold(after.rungs, price)
    to_buy, to_sell = rebalancing(view.base_held, needed, instrument.rules, price)
    fee = instrument.rules.fee((to_buy + to_sell) * price, instrument.rules.taker_fee)
    if free_quote is not None and not refusals:
        buys = (o.remaining * o.price for o in view.open_orders if o.side is Side.BUY and o.price)
        released = sum((margin_of(value, instrument.rules) for value in buys), ZERO)
        moved = margin_of(to_buy * price, instrument.rules) - margin_of(to_sell * price, instrument.rules)
        spent = after.capital_quote - after.initial_cost + moved + fee
        if spent > free_quote + released:
            refusals.append(_not_enough(instrument, spent, free_quote + released))
    placed = tuple(order for order in after.orders if order.rung >= 0)
    return GridEditPreview(
        tuple(refusals), after, view.open_orders, placed, view.base_held, needed, to_buy, to_sell, fee
    )


def rebalancing(held: Decimal, needed: Decimal, rules: VenueRules, price: Decimal) -> tuple[Decimal, Decimal]:
    """Base to buy and base to sell at market so that a ladder that needs `needed` has it. At most one is not 0.

    A missing amount below the venue's minimums is rounded up to them; a surplus below them stays as spare base.
    """
    if needed > held:
        missing = ceil_to(rules.gross_up(needed - held, rules.taker_fee), rules.size_increment)
        return max(missing, rules.smallest_tradable(price)), ZERO
    surplus = rules.floor_size(held - needed)
    return ZERO, surplus if rules.is_tradable(surplus, price) else ZERO


def _shape_refusals(config: GridConfig) -> Iterator[Refusal]:
    """What can be said without an instrument."""
    numbers = {field.name: getattr(config, field.name) for field in fields(config)}
    bad = [name for name, value in numbers.items() if isinstance(value, Decimal) and not value.is_finite()]
    yield from (Refusal(name, say(phrases.NOT_A_NUMBER)) for name in bad)
    positive = ("lower", "upper", "investment", "trigger_price", "stop_upper", "stop_lower", "take_profit_pct")
    for name in positive:
        value = numbers[name]
        if name not in bad and value is not None and value <= 0:
            yield Refusal(name, say(phrases.MUST_BE_POSITIVE, value=value))
    if not bad and config.lower >= config.upper:
        yield Refusal("lower", say(phrases.LOWER_NOT_BELOW_UPPER, lower=config.lower, upper=config.upper))
    if not MIN_GRIDS <= config.grid_count <= MAX_GRIDS:
        yield Refusal(
            "grid_count", say(phrases.COUNT_RANGE, minimum=MIN_GRIDS, maximum=MAX_GRIDS, count=config.grid_count)
        )
    loss = config.stop_loss_pct
    if loss is not None and loss.is_finite() and not 0 < loss <= HUNDRED:
        yield Refusal("stop_loss_pct", say(phrases.STOP_LOSS_RANGE, percent=loss))


def _line_refusals(config: GridConfig, lines: Sequence[Decimal], rules: VenueRules) -> Iterator[Refusal]:
    if lines[0] <= 0:
        yield Refusal("lower", say(phrases.MUST_BE_POSITIVE, value=lines[0]))
        return
    for below, above in pairwise(lines):
        if below >= above:
            step = rules.price_increment(below)
            sentence = say(phrases.LINES_EQUAL, count=config.grid_count, price=below, increment=step)
            yield Refusal("grid_count", sentence)
            return


def _stop_refusals(config: GridConfig, lines: Sequence[Decimal], price: Decimal | None) -> Iterator[Refusal]:
    low, high = config.stop_lower, config.stop_upper
    if low is not None and low >= lines[0]:
        yield Refusal("stop_lower", say(phrases.STOP_LOWER_INSIDE, stop=low, lower=lines[0]))
    elif low is not None and price is not None and low >= price:
        yield Refusal("stop_lower", say(phrases.STOP_LOWER_ABOVE_PRICE, stop=low, price=price))
    if high is not None and high <= lines[-1]:
        yield Refusal("stop_upper", say(phrases.STOP_UPPER_INSIDE, stop=high, upper=lines[-1]))
    elif high is not None and price is not None and high <= price:
        yield Refusal("stop_upper", say(phrases.STOP_UPPER_BELOW_PRICE, stop=high, price=price))


def _size_refusals(
    config: GridConfig, instrument: Instrument, rungs: Sequence[Rung], costs: Sequence[Fraction]
) -> Iterator[Refusal]:
    """Every rung's buy, and the sell of what is left of it after a base fee, must be an order the venue takes."""
    rules = instrument.rules
    rate = resting_rate(config, rules)
    smallest: list[Decimal] = []
    for rung in rungs:
        keep = ONE - rate if rules.fee_asset is FeeAsset.RECEIVED else ONE
        least = ceil_to(rules.smallest_tradable(rung.buy_price) / keep, rules.size_increment)
        smallest.append(least)
    if any(rung.quantity < least for rung, least in zip(rungs, smallest, strict=True)):
        if config.sizing is Sizing.EQUAL_BASE:
            exact = Fraction(max(smallest)) * sum(costs, Fraction(0))
        else:
            exact = max(Fraction(least) * cost for least, cost in zip(smallest, costs, strict=True)) * config.grid_count
        step = ONE if exact > 1000 else Decimal("0.01")
        needed = -(-exact // Fraction(step)) * step
        arguments: dict[str, Argument] = {"count": config.grid_count, "needed": needed, "quote": instrument.quote}
        by_value = rules.min_notional > rules.min_quantity * rungs[0].buy_price
        if by_value:
            yield Refusal("investment", say(phrases.TOO_SMALL, minimum=rules.min_notional, **arguments))
        else:
            sentence = say(phrases.BELOW_MIN_QUANTITY, minimum=rules.min_quantity, base=instrument.base, **arguments)
            yield Refusal("investment", sentence)
    largest = max(rung.quantity for rung in rungs)
    if rules.max_quantity is not None and largest > rules.max_quantity:
        sentence = say(phrases.ABOVE_MAX_QUANTITY, quantity=largest, maximum=rules.max_quantity, base=instrument.base)
        yield Refusal("investment", sentence)


def _profit_refusals(config: GridConfig, instrument: Instrument, rungs: Sequence[Rung]) -> Iterator[Refusal]:
    rate = resting_rate(config, instrument.rules)
    worst = min(rungs, key=lambda rung: _profit_of(rung, instrument.rules, rate))
    profit = _profit_of(worst, instrument.rules, rate)
    if worst.quantity > 0 and profit <= 0:
        yield Refusal(
            "grid_count",
            say(
                phrases.LOSES_AFTER_FEES,
                buy=worst.buy_price,
                sell=worst.sell_price,
                loss=-profit,
                quote=instrument.quote,
            ),
        )


def _profit_of(rung: Rung, rules: VenueRules, rate: Decimal) -> Decimal:
    return cycle_profit(rung.buy_price, rung.sell_price, rung.quantity, rules, rate)


def _with_numbers(
    config: GridConfig,
    instrument: Instrument,
    rungs: tuple[Rung, ...],
    lines: tuple[Decimal, ...],
    price: Decimal,
    refusals: list[Refusal],
    free_quote: Decimal | None,
    free_base: Decimal | None,
) -> GridPreview:
    rules = instrument.rules
    rate = resting_rate(config, rules)
    in_quote = rules.fee_asset is FeeAsset.QUOTE
    needed = base_to_hold(rungs, price)
    adopted = min(needed, rules.floor_size(free_base or ZERO)) if config.use_held_base else ZERO
    initial, _ = rebalancing(adopted, needed, rules, price) if needed > adopted else (ZERO, ZERO)
    initial_fee = rules.fee(initial * price, rules.taker_fee)
    initial_cost = margin_of(initial * price, rules) + (initial_fee if in_quote else ZERO)
    resting = ZERO
    orders: list[PlannedOrder] = []
    if initial:
        orders.append(PlannedOrder(Side.BUY, OrderKind.MARKET, None, initial, -1))
    for rung in sorted(rungs, key=lambda rung: abs(_first_price(rung, price) - price)):
        side = Side.SELL if starts_holding(rung, price) else Side.BUY
        orders.append(PlannedOrder(side, OrderKind.LIMIT, _first_price(rung, price), rung.quantity, rung.index))
        if side is Side.BUY:
            value = rung.buy_price * rung.quantity
            resting += margin_of(value, rules) + (rules.fee(value, rate) if in_quote else ZERO)
    capital = resting + initial_cost
    if free_quote is not None and capital > free_quote:
        refusals.append(_not_enough(instrument, capital, free_quote))
    profits = [_profit_of(rung, rules, rate) for rung in rungs]
    costs = [rung.buy_price * rung.quantity for rung in rungs]
    percents = [profit / cost * HUNDRED if cost else ZERO for profit, cost in zip(profits, costs, strict=True)]
    return GridPreview(
        refusals=tuple(refusals),
        price=price,
        lines=lines,
        rungs=rungs,
        holding_count=sum(starts_holding(rung, price) for rung in rungs),
        profit_low=min(profits),
        profit_high=max(profits),
        profit_low_pct=min(percents),
        profit_high_pct=max(percents),
        initial_buy=initial,
        initial_cost=initial_cost,
        initial_fee=initial_fee,
        capital_quote=capital,
        capital_base=adopted,
        orders=tuple(orders),
        position_value=position_value(rungs) if instrument.kind is InstrumentKind.PERP else ZERO,
        liquidation_price=ladder_liquidation(config, instrument, rungs, price),
    )


def _first_price(rung: Rung, price: Decimal) -> Decimal:
    return rung.sell_price if starts_holding(rung, price) else rung.buy_price


def _not_enough(instrument: Instrument, needed: Decimal, free: Decimal) -> Refusal:
    sentence: Sentence = say(phrases.NOT_ENOUGH_QUOTE, needed=needed, free=free, quote=instrument.quote)
    return Refusal("investment", sentence)
