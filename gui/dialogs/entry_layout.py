"""What the dialogs of new bots have in common: a form beside a chart over its summary, buttons below, a free name."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.domain.views import BotView
from gui.theme import CONTROL_HEIGHT, GRID

FORM_PX = 424
FRAME_ROOM = QSize(16, 56)


def free_name(first: str, bots: Iterable[BotView]) -> str:
    """`first`, or with the first number from 2 on that no bot's name has yet."""
    taken = {shown.bot.name for shown in bots}
    names = (first if number == 1 else f"{first} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def guard_buttons(buttons: Iterable[QPushButton], start: QPushButton) -> None:
    """Only Alt+Enter presses `start`: Enter in a field must never send money off."""
    for button in buttons:
        button.setMinimumHeight(CONTROL_HEIGHT)
        button.setAutoDefault(False)
    keys = QKeySequence("Alt+Return")
    start.setShortcut(keys)
    start.setToolTip(keys.toString(QKeySequence.SequenceFormat.NativeText))


def scrolled(form: QWidget) -> QScrollArea:
    """A form that may be higher than its dialog."""
    scroll = QScrollArea()
    scroll.setWidget(form)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setFixedWidth(FORM_PX)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return scroll


def lay_out(
    dialog: QDialog,
    left: QLayout,
    right: tuple[QWidget, QWidget],
    buttons: Sequence[QPushButton],
    size: QSize,
    above: Sequence[QWidget] = (),
) -> None:
    """`above` over both sides; `right` are the chart, which takes the room, and its summary. `size` fits the screen."""
    chart, summary = right
    beside = QVBoxLayout()
    beside.addWidget(chart, 1)
    beside.addWidget(summary)
    body = QHBoxLayout()
    body.setSpacing(2 * GRID)
    body.addLayout(left)
    body.addLayout(beside, 1)
    row = QHBoxLayout()
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    for widget in above:
        column.addWidget(widget)
    column.addLayout(body, 1)
    column.addLayout(row)
    # A desk of 1280 x 720 has room for less than that.
    dialog.resize(size.boundedTo(dialog.screen().availableSize() - FRAME_ROOM))
