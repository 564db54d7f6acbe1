"""Where things are on a chart: the spans of time and price on show, and their places in pixels."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect

Floats = NDArray[np.float64]
MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From `start_s` to `end_s`, in seconds since 1970 UTC."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s

    def zoomed(self, factor: float, at_s: float, shortest_s: float, longest_s: float) -> "TimeSpan":
        """`factor` times as long, within the two limits, with `at_s` staying where it is on the screen."""
        length = min(max(self.length_s * factor, shortest_s), longest_s)
        share = (at_s - self.start_s) / self.length_s
        start = at_s - share * length
        return TimeSpan(start, start + length)

    def moved(self, by_s: float) -> "TimeSpan":
        """The same length, later by `by_s`."""
        return TimeSpan(self.start_s + by_s, self.end_s + by_s)


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """From `low` to `high`, low < high."""

    low: float
    high: float

    @property
    def height(self) -> float:
        return self.high - self.low

    def scaled(self, factor: float) -> "PriceSpan":
        """`factor` times as high about the same middle."""
        middle, half = (self.low + self.high) / 2, self.height * factor / 2
        return PriceSpan(middle - half, middle + half)

    def moved(self, by: float) -> "PriceSpan":
        return PriceSpan(self.low + by, self.high + by)


def span_around(low: float, high: float) -> PriceSpan:
    """A span that holds both with some air; never empty, also for a market that stands still."""
    if high - low <= max(abs(high), abs(low)) * 1e-9:
        air = abs(high) * 0.002 or 1.0
    else:
        air = (high - low) * MARGIN
    return PriceSpan(low - air, high + air)


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture's geometry: the plot's rectangle in device-independent pixels, and what it shows."""

    plot: QRect
    time: TimeSpan
    price: PriceSpan

    @property
    def px_per_s(self) -> float:
        return self.plot.width() / self.time.length_s

    def x(self, time_s: float) -> float:
        return self.plot.left() + (time_s - self.time.start_s) * self.px_per_s

    def xs(self, times_s: Floats) -> Floats:
        return self.plot.left() + (times_s - self.time.start_s) * self.px_per_s

    def y(self, price: float) -> float:
        return self.plot.top() + (self.price.high - price) * self.plot.height() / self.price.height

    def ys(self, prices: Floats) -> Floats:
        return self.plot.top() + (self.price.high - prices) * (self.plot.height() / self.price.height)

    def time_at(self, x: float) -> float:
        return self.time.start_s + (x - self.plot.left()) / self.px_per_s

    def price_at(self, y: float) -> float:
        return self.price.high - (y - self.plot.top()) * self.price.height / self.plot.height()


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `most` parts."""
    rough = span / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    for multiple in (1.0, 2.0, 5.0):
        if rough <= multiple * power * (1 + 1e-9):
            return multiple * power
    return 10.0 * power


def price_ticks(span: PriceSpan, height_px: int, smallest_step: float, gap_px: int = 44) -> list[float]:
    """Round prices inside a span, at least `gap_px` apart and never closer than the price increment."""
    step = max(nice_step(span.height, max(height_px // gap_px, 1)), smallest_step)
    first, last = math.ceil(span.low / step), math.floor(span.high / step)
    return [at * step for at in range(first, last + 1)]
