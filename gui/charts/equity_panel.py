"""Equity or profit over time, of the selected bot or of its whole account, with matched profit as a second line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.domain.money import ZERO
from engine.domain.views import AccountView, BotView, EngineView
from engine.ports import History
from gui.charts.bars import seconds_of
from gui.charts.canvas import ChartCanvas
from gui.charts.curve import EquityCurve
from gui.charts.frame import Floats
from gui.charts.layers import CurveLayer
from gui.charts.lines import PriceLine
from gui.charts.pages import PAGE_ROWS, PendingTask
from gui.charts.price_text import money_format
from gui.charts.readout import ReadoutPart
from gui.theme import GRID, Theme

PROFIT, EQUITY = 0, 1
FIRST_SPAN_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class _Point:
    """Whose curve (bot "" is the account), in which money, and where it stands now. Money in quote."""

    account_id: str
    bot_id: str
    title: str
    quote: str
    at_s: float
    equity: float
    floating: float
    base: float


class EquityPanel(QWidget):
    """Total profit (or equity) as a solid line, its closed part after fees as a dashed one; the rest floats.

    A bot's equity is its investment + matched + floating. An account's profit counts from the first point on record.
    """

    def __init__(self, theme: Theme, history: History, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._history = history
        self._curve = EquityCurve()
        self._total, self._matched = CurveLayer("accent", 1.8), CurveLayer("muted", 1.2, is_dashed=True)
        self._point: _Point | None = None
        self._values: tuple[Floats, Floats, Floats] = self._curve.columns()
        self._mode = PROFIT
        self._has_past = False
        self._pending = PendingTask(self._not_read)
        self.canvas = ChartCanvas(theme, (self._matched, self._total), zone)
        self.canvas.readout = self._readout
        self._title = QLabel()
        self._modes = QButtonGroup(self)
        self._build()
        self.set_theme(theme)
        self._show_nothing()

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        """Show a snapshot. Cheap when the selected bot (or account) stands where it stood."""
        point = _point_of(view, bot_id)
        if point == self._point:
            return
        before, self._point = self._point, point
        if point is None:
            self._show_nothing()
            return
        is_other = before is None or (before.account_id, before.bot_id) != (point.account_id, point.bot_id)
        if is_other:
            self._curve.clear()
            self._title.setText(point.title)
            self.canvas.set_notice("")
            self._pending.cancel()
            self._has_past = False
        if not self._has_past:
            self._pending.start(lambda: self._load(point))
        if self._curve.put_live(point.at_s, point.equity, point.floating) or is_other:
            self._show_curve(is_other)

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)
        self._title.setFont(theme.font(13, theme.font().weight().Medium))
        for button in self._modes.buttons():
            button.setFont(theme.font(12))

    def set_mode(self, mode: int) -> None:
        """Show PROFIT or EQUITY."""
        self._mode = mode
        if self._point is not None:
            self._show_curve(is_new=False)

    @property
    def values(self) -> tuple[Floats, Floats, Floats]:
        """What is drawn: times in seconds, the solid line, the dashed line, in quote."""
        return self._values

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    def stop(self) -> None:
        """Ask the history nothing more."""
        self._pending.cancel()

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(GRID, 4, GRID, 4)
        header.setSpacing(2)
        header.addWidget(self._title)
        header.addStretch(1)
        for mode, name in ((PROFIT, self.tr("Profit")), (EQUITY, self.tr("Equity"))):
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setChecked(mode == self._mode)
            self._modes.addButton(button, mode)
            header.addWidget(button)
        self._modes.idClicked.connect(self.set_mode)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self.canvas.setAccessibleName(self.tr("Equity chart"))

    async def _load(self, point: _Point) -> None:
        samples = await self._history.equity(point.bot_id, point.account_id, None, PAGE_ROWS)
        self._has_past = True
        self._curve.put_samples(samples)
        self.canvas.set_notice("")
        self._show_curve(is_new=True)

    def _not_read(self, sentence: str) -> None:
        self.canvas.set_notice(self.tr("The curve's past cannot be read: {reason}").format(reason=sentence))

    def _show_nothing(self) -> None:
        self._curve.clear()
        self._title.setText("")
        self._show_values(*self._curve.columns())
        self.canvas.set_lines((), (), None)
        self.canvas.set_notice(self.tr("The profit of a running bot is drawn here from its first fill on."))

    def _show_curve(self, is_new: bool) -> None:
        times, equity, floating = self._curve.columns()
        point = self._point
        if not len(times) or point is None:
            return
        base = 0.0
        if self._mode == PROFIT:
            base = point.base if point.bot_id else float(equity[0])
        total = equity - base
        self._show_values(times, total, total - floating)
        self.canvas.price_text = money_format(float(np.abs(total).max()))
        marks = (PriceLine("zero", 0.0, "strong_line", is_dashed=True),) if self._mode == PROFIT else ()
        self.canvas.set_room((0.0,) if self._mode == PROFIT else ())
        self.canvas.set_lines((), marks, PriceLine("now", float(total[-1]), "accent", has_tag=True))
        self.canvas.set_edge(float(times[0]), float(times[-1]), 5.0)
        if is_new:
            self.canvas.show_last(max(float(times[-1] - times[0]) * 1.08, FIRST_SPAN_S / 6))
        self.canvas.content_changed()

    def _show_values(self, times_s: Floats, total: Floats, matched: Floats) -> None:
        self._values = (times_s, total, matched)
        self._total.show(times_s, total)
        self._matched.show(times_s, matched)

    def _readout(self, at_s: float | None) -> Sequence[ReadoutPart]:
        times_s, total, matched = self._values
        if not len(times_s):
            return ()
        at = len(times_s) - 1
        if at_s is not None:
            at = max(0, int(np.searchsorted(times_s, at_s, side="right")) - 1)
        text = self.canvas.price_text
        names = (
            (self.tr("Total"), self.tr("Matched")) if self._mode == PROFIT else (self.tr("Equity"), self.tr("Closed"))
        )
        return (
            ReadoutPart(names[0], text(float(total[at])), "accent"),
            ReadoutPart(names[1], text(float(matched[at])), "muted"),
        )


def _point_of(view: EngineView, bot_id: str | None) -> _Point | None:
    bot = next((shown for shown in view.bots if shown.bot.bot_id == bot_id), None)
    if bot is not None:
        return _bot_point(view, bot)
    account = view.accounts[0] if view.accounts else None
    return _account_point(view, account) if account is not None else None


def _bot_point(view: EngineView, bot: BotView) -> _Point | None:
    market = next((m for m in view.markets if m.instrument.key == (bot.bot.venue, bot.bot.symbol)), None)
    if market is None:
        return None
    # A two-leg bot has no investment: its curve is what it won.
    investment = bot.bot.grid.investment if bot.bot.is_grid else ZERO
    return _Point(
        account_id=bot.bot.account_id,
        bot_id=bot.bot.bot_id,
        title=bot.bot.name,
        quote=market.instrument.quote,
        at_s=seconds_of(market.at),
        equity=float(investment + bot.total_pnl),
        floating=float(bot.floating_pnl),
        base=float(investment),
    )


def _account_point(view: EngineView, shown: AccountView) -> _Point | None:
    times = [market.at for market in view.markets if market.instrument.venue == shown.account.venue]
    if not times:
        return None
    bots = [bot for bot in view.bots if bot.bot.account_id == shown.account.account_id]
    return _Point(
        account_id=shown.account.account_id,
        bot_id="",
        title=shown.account.name,
        quote=shown.account.quote,
        at_s=seconds_of(max(times)),
        equity=float(shown.equity),
        floating=float(sum(bot.floating_pnl for bot in bots)),
        base=0.0,
    )
