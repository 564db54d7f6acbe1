"""The three panes of a spread chart over one time: premium and net premium, both prices in the home quote, the rate."""

from collections.abc import Callable, Sequence
from datetime import tzinfo

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.domain.premium import Direction, Pair
from gui.arbitrage import chart_series as rows
from gui.arbitrage import pair_words
from gui.arbitrage.chart_layers import CurveLine, OpportunityShade, ZeroLine
from gui.arbitrage.chart_marks import PositionLayer
from gui.arbitrage.chart_numbers import amount, decimals_for, fixed_text, percent
from gui.arbitrage.chart_pairs import title_of
from gui.arbitrage.chart_picture import Picture
from gui.arbitrage.chart_thinning import BACK_HIGH, BACK_LOW, BACK_NET_HIGH, BACK_NET_LOW
from gui.charts.canvas import ChartCanvas
from gui.charts.columns import Columns
from gui.charts.frame import Floats, TimeSpan
from gui.charts.layers import Layer
from gui.charts.lines import PriceLine
from gui.charts.pane import Pane
from gui.charts.readout import ReadoutPart
from gui.theme import Theme

PRICES_SHARE, RATE_SHARE = 34, 18
#: What the read-out in the corner takes of a pane.
HEAD_PX = 22
BOTH = frozenset(Direction)


def _foreign_at_home(places: Columns) -> Floats:
    product: Floats = places[rows.FOREIGN] * places[rows.RATE]
    return product


class SpreadCanvas(ChartCanvas):
    """Draws a `Picture`. Selling at home has the colour of selling, buying at home that of buying."""

    def __init__(self, theme: Theme, picture: Picture, zone: tzinfo | None = None) -> None:
        self._picture = picture
        self._pair: Pair | None = None
        self._directions = frozenset({Direction.SELL_HOME})
        self.shade = OpportunityShade(picture)
        self.position_layer = PositionLayer()
        self._premiums = {
            Direction.SELL_HOME: CurveLine(picture, rows.PREMIUM, "muted", (rows.PREMIUM_LOW, rows.PREMIUM_HIGH)),
            Direction.BUY_HOME: CurveLine(picture, rows.BACK, "muted", (BACK_LOW, BACK_HIGH)),
        }
        self._nets = {
            Direction.SELL_HOME: CurveLine(picture, rows.NET, "down", (rows.NET_LOW, rows.NET_HIGH), z=0.2),
            Direction.BUY_HOME: CurveLine(picture, rows.BACK_NET, "up", (BACK_NET_LOW, BACK_NET_HIGH), z=0.1),
        }
        self._foreign = CurveLine(picture, rows.FOREIGN, "muted", values=_foreign_at_home)
        prices = (self._foreign, CurveLine(picture, rows.HOME, "text"))
        self.prices = Pane(theme, prices, is_steady=True, head_px=HEAD_PX)
        self.rate = Pane(theme, (CurveLine(picture, rows.RATE, "text"),), is_steady=True, head_px=HEAD_PX)
        layers: tuple[Layer, ...] = (
            self.shade,
            ZeroLine(),
            *self._premiums.values(),
            *self._nets.values(),
            self.position_layer,
        )
        super().__init__(
            theme, layers, zone, ((self.prices, PRICES_SHARE), (self.rate, RATE_SHARE)), is_steady=True, head_px=HEAD_PX
        )
        self.price_text = fixed_text(2, signed=True)
        self.readout = self._read_premium
        self.prices.readout = self._read_prices
        self.rate.readout = self._read_rate
        self.setMinimumSize(180, 120)
        self._show_directions()

    @property
    def directions(self) -> frozenset[Direction]:
        return self._directions

    def set_directions(self, directions: frozenset[Direction]) -> None:
        """Show the curves of these directions; at least one."""
        if directions and directions != self._directions:
            self._directions = directions
            self._show_directions()
            self.fit_again()

    def set_pair(self, pair: Pair | None) -> None:
        self._pair = pair
        self.fit_again()

    def show_now(self, marks: Sequence[PriceLine]) -> None:
        """The lines of bots, and the tags of what is newest."""
        newest = self._picture.series.newest
        self._set_texts()
        self.set_lines((), marks, self._net_tag(newest))
        self.prices.set_lines((), (), _tag("home", newest, rows.HOME))
        self.rate.set_lines((), (), _tag("rate", newest, rows.RATE))

    def places_at(self, at_s: float | None) -> Columns | None:
        """The place at an instant, the newest for None, shape (rows, 1)."""
        series = self._picture.series
        if at_s is None:
            newest_s = series.newest_s
            return None if newest_s is None else series.at(self._picture.step_s, newest_s)
        return series.at(self._picture.step_s, at_s)

    def _show_directions(self) -> None:
        for direction in Direction:
            for curve in (self._premiums[direction], self._nets[direction]):
                curve.set_shown(direction in self._directions)

    def _set_texts(self) -> None:
        """As many decimals as the values on show need."""
        newest = self.places_at(None)
        if newest is None or self._pair is None:
            return
        decimals = 3 if self.view.price_span.height < 0.08 else 2
        self.price_text = _same(self.price_text, decimals, signed=True)
        axis, rate = self.prices.axis, float(newest[rows.RATE, 0])
        axis.price_text = _same(axis.price_text, decimals_for(float(newest[rows.HOME, 0]), self._pair.home_quote))
        self.rate.axis.price_text = _same(self.rate.axis.price_text, 2 if rate >= 100 else 4)

    def _net_tag(self, newest: Columns | None) -> PriceLine | None:
        if newest is None:
            return None
        if Direction.SELL_HOME in self._directions:
            return _tag("net", newest, rows.NET, "down")
        return _tag("net", newest, rows.BACK_NET, "up")

    def _read_premium(self, at_s: float | None) -> Sequence[ReadoutPart]:
        if self._pair is None:
            return ()
        parts = [ReadoutPart("", title_of(self._pair))]
        place = self.places_at(at_s)
        if place is None:
            return parts
        translate = QCoreApplication.translate
        both = self._directions == BOTH
        for direction, premium, net, meaning in (
            (Direction.SELL_HOME, rows.PREMIUM, rows.NET, "down"),
            (Direction.BUY_HOME, rows.BACK, rows.BACK_NET, "up"),
        ):
            if direction in self._directions:
                prefix = pair_words.direction(direction) + ": " if both else ""
                premium_name = prefix + translate("SpreadChart", "Premium")
                parts.append(ReadoutPart(premium_name, percent(float(place[premium, 0]))))
                parts.append(ReadoutPart(translate("SpreadChart", "Net"), percent(float(place[net, 0])), meaning))
        return parts

    def _read_prices(self, at_s: float | None) -> Sequence[ReadoutPart]:
        place = self.places_at(at_s)
        if self._pair is None or place is None:
            return ()
        pair, home, foreign = self._pair, float(place[rows.HOME, 0]), float(place[rows.FOREIGN, 0])
        parts = [ReadoutPart(pair_words.exchange(pair.home_venue), amount(home, pair.home_quote))]
        converted = amount(foreign * float(place[rows.RATE, 0]), pair.home_quote)
        if pair.fx_pair:
            converted = f"{amount(foreign, pair.foreign_quote)} = {converted}"
        parts.append(ReadoutPart(pair_words.exchange(pair.foreign_venue), converted, "muted"))
        return parts

    def _read_rate(self, at_s: float | None) -> Sequence[ReadoutPart]:
        place = self.places_at(at_s)
        if self._pair is None or place is None or not self._pair.fx_pair:
            return ()
        name = f"{self._pair.foreign_quote}/{self._pair.home_quote}"
        return (ReadoutPart(name, self.rate.axis.price_text(float(place[rows.RATE, 0]))),)


def shown_span(canvas: ChartCanvas) -> TimeSpan:
    """The span of time on show, up to the newest place."""
    span = canvas.time_span
    return TimeSpan(span.start_s, min(span.end_s, canvas.view.edge_s))


def _same(present: Callable[[float], str], decimals: int, *, signed: bool = False) -> Callable[[float], str]:
    """A text with these decimals; the present one where it has them, so that an axis sees no change."""
    wanted = fixed_text(decimals, signed=signed)
    return present if present(1.0) == wanted(1.0) else wanted


def _tag(name: str, newest: Columns | None, row: int, meaning: str = "text") -> PriceLine | None:
    if newest is None or np.isnan(newest[row, 0]):
        return None
    return PriceLine(name, float(newest[row, 0]), meaning, has_tag=True)
