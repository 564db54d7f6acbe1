"""The price chart: candles of the bot's market from the history and live, its ladder, its fills, what it waits for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.domain.bot import AccountMode
from engine.domain.market import Candle
from engine.domain.messages import FillRecorded
from engine.domain.views import BotView, EngineView, MarketView
from engine.ports import History
from gui import numbers
from gui.charts.canvas import ChartCanvas
from gui.charts.fill_pages import FillPages
from gui.charts.ladder_lines import FillBook, bot_marks, rung_lines
from gui.charts.layers import FillLayer, FillMarks
from gui.charts.lines import PriceLine
from gui.charts.market_candles import MarketCandles
from gui.charts.price_text import price_format
from gui.freshness import freshness, modes_by_venue
from gui.theme import GRID, Theme

TIMEFRAMES_S = ((60, "1m"), (300, "5m"), (900, "15m"), (3600, "1h"), (14400, "4h"), (86400, "1d"))
FIRST_BARS = 160
CHECK_MS = 1000


@dataclass(frozen=True, slots=True)
class _Shown:
    """What was painted last; equal means nothing to do."""

    market: MarketView | None
    bot: BotView | None
    newest_fill: str


class PricePanel(QWidget):
    """Shows the market of the selected bot, or the first market there is. Reads pages of `history` while panning left.

    `clock` gives monotonic seconds, against which the age of a quote is measured.
    """

    def __init__(
        self,
        theme: Theme,
        history: History,
        zone: tzinfo | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._clock = clock
        self._candles = MarketCandles(history, self._bars_changed, self._page_failed)
        self._fill_pages = FillPages(history, self._fills_came)
        self._fill_layer = FillLayer()
        self._fills = FillBook()
        self._shown = _Shown(None, None, "")
        self._mode = AccountMode.LIVE
        self.canvas = ChartCanvas(theme, (self._candles.layer, self._fill_layer), zone)
        self.canvas.readout = self._candles.readout
        self.canvas.time_moved.connect(self._time_moved)
        self._title = QLabel()
        self._live = QToolButton()
        self._timeframes = QButtonGroup(self)
        self._check = QTimer(self)
        self._check.setInterval(CHECK_MS)
        self._check.timeout.connect(self._check_age)
        self._check.start()
        self._build()
        self.set_theme(theme)
        self._show_nothing()

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        """Show a snapshot. Cheap when neither the market nor the bot nor its fills changed."""
        bot = next((shown for shown in view.bots if shown.bot.bot_id == bot_id), None)
        market = _market_of(view, bot)
        newest = view.fills[-1].fill.trade_id if view.fills else ""
        shown = _Shown(market, bot, newest)
        if _same(shown, self._shown):
            return
        before, self._shown = self._shown, shown
        if market is None:
            self._show_nothing()
            if bot is not None:
                self.canvas.set_notice(self.tr("{symbol} has had no price yet.").format(symbol=bot.bot.symbol))
            return
        self._mode = modes_by_venue(view).get(market.instrument.venue, AccountMode.LIVE)
        if before.market is None or before.market.instrument.key != market.instrument.key:
            self._open_market(market)
        if market is not before.market:
            self._candles.show_market(market)
        self._choose_bot(view, before.bot, bot)
        self._show_lines(market, bot)
        self._check_age()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.canvas.set_theme(theme)
        self._title.setFont(theme.font(13, theme.font().weight().Medium))
        for button in (*self._timeframes.buttons(), self._live):
            button.setFont(theme.font(12))

    def set_timeframe(self, timeframe_s: int) -> None:
        """Show bars of this length, as many of them as before where there are enough."""
        factor = timeframe_s / self._candles.timeframe_s
        self._candles.set_timeframe(timeframe_s)
        self.canvas.zoom(factor)
        self._bars_changed()

    def take_page(self, page: Sequence[Candle]) -> None:
        """Older candles of the market on show, oldest first, as a history gives them."""
        self._candles.take_page(page)

    @property
    def fill_marks(self) -> FillMarks:
        """The own fills on the chart."""
        return self._fills.marks

    @property
    def timeframe_s(self) -> int:
        return self._candles.timeframe_s

    def showEvent(self, event: QShowEvent) -> None:
        self._check.start()
        super().showEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    def stop(self) -> None:
        """Ask the history nothing more."""
        self._check.stop()
        self._candles.cancel()
        self._fill_pages.cancel()

    def _build(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(GRID, 4, GRID, 4)
        header.setSpacing(2)
        header.addWidget(self._title)
        header.addSpacing(GRID)
        for timeframe_s, name in TIMEFRAMES_S:
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setChecked(timeframe_s == self._candles.timeframe_s)
            button.setAccessibleName(self.tr("Bars of {length}").format(length=name))
            self._timeframes.addButton(button, timeframe_s)
            header.addWidget(button)
        header.addStretch(1)
        self._live.setText(self.tr("To the newest bar"))
        self._live.setToolTip(self.tr("Follow the market again (End)"))
        self._live.setAutoRaise(True)
        self._live.clicked.connect(lambda: self.canvas.show_last(self.canvas.time_span.length_s))
        # Its place stays while it is hidden, so that the header does not move under the hand.
        policy = self._live.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._live.setSizePolicy(policy)
        header.addWidget(self._live)
        self._timeframes.idClicked.connect(self.set_timeframe)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self.canvas.setAccessibleName(self.tr("Price chart"))

    def _show_nothing(self) -> None:
        self._candles.clear()
        self._title.setText("")
        self._live.hide()
        self.canvas.set_lines((), (), None)
        self.canvas.set_notice(
            self.tr("Start a demo grid or open a recorded file to see the price of its market here.")
        )

    def _open_market(self, market: MarketView) -> None:
        self._candles.open(market)
        self.canvas.price_text = price_format(market.instrument)
        self.canvas.set_smallest_step(float(market.instrument.rules.price_increment(market.last)))
        self._title.setText(market.instrument.symbol)
        self._title.setToolTip(market.instrument.venue)
        for button in self._timeframes.buttons():
            length_s = self._timeframes.id(button)
            button.setEnabled(length_s % self._candles.base_s == 0)
            button.setChecked(length_s == self._candles.timeframe_s)
        self._candles.show_market(market)
        self.canvas.set_edge(self._candles.first_s, self._candles.edge_s, self._candles.timeframe_s)
        self.canvas.show_last(FIRST_BARS * self._candles.timeframe_s)
        self._time_moved()

    def _choose_bot(self, view: EngineView, before: BotView | None, bot: BotView | None) -> None:
        changed = (bot and bot.bot.bot_id) != (before and before.bot.bot_id)
        if changed:
            self._fills.clear()
            self._fill_pages.cancel()
            if bot is not None:
                self._fill_pages.load(bot.bot.bot_id)
        if bot is not None:
            self._fills.add([recorded for recorded in view.fills if recorded.order.bot_id == bot.bot.bot_id])
        self._fill_layer.show(self._fills.marks)
        self.canvas.content_changed()

    def _fills_came(self, bot_id: str, fills: Sequence[FillRecorded]) -> None:
        shown = self._shown.bot
        if shown is not None and shown.bot.bot_id == bot_id and self._fills.add(fills):
            self._fill_layer.show(self._fills.marks)
            self.canvas.content_changed()

    def _show_lines(self, market: MarketView, bot: BotView | None) -> None:
        is_rising = self._candles.is_rising
        tag = PriceLine("price", float(market.last), "up" if is_rising else "down", has_tag=True)
        if bot is None:
            self.canvas.set_room(())
            self.canvas.set_lines((), (), tag)
            return
        rungs = rung_lines(bot.rungs)
        prices = [line.price for line in rungs]
        self.canvas.set_room((), (min(prices), max(prices)) if prices else ())
        self.canvas.set_lines(rungs, bot_marks(bot), tag)

    def _bars_changed(self) -> None:
        self.canvas.set_edge(self._candles.first_s, self._candles.edge_s, self._candles.timeframe_s)
        self.canvas.content_changed()

    def _time_moved(self) -> None:
        self._live.setVisible(self._shown.market is not None and not self.canvas.is_following)
        self._candles.want_from(lambda: self.canvas.time_span.start_s - 0.5 * self.canvas.time_span.length_s)

    def _page_failed(self, _sentence: str) -> None:
        self._check_age()

    def _check_age(self) -> None:
        market = self._shown.market
        if market is None:
            return
        self._candles.retry_gap()
        fresh = freshness(market, self._mode, self._clock())
        if market.is_ended:
            self.canvas.set_notice(self.tr("The recording has ended."), is_stale=False)
        elif fresh.age_s is None:
            self.canvas.set_notice(self.tr("Another desk hears this market; this is the last recorded price."), True)
        elif fresh.is_stale:
            age = numbers.age(fresh.age_s)
            self.canvas.set_notice(self.tr("The last price is {age} old.").format(age=age), is_stale=True)
        elif self._candles.trouble:
            reason = self._candles.trouble
            self.canvas.set_notice(self.tr("Older candles cannot be read: {reason}").format(reason=reason))
            self._time_moved()
        else:
            self.canvas.set_notice("")


def _market_of(view: EngineView, bot: BotView | None) -> MarketView | None:
    if bot is None:
        return view.markets[0] if view.markets else None
    key = (bot.bot.venue, bot.bot.symbol)
    return next((market for market in view.markets if market.instrument.key == key), None)


def _same(one: _Shown, other: _Shown) -> bool:
    # Snapshots are immutable, so what did not change is usually the same object; comparing rungs is the rare case.
    return (
        (one.market is other.market or one.market == other.market)
        and (one.bot is other.bot or one.bot == other.bot)
        and one.newest_fill == other.newest_fill
    )
