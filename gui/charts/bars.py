"""Bars in columns: what a chart keeps of the candles it was given, quick to append to and to cut a window from."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from engine.domain.market import Candle

Columns = NDArray[np.float64]
"""Shape (6, n): open time in seconds since 1970 UTC, open, high, low, close, volume in base. Oldest first."""

OPENED, OPEN, HIGH, LOW, CLOSE, VOLUME = range(6)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_CAPACITY = 4096


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


class BarColumns:
    """Growing columns. Appending is amortised constant time; a page of older bars is one copy."""

    def __init__(self) -> None:
        self._rows: Columns = np.empty((6, FIRST_CAPACITY))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Columns:
        """A view of all bars; valid until the next change."""
        return self._rows[:, : self._count]

    @property
    def first_s(self) -> float | None:
        """Open time of the oldest bar."""
        return float(self._rows[OPENED, 0]) if self._count else None

    @property
    def last_s(self) -> float | None:
        """Open time of the newest bar."""
        return float(self._rows[OPENED, self._count - 1]) if self._count else None

    def put(self, bars: Columns) -> None:
        """Take bars in: a bar replaces the one of the same open time, all others are kept in order of time."""
        if not bars.shape[1]:
            return
        present = self.rows
        first, last = float(bars[OPENED, 0]), float(bars[OPENED, -1])
        from_at = int(np.searchsorted(present[OPENED], first))
        to_at = int(np.searchsorted(present[OPENED], last, side="right"))
        inside = present[:, from_at:to_at]
        if inside.shape[1] > bars.shape[1] or not np.isin(inside[OPENED], bars[OPENED]).all():
            kept = inside[:, ~np.isin(inside[OPENED], bars[OPENED])]
            bars = np.concatenate((kept, bars), axis=1)
            bars = bars[:, np.argsort(bars[OPENED], kind="stable")]
        self._splice(from_at, to_at, bars)

    def window(self, start_s: float, end_s: float) -> Columns:
        """A view of the bars that open inside [start_s, end_s], with one more on either side where there is one."""
        times = self._rows[OPENED, : self._count]
        from_at = max(0, int(np.searchsorted(times, start_s)) - 1)
        to_at = min(self._count, int(np.searchsorted(times, end_s, side="right")) + 1)
        return self._rows[:, from_at:to_at]

    def at(self, time_s: float, timeframe_s: int) -> Columns | None:
        """The bar (shape (6, 1)) that covers an instant, or None in a gap."""
        at = int(np.searchsorted(self._rows[OPENED, : self._count], time_s, side="right")) - 1
        if at < 0 or time_s >= self._rows[OPENED, at] + timeframe_s:
            return None
        return self._rows[:, at : at + 1]

    def clear(self) -> None:
        self._count = 0

    def _splice(self, from_at: int, to_at: int, bars: Columns) -> None:
        added = bars.shape[1]
        count = self._count - (to_at - from_at) + added
        tail = self._rows[:, to_at : self._count].copy()
        if count > self._rows.shape[1]:
            grown: Columns = np.empty((6, max(count, 2 * self._rows.shape[1])))
            grown[:, :from_at] = self._rows[:, :from_at]
            self._rows = grown
        self._rows[:, from_at : from_at + added] = bars
        self._rows[:, from_at + added : count] = tail
        self._count = count


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
