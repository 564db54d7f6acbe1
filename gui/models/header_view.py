"""Column headers, flat and aligned with the cells below them, with a small arrow on the sorting column."""

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QWidget

from gui.theme import GRID, PAD, Theme

HEADER_HEIGHT = 26
ARROW_PX = 6


class HeaderView(QHeaderView):
    """Headers of words stand left, headers of numbers right, as their cells do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(40)
        self.setFixedHeight(HEADER_HEIGHT)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(theme.header_font())
        self.viewport().update()

    def needed_width(self, title: str) -> int:
        """Pixels a section needs to show its title and the arrow."""
        text = title.upper()
        return QFontMetrics(self.font()).horizontalAdvance(text) + 2 * GRID + ARROW_PX + 2 * PAD

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        if not rect.isValid():
            return
        theme, model = self._theme, self.model()
        painter.fillRect(rect, theme.panel)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.line)
        title = model.headerData(logical_index, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) or ""
        alignment = model.headerData(logical_index, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
        inner = rect.adjusted(GRID, 0, -GRID, 0)
        is_sorting = self.isSortIndicatorShown() and self.sortIndicatorSection() == logical_index
        painter.setFont(self.font())
        painter.setPen(theme.text if is_sorting else theme.muted)
        text = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, alignment, text)
        if is_sorting:
            self._paint_arrow(painter, inner, painter.fontMetrics().horizontalAdvance(title.upper()), alignment)

    def _paint_arrow(self, painter: QPainter, inner: QRect, text_width: int, alignment: Qt.AlignmentFlag) -> None:
        """Beside the title, on the side where there is room."""
        if alignment & Qt.AlignmentFlag.AlignRight:
            left = inner.right() - text_width - PAD - ARROW_PX
        else:
            left = inner.left() + text_width + PAD
        middle = inner.center().y()
        up = 1 if self.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder else -1
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.text)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(left, middle + up * 2),
                    QPointF(left + ARROW_PX, middle + up * 2),
                    QPointF(left + ARROW_PX / 2, middle - up * 2),
                ]
            )
        )
        painter.restore()
