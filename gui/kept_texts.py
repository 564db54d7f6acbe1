"""Short texts that are drawn again and again: measured once, and laid out when they come for the second time.

Qt shapes a text anew each time it is drawn, which costs three times as much as drawing what was laid out before. The
first time nothing is laid out, because most numbers of a live market are never seen again.
"""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText, QTransform

#: Texts that are remembered, and as many again that were drawn before them.
MOST_TEXTS = 2_000


class _Text:
    """How wide a text is, whether it was drawn, and what Qt laid out of it."""

    __slots__ = ("is_drawn", "laid_out", "width")

    def __init__(self, width: float) -> None:
        self.width = width
        self.is_drawn = False
        self.laid_out: QStaticText | None = None


class KeptTexts:
    """Texts in one font."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetricsF(font)
        self.height = self._metrics.height()
        self._texts: dict[str, _Text] = {}
        self._older: dict[str, _Text] = {}

    def width(self, text: str) -> float:
        """Pixels from its beginning to where the next letter would stand."""
        return self._known(text).width

    def draw(self, painter: QPainter, left: float, top: float, text: str) -> None:
        """Draw it in the painter's colour; its line begins at this corner."""
        known = self._known(text)
        painter.setFont(self._font)
        if known.laid_out is not None:
            painter.drawStaticText(QPointF(left, top), known.laid_out)
        elif known.is_drawn:
            known.laid_out = self._laid_out(text)
            painter.drawStaticText(QPointF(left, top), known.laid_out)
        else:
            known.is_drawn = True
            painter.drawText(QPointF(left, top + self._metrics.ascent()), text)

    def elided(self, text: str, width: float) -> str:
        """The text, or where it is wider its beginning and three dots."""
        if self.width(text) <= width:
            return text
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

    def _known(self, text: str) -> _Text:
        known = self._texts.get(text)
        if known is None:
            if len(self._texts) >= MOST_TEXTS:
                self._older, self._texts = self._texts, {}
            known = self._older.get(text) or _Text(self._metrics.horizontalAdvance(text))
            self._texts[text] = known
        return known

    def _laid_out(self, text: str) -> QStaticText:
        laid_out = QStaticText(text)
        laid_out.setTextFormat(Qt.TextFormat.PlainText)
        laid_out.prepare(QTransform(), self._font)
        return laid_out
