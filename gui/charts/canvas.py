"""The chart widget: a pyqtgraph view between two axes, painted once per change and at most 30 times a second. It keeps
what is shown and follows the market; layers and lines draw themselves; it knows nothing of bots."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from gui.charts.axes import PriceAxis, Tag, TimeAxis
from gui.charts.frame import Frame, PriceSpan, TimeSpan, span_around
from gui.charts.layers import Layer, colour_of
from gui.charts.line_items import MarkLines, MarkNames, RungItem
from gui.charts.lines import PriceLine
from gui.charts.overlay import Overlay, ReadoutPart
from gui.charts.plotting import GraphicsView
from gui.charts.view_box import WHEEL_STEP, ChartViewBox
from gui.theme import Theme

FRAME_MS = 33


def local_zone() -> tzinfo:
    """The time zone of the person at this machine."""
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None, "an aware time has a zone"
    return zone


class ChartCanvas(GraphicsView):
    """Layers over a span of time. `time_moved` says that another span is on show (pages may be missing on the left).

    `line_moved` and `line_dropped` report a draggable line and the price it is held at.
    """

    time_moved = Signal()
    line_moved = Signal(str, float)
    line_dropped = Signal(str, float)

    def __init__(self, theme: Theme, layers: Sequence[Layer], zone: tzinfo | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._layers = tuple(layers)
        self.readout: Callable[[float | None], Sequence[ReadoutPart]] = lambda _at: ()
        self._always_shown: tuple[float, ...] = ()
        self._maybe_shown: tuple[float, ...] = ()
        self._rungs: tuple[PriceLine, ...] = ()
        self._marks: tuple[PriceLine, ...] = ()
        self._tag: PriceLine | None = None
        self._notice = ""
        self._is_stale = False
        self._is_following = True
        self._is_price_manual = False
        self._is_dirty = True
        self._cursor: QPointF | None = None
        self._painted_at = 0.0
        self.paint_count = 0
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.timeout.connect(self.viewport().update)
        self.view = ChartViewBox()
        self._price_axis = PriceAxis(theme)
        self._time_axis = TimeAxis(theme, zone or local_zone())
        self._rung_item, self._names = RungItem(), MarkNames()
        self._mark_lines = MarkLines(self.view, self.line_moved.emit, self.line_dropped.emit)
        self._overlay = Overlay(self.view)
        self._build()
        self.set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(720, 420)

    @property
    def price_text(self) -> Callable[[float], str]:
        """How a price is written on this chart."""
        return self._price_axis.price_text

    @price_text.setter
    def price_text(self, text: Callable[[float], str]) -> None:
        self._price_axis.price_text = text

    def set_smallest_step(self, step: float) -> None:
        """The price increment: numbers on the axis are never closer."""
        self._price_axis.smallest_step = step

    @property
    def time_span(self) -> TimeSpan:
        return self.view.time_span

    @property
    def is_following(self) -> bool:
        """Whether the newest bar keeps its place at the right."""
        return self._is_following

    @property
    def frame(self) -> Frame:
        """The geometry of the present picture."""
        if self._is_dirty:
            self._fit_prices()
        return self.view.frame

    @property
    def lines(self) -> tuple[tuple[PriceLine, ...], tuple[PriceLine, ...], PriceLine | None]:
        """Rungs, marks and the tag of the present price, as they were given."""
        return self._rungs, self._marks, self._tag

    @property
    def notice(self) -> str:
        """The sentence over the chart."""
        return self._notice

    @property
    def is_stale(self) -> bool:
        return self._is_stale

    @property
    def is_dirty(self) -> bool:
        """Whether the picture is older than its content."""
        return self._is_dirty

    @property
    def is_waiting(self) -> bool:
        """Whether a picture is due in the next 33 ms."""
        return self._throttle.isActive()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setBackground(theme.panel)
        for layer in self._layers:
            layer.set_theme(theme)
        self._price_axis.set_theme(theme)
        self._time_axis.set_theme(theme)
        self._overlay.set_theme(theme)
        self.content_changed()

    def set_lines(self, rungs: Sequence[PriceLine], marks: Sequence[PriceLine], tag: PriceLine | None) -> None:
        """The lines of a ladder, the lines that each stand for one thing, and the tag of the present price."""
        new = (tuple(rungs), tuple(marks), tag)
        if new != (self._rungs, self._marks, self._tag):
            self._rungs, self._marks, self._tag = new
            self.content_changed()

    def set_room(self, always: Sequence[float], maybe: Sequence[float] = ()) -> None:
        """Prices that the scale makes room for; `maybe` only while the candles stay at least a third of the height."""
        if (tuple(always), tuple(maybe)) != (self._always_shown, self._maybe_shown):
            self._always_shown, self._maybe_shown = tuple(always), tuple(maybe)
            self.content_changed()

    def set_notice(self, text: str, is_stale: bool = False) -> None:
        """One short sentence over the chart; with `is_stale` the chart is dimmed under it."""
        if (text, is_stale) != (self._notice, self._is_stale):
            self._notice, self._is_stale = text, is_stale
            self.content_changed()

    def set_edge(self, first_s: float | None, edge_s: float, bar_s: float) -> None:
        """Where the content begins and ends, and how long one bar is. Following, the span goes along."""
        moved = edge_s - self.view.edge_s
        self.view.set_content(first_s, edge_s, bar_s)
        if self._is_following and moved:
            self.view.show_span(self.time_span.moved(moved))

    def show_last(self, length_s: float) -> None:
        """Show this much time up to the newest bar, and follow it, with the price scale fitted by itself."""
        self._fit_again()
        end = self.view.edge_s + length_s * 0.06
        self.view.show_span(TimeSpan(end - length_s, end))

    def zoom(self, factor: float) -> None:
        """`factor` times as much time, about the newest bar."""
        self.view.zoom(factor)

    def pan(self, by_s: float) -> None:
        """Move by seconds, later when positive; some of the content always stays in view."""
        self.view.translateBy(x=by_s)

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

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._fit_again()
        super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._cursor = None
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
            case Qt.Key.Key_Escape if self._is_price_manual:
                self._fit_again()
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
        layout.addItem(self.view, 0, 0)
        layout.addItem(self._price_axis, 0, 1)
        layout.addItem(self._time_axis, 1, 0)
        for axis in (self._price_axis, self._time_axis):
            axis.linkToView(self.view)
        for layer in self._layers:
            layer.attach(self.view)
        for item in (self._rung_item, self._names):
            item.attach(self.view)
        self._price_axis.scaled.connect(self._scale_prices)
        self.view.sigXRangeChanged.connect(self._time_changed)
        self.view.sigResized.connect(self._time_changed)

    def _time_changed(self) -> None:
        self._is_following = self.time_span.end_s >= self.view.edge_s
        self.content_changed()
        self.time_moved.emit()

    def _mouse_moved(self, place: QPointF) -> None:
        self._cursor = self.view.mapFromScene(place)
        self._paint_soon()

    def _paint_soon(self) -> None:
        if not self._throttle.isActive():
            spent_ms = (time.monotonic() - self._painted_at) * 1000
            self._throttle.start(max(0, round(FRAME_MS - spent_ms)))

    def _fit_again(self) -> None:
        self._is_price_manual = False
        self.view.set_price_moves(False)
        self.content_changed()

    def _scale_prices(self, factor: float) -> None:
        self.view.show_prices(self.frame.price.scaled(factor))
        self._is_price_manual = True
        self.view.set_price_moves(True)
        self.content_changed()

    def _fit_prices(self) -> None:
        if not self._is_price_manual:
            self.view.show_prices(self._fitted_prices())

    def _fitted_prices(self) -> PriceSpan:
        span = self.time_span
        ranges = [found for layer in self._layers if (found := layer.price_range(span)) is not None]
        values = [*(value for pair in ranges for value in pair), *self._always_shown]
        if self._tag is not None:
            values.append(self._tag.price)
        if not values:
            values = list(self._maybe_shown) or [0.0, 1.0]
        low, high = min(values), max(values)
        wide_low, wide_high = min(low, *self._maybe_shown, low), max(high, *self._maybe_shown, high)
        if wide_high - wide_low <= 3 * (high - low) or high == low:
            low, high = wide_low, wide_high
        return span_around(low, high)

    def _lay_out(self) -> None:
        self._fit_prices()
        theme, marks = self._theme, self._marks if self._tag is None else (*self._marks, self._tag)
        tags = [
            Tag(line.price, theme.stale if self._is_stale else colour_of(theme, line.meaning))
            for line in marks
            if line.has_tag
        ]
        frame = self.view.frame
        if self._price_axis.show_prices(frame.price, frame.plot.height(), tags):
            self.centralLayout.activate()
            frame = self.view.frame
        for layer in self._layers:
            layer.show_frame(frame)
        self._rung_item.show_lines(frame, theme, self._rungs, self.price_text, marks)
        self._mark_lines.show_lines(theme, self._rungs, self._marks, self._tag)
        self._names.show_lines(frame, theme, self._marks)
        self._overlay.show_notice(theme, frame.plot, self._notice, self._is_stale)
        self._is_dirty = False

    def _show_cursor(self) -> None:
        frame, cursor = self.view.frame, self._cursor
        is_over = cursor is not None and cursor.x() <= frame.plot.right()
        self._overlay.show_readout(self._theme, self.readout(frame.time_at(cursor.x()) if cursor and is_over else None))
        if cursor is None or self._mark_lines.is_held or not frame.plot.contains(cursor.toPoint()):
            self._overlay.show_cursor(frame.plot, None)
            self._price_axis.point_at(None)
            self._time_axis.point_at(None)
        else:
            self._overlay.show_cursor(frame.plot, cursor)
            self._price_axis.point_at(frame.price_at(cursor.y()))
            self._time_axis.point_at((cursor.x(), frame.time_at(cursor.x())))
