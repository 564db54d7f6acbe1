"""The strip under a chart while a line stands at another place: what would change, and the two answers to it."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.domain.premium import Pair
from gui import numbers
from gui.arbitrage import pair_words
from gui.arbitrage.chart_difference import Difference, Outcome
from gui.sentences import translate
from gui.theme import CONTROL_HEIGHT, GRID, PAD, Theme

EDGE_PX = 3


class DifferenceStrip(QWidget):
    """`accepted` on Enter or the button, `taken_back` on Esc or the other one. Shows nothing by itself."""

    accepted = Signal()
    taken_back = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._is_refused = False
        self._what, self._means, self._problem = QLabel(), QLabel(), QLabel()
        for label in (self._what, self._means, self._problem):
            label.setWordWrap(True)
        self._accept = QPushButton(self.tr("Apply"))
        self._accept.setToolTip(self.tr("Change the bot (Return)"))
        self._back = QPushButton(self.tr("Take back"))
        self._back.setToolTip(self.tr("Leave the bot as it is (Esc)"))
        for button in (self._accept, self._back):
            button.setMinimumHeight(CONTROL_HEIGHT)
            button.setAutoDefault(True)
        self._accept.clicked.connect(self.accepted)
        self._back.clicked.connect(self.taken_back)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        for label in (self._what, self._means, self._problem):
            texts.addWidget(label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + EDGE_PX, PAD, GRID, PAD)
        layout.setSpacing(GRID)
        layout.addLayout(texts, 1)
        layout.addWidget(self._accept)
        layout.addWidget(self._back)
        self.setAutoFillBackground(True)
        self.set_theme(theme)
        self.hide()

    @property
    def words(self) -> str:
        """What it says now."""
        return "\n".join(label.text() for label in (self._what, self._means, self._problem) if label.text())

    @property
    def can_accept(self) -> bool:
        return self._accept.isEnabled()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Window, theme.raised)
        self.setPalette(palette)
        self._what.setFont(theme.numbers_font(13, theme.font().weight().Medium))
        self._means.setFont(theme.numbers_font(12))
        self._problem.setFont(theme.numbers_font(12))
        troubled = theme.palette()
        troubled.setColor(troubled.ColorRole.WindowText, theme.danger)
        self._problem.setPalette(troubled)
        self.update()

    def show_difference(self, found: Difference, pair: Pair, *, is_sent: bool) -> None:
        """Say what a difference means. While it `is_sent` there is nothing to answer."""
        before, after = found.before, found.after
        name = found.threshold.bot.bot.name
        places = {"bot": name, "before": _pct(before.pct), "after": _pct(after.pct)}
        if found.threshold.is_entry:
            text = self.tr("{bot} enters from a net premium of {after} % (now {before} %)")
        else:
            text = self.tr("{bot} closes at a premium of {after} % (now {before} %)")
        self._what.setText(text.format(**places))
        self._means.setText("   ".join(self._meanings(found, pair)))
        self.show_problem([translate(refusal.sentence) for refusal in found.refusals])
        self._accept.setEnabled(not found.refusals and not found.is_none and not is_sent)
        self._accept.setText(self.tr("Applying…") if is_sent else self.tr("Apply"))
        self.show()

    def show_problem(self, sentences: Sequence[str]) -> None:
        """Why it cannot be, or was refused; nothing when it can."""
        self._is_refused = bool(sentences)
        self._problem.setText(" ".join(sentences))
        self._problem.setVisible(bool(sentences))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.taken_back.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.can_accept:
            self.accepted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, self._theme.line)
        painter.fillRect(0, 0, EDGE_PX, self.height(), self._theme.danger if self._is_refused else self._theme.amber)
        painter.end()

    def _meanings(self, found: Difference, pair: Pair) -> list[str]:
        before, after = found.before, found.after
        parts = []
        if after.round_trip_pct is not None and before.round_trip_pct is not None:
            parts.append(
                self.tr("Left of a round trip: {after} % (now {before} %){money}").format(
                    after=_pct(after.round_trip_pct), before=_pct(before.round_trip_pct), money=_money(after, pair)
                )
            )
        parts.append(self._orders(found, pair))
        parts.append(
            self.tr("Reached in {after} % of the time on show (now {before} %)").format(
                after=f"{after.reached_pct:.1f}", before=f"{before.reached_pct:.1f}"
            )
        )
        return parts

    def _orders(self, found: Difference, pair: Pair) -> str:
        after, before = found.after, found.before
        count = after.entries or after.exits
        if not count:
            if before.entries or before.exits:
                return self.tr("Orders now: none; without the change {count}").format(
                    count=2 * (before.entries or before.exits)
                )
            return self.tr("Orders now: none")
        direction = found.threshold.direction if found.threshold.is_entry else found.threshold.direction.opposite
        size = numbers.exact(found.config.size * count)
        return self.tr("Orders now: {count} ({what}, {size} {base} each side)").format(
            count=2 * count, what=pair_words.direction_whole(direction), size=size, base=pair.base
        )


def _money(outcome: Outcome, pair: Pair) -> str:
    if outcome.money is None:
        return ""
    return f", {numbers.money_with_asset(outcome.money, pair.home_quote, signed=True)}"


def _pct(value: Decimal) -> str:
    decimals = 3 if value != value.quantize(Decimal("0.01")) else 2
    return numbers.fixed(value, decimals, signed=True)
