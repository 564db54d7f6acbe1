"""One picture of a chart: content, lines, axes, tags, read-out, and the cross-hair that is laid over it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from gui.charts.bars import instant_of
from gui.charts.frame import Frame, price_ticks
from gui.charts.layers import Layer, colour_of
from gui.charts.lines import TAG_HEIGHT_PX, PriceLine, paint_marks, paint_rungs, paint_tag
from gui.charts.time_axis import time_ticks
from gui.theme import Theme, mix

AXIS_PAD_PX = 8


@dataclass(frozen=True, slots=True)
class ReadoutPart:
    """A piece of the corner read-out: a muted name, a value, and the theme's colour of the value by meaning."""

    name: str
    value: str
    meaning: str = "text"


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is painted besides the geometry."""

    layers: Sequence[Layer]
    rungs: Sequence[PriceLine]
    marks: Sequence[PriceLine]
    tag: PriceLine | None
    notice: str
    is_stale: bool
    smallest_step: float


def paint_picture(
    painter: QPainter,
    frame: Frame,
    theme: Theme,
    picture: Picture,
    price_text: Callable[[float], str],
    zone: tzinfo,
    size: QSize,
) -> int:
    """Paint all and return the width in pixels that the price axis needs for its numbers."""
    painter.fillRect(QRect(QPoint(0, 0), size), theme.panel)
    painter.setClipRect(frame.plot)
    others = picture.marks if picture.tag is None else (*picture.marks, picture.tag)
    paint_rungs(painter, frame, theme, picture.rungs, price_text, others)
    for layer in picture.layers:
        layer.paint(painter, frame, theme)
    if picture.tag is not None:
        pen = QPen(mix(colour_of(theme, picture.tag.meaning), theme.panel, 0.6), 1)
        pen.setDashPattern([1, 3])
        painter.setPen(pen)
        y = round(frame.y(picture.tag.price))
        painter.drawLine(frame.plot.left(), y, frame.plot.right(), y)
    paint_marks(painter, frame, theme, picture.marks)
    if picture.is_stale:
        veil = QColor(theme.panel)
        veil.setAlphaF(0.55)
        painter.fillRect(frame.plot, veil)
    _paint_notice(painter, frame, theme, picture)
    painter.setClipping(False)
    needed = _paint_price_axis(painter, frame, theme, picture, price_text, size)
    _paint_time_axis(painter, frame, theme, zone, size)
    return needed


def paint_crosshair(
    painter: QPainter,
    frame: Frame,
    theme: Theme,
    cursor: QPoint,
    price_text: Callable[[float], str],
    zone: tzinfo,
    size: QSize,
) -> None:
    """Two thin lines at the cursor, with its price and its time on the axes."""
    if not frame.plot.contains(cursor):
        return
    pen = QPen(theme.strong_line, 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.drawLine(frame.plot.left(), cursor.y(), frame.plot.right(), cursor.y())
    painter.drawLine(cursor.x(), frame.plot.top(), cursor.x(), frame.plot.bottom())
    axis_width = size.width() - frame.plot.right() - 1
    box = QRect(frame.plot.right() + 1, cursor.y() - TAG_HEIGHT_PX // 2, axis_width, TAG_HEIGHT_PX)
    text = price_text(frame.price_at(cursor.y()))
    fill = mix(theme.text, theme.raised, 0.14)
    paint_tag(painter, box, theme, text, fill, theme.text, Qt.AlignmentFlag.AlignLeft)
    painter.setFont(theme.numbers_font(12))
    text = f"{instant_of(frame.time_at(cursor.x())).astimezone(zone):%Y-%m-%d %H:%M}"
    width = QFontMetrics(painter.font()).horizontalAdvance(text) + 12
    left = min(max(cursor.x() - width // 2, 0), frame.plot.right() - width)
    box = QRect(left, frame.plot.bottom() + 3, width, TAG_HEIGHT_PX)
    paint_tag(painter, box, theme, text, fill, theme.text, Qt.AlignmentFlag.AlignHCenter)


def _paint_price_axis(
    painter: QPainter, frame: Frame, theme: Theme, picture: Picture, price_text: Callable[[float], str], size: QSize
) -> int:
    left = frame.plot.right() + 1
    painter.setFont(theme.numbers_font(12))
    metrics = QFontMetrics(painter.font())
    painter.setPen(theme.line)
    painter.drawLine(left, 0, left, frame.plot.bottom() + 1)
    tags = [line for line in (*picture.marks, *([picture.tag] if picture.tag else [])) if line.has_tag]
    tag_ys = [frame.y(line.price) for line in tags]
    widest = 0
    for price in price_ticks(frame.price, frame.plot.height(), picture.smallest_step):
        y, text = frame.y(price), price_text(price)
        widest = max(widest, metrics.horizontalAdvance(text))
        if y < 9 or y > frame.plot.bottom() - 8 or any(abs(y - other) < TAG_HEIGHT_PX - 3 for other in tag_ys):
            continue
        painter.setPen(theme.muted)
        painter.drawText(
            QRect(left + 6, round(y) - 8, size.width() - left - 6, 16), Qt.AlignmentFlag.AlignVCenter, text
        )
    # The present price is painted last and so stays readable where tags meet.
    for line in tags:
        y, text = round(frame.y(line.price)), price_text(line.price)
        widest = max(widest, metrics.horizontalAdvance(text))
        if not frame.plot.top() - 9 <= y <= frame.plot.bottom() + 9:
            continue
        y = min(max(y, TAG_HEIGHT_PX // 2), frame.plot.bottom() - TAG_HEIGHT_PX // 2)
        box = QRect(left, y - TAG_HEIGHT_PX // 2, size.width() - left, TAG_HEIGHT_PX)
        colour = colour_of(theme, line.meaning) if not picture.is_stale else theme.stale
        paint_tag(painter, box, theme, text, colour, theme.on_accent, Qt.AlignmentFlag.AlignLeft)
    return (widest + 2 * AXIS_PAD_PX + 7) // 8 * 8


def _paint_time_axis(painter: QPainter, frame: Frame, theme: Theme, zone: tzinfo, size: QSize) -> None:
    top = frame.plot.bottom() + 1
    painter.setPen(theme.line)
    painter.drawLine(0, top, size.width(), top)
    painter.setFont(theme.numbers_font(12))
    for tick in time_ticks(frame.time, frame.plot.width(), zone):
        x = round(frame.x(tick.at_s))
        if not 24 <= x <= frame.plot.right() - 24:
            continue
        painter.setPen(theme.text if tick.is_major else theme.muted)
        painter.drawText(QRect(x - 40, top + 2, 80, 20), Qt.AlignmentFlag.AlignCenter, tick.text)


def paint_readout(painter: QPainter, frame: Frame, theme: Theme, parts: Sequence[ReadoutPart]) -> None:
    """Names and values in the upper left corner, over a patch that keeps them readable."""
    if not parts:
        return
    painter.setFont(theme.numbers_font(12))
    metrics = QFontMetrics(painter.font())
    x, y = frame.plot.left() + 8, frame.plot.top() + 4
    width = sum(metrics.horizontalAdvance(part.name) + metrics.horizontalAdvance(part.value) + 16 for part in parts)
    patch = QColor(theme.panel)
    patch.setAlphaF(0.82)
    painter.fillRect(QRect(x - 4, y, min(width + 4, frame.plot.width()), 20), patch)
    for part in parts:
        for text, colour, gap in ((part.name, theme.muted, 4), (part.value, colour_of(theme, part.meaning), 12)):
            if text:
                painter.setPen(colour)
                painter.drawText(x, y + 14, text)
                x += metrics.horizontalAdvance(text) + gap


def _paint_notice(painter: QPainter, frame: Frame, theme: Theme, picture: Picture) -> None:
    if not picture.notice:
        return
    painter.setFont(theme.font())
    painter.setPen(theme.stale if picture.is_stale else theme.muted)
    if picture.is_stale:
        place = frame.plot.adjusted(8, 0, -8, -8)
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, picture.notice)
        return
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(frame.plot.adjusted(24, 24, -24, -24), flags, picture.notice)
