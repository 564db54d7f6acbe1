"""Draws the cells of a row, in one call for each row."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPalette

from gui.badges import badge_width, paint_badge
from gui.kept_texts import KeptTexts
from gui.models.columns import Cell
from gui.theme import GRID, PAD, ROW_HEIGHT, Theme

BADGE_HEIGHT = 16


class Place(NamedTuple):
    """Where a column stands in a row, in pixels."""

    column: int
    left: int
    width: int


class CellPainter:
    """Text or a badge, right-aligned tabular figures for numbers, dimmed when stale, tinted when selected."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._words: KeptTexts
        self._numbers: KeptTexts
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._words, self._numbers = KeptTexts(theme.font()), KeptTexts(theme.numbers_font())
        self._top_px = (ROW_HEIGHT - self._words.height) / 2
        self._selected = theme.palette().color(QPalette.ColorRole.Highlight)

    def needed_width(self, cell: Cell) -> int:
        """Pixels that a column needs to show all of a cell."""
        if cell.badge is not None:
            return badge_width(cell.badge, self._theme) + 2 * PAD
        texts = self._numbers if cell.is_number else self._words
        return round(texts.width(cell.text)) + 2 * GRID + 2

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
        texts, text = self._numbers if cell.is_number else self._words, cell.text
        wide = texts.width(text)
        if wide > width:
            text = texts.elided(text, width)
            wide = texts.width(text)
        texts.draw(painter, left + width - wide if cell.is_number else left, top + self._top_px, text)
