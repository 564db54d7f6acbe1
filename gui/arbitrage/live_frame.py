"""The line at the top of a dialog that says in red that real money is meant; of any other money nothing is there."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from gui.dialogs.markets import TradableMarket
from gui.money import Money
from gui.theme import CONTROL_HEIGHT, Theme


class LiveFrame(QLabel):
    """White on red, so that nobody overlooks it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setMinimumHeight(CONTROL_HEIGHT)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFont(theme.font(weight=theme.font().weight().DemiBold))
        self.hide()

    def show_markets(self, markets: Sequence[TradableMarket]) -> None:
        """Name the accounts whose money is real."""
        live = [market.account.name for market in markets if market.money in (Money.LIVE, Money.LIVE_OFF)]
        self.setVisible(bool(live))
        text = self.tr("LIVE: real money of {accounts}. Its first orders wait until you have seen them.")
        self.setText(text.format(accounts=", ".join(live)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.danger_fill)
        painter.setPen(Qt.GlobalColor.white)
        painter.setFont(self.font())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
