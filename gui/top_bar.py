"""The bar at the top: whose money, which workspace, the way to everything else."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from engine.domain.views import EngineView
from gui.icons import Sign, SignButton
from gui.mode_line import ModeBadges, ModeLine
from gui.money import monies_of
from gui.theme import CONTROL_HEIGHT, GRID, PAD, Theme


class TopBar(QWidget):
    """Badges, workspace switch, command palette, menu, and under them the line of the most serious mode."""

    def __init__(
        self, theme: Theme, workspaces: Sequence[QAction], palette: QAction, menu: QMenu, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.badges = ModeBadges(theme)
        self.line = ModeLine(theme)
        self._tabs: list[WorkspaceTab] = []
        row = QHBoxLayout()
        row.setContentsMargins(GRID, PAD, GRID, PAD)
        row.setSpacing(GRID)
        row.addWidget(self.badges)
        for action in workspaces:
            tab = WorkspaceTab(theme, action)
            self._tabs.append(tab)
            row.addWidget(tab)
        row.addStretch()
        row.addWidget(_button(palette, f"{palette.text()}  Ctrl+K"))
        self._more = more = MenuButton(Sign.MENU, self.tr("Menu"), theme.text)
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.line)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.badges.set_theme(theme)
        self.line.set_theme(theme)
        self._more.set_colour(theme.text)
        for tab in self._tabs:
            tab.set_theme(theme)
        self.update()

    def show_view(self, view: EngineView) -> None:
        modes = monies_of(view)
        self.badges.show_modes(modes)
        self.line.show_mode(modes[0] if modes else None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        painter.end()


class MenuButton(SignButton):
    """Without the small arrow that a style draws into the sign."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.icon().paint(painter, self.rect())
        painter.end()


class WorkspaceTab(QToolButton):
    """The name of a workspace, underlined while it is the one that is shown."""

    def __init__(self, theme: Theme, action: QAction) -> None:
        super().__init__()
        self._theme = theme
        self.setDefaultAction(action)
        self.setText(action.iconText())
        self.setMinimumHeight(CONTROL_HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        is_lit = self.isChecked() or self.underMouse() or self.hasFocus()
        painter.setPen(self._theme.text if is_lit else self._theme.muted)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.isChecked():
            painter.fillRect(PAD, self.height() - 3, self.width() - 2 * PAD, 2, self._theme.accent)
        painter.end()


def _button(action: QAction, text: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setText(text)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setAutoRaise(True)
    button.setMinimumHeight(CONTROL_HEIGHT)
    return button
