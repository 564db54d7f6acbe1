"""The strip over an empty desk: three ways to see the program at work within a second."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from gui.icons import Sign, SignButton
from gui.theme import CONTROL_HEIGHT, GRID, Theme


class WelcomeStrip(QWidget):
    """`demo_wanted`, `pair_demo_wanted`, `recording_wanted`, `closed` by its buttons."""

    demo_wanted = Signal()
    pair_demo_wanted = Signal()
    recording_wanted = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sentence = QLabel(
            self.tr(
                "Welcome. No exchange and no money is needed to try it: start a demo, or play back a recorded market."
            )
        )
        self._sentence.setWordWrap(True)
        self.demo = QPushButton(self.tr("Start a demo grid on the simulated market"))
        self.pair_demo = QPushButton(self.tr("Start a demo arbitrage"))
        self.recording = QPushButton(self.tr("Open a recorded file…"))
        self._close = SignButton(Sign.CLOSE, self.tr("Close"), theme.muted)
        for button in (self.demo, self.pair_demo, self.recording):
            button.setMinimumHeight(CONTROL_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.demo)
        row.addWidget(self.pair_demo)
        row.addWidget(self.recording)
        row.addWidget(self._close)
        self.demo.clicked.connect(self.demo_wanted)
        self.pair_demo.clicked.connect(self.pair_demo_wanted)
        self.recording.clicked.connect(self.recording_wanted)
        self._close.clicked.connect(self.closed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Button, theme.accent)
        palette.setColor(palette.ColorRole.ButtonText, theme.on_accent)
        self.demo.setPalette(palette)
        self._close.set_colour(theme.muted)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.raised)
        painter.fillRect(0, 0, 3, self.height(), self._theme.accent)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.line)
        painter.end()
