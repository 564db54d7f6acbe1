"""Prices as lines across a chart: rungs, average entry, stops, trigger, and the tags that name them on the axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from gui.theme import Theme

#: Lines of a ladder nearer than this run together; then only every second, fifth, tenth... is drawn.
CLOSEST_LINES_PX = 7.0
CLOSEST_LABELS_PX = 15.0
CROSSED_PX = 7.0
TAG_HEIGHT_PX = 18


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line. `name` identifies it while it is dragged; `meaning` names a colour of the theme.

    A `rung` line is thin and labelled with its price when there is room; any other always shows its label, and with
    `has_tag` its price on the axis. Beyond the scale its `far_label` stands at the border.
    """

    name: str
    price: float
    meaning: str
    label: str = ""
    is_rung: bool = False
    is_dashed: bool = False
    is_draggable: bool = False
    has_tag: bool = False
    far_label: str = ""


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
