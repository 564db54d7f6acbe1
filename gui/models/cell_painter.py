"""Draws the cells of a row: one call for each row, and texts that are laid out once and then only drawn again."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPalette, QStaticText, QTransform

from gui.badges import badge_width, paint_badge
from gui.models.columns import Cell
from gui.theme import GRID, PAD, ROW_HEIGHT, Theme

BADGE_HEIGHT = 16
#: Made once: putting flags together costs as much as drawing a short text.
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
#: No letter is wider: a text that fits so needs no measuring.
WIDEST_PX = 14
#: Texts that are remembered, and as many again that were drawn before them.
MOST_TEXTS = 2_000


class Place(NamedTuple):
    """Where a column stands in a row, in pixels."""

    column: int
    left: int
    width: int


class _Text:
    """A text as it fits into a column: elided where it is too long, at its side of the column.

    `drawn` is what Qt laid out, made when the text is drawn for the second time: a number that is never seen again
    is drawn sooner than it is laid out to be kept.
    """

    __slots__ = ("drawn", "indent", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.indent = 0.0
        self.drawn: QStaticText | None = None


class CellPainter:
    """Text or a badge, right-aligned tabular figures for numbers, dimmed when stale, tinted when selected."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._fonts: tuple[QFont, QFont]
        self._metrics: tuple[QFontMetricsF, QFontMetricsF]
        self._texts: dict[tuple[str, bool, int], _Text] = {}
        self._older: dict[tuple[str, bool, int], _Text] = {}
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        words, numbers = theme.font(), theme.numbers_font()
        self._fonts = (words, numbers)
        self._metrics = (QFontMetricsF(words), QFontMetricsF(numbers))
        self._top_px = (ROW_HEIGHT - self._metrics[0].height()) / 2
        self._selected = theme.palette().color(QPalette.ColorRole.Highlight)
        self._texts, self._older = {}, {}

    def needed_width(self, cell: Cell) -> int:
        """Pixels that a column needs to show all of a cell."""
        if cell.badge is not None:
            return badge_width(cell.badge, self._theme) + 2 * PAD
        return round(self._metrics[cell.is_number].horizontalAdvance(cell.text)) + 2 * GRID + 2

    def paint_row(
        self, painter: QPainter, top: int, cells: Sequence[Cell], places: Sequence[Place], *, is_selected: bool
    ) -> None:
        """Draw these columns of a row that begins at `top`."""
        theme = self._theme
        for at, left, width in places:
            cell = cells[at]
            if is_selected:
                painter.fillRect(left, top, width, ROW_HEIGHT, self._selected)
                if at == 0:
                    painter.fillRect(left, top, 2, ROW_HEIGHT, theme.accent)
            if cell.badge is not None:
                wide = min(badge_width(cell.badge, theme), width - 2 * PAD)
                box = QRect(left + PAD, top + (ROW_HEIGHT - BADGE_HEIGHT) // 2, wide, BADGE_HEIGHT)
                paint_badge(painter, box, cell.badge, theme)
            elif cell.text:
                painter.setPen(theme.stale if cell.is_stale else cell.meaning.colour(theme))
                self._paint_text(painter, cell, left + GRID, top, width - 2 * GRID)

    def _paint_text(self, painter: QPainter, cell: Cell, left: int, top: int, width: int) -> None:
        is_number = cell.is_number
        painter.setFont(self._fonts[is_number])
        key = (cell.text, is_number, width)
        known = self._texts.get(key)
        if known is None:
            known = self._remembered(key)
            if known is None:
                text = self._texts[key] = _Text(self._fitting(*key))
                box = QRect(left, top, width, ROW_HEIGHT)
                painter.drawText(box, RIGHT if is_number else LEFT, text.text)
                return
        if known.drawn is None:
            self._lay_out(known, is_number=is_number, width=width)
            assert known.drawn is not None, "it was just laid out"
        painter.drawStaticText(QPointF(left + known.indent, top + self._top_px), known.drawn)

    def _remembered(self, key: tuple[str, bool, int]) -> _Text | None:
        """A text of long ago, which is kept for as long again. Makes room for newer ones."""
        if len(self._texts) >= MOST_TEXTS:
            self._older, self._texts = self._texts, {}
        found = self._older.get(key)
        if found is not None:
            self._texts[key] = found
        return found

    def _fitting(self, text: str, is_number: bool, width: int) -> str:
        metrics = self._metrics[is_number]
        if len(text) * WIDEST_PX > width and metrics.horizontalAdvance(text) > width:
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return text

    def _lay_out(self, text: _Text, *, is_number: bool, width: int) -> None:
        text.drawn = QStaticText(text.text)
        text.drawn.setTextFormat(Qt.TextFormat.PlainText)
        text.drawn.prepare(QTransform(), self._fonts[is_number])
        text.indent = width - self._metrics[is_number].horizontalAdvance(text.text) if is_number else 0.0
