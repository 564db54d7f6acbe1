"""The chart widget: time to the right, prices on the right, everything painted once per change and at most 30 times a
second. The mouse and the keyboard move it; layers draw into it; it knows nothing of bots."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.charts.frame import Frame, PriceSpan, TimeSpan, span_around
from gui.charts.layers import Layer
from gui.charts.lines import PriceLine
from gui.charts.picture import Picture, ReadoutPart, paint_crosshair, paint_picture, paint_readout
from gui.theme import Theme

FRAME_MS = 33
GRAB_PX = 5
WHEEL_STEP = 1.18
DAY_S = 86400.0
FIRST_SPAN = TimeSpan(0.0, 6 * 3600.0)


def local_zone() -> tzinfo:
    """The time zone of the person at this machine."""
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None, "an aware time has a zone"
    return zone


class ChartCanvas(QWidget):
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
        self._zone = zone or local_zone()
        self.price_text: Callable[[float], str] = lambda value: f"{value:,.2f}"
        self.readout: Callable[[float | None], Sequence[ReadoutPart]] = lambda _at: ()
        self.smallest_step = 0.0
        self._time = FIRST_SPAN
        self._manual_price: PriceSpan | None = None
        self._always_shown: tuple[float, ...] = ()
        self._maybe_shown: tuple[float, ...] = ()
        self._rungs: tuple[PriceLine, ...] = ()
        self._marks: tuple[PriceLine, ...] = ()
        self._tag: PriceLine | None = None
        self._notice = ""
        self._is_stale = False
        self._first_s: float | None = None
        self._edge_s = FIRST_SPAN.end_s
        self._bar_s = 60.0
        self._is_following = True
        self._axis_width = 64
        self._pixmap = QPixmap()
        self._frame: Frame | None = None
        self._is_dirty = True
        self._cursor: QPoint | None = None
        self._drag_from: QPoint | None = None
        self._drag_axis = False
        self._dragged: str | None = None
        self._painted_at = 0.0
        self.paint_count = 0
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.timeout.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 140)

    def sizeHint(self) -> QSize:
        return QSize(720, 420)

    @property
    def time_span(self) -> TimeSpan:
        return self._time

    @property
    def is_following(self) -> bool:
        """Whether the newest bar keeps its place at the right."""
        return self._is_following

    @property
    def frame(self) -> Frame:
        """The geometry of the present picture."""
        if self._frame is None or self._is_dirty:
            self._frame = self._make_frame()
        return self._frame

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
        moved = edge_s - self._edge_s
        self._first_s, self._edge_s, self._bar_s = first_s, edge_s, bar_s
        if self._is_following and moved:
            self._time = self._time.moved(moved)
            self.time_moved.emit()

    def show_last(self, length_s: float) -> None:
        """Show this much time up to the newest bar, and follow it, with the price scale fitted by itself."""
        self._is_following = True
        self._manual_price = None
        air = length_s * 0.06
        self._set_time(TimeSpan(self._edge_s + air - length_s, self._edge_s + air))

    def show_span(self, span: TimeSpan) -> None:
        """Show exactly this span; follow when the newest bar is in it."""
        self._is_following = span.end_s >= self._edge_s
        self._set_time(span)

    def content_changed(self) -> None:
        """Paint again soon: at once when the last picture is old enough, else when its 33 ms are over."""
        self._is_dirty = True
        self._paint_soon()

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """`factor` times as much time; about the newest bar unless a place is given."""
        anchor = at_s if at_s is not None else min(self._edge_s, self._time.end_s)
        longest = max(20 * 365 * DAY_S, 4 * self._bar_s)
        self.show_span(self._time.zoomed(factor, anchor, 12 * self._bar_s, longest))

    def pan(self, by_s: float) -> None:
        """Move by seconds, later when positive; some of the content always stays in view."""
        span = self._time.moved(by_s)
        keep = span.length_s * 0.1
        first = self._first_s if self._first_s is not None else self._edge_s - span.length_s
        if span.start_s > self._edge_s - keep:
            span = span.moved(self._edge_s - keep - span.start_s)
        elif span.end_s < first + keep:
            span = span.moved(first + keep - span.end_s)
        self.show_span(span)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._is_dirty or self._pixmap.size() != self.size() * ratio:
            self._render(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._pixmap)
        if self._cursor is not None and self._dragged is None and self._frame is not None:
            paint_crosshair(painter, self._frame, self._theme, self._cursor, self.price_text, self._zone, self.size())
        if self._frame is not None:
            paint_readout(painter, self._frame, self._theme, self.readout(self._readout_time()))
        painter.end()
        self._painted_at = time.monotonic()
        self.paint_count += 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._is_dirty = True
        super().resizeEvent(event)
        self.time_moved.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        sideways = event.angleDelta().x() / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or (sideways and not steps):
            self.pan(-(sideways or steps) * self._time.length_s * 0.08)
        elif steps:
            self.zoom(WHEEL_STEP**-steps, self.frame.time_at(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        place = event.position().toPoint()
        self._dragged = self._line_at(place)
        self._drag_from = place
        self._drag_axis = place.x() > self.frame.plot.right()
        if self._dragged is None and not self._drag_axis:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        self._cursor = place
        if self._dragged is not None:
            self.line_moved.emit(self._dragged, self.frame.price_at(place.y()))
        elif self._drag_from is not None:
            self._drag(self._drag_from, place)
            self._drag_from = place
        else:
            on_axis = place.x() > self.frame.plot.right()
            over_line = self._line_at(place) is not None
            shape = Qt.CursorShape.SizeVerCursor if on_axis or over_line else Qt.CursorShape.CrossCursor
            self.setCursor(shape)
        self._paint_soon()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        dragged, self._dragged, self._drag_from = self._dragged, None, None
        self.setCursor(Qt.CursorShape.CrossCursor)
        if dragged is not None:
            self.line_dropped.emit(dragged, self.frame.price_at(event.position().y()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._manual_price = None
        self.content_changed()

    def leaveEvent(self, event: object) -> None:
        self._cursor = None
        self._paint_soon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = self._time.length_s * (0.5 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 0.08)
        match key:
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1 / WHEEL_STEP)
            case Qt.Key.Key_Minus:
                self.zoom(WHEEL_STEP)
            case Qt.Key.Key_Left:
                self.pan(-step)
            case Qt.Key.Key_Right:
                self.pan(step)
            case Qt.Key.Key_Home if self._first_s is not None:
                self.show_span(self._time.moved(self._first_s - self._time.start_s - self._time.length_s * 0.06))
            case Qt.Key.Key_End:
                self.show_last(self._time.length_s)
            case Qt.Key.Key_Escape if self._manual_price is not None:
                self._manual_price = None
                self.content_changed()
            case _:
                super().keyPressEvent(event)

    def _drag(self, start: QPoint, end: QPoint) -> None:
        frame = self.frame
        if self._drag_axis:
            self._manual_price = frame.price.scaled(1.01 ** (end.y() - start.y()))
            self.content_changed()
            return
        if self._manual_price is not None:
            by = (end.y() - start.y()) * frame.price.height / frame.plot.height()
            self._manual_price = self._manual_price.moved(by)
            self.content_changed()
        self.pan((start.x() - end.x()) / frame.px_per_s)

    def _line_at(self, place: QPoint) -> str | None:
        frame = self.frame
        near = [
            (abs(frame.y(line.price) - place.y()), line.name)
            for line in (*self._marks, *self._rungs)
            if line.is_draggable
        ]
        distance, name = min(near, default=(GRAB_PX + 1.0, ""))
        return name if distance <= GRAB_PX else None

    def _set_time(self, span: TimeSpan) -> None:
        if span != self._time:
            self._time = span
            self.content_changed()
            self.time_moved.emit()

    def _paint_soon(self) -> None:
        if not self._throttle.isActive():
            spent_ms = (time.monotonic() - self._painted_at) * 1000
            self._throttle.start(max(0, round(FRAME_MS - spent_ms)))

    def _make_frame(self) -> Frame:
        width = max(self.width() - self._axis_width, 40)
        plot = QRect(0, 0, width, max(self.height() - 24, 40))
        return Frame(plot, self._time, self._manual_price or self._fitted_price())

    def _fitted_price(self) -> PriceSpan:
        ranges = [found for layer in self._layers if (found := layer.price_range(self._time)) is not None]
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

    def _render(self, ratio: float) -> None:
        self._pixmap = QPixmap(self.size() * ratio)
        self._pixmap.setDevicePixelRatio(ratio)
        self._is_dirty = False
        self._frame = self._make_frame()
        picture = Picture(
            layers=self._layers,
            rungs=self._rungs,
            marks=self._marks,
            tag=self._tag,
            notice=self._notice,
            is_stale=self._is_stale,
            smallest_step=self.smallest_step,
        )
        painter = QPainter(self._pixmap)
        needed = paint_picture(painter, self._frame, self._theme, picture, self.price_text, self._zone, self.size())
        painter.end()
        if needed > self._axis_width or needed < self._axis_width - 24:
            # The axis grows with its numbers; with the new width everything moves, so it is painted once more.
            self._axis_width = needed
            self._frame = self._make_frame()
            painter = QPainter(self._pixmap)
            paint_picture(painter, self._frame, self._theme, picture, self.price_text, self._zone, self.size())
            painter.end()

    def _readout_time(self) -> float | None:
        if self._cursor is None or self._frame is None or self._cursor.x() > self._frame.plot.right():
            return None
        return self._frame.time_at(self._cursor.x())
