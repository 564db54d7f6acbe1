"""The two buttons under orders that are about to be sent for the first time."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from gui.theme import CONTROL_HEIGHT


def add_later_or_send(column: QVBoxLayout, later: QPushButton, send: QPushButton) -> None:
    """Both at the right, below what the dialog's column has; Enter is the one that sends nothing."""
    buttons = QHBoxLayout()
    buttons.addStretch(1)
    for button in (later, send):
        button.setMinimumHeight(CONTROL_HEIGHT)
        buttons.addWidget(button)
    # Only in its dialog can a button be the default one.
    column.addLayout(buttons)
    # Enter must not send what nobody has read.
    later.setDefault(True)
    later.setFocus(Qt.FocusReason.OtherFocusReason)
