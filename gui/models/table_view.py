"""The one table view: rows of 24 px, keyboard first, copies exact values, tells its model what can be seen.

It draws its rows itself: Qt asks a delegate for each cell, which costs three times as much as the text in it.
"""

from collections.abc import Hashable, Iterable
from typing import Generic, cast

from PySide6.QtCore import QItemSelection, QItemSelectionRange, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.models.cell_painter import CellPainter, Place
from gui.models.columns import Row
from gui.models.header_view import HeaderView
from gui.models.table_model import Index, TableModel
from gui.theme import ROW_HEIGHT, Theme


class TableView(QTableView, Generic[Row]):
    """`chosen(key)` when the current row changes (None for none), `opened(key)` on Enter or a double click.

    `marked(keys)` when other rows are selected; Qt moves the current row first and the selection after it.
    `menu_wanted(position)` on a right click or the menu key, in global coordinates; `end_reached()` when scrolled down.
    """

    chosen = Signal(object)
    opened = Signal(object)
    marked = Signal(object)
    menu_wanted = Signal(QPoint)
    end_reached = Signal()

    def __init__(self, model: TableModel[Row], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._painter = CellPainter(theme)
        self._header = HeaderView(theme)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setCornerButtonEnabled(False)
        self._set_up_headers()
        self.set_theme(theme)
        self.customContextMenuRequested.connect(lambda at: self.menu_wanted.emit(self.viewport().mapToGlobal(at)))
        self.doubleClicked.connect(lambda index: self.opened.emit(model.key_at(index.row())))
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._tell_visible)

    def _set_up_headers(self) -> None:
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.hide()
        header = self._header
        self.setHorizontalHeader(header)
        for at, column in enumerate(self._model.columns):
            if column.width:
                self.setColumnWidth(at, column.width)
            else:
                header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
        # Clicking goes up, down, unsorted: the natural order of a table is worth coming back to.
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)

    def set_theme(self, theme: Theme) -> None:
        self._painter.set_theme(theme)
        self.setFont(theme.font())
        self._header.set_theme(theme)
        for at, column in enumerate(self._model.columns):
            if column.width:
                self.setColumnWidth(at, max(self.columnWidth(at), self._header.needed_width(column.title)))
        self.viewport().update()

    def show_column(self, key: str, is_shown: bool) -> None:
        """Show or hide a column by its key."""
        for at, column in enumerate(self._model.columns):
            if column.key == key and self.isColumnHidden(at) == is_shown:
                self.setColumnHidden(at, not is_shown)

    def sort_by(self, key: str, order: Qt.SortOrder) -> None:
        """Sort by a column as a click on its header does."""
        at = next(at for at, column in enumerate(self._model.columns) if column.key == key)
        self.sortByColumn(at, order)

    def chosen_key(self) -> Hashable | None:
        """The key of the current row."""
        index = self.currentIndex()
        return self._model.key_at(index.row()) if index.isValid() else None

    def choose(self, key: Hashable | None) -> None:
        """Make a row the current one; None clears. Unknown keys are left alone."""
        if key is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            return
        position = self._model.position_of(key)
        if position is not None and self.chosen_key() != key:
            self.selectRow(position)

    def chosen_keys(self) -> list[Hashable]:
        """The keys of all selected rows, from top to bottom."""
        return [self._model.key_at(row) for row in sorted({index.row() for index in self.selectedIndexes()})]

    def copy_rows(self) -> None:
        """Selected rows as tab-separated exact values."""
        positions = sorted(index.row() for index in self.selectionModel().selectedRows())
        if positions:
            QGuiApplication.clipboard().setText("\n".join(self._model.clipboard_text(at) for at in positions))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row() or current.isValid() != previous.isValid():
            self.chosen.emit(self._model.key_at(current.row()) if current.isValid() else None)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._model.set_holds_ranges(any(found.height() > 1 for found in self._ranges()))
        self.marked.emit(self.chosen_keys())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            if (key := self.chosen_key()) is not None:
                self.opened.emit(key)
        elif event.key() == Qt.Key.Key_Menu:
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft()))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        places, chosen = self._places(), self._chosen_rows()
        model, count = self._model, self._model.rowCount()
        for area in cast(Iterable[QRect], event.region()):
            left, right, bottom = area.left(), area.right(), area.bottom()
            row = self.rowAt(area.top())
            if row < 0:
                continue
            shown = [place for place in places if place.left <= right and place.left + place.width > left]
            top = self.rowViewportPosition(row)
            while top <= bottom and row < count:
                self._painter.paint_row(painter, top, model.cells(row), shown, is_selected=row in chosen)
                row, top = row + 1, top + ROW_HEIGHT
        painter.end()

    def sizeHintForColumn(self, column: int) -> int:
        """What the rows on show need, for a double click between two headers."""
        rows = range(max(self.rowAt(0), 0), self._model.rowCount())[: self.viewport().height() // ROW_HEIGHT + 1]
        return max((self._painter.needed_width(self._model.cell(row, column)) for row in rows), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_visible()

    def _places(self) -> list[Place]:
        """Where the columns stand that are not hidden."""
        header = self._header
        return [
            Place(at, header.sectionViewportPosition(at), width)
            for at in range(header.count())
            if (width := header.sectionSize(at)) and not header.isSectionHidden(at)
        ]

    def _chosen_rows(self) -> frozenset[int]:
        return frozenset(row for found in self._ranges() for row in range(found.top(), found.bottom() + 1))

    def _ranges(self) -> Iterable[QItemSelectionRange]:
        # Qt's selection and region are lists of ranges and of rectangles, though their types do not say so.
        return cast(Iterable[QItemSelectionRange], self.selectionModel().selection())

    def _scrolled(self) -> None:
        self._tell_visible()
        bar = self.verticalScrollBar()
        if bar.maximum() > 0 and bar.value() >= bar.maximum():
            self.end_reached.emit()

    def _tell_visible(self) -> None:
        first = max(self.rowAt(0), 0)
        shown = self.viewport().height() // ROW_HEIGHT + 1
        self._model.set_visible(first, first + shown)
