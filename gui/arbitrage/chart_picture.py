"""What is drawn of a pair's series in a frame: at most two places a column of pixels, cut where nothing was heard."""

import math

import numpy as np
from numpy.typing import NDArray

from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_series import ROW_COUNT, PairSeries
from gui.charts.columns import Columns
from gui.charts.frame import Floats, Frame, TimeSpan

#: Rows behind those of the series: lowest and highest of the direction BUY_HOME in a column of pixels.
BACK_LOW, BACK_HIGH, BACK_NET_LOW, BACK_NET_HIGH = range(ROW_COUNT, ROW_COUNT + 4)
LOWS = (rows.PREMIUM_LOW, rows.NET_LOW, BACK_LOW, BACK_NET_LOW)
HIGHS = (rows.PREMIUM_HIGH, rows.NET_HIGH, BACK_HIGH, BACK_NET_HIGH, rows.PAID)
LASTS = (rows.HOME, rows.FOREIGN, rows.RATE)
MEANS = (rows.PREMIUM, rows.NET, rows.BACK, rows.BACK_NET)
#: A line is cut where places are this many times further apart than usual, and never within `LEAST_HOLE_S`.
HOLE = 5.0
LEAST_HOLE_S = 15.0
FIRST_WIDTH_PX = 800


class Picture:
    """The places of one frame, made once for all that is drawn of them. `step_s` is what they stand for."""

    def __init__(self) -> None:
        self._series = PairSeries()
        self._step_s = 0
        self._version = 0
        self._key: object = None
        self._width = FIRST_WIDTH_PX
        self._columns: Columns = np.empty((ROW_COUNT + 4, 0))
        self._starts: NDArray[np.intp] = np.empty(0, dtype=np.intp)

    @property
    def series(self) -> PairSeries:
        return self._series

    @property
    def step_s(self) -> int:
        return self._step_s

    def choose(self, series: PairSeries) -> None:
        """Draw this series from now on."""
        self._series = series
        self.changed()

    def set_step(self, step_s: int) -> None:
        if step_s != self._step_s:
            self._step_s = step_s
            self.changed()

    def changed(self) -> None:
        """The series has other values."""
        self._version += 1

    def of(self, frame: Frame) -> Columns:
        """The places of a frame, thinned to its columns of pixels where there are more than two in each."""
        self._width = max(frame.plot.width(), 1)
        return self.places(frame.time)

    def places(self, time: TimeSpan) -> Columns:
        """The same of a span of time, at the width of the last frame."""
        key = (self._version, time, self._width)
        if key != self._key:
            self._key = key
            self._columns = _thinned(self._series.window(self._step_s, time.start_s, time.end_s), time, self._width)
            self._starts = _starts(self._columns[rows.TIME], self._step_s)
        return self._columns

    def pieces(self, frame: Frame) -> list[slice]:
        """Where the places of a frame hang together; between two pieces nothing was heard."""
        count = self.of(frame).shape[1]
        ends = [*self._starts[1:].tolist(), count]
        return [slice(start, end) for start, end in zip(self._starts.tolist(), ends, strict=True)] if count else []


def _starts(times: Floats, step_s: int) -> NDArray[np.intp]:
    gaps = np.diff(times)
    if not len(gaps):
        return np.zeros(1, dtype=np.intp)
    limit = max(HOLE * float(np.median(gaps)), LEAST_HOLE_S, 2.5 * step_s)
    return np.concatenate((np.zeros(1, dtype=np.intp), np.flatnonzero(gaps > limit) + 1))


def _thinned(places: Columns, time: TimeSpan, width: int) -> Columns:
    count = places.shape[1]
    result: Columns
    if count <= 2 * width:
        result = np.empty((ROW_COUNT + 4, count))
        result[:ROW_COUNT] = places
        result[[BACK_LOW, BACK_HIGH]] = places[rows.BACK]
        result[[BACK_NET_LOW, BACK_NET_HIGH]] = places[rows.BACK_NET]
        return result
    # One place on either side of the frame, so that lines go on to its edges; between them one a column of pixels.
    edges = time.start_s + np.arange(1, width) * (time.length_s / width)
    starts = np.unique(np.concatenate(([0], np.searchsorted(places[rows.TIME], edges))))
    starts = starts[starts < count]
    result = np.empty((ROW_COUNT + 4, len(starts)))
    result[rows.TIME] = places[rows.TIME, starts]
    ends = np.append(starts[1:], count) - 1
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
