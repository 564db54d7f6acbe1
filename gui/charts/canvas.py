"""The chart widget: panes over one time axis, painted once per change and at most 30 times a second. It keeps what is
shown and follows the market; layers and lines draw themselves; it knows nothing of bots."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from gui.charts.axes import TimeAxis
from gui.charts.frame import Frame, TimeSpan
from gui.charts.layers import Layer
from gui.charts.lines import PriceLine
from gui.charts.pane import Pane
from gui.charts.plotting import GraphicsView
from gui.charts.readout import ReadoutPart
from gui.charts.view_box import WHEEL_STEP
from gui.theme import Theme

FRAME_MS = 33


def local_zone() -> tzinfo:
    """The time zone of the person at this machine."""
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None, "an aware time has a zone"
    return zone


class ChartCanvas(GraphicsView):
    """A main pane of `layers` and the panes `below` it, as high as their shares (the main one has 100), over one span
    of time.

    `time_moved` says that another span is on show (pages may be missing on the left), `pointed` which instant the mouse
    points at, None for none. `line_moved` and `line_dropped` report a draggable line of the main pane and the price it
    is held at. Lines, room, notice and read-out are the main pane's.
    """

    time_moved = Signal()
    pointed = Signal(object)
    line_moved = Signal(str, float)
    line_dropped = Signal(str, float)

    def __init__(
        self,
        theme: Theme,
        layers: Sequence[Layer],
        zone: tzinfo | None = None,
        below: Sequence[tuple[Pane, int]] = (),
        *,
        is_steady: bool = False,
        head_px: int = 0,
        most_times: float = 3.0,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._main = Pane(theme, layers, is_steady=is_steady, head_px=head_px, most_times=most_times)
        self.panes = (self._main, *(pane for pane, _ in below))
        self._shares = (100, *(share for _, share in below))
        self._is_following = True
        self._is_dirty = True
        self._cursor: QPointF | None = None
        self._pointed_s: float | None = None
        self._painted_at = 0.0
        self.paint_count = 0
        #: What the numbers of the widest axis need.
        self.axis_width = 0
        self._least_axis_px = 0
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.timeout.connect(self.viewport().update)
        self.view = self._main.view
        self._time_axis = TimeAxis(theme, zone or local_zone())
        self._build()
        self.set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(720, 420)

    @property
    def readout(self) -> Callable[[float | None], Sequence[ReadoutPart]]:
        """What the corner says of an instant, or of the newest bar for None."""
        return self._main.readout

    @readout.setter
    def readout(self, readout: Callable[[float | None], Sequence[ReadoutPart]]) -> None:
        self._main.readout = readout

    @property
    def price_text(self) -> Callable[[float], str]:
        """How a price is written on this chart."""
        return self._main.axis.price_text

    @price_text.setter
    def price_text(self, text: Callable[[float], str]) -> None:
        self._main.axis.price_text = text

    def set_smallest_step(self, step: float) -> None:
        """The price increment: numbers on the axis are never closer."""
        self._main.axis.smallest_step = step

    @property
    def time_span(self) -> TimeSpan:
        return self.view.time_span

    @property
    def is_following(self) -> bool:
        """Whether the newest bar keeps its place at the right."""
        return self._is_following

    @property
    def frame(self) -> Frame:
        """The geometry of the present picture's main pane."""
        if self._is_dirty:
            self._main.fit_prices()
        return self.view.frame

    @property
    def lines(self) -> tuple[tuple[PriceLine, ...], tuple[PriceLine, ...], PriceLine | None]:
        """Rungs, marks and the tag of the present price, as they were given."""
        return self._main.lines

    @property
    def notice(self) -> str:
        """The sentence over the chart."""
        return self._main.notice

    @property
    def is_stale(self) -> bool:
        return self._main.is_stale

    @property
    def is_dirty(self) -> bool:
        """Whether the picture is older than its content."""
        return self._is_dirty

    @property
    def is_waiting(self) -> bool:
        """Whether a picture is due in the next 33 ms."""
        return self._throttle.isActive()

    @property
    def picture_age_s(self) -> float:
        """How long ago it was painted."""
        return time.monotonic() - self._painted_at

    @property
    def least_axis(self) -> int:
        """How wide the axes are at least, in pixels."""
        return self._least_axis_px

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackground(theme.panel)
        for pane in self.panes:
            pane.set_theme(theme)
        self._time_axis.set_theme(theme)
        self.content_changed()

    def set_lines(self, rungs: Sequence[PriceLine], marks: Sequence[PriceLine], tag: PriceLine | None) -> None:
        """The lines of a ladder, the lines that each stand for one thing, and the tag of the present price."""
        self._main.set_lines(rungs, marks, tag)

    def set_room(self, always: Sequence[float], maybe: Sequence[float] = ()) -> None:
        """Prices that the scale makes room for; `maybe` only while the candles stay at least a third of the height."""
        self._main.set_room(always, maybe)

    def set_notice(self, text: str, is_stale: bool = False) -> None:
        """One short sentence over the chart; with `is_stale` the chart is dimmed under it."""
        self._main.set_notice(text, is_stale)
        for pane in self.panes[1:]:
            pane.set_notice("", is_stale)

    def set_edge(self, first_s: float | None, edge_s: float, bar_s: float) -> None:
        """Where the content begins and ends, and how long one bar is. Following, the span goes along."""
        moved = edge_s - self.view.edge_s
        for pane in self.panes:
            pane.view.set_content(first_s, edge_s, bar_s)
        if self._is_following and moved:
            self.view.show_span(self.time_span.moved(moved))

    def show_last(self, length_s: float) -> None:
        """Show this much time up to the newest bar, and follow it, with the price scale fitted by itself."""
        self.fit_again()
        end = self.view.edge_s + length_s * 0.06
        self.view.show_span(TimeSpan(end - length_s, end))

    def show_span(self, span: TimeSpan) -> None:
        """Show this span of time."""
        self.view.show_span(span)

    def zoom(self, factor: float) -> None:
        """`factor` times as much time, about the newest bar."""
        self.view.zoom(factor)

    def pan(self, by_s: float) -> None:
        """Move by seconds, later when positive; some of the content always stays in view."""
        self.view.translateBy(x=by_s)

    def point_at(self, at_s: float | None) -> None:
        """Show the values of an instant that another chart's mouse points at, as long as it is not over this one."""
        if at_s != self._pointed_s:
            self._pointed_s = at_s
            if self._cursor is None:
                self._paint_soon()

    def set_least_axis(self, width_px: int) -> None:
        """Axes at least so wide, so that charts above each other show a time in one place."""
        if width_px != self._least_axis_px:
            self._least_axis_px = width_px
            self.content_changed()

    def fit_again(self) -> None:
        """Fit the scales of all panes to what is on show."""
        for pane in self.panes:
            pane.fit_again()

    def content_changed(self) -> None:
        """Paint again soon: at once when the last picture is old enough, else when its 33 ms are over."""
        self._is_dirty = True
        self._paint_soon()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_dirty:
            self._lay_out()
        self._show_cursor()
        super().paintEvent(event)
        self._painted_at = time.monotonic()
        self.paint_count += 1

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        super().drawForeground(painter, rect)
        for pane in self.panes[1:]:
            top = pane.view.mapToScene(0.0, 0.0).y()
            painter.fillRect(QRectF(0, top - 1, self.sceneRect().width(), 1), self._theme.line)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit_again()
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._cursor = None
        self.pointed.emit(None)
        self._paint_soon()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        span, first_s = self.time_span, self.view.first_s
        step = span.length_s * (0.5 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 0.08)
        match Qt.Key(event.key()):
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1 / WHEEL_STEP)
            case Qt.Key.Key_Minus:
                self.zoom(WHEEL_STEP)
            case Qt.Key.Key_Left:
                self.pan(-step)
            case Qt.Key.Key_Right:
                self.pan(step)
            case Qt.Key.Key_Home if first_s is not None:
                self.view.show_span(span.moved(first_s - span.start_s - span.length_s * 0.06))
            case Qt.Key.Key_End:
                self.show_last(span.length_s)
            case Qt.Key.Key_Escape if any(pane.is_price_manual for pane in self.panes):
                self.fit_again()
            case _:
                # Past the scene, whose view would swallow the Escape that closes a dialog.
                event.ignore()

    def _build(self) -> None:
        self.setMinimumSize(240, 140)
        # The canvas says itself when it is painted: once for all that changed, never for one item alone.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.sceneObj.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.sceneObj.setMoveDistance(1)
        # pyqtgraph's "Export..." stands in a menu that is never shown here; it would be English in a Korean window.
        while self.sceneObj.contextMenu:
            self.sceneObj.contextMenu.pop().setParent(None)
        self.sceneObj.sigMouseMoved.connect(self._mouse_moved)
        layout = self.centralLayout
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for row, (pane, share) in enumerate(zip(self.panes, self._shares, strict=True)):
            layout.addItem(pane.view, row, 0)
            layout.addItem(pane.axis, row, 1)
            layout.setRowStretchFactor(row, share)
            pane.changed.connect(self.content_changed)
            pane.view.sigXRangeChanged.connect(self._pane_moved)
            if row:
                layout.setRowSpacing(row - 1, 1)
        layout.addItem(self._time_axis, len(self.panes), 0)
        self._time_axis.linkToView(self.view)
        self._main.line_moved.connect(self.line_moved)
        self._main.line_dropped.connect(self.line_dropped)
        self.view.sigResized.connect(self._time_changed)

    def _pane_moved(self, moved: object) -> None:
        """A hand may move any pane; the others go along."""
        source = next(pane.view for pane in self.panes if pane.view is moved)
        for pane in self.panes:
            if pane.view is not source and pane.view.time_span != source.time_span:
                pane.view.show_span(source.time_span)
        if source is self.view:
            self._time_changed()

    def _time_changed(self) -> None:
        self._is_following = self.time_span.end_s >= self.view.edge_s
        self.content_changed()
        self.time_moved.emit()

    def _mouse_moved(self, place: QPointF) -> None:
        self._cursor = place
        x = self.view.mapFromScene(place).x()
        self.pointed.emit(self.view.frame.time_at(x) if x <= self.view.frame.plot.right() else None)
        self._paint_soon()

    def _paint_soon(self) -> None:
        if not self._throttle.isActive():
            spent_ms = (time.monotonic() - self._painted_at) * 1000
            self._throttle.start(max(0, round(FRAME_MS - spent_ms)))

    def _lay_out(self) -> None:
        for pane in self.panes:
            pane.fit_prices()
        self.axis_width = max(pane.axis_width() for pane in self.panes)
        width = max(self.axis_width, self._least_axis_px)
        widened = [pane.axis.widen(width) for pane in self.panes]
        if any(widened):
            self.centralLayout.activate()
        for pane in self.panes:
            pane.lay_out()
        self._time_axis.show_span(self.time_span)
        self._is_dirty = False

    def _show_cursor(self) -> None:
        """Values of all panes at the mouse's time; nothing is drawn while a line is held or off the plots."""
        at_s, is_held = self._pointed_s, any(pane.is_line_held for pane in self.panes)
        places = [pane.view.mapFromScene(self._cursor) if self._cursor is not None else None for pane in self.panes]
        over = [
            place is not None and pane.view.frame.plot.contains(place.toPoint()) and not is_held
            for pane, place in zip(self.panes, places, strict=True)
        ]
        first = places[0]
        if first is not None:
            at_s = self.view.frame.time_at(first.x()) if first.x() <= self.view.frame.plot.right() else None
        for pane, place, is_over in zip(self.panes, places, over, strict=True):
            y = place.y() if place is not None and is_over else None
            pane.show_cursor(at_s, y, has_hair=place is None or any(over))
        if first is not None and any(over):
            self._time_axis.point_at((first.x(), self.view.frame.time_at(first.x())))
        else:
            self._time_axis.point_at(None)
