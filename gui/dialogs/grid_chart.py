"""The chart of a grid's form: the last weeks of the market with the planned ladder on it, its edges to be dragged."""

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.domain.grid import GridConfig
from engine.domain.instrument import Instrument
from engine.domain.views import MarketView
from engine.ports import History
from gui.charts.canvas import ChartCanvas
from gui.charts.columns import Columns
from gui.charts.ladder_lines import draggable, planned_lines, stop_lines
from gui.charts.lines import PriceLine
from gui.charts.market_candles import MarketCandles
from gui.charts.price_text import price_format
from gui.theme import Theme

HOUR_S = 3600
DAY_S = 86400
WEEKS_S = 14 * DAY_S
SHOWN_S = 7 * DAY_S
#: Enough bars to see something: with less past than this the finer bars are shown.
LEAST_HOURS = 40


class GridChart(QWidget):
    """`price_dragged(field, price)` while a line of the configuration is held at a price on the venue's increment."""

    price_dragged = Signal(str, object)
    candles_came = Signal()

    def __init__(self, theme: Theme, history: History, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._candles = MarketCandles(history, self._bars_changed, self._page_failed)
        self._instrument: Instrument | None = None
        self._has_chosen_bars = False
        self.canvas = ChartCanvas(theme, (self._candles.layer,), zone)
        self.canvas.readout = self._candles.readout
        self.canvas.line_moved.connect(self._line_moved)
        self.canvas.setAccessibleName(self.tr("Market of the last weeks"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)

    @property
    def minutes(self) -> Columns:
        """All candles that came so far, of the market's own timeframe, oldest first."""
        return self._candles.base_columns

    def show_market(self, market: MarketView) -> None:
        """Show this market; its last two weeks are read from the history."""
        if self._instrument is None or self._instrument.key != market.instrument.key:
            self._has_chosen_bars = False
            self._candles.open(market)
            self.canvas.price_text = price_format(market.instrument)
        self._instrument = market.instrument
        self.canvas.set_smallest_step(float(market.instrument.rules.price_increment(market.last)))
        self._candles.show_market(market)
        edge = self._candles.edge_s
        self._candles.want_from(lambda: edge - WEEKS_S)
        self._choose_bars()

    def show_plan(self, config: GridConfig | None, lines: Sequence[Decimal], price: Decimal | None) -> None:
        """Draw the ladder of a configuration (its `lines`), its stops, and the price it would start at."""
        tag = PriceLine("price", float(price), "text", has_tag=True) if price is not None else None
        if config is None:
            self.canvas.set_room(())
            self.canvas.set_lines((), (), tag)
            return
        stops = stop_lines(config, is_draggable=True)
        edges: tuple[PriceLine, ...] = ()
        rungs: tuple[PriceLine, ...] = ()
        if lines:
            names = {float(lines[0]): "lower", float(lines[-1]): "upper"}
            rungs = draggable(planned_lines(lines, price), names)
        else:
            # A range that makes no ladder can still be dragged into one that does.
            edges = tuple(
                PriceLine(name, float(value), "strong_line", is_draggable=True, has_tag=True)
                for name, value in (("lower", config.lower), ("upper", config.upper))
                if value.is_finite() and value > 0
            )
        self.canvas.set_room([line.price for line in (*edges, *rungs)], [line.price for line in stops])
        self.canvas.set_lines(rungs, (*edges, *stops), tag)

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)

    def stop(self) -> None:
        """Ask the history nothing more."""
        self._candles.cancel()

    def _choose_bars(self) -> None:
        """Hours where there are enough of them, else the market's own bars; chosen anew while pages come in."""
        if self._has_chosen_bars or self._candles.first_s is None:
            return
        first = self._candles.base_first_s
        span = self._candles.edge_s - first
        wanted = HOUR_S if span >= LEAST_HOURS * HOUR_S and HOUR_S % self._candles.base_s == 0 else self._candles.base_s
        if wanted != self._candles.timeframe_s:
            self._candles.set_timeframe(wanted)
        self.canvas.set_edge(self._candles.first_s, self._candles.edge_s, self._candles.timeframe_s)
        if self.canvas.is_following:
            self.canvas.show_last(min(max(span, 2 * HOUR_S), SHOWN_S) * 1.05)
        self._has_chosen_bars = span >= SHOWN_S

    def _bars_changed(self) -> None:
        if self._instrument is None:
            return
        self.canvas.set_edge(self._candles.first_s, self._candles.edge_s, self._candles.timeframe_s)
        self._choose_bars()
        if not self._candles.trouble:
            self.canvas.set_notice("")
        self.canvas.content_changed()
        self.candles_came.emit()

    def _page_failed(self, sentence: str) -> None:
        self.canvas.set_notice(self.tr("Older candles cannot be read: {reason}").format(reason=sentence))

    def _line_moved(self, name: str, price: float) -> None:
        if self._instrument is None:
            return
        wanted = self._instrument.rules.nearest_price(Decimal(repr(price))) if price > 0 else Decimal(0)
        if wanted > 0:
            self.price_dragged.emit(name, wanted)
