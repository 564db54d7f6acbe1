"""The title of a dock: its name and two small buttons; nothing at all where a tab already says the name."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QWidget

from gui.icons import Sign, SignButton
from gui.theme import GRID, PAD, Theme

HEIGHT = 26


class DockTitle(QWidget):
    """Dragging it moves the dock, a double click floats it: mouse events pass through to the dock."""

    def __init__(self, theme: Theme, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._theme = theme
        self._is_thin = False
        self._name = QLabel(dock.windowTitle())
        self._float = SignButton(Sign.FLOAT, self.tr("Float or dock"), theme.muted)
        self._close = SignButton(Sign.CLOSE, self.tr("Close this panel"), theme.muted)
        self._float.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self._close.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, PAD, 0)
        row.setSpacing(PAD)
        row.addWidget(self._name, 1)
        row.addWidget(self._float)
        row.addWidget(self._close)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._name.setFont(theme.header_font())
        palette = theme.palette()
        palette.setColor(palette.ColorRole.WindowText, theme.muted)
        self.setPalette(palette)
        self._float.set_colour(theme.muted)
        self._close.set_colour(theme.muted)
        self.update()

    def set_thin(self, *, thin: bool) -> None:
        """Thin where a tab says the name."""
        if thin == self._is_thin:
            return
        self._is_thin = thin
        for part in (self._name, self._float, self._close):
            part.setVisible(not thin)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(120, 0 if self._is_thin else HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0 if self._is_thin else HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.window)
        painter.end()
