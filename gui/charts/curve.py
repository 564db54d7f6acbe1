"""Points of an equity curve: samples of the history joined with what the running engine says now."""

from collections.abc import Sequence

import numpy as np

from engine.domain.messages import EquitySampled
from gui.charts.bars import seconds_of
from gui.charts.frame import Floats

#: Live points are kept this far apart in market time; the newest one moves until then.
KEEP_EVERY_S = 60.0
MOST_POINTS = 20_000


class EquityCurve:
    """Times in seconds, equity and floating PnL in quote, in order of time."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float, float]] = []
        self._tip: tuple[float, float, float] | None = None

    def __len__(self) -> int:
        return len(self._points) + (self._tip is not None)

    def clear(self) -> None:
        self._points, self._tip = [], None

    def put_samples(self, samples: Sequence[EquitySampled]) -> None:
        """Samples of the history, oldest first; live points older than the last of them are dropped."""
        stored = [(seconds_of(sample.at), float(sample.equity), float(sample.floating_pnl)) for sample in samples]
        last = stored[-1][0] if stored else float("-inf")
        self._points = [*stored, *(point for point in self._points if point[0] > last)]
        self._thin()

    def put_live(self, at_s: float, equity: float, floating: float) -> bool:
        """What is true now. Times that go back are ignored. Returns whether anything changed."""
        point = (at_s, equity, floating)
        if point == self._tip or (self._points and at_s < self._points[-1][0]):
            return False
        if not self._points or at_s - self._points[-1][0] >= KEEP_EVERY_S:
            self._points.append(point)
            self._thin()
        self._tip = point
        return True

    def columns(self) -> tuple[Floats, Floats, Floats]:
        """Times, equity and floating PnL."""
        points = self._points
        if self._tip is not None and (not points or self._tip[0] > points[-1][0]):
            points = [*points, self._tip]
        table = np.array(points, dtype=np.float64).reshape(-1, 3)
        return table[:, 0], table[:, 1], table[:, 2]

    def _thin(self) -> None:
        if len(self._points) > MOST_POINTS:
            self._points = self._points[::2]
