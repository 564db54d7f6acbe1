"""Short texts that are drawn again and again: measured once.

They are shaped anew whenever they are drawn. A `QStaticText` that was laid out once would cost a third of that, but
drawing a kept one has crashed inside Qt.
"""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

#: Widths that are remembered, and as many again of texts that were drawn before them.
MOST_TEXTS = 2_000


class KeptTexts:
    """Texts in one font."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetricsF(font)
        self.height = self._metrics.height()
        self._widths: dict[str, float] = {}
        self._older: dict[str, float] = {}

    def width(self, text: str) -> float:
        """Pixels from its beginning to where the next letter would stand."""
        known = self._widths.get(text)
        if known is None:
            if len(self._widths) >= MOST_TEXTS:
                self._older, self._widths = self._widths, {}
            known = self._older.get(text)
            if known is None:
                known = self._metrics.horizontalAdvance(text)
            self._widths[text] = known
        return known

    def draw(self, painter: QPainter, left: float, top: float, text: str) -> None:
        """Draw it in the painter's colour; its line begins at this corner."""
        painter.setFont(self._font)
        painter.drawText(QPointF(left, top + self._metrics.ascent()), text)

    def elided(self, text: str, width: float) -> str:
        """The text, or where it is wider its beginning and three dots."""
        if self.width(text) <= width:
            return text
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
