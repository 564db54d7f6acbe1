"""pyqtgraph's view with a chart's manners: the mouse moves and zooms time, and some content always stays in sight."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsSceneWheelEvent

from gui.charts.frame import Frame, PriceSpan, TimeSpan
from gui.charts.plotting import ViewBox

if TYPE_CHECKING:
    from gui.charts.plotting import MouseDragEvent

WHEEL_STEP = 1.18
LONGEST_S = 20 * 365 * 86400.0
FIRST_SPAN = TimeSpan(0.0, 6 * 3600.0)


class ChartViewBox(ViewBox):
    """Seconds since 1970 to the right, values upwards. `sigXRangeChanged` says that another span is on show."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self._first_s: float | None = None
        self._edge_s = FIRST_SPAN.end_s
        self._bar_s = 60.0
        self.disableAutoRange()
        self.set_price_moves(False)
        self.show_span(FIRST_SPAN)
        self.setCursor(Qt.CursorShape.CrossCursor)

    @property
    def time_span(self) -> TimeSpan:
        start, end = self.viewRange()[0]
        return TimeSpan(start, end)

    @property
    def price_span(self) -> PriceSpan:
        low, high = self.viewRange()[1]
        return PriceSpan(low, high)

    @property
    def frame(self) -> Frame:
        """What is on show and where, in the pixels of the view."""
        return Frame(self.rect().toRect(), self.time_span, self.price_span)

    @property
    def first_s(self) -> float | None:
        """Where the content begins."""
        return self._first_s

    @property
    def edge_s(self) -> float:
        """Where the content ends."""
        return self._edge_s

    def set_content(self, first_s: float | None, edge_s: float, bar_s: float) -> None:
        """Where the content begins and ends, and how long one bar of it is."""
        self._first_s, self._edge_s, self._bar_s = first_s, edge_s, bar_s

    def set_price_moves(self, moves: bool) -> None:
        """Whether dragging moves prices too; else it moves time alone."""
        self.setMouseEnabled(x=True, y=moves)

    def show_span(self, span: TimeSpan) -> None:
        self.setXRange(span.start_s, span.end_s, padding=0)

    def show_prices(self, span: PriceSpan) -> None:
        self.setYRange(span.low, span.high, padding=0)

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """`factor` times as much time; about the newest bar unless a place is given."""
        span = self.time_span
        anchor = at_s if at_s is not None else min(self._edge_s, span.end_s)
        self.show_span(span.zoomed(factor, anchor, 12 * self._bar_s, max(LONGEST_S, 4 * self._bar_s)))

    def translateBy(self, t: object = None, x: float | None = None, y: float | None = None) -> None:
        """Move by seconds (`x`) and by a price (`y`); a tenth of the span is kept over the content."""
        if y is not None:
            super().translateBy(y=y)
        if x is None:
            return
        span = self.time_span.moved(x)
        keep = span.length_s * 0.1
        first = self._first_s if self._first_s is not None else self._edge_s - span.length_s
        if span.start_s > self._edge_s - keep:
            span = span.moved(self._edge_s - keep - span.start_s)
        elif span.end_s < first + keep:
            span = span.moved(first + keep - span.end_s)
        self.show_span(span)

    def mouseDragEvent(self, ev: "MouseDragEvent", axis: int | None = None) -> None:
        if ev.button() is not Qt.MouseButton.LeftButton:
            ev.ignore()
            return
        self.setCursor(Qt.CursorShape.CrossCursor if ev.isFinish() else Qt.CursorShape.ClosedHandCursor)
        super().mouseDragEvent(ev, axis)

    def wheelEvent(self, ev: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        steps = ev.delta() / 120
        if ev.modifiers() & Qt.KeyboardModifier.ShiftModifier or ev.orientation() is Qt.Orientation.Horizontal:
            self.translateBy(x=-steps * self.time_span.length_s * 0.08)
        else:
            self.zoom(WHEEL_STEP**-steps, self.frame.time_at(self.mapFromScene(ev.scenePos()).x()))
        ev.accept()
