"""The inventory by venue: what lies where, for how many entries it lasts, and what would restore the balance."""

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from engine.domain.views import EngineView
from gui.arbitrage.inventory_rows import InventoryRow, inventory_columns, inventory_rows
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import GRID, PAD, Theme


class InventoryPanel(TablePanel[InventoryRow]):
    """Nothing is ever moved by the program: it only says what a move costs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._view: EngineView | None = None
        self.only_needed = QCheckBox()
        bar = QWidget()
        super().__init__(theme, inventory_columns(), lambda row: row.key, EmptyState(theme), bar=bar, parent=parent)
        self.only_needed.setText(self.tr("Only what arbitrage bots need"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(GRID, PAD, GRID, PAD)
        row.addWidget(self.only_needed)
        row.addStretch(1)
        self.empty.set_words(
            self.tr("What lies on each venue stands here, and for how many entries of an arbitrage bot it lasts.")
        )
        self.only_needed.toggled.connect(self._show_again)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        """The first picture is shown at once, later ones once a second: balances are read, not traded on."""
        is_first, self._view = self._view is None, view
        if is_first:
            self._show_again()

    def show_age(self, view: EngineView, now_s: float) -> None:
        """A second passed."""
        # A dock behind other tabs is visible to Qt, but no part of it is.
        if not self.visibleRegion().isEmpty():
            self._view = view
            self._show_again()
            self.age()

    def _show_again(self) -> None:
        if self._view is None:
            return
        rows = inventory_rows(self._view)
        if self.only_needed.isChecked():
            rows = [row for row in rows if row.needs]
        self.show_rows(rows)
