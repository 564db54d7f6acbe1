"""What lies over a chart: a veil when its price is old, one sentence, the cross-hair, the read-out in the corner."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QGraphicsLineItem, QGraphicsRectItem

from gui.charts.layers import CURSOR_Z, NOTICE_Z, READOUT_Z, VEIL_Z, colour_of
from gui.charts.plotting import TextItem, ViewBox
from gui.theme import Theme

PART_GAP = "&nbsp;" * 4


@dataclass(frozen=True, slots=True)
class ReadoutPart:
    """A piece of the corner read-out: a muted name, a value, and the theme's colour of the value by meaning."""

    name: str
    value: str
    meaning: str = "text"


class Overlay:
    """Items in the pixels of a view, above all of its content."""

    def __init__(self, view: ViewBox) -> None:
        self._veil = QGraphicsRectItem(view)
        self._veil.setPen(QPen(Qt.PenStyle.NoPen))
        self._veil.setZValue(VEIL_Z)
        self._notice, self._readout = TextItem(), TextItem()
        for item, z in ((self._notice, NOTICE_Z), (self._readout, READOUT_Z)):
            item.setParentItem(view)
            item.setZValue(z)
        self._hair = (QGraphicsLineItem(view), QGraphicsLineItem(view))
        for line in self._hair:
            line.setZValue(CURSOR_Z)
        for below in (self._veil, self._notice, self._readout, *self._hair):
            below.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._parts: tuple[Theme, tuple[ReadoutPart, ...]] | None = None
        self._noted: tuple[Theme, QRect, str, bool] | None = None

    def set_theme(self, theme: Theme) -> None:
        veil, patch = QColor(theme.panel), QColor(theme.panel)
        veil.setAlphaF(0.55)
        patch.setAlphaF(0.82)
        self._veil.setBrush(veil)
        self._readout.fill = QBrush(patch)
        self._readout.setFont(theme.numbers_font(12))
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

    def show_cursor(self, plot: QRect, place: QPointF | None) -> None:
        """Two thin lines through a place, or none."""
        across, down = self._hair
        for line in self._hair:
            line.setVisible(place is not None)
        if place is not None:
            across.setLine(plot.left(), round(place.y()), plot.right(), round(place.y()))
            down.setLine(round(place.x()), plot.top(), round(place.x()), plot.bottom())

    def show_readout(self, theme: Theme, parts: Sequence[ReadoutPart]) -> None:
        """Names and values in the upper left corner, over a patch that keeps them readable."""
        wanted = (theme, tuple(parts))
        if wanted == self._parts:
            return
        self._parts = wanted
        self._readout.setVisible(bool(parts))
        texts = []
        for part in parts:
            name = f'<span style="color:{theme.muted.name()}">{escape(part.name)}</span>&nbsp;' if part.name else ""
            colour = colour_of(theme, part.meaning).name()
            texts.append(f'{name}<span style="color:{colour}">{escape(part.value)}</span>'.replace(" %", "&nbsp;%"))
        self._readout.setHtml(PART_GAP.join(texts))
        self._readout.setPos(QPointF(4, 1))
