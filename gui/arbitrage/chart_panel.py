"""The spread charts of a window: one, two or four pairs side by side, on demand over the same time."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import tzinfo
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFileDialog, QGridLayout, QMenu, QVBoxLayout, QWidget

from engine.domain.messages import Level
from engine.domain.premium import Direction, Pair
from engine.domain.views import EngineView
from engine.errors import UsageError
from engine.premium_history import PremiumHistory
from gui.arbitrage.chart_acts import ChartActs
from gui.arbitrage.chart_bar import ChartBar
from gui.arbitrage.chart_bot_lines import Submit
from gui.arbitrage.chart_canvas import BOTH, shown_span
from gui.arbitrage.chart_export import Shown, file_name, save_picture, write_values
from gui.arbitrage.chart_view import MOST_PLACES, SpreadChart
from gui.later import Later, problem_of, words_of
from gui.sentences import translate
from gui.strip import Notice
from gui.theme import Theme
from gui.turns import Line, Turns

#: One chart takes a snapshot in this time; with four each has its turn five times a second.
SNAPSHOT_EVERY_S = 0.05
#: A chart that was painted so short a time ago is being moved by a hand.
UNDER_HAND_S = 0.06
ACTIVE_PX = 2


class ChartPanel(QWidget):
    """`told(Notice)` for the message strip, `watch_wanted` from an empty chart, `changed` when what is to be remembered
    changed. Charts take snapshots and follow each other one after the other, each when it has a turn in `line`.
    """

    told = Signal(object)
    watch_wanted = Signal()
    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        history: PremiumHistory,
        submit: Submit,
        zone: tzinfo | None = None,
        clock: Callable[[], float] = time.monotonic,
        most_places: int = MOST_PLACES,
        line: Line | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._line = line or Turns(self)
        self._make = partial(
            SpreadChart, history=history, submit=submit, zone=zone, clock=clock, most_places=most_places
        )
        self._view: EngineView | None = None
        self._behind: deque[SpreadChart] = deque()
        self._is_followed = False
        self._pointer: tuple[SpreadChart | None, float | None] = (None, None)
        self._is_linked = False
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._later = Later(self)
        self.acts = ChartActs(self)
        self._menu = QMenu(self)
        self.acts.fill_menu(self._menu)
        self.bar = ChartBar(theme, self.acts, self._menu)
        self._grid = QGridLayout()
        self.charts: list[SpreadChart] = []
        self.active: SpreadChart = self._added()
        self._build()
        self._arrange()

    @property
    def is_linked(self) -> bool:
        """Whether all charts show the same time."""
        return self._is_linked

    @property
    def pairs(self) -> tuple[Pair | None, ...]:
        """What each chart shows."""
        return tuple(chart.pair for chart in self.charts)

    def show_view(self, view: EngineView, _bot_id: str | None) -> None:
        """A new snapshot: the charts take it one after the other, so that no frame has to paint all of them."""
        self._view = view
        rows = view.premiums.rows
        self.bar.show_pairs([row.pair for row in rows])
        self.bar.setVisible(bool(rows) or any(self.pairs))
        if rows and self.charts[0].pair is None:
            self._choose_first(view)
        self._renew_soon(self.charts)

    def show_age(self) -> None:
        """A second passed."""
        for chart in self.charts:
            chart.show_age()

    def show_pair(self, pair: Pair, chart: SpreadChart | None = None) -> None:
        """Show a pair in the active chart, or in another one."""
        shown = chart or self.active
        shown.choose(pair)
        self._activate(shown)
        self.changed.emit()

    def set_count(self, count: int) -> None:
        """Show so many charts; new ones begin with the best pairs that are not on show."""
        while len(self.charts) > count:
            gone = self.charts.pop()
            gone.stop()
            gone.hide()
            gone.deleteLater()
        self._behind = deque(chart for chart in self._behind if chart in self.charts)
        while len(self.charts) < count:
            self._added()
        if self.active not in self.charts:
            self._activate(self.charts[0])
        self._arrange()
        if self._view is not None:
            self._choose_first(self._view)
            self.show_view(self._view, None)
        self.changed.emit()

    def set_linked(self, *, linked: bool) -> None:
        """Whether moving the time of one chart moves all."""
        self._is_linked = linked
        if linked:
            self._span_moved(self.active)
        else:
            for chart in self.charts:
                chart.canvas.point_at(None)
        self._show_state()
        self.changed.emit()

    def set_directions(self, directions: frozenset[Direction]) -> None:
        """Show these directions in the active chart."""
        if directions:
            self.active.set_directions(directions)
        self._show_state()
        self.changed.emit()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.bar.set_theme(theme)
        for chart in self.charts:
            chart.set_theme(theme)
        self._arrange()

    def save_picture(self, path: Path) -> None:
        """Write the charts as they are on show, and say where."""
        try:
            save_picture(path, self.picture())
        except UsageError as problem:
            self.told.emit(Notice(Level.ERROR, translate(problem.sentence)))
            return
        self.told.emit(Notice(Level.INFO, self.tr("The picture is in {path}.").format(path=path)))

    def save_values(self, path: Path) -> None:
        """Write what is on show as values, on a thread of its own, and say how many and where."""
        future = self._writers.submit(write_values, path, self.shown())
        self._later.when(future, partial(self._saved, path))

    def picture(self) -> QPixmap:
        """All charts without the bar."""
        area = self.charts[0].geometry()
        for chart in self.charts[1:]:
            area = area.united(chart.geometry())
        return self.grab(area)

    def shown(self) -> list[Shown]:
        """The places on show in each chart, copied."""
        found = []
        for chart in self.charts:
            if chart.pair is not None:
                span = shown_span(chart.canvas)
                places = chart.series.window(chart.step_s, span.start_s, span.end_s)
                inside = (places[0] >= span.start_s) & (places[0] <= span.end_s)
                found.append(Shown(chart.pair, chart.step_s, places[:, inside].copy()))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        area = self.charts[0].geometry()
        painter.fillRect(area.left(), area.top() - ACTIVE_PX, self.width(), self.height(), self._theme.line)
        if len(self.charts) > 1:
            over = self.active.geometry()
            painter.fillRect(over.left(), over.top() - ACTIVE_PX, over.width(), ACTIVE_PX, self._theme.accent)
        painter.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    def stop(self) -> None:
        """Ask the history nothing more."""
        self._line.forget(self)
        for chart in self.charts:
            chart.stop()
        self._writers.shutdown(wait=False)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addLayout(self._grid, 1)
        self._grid.setContentsMargins(0, ACTIVE_PX, 0, 0)
        self._grid.setSpacing(ACTIVE_PX)
        acts = self.acts
        acts.range_wanted.connect(self._show_range)
        acts.direction_wanted.connect(self._turn_direction)
        acts.count_wanted.connect(self.set_count)
        acts.link_wanted.connect(lambda: self.set_linked(linked=not self._is_linked))
        acts.next_wanted.connect(self._next)
        acts.pair_wanted.connect(self._edit_pair)
        acts.newest_wanted.connect(lambda: self.active.canvas.show_last(self.active.canvas.time_span.length_s))
        acts.line_wanted.connect(lambda is_entry: self.active.lines.hold_next(is_entry=is_entry))
        acts.moved.connect(lambda by: self.active.lines.move_held(by))
        acts.accepted.connect(lambda: self.active.lines.accept())
        acts.taken_back.connect(lambda: self.active.lines.take_back())
        acts.picture_wanted.connect(lambda: self._ask_file("png", self.save_picture))
        acts.values_wanted.connect(lambda: self._ask_file("csv", self.save_values))
        self.bar.chosen.connect(self._picked)
        self._menu.aboutToShow.connect(self._show_held)

    def _added(self) -> SpreadChart:
        chart = self._make(self._theme)
        chart.activated.connect(lambda: self._activate(chart))
        chart.span_moved.connect(lambda: self._span_moved(chart))
        chart.pointed.connect(lambda at_s: self._pointed(chart, at_s))
        chart.watch_wanted.connect(self.watch_wanted)
        chart.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        chart.customContextMenuRequested.connect(lambda at: self._show_menu(chart, at))
        self.charts.append(chart)
        return chart

    def _arrange(self) -> None:
        for chart in self.charts:
            self._grid.removeWidget(chart)
        # Two charts share the longer side; how long a side is is known when it is on show.
        columns = 1 if len(self.charts) == 1 else 2
        for at, chart in enumerate(self.charts):
            self._grid.addWidget(chart, at // columns, at % columns)
        for line in range(2):
            self._grid.setColumnStretch(line, 1 if line < columns else 0)
            self._grid.setRowStretch(line, 1 if line * columns < len(self.charts) else 0)
        self.setFocusProxy(self.active)
        self._show_state()
        self.update()

    def _choose_first(self, view: EngineView) -> None:
        """Charts without a pair take the best of those that no other shows."""
        taken = set(self.pairs)
        free = [row for row in view.premiums.rows if row.pair not in taken]
        free.sort(key=lambda row: float(row.best.net_pct) if row.best is not None else float("-inf"), reverse=True)
        for chart, row in zip((chart for chart in self.charts if chart.pair is None), free, strict=False):
            chart.choose(row.pair)
        self.bar.show_pair(self.active.pair)

    def _renew_soon(self, charts: Sequence[SpreadChart]) -> None:
        """Have these take what is new, one after the other, so that no frame has to paint all of them."""
        self._behind.extend(chart for chart in charts if chart not in self._behind)
        if self._behind:
            self._line.ask(self, self._renew_next, 0.0 if self._is_followed else SNAPSHOT_EVERY_S)

    def _renew_next(self) -> None:
        if self._behind and self._behind[0] is self.active and self.active.canvas.picture_age_s < UNDER_HAND_S:
            # A chart under a hand is painted anyway; it takes no turn away from the others.
            self._renew(self._behind.popleft())
        if self._behind:
            self._renew(self._behind.popleft())
        self._is_followed = self._is_followed and bool(self._behind)
        widest = self._widest_axis()
        self._renew_soon([chart for chart in self.charts if chart.canvas.least_axis != widest])

    def _renew(self, chart: SpreadChart) -> None:
        if self._view is not None:
            chart.show_view(self._view)
        if self._is_linked and chart is not self.active:
            chart.canvas.show_span(self.active.canvas.time_span)
            source, at_s = self._pointer
            if chart is not source:
                chart.canvas.point_at(at_s)
        chart.canvas.set_least_axis(self._widest_axis())
        # It may have asked for another turn to be where it is by now.
        if chart in self._behind:
            self._behind.remove(chart)

    def _widest_axis(self) -> int:
        return max(chart.canvas.axis_width for chart in self.charts) if len(self.charts) > 1 else 0

    def _activate(self, chart: SpreadChart) -> None:
        self.active = chart
        self.setFocusProxy(chart)
        self.bar.show_pair(chart.pair)
        self._show_state()
        self.update()

    def _span_moved(self, chart: SpreadChart) -> None:
        if self._is_linked and chart is self.active:
            self._have_follow([other for other in self.charts if other is not chart])
        elif self._is_linked and chart.canvas.time_span != self.active.canvas.time_span:
            # It went along with its own newest reading.
            self._have_follow([chart])
        if chart is self.active:
            self._show_state()

    def _have_follow(self, charts: Sequence[SpreadChart]) -> None:
        self._is_followed = True
        self._renew_soon(charts)

    def _pointed(self, chart: SpreadChart, at_s: float | None) -> None:
        self._pointer = (chart, at_s)
        if self._is_linked:
            self._have_follow([other for other in self.charts if other is not chart])

    def _show_range(self, length_s: float | None) -> None:
        self.active.show_range(length_s)
        self._show_state()

    def _turn_direction(self, direction: Direction) -> None:
        shown = self.active.canvas.directions
        self.set_directions(shown ^ {direction} or BOTH - {direction})

    def _next(self) -> None:
        chart = self.charts[(self.charts.index(self.active) + 1) % len(self.charts)]
        self._activate(chart)
        chart.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _edit_pair(self) -> None:
        self.bar.pair.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field = self.bar.pair.lineEdit()
        if field is not None:
            field.selectAll()

    def _picked(self, pair: Pair) -> None:
        self.show_pair(pair)
        self.active.canvas.setFocus()

    def _show_state(self) -> None:
        canvas = self.active.canvas
        self.bar.show_state(canvas.time_span.length_s, canvas.directions, len(self.charts), is_linked=self._is_linked)
        self._show_held()

    def _show_held(self) -> None:
        lines = self.active.lines
        self.acts.show_held(is_held=lines.held is not None, has_lines=bool(lines.thresholds))

    def _show_menu(self, chart: SpreadChart, at: QPoint) -> None:
        self._activate(chart)
        self._menu.popup(chart.mapToGlobal(at))

    def _ask_file(self, ending: str, then: Callable[[Path], None]) -> None:
        pairs = [pair for pair in self.pairs if pair is not None]
        if not pairs:
            return
        dialog = QFileDialog(self, self.tr("Save what is on show"), str(Path.home() / file_name(pairs, ending)))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.setNameFilter(f"*.{ending}")
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _saved(self, path: Path, done: "Future[int]") -> None:
        problem = problem_of(done)
        if problem is not None:
            self.told.emit(Notice(Level.ERROR, words_of(problem)))
            return
        text = self.tr("{count} values are in {path}.").format(count=f"{done.result():,}", path=path)
        self.told.emit(Notice(Level.INFO, text))
