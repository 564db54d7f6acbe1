"""Whose money this window moves: badges at the top, a line below them, and for real money a red frame round it all."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.badges import ModeBadge
from gui.money import Money
from gui.theme import PAD, Theme

LINE_HEIGHT = 4


class ModeBadges(QWidget):
    """A badge for each kind of money."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._modes: tuple[Money, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(PAD)
        self._badges: list[ModeBadge] = []

    @property
    def modes(self) -> tuple[Money, ...]:
        return self._modes

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for badge in self._badges:
            badge.set_theme(theme)

    def show_modes(self, modes: tuple[Money, ...]) -> None:
        if modes == self._modes:
            return
        self._modes = modes
        for old in self._badges:
            self._row.removeWidget(old)
            old.deleteLater()
        self._badges = [ModeBadge(self._theme, mode) for mode in modes]
        for badge in self._badges:
            self._row.addWidget(badge)


class ModeLine(QWidget):
    """A line over the whole width: red is live, amber live but off, blue paper, hatched simulated, dashed a replay,
    dotted practice.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mode: Money | None = None
        self.setFixedHeight(LINE_HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_mode(self, mode: Money | None) -> None:
        """None while there is no account."""
        if mode is not self._mode:
            self._mode = mode
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, LINE_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, area = self._theme, self.rect()
        painter.fillRect(area, theme.window)
        match self._mode:
            case Money.LIVE:
                painter.fillRect(area, theme.danger)
            case Money.LIVE_OFF:
                painter.fillRect(area, theme.amber)
            case Money.PAPER:
                painter.fillRect(area, theme.accent)
            case Money.SIMULATED:
                painter.fillRect(area, QBrush(theme.strong_line, Qt.BrushStyle.BDiagPattern))
            case Money.REPLAY:
                for x in range(0, area.width(), 16):
                    painter.fillRect(QRect(x, 1, 10, 2), theme.strong_line)
            case Money.PRACTICE:
                for x in range(0, area.width(), 6):
                    painter.fillRect(QRect(x, 1, 2, 2), theme.strong_line)
            case None:
                painter.fillRect(0, area.height() - 1, area.width(), 1, theme.line)
        painter.end()
