"""What lies over a chart: a veil when its price is old, one sentence, the cross-hair, the read-out in the corner."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsLineItem, QGraphicsRectItem

from gui.charts.frame import Frame
from gui.charts.layers import CURSOR_Z, NOTICE_Z, VEIL_Z
from gui.charts.plotting import TextItem, ViewBox
from gui.charts.readout import HintItem, ReadoutItem, ReadoutPart
from gui.theme import Theme


class Overlay:
    """Items in the pixels of a view, above all of its content."""

    def __init__(self, view: ViewBox) -> None:
        self._veil = QGraphicsRectItem(view)
        self._veil.setPen(QPen(Qt.PenStyle.NoPen))
        self._veil.setZValue(VEIL_Z)
        self._notice = TextItem()
        self._notice.setParentItem(view)
        self._notice.setZValue(NOTICE_Z)
        self._readout, self._hint = ReadoutItem(), HintItem()
        for item in (self._readout, self._hint):
            item.attach(view)
        self._hair = (QGraphicsLineItem(view), QGraphicsLineItem(view))
        for line in self._hair:
            line.setZValue(CURSOR_Z)
        for below in (self._veil, self._notice, *self._hair):
            below.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._noted: tuple[Theme, QRect, str, bool] | None = None

    def set_theme(self, theme: Theme) -> None:
        veil = QColor(theme.panel)
        veil.setAlphaF(0.55)
        self._veil.setBrush(veil)
        self._readout.set_theme(theme)
        self._hint.set_theme(theme)
        self._notice.setFont(theme.font())
        pen = QPen(theme.strong_line, 1)
        pen.setDashPattern([3, 3])
        for line in self._hair:
            line.setPen(pen)

    def show_notice(self, theme: Theme, plot: QRect, text: str, is_stale: bool) -> None:
        """One sentence in the middle of the plot; in its lower left corner, over a veil, when the price is stale."""
        wanted = (theme, plot, text, is_stale)
        if wanted == self._noted:
            return
        self._noted = wanted
        self._veil.setVisible(is_stale)
        self._veil.setRect(plot)
        self._notice.setVisible(bool(text))
        self._notice.setColor(theme.stale if is_stale else theme.muted)
        if is_stale:
            self._notice.setHtml(escape(text))
            self._notice.setTextWidth(-1)
            self._notice.setAnchor((0.0, 1.0))
            self._notice.setPos(QPointF(plot.left() + 4, plot.bottom() - 4))
        else:
            self._notice.setHtml(f'<div align="center">{escape(text)}</div>')
            self._notice.setTextWidth(plot.width() - 48)
            self._notice.setAnchor((0.5, 0.5))
            self._notice.setPos(QPointF(plot.center()))

    @property
    def parts(self) -> tuple[ReadoutPart, ...]:
        """What the read-out says."""
        return self._readout.parts

    @property
    def hint(self) -> tuple[str, ...]:
        """What is told beside the mouse."""
        return self._hint.lines

    def show_frame(self, frame: Frame) -> None:
        """Another frame is on show."""
        for item in (self._readout, self._hint):
            item.show_frame(frame)

    def show_cursor(self, plot: QRect, x: float | None, y: float | None = None) -> None:
        """A thin line down at `x` and one across at `y`, or none of it."""
        across, down = self._hair
        across.setVisible(y is not None)
        down.setVisible(x is not None)
        if y is not None:
            across.setLine(plot.left(), round(y), plot.right(), round(y))
        if x is not None:
            down.setLine(round(x), plot.top(), round(x), plot.bottom())

    def show_hint(self, plot: QRect, at: QPointF, lines: Sequence[str]) -> None:
        """A few lines beside the mouse, or none."""
        self._hint.show_lines(plot, at, lines)

    def show_readout(self, parts: Sequence[ReadoutPart]) -> None:
        """Names and values in the upper left corner."""
        self._readout.show_parts(parts)
