"""Whose money this window moves: badges at the top, a line below them, and for real money a red frame round it all."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.domain.bot import AccountMode
from engine.domain.views import EngineView
from gui.badges import SERIOUS_FIRST, ModeBadge
from gui.theme import PAD, Theme

LINE_HEIGHT = 4


def modes_of(view: EngineView) -> tuple[AccountMode, ...]:
    """All kinds of money on this desk, the most serious first."""
    present = {shown.account.mode for shown in view.accounts}
    return tuple(mode for mode in SERIOUS_FIRST if mode in present)


class ModeBadges(QWidget):
    """A badge for each kind of money."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._modes: tuple[AccountMode, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(PAD)
        self._badges: list[ModeBadge] = []

    @property
    def modes(self) -> tuple[AccountMode, ...]:
        return self._modes

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for badge in self._badges:
            badge.set_theme(theme)

    def show_modes(self, modes: tuple[AccountMode, ...]) -> None:
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
    """A line over the whole width: red for live, blue for paper, hatched for simulated, dashed for a replay."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mode: AccountMode | None = None
        self.setFixedHeight(LINE_HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_mode(self, mode: AccountMode | None) -> None:
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
            case AccountMode.LIVE:
                painter.fillRect(area, theme.danger)
            case AccountMode.PAPER:
                painter.fillRect(area, theme.accent)
            case AccountMode.SIMULATED:
                painter.fillRect(area, QBrush(theme.strong_line, Qt.BrushStyle.BDiagPattern))
            case AccountMode.REPLAY:
                for x in range(0, area.width(), 16):
                    painter.fillRect(QRect(x, 1, 10, 2), theme.strong_line)
            case None:
                painter.fillRect(0, area.height() - 1, area.width(), 1, theme.line)
        painter.end()
