"""What is drawn into the panes of a spread chart: curves with the band of what they sum up, and where an entry paid."""

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.arbitrage.chart_picture import Picture
from gui.arbitrage.chart_series import TIME
from gui.charts.columns import Columns
from gui.charts.frame import Floats, Frame, TimeSpan
from gui.charts.layers import BEHIND_Z, SHADE_Z, PixelItem, colour_of
from gui.charts.plotting import arrayToQPolygonF
from gui.theme import Theme, mix

CURVES_Z = 0.0
BAND_SHARE = 0.34
#: Quiet enough for a pair that pays all day.
SHADE_SHARE_DARK, SHADE_SHARE_LIGHT = 0.14, 0.1
#: Far outside of every picture; Qt's painter loses its way with coordinates beyond 32,767.
FAR_PX = 8_000.0


class CurveLine(PixelItem):
    """One row of the picture as a line, over a band from `low` to `high` where it sums up several readings.

    `values` turns columns into what is drawn, where that is not the row itself.
    """

    def __init__(
        self,
        picture: Picture,
        row: int,
        meaning: str,
        band: tuple[int, int] | None = None,
        values: Callable[[Columns], Floats] | None = None,
        z: float = CURVES_Z,
    ) -> None:
        super().__init__(z)
        self._picture = picture
        self._row = row
        self._meaning = meaning
        self._band = band
        self._values = values
        self._pen = QPen()
        self._fill = QColor()
        self._lines: list[QPolygonF] = []
        self._bands: list[QPolygonF] = []
        self._columns: list[QPolygonF] = []
        self._column_pen = QPen()
        self._is_shown = True

    @property
    def is_shown(self) -> bool:
        return self._is_shown

    def set_shown(self, shown: bool) -> None:
        self._is_shown = shown
        self.setVisible(shown)

    def set_theme(self, theme: Theme) -> None:
        colour = colour_of(theme, self._meaning)
        self._pen = QPen(colour, 1)
        self._fill = mix(colour, theme.panel, BAND_SHARE)
        self._column_pen = QPen(self._fill, 1)

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        if not self._is_shown:
            return None
        places = self._picture.places(time)
        if not places.shape[1]:
            return None
        lows = highs = self._of(places)
        if self._band is not None:
            lows, highs = places[self._band[0]], places[self._band[1]]
        low, high = float(np.fmin.reduce(lows)), float(np.fmax.reduce(highs))
        return None if math.isnan(low) or math.isnan(high) else (low, high)

    def show_frame(self, frame: Frame) -> None:
        super().show_frame(frame)
        self._lines, self._bands, self._columns = [], [], []
        if not self._is_shown:
            return
        places = self._picture.of(frame)
        xs = np.clip(frame.xs(places[TIME]), -FAR_PX, FAR_PX)
        ys = np.clip(frame.ys(self._of(places)), -FAR_PX, FAR_PX)
        for piece in self._picture.pieces(frame):
            for start, end in _known_runs(ys[piece], piece.start):
                self._lines.append(arrayToQPolygonF(xs[start:end], ys[start:end]))
                if self._band is not None:
                    self._add_band(frame, places[:, start:end], xs[start:end])

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        for band in self._bands:
            painter.drawPolygon(band)
        painter.setPen(self._column_pen)
        for columns in self._columns:
            painter.drawPolyline(columns)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        for line in self._lines:
            painter.drawPolyline(line)

    def _of(self, places: Columns) -> Floats:
        return self._values(places) if self._values is not None else places[self._row]

    def _add_band(self, frame: Frame, places: Columns, xs: Floats) -> None:
        assert self._band is not None, "asked for where there is one"
        lows, highs = places[self._band[0]], places[self._band[1]]
        if not np.any(highs > lows):
            return
        known = ~np.isnan(lows) & ~np.isnan(highs)
        xs = xs[known]
        tops, bottoms = (np.clip(frame.ys(values[known]), -FAR_PX, FAR_PX) for values in (highs, lows))
        if len(xs) > 1 and xs[-1] - xs[0] < 1.5 * len(xs):
            # One place a pixel: a line up and down through all of them fills the band at a tenth of a polygon's cost.
            ys = np.stack((tops, bottoms), axis=1)
            ys[1::2] = ys[1::2, ::-1]
            self._columns.append(arrayToQPolygonF(np.repeat(np.round(xs), 2), ys.ravel()))
        else:
            self._bands.append(arrayToQPolygonF(np.concatenate((xs, xs[::-1])), np.concatenate((tops, bottoms[::-1]))))


class OpportunityShade(PixelItem):
    """Columns of the time in which an entry would have brought at least what the bots ask for, or anything at all."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(SHADE_Z)
        self._picture = picture
        self._thresholds: tuple[tuple[int, float], ...] = ()
        self._fill = QColor()
        self._rects: list[QRect] = []

    def set_thresholds(self, thresholds: tuple[tuple[int, float], ...]) -> None:
        """Rows of the picture, and from which value on a place of them is an opportunity."""
        self._thresholds = thresholds

    @property
    def rects(self) -> list[QRect]:
        """What is shaded, in pixels."""
        return self._rects

    def set_theme(self, theme: Theme) -> None:
        share = SHADE_SHARE_DARK if theme.is_dark else SHADE_SHARE_LIGHT
        self._fill = mix(theme.amber, theme.panel, share)

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        return None

    def show_frame(self, frame: Frame) -> None:
        super().show_frame(frame)
        places = self._picture.of(frame)
        paid = np.zeros(places.shape[1], dtype=np.bool_)
        for row, least in self._thresholds:
            paid |= places[row] >= least
        self._rects = []
        for piece in self._picture.pieces(frame):
            xs = frame.xs(places[TIME, piece])
            typical = float(np.median(np.diff(xs))) if len(xs) > 1 else 2.0
            ends = np.append(xs[1:], xs[-1] + max(self._picture.step_s * frame.px_per_s, min(typical, 4.0), 1.0))
            for start, end in _runs(paid[piece]):
                left = math.floor(max(xs[start], frame.plot.left()))
                right = math.ceil(min(ends[end - 1], frame.plot.right()))
                if right > left:
                    self._rects.append(QRect(left, frame.plot.top(), right - left, frame.plot.height()))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        for rect in self._rects:
            painter.fillRect(rect, self._fill)


class ZeroLine(PixelItem):
    """A thin line where the premium is nothing."""

    def __init__(self) -> None:
        super().__init__(BEHIND_Z)
        self._pen = QPen()
        self._y: int | None = None
        self._right = 0

    def set_theme(self, theme: Theme) -> None:
        self._pen = QPen(theme.line, 1)

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        return None

    def show_frame(self, frame: Frame) -> None:
        super().show_frame(frame)
        self._right = frame.plot.right()
        self._y = round(frame.y(0.0)) if frame.price.low < 0 < frame.price.high else None
        self.setVisible(self._y is not None)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._y is not None:
            painter.setPen(self._pen)
            painter.drawLine(0, self._y, self._right, self._y)


def _runs(flags: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[tuple[int, int]]:
    """Where flags are set: first and one behind the last of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _known_runs(values: Floats, offset: int) -> list[tuple[int, int]]:
    known = ~np.isnan(values)
    if known.all():
        return [(offset, offset + len(values))] if len(values) else []
    return [(offset + start, offset + end) for start, end in _runs(known)]
