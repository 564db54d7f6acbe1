"""One spread chart: a pair live and from the history, the lines of its bots to be dragged, own entries and exits."""

import time
from collections.abc import Callable, Sequence
from datetime import tzinfo

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.domain.arbitrage import TwoLegPosition
from engine.domain.arbitrage_views import PremiumView
from engine.domain.premium import Direction, Pair
from engine.domain.views import EngineView
from engine.premium_history import PremiumHistory
from gui import numbers
from gui.arbitrage.chart_bot_lines import BotLines, Submit
from gui.arbitrage.chart_canvas import SpreadCanvas
from gui.arbitrage.chart_difference_strip import DifferenceStrip
from gui.arbitrage.chart_pairs import arbitrage_of, bots_of, exchanges, is_same_pair, row_of
from gui.arbitrage.chart_past import PairPast
from gui.arbitrage.chart_picture import Picture
from gui.arbitrage.chart_positions import PositionBook, PositionPages, position_lines
from gui.arbitrage.chart_series import PairSeries, Span, reading_of, step_for
from gui.charts.frame import Frame
from gui.freshness import STALE_AFTER_S
from gui.panels.empty_state import EmptyState
from gui.sentences import translate
from gui.theme import Theme

#: Readings of about six hours are drawn as they are; a longer span is drawn from minutes, hours or days.
MOST_PLACES = 24_000
FIRST_SPAN_S = 3600.0
#: What the bars of the history may have become is asked for again so often.
REFRESH_S = 20.0
ESCAPES = (Qt.Key.Key_Escape,)
ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SpreadChart(QWidget):
    """`activated` when a hand comes to it, `span_moved` when another time is on show, `pointed` as its canvas says,
    `watch_wanted` from its empty state.

    `submit` sends a command to the engine. `clock` gives monotonic seconds, against which the age of books is measured.
    A span of more than `most_places` readings is drawn from bars.
    """

    activated = Signal()
    span_moved = Signal()
    pointed = Signal(object)
    watch_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        history: PremiumHistory,
        submit: Submit,
        zone: tzinfo | None = None,
        clock: Callable[[], float] = time.monotonic,
        most_places: int = MOST_PLACES,
    ) -> None:
        super().__init__()
        self._clock = clock
        self.most_places = most_places
        self._pair: Pair | None = None
        self._view: EngineView | None = None
        self._row: PremiumView | None = None
        self._open_ids: frozenset[str] = frozenset()
        self._refreshed_s = 0.0
        self._picture = Picture()
        self._past = PairPast(history, self._wanted, self._past_came, self._past_failed)
        self.positions = PositionBook()
        self._position_pages = PositionPages(history, self._positions_came)
        self.canvas = SpreadCanvas(theme, self._picture, zone)
        self.strip = DifferenceStrip(theme)
        self.lines = BotLines(self.canvas, self._picture, self.strip, submit)
        self.empty = EmptyState(theme)
        self._stack = QStackedWidget()
        self._build()
        self._show_empty()

    @property
    def pair(self) -> Pair | None:
        return self._pair

    @property
    def series(self) -> PairSeries:
        return self._picture.series

    @property
    def step_s(self) -> int:
        """What a place on the chart stands for; 0 is one reading."""
        return self._picture.step_s

    def choose(self, pair: Pair | None) -> None:
        """Show another pair, or none."""
        if pair == self._pair:
            return
        self._pair, self._row, self._open_ids = pair, None, frozenset()
        self._past.cancel()
        self.positions.clear()
        self._position_pages.cancel()
        self._picture.choose(PairSeries())
        self.canvas.set_pair(pair)
        self.lines.choose(pair)
        self.canvas.position_layer.show_marks(self.positions.marks)
        self._show_empty()
        if pair is not None:
            self._past.choose(pair, self._picture.series)
            if self._view is not None:
                self._load_positions(only_newest=False)
                self.show_view(self._view)
            self.show_range(FIRST_SPAN_S)
            self._past.look()
        self.show_age()

    def show_view(self, view: EngineView) -> None:
        """Show a snapshot. Cheap when nothing of the pair changed."""
        before, self._view = self._view, view
        if self._pair is None:
            return
        if before is None:
            self._load_positions(only_newest=False)
        row = row_of(view, self._pair)
        is_new = row is not self._row
        self._row = row
        if is_new and row is not None and (reading := reading_of(row)) is not None:
            is_first = self.series.newest is None
            if self.series.put_live(reading):
                self._values_changed()
                if is_first:
                    self._past.look()
        if before is None or view.bots is not before.bots or view.arbitrage is not before.arbitrage or is_new:
            self._show_bots(view)

    def show_age(self) -> None:
        """A second passed: what is old is dimmed and says how old it is."""
        now_s = self._clock()
        if now_s - self._refreshed_s >= REFRESH_S:
            self._refreshed_s = now_s
            newest_s = self.series.newest_s
            if self.step_s and newest_s is not None:
                self.series.refresh(self.step_s, newest_s - max(self.step_s, 2 * REFRESH_S))
        if self._pair is not None:
            self._past.look()
        self.canvas.set_notice(*self._notice(now_s))

    def set_theme(self, theme: Theme) -> None:
        self.canvas.set_theme(theme)
        self.strip.set_theme(theme)
        self.empty.set_theme(theme)

    def set_directions(self, directions: frozenset[Direction]) -> None:
        self.canvas.set_directions(directions)
        self.lines.set_directions()

    def show_range(self, length_s: float | None) -> None:
        """The last so many seconds; None is all there is."""
        newest_s, earliest_s = self.series.newest_s, self.series.earliest_s
        if length_s is None:
            length_s = FIRST_SPAN_S
            if newest_s is not None and earliest_s is not None:
                length_s = max((newest_s - earliest_s) * 1.06, 60.0)
        self.canvas.show_last(length_s)

    def stop(self) -> None:
        """Ask the history nothing more."""
        self._past.cancel()
        self._position_pages.cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.lines.held is not None and event.key() in ESCAPES:
            self.lines.take_back()
        elif self.lines.held is not None and event.key() in ENTERS:
            self.lines.accept()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # While a line is held Esc and Enter are for it, not for the window's shortcuts.
        is_answer = isinstance(event, QKeyEvent) and event.key() in (*ESCAPES, *ENTERS)
        if event.type() is QEvent.Type.ShortcutOverride and is_answer and self.lines.held is not None:
            event.accept()
            return True
        return super().event(event)

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.strip)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.setFocusProxy(self.canvas)
        self.canvas.setAccessibleName(self.tr("Spread chart"))
        self.canvas.panes[0].hint = self._hint
        self.canvas.time_moved.connect(self._time_moved)
        self.canvas.pointed.connect(self.pointed)
        self.empty.accepted.connect(self.watch_wanted)
        for watched in (self.canvas, self.canvas.viewport()):
            watched.installEventFilter(self)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.FocusIn):
            self.activated.emit()
        return False

    def _show_empty(self) -> None:
        self.empty.set_words(
            self.tr("Choose symbols of two exchanges to watch: their premium is drawn here, live and from the past."),
            self.tr("Watch pairs…"),
        )
        self._stack.setCurrentIndex(0 if self._pair is None else 1)

    def _notice(self, now_s: float) -> tuple[str, bool]:
        """What is said over the chart, and whether it is dimmed."""
        row = self._row
        if self._pair is None:
            return "", False
        if row is not None and row.trouble is not None:
            age = self._age_text(row, now_s)
            return " ".join(part for part in (translate(row.trouble), age) if part), True
        if row is not None and self.series.newest is not None:
            age = self._age_text(row, now_s)
            if age:
                return age, True
        elif row is None and self.series.newest_s is not None:
            return self.tr("This pair is not watched now; what was recorded of it is shown."), True
        if self._past.trouble:
            return self.tr("The past of this pair cannot be read: {reason}").format(reason=self._past.trouble), False
        if self.series.newest_s is None:
            if self._past.is_known:
                return self.tr("Nothing was heard of this pair yet."), False
            return self.tr("Reading the past of this pair…"), False
        return "", False

    def _age_text(self, row: PremiumView, now_s: float) -> str:
        age_s = now_s - row.received_at_s
        if not row.received_at_s or age_s <= STALE_AFTER_S:
            return ""
        return self.tr("The last books are {age} old.").format(age=numbers.age(age_s))

    def _wanted(self) -> tuple[int, Span]:
        span = self.canvas.time_span
        return self._picture.step_s, (span.start_s, span.end_s)

    def _time_moved(self) -> None:
        self._picture.set_step(step_for(self.canvas.time_span.length_s, self.most_places))
        self._past.look()
        self.span_moved.emit()

    def _past_came(self) -> None:
        self._values_changed()
        self.lines.past_came()
        self.canvas.set_notice(*self._notice(self._clock()))

    def _past_failed(self, _sentence: str) -> None:
        self.canvas.set_notice(*self._notice(self._clock()))

    def _values_changed(self) -> None:
        self._picture.changed()
        series, view = self.series, self.canvas.view
        newest_s = series.newest_s
        if newest_s is None:
            return
        # Less than a pixel is no reason to move everything.
        if abs(newest_s - view.edge_s) * self.canvas.view.frame.px_per_s >= 1 or series.earliest_s != view.first_s:
            self.canvas.set_edge(series.earliest_s, newest_s, 1.0)
        self.lines.show()
        self.canvas.content_changed()

    def _show_bots(self, view: EngineView) -> None:
        if self._pair is None:
            return
        bots = bots_of(view, self._pair)
        shown = [found for bot in bots if (found := arbitrage_of(view, bot.bot.bot_id)) is not None]
        present = [one.position for found in shown for one in found.positions]
        if self.positions.add(present):
            self.canvas.position_layer.show_marks(self.positions.marks)
        ids = frozenset(position.position_id for position in present)
        if self._open_ids - ids:
            # What is closed leaves the snapshot; its last word is in the history.
            self._load_positions(only_newest=True)
        self._open_ids = ids
        self.lines.show_view(view, self._row)

    def _load_positions(self, *, only_newest: bool) -> None:
        pair, view = self._pair, self._view
        if pair is not None and view is not None:
            exchange_of = exchanges(view)
            self._position_pages.load(lambda other: is_same_pair(other, pair, exchange_of), only_newest=only_newest)

    def _positions_came(self, positions: Sequence[TwoLegPosition]) -> None:
        # A snapshot is newer than the history.
        if self.positions.add(one for one in positions if one.position_id not in self._open_ids):
            self.canvas.position_layer.show_marks(self.positions.marks)
            self.canvas.content_changed()

    def _hint(self, place: QPointF, frame: Frame) -> Sequence[str]:
        found = self.canvas.position_layer.nearest(place, frame)
        if found is None or self._pair is None:
            return ()
        position_id, is_entry = found
        return position_lines(self.positions.position(position_id), self._pair, is_entry=is_entry)
