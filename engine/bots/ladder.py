"""The ladder of a spot grid: its lines, the quantity of each rung, and how bought base is spread over rungs.

All formulas are those of docs/grid.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from engine.domain.grid import GridConfig, GridMode, Rung, RungStatus, Sizing
from engine.domain.instrument import FeeAsset, VenueRules
from engine.domain.money import ONE, ZERO, truncate_to

COST_INCREMENT = Decimal("0.00000001")


def lines_of(config: GridConfig, rules: VenueRules) -> tuple[Decimal, ...]:
    """The grid_count + 1 lines, lowest first, on the increments of their bands. Two may be equal after rounding."""
    count = config.grid_count
    if config.mode is GridMode.ARITHMETIC:
        step = config.upper - config.lower
        raw = [config.lower + step * index / count for index in range(count + 1)]
    else:
        ratio = config.upper / config.lower
        raw = [config.lower * ratio ** (Decimal(index) / count) for index in range(count + 1)]
    return tuple(rules.nearest_price(price) for price in raw)


def resting_rate(config: GridConfig, rules: VenueRules) -> Decimal:
    """The fee rate to expect of a rung's order: maker when post-only, else the worse of both."""
    return rules.maker_fee if config.post_only else max(rules.maker_fee, rules.taker_fee)


def unit_costs(config: GridConfig, rules: VenueRules, lines: Sequence[Decimal], price: Decimal) -> list[Fraction]:
    """Quote needed for one base on each rung, first purchases with their fee, when the grid starts at `price`.
    With leverage it is the margin.

    Fractions, because a quotient that is rounded at any digit can fall on the other side of a size increment.
    """
    in_quote = rules.fee_asset is FeeAsset.QUOTE
    margin = Fraction(1, rules.leverage)
    resting = margin + (Fraction(resting_rate(config, rules)) if in_quote else 0)
    taker = Fraction(rules.taker_fee)
    if config.use_held_base:
        bought = Fraction(price) * margin
    else:
        bought = Fraction(price) * (margin + taker) if in_quote else Fraction(price) / (1 - taker)
    return [Fraction(line) * resting if line <= price else bought for line in lines[:-1]]


def rungs_of(config: GridConfig, rules: VenueRules, price: Decimal) -> tuple[Rung, ...]:
    """The rungs of a grid that starts at `price`, all still pending, each with its quantity (0 if too little money)."""
    lines = lines_of(config, rules)
    costs = unit_costs(config, rules, lines, price)
    investment = Fraction(config.investment)
    if config.sizing is Sizing.EQUAL_BASE:
        quantities = [_affordable(investment, sum(costs, Fraction(0)), rules)] * config.grid_count
    else:
        quantities = [_affordable(investment / config.grid_count, cost, rules) for cost in costs]
    return tuple(
        Rung(index, lines[index], lines[index + 1], quantity, quantity) for index, quantity in enumerate(quantities)
    )


def _affordable(money: Fraction, unit_cost: Fraction, rules: VenueRules) -> Decimal:
    """The largest quantity on the size increment that `money` pays for."""
    return (money / unit_cost // Fraction(rules.size_increment)) * rules.size_increment


def starts_holding(rung: Rung, price: Decimal) -> bool:
    """Whether a rung's base is bought at the start: its buy line is above the price."""
    return rung.buy_price > price


def base_to_hold(rungs: Sequence[Rung], price: Decimal) -> Decimal:
    """Base that the rungs above `price` need before their sells can be placed."""
    return sum((rung.quantity for rung in rungs if starts_holding(rung, price)), ZERO)


def spread_over(rungs: Sequence[Rung], price: Decimal, cost: Decimal) -> tuple[Rung, ...]:
    """The rungs above `price` filled with their base, `cost` (quote, with fees) spread in proportion to quantity.

    Each share is cut to 8 decimals; the last holding rung takes the remainder, so that the shares sum to `cost`.
    """
    total = base_to_hold(rungs, price)
    holding = [rung.index for rung in rungs if starts_holding(rung, price) and rung.quantity > 0]
    left = cost
    spread = list(rungs)
    for index in holding:
        rung = spread[index]
        share = left if index == holding[-1] else truncate_to(cost * rung.quantity / total, COST_INCREMENT)
        left -= share
        spread[index] = replace(
            rung, status=RungStatus.BUY_FILLED, bought=rung.quantity, bought_gross=rung.quantity, cost=share
        )
    return tuple(spread)


def next_quantity(rung: Rung, config: GridConfig, rules: VenueRules) -> Decimal:
    """Base that the rung's next cycle buys, given the one that closes: the first quantity, or with compounding what the
    cycle's sells brought, spent again at the buy line with its fee, if that is more.
    """
    if not config.compounding:
        return rung.base_quantity
    rate = resting_rate(config, rules) if rules.fee_asset is FeeAsset.QUOTE else ZERO
    spent_again = rules.floor_size(rung.proceeds / (rung.buy_price * (ONE + rate)))
    return max(rung.base_quantity, spent_again if rules.max_quantity is None else min(spent_again, rules.max_quantity))


def cycle_profit(buy: Decimal, sell: Decimal, quantity: Decimal, rules: VenueRules, rate: Decimal) -> Decimal:
    """Quote earned by buying `quantity` at `buy` and selling what a base fee leaves at `sell`, after both fees."""
    if rules.fee_asset is FeeAsset.QUOTE:
        fees = rules.fee(buy * quantity, rate) + rules.fee(sell * quantity, rate)
        return (sell - buy) * quantity - fees
    received = rules.floor_size(quantity - rules.fee(quantity, rate))
    return sell * received - rules.fee(sell * received, rate) - buy * quantity
