"""A range proposed from how the market moved lately, with the way it was found and what it would have done then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from engine.bots.grid_rules import MAX_GRIDS, MIN_GRIDS
from engine.domain.instrument import Instrument
from gui.charts.bars import CLOSE, HIGH, LOW, OPEN, OPENED, aggregated, instant_of
from gui.charts.columns import Columns

HOUR_S = 3600
DAY_S = 86400
DAYS = 14
LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95
LEAST_BARS = 48
#: A step must be worth at least this many times both fees of a cycle, or too little of it is left.
LEAST_STEP_IN_FEES = 3.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A range and a number of grids. `atr` is the average true range of an hour, in quote.

    `cycles` were closed between `since` and `until` by a ladder that fills wherever the price touches its lines.
    """

    lower: Decimal
    upper: Decimal
    grid_count: int
    atr: float
    since: datetime
    until: datetime
    cycles: int

    @property
    def days(self) -> float:
        return (self.until - self.since).total_seconds() / DAY_S


def suggested_range(minutes: Columns, price: Decimal, instrument: Instrument) -> Suggestion | None:
    """From candles (oldest first) of the last 14 days; None when there are less than two days of hours.

    Lower is the 5 % quantile of the hourly lows, upper the 95 % quantile of the hourly highs, each at least two hours'
    average true ranges away from the price. A step is about one such range, and at least three times both fees.
    """
    if not minutes.shape[1]:
        return None
    recent = minutes[:, minutes[OPENED] >= minutes[OPENED, -1] - DAYS * DAY_S]
    hours = aggregated(recent, HOUR_S)
    if hours.shape[1] < LEAST_BARS:
        return None
    atr = average_true_range(hours)
    at = float(price)
    low = min(float(np.quantile(hours[LOW], LOW_QUANTILE)), at - 2 * atr)
    high = max(float(np.quantile(hours[HIGH], HIGH_QUANTILE)), at + 2 * atr)
    low = max(low, at * 0.2)
    rules = instrument.rules
    lower, upper = rules.nearest_price(Decimal(repr(low))), rules.nearest_price(Decimal(repr(high)))
    if not 0 < lower < upper:
        return None
    least_step = LEAST_STEP_IN_FEES * 2 * at * float(max(rules.maker_fee, rules.taker_fee))
    step = max(atr, least_step, 2 * float(rules.price_increment(upper)))
    count = min(max(round(float(upper - lower) / step), MIN_GRIDS), MAX_GRIDS, max(rules.max_open_orders, MIN_GRIDS))
    lines = np.linspace(float(lower), float(upper), count + 1)
    return Suggestion(
        lower=lower,
        upper=upper,
        grid_count=count,
        atr=atr,
        since=instant_of(float(recent[OPENED, 0])),
        until=instant_of(float(recent[OPENED, -1])),
        cycles=closed_cycles(path_of(recent), lines.tolist()),
    )


def average_true_range(bars: Columns) -> float:
    """The mean of the true ranges: a bar's own height, stretched to the close before it."""
    before = bars[CLOSE, :-1]
    highs, lows = np.maximum(bars[HIGH, 1:], before), np.minimum(bars[LOW, 1:], before)
    return float((highs - lows).mean())


def path_of(bars: Columns) -> list[float]:
    """The prices a market passes in its candles: open, low, high, close where it rises, else open, high, low, close."""
    rises = bars[CLOSE] >= bars[OPEN]
    second, third = np.where(rises, bars[LOW], bars[HIGH]), np.where(rises, bars[HIGH], bars[LOW])
    path: list[float] = np.stack((bars[OPEN], second, third, bars[CLOSE]), axis=1).ravel().tolist()
    return path


def closed_cycles(path: Sequence[float], lines: Sequence[float]) -> int:
    """Cycles of a ladder that starts at the first price of a path: a rung buys at its line and sells at the next.

    Touching a line fills; rungs above the first price start holding.
    """
    if not path:
        return 0
    edges = np.array(lines)
    # The lines touched on the way down and up; only where these change can anything fill.
    at_or_above = np.searchsorted(edges, path, side="left")
    at_or_below = np.searchsorted(edges, path, side="right") - 1
    keep = np.concatenate(([True], (np.diff(at_or_above) != 0) | (np.diff(at_or_below) != 0)))
    holding = [line > path[0] for line in lines[:-1]]
    cycles = 0
    for lowest_bought, highest_sold in zip(at_or_above[keep].tolist(), at_or_below[keep].tolist(), strict=True):
        for rung in range(lowest_bought, len(holding)):
            if holding[rung]:
                break
            holding[rung] = True
        for rung in range(highest_sold - 1, -1, -1):
            if not holding[rung]:
                break
            holding[rung] = False
            cycles += 1
    return cycles
