"""What is drawn of a pair's series in a frame: at most two places a column of pixels, cut where nothing was heard."""

import numpy as np
from numpy.typing import NDArray

from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_series import PairSeries
from gui.arbitrage.chart_thinning import PICTURE_ROWS, PixelColumns
from gui.charts.columns import Columns
from gui.charts.frame import Floats, Frame, TimeSpan

#: A line is cut where places are this many times further apart than usual, and never within `LEAST_HOLE_S`.
HOLE = 5.0
LEAST_HOLE_S = 15.0
FIRST_WIDTH_PX = 800


class Picture:
    """The places of one frame, made once for all that is drawn of them. `step_s` is what they stand for."""

    def __init__(self) -> None:
        self._series = PairSeries()
        self._step_s = 0
        self._thinned = PixelColumns(self._series, self._step_s)
        self._version = 0
        self._key: object = None
        self._width = FIRST_WIDTH_PX
        self._columns: Columns = np.empty((PICTURE_ROWS, 0))
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
        self._thinned = PixelColumns(series, self._step_s)
        self.changed()

    def set_step(self, step_s: int) -> None:
        if step_s != self._step_s:
            self._step_s = step_s
            self._thinned = PixelColumns(self._series, step_s)
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
            self._columns = self._thinned.of(time, self._width)
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
