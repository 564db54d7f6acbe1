"""One table model for every table: immutable rows in, changed visible cells out.

The caller hands over the whole list of rows as often as it likes. Rows are compared by identity; texts are made only
for rows that somebody can see, and only cells whose text or colour changed are announced. Sorting happens here, when
`resort` is called (once a second), never in a proxy. It announces the rows that changed places as changed cells: after
a changed layout Qt lays the whole table and both of its headers out anew, which costs as much as painting them.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Any, Generic

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from gui.models.columns import Cell, Column, Row

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


def never_stale(_row: object) -> bool:
    return False


class TableModel(QAbstractTableModel, Generic[Row]):
    """`key` identifies a row over time. `is_stale` says whether a row's live values are too old to trust."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        is_stale: Callable[[Row], bool] = never_stale,
    ) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._key = key
        self._is_stale = is_stale
        self._rows: list[Row] = []
        self._given: list[Row] = []
        self._keys: list[Hashable] = []
        self._position: dict[Hashable, int] = {}
        self._cells: dict[Hashable, tuple[Cell, ...]] = {}
        self._visible = range(64)
        self._holds_ranges = False
        self._sort_column: int | None = None
        self._is_descending = False

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        return self._columns

    def row_at(self, position: int) -> Row:
        return self._rows[position]

    def position_of(self, key: Hashable) -> int | None:
        return self._position.get(key)

    def key_at(self, position: int) -> Hashable:
        return self._keys[position]

    def set_visible(self, first: int, last: int) -> None:
        """The view tells which rows it shows; only their changes are announced."""
        self._visible = range(first, last + 1)

    def set_holds_ranges(self, holds: bool) -> None:
        """The view tells whether rows are selected as ranges, whose ends do not stay together in another order."""
        self._holds_ranges = holds

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.ToolTipRole:
            return (column.exact or column.text)(self._rows[index.row()]) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def cells(self, row: int) -> tuple[Cell, ...]:
        """What to draw of a row; made on first sight."""
        key = self._keys[row]
        cells = self._cells.get(key)
        if cells is None:
            cells = self._cells[key] = self._make_cells(self._rows[row])
        return cells

    def cell(self, row: int, column: int) -> Cell:
        return self.cells(row)[column]

    def clipboard_text(self, position: int) -> str:
        """One row for a spreadsheet: exact values with tabs between."""
        row = self._rows[position]
        return "\t".join((column.exact or column.text)(row) for column in self._columns)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Make these the rows, in this order while no column sorts."""
        if self._replace_changed(rows):
            return
        self._given = list(rows)
        fresh = {self._key(row): row for row in rows}
        self._remove_all_but(fresh)
        self._replace(fresh)
        self._insert_new(fresh)
        if self._sort_column is None:
            self._arrange(list(fresh))

    def refresh(self) -> None:
        """Compare the visible cells again: time passed, so some may have become stale."""
        for position in self._visible_positions():
            self._announce(position)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sort_column = column if 0 <= column < len(self._columns) else None
        self._is_descending = order is Qt.SortOrder.DescendingOrder
        self.resort()

    def resort(self) -> None:
        """Bring the rows into the order of the sorting column; cheap when they are in order."""
        if self._sort_column is None or len(self._rows) < 2:
            return
        order = self._columns[self._sort_column].order
        values = [order(row) for row in self._rows]
        known = [at for at, value in enumerate(values) if value is not None]
        unknown = [at for at, value in enumerate(values) if value is None]
        known.sort(key=values.__getitem__, reverse=self._is_descending)  # type: ignore[arg-type]
        self._arrange([self._keys[at] for at in known + unknown])

    def _visible_positions(self) -> range:
        return range(max(0, self._visible.start), min(self._visible.stop, len(self._rows)))

    def _make_cells(self, row: Row) -> tuple[Cell, ...]:
        is_stale = self._is_stale(row)
        return tuple(
            Cell(
                column.text(row),
                column.meaning(row),
                column.is_number,
                is_stale and column.is_live,
                column.badge(row) if column.badge else None,
            )
            for column in self._columns
        )

    def _announce(self, position: int) -> None:
        """Tell the view which cells of a visible row changed, if any."""
        key = self._keys[position]
        before = self._cells.get(key)
        now = self._make_cells(self._rows[position])
        self._cells[key] = now
        if before is None:
            changed = list(range(len(now)))
        else:
            changed = [at for at, (old, new) in enumerate(zip(before, now, strict=True)) if old != new]
        if changed:
            self.dataChanged.emit(self.index(position, changed[0]), self.index(position, changed[-1]))

    def _remove_all_but(self, fresh: dict[Hashable, Row]) -> None:
        gone = [at for at, key in enumerate(self._keys) if key not in fresh]
        if not gone:
            return
        if len(gone) == len(self._keys):
            self.beginResetModel()
            self._rows, self._keys, self._position, self._cells = [], [], {}, {}
            self.endResetModel()
            return
        for first, last in reversed(_runs(gone)):
            self.beginRemoveRows(NO_PARENT, first, last)
            for key in self._keys[first : last + 1]:
                self._cells.pop(key, None)
            del self._rows[first : last + 1]
            del self._keys[first : last + 1]
            self.endRemoveRows()
        self._index_positions()

    def _replace_changed(self, rows: Sequence[Row]) -> bool:
        """The usual case, which must cost little: the same rows as before, some with new values."""
        if len(rows) != len(self._given):
            return False
        changed = [(old, new) for old, new in zip(self._given, rows, strict=True) if old is not new]
        if any(self._key(old) != self._key(new) for old, new in changed):
            return False
        self._given = list(rows)
        visible = self._visible_positions()
        for _, new in changed:
            key = self._key(new)
            position = self._position[key]
            self._rows[position] = new
            if position in visible:
                self._announce(position)
            else:
                self._cells.pop(key, None)
        return True

    def _replace(self, fresh: dict[Hashable, Row]) -> None:
        visible = self._visible_positions()
        for position, (key, old) in enumerate(zip(self._keys, self._rows, strict=True)):
            new = fresh[key]
            if new is old:
                continue
            self._rows[position] = new
            if position in visible:
                self._announce(position)
            else:
                self._cells.pop(key, None)

    def _insert_new(self, fresh: dict[Hashable, Row]) -> None:
        new = [key for key in fresh if key not in self._position]
        if not new:
            return
        ordered = list(fresh)
        at = 0 if self._sort_column is None and ordered[: len(new)] == new else len(self._rows)
        self.beginInsertRows(NO_PARENT, at, at + len(new) - 1)
        self._rows[at:at] = [fresh[key] for key in new]
        self._keys[at:at] = new
        self._index_positions()
        self.endInsertRows()

    def _arrange(self, keys: list[Hashable]) -> None:
        """Put the rows into this order; selection and current row follow their rows."""
        if keys == self._keys:
            return
        if self._holds_ranges:
            self.layoutAboutToBeChanged.emit()
            self._move(keys)
            self.layoutChanged.emit()
            return
        before, shown = self._keys, self._visible_positions()
        self._move(keys)
        for first, last in _runs([at for at in shown if keys[at] != before[at]]):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))

    def _move(self, keys: list[Hashable]) -> None:
        before = self.persistentIndexList()
        held = [(self._keys[index.row()], index.column()) for index in before]
        rows = dict(zip(self._keys, self._rows, strict=True))
        self._keys = keys
        self._rows = [rows[key] for key in keys]
        self._index_positions()
        after = [self.index(self._position[key], column) for key, column in held]
        self.changePersistentIndexList(before, after)

    def _index_positions(self) -> None:
        self._position = {key: at for at, key in enumerate(self._keys)}


def _runs(positions: list[int]) -> list[tuple[int, int]]:
    """Ascending positions as closed ranges: 1, 2, 5 gives (1, 2), (5, 5)."""
    if not positions:
        return []
    breaks = [at for at, (one, two) in enumerate(pairwise(positions), start=1) if two != one + 1]
    starts = [0, *breaks]
    stops = [*breaks, len(positions)]
    return [(positions[start], positions[stop - 1]) for start, stop in zip(starts, stops, strict=True)]
