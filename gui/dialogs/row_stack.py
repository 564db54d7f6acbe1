"""The shape of a dialog that is a stack of rows: the rows, and at the bottom the way out and the way on."""

from collections.abc import Iterable

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.theme import CONTROL_HEIGHT, GRID


def stack_rows(dialog: QDialog, rows: Iterable[QWidget], accept: QPushButton, cancel: QPushButton) -> None:
    """Lay `rows` out above the two buttons. Enter is `accept`, which the dialog connects itself; `cancel` rejects."""
    column = QVBoxLayout(dialog)
    column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    column.setSpacing(GRID)
    for row in rows:
        column.addWidget(row)
    column.addStretch(1)
    buttons = QHBoxLayout()
    buttons.addStretch(1)
    for button in (cancel, accept):
        button.setMinimumHeight(CONTROL_HEIGHT)
        buttons.addWidget(button)
    column.addLayout(buttons)
    accept.setDefault(True)
    cancel.clicked.connect(dialog.reject)
