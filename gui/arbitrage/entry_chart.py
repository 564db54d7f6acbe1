"""The last spreads of a pair beside its form, with the lines at which a bot would enter and close, to be dragged."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.domain.arbitrage import ArbitrageConfig, Ways
from engine.domain.arbitrage_views import PremiumView
from engine.domain.premium import Direction, Pair
from engine.premium_history import PremiumHistory
from gui.charts.bars import seconds_of
from gui.charts.canvas import ChartCanvas
from gui.charts.frame import Floats
from gui.charts.layers import CurveLayer
from gui.charts.lines import PriceLine
from gui.charts.pages import PendingTask
from gui.theme import Theme

SHOWN = timedelta(days=1)
PERCENT_STEP = Decimal("0.01")
#: Live points beyond the recorded ones; the chart is on show for minutes, not for days.
MOST_LIVE = 4000


class EntryChart(QWidget):
    """`line_dragged(field, percent)` while a line is held at a hundredth of a percent.

    The solid line is what an entry would have brought after costs, the dashed one the premium of the way back, at
    which positions are closed.
    """

    line_dragged = Signal(str, object)

    def __init__(
        self,
        theme: Theme,
        past: PremiumHistory,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._past = past
        self._now = now
        self._pair: Pair | None = None
        self._direction = Direction.SELL_HOME
        self._points: list[tuple[float, float, float, float, float]] = []
        self._net, self._back = CurveLayer("accent", 1.6), CurveLayer("muted", 1.2, is_dashed=True)
        self._pending = PendingTask(self._not_read)
        self.canvas = ChartCanvas(theme, (self._back, self._net), zone)
        self.canvas.price_text = lambda value: f"{value:.3f} %"
        self.canvas.set_smallest_step(float(PERCENT_STEP))
        self.canvas.setAccessibleName(self.tr("Premiums of the last day"))
        self.canvas.line_moved.connect(self._line_moved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)

    def show_pair(self, pair: Pair) -> None:
        """Read the last day of this pair."""
        if pair == self._pair:
            return
        self._pair = pair
        self._points = []
        self._draw()
        self.canvas.set_notice(self.tr("Nothing is recorded of this pair yet; watch it to see its premium here."))
        self._pending.cancel()
        self._pending.start(lambda: self._load(pair))

    def show_now(self, row: PremiumView | None) -> None:
        """A new picture of the pair on the spread board."""
        if row is None or row.sell is None or row.buy is None:
            return
        at_s = max(seconds_of(row.sell.at), seconds_of(row.buy.at))
        if self._points and at_s <= self._points[-1][0]:
            return
        point = (at_s, row.sell.net_pct, row.buy.net_pct, row.sell.premium_pct, row.buy.premium_pct)
        self._points = [*self._points[-MOST_LIVE:], tuple(float(value) for value in point)]  # type: ignore[list-item]
        self._draw()

    def show_plan(self, config: ArbitrageConfig | None) -> None:
        """Draw where these settings enter and close."""
        if config is None:
            self.canvas.set_lines((), (), None)
            return
        is_mirror = config.ways is Ways.BUY_HOME
        direction = Direction.BUY_HOME if is_mirror else Direction.SELL_HOME
        if direction is not self._direction:
            self._direction = direction
            self._draw()
        exit_at = -config.exit_pct if is_mirror else config.exit_pct
        lines = (
            PriceLine(
                "entry_pct", float(config.entry_pct), "accent", self.tr("Enter"), is_draggable=True, has_tag=True
            ),
            PriceLine(
                "exit_pct", float(exit_at), "amber", self.tr("Close"), is_dashed=True, is_draggable=True, has_tag=True
            ),
        )
        self.canvas.set_room([line.price for line in lines])
        self.canvas.set_lines((), lines, None)

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)

    def stop(self) -> None:
        """Ask the history nothing more."""
        self._pending.cancel()

    async def _load(self, pair: Pair) -> None:
        found = await self._past.spreads(pair, self._now() - SHOWN, None)
        if pair == self._pair and len(found):
            columns = (found.times_s, found.net_pct, found.back_net_pct, found.premium_pct, found.back_pct)
            stored = [(at, *rest) for at, *rest in zip(*columns, strict=True)]
            live = [point for point in self._points if point[0] > stored[-1][0]]
            self._points = [*stored, *live]  # type: ignore[list-item]
            self._draw()

    def _draw(self) -> None:
        table = np.array(self._points, dtype=np.float64).reshape(-1, 5)
        times: Floats = table[:, 0]
        is_sale = self._direction is Direction.SELL_HOME
        self._net.show(times, table[:, 1 if is_sale else 2])
        self._back.show(times, table[:, 4 if is_sale else 3])
        if len(times):
            self.canvas.set_notice("")
            self.canvas.set_edge(float(times[0]), float(times[-1]), 1.0)
            self.canvas.show_last(max(float(times[-1] - times[0]) * 1.05, 60.0))
        self.canvas.content_changed()

    def _not_read(self, sentence: str) -> None:
        self.canvas.set_notice(self.tr("The premiums of the past cannot be read: {reason}").format(reason=sentence))

    def _line_moved(self, name: str, price: float) -> None:
        wanted = Decimal(repr(price)).quantize(PERCENT_STEP)
        if name == "exit_pct" and self._direction is Direction.BUY_HOME:
            wanted = -wanted
        self.line_dragged.emit(name, wanted)
