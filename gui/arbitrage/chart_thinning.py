"""Many places put together, one for each column of pixels. What was put together once is kept while a chart moves.

A column of pixels is a span of time that begins at a whole number of its lengths since 1970, wherever the frame begins.
So a chart that follows its newest reading or a hand works out only the columns that came into sight, and its curves do
not flicker because every column holds other readings than a moment ago.
"""

import math

import numpy as np
from numpy.typing import NDArray

from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_series import ROW_COUNT, PairSeries, Span
from gui.charts.columns import Columns
from gui.charts.frame import Floats, TimeSpan

#: Rows behind those of the series: lowest and highest of the direction BUY_HOME in a column of pixels.
BACK_LOW, BACK_HIGH, BACK_NET_LOW, BACK_NET_HIGH = range(ROW_COUNT, ROW_COUNT + 4)
PICTURE_ROWS = ROW_COUNT + 4
LOWS = (rows.PREMIUM_LOW, rows.NET_LOW, BACK_LOW, BACK_NET_LOW)
HIGHS = (rows.PREMIUM_HIGH, rows.NET_HIGH, BACK_HIGH, BACK_NET_HIGH, rows.PAID)
LASTS = (rows.HOME, rows.FOREIGN, rows.RATE)
MEANS = (rows.PREMIUM, rows.NET, rows.BACK, rows.BACK_NET)
#: A span that was moved is as long as before, but for what a float loses.
SAME_LENGTH = 1e-5
#: So many times the columns of a frame are kept.
KEPT_FRAMES = 4

Numbers = NDArray[np.int64]


class PixelColumns:
    """The columns of pixels of one series at one step and one zoom, as far as they have been on show."""

    def __init__(self, series: PairSeries, step_s: int) -> None:
        self._series = series
        self._step_s = step_s
        self._length_s = 0.0
        self._forget()

    def of(self, time: TimeSpan, width: int) -> Columns:
        """What a frame of `width` pixels shows of a span, with one more on either side where there is one."""
        found = self._series.window(self._step_s, time.start_s, time.end_s)
        changed = self._series.take_changes(self._step_s)
        if found.shape[1] <= 2 * width:
            self._forget()
            return one_by_one(found)
        length_s = time.length_s / width
        if abs(length_s - self._length_s) > SAME_LENGTH * length_s:
            self._length_s = length_s
            self._forget()
        for span in changed:
            self._drop(span)
        first, last = self._number(float(found[rows.TIME, 0])), self._number(float(found[rows.TIME, -1]))
        self._extend(first, last)
        if self._last - self._first > KEPT_FRAMES * width:
            self._keep(first, last)
        start, end = np.searchsorted(self._numbers, (first, last + 1))
        return self._columns[:, start:end]

    def _number(self, at_s: float) -> int:
        return math.floor(at_s / self._length_s)

    def _forget(self) -> None:
        self._first, self._last = 0, -1
        self._numbers: Numbers = np.empty(0, dtype=np.int64)
        self._columns: Columns = np.empty((PICTURE_ROWS, 0))

    def _drop(self, changed: Span) -> None:
        """Keep what lies before a change or what lies behind it: what is more."""
        if self._first > self._last:
            return
        from_s, to_s = changed
        before = self._number(from_s) - 1 if from_s > -math.inf else self._first - 1
        behind = self._number(to_s) + 1
        if before - self._first >= self._last - behind:
            self._keep(self._first, before)
        else:
            self._keep(behind, self._last)

    def _keep(self, first: int, last: int) -> None:
        start, end = np.searchsorted(self._numbers, (first, last + 1))
        self._numbers, self._columns = self._numbers[start:end], self._columns[:, start:end]
        self._first, self._last = max(self._first, first), min(self._last, last)

    def _extend(self, first: int, last: int) -> None:
        """Know all columns from `first` to `last`, and those in between that were known before."""
        if self._first > self._last or first > self._last + 1 or last < self._first - 1:
            self._numbers, self._columns = self._worked_out(first, last)
            self._first, self._last = first, last
            return
        if first < self._first:
            numbers, columns = self._worked_out(first, self._first - 1)
            self._numbers = np.concatenate((numbers, self._numbers))
            self._columns = np.concatenate((columns, self._columns), axis=1)
            self._first = first
        if last > self._last:
            numbers, columns = self._worked_out(self._last + 1, last)
            self._numbers = np.concatenate((self._numbers, numbers))
            self._columns = np.concatenate((self._columns, columns), axis=1)
            self._last = last

    def _worked_out(self, first: int, last: int) -> tuple[Numbers, Columns]:
        length_s = self._length_s
        places = self._series.window(self._step_s, first * length_s, (last + 1) * length_s)
        numbers: Numbers = np.floor(places[rows.TIME] / length_s).astype(np.int64)
        start, end = np.searchsorted(numbers, (first, last + 1))
        numbers, places = numbers[start:end], places[:, start:end]
        if not len(numbers):
            return numbers, np.empty((PICTURE_ROWS, 0))
        starts = np.concatenate((np.zeros(1, dtype=np.intp), np.flatnonzero(np.diff(numbers)) + 1))
        return numbers[starts], put_together(places, starts)


def one_by_one(places: Columns) -> Columns:
    """Places as they are, with the rows of a picture."""
    result: Columns = np.empty((PICTURE_ROWS, places.shape[1]))
    result[:ROW_COUNT] = places
    result[[BACK_LOW, BACK_HIGH]] = places[rows.BACK]
    result[[BACK_NET_LOW, BACK_NET_HIGH]] = places[rows.BACK_NET]
    return result


def put_together(places: Columns, starts: NDArray[np.intp]) -> Columns:
    """One place from each of `starts` to before the next: lowest and highest, mean, and the last of prices and rate."""
    result: Columns = np.empty((PICTURE_ROWS, len(starts)))
    result[rows.TIME] = places[rows.TIME, starts]
    ends = np.append(starts[1:], places.shape[1]) - 1
    for row in LASTS:
        result[row] = places[row, ends]
    for row in MEANS:
        result[row] = _means(places[row], starts, ends + 1 - starts)
    for row, source in zip(LOWS, (rows.PREMIUM_LOW, rows.NET_LOW, rows.BACK, rows.BACK_NET), strict=True):
        result[row] = np.fmin.reduceat(places[source], starts)
    for row, source in zip(HIGHS, (rows.PREMIUM_HIGH, rows.NET_HIGH, rows.BACK, rows.BACK_NET, rows.PAID), strict=True):
        result[row] = np.fmax.reduceat(places[source], starts)
    return result


def _means(values: Floats, starts: NDArray[np.intp], counts: NDArray[np.intp]) -> Floats:
    sums: Floats = np.add.reduceat(values, starts) / counts
    if not np.isnan(sums).any():
        return sums
    known = ~np.isnan(values)
    found = np.add.reduceat(known.astype(np.float64), starts)
    total = np.add.reduceat(np.where(known, values, 0.0), starts)
    means: Floats = np.full(len(starts), math.nan)
    np.divide(total, found, out=means, where=found > 0)
    return means
