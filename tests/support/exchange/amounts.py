"""Money as integers. Prices and sizes count in 10^-10, amounts of assets in atoms of 10^-20: price x size is exact."""

from decimal import Context, Decimal, Inexact
from functools import lru_cache

PLACES = 10
ATOM_PLACES = 2 * PLACES
UNIT: int = 10**PLACES

#: Wider than any number here, so that a conversion never rounds.
WIDE = Context(prec=80, traps=[Inexact])
_ONE = Decimal(1)


def count(value: Decimal, places: int = PLACES) -> int:
    """How many of 10^-places a number is. Raises ValueError for one that is finer, or no number."""
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    scaled = WIDE.scaleb(value, places)
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{value} is finer than {places} places")
    return whole


def atoms(value: Decimal) -> int:
    """An amount of an asset in atoms."""
    return count(value, ATOM_PLACES)


@lru_cache(maxsize=2**16)
def number(counted: int, places: int = PLACES) -> Decimal:
    """The number without zeros behind it, and never with a positive exponent."""
    value = WIDE.normalize(WIDE.scaleb(Decimal(counted), -places))
    return (
        WIDE.quantize(value, _ONE) if isinstance(exponent := value.as_tuple().exponent, int) and exponent > 0 else value
    )


def amount(counted: int) -> Decimal:
    """The same of atoms."""
    return number(counted, ATOM_PLACES)


def rounded(numerator: int, denominator: int, step: int) -> int:
    """numerator / denominator in whole steps, half away from zero. The denominator and the step are positive."""
    sign = -1 if numerator < 0 else 1
    whole = denominator * step
    return sign * ((2 * abs(numerator) + whole) // (2 * whole)) * step


def share(value: int, rate: int, step: int) -> int:
    """A rate (10^-10) of an amount in atoms, in whole steps, half away from zero."""
    return rounded(value * rate, UNIT, step)
