"""The bar over the spread board: what is shown of it, and how to watch more."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from gui.arbitrage.board_rows import PairRow
from gui.theme import CONTROL_HEIGHT, GRID, PAD

FILTER_PX = 180


class BoardBar(QWidget):
    """`changed` when other rows are wanted."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("Filter, such as XRP"))
        self.words.setAccessibleName(self.tr("Filter the board"))
        self.words.setClearButtonEnabled(True)
        self.words.setMinimumHeight(CONTROL_HEIGHT)
        self.words.setMaximumWidth(FILTER_PX)
        self.only_favourites = QCheckBox(self.tr("Only favourites"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(GRID, PAD, GRID, PAD)
        self._row.setSpacing(GRID)
        self._row.addWidget(self.words, 1)
        self._row.addWidget(self.only_favourites)
        self._row.addStretch(1)
        self.words.textChanged.connect(self.changed)
        self.only_favourites.toggled.connect(self.changed)

    def add_acts(self, acts: Sequence[QAction]) -> None:
        """Buttons at the right."""
        for act in acts:
            button = QToolButton()
            button.setDefaultAction(act)
            button.setAutoRaise(True)
            button.setMinimumHeight(CONTROL_HEIGHT)
            self._row.addWidget(button)

    @property
    def is_narrowing(self) -> bool:
        return bool(self.words.text().strip()) or self.only_favourites.isChecked()

    def narrowed(self, rows: list[PairRow]) -> list[PairRow]:
        """The rows that are wanted: every word must occur in a symbol or a venue."""
        wanted = self.words.text().casefold().split()
        if self.only_favourites.isChecked():
            rows = [row for row in rows if row.is_favourite]
        if not wanted:
            return rows
        return [row for row in rows if all(word in row.searched for word in wanted)]
