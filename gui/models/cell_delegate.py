"""Draws one cell: one call into the model for each, no style options to fill, which halves the time of a repaint."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.badges import badge_width, paint_badge
from gui.models.columns import Cell
from gui.models.table_model import CELL_ROLE
from gui.theme import GRID, PAD, ROW_HEIGHT, Theme

BADGE_HEIGHT = 16
#: Made once: putting flags together costs as much as drawing a short text.
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
SELECTED = QStyle.StateFlag.State_Selected
#: No letter is wider: a text that fits so needs no measuring.
WIDEST_PX = 14


class CellDelegate(QStyledItemDelegate):
    """Text or a badge, right-aligned tabular figures for numbers, dimmed when stale, tinted when selected."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words: QFont
        self._numbers: QFont
        self._number_metrics: QFontMetrics
        self._word_metrics: QFontMetrics
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._words, self._numbers = theme.font(), theme.numbers_font()
        self._word_metrics, self._number_metrics = QFontMetrics(self._words), QFontMetrics(self._numbers)
        self._selected = theme.palette().color(QPalette.ColorRole.Highlight)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell: Cell = index.data(CELL_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        theme = self._theme
        if SELECTED in state:
            painter.fillRect(rect, self._selected)
            if index.column() == 0:
                painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.accent)
        if cell.badge is not None:
            width = min(badge_width(cell.badge, theme), rect.width() - 2 * PAD)
            top = rect.y() + (rect.height() - BADGE_HEIGHT) // 2
            paint_badge(painter, QRect(rect.x() + PAD, top, width, BADGE_HEIGHT), cell.badge, theme)
            return
        inner = rect.adjusted(GRID, 0, -GRID, 0)
        painter.setPen(theme.stale if cell.is_stale else cell.meaning.colour(theme))
        if cell.is_number:
            painter.setFont(self._numbers)
            text, metrics, side = cell.text, self._number_metrics, RIGHT
        else:
            painter.setFont(self._words)
            text, metrics, side = cell.text, self._word_metrics, LEFT
        width = inner.width()
        if len(text) * WIDEST_PX > width and metrics.horizontalAdvance(text) > width:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(inner, side, text)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        cell: Cell = index.data(CELL_ROLE)
        if cell.badge is not None:
            return QSize(badge_width(cell.badge, self._theme) + 2 * PAD, ROW_HEIGHT)
        metrics = self._number_metrics if cell.is_number else self._word_metrics
        return QSize(metrics.horizontalAdvance(cell.text) + 2 * GRID + 2, ROW_HEIGHT)
