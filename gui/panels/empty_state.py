"""What a panel shows while it has nothing to show: one sentence and at most one button."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.theme import CONTROL_HEIGHT, GRID, Theme


class EmptyState(QWidget):
    """`accepted` when the button was pressed."""

    accepted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = QLabel()
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._button = QPushButton()
        self._button.setMinimumHeight(CONTROL_HEIGHT)
        self._button.hide()
        self._button.clicked.connect(self.accepted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addStretch()
        layout.addWidget(self._sentence)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        self.setAutoFillBackground(True)
        self.set_theme(theme)

    def set_words(self, sentence: str, button: str = "") -> None:
        """One sentence and, when there is something to do, what the button says."""
        self._sentence.setText(sentence)
        self._button.setText(button)
        self._button.setVisible(bool(button))

    def set_theme(self, theme: Theme) -> None:
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Window, theme.panel)
        palette.setColor(palette.ColorRole.WindowText, theme.muted)
        self.setPalette(palette)
        self._button.setPalette(theme.palette())
