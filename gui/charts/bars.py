"""Bars in columns: what a chart keeps of the candles it was given, in the timeframes it shows."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from engine.domain.market import Candle
from gui.charts.columns import Columns, TimeColumns

#: Rows of columns of bars: open time in seconds since 1970 UTC, prices in quote, volume in base.
OPENED, OPEN, HIGH, LOW, CLOSE, VOLUME = range(6)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds_of(at: datetime) -> float:
    """Seconds since 1970 UTC of an aware instant."""
    return (at - EPOCH).total_seconds()


def instant_of(seconds: float) -> datetime:
    """The aware UTC instant of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def columns_of(candles: Sequence[Candle]) -> Columns:
    """Candles, oldest first, as columns."""
    rows = np.empty((6, len(candles)))
    for at, candle in enumerate(candles):
        rows[:, at] = (
            seconds_of(candle.opened_at),
            candle.open,
            candle.high,
            candle.low,
            candle.close,
            candle.volume,
        )
    return rows


def aggregated(bars: Columns, timeframe_s: int) -> Columns:
    """Bars of a longer timeframe: first open, highest high, lowest low, last close, summed volume.

    A bar of `timeframe_s` opens at a multiple of it since 1970 UTC. Times without trades stay empty.
    """
    if not bars.shape[1]:
        return bars.copy()
    buckets = bars[OPENED] // timeframe_s
    starts = np.concatenate(([0], np.flatnonzero(np.diff(buckets)) + 1))
    ends = np.concatenate((starts[1:], [bars.shape[1]])) - 1
    result = np.empty((6, len(starts)))
    result[OPENED] = buckets[starts] * timeframe_s
    result[OPEN] = bars[OPEN, starts]
    result[HIGH] = np.maximum.reduceat(bars[HIGH], starts)
    result[LOW] = np.minimum.reduceat(bars[LOW], starts)
    result[CLOSE] = bars[CLOSE, ends]
    result[VOLUME] = np.add.reduceat(bars[VOLUME], starts)
    return result


class BarColumns(TimeColumns):
    """Bars of one timeframe."""

    def __init__(self) -> None:
        super().__init__(6)

    def at(self, time_s: float, timeframe_s: int) -> Columns | None:
        """The bar (shape (6, 1)) that covers an instant, or None in a gap."""
        rows = self.rows
        at = int(np.searchsorted(rows[OPENED], time_s, side="right")) - 1
        if at < 0 or time_s >= rows[OPENED, at] + timeframe_s:
            return None
        return rows[:, at : at + 1]


class CandleSeries:
    """The bars of one instrument in the timeframe on show, kept up to date from bars of the base timeframe."""

    def __init__(self, base_s: int, timeframe_s: int) -> None:
        self.base_s = base_s
        self.timeframe_s = timeframe_s
        self.base = BarColumns()
        self._shown = BarColumns()

    @property
    def shown(self) -> BarColumns:
        """Bars of `timeframe_s`; the base itself when they are the same."""
        return self.base if self.timeframe_s == self.base_s else self._shown

    def put(self, bars: Columns) -> None:
        """Take in bars of the base timeframe, newer, older or the same again."""
        if not bars.shape[1]:
            return
        self.base.put(bars)
        self._aggregate_between(float(bars[OPENED, 0]), float(bars[OPENED, -1]))

    def set_timeframe(self, timeframe_s: int) -> None:
        """Show another timeframe, a multiple of the base."""
        self.timeframe_s = timeframe_s
        self._shown.clear()
        if self.base.first_s is not None and self.base.last_s is not None:
            self._aggregate_between(self.base.first_s, self.base.last_s)

    def _aggregate_between(self, first_s: float, last_s: float) -> None:
        # Whole buckets on both sides, because a page may end in the middle of one.
        if self.timeframe_s == self.base_s:
            return
        start = first_s // self.timeframe_s * self.timeframe_s
        end = last_s // self.timeframe_s * self.timeframe_s + self.timeframe_s
        rows = self.base.rows
        from_at, to_at = np.searchsorted(rows[OPENED], (start, end))
        self._shown.put(aggregated(rows[:, from_at:to_at], self.timeframe_s))
