"""Texts over a chart, painted by hand: the read-out in the corner and what a mark under the mouse tells.

A rich-text item costs half a millisecond for every change of one number; these cost a twentieth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.charts.frame import Frame
from gui.charts.layers import HINT_Z, READOUT_Z, PixelItem, colour_of
from gui.kept_texts import KeptTexts
from gui.theme import PAD, Theme

PART_GAP_PX = 12
NAME_GAP_PX = 4
LINE_PX = 18
HINT_AWAY_PX = 14


@dataclass(frozen=True, slots=True)
class ReadoutPart:
    """A piece of the corner read-out: a muted name, a value, and the theme's colour of the value by meaning."""

    name: str
    value: str
    meaning: str = "text"


class ReadoutItem(PixelItem):
    """Names and values in the upper left corner, over a patch that keeps them readable, in as many lines as needed."""

    def __init__(self) -> None:
        super().__init__(READOUT_Z)
        self._kept = KeptTexts(QFont())
        self._patch = QColor()
        self._patches: list[QRect] = []
        self._texts: list[tuple[QColor, int, float, str]] = []
        self._shown: object = None
        self._width = 0
        self._theme: Theme | None = None
        self.parts: tuple[ReadoutPart, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._kept = KeptTexts(theme.numbers_font(12))
        self._patch = QColor(theme.panel)
        self._patch.setAlphaF(0.82)
        self._shown = None

    def show_frame(self, frame: Frame) -> None:
        super().show_frame(frame)
        self._width = frame.plot.width()

    def show_parts(self, parts: Sequence[ReadoutPart]) -> None:
        """Lay them out; costs nothing when they are the same."""
        wanted = (tuple(parts), self._width)
        if wanted == self._shown or self._theme is None:
            return
        self._shown, self.parts = wanted, wanted[0]
        self._patches, self._texts = [], []
        x, y = 2 * PAD, PAD - 1
        for part in parts:
            name = round(self._kept.width(part.name)) + NAME_GAP_PX if part.name else 0
            wide = name + round(self._kept.width(part.value))
            if x + wide > self._width - PAD and x > 2 * PAD:
                x, y = 2 * PAD, y + LINE_PX
            self._patches.append(QRect(x - PAD, y, wide + PART_GAP_PX, LINE_PX))
            top = y + (LINE_PX - self._kept.height) / 2
            if part.name:
                self._texts.append((self._theme.muted, x, top, part.name))
            self._texts.append((colour_of(self._theme, part.meaning), x + name, top, part.value))
            x += wide + PART_GAP_PX

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        for patch in self._patches:
            painter.fillRect(patch, self._patch)
        for colour, left, top, text in self._texts:
            painter.setPen(colour)
            self._kept.draw(painter, left, top, text)


class HintItem(PixelItem):
    """Lines in a raised box beside the mouse, kept inside the plot. The first line is the title."""

    def __init__(self) -> None:
        super().__init__(HINT_Z)
        self._theme: Theme | None = None
        self._box = QRect()
        self.lines: tuple[str, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def show_lines(self, plot: QRect, at: QPointF, lines: Sequence[str]) -> None:
        """Show these lines beside a place, or nothing."""
        self.lines = tuple(lines)
        self.setVisible(bool(lines))
        if not lines or self._theme is None:
            return
        metrics = QFontMetrics(self._theme.numbers_font(12))
        wide = max(metrics.horizontalAdvance(line) for line in lines) + 4 * PAD
        high = len(lines) * LINE_PX + 2 * PAD
        left = round(at.x()) + HINT_AWAY_PX
        if left + wide > plot.right():
            left = max(plot.left() + PAD, round(at.x()) - HINT_AWAY_PX - wide)
        top = min(max(round(at.y()) - high // 2, plot.top() + PAD), plot.bottom() - high - PAD)
        self._box = QRect(left, max(top, plot.top() + PAD), wide, high)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._theme is None:
            return
        painter.setPen(self._theme.strong_line)
        painter.setBrush(self._theme.raised)
        painter.drawRect(self._box)
        painter.setFont(self._theme.numbers_font(12))
        line = QRect(self._box.left() + 2 * PAD, self._box.top() + PAD, self._box.width() - 4 * PAD, LINE_PX)
        for number, text in enumerate(self.lines):
            painter.setPen(self._theme.text if number == 0 else self._theme.muted)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
            line.translate(0, LINE_PX)
