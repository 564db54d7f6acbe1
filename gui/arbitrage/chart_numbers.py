"""How values are written on spread charts: percentages with their sign, prices with as many digits as say something."""

from collections.abc import Callable
from math import floor, isnan, log10

from gui import numbers

#: Digits of a price whose venue's increment is not known here.
PRICE_DIGITS = 6
MOST_DECIMALS = 8


def decimals_for(price: float, quote: str) -> int:
    """Decimals with which a price has `PRICE_DIGITS` digits; won from 1,000 upwards have none."""
    if not price or isnan(price):
        return 2
    if quote == "KRW" and price >= numbers.WON_WHOLE_FROM:
        return 0
    return min(max(PRICE_DIGITS - 1 - floor(log10(abs(price))), 0), MOST_DECIMALS)


def fixed_text(decimals: int, *, signed: bool = False) -> Callable[[float], str]:
    """Numbers of one axis, all with the same decimals."""

    def text(value: float) -> str:
        shown = f"{abs(value):,.{decimals}f}"
        if not shown.strip("0.,"):
            return shown
        return numbers.MINUS + shown if value < 0 else f"+{shown}" if signed else shown

    return text


def percent(value: float) -> str:
    """With its sign and %."""
    return numbers.NOTHING if isnan(value) else f"{fixed_text(3, signed=True)(value)} %"


def amount(value: float, quote: str) -> str:
    """A price with its quote."""
    return numbers.NOTHING if isnan(value) else f"{fixed_text(decimals_for(value, quote))(value)} {quote}"
