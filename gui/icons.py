"""The few signs the window needs, drawn: no font has them all, and every one takes the colour of the theme."""

from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QToolButton

SIZE = 16
SCALE = 3


class Sign(Enum):
    CLOSE = auto()
    FLOAT = auto()
    MENU = auto()
    LOCKED = auto()
    UNLOCKED = auto()


def icon(sign: Sign, colour: QColor) -> QIcon:
    """A sign of 16 px, sharp on dense screens too."""
    pixmap = QPixmap(SIZE * SCALE, SIZE * SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(SCALE, SCALE)
    painter.setPen(QPen(colour, 1.3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    match sign:
        case Sign.CLOSE:
            painter.drawLine(QPointF(4.5, 4.5), QPointF(11.5, 11.5))
            painter.drawLine(QPointF(11.5, 4.5), QPointF(4.5, 11.5))
        case Sign.FLOAT:
            painter.drawRect(QRectF(3.5, 6.5, 6, 6))
            painter.drawPolyline([QPointF(6.5, 4.5), QPointF(6.5, 3.5), QPointF(12.5, 3.5), QPointF(12.5, 9.5)])
            painter.drawLine(QPointF(12.5, 9.5), QPointF(11.5, 9.5))
        case Sign.MENU:
            for y in (4.5, 8.0, 11.5):
                painter.drawLine(QPointF(3, y), QPointF(13, y))
        case Sign.LOCKED | Sign.UNLOCKED:
            painter.drawRoundedRect(QRectF(3.5, 7.5, 9, 6), 1, 1)
            # The shackle: half a circle over two bars; open, its right bar ends in the air.
            is_open = sign is Sign.UNLOCKED
            painter.drawArc(QRectF(5.5, 2.5, 5, 5), 0, 180 * 16)
            painter.drawLine(QPointF(5.5, 5), QPointF(5.5, 7.5))
            painter.drawLine(QPointF(10.5, 5), QPointF(10.5, 5.2 if is_open else 7.5))
    painter.end()
    pixmap.setDevicePixelRatio(SCALE)
    return QIcon(pixmap)


class SignButton(QToolButton):
    """A small flat button with a sign; its tip is its name for screen readers."""

    def __init__(self, sign: Sign, tip: str, colour: QColor) -> None:
        super().__init__()
        self._sign = sign
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setAutoRaise(True)
        self.setFixedSize(24, 24)
        self.set_colour(colour)

    def set_colour(self, colour: QColor) -> None:
        self.setIcon(icon(self._sign, colour))
