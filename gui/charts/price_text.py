"""Axis numbers: the decimals of the instrument's own increments, so that a chart shows prices as orders have them."""

from collections.abc import Callable

from engine.domain.instrument import Instrument
from engine.domain.money import decimals_of
from gui.numbers import MINUS


def price_format(instrument: Instrument) -> Callable[[float], str]:
    """A price on the decimals of the increment that holds there."""
    bands = [(float(band.from_price), decimals_of(band.increment)) for band in instrument.rules.price_bands]

    def text(price: float) -> str:
        decimals = bands[0][1]
        for from_price, of_band in bands:
            if price >= from_price:
                decimals = of_band
        return _fixed(price, decimals)

    return text


def money_format(largest: float) -> Callable[[float], str]:
    """Amounts of money on one axis: all without decimals once the largest reaches a thousand."""
    decimals = 0 if abs(largest) >= 1000 else 2

    def text(amount: float) -> str:
        return _fixed(amount, decimals)

    return text


def short_volume(volume: float) -> str:
    """A volume in three to four digits: 1,234 / 12.3K / 4.56M."""
    for limit, letter in ((1e9, "B"), (1e6, "M"), (1e4, "K")):
        if abs(volume) >= limit:
            unit = limit if letter != "K" else 1e3
            return f"{volume / unit:,.4g}{letter}"
    return f"{volume:,.4g}"


def _fixed(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and text.strip("0.,") else text
