"""The strip at the bottom: what happened, what it means for the money, what to do. No dialog ever informs."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from engine.domain.messages import Level
from gui.icons import Sign, SignButton
from gui.theme import CONTROL_HEIGHT, GRID, PAD, Theme

NOTE_MS = 12_000
EDGE_PX = 3

Act = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. `button` with `act` offers something to do (Undo, Start); `is_question` waits for an answer."""

    level: Level
    text: str
    button: str = ""
    act: Act | None = None
    is_question: bool = False


class Strip(QWidget):
    """Shows one notice at a time. Notes go by themselves, warnings, errors and questions stay until closed.

    A question takes the keyboard: Enter accepts, Esc closes, and the focus goes back to where it was.
    """

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._notice: Notice | None = None
        self._focus_before: QWidget | None = None
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._button = QPushButton()
        self._button.setMinimumHeight(CONTROL_HEIGHT)
        self._button.setAutoDefault(True)
        self._button.clicked.connect(self._accept)
        self._close = SignButton(Sign.CLOSE, self.tr("Close (Esc)"), theme.muted)
        self._close.clicked.connect(self.dismiss)
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(NOTE_MS)
        self._leaving.timeout.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + EDGE_PX, PAD, GRID, PAD)
        layout.setSpacing(GRID)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        self.setAutoFillBackground(True)
        self.set_theme(theme)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """What is shown now."""
        return self._notice

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Window, theme.raised)
        self.setPalette(palette)
        self._close.set_colour(theme.muted)
        self.update()

    def show_notice(self, notice: Notice) -> None:
        """Replace what is shown."""
        self._notice = notice
        self._text.setText(notice.text)
        self._button.setText(notice.button)
        self._button.setVisible(bool(notice.button))
        self.show()
        self.update()
        if notice.is_question:
            self._leaving.stop()
            self._focus_before = self.window().focusWidget()
            self._button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif notice.level is Level.INFO:
            self._leaving.start()
        else:
            self._leaving.stop()

    def dismiss(self) -> None:
        """Close without doing anything."""
        if self._notice is None:
            return
        self._notice = None
        self._leaving.stop()
        if self._focus_before is not None and self._button.hasFocus():
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focus_before = None
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, self._theme.line)
        painter.fillRect(0, 0, EDGE_PX, self.height(), self._edge())
        painter.end()

    def _edge(self) -> QColor:
        if self._notice is None:
            return self._theme.line
        if self._notice.is_question:
            return self._theme.accent
        match self._notice.level:
            case Level.INFO:
                return self._theme.strong_line
            case Level.LOOK:
                return self._theme.amber
            case Level.ERROR:
                return self._theme.danger

    def _accept(self) -> None:
        notice = self._notice
        if notice is None or notice.act is None:
            return
        self.dismiss()
        notice.act()
