"""Own entries and exits as triangles: selling at home from above, buying at home from below, the tip at the percent."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.arbitrage.chart_positions import NO_MARKS, PositionMarks
from gui.charts.frame import Frame, TimeSpan
from gui.charts.layers import FILLS_Z, PixelItem
from gui.theme import Theme, mix

HIGH_PX, HALF_PX = 11.0, 6.0
#: Above so many in view triangles would hide the curves; then each is a dot, and no entry is joined with its exit.
MOST_TRIANGLES = 200
NEAR_PX = 10.0


class PositionLayer(PixelItem):
    """Marks of positions; `nearest` finds the one under the mouse."""

    def __init__(self) -> None:
        super().__init__(FILLS_Z)
        self._marks = NO_MARKS
        self._brushes = (QBrush(), QBrush())
        self._edge, self._join = QPen(), QPen()
        self._shapes: tuple[list[QPolygonF], list[QPolygonF]] = ([], [])
        self._joins: list[QLineF] = []

    def set_theme(self, theme: Theme) -> None:
        self._brushes = (QBrush(mix(theme.up, theme.text, 0.8)), QBrush(mix(theme.down, theme.text, 0.8)))
        self._edge = QPen(theme.panel, 1)
        self._join = QPen(theme.strong_line, 1, Qt.PenStyle.DotLine)

    def show_marks(self, marks: PositionMarks) -> None:
        """Draw these from now on."""
        self._marks = marks

    def price_range(self, time: TimeSpan) -> tuple[float, float] | None:
        from_at, to_at = np.searchsorted(self._marks.times_s, (time.start_s, time.end_s))
        shown = self._marks.pcts[from_at:to_at]
        return (float(shown.min()), float(shown.max())) if len(shown) else None

    def show_frame(self, frame: Frame) -> None:
        super().show_frame(frame)
        marks = self._marks
        margin_s = HIGH_PX / frame.px_per_s
        from_at, to_at = (
            int(at)
            for at in np.searchsorted(marks.times_s, (frame.time.start_s - margin_s, frame.time.end_s + margin_s))
        )
        self.setVisible(to_at > from_at)
        are_dots = to_at - from_at > MOST_TRIANGLES
        self._shapes, self._joins = ([], []), []
        places = [
            QPointF(frame.x(float(marks.times_s[at])), frame.y(float(marks.pcts[at]))) for at in range(from_at, to_at)
        ]
        for at, place in enumerate(places, start=from_at):
            sells = bool(marks.sells_at_home[at])
            self._shapes[sells].append(_dot(place) if are_dots else _triangle(place, is_above=sells))
        if not are_dots:
            for entry, exit_ in marks.joins:
                if from_at <= entry < to_at and from_at <= exit_ < to_at:
                    self._joins.append(QLineF(places[entry - from_at], places[exit_ - from_at]))

    def nearest(self, place: QPointF, frame: Frame) -> tuple[str, bool] | None:
        """The position at a place, and whether its entry is meant; None where no mark is near."""
        marks = self._marks
        if not len(marks.times_s):
            return None
        # The middle of a triangle is what a hand points at.
        middles = frame.ys(marks.pcts) + np.where(marks.sells_at_home, -HIGH_PX / 2, HIGH_PX / 2)
        away = np.hypot(frame.xs(marks.times_s) - place.x(), middles - place.y())
        at = int(away.argmin())
        return marks.ids[at] if away[at] <= NEAR_PX else None

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._join)
        painter.drawLines(self._joins)
        painter.setPen(self._edge)
        for brush, shapes in zip(self._brushes, self._shapes, strict=True):
            painter.setBrush(brush)
            for shape in shapes:
                painter.drawPolygon(shape)


def _triangle(tip: QPointF, *, is_above: bool) -> QPolygonF:
    base = tip.y() - HIGH_PX if is_above else tip.y() + HIGH_PX
    return QPolygonF([tip, QPointF(tip.x() - HALF_PX, base), QPointF(tip.x() + HALF_PX, base)])


def _dot(at: QPointF) -> QPolygonF:
    x, y = at.x(), at.y()
    return QPolygonF([QPointF(x - 2, y - 2), QPointF(x + 2, y - 2), QPointF(x + 2, y + 2), QPointF(x - 2, y + 2)])
