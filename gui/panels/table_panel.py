"""A dock with a table: the table or its empty state, and room for a bar above."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.models.columns import Column, Row
from gui.models.table_model import TableModel, never_stale
from gui.models.table_view import TableView
from gui.panels.empty_state import EmptyState
from gui.theme import Theme


class TablePanel(QWidget, Generic[Row]):
    """`bar` stands above the table. Subclasses turn an EngineView into rows."""

    def __init__(
        self,
        theme: Theme,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        empty: EmptyState,
        *,
        bar: QWidget | None = None,
        is_stale: Callable[[Row], bool] = never_stale,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = TableModel(columns, key, is_stale)
        self.table = TableView(self.model, theme)
        self.empty = empty
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if bar is not None:
            layout.addWidget(bar)
        layout.addWidget(self._stack)

    def add_above(self, widget: QWidget) -> None:
        """Put something between the bar and the table."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout), "as it was laid out"
        layout.insertWidget(layout.count() - 1, widget)

    def set_theme(self, theme: Theme) -> None:
        self.table.set_theme(theme)
        self.empty.set_theme(theme)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Make these the rows; without any the empty state teaches."""
        self.model.show_rows(rows)
        self._stack.setCurrentWidget(self.table if rows else self.empty)

    def age(self) -> None:
        """Once a second: sort again, and dim what became stale."""
        self.model.resort()
        self.model.refresh()
