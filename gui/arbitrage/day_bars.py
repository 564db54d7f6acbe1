"""Bars of days: the result in the colours of gain and loss, beside it its parts in shades that claim nothing."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gui import numbers
from gui.arbitrage.day_rows import PARTS, DaySum, part_word
from gui.theme import GRID, HEADER_SIZE, PAD, Theme, mix

#: A day is at most and at least so wide; where there are more days than fit, the newest are shown.
WIDEST_PX, NARROWEST_PX = 72.0, 14.0
#: The result takes this share of its day, its parts share the rest with a gap.
RESULT_SHARE, PARTS_SHARE = 0.34, 0.44
LEGEND_PX = 22
LABELS_PX = 18


class DayBars(QWidget):
    """One group of bars a day. The pointer over a day tells its numbers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._days: tuple[DaySum, ...] = ()
        self.setMouseTracking(True)
        self.setMinimumHeight(96)
        self.setAccessibleName(self.tr("Daily result"))

    def sizeHint(self) -> QSize:
        return QSize(480, 150)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_days(self, days: Sequence[DaySum]) -> None:
        """Oldest first."""
        if tuple(days) != self._days:
            self._days = tuple(days)
            self.setVisible(bool(days))
            self.update()

    @property
    def shown(self) -> tuple[DaySum, ...]:
        """The days that fit, the newest at the right."""
        return self._days[-max(1, int(self._area().width() / NARROWEST_PX)) :]

    def text_of(self, day: DaySum) -> str:
        """A day's numbers in words."""
        lines = [f"{day.day.isoformat()}  {numbers.money_with_asset(day.pnl, day.quote, signed=True)}"]
        for name, amount in zip(PARTS, day.parts or (), strict=False):
            lines.append(f"{part_word(name)}  {numbers.money_with_asset(amount, day.quote, signed=True)}")
        return "\n".join(lines)

    def day_at(self, x: float) -> DaySum | None:
        """The day under a place."""
        area, shown = self._area(), self.shown
        width = self._day_px()
        at = int((x - (area.right() - width * len(shown))) // width)
        return shown[at] if 0 <= at < len(shown) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        day = self.day_at(event.position().x())
        QToolTip.showText(event.globalPosition().toPoint(), "" if day is None else self.text_of(day), self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(self.rect(), theme.panel)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)
        shown = self.shown
        if shown:
            self._paint_legend(painter)
            self._paint_days(painter, shown)
        painter.end()

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(2 * GRID, LEGEND_PX + PAD, -2 * GRID, -LABELS_PX - PAD)

    def _day_px(self) -> float:
        return min(WIDEST_PX, self._area().width() / max(1, len(self.shown)))

    def _paint_days(self, painter: QPainter, shown: Sequence[DaySum]) -> None:
        theme, area, width = self._theme, self._area(), self._day_px()
        values = [float(value) for day in shown for value in (day.pnl, *(day.parts or ()))]
        high, low = max(*values, 0.0), min(*values, 0.0)
        scale = area.height() / ((high - low) or 1.0)
        zero = area.top() + high * scale
        left = area.right() - width * len(shown)
        painter.setPen(Qt.PenStyle.NoPen)
        for at, day in enumerate(shown):
            x = left + at * width
            value = float(day.pnl)
            bar = QRectF(x + width * 0.06, zero, max(2.0, width * RESULT_SHARE), -value * scale).normalized()
            painter.setBrush(theme.up if value >= 0 else theme.down)
            painter.drawRect(bar)
            step = width * PARTS_SHARE / len(PARTS)
            for place, part in enumerate(day.parts or ()):
                painter.setBrush(part_brush(place, theme))
                part_x = x + width * (0.12 + RESULT_SHARE) + place * step
                painter.drawRect(QRectF(part_x, zero, max(1.0, step - 1), -float(part) * scale).normalized())
        painter.fillRect(QRectF(area.left(), zero, area.width(), 1), theme.strong_line)
        self._paint_labels(painter, shown, left, width)

    def _paint_labels(self, painter: QPainter, shown: Sequence[DaySum], left: float, width: float) -> None:
        """Days, as many as have room."""
        painter.setFont(self._theme.numbers_font(HEADER_SIZE))
        painter.setPen(self._theme.muted)
        needed = painter.fontMetrics().horizontalAdvance("00-00") + GRID
        stride = max(1, -(-needed // max(1, int(width))))
        for at in range(len(shown) - 1, -1, -stride):
            place = QRectF(left + (at + 0.5) * width - needed, self.height() - LABELS_PX - 2, 2 * needed, LABELS_PX)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{shown[at].day:%m-%d}")

    def _paint_legend(self, painter: QPainter) -> None:
        """What the bars are, and the sum of the days on show."""
        theme = self._theme
        painter.setFont(theme.font(HEADER_SIZE))
        x = float(2 * GRID)
        for place, name in enumerate(PARTS):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(part_brush(place, theme))
            painter.drawRect(QRectF(x, PAD + 5, 10, 10))
            painter.setPen(theme.muted)
            word = part_word(name)
            painter.drawText(QPointF(x + 14, PAD + 14), word)
            x += 14 + painter.fontMetrics().horizontalAdvance(word) + 2 * GRID
        shown = self.shown
        total = sum((day.pnl for day in shown), start=shown[0].pnl * 0)
        text = self.tr("{count} days: {sum}").format(
            count=len(shown), sum=numbers.money_with_asset(total, shown[0].quote, signed=True)
        )
        painter.setFont(theme.numbers_font(12))
        painter.setPen(theme.text)
        area = QRectF(0, PAD, self.width() - 2 * GRID, LEGEND_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, text)


def part_brush(place: int, theme: Theme) -> QBrush:
    """The look of a part: shades and hatching, because colour is kept for gain and loss."""
    strong: QColor = theme.strong_line
    looks = (
        QBrush(mix(theme.text, theme.panel, 0.75)),
        QBrush(strong),
        QBrush(strong, Qt.BrushStyle.BDiagPattern),
        QBrush(mix(strong, theme.panel, 0.45)),
    )
    return looks[place]
