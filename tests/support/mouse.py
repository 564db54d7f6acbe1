"""A mouse that moves at once and only in the widget: QTest moves the screen's own, which tells it when it likes."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT = Qt.MouseButton.LeftButton
NO_BUTTON = Qt.MouseButton.NoButton


def move_mouse(widget: QWidget, place: QPoint, held: Qt.MouseButton = NO_BUTTON) -> None:
    """Move to a place in a widget, with a button held or none."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        NO_BUTTON,
        held,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def drag_mouse(widget: QWidget, start: QPoint, *places: QPoint, button: Qt.MouseButton = LEFT) -> None:
    """Press at a place, move over others, and let go at the last."""
    QTest.mousePress(widget, button, pos=start)
    for place in places:
        move_mouse(widget, place, button)
    QTest.mouseRelease(widget, button, pos=places[-1])
