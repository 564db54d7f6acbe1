"""What can be drawn into a chart: candles, curves, fills. Each knows its own values and nothing of the mouse."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.charts.bars import CLOSE, HIGH, LOW, OPEN, OPENED, BarColumns
from gui.charts.columns import Columns
from gui.charts.frame import Floats, Frame, TimeSpan
from gui.charts.plotting import GraphicsObject, PlotDataItem, ScatterPlotItem, ViewBox
from gui.theme import Theme, mix

WIDEST_BODY_PX = 21
NARROWEST_BODY_PX = 3.0

#: What is painted in pixels lies behind (below 0) or before what pyqtgraph places by its values (at 0).
SHADE_Z, BEHIND_Z, CANDLES_Z, LABELS_Z, VEIL_Z, NOTICE_Z, CURSOR_Z, READOUT_Z, HINT_Z = -3, -2, -1, 1, 2, 3, 4, 5, 6
FILLS_Z, TAG_LINE_Z, LINES_Z = 1, 2, 3


class Layer(Protocol):
    """One kind of content of a chart."""

    def attach(self, view: ViewBox) -> None:
        """Become part of a view; once."""
        ...

    def set_theme(self, theme: Theme) -> None: ...

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        """Lowest and highest value on show, or None when there is nothing to make room for."""
        ...

    def show_frame(self, frame: Frame) -> None:
        """The view shows another frame, or the values changed; what is painted from now on is made here."""
        ...


class PixelItem(GraphicsObject):
    """An item that covers the view and paints in its pixels: what has to stand on whole ones is laid out by hand."""

    def __init__(self, z: float) -> None:
        super().__init__()
        self._plot = QRect()
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def attach(self, view: ViewBox) -> None:
        """Become part of a view; once."""
        self.setParentItem(view)

    def boundingRect(self) -> QRectF:
        return QRectF(self._plot)

    def show_frame(self, frame: Frame) -> None:
        """Lay everything out for another frame or other values; painting only draws."""
        if frame.plot != self._plot:
            self.prepareGeometryChange()
            self._plot = QRect(frame.plot)


class CandleItem(PixelItem):
    """Candles; where bars are narrower than a pixel, one line from lowest to highest for each column of pixels."""

    def __init__(self) -> None:
        super().__init__(CANDLES_Z)
        self._bars = BarColumns()
        self._timeframe_s = 60
        self._colours = (QColor(), QColor())
        self._rects: tuple[list[QRect], list[QRect]] = ([], [])

    def show_bars(self, bars: BarColumns, timeframe_s: int) -> None:
        """Draw these bars from now on; the caller says when they changed."""
        self._bars, self._timeframe_s = bars, timeframe_s

    def set_theme(self, theme: Theme) -> None:
        self._colours = (theme.up, theme.down)

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        bars = self._bars.window(time.start_s - self._timeframe_s, time.end_s)
        if not bars.shape[1]:
            return None
        return float(bars[LOW].min()), float(bars[HIGH].max())

    def show_frame(self, frame: Frame) -> None:
        super().show_frame(frame)
        bars = self._bars.window(frame.time.start_s - self._timeframe_s, frame.time.end_s)
        if not bars.shape[1]:
            self._rects = ([], [])
        elif self._timeframe_s * frame.px_per_s < 1:
            self._rects = column_rects(bars, frame)
        else:
            self._rects = candle_rects(bars, frame, self._timeframe_s)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, rects in reversed(list(zip(self._colours, self._rects, strict=True))):
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


def _triangle(points_up: bool) -> QPainterPath:
    # pyqtgraph's symbols are one wide and high about the point; here the tip stands on it.
    base = 0.5 if points_up else -0.5
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(0, 0), QPointF(-0.3125, base), QPointF(0.3125, base)]))
    path.closeSubpath()
    return path


class FillLayer:
    """Own fills as small triangles with the tip at the price: a buy from below, a sell from above."""

    SIZE_PX = 16.0
    DOT_PX = 4.0
    #: Above this many in view triangles would hide the candles; then each is a dot.
    MOST_TRIANGLES = 250

    def __init__(self) -> None:
        self._fills = NO_FILLS
        self._items = (ScatterPlotItem(), ScatterPlotItem())
        self._symbols = (_triangle(points_up=False), _triangle(points_up=True))
        self._pen = QPen()
        self._brushes = (QBrush(), QBrush())
        self._drawn: tuple[FillMarks, bool, QPen] | None = None

    def attach(self, view: ViewBox) -> None:
        for item in self._items:
            item.setZValue(FILLS_Z)
            view.addItem(item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        self._pen = QPen(theme.panel, 1.5)
        self._pen.setCosmetic(True)
        self._brushes = (QBrush(mix(theme.down, theme.text, 0.8)), QBrush(mix(theme.up, theme.text, 0.8)))

    def show(self, fills: FillMarks) -> None:
        self._fills = fills

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        return None

    def show_frame(self, frame: Frame) -> None:
        from_at, to_at = np.searchsorted(self._fills.times_s, (frame.time.start_s, frame.time.end_s))
        are_dots = bool(to_at - from_at > self.MOST_TRIANGLES)
        wanted = (self._fills, are_dots, self._pen)
        if self._drawn is not None and all(new is old for new, old in zip(wanted, self._drawn, strict=True)):
            return
        self._drawn = wanted
        for buys, item in enumerate(self._items):
            chosen = self._fills.is_buy == bool(buys)
            item.setData(
                x=self._fills.times_s[chosen],
                y=self._fills.prices[chosen],
                size=self.DOT_PX if are_dots else self.SIZE_PX,
                symbol="s" if are_dots else self._symbols[buys],
                pen=self._pen,
                brush=self._brushes[buys],
            )


class CurveLayer:
    """A line through points; where they are dense, pyqtgraph keeps the lowest and the highest of each column."""

    def __init__(self, meaning: str, width_px: float = 1.5, is_dashed: bool = False) -> None:
        """`meaning` names the colour of the theme: "accent", "amber", "muted"."""
        self._meaning = meaning
        self._width_px = width_px
        self._is_dashed = is_dashed
        self._times_s: Floats = np.empty(0)
        self._values: Floats = np.empty(0)
        self._item = PlotDataItem(antialias=True, clipToView=True, autoDownsample=True, skipFiniteCheck=True)

    def attach(self, view: ViewBox) -> None:
        view.addItem(self._item, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        pen = QPen(colour_of(theme, self._meaning), self._width_px)
        pen.setCosmetic(True)
        if self._is_dashed:
            pen.setDashPattern([4, 3])
        self._item.setPen(pen)

    def show(self, times_s: Floats, values: Floats) -> None:
        """Points in order of time."""
        self._times_s, self._values = times_s, values
        self._item.setData(times_s, values)

    @property
    def drawn(self) -> tuple[Floats, Floats]:
        """The points that pyqtgraph draws of them in the present view: times and values."""
        return self._item.curve.getData()

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        from_at, to_at = np.searchsorted(self._times_s, (time.start_s, time.end_s))
        shown = self._values[max(0, int(from_at) - 1) : int(to_at) + 1]
        return (float(shown.min()), float(shown.max())) if len(shown) else None

    def show_frame(self, frame: Frame) -> None:
        """Nothing to lay out: the view places the points."""


def colour_of(theme: Theme, meaning: str) -> QColor:
    """A colour of the theme by the name of its meaning."""
    colour: QColor = getattr(theme, meaning)
    return colour
