"""Exact decimal arithmetic: rounding to increments and the one decimal context of the program.

All money is `Decimal`. Sums and products stay exact because prices, quantities and fees have bounded decimals
and the context keeps 60 digits, far above the 32 that the largest product of this program needs.
"""

import decimal
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

PRECISION = 60
ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)


def install_decimal_context() -> None:
    """Make 60 digits the precision of this thread and of every thread started later. Called once by main.py."""
    for context in (decimal.DefaultContext, decimal.getcontext()):
        context.prec = PRECISION
        context.rounding = ROUND_HALF_EVEN
        context.traps[decimal.InvalidOperation] = True
        context.traps[decimal.DivisionByZero] = True
        context.traps[decimal.Overflow] = True


def floor_to(value: Decimal, increment: Decimal) -> Decimal:
    """The largest multiple of `increment` not above `value`; the increment must be positive."""
    return (value / increment).to_integral_value(ROUND_FLOOR) * increment


def ceil_to(value: Decimal, increment: Decimal) -> Decimal:
    """The smallest multiple of `increment` not below `value`; the increment must be positive."""
    return (value / increment).to_integral_value(ROUND_CEILING) * increment


def nearest_to(value: Decimal, increment: Decimal) -> Decimal:
    """The multiple of `increment` nearest to `value`, ties to even."""
    return (value / increment).to_integral_value(ROUND_HALF_EVEN) * increment


def truncate_to(value: Decimal, increment: Decimal) -> Decimal:
    """`value` cut towards zero to a multiple of `increment`."""
    return (value / increment).to_integral_value(ROUND_DOWN) * increment


def is_multiple(value: Decimal, increment: Decimal) -> bool:
    """Whether `value` lies exactly on the increment."""
    return value % increment == 0


def decimals_of(increment: Decimal) -> int:
    """How many digits after the point a number on this increment needs: 0.001 gives 3, 50 gives 0."""
    exponent = increment.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "an increment is a finite number"
    return max(0, -exponent)
