"""Ctrl+K: every act and every bot, found by a few letters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.theme import CONTROL_HEIGHT, GRID, PAD, Theme

WIDTH = 560
HEIGHT = 420


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what it says, a hint at its right, what it does."""

    text: str
    hint: str
    run: Callable[[], None]


def entry_of(action: QAction) -> Entry:
    """An act with its shortcut."""
    text = action.text().replace("&", "")
    return Entry(text, action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), action.trigger)


def rank(query: str, text: str) -> int | None:
    """How well a text answers a query, smaller is better; None when its letters do not occur in order."""
    wanted, given = query.casefold().strip(), text.casefold()
    if not wanted:
        return 0
    at = given.find(wanted)
    if at >= 0:
        return at
    position, gaps = -1, 0
    for letter in wanted:
        if letter.isspace():
            continue
        found = given.find(letter, position + 1)
        if found < 0:
            return None
        gaps += found - position - 1
        position = found
    return 1000 + gaps


class CommandPalette(QDialog):
    """Letters narrow, arrows move, Enter runs, Esc closes."""

    def __init__(self, theme: Theme, entries: Sequence[Entry], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries = tuple(entries)
        self.query = QLineEdit()
        self.query.setPlaceholderText(self.tr("Type an act or a bot"))
        self.query.setMinimumHeight(CONTROL_HEIGHT + PAD)
        self.found = QListWidget()
        self.found.setFrameShape(QListWidget.Shape.NoFrame)
        self.found.setUniformItemSizes(True)
        self.found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(PAD)
        column.addWidget(self.query)
        column.addWidget(self.found)
        self.resize(WIDTH, HEIGHT)
        self.setFont(theme.font())
        self.query.textChanged.connect(self._narrow)
        self.query.returnPressed.connect(self._run_current)
        self.found.itemActivated.connect(lambda _item: self._run_current())
        self.found.itemClicked.connect(lambda _item: self._run_current())
        self.query.installEventFilter(self)
        self._shown: list[Entry] = []
        self._narrow("")

    def open_over(self, window: QWidget) -> None:
        """Show it in the upper middle of a window."""
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + window.height() // 8)
        self.show()
        self.query.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the line move the list."""
        if watched is self.query and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if (by := step.get(Qt.Key(event.key()))) is not None:
                last = self.found.count() - 1
                self.found.setCurrentRow(min(max(self.found.currentRow() + by, 0), last))
                return True
        return super().eventFilter(watched, event)

    def _narrow(self, query: str) -> None:
        ranked = [
            (place, at, entry)
            for at, entry in enumerate(self._entries)
            if (place := rank(query, entry.text)) is not None
        ]
        ranked.sort(key=lambda item: item[:2])
        self._shown = [entry for _, _, entry in ranked]
        self.found.clear()
        for entry in self._shown:
            text = f"{entry.text}    {entry.hint}" if entry.hint else entry.text
            self.found.addItem(QListWidgetItem(text))
        self.found.setCurrentRow(0 if self._shown else -1)

    def _run_current(self) -> None:
        row = self.found.currentRow()
        if 0 <= row < len(self._shown):
            entry = self._shown[row]
            self.close()
            entry.run()
