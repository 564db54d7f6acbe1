"""Figures under a form: what each is called, its value, a detail; and below them sentences."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from gui import numbers
from gui.theme import GRID, Theme


class Figures(QWidget):
    """As many columns as there are titles."""

    def __init__(self, theme: Theme, titles: Sequence[str]) -> None:
        super().__init__()
        self._theme = theme
        self._titles = tuple(titles)
        self._names = [QLabel() for _ in titles]
        self._values = [QLabel() for _ in titles]
        self._details = [QLabel() for _ in titles]
        self._sentences = QLabel()
        self._sentences.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(2)
        for at, (name, value, detail) in enumerate(zip(self._names, self._values, self._details, strict=True)):
            for row, label in enumerate((name, value, detail)):
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(label, row, at)
            grid.setColumnStretch(at, 1)
            name.setFont(theme.header_font())
            value.setFont(theme.numbers_font(15, theme.font().weight().DemiBold))
            detail.setFont(theme.numbers_font(12))
            _paint(name, theme.muted)
            _paint(value, theme.text)
            _paint(detail, theme.muted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.addLayout(grid)
        column.addWidget(self._sentences)
        self.clear()

    @property
    def text(self) -> str:
        """Everything that is written here, for a reader without eyes."""
        labels = (*self._names, *self._values, *self._details, self._sentences)
        return "\n".join(label.text() for label in labels if label.text())

    def clear(self) -> None:
        """Nothing can be worked out yet."""
        for name, text in zip(self._names, self._titles, strict=True):
            name.setText(text)
        for label in (*self._values, *self._details):
            label.setText(numbers.NOTHING)
        self.say(())

    def show_figure(self, at: int, value: str, detail: str) -> None:
        """The value and the detail of one column."""
        self._values[at].setText(value)
        self._details[at].setText(detail)

    def say(self, texts: Sequence[str], *, is_problem: bool = False) -> None:
        """Sentences below the figures."""
        self._sentences.setText("\n".join(texts))
        self._sentences.setVisible(bool(texts))
        _paint(self._sentences, self._theme.amber if is_problem else self._theme.text)


def _paint(label: QLabel, colour: QColor) -> None:
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, colour)
    label.setPalette(palette)
