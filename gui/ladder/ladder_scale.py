"""Prices to pixels and back on a ladder: even for an arithmetic grid, by ratio for a geometric one."""

import math
from dataclasses import dataclass, replace

from gui.charts.frame import nice_step

AIR = 0.04
#: A price, stop or trigger this far outside the range (in heights of the range) is not made room for.
REACH = 0.2


@dataclass(frozen=True, slots=True)
class LadderScale:
    """Shows prices from `low` (bottom) to `high` (top), low < high, on `height` pixels below `top`.

    With `by_ratio` equal ratios are equally high, so that the cells of a geometric grid are.
    """

    low: float
    high: float
    top: int
    height: int
    by_ratio: bool = False

    def y(self, price: float) -> float:
        """The pixel of a price; outside of the shown part it is above `top` or below the bottom."""
        share = (self._place(self.high) - self._place(price)) / (self._place(self.high) - self._place(self.low))
        return self.top + share * self.height

    def price_at(self, y: float) -> float:
        share = (y - self.top) / self.height
        place = self._place(self.high) - share * (self._place(self.high) - self._place(self.low))
        return math.exp(place) if self.by_ratio else place

    def zoomed(self, factor: float, at_price: float, whole: "LadderScale") -> "LadderScale":
        """`factor` times as many prices about one that stays where it is, never more than `whole` and a quarter."""
        anchor = self._place(at_price)
        low, high = (anchor + (self._place(edge) - anchor) * factor for edge in (self.low, self.high))
        most = 1.25 * (self._place(whole.high) - self._place(whole.low))
        if high - low > most:
            return replace(whole, top=self.top, height=self.height)
        return self._between(low, high)

    def moved(self, by_px: float) -> "LadderScale":
        """Moved down by pixels."""
        by = by_px / self.height * (self._place(self.high) - self._place(self.low))
        return self._between(self._place(self.low) + by, self._place(self.high) + by)

    def ticks(self, least_px: int) -> list[float]:
        """Round prices at least about `least_px` apart, for a scale without lines of a grid."""
        step = nice_step(self.high - self.low, max(self.height // least_px, 1))
        return [at * step for at in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]

    def _place(self, price: float) -> float:
        return math.log(max(price, 1e-12)) if self.by_ratio else price

    def _between(self, low: float, high: float) -> "LadderScale":
        if self.by_ratio:
            low, high = math.exp(low), math.exp(high)
        return replace(self, low=low, high=high)


def fitted(lines: list[float], others: list[float], top: int, height: int, by_ratio: bool) -> LadderScale:
    """A scale for the lines of a grid, with room for those other prices that are not too far away."""
    low, high = min(lines), max(lines)
    reach = (high - low) * REACH
    near = [price for price in others if low - reach <= price <= high + reach]
    low, high = min(low, *near, low), max(high, *near, high)
    if by_ratio and low > 0:
        air = (high / low) ** AIR
        return LadderScale(low / air, high * air, top, height, by_ratio=True)
    air = (high - low) * AIR or abs(high) * 0.01 or 1.0
    return LadderScale(low - air, high + air, top, height)
