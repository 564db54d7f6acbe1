"""What can be drawn into a chart: candles, curves, fills. Each knows its own values and nothing of the mouse."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.charts.bars import CLOSE, HIGH, LOW, OPEN, OPENED, BarColumns, Columns
from gui.charts.frame import Floats, Frame, TimeSpan
from gui.theme import Theme, mix

WIDEST_BODY_PX = 21
NARROWEST_BODY_PX = 3.0


class Layer(Protocol):
    """One kind of content of a chart."""

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        """Lowest and highest value on show, or None when there is nothing to make room for."""
        ...

    def paint(self, painter: QPainter, frame: Frame, theme: Theme) -> None:
        """Draw what is visible. The painter is clipped to the plot; nothing else is to be kept."""
        ...


class CandleLayer:
    """Candles; where bars are narrower than a pixel, one line from lowest to highest for each column of pixels."""

    def __init__(self) -> None:
        self._bars = BarColumns()
        self._timeframe_s = 60

    def show(self, bars: BarColumns, timeframe_s: int) -> None:
        """Draw these bars from now on; the caller says when they changed."""
        self._bars, self._timeframe_s = bars, timeframe_s

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        bars = self._bars.window(time.start_s - self._timeframe_s, time.end_s)
        if not bars.shape[1]:
            return None
        return float(bars[LOW].min()), float(bars[HIGH].max())

    def paint(self, painter: QPainter, frame: Frame, theme: Theme) -> None:
        bars = self._bars.window(frame.time.start_s - self._timeframe_s, frame.time.end_s)
        if not bars.shape[1]:
            return
        bar_px = self._timeframe_s * frame.px_per_s
        if bar_px < 1:
            up, down = column_rects(bars, frame)
        else:
            up, down = candle_rects(bars, frame, self._timeframe_s)
        for colour, rects in ((theme.down, down), (theme.up, up)):
            if rects:
                painter.setPen(colour)
                painter.setPen(QPen(QColor(0, 0, 0, 0)))
                painter.setBrush(colour)
                painter.drawRects(rects)


def candle_rects(bars: Columns, frame: Frame, timeframe_s: int) -> tuple[list[QRect], list[QRect]]:
    """Bodies and wicks of rising and of falling bars, on whole pixels, bodies one pixel apart."""
    bar_px = timeframe_s * frame.px_per_s
    left = np.floor(frame.xs(bars[OPENED])).astype(int)
    right = np.floor(frame.xs(bars[OPENED] + timeframe_s)).astype(int)
    width = right - left
    body = np.where(width > 2, width - 1, width) if bar_px >= NARROWEST_BODY_PX else np.ones_like(width)
    # An odd body has its wick exactly in the middle.
    body = np.minimum(np.where((body > 2) & (body % 2 == 0), body - 1, body), WIDEST_BODY_PX).clip(1)
    body_left = left + (np.maximum(width - 1, body) - body) // 2
    wick_x = body_left + body // 2
    opens, closes = np.rint(frame.ys(bars[OPEN])).astype(int), np.rint(frame.ys(bars[CLOSE])).astype(int)
    highs, lows = np.rint(frame.ys(bars[HIGH])).astype(int), np.rint(frame.ys(bars[LOW])).astype(int)
    tops, bottoms = np.minimum(opens, closes), np.maximum(opens, closes)
    is_up = bars[CLOSE] >= bars[OPEN]
    result: tuple[list[QRect], list[QRect]] = ([], [])
    rows = zip(
        is_up.tolist(), body_left.tolist(), body.tolist(), wick_x.tolist(),
        tops.tolist(), bottoms.tolist(), highs.tolist(), lows.tolist(), strict=True,
    )  # fmt: skip
    for rises, x, wide, wick, top, bottom, high, low in rows:
        rects = result[0] if rises else result[1]
        rects.append(QRect(wick, high, 1, max(low - high, 1)))
        if wide > 1:
            rects.append(QRect(x, top, wide, max(bottom - top, 1)))
    return result


def column_rects(bars: Columns, frame: Frame) -> tuple[list[QRect], list[QRect]]:
    """One rectangle a pixel column from the lowest low to the highest high; rising when it closes above its open."""
    columns = np.floor(frame.xs(bars[OPENED])).astype(int)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(columns)) + 1))
    ends = np.concatenate((starts[1:], [len(columns)])) - 1
    highs = np.rint(frame.ys(np.maximum.reduceat(bars[HIGH], starts))).astype(int)
    lows = np.rint(frame.ys(np.minimum.reduceat(bars[LOW], starts))).astype(int)
    is_up = bars[CLOSE, ends] >= bars[OPEN, starts]
    result: tuple[list[QRect], list[QRect]] = ([], [])
    for rises, x, high, low in zip(
        is_up.tolist(), columns[starts].tolist(), highs.tolist(), lows.tolist(), strict=True
    ):
        (result[0] if rises else result[1]).append(QRect(x, high, 1, max(low - high, 1)))
    return result


@dataclass(frozen=True, slots=True)
class FillMarks:
    """Own fills: times in seconds, prices, and whether each was a buy. Oldest first."""

    times_s: Floats
    prices: Floats
    is_buy: np.ndarray[tuple[int], np.dtype[np.bool_]]


NO_FILLS = FillMarks(np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_))


class FillLayer:
    """Own fills as small triangles with the tip at the price: a buy from below, a sell from above."""

    SIZE_PX = 5
    #: Above this many in view triangles would hide the candles; then each is a dot.
    MOST_TRIANGLES = 250

    def __init__(self) -> None:
        self._fills = NO_FILLS

    def show(self, fills: FillMarks) -> None:
        self._fills = fills

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        return None

    def paint(self, painter: QPainter, frame: Frame, theme: Theme) -> None:
        from_at, to_at = np.searchsorted(self._fills.times_s, (frame.time.start_s, frame.time.end_s))
        if to_at <= from_at:
            return
        xs = frame.xs(self._fills.times_s[from_at:to_at])
        ys = frame.ys(self._fills.prices[from_at:to_at])
        is_buy = self._fills.is_buy[from_at:to_at]
        if to_at - from_at > self.MOST_TRIANGLES:
            self._paint_dots(painter, theme, xs, ys, is_buy)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self.SIZE_PX
        for x, y, buys in zip(xs.tolist(), ys.tolist(), is_buy.tolist(), strict=True):
            base = y + 1.6 * size if buys else y - 1.6 * size
            painter.setPen(QPen(theme.panel, 1.5))
            painter.setBrush(mix(theme.up if buys else theme.down, theme.text, 0.8))
            painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x - size, base), QPointF(x + size, base)]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    @staticmethod
    def _paint_dots(
        painter: QPainter, theme: Theme, xs: Floats, ys: Floats, is_buy: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> None:
        # Many fills of a rung share their pixels; each place is drawn once.
        places = np.unique(np.stack((np.rint(xs), np.rint(ys), is_buy)), axis=1).astype(int)
        painter.setPen(theme.panel)
        for buys in (0, 1):
            painter.setBrush(mix(theme.up if buys else theme.down, theme.text, 0.8))
            chosen = places[:, places[2] == buys]
            rects = [QRect(x - 2, y - 2, 4, 4) for x, y in zip(chosen[0].tolist(), chosen[1].tolist(), strict=True)]
            if rects:
                painter.drawRects(rects)


class CurveLayer:
    """A line through points, with the lowest and highest of each pixel column kept where points are dense."""

    def __init__(self, meaning: str, width_px: float = 1.5, is_dashed: bool = False) -> None:
        """`meaning` names the colour of the theme: "accent", "amber", "muted"."""
        self._meaning = meaning
        self._width_px = width_px
        self._is_dashed = is_dashed
        self._times_s: Floats = np.empty(0)
        self._values: Floats = np.empty(0)

    def show(self, times_s: Floats, values: Floats) -> None:
        """Points in order of time."""
        self._times_s, self._values = times_s, values

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        from_at, to_at = self._visible(time)
        if to_at <= from_at:
            return None
        shown = self._values[from_at:to_at]
        return float(shown.min()), float(shown.max())

    def paint(self, painter: QPainter, frame: Frame, theme: Theme) -> None:
        from_at, to_at = self._visible(frame.time)
        if to_at <= from_at:
            return
        xs, ys = frame.xs(self._times_s[from_at:to_at]), frame.ys(self._values[from_at:to_at])
        xs, ys = thinned(xs, ys)
        pen = QPen(colour_of(theme, self._meaning), self._width_px)
        if self._is_dashed:
            pen.setDashPattern([4, 3])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.drawPolyline([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _visible(self, time: TimeSpan) -> tuple[int, int]:
        from_at, to_at = np.searchsorted(self._times_s, (time.start_s, time.end_s))
        return max(0, int(from_at) - 1), min(len(self._times_s), int(to_at) + 1)


def colour_of(theme: Theme, meaning: str) -> QColor:
    """A colour of the theme by the name of its meaning."""
    colour: QColor = getattr(theme, meaning)
    return colour


def thinned(xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
    """At most four points a pixel column: first, lowest, highest and last, so that no spike is lost."""
    if len(xs) < 2 or len(xs) < 3 * (xs[-1] - xs[0]):
        return xs, ys
    columns = np.floor(xs)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(columns)) + 1))
    ends = np.concatenate((starts[1:], [len(xs)])) - 1
    shown_x = np.repeat(columns[starts], 4)
    shown_y = np.empty(4 * len(starts))
    shown_y[0::4], shown_y[3::4] = ys[starts], ys[ends]
    shown_y[1::4], shown_y[2::4] = np.minimum.reduceat(ys, starts), np.maximum.reduceat(ys, starts)
    return shown_x, shown_y
