"""One plot of a chart: layers and lines over a span of values, its axis at the right, what lies over both."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, Signal

from gui.charts.axes import PriceAxis, Tag
from gui.charts.frame import Frame, PriceSpan, span_around
from gui.charts.layers import Layer, colour_of
from gui.charts.line_items import MarkLines, MarkNames, RungItem, TagLine
from gui.charts.lines import PriceLine
from gui.charts.overlay import Overlay
from gui.charts.readout import ReadoutPart
from gui.charts.view_box import ChartViewBox
from gui.theme import Theme

#: A steady scale stays while it holds the values and is at most this many times too high for them.
MOST_AIR = 1.35


class Pane(QObject):
    """`changed` asks for a picture. `line_moved` and `line_dropped` report a draggable line and where it is held.

    `readout` gives the values at an instant (None: the newest) for the corner, `hint` what a place in pixels tells. A
    steady pane keeps its scale while its values fit well enough, so that numbers on the axis do not move all the time.
    Its values leave `head_px` at the top to the read-out.
    """

    changed = Signal()
    line_moved = Signal(str, float)
    line_dropped = Signal(str, float)

    def __init__(
        self,
        theme: Theme,
        layers: Sequence[Layer],
        *,
        is_steady: bool = False,
        head_px: int = 0,
        most_times: float = 3.0,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._layers = tuple(layers)
        self._is_steady = is_steady
        self._head_px = head_px
        self._most_times = most_times
        self.readout: Callable[[float | None], Sequence[ReadoutPart]] = lambda _at: ()
        self.hint: Callable[[QPointF, Frame], Sequence[str]] = lambda _place, _frame: ()
        self._always_shown: tuple[float, ...] = ()
        self._maybe_shown: tuple[float, ...] = ()
        self._rungs: tuple[PriceLine, ...] = ()
        self._marks: tuple[PriceLine, ...] = ()
        self._tag: PriceLine | None = None
        self._notice = ""
        self._is_stale = False
        self._fitted: PriceSpan | None = None
        self.is_price_manual = False
        self.view = ChartViewBox()
        self.axis = PriceAxis(theme)
        self._rung_item, self._tag_line, self._names = RungItem(), TagLine(), MarkNames()
        self._mark_lines = MarkLines(self.view, self.line_moved.emit, self.line_dropped.emit)
        self.overlay = Overlay(self.view)
        self.axis.linkToView(self.view)
        for layer in self._layers:
            layer.attach(self.view)
        for item in (self._rung_item, self._tag_line, self._names):
            item.attach(self.view)
        self.axis.scaled.connect(self._scale_prices)

    @property
    def lines(self) -> tuple[tuple[PriceLine, ...], tuple[PriceLine, ...], PriceLine | None]:
        """Rungs, marks and the tag of the present price, as they were given."""
        return self._rungs, self._marks, self._tag

    @property
    def notice(self) -> str:
        """The sentence over the pane."""
        return self._notice

    @property
    def is_stale(self) -> bool:
        return self._is_stale

    @property
    def is_line_held(self) -> bool:
        """Whether a line is being dragged."""
        return self._mark_lines.is_held

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for layer in self._layers:
            layer.set_theme(theme)
        self.axis.set_theme(theme)
        self.overlay.set_theme(theme)
        self.changed.emit()

    def set_lines(self, rungs: Sequence[PriceLine], marks: Sequence[PriceLine], tag: PriceLine | None) -> None:
        """The lines of a ladder, the lines that each stand for one thing, and the tag of the present price."""
        new = (tuple(rungs), tuple(marks), tag)
        if new != (self._rungs, self._marks, self._tag):
            self._rungs, self._marks, self._tag = new
            self.changed.emit()

    def set_room(self, always: Sequence[float], maybe: Sequence[float] = ()) -> None:
        """Values that the scale makes room for; `maybe` only while that makes it at most `most_times` as high."""
        if (tuple(always), tuple(maybe)) != (self._always_shown, self._maybe_shown):
            self._always_shown, self._maybe_shown = tuple(always), tuple(maybe)
            self.changed.emit()

    def set_notice(self, text: str, is_stale: bool = False) -> None:
        """One short sentence over the pane; with `is_stale` the pane is dimmed under it."""
        if (text, is_stale) != (self._notice, self._is_stale):
            self._notice, self._is_stale = text, is_stale
            self.changed.emit()

    def fit_again(self) -> None:
        """Give up a scale of one's own."""
        self.is_price_manual, self._fitted = False, None
        self.view.set_price_moves(False)
        self.changed.emit()

    def fit_prices(self) -> None:
        """Make room for what is on show, unless the scale is one's own."""
        if self.is_price_manual:
            return
        wanted, present = self._fitted_prices(), self._fitted
        if (
            self._is_steady
            and present is not None
            and present.low <= wanted.low + wanted.height * 0.03
            and wanted.high - wanted.height * 0.03 <= present.high
            and present.height <= MOST_AIR * wanted.height
        ):
            return
        self._fitted = wanted
        self.view.show_prices(wanted)

    def axis_width(self) -> int:
        """The width that its numbers need, after `fit_prices`; the last one while that is near enough."""
        theme, lines = self._theme, self._marks if self._tag is None else (*self._marks, self._tag)
        tags = [
            Tag(line.price, theme.stale if self._is_stale else colour_of(theme, line.meaning))
            for line in lines
            if line.has_tag
        ]
        frame = self.view.frame
        return self.axis.show_prices(frame.price, frame.plot.height(), tags)

    def lay_out(self) -> None:
        """Make what is painted from now on, for the view's present frame."""
        theme, frame = self._theme, self.view.frame
        lines = self._marks if self._tag is None else (*self._marks, self._tag)
        for layer in self._layers:
            layer.show_frame(frame)
        self._rung_item.show_lines(frame, theme, self._rungs, self.axis.price_text, lines)
        self._tag_line.show_tag(frame, theme, self._tag)
        self._mark_lines.show_lines(theme, self._rungs, self._marks)
        self._names.show_lines(frame, theme, self._marks)
        self.overlay.show_frame(frame)
        self.overlay.show_notice(theme, frame.plot, self._notice, self._is_stale)

    def show_cursor(self, at_s: float | None, y: float | None, *, has_hair: bool = True) -> None:
        """The values at an instant, a line down there, and one across at `y`, which is in this pane's pixels."""
        frame = self.view.frame
        parts = self.readout(at_s)
        self.overlay.show_readout([replace(part, meaning="stale") for part in parts] if self._is_stale else parts)
        if not has_hair or (at_s is not None and not frame.time.start_s <= at_s <= frame.time.end_s):
            at_s = y = None
        x = frame.x(at_s) if at_s is not None else None
        self.overlay.show_cursor(frame.plot, x, y)
        self.axis.point_at(frame.price_at(y) if y is not None else None)
        place = QPointF(x or 0.0, y or 0.0)
        self.overlay.show_hint(frame.plot, place, self.hint(place, frame) if y is not None else ())

    def _scale_prices(self, factor: float) -> None:
        self.fit_prices()
        self.view.show_prices(self.view.price_span.scaled(factor))
        self.is_price_manual = True
        self.view.set_price_moves(True)
        self.changed.emit()

    def _fitted_prices(self) -> PriceSpan:
        span = self.view.time_span
        ranges = [found for layer in self._layers if (found := layer.price_range(span)) is not None]
        values = [*(value for pair in ranges for value in pair), *self._always_shown]
        if self._tag is not None:
            values.append(self._tag.price)
        if not values:
            values = list(self._maybe_shown) or [0.0, 1.0]
        low, high = min(values), max(values)
        wide_low, wide_high = min(low, *self._maybe_shown, low), max(high, *self._maybe_shown, high)
        if wide_high - wide_low <= self._most_times * (high - low) or high == low:
            low, high = wide_low, wide_high
        return self._with_head(span_around(low, high))

    def _with_head(self, span: PriceSpan) -> PriceSpan:
        height = self.view.frame.plot.height()
        if not self._head_px or height <= 2 * self._head_px:
            return span
        return PriceSpan(span.low, span.low + span.height * height / (height - self._head_px))
