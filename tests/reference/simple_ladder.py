"""What a simple grid is told, and the arithmetic it starts from: ticks, lines, quantities, fees.

Written from docs/matching.md and docs/grid.md alone; imports nothing of the product. Whatever must be rounded goes
through fractions, so no rounding of an inexact quotient can hide.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

#: Upbit's KRW ticks since 2025-07-31: from this price upwards, this increment.
UPBIT_TICKS = tuple(
    (Decimal(start), Decimal(tick))
    for start, tick in [
        ("0", "0.00000001"), ("0.00001", "0.0000001"), ("0.0001", "0.000001"), ("0.001", "0.00001"),
        ("0.01", "0.0001"), ("0.1", "0.001"), ("1", "0.01"), ("10", "0.1"), ("100", "1"), ("1000", "1"),
        ("5000", "5"), ("10000", "10"), ("50000", "50"), ("100000", "100"), ("500000", "500"), ("1000000", "1000"),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class SimpleConfig:
    """Prices, `investment` and `cash` in quote; fees as fractions; `ticks` ascend from price 0.

    Stop percents are of the investment; each `sell_on` says whether that stop sells the inventory.
    """

    lower: Decimal
    upper: Decimal
    count: int
    investment: Decimal
    cash: Decimal
    ticks: tuple[tuple[Decimal, Decimal], ...] = ((Decimal(0), Decimal("0.01")),)
    size_increment: Decimal = Decimal("0.00000001")
    min_quantity: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)
    maker: Decimal = Decimal(0)
    taker: Decimal = Decimal(0)
    fee_in_base: bool = False
    geometric: bool = False
    equal_quote: bool = False
    post_only: bool = True
    compounding: bool = False
    stop_lower: Decimal | None = None
    stop_upper: Decimal | None = None
    stop_loss_pct: Decimal | None = None
    take_profit_pct: Decimal | None = None
    sell_on: tuple[str, ...] = ("stop_upper", "stop_loss", "take_profit")
    volume_in_quote: bool = False
    participation: Decimal = Decimal(1)
    order_cap: int = 1_000_000
    candle_ms: int = 60_000


def down(value: Fraction, unit: Decimal) -> Decimal:
    """The largest multiple of `unit` not above `value`."""
    return floor(value / Fraction(unit)) * unit


def up(value: Fraction, unit: Decimal) -> Decimal:
    """The smallest multiple of `unit` not below `value`."""
    return ceil(value / Fraction(unit)) * unit


def fee_of(amount: Decimal, rate: Decimal) -> Decimal:
    """The fee in the amount's own asset: to 8 decimals, half up."""
    return floor(Fraction(amount) * Fraction(rate) * 10**8 + Fraction(1, 2)) * Decimal("0.00000001")


def lines_of(config: SimpleConfig) -> list[Decimal]:
    """All N + 1 lines on their ticks. A geometric line is found by comparing N-th powers, so no root is ever taken."""
    lower, upper, n = Fraction(config.lower), Fraction(config.upper), config.count
    lines = []
    for i in range(n + 1):
        if config.geometric:
            power = lower ** (n - i) * upper**i
            tick = [tick for start, tick in config.ticks if Fraction(start) ** n <= power][-1]
            unit = Fraction(tick)
            k = floor((float(lower) * (float(upper) / float(lower)) ** (i / n)) / float(tick)) - 2
            while ((k + Fraction(1, 2)) * unit) ** n < power or (
                ((k + Fraction(1, 2)) * unit) ** n == power and k % 2 == 1
            ):
                k += 1
        else:
            exact = lower + i * (upper - lower) / n
            tick = [tick for start, tick in config.ticks if start <= exact][-1]
            k = round(exact / Fraction(tick))
        lines.append(k * tick)
    return lines


def resting_unit_cost(config: SimpleConfig, line: Decimal) -> Fraction:
    """What one base costs at most when bought by a resting order; not post-only, it may turn out to be a taker."""
    rate = config.maker if config.post_only else max(config.maker, config.taker)
    return Fraction(line) * (1 if config.fee_in_base else 1 + Fraction(rate))


def quantities_of(config: SimpleConfig, lines: list[Decimal], price: Decimal) -> list[Decimal]:
    """The first quantity of each rung when the grid starts at `price`."""
    taker = Fraction(config.taker)
    at_market = Fraction(price) / (1 - taker) if config.fee_in_base else Fraction(price) * (1 + taker)
    unit_costs = [resting_unit_cost(config, line) if line <= price else at_market for line in lines[:-1]]
    money, inc = Fraction(config.investment), config.size_increment
    if config.equal_quote:
        return [down(money / config.count / cost, inc) for cost in unit_costs]
    return [down(money / sum(unit_costs), inc)] * config.count
