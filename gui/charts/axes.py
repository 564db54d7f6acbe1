"""The two axes: prices on the right with the tags of what stands at them, the person's time below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QGraphicsSceneWheelEvent, QStyleOptionGraphicsItem, QWidget

from gui.charts.bars import instant_of
from gui.charts.frame import Frame, PriceSpan, TimeSpan, price_ticks
from gui.charts.lines import TAG_HEIGHT_PX, paint_tag
from gui.charts.plotting import AxisItem
from gui.charts.time_axis import time_ticks
from gui.theme import Theme, mix

if TYPE_CHECKING:
    from gui.charts.plotting import MouseDragEvent

FIRST_WIDTH_PX = 64
TIME_HEIGHT_PX = 24
PAD_PX = 8
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
        self.setStyle(tickLength=0, autoExpandTextSpace=False, autoReduceTextSpace=False, textFillLimits=[(0, 2.0)])
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setPen(theme.line)
        self.setTickPen(theme.line)
        self.setTextPen(theme.muted)
        self.setStyle(tickFont=theme.numbers_font(12))

    @property
    def _cursor_fill(self) -> QColor:
        return mix(self._theme.text, self._theme.raised, 0.14)


class PriceAxis(_ThemedAxis):
    """`scaled` asks for a span of prices this many times as high, while the axis is dragged up or down."""

    scaled = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__("right", theme)
        self.price_text: Callable[[float], str] = lambda value: f"{value:,.2f}"
        self.smallest_step = 0.0
        self._tags: tuple[Tag, ...] = ()
        self._cursor_price: float | None = None
        self._width = self._needed = FIRST_WIDTH_PX
        self._span = PriceSpan(0.0, 1.0)
        self._shown: object = None
        self._drawn: object = None
        self.setStyle(tickTextOffset=5)
        self.setWidth(FIRST_WIDTH_PX)
        self.setCursor(Qt.CursorShape.SizeVerCursor)

    def show_prices(self, span: PriceSpan, height_px: int, tags: Sequence[Tag]) -> int:
        """Show these prices; returns the width that they need, the present one while that is near enough."""
        shown = (span, tuple(tags), self.price_text, self.smallest_step, height_px)
        if shown == self._shown:
            return self._needed
        self._span, self._tags, self._shown = span, shown[1], shown
        ticks = (span, self.price_text, height_px, *self._ticks(span, height_px))
        if ticks != self._drawn:
            self._drawn = ticks
            # Its labels are laid out anew before they are painted next.
            self.picture = None
        metrics = QFontMetrics(self._theme.numbers_font(12))
        prices = [*price_ticks(span, height_px, self.smallest_step), *(tag.price for tag in tags)]
        widest = max((metrics.horizontalAdvance(self.price_text(price)) for price in prices), default=0)
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

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        return [(self.smallest_step, self._ticks(PriceSpan(minVal, maxVal), round(size)))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self.price_text(value) for value in values]

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        super().paint(painter, option, widget)
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
        y = round(Frame(QRect(0, 0, 1, height), TimeSpan(0, 1), self._span).y(price))
        if not -9 <= y <= height + 9:
            return
        half = TAG_HEIGHT_PX // 2
        y = min(max(y, half), height - half)
        box = QRect(0, y - half, self._width, TAG_HEIGHT_PX)
        paint_tag(painter, box, self._theme, self.price_text(price), fill, ink, Qt.AlignmentFlag.AlignLeft)


class TimeAxis(_ThemedAxis):
    """Round times of `zone`; a new day among hours and a new year among months are brighter."""

    def __init__(self, theme: Theme, zone: tzinfo) -> None:
        super().__init__("bottom", theme)
        self._zone = zone
        self._texts: dict[float, str] = {}
        self._majors: frozenset[str] = frozenset()
        self._cursor: tuple[float, float] | None = None
        self._has_seconds = False
        self.setStyle(tickTextOffset=5)
        self.setHeight(TIME_HEIGHT_PX)

    def point_at(self, place: tuple[float, float] | None) -> None:
        """Name the time under the cursor: its place in pixels and its seconds since 1970; or none."""
        self._cursor = place

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        ticks = time_ticks(TimeSpan(minVal, maxVal), round(size), self._zone)
        self._has_seconds = maxVal - minVal <= SECONDS_WITHIN_S
        self._texts = {tick.at_s: tick.text for tick in ticks}
        self._majors = frozenset(tick.text for tick in ticks if tick.is_major)
        return [(0.0, list(self._texts))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self._texts[value] for value in values]

    def drawPicture(
        self,
        p: QPainter,
        axisSpec: tuple[QPen, QPointF, QPointF],
        tickSpecs: list[tuple[QPen, QPointF, QPointF]],
        textSpecs: list[tuple[QRectF, Qt.AlignmentFlag, str]],
    ) -> None:
        majors = [spec for spec in textSpecs if spec[2] in self._majors]
        super().drawPicture(p, axisSpec, [], [spec for spec in textSpecs if spec[2] not in self._majors])
        p.setPen(self._theme.text)
        for rect, flags, text in majors:
            p.drawText(rect, flags, text)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        super().paint(painter, option, widget)
        if self._cursor is None:
            return
        x, at_s = self._cursor
        at = instant_of(at_s).astimezone(self._zone)
        text = f"{at:%Y-%m-%d %H:%M:%S}" if self._has_seconds else f"{at:%Y-%m-%d %H:%M}"
        width = QFontMetrics(self._theme.numbers_font(12)).horizontalAdvance(text) + 12
        left = min(max(round(x) - width // 2, 0), round(self.size().width()) - width)
        box = QRect(left, 3, width, TAG_HEIGHT_PX)
        paint_tag(painter, box, self._theme, text, self._cursor_fill, self._theme.text, Qt.AlignmentFlag.AlignHCenter)
