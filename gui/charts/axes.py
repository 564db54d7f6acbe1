"""The two axes: prices on the right with the tags of what stands at them, the person's time below.

They are pyqtgraph's, with its place in the layout and its link to the view, but paint themselves: pyqtgraph measures
every text anew and records all of it before it is drawn, a fifth of the time of a picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QStyleOptionGraphicsItem, QWidget

from gui.charts.bars import instant_of
from gui.charts.frame import Frame, PriceSpan, TimeSpan, price_ticks
from gui.charts.lines import TAG_HEIGHT_PX
from gui.charts.plotting import AxisItem
from gui.charts.time_axis import TimeTick, time_ticks
from gui.kept_texts import KeptTexts
from gui.theme import Theme, mix

if TYPE_CHECKING:
    from gui.charts.plotting import MouseDragEvent

FIRST_WIDTH_PX = 64
TIME_HEIGHT_PX = 24
PAD_PX = 8
TEXT_AWAY_PX = 5
#: A box is so much wider than its text, on either side.
BOX_PAD_PX = 6
#: A shorter span has its cursor named to the second.
SECONDS_WITHIN_S = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class Tag:
    """A price that is named on the axis in a box of this colour."""

    price: float
    fill: QColor


class _ThemedAxis(AxisItem):
    """An axis without tick marks in the theme's colours."""

    def __init__(self, orientation: str, theme: Theme) -> None:
        super().__init__(orientation)
        self._theme = theme
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._texts = KeptTexts(theme.numbers_font(12))
        self.update()

    @property
    def _cursor_fill(self) -> QColor:
        return mix(self._theme.text, self._theme.raised, 0.14)

    def _paint_box(self, painter: QPainter, box: QRect, text: str, fill: QColor, ink: QColor) -> None:
        painter.fillRect(box, fill)
        painter.setPen(ink)
        self._texts.draw(painter, box.left() + BOX_PAD_PX, box.top() + (box.height() - self._texts.height) / 2, text)


class PriceAxis(_ThemedAxis):
    """`scaled` asks for a span of prices this many times as high, while the axis is dragged up or down."""

    scaled = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__("right", theme)
        self.price_text: Callable[[float], str] = lambda value: f"{value:,.2f}"
        self.smallest_step = 0.0
        self._tags: tuple[Tag, ...] = ()
        self._prices = PriceSpan(0.0, 1.0)
        self._cursor_price: float | None = None
        self._width = self._needed = FIRST_WIDTH_PX
        self._shown: object = None
        self.setWidth(FIRST_WIDTH_PX)
        self.setCursor(Qt.CursorShape.SizeVerCursor)

    def show_prices(self, span: PriceSpan, height_px: int, tags: Sequence[Tag]) -> int:
        """Show these prices; returns the width that they need, the present one while that is near enough."""
        shown = (span, tuple(tags), self.price_text, self.smallest_step, height_px)
        if shown == self._shown:
            return self._needed
        self._prices, self._tags, self._shown = span, shown[1], shown
        prices = [*price_ticks(span, height_px, self.smallest_step), *(tag.price for tag in tags)]
        widest = max((round(self._texts.width(self.price_text(price))) for price in prices), default=0)
        needed = (widest + 2 * PAD_PX + 7) // 8 * 8
        if not self._needed - 24 <= needed <= self._needed:
            self._needed = needed
        return self._needed

    def widen(self, width: int) -> bool:
        """Be as wide as the widest axis of the chart. Returns whether it was not."""
        if width == self._width:
            return False
        self._width = width
        self.setWidth(width)
        return True

    def point_at(self, price: float | None) -> None:
        """Name the price under the cursor, or none."""
        self._cursor_price = price

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        size, span = self.size(), self._prices
        painter.setPen(self._theme.line)
        painter.drawLine(QPointF(1, -1), QPointF(1, size.height() + 1))
        painter.setPen(self._theme.muted)
        for price in self._ticks(span, round(size.height())):
            y = (span.high - price) * size.height() / span.height
            text = self.price_text(price)
            if TEXT_AWAY_PX + self._texts.width(text) <= size.width():
                self._texts.draw(painter, TEXT_AWAY_PX, y - self._texts.height / 2, text)
        # The present price is painted last of the tags and so stays readable where they meet.
        for tag in self._tags:
            self._paint_tag(painter, tag.price, tag.fill, self._theme.on_accent)
        if self._cursor_price is not None:
            self._paint_tag(painter, self._cursor_price, self._cursor_fill, self._theme.text)

    def mouseDragEvent(self, event: "MouseDragEvent") -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        self.scaled.emit(1.01 ** (event.pos().y() - event.lastPos().y()))

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        # Over the axis the wheel zooms time, as it does over the chart.
        view = self.linkedView()
        if view is not None:
            view.wheelEvent(event)

    def _ticks(self, span: PriceSpan, height_px: int) -> list[float]:
        # A number beside a tag would be cut by it.
        frame = Frame(QRect(0, 0, 1, height_px), TimeSpan(0, 1), span)
        taken = [frame.y(tag.price) for tag in self._tags]
        return [
            price
            for price in price_ticks(span, height_px, self.smallest_step)
            if 9 <= frame.y(price) <= height_px - 9
            and not any(abs(frame.y(price) - other) < TAG_HEIGHT_PX - 3 for other in taken)
        ]

    def _paint_tag(self, painter: QPainter, price: float, fill: QColor, ink: QColor) -> None:
        height = round(self.size().height())
        y = round(Frame(QRect(0, 0, 1, height), TimeSpan(0, 1), self._prices).y(price))
        if not -9 <= y <= height + 9:
            return
        half = TAG_HEIGHT_PX // 2
        y = min(max(y, half), height - half)
        box = QRect(0, y - half, self._width, TAG_HEIGHT_PX)
        self._paint_box(painter, box, self.price_text(price), fill, ink)


class TimeAxis(_ThemedAxis):
    """Round times of `zone`; a new day among hours and a new year among months are brighter."""

    def __init__(self, theme: Theme, zone: tzinfo) -> None:
        super().__init__("bottom", theme)
        self._zone = zone
        self._ticks: list[TimeTick] = []
        self._ticks_of: object = None
        self._span = TimeSpan(0.0, 1.0)
        self._cursor: tuple[float, float] | None = None
        self.setHeight(TIME_HEIGHT_PX)

    def show_span(self, span: TimeSpan) -> None:
        """Show this span of time."""
        self._span = span

    def point_at(self, place: tuple[float, float] | None) -> None:
        """Name the time under the cursor: its place in pixels and its seconds since 1970; or none."""
        self._cursor = place

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        width, span = self.size().width(), self._span
        if (span, width) != self._ticks_of:
            self._ticks, self._ticks_of = time_ticks(span, round(width), self._zone), (span, width)
        painter.setPen(self._theme.line)
        painter.drawLine(QPointF(-1, 1), QPointF(width + 1, 1))
        for tick in self._ticks:
            half = self._texts.width(tick.text) / 2
            x = (tick.at_s - span.start_s) * width / span.length_s
            # A time that would be cut is left out.
            if half <= x <= width - half:
                painter.setPen(self._theme.text if tick.is_major else self._theme.muted)
                self._texts.draw(painter, x - half, TEXT_AWAY_PX, tick.text)
        if self._cursor is None:
            return
        x, at_s = self._cursor
        at = instant_of(at_s).astimezone(self._zone)
        has_seconds = span.length_s <= SECONDS_WITHIN_S
        text = f"{at:%Y-%m-%d %H:%M:%S}" if has_seconds else f"{at:%Y-%m-%d %H:%M}"
        width = round(self._texts.width(text)) + 12
        left = min(max(round(x) - width // 2, 0), round(self.size().width()) - width)
        tag = QRect(left, 3, width, TAG_HEIGHT_PX)
        self._paint_box(painter, tag, text, self._cursor_fill, self._theme.text)
