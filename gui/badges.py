"""Badges that say whose money it is. One painter for widgets and table cells, so that they look the same everywhere."""

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.money import Money
from gui.theme import PAD, Theme, mix


def mode_word(mode: Money) -> str:
    """The word on the badge."""
    match mode:
        case Money.LIVE:
            return QCoreApplication.translate("mode", "LIVE")
        case Money.LIVE_OFF:
            return QCoreApplication.translate("mode", "LIVE OFF")
        case Money.PAPER:
            return QCoreApplication.translate("mode", "PAPER")
        case Money.REPLAY:
            return QCoreApplication.translate("mode", "REPLAY")
        case Money.SIMULATED:
            return QCoreApplication.translate("mode", "SIMULATED")
        case Money.PRACTICE:
            return QCoreApplication.translate("mode", "PRACTICE")


def mode_sentence(mode: Money) -> str:
    """What the word means for the money."""
    match mode:
        case Money.LIVE:
            return QCoreApplication.translate("mode", "Orders go to the exchange and cost real money.")
        case Money.LIVE_OFF:
            return QCoreApplication.translate("mode", "Real money is connected; no order is sent until it goes live.")
        case Money.PAPER:
            return QCoreApplication.translate("mode", "The market is live, the money is not real.")
        case Money.REPLAY:
            return QCoreApplication.translate("mode", "A recorded market is played back, the money is not real.")
        case Money.SIMULATED:
            return QCoreApplication.translate("mode", "The market is invented, the money is not real.")
        case Money.PRACTICE:
            return QCoreApplication.translate("mode", "Orders go to a practice exchange, the money is not real.")


def badge_font(theme: Theme) -> QFont:
    """Small, heavy, letter-spaced."""
    font = theme.header_font()
    font.setPixelSize(10)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def badge_width(mode: Money, theme: Theme) -> int:
    """Width of a badge in pixels."""
    return QFontMetrics(badge_font(theme)).horizontalAdvance(mode_word(mode)) + 4 * PAD


def paint_badge(painter: QPainter, rect: QRect, mode: Money, theme: Theme) -> None:
    """Draw the badge into `rect`: live filled red, live but off in amber, paper blue, practice dotted, simulated
    hatched, replay dashed.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline, fill, ink = theme.strong_line, QBrush(theme.raised), theme.text
    style = Qt.PenStyle.SolidLine
    match mode:
        case Money.LIVE:
            outline, fill, ink = theme.danger, QBrush(theme.danger), theme.on_accent
        case Money.LIVE_OFF:
            outline, fill, ink = theme.amber, QBrush(mix(theme.amber, theme.panel, 0.16)), theme.amber
        case Money.PAPER:
            outline, fill, ink = theme.accent, QBrush(mix(theme.accent, theme.panel, 0.18)), theme.text
        case Money.REPLAY:
            style = Qt.PenStyle.DashLine
        case Money.PRACTICE:
            style = Qt.PenStyle.DotLine
        case Money.SIMULATED:
            pass
    frame = rect.adjusted(0, 0, -1, -1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(frame, 3, 3)
    if mode is Money.SIMULATED:
        painter.setBrush(QBrush(mix(theme.strong_line, theme.raised, 0.55), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(frame, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(outline, 1, style))
    painter.drawRoundedRect(frame, 3, 3)
    painter.setFont(badge_font(theme))
    if mode is Money.SIMULATED:
        _clear_behind_word(painter, rect, mode, theme)
    painter.setPen(ink)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, mode_word(mode))
    painter.restore()


def _clear_behind_word(painter: QPainter, rect: QRect, mode: Money, theme: Theme) -> None:
    """Letters are not drawn on hatching, or nobody can read them."""
    width = painter.fontMetrics().horizontalAdvance(mode_word(mode)) + 4
    painter.fillRect(QRect(rect.center().x() - width // 2, rect.y() + 2, width, rect.height() - 4), theme.raised)


class ModeBadge(QWidget):
    """One badge as a widget."""

    def __init__(self, theme: Theme, mode: Money, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(mode_sentence(mode))
        self.setAccessibleName(mode_word(mode))

    @property
    def mode(self) -> Money:
        return self._mode

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(badge_width(self._mode, self._theme), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_badge(painter, self.rect(), self._mode, self._theme)
        painter.end()
