"""Entry and exit lines of a pair's bots on its chart: shown, dragged, explained, and sent when a person says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject

from engine.domain.arbitrage_messages import EditArbitrage
from engine.domain.arbitrage_views import PremiumView
from engine.domain.messages import Command
from engine.domain.premium import Direction, Pair
from engine.domain.views import EngineView
from gui import numbers
from gui.arbitrage import pair_words
from gui.arbitrage.chart_canvas import SpreadCanvas, shown_span
from gui.arbitrage.chart_difference import difference
from gui.arbitrage.chart_difference_strip import DifferenceStrip
from gui.arbitrage.chart_pairs import bots_of
from gui.arbitrage.chart_picture import Picture
from gui.arbitrage.chart_series import NET_HIGH, PAID
from gui.arbitrage.chart_thinning import BACK_NET_HIGH
from gui.arbitrage.chart_thresholds import Threshold, rounded_pct, thresholds_of
from gui.bridge import Done, Refused
from gui.charts.lines import PriceLine

#: What is shaded: where the highest net premium of a place reached an entry.
HIGHS = {Direction.SELL_HOME: NET_HIGH, Direction.BUY_HOME: BACK_NET_HIGH}
Submit = Callable[[Command, Done | None, Refused | None], None]


@dataclass(slots=True)
class Held:
    """A line at another place than its bot's: where, whether the engine was already asked to change the bot, and what
    it refused.
    """

    threshold: Threshold
    pct: Decimal
    is_sent: bool = False
    refused: tuple[str, ...] = ()


class BotLines(QObject):
    """The lines on a canvas and the strip that says what a moved one means. `submit` sends a command to the engine."""

    def __init__(self, canvas: SpreadCanvas, picture: Picture, strip: DifferenceStrip, submit: Submit) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture = picture
        self._strip = strip
        self._submit = submit
        self._pair: Pair | None = None
        self._view: EngineView | None = None
        self._row: PremiumView | None = None
        self._thresholds: tuple[Threshold, ...] = ()
        self._held: Held | None = None
        self._released = ""
        canvas.line_moved.connect(self.hold)
        canvas.line_dropped.connect(self._let_go)
        strip.accepted.connect(self.accept)
        strip.taken_back.connect(self.take_back)

    @property
    def held(self) -> Held | None:
        """The line that stands at another place than its bot's."""
        return self._held

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The lines of the pair's bots."""
        return self._thresholds

    def choose(self, pair: Pair | None) -> None:
        """Lines of another pair from now on."""
        self._pair, self._view, self._row, self._held, self._thresholds = pair, None, None, None, ()
        self._strip.hide()
        self.show()

    def show_view(self, view: EngineView, row: PremiumView | None) -> None:
        """The bots may have changed, or what they look at."""
        self._view, self._row = view, row
        self._find()
        held = self._held
        if held is not None:
            same = next((one for one in self._thresholds if one.name == held.threshold.name), None)
            if same is None or (held.is_sent and same.pct(same.config) == held.pct):
                self._held = None
                self._strip.hide()
            else:
                held.threshold = same
                self._show_difference()
        self.show()

    def past_came(self) -> None:
        """More of the time on show is known."""
        if self._held is not None:
            self._show_difference()

    def set_directions(self) -> None:
        """The canvas shows other directions."""
        self._find()
        if self._held is not None and self._held.threshold not in self._thresholds:
            self._held = None
            self._strip.hide()
        self.show()

    def show(self) -> None:
        """Draw the lines with what is newest."""
        lines, held = [], self._held
        for one in self._thresholds:
            pct = one.pct(one.config)
            is_held = held is not None and held.threshold.name == one.name
            if held is not None and is_held and held.pct != pct:
                lines.append(PriceLine(f"{one.name}/was", float(pct), "strong_line", is_dashed=True))
                pct = held.pct
            label = self._label(one)
            line = PriceLine(
                one.name,
                float(pct),
                "amber" if is_held else "text",
                label,
                is_dashed=not one.is_entry,
                is_draggable=True,
                has_tag=True,
                far_label=f"{label}  {numbers.fixed(pct, 2, signed=True)}",
            )
            lines.append(line)
        # A line that is held is always on show.
        self._canvas.set_room([float(held.pct)] if held is not None else (), [line.price for line in lines])
        self._canvas.shade.set_thresholds(self._opportunities())
        self._canvas.show_now(lines)

    def hold(self, name: str, value: float) -> None:
        """A line is held at a percentage: show what that would change. Nothing is sent."""
        threshold = next((one for one in self._thresholds if one.name == name), None)
        if threshold is None or self._released == name or (self._held is not None and self._held.is_sent):
            return
        span = self._canvas.view.price_span
        self._held = Held(threshold, rounded_pct(value, span.height / max(self._canvas.frame.plot.height(), 1)))
        self._show_difference()

    def hold_next(self, *, is_entry: bool) -> None:
        """Take hold of the next entry (or exit) line by the keyboard."""
        lines = [one for one in self._thresholds if one.is_entry is is_entry]
        if not lines or (self._held is not None and self._held.is_sent):
            return
        names = [one.name for one in lines]
        held = self._held.threshold.name if self._held is not None else ""
        chosen = lines[(names.index(held) + 1) % len(lines) if held in names else 0]
        self._held = Held(chosen, chosen.pct(chosen.config))
        self._show_difference()

    def move_held(self, by_pct: Decimal) -> None:
        """The held line goes up or down by so many percent."""
        if self._held is not None and not self._held.is_sent:
            self._held = Held(self._held.threshold, self._held.pct + by_pct)
            self._show_difference()

    def take_back(self) -> None:
        """The held line goes back to where its bot has it; a hand that still drags it drags nothing any more."""
        if self._held is None or self._held.is_sent:
            return
        if self._canvas.panes[0].is_line_held:
            self._released = self._held.threshold.name
        self._held = None
        self._strip.hide()
        self.show()
        self._canvas.setFocus()

    def accept(self) -> None:
        """Ask the engine to change the bot as the strip says."""
        held = self._held
        if held is None or held.is_sent or not self._strip.can_accept:
            return
        held.is_sent = True
        bot = held.threshold.bot.bot
        command = EditArbitrage(bot.bot_id, held.threshold.moved(held.pct), bot.name)
        self._show_difference()
        self._submit(command, self._applied, self._refused)

    def _find(self) -> None:
        bots = bots_of(self._view, self._pair) if self._view is not None and self._pair is not None else []
        self._thresholds = tuple(thresholds_of(bots, self._canvas.directions))

    def _label(self, threshold: Threshold) -> str:
        text = self.tr("Entry (net): {bot}") if threshold.is_entry else self.tr("Exit (premium): {bot}")
        label = text.format(bot=threshold.bot.bot.name)
        both = len({one.direction for one in self._thresholds}) > 1
        return f"{label}, {pair_words.direction(threshold.direction)}" if both else label

    def _opportunities(self) -> tuple[tuple[int, float], ...]:
        """An entry pays from the lowest entry of the direction's bots on; without a bot, where the pair's list says."""
        found = []
        for direction in self._canvas.directions:
            entries = [
                float(one.config.entry_pct) for one in self._thresholds if one.is_entry and one.direction is direction
            ]
            if entries:
                found.append((HIGHS[direction], min(entries)))
        return tuple(found) or ((PAID, 1.0),)

    def _show_difference(self) -> None:
        held, view, pair = self._held, self._view, self._pair
        if held is None or view is None or pair is None:
            return
        span = shown_span(self._canvas)
        shown = self._picture.series.window(self._picture.step_s, span.start_s, span.end_s)
        found = difference(view, self._row, held.threshold, held.pct, shown)
        self._strip.show_difference(found, pair, is_sent=held.is_sent)
        if held.refused:
            self._strip.show_problem(held.refused)
        self.show()

    def _let_go(self, name: str, value: float) -> None:
        if self._released == name:
            self._released = ""
            self.show()
        else:
            self.hold(name, value)

    def _applied(self) -> None:
        """The engine did it; the line is the bot's as soon as a snapshot says so."""
        if self._view is not None:
            self.show_view(self._view, self._row)

    def _refused(self, refusals: Sequence[tuple[str, str]]) -> None:
        if self._held is not None:
            self._held.is_sent = False
            self._held.refused = tuple(text for _, text in refusals)
            self._show_difference()
