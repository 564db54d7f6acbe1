"""Prices as lines across a chart: rungs, average entry, stops, trigger, and the tags that name them on the axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from gui.charts.frame import Frame
from gui.charts.layers import colour_of
from gui.theme import HEADER_SIZE, Theme, mix

#: Lines of a ladder nearer than this run together; then only every second, fifth, tenth... is drawn.
CLOSEST_LINES_PX = 7.0
CLOSEST_LABELS_PX = 15.0
CROSSED_PX = 7.0
TAG_HEIGHT_PX = 18


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line. `name` identifies it while it is dragged; `meaning` names a colour of the theme.

    A `rung` line is thin and labelled with its price when there is room; any other always shows its label, and with
    `has_tag` its price on the axis.
    """

    name: str
    price: float
    meaning: str
    label: str = ""
    is_rung: bool = False
    is_dashed: bool = False
    is_draggable: bool = False
    has_tag: bool = False


def stride_for(spacing_px: float, least_px: float) -> int:
    """How many lines apart (1, 2, 5, 10, 20...) so that they are at least `least_px` from each other."""
    stride, power = 1, 1
    while spacing_px * stride < least_px:
        for multiple in (2, 5, 10):
            stride = multiple * power
            if spacing_px * stride >= least_px:
                break
        power *= 10
    return stride


def median_spacing_px(ys: Sequence[float]) -> float:
    """The middle distance between neighbours, in pixels; infinite for fewer than two."""
    gaps = sorted(abs(later - earlier) for earlier, later in pairwise(ys))
    return max(gaps[len(gaps) // 2], 0.01) if gaps else float("inf")


def paint_rungs(
    painter: QPainter,
    frame: Frame,
    theme: Theme,
    rungs: Sequence[PriceLine],
    price_text: Callable[[float], str],
    others: Sequence[PriceLine],
) -> None:
    """Thin lines of a ladder with their prices at the right edge, thinned out where they would run together.

    A price is left out where one of `others` crosses it.
    """
    if not rungs:
        return
    ordered = sorted(rungs, key=lambda line: line.price)
    ys = [frame.y(line.price) for line in ordered]
    spacing = median_spacing_px(ys)
    stride, label_stride = stride_for(spacing, CLOSEST_LINES_PX), stride_for(spacing, CLOSEST_LABELS_PX)
    last = len(ordered) - 1
    painter.setFont(theme.numbers_font(HEADER_SIZE))
    metrics = QFontMetrics(painter.font())
    for at, (line, y) in enumerate(zip(ordered, ys, strict=True)):
        is_edge = at in (0, last)
        if (not is_edge and at % stride) or not frame.plot.top() - 20 < y < frame.plot.bottom() + 20:
            continue
        colour = colour_of(theme, line.meaning)
        painter.setPen(QPen(mix(colour, theme.panel, 0.32 if not is_edge else 0.75), 1))
        right = frame.plot.right()
        # The two edges always have their price, so a line beside one has none.
        is_crowded = any(abs(y - edge) < CLOSEST_LABELS_PX for edge in (ys[0], ys[-1]))
        is_crossed = any(abs(y - frame.y(other.price)) < CROSSED_PX for other in others)
        if (is_edge or (at % label_stride == 0 and not is_crowded)) and not is_crossed:
            text = price_text(line.price)
            box = QRect(right - metrics.horizontalAdvance(text) - 5, round(y) - 7, metrics.horizontalAdvance(text), 14)
            painter.drawLine(QPointF(frame.plot.left(), round(y)), QPointF(box.left() - 4, round(y)))
            painter.setPen(mix(colour, theme.text, 0.75))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        else:
            painter.drawLine(QPointF(frame.plot.left(), round(y)), QPointF(right, round(y)))


def paint_marks(painter: QPainter, frame: Frame, theme: Theme, marks: Sequence[PriceLine]) -> None:
    """Lines that stand for one thing each, with their name at the left over a patch that keeps it readable."""
    painter.setFont(theme.font(HEADER_SIZE))
    metrics = QFontMetrics(painter.font())
    # The read-out stands in the upper left corner.
    taken: list[float] = [frame.plot.top() + 14.0]
    for line in marks:
        y = round(frame.y(line.price))
        if not frame.plot.top() <= y <= frame.plot.bottom():
            continue
        colour = colour_of(theme, line.meaning)
        pen = QPen(colour, 1)
        if line.is_dashed:
            pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawLine(frame.plot.left(), y, frame.plot.right(), y)
        if line.label:
            while any(abs(y - other) < 15 for other in taken):
                y += 15
            taken.append(y)
            box = QRect(frame.plot.left() + 8, y - 8, metrics.horizontalAdvance(line.label) + 8, 16)
            painter.fillRect(box, theme.panel)
            painter.setPen(colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, line.label)


def paint_tag(
    painter: QPainter, box: QRect, theme: Theme, text: str, fill: QColor, ink: QColor, alignment: Qt.AlignmentFlag
) -> None:
    """A filled box with a value, as it stands on an axis."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRect(box)
    painter.setFont(theme.numbers_font(12))
    painter.setPen(ink)
    painter.drawText(box.adjusted(6, 0, -6, 0), alignment | Qt.AlignmentFlag.AlignVCenter, text)
