"""The candles of one market for a chart: pages of the past joined with the live ones, in the timeframe on show."""

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.domain.market import Candle
from engine.domain.views import MarketView
from engine.ports import History
from gui.charts.bars import CLOSE, HIGH, LOW, OPEN, OPENED, VOLUME, CandleSeries, columns_of, seconds_of
from gui.charts.columns import Columns
from gui.charts.layers import CandleItem
from gui.charts.pages import CandlePages
from gui.charts.price_text import price_format, short_volume
from gui.charts.readout import ReadoutPart

MINUTE_S = 60
#: A snapshot holds 500 closed candles; a faster market leaves a hole that the history fills when it is written.
GAP_TRIES = 10


class MarketCandles:
    """Feeds a `CandleItem`. `on_change` is called when bars changed, `on_failure` with a sentence."""

    def __init__(self, history: History, on_change: Callable[[], None], on_failure: Callable[[str], None]) -> None:
        self.layer = CandleItem()
        self._on_change = on_change
        self._pages = CandlePages(history, self.take_page, on_failure)
        self._series = CandleSeries(MINUTE_S, MINUTE_S)
        self._closed_to_s: float | None = None
        self._gap: tuple[float, float] | None = None
        self._gap_tries = 0
        self._price_text: Callable[[float], str] = str

    @property
    def trouble(self) -> str:
        """Why older candles did not come; "" when they did."""
        return self._pages.trouble

    @property
    def base_s(self) -> int:
        return self._series.base_s

    @property
    def timeframe_s(self) -> int:
        return self._series.timeframe_s

    @property
    def first_s(self) -> float | None:
        return self._series.shown.first_s

    @property
    def edge_s(self) -> float:
        """Where the newest bar ends."""
        last = self._series.shown.last_s
        return (last if last is not None else 0.0) + self.timeframe_s

    @property
    def base_columns(self) -> Columns:
        """All bars of the base timeframe; valid until the next change."""
        return self._series.base.rows

    @property
    def base_first_s(self) -> float:
        """Open time of the oldest bar held; 0 for none."""
        return self._series.base.first_s or 0.0

    @property
    def count(self) -> int:
        """Bars of the base timeframe held."""
        return len(self._series.base)

    @property
    def is_rising(self) -> bool:
        rows = self._series.shown.rows
        return not rows.shape[1] or bool(rows[CLOSE, -1] >= rows[OPEN, -1])

    def clear(self) -> None:
        """Forget everything."""
        self._pages.cancel()
        self._series = CandleSeries(MINUTE_S, self._series.timeframe_s)
        self._closed_to_s, self._gap = None, None
        self.layer.show_bars(self._series.shown, self.timeframe_s)

    def open(self, market: MarketView) -> None:
        """Begin with another market; the timeframe on show stays where the market's own bars divide it."""
        self.clear()
        candle = market.candle or (market.closed_candles[-1] if market.closed_candles else None)
        base_s = candle.timeframe_s if candle is not None else MINUTE_S
        wanted_s = self._series.timeframe_s
        self._series = CandleSeries(base_s, wanted_s if wanted_s % base_s == 0 else base_s)
        self.layer.show_bars(self._series.shown, self.timeframe_s)
        self._price_text = price_format(market.instrument)
        self._pages.choose(market.instrument.venue, market.instrument.symbol, base_s)

    def show_market(self, market: MarketView) -> None:
        """Take in what is new in a snapshot: closed candles since the last one, and the one under construction."""
        closed = market.closed_candles
        new: list[Candle] = []
        for candle in reversed(closed):
            if self._closed_to_s is not None and seconds_of(candle.opened_at) <= self._closed_to_s:
                break
            new.append(candle)
        new.reverse()
        if new:
            self._note_gap(new[0], is_whole_snapshot=len(new) == len(closed))
            self._closed_to_s = seconds_of(new[-1].opened_at)
        if market.candle is not None:
            new.append(market.candle)
        if new:
            self._series.put(columns_of(new))
            self._on_change()

    def set_timeframe(self, timeframe_s: int) -> None:
        self._series.set_timeframe(timeframe_s)
        self.layer.show_bars(self._series.shown, timeframe_s)

    def want_from(self, wanted_s: Callable[[], float]) -> None:
        """Older candles are wanted from an instant on; they come page by page."""
        first = self._series.base.first_s
        if not self._pages.is_loading and (first is None or first > wanted_s()):
            self._pages.load_before(first, wanted_s)

    def retry_gap(self) -> None:
        """Ask the history again for what the live feed skipped, until it is there or was asked for often enough."""
        if self._gap is None or self._pages.is_loading:
            return
        self._gap_tries += 1
        if self._gap_tries > GAP_TRIES:
            self._gap = None
            return
        self._pages.load_gap(*self._gap)

    def cancel(self) -> None:
        self._pages.cancel()

    def readout(self, at_s: float | None) -> Sequence[ReadoutPart]:
        """Values of the bar at an instant, of the newest bar for None."""
        shown = self._series.shown
        if not len(shown):
            return ()
        bar = shown.rows[:, -1:] if at_s is None else shown.at(at_s, self.timeframe_s)
        if bar is None:
            return ()
        translate = QCoreApplication.translate
        meaning = "up" if bar[CLOSE, 0] >= bar[OPEN, 0] else "down"
        change = (bar[CLOSE, 0] / bar[OPEN, 0] - 1) * 100 if bar[OPEN, 0] else 0.0
        text = self._price_text
        return (
            ReadoutPart(translate("charts", "O"), text(float(bar[OPEN, 0])), meaning),
            ReadoutPart(translate("charts", "H"), text(float(bar[HIGH, 0])), meaning),
            ReadoutPart(translate("charts", "L"), text(float(bar[LOW, 0])), meaning),
            ReadoutPart(translate("charts", "C"), text(float(bar[CLOSE, 0])), meaning),
            ReadoutPart("", f"{change:+.2f} %".replace("-", "−"), meaning),
            ReadoutPart(translate("charts", "Vol"), short_volume(float(bar[VOLUME, 0]))),
        )

    def _note_gap(self, first_new: Candle, is_whole_snapshot: bool) -> None:
        if self._closed_to_s is None or not is_whole_snapshot:
            return
        from_s = seconds_of(first_new.opened_at)
        if from_s > self._closed_to_s + self.base_s:
            self._gap, self._gap_tries = (self._closed_to_s, from_s), 0
            self._pages.load_gap(*self._gap)

    def take_page(self, page: Sequence[Candle]) -> None:
        """Join older candles, oldest first, with those that are here."""
        rows = columns_of(page)
        if self._gap is not None and ((rows[OPENED] > self._gap[0]) & (rows[OPENED] < self._gap[1])).any():
            self._gap = None
        # What the feed said itself is newer than what was stored.
        self._series.put(rows[:, ~np.isin(rows[OPENED], self._series.base.rows[OPENED])])
        self._on_change()
