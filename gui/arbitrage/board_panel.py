"""The spread board: every watched pair, the best on top, sorted again once a second."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from engine.domain.premium import Pair
from engine.domain.views import EngineView
from gui.arbitrage.board_bar import BoardBar
from gui.arbitrage.board_rows import FUNDING, PairRow, PairRows, board_columns, name_of
from gui.bot_acts import make_act
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.sentences import translate
from gui.theme import Theme
from gui.turns import AtOnce, Line
from gui.window_settings import WindowSettings

#: Numbers that change more often cannot be read.
NUMBERS_EVERY_S = 0.2


class BoardPanel(TablePanel[PairRow]):
    """`chart_wanted(Pair)` on Enter or a double click, `bot_wanted(Pair or None)` for a new bot.

    `watch_wanted()` for more pairs, `rewatch_wanted(PremiumView)` for one in another way, `unwatch_wanted(pairs)`.
    New numbers, the order of the rows and their ages each wait for a turn in `line`.
    """

    chart_wanted = Signal(object)
    bot_wanted = Signal(object)
    watch_wanted = Signal()
    rewatch_wanted = Signal(object)
    unwatch_wanted = Signal(object)

    def __init__(
        self, theme: Theme, settings: WindowSettings, line: Line | None = None, parent: QWidget | None = None
    ) -> None:
        self._settings = settings
        self._line = line or AtOnce()
        self._rows = PairRows()
        self._view: EngineView | None = None
        self._now_s = 0.0
        self._favourites = frozenset(settings.favourite_pairs)
        self._marked: tuple[Pair, ...] = ()
        self.bar = BoardBar()
        super().__init__(
            theme,
            board_columns(lambda: self._now_s),
            lambda row: row.pair,
            EmptyState(theme),
            bar=self.bar,
            is_stale=lambda row: row.is_stale(self._now_s),
            parent=parent,
        )
        self._make_acts()
        self.bar.add_acts((self.watch, self.new_bot))
        self.bar.changed.connect(self._show_again)
        self.table.opened.connect(self.chart_wanted)
        self.table.marked.connect(self._mark)
        self.table.menu_wanted.connect(self._show_menu)
        self.empty.accepted.connect(self._answer_empty)
        self.table.sort_by("net", Qt.SortOrder.DescendingOrder)
        self._mark(())

    def _make_acts(self) -> None:
        self.watch = make_act(self, self.tr("Watch pairs…"), "Ctrl+W", self.watch_wanted.emit)
        self.new_bot = make_act(self, self.tr("New arbitrage bot…"), "Ctrl+Shift+N", self._want_bot)
        self.open_chart = make_act(self, self.tr("Open the spread chart"), "", self._want_chart)
        self.favourite = make_act(self, self.tr("Mark as favourite"), "Ctrl+B", self._turn_favourites)
        self.rewatch = make_act(self, self.tr("Watch it differently…"), "", self._want_otherwise)
        self.unwatch = make_act(self, self.tr("Stop watching"), "", lambda: self.unwatch_wanted.emit(self._marked))
        for act in (self.watch, self.new_bot):
            # Qt takes the dots off what a button says; they tell here that something is shown first.
            act.setIconText(act.text())

    def acts(self) -> list[QAction]:
        """Everything with a shortcut or a place in the palette."""
        return [self.watch, self.new_bot, self.open_chart, self.favourite, self.rewatch, self.unwatch]

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        before, self._view = self._view, view
        if before is None or before.premiums is not view.premiums:
            self._line.ask((self, "numbers"), self._show_again, NUMBERS_EVERY_S)

    def show_age(self, view: EngineView, now_s: float) -> None:
        self._now_s = now_s
        self._line.ask((self, "order"), self.model.resort)
        self._line.ask((self, "ages"), self.model.refresh)

    def _show_again(self) -> None:
        if self._view is None:
            return
        rows = self._rows.rows(self._view, self._favourites)
        self._set_empty_words(has_pairs=bool(rows))
        self.table.show_column(FUNDING, any(row.shown.funding_day_pct is not None for row in rows))
        self.show_rows(self.bar.narrowed(rows))

    def _set_empty_words(self, *, has_pairs: bool) -> None:
        view = self._view
        if has_pairs:
            self.empty.set_words(self.tr("No watched pair fits the filter."), self.tr("Show all pairs"))
        elif view is not None and view.premiums.trouble is not None:
            self.empty.set_words(translate(view.premiums.trouble), self.watch.text())
        else:
            self.empty.set_words(
                self.tr("Choose symbols of two exchanges: their premium at your size stands here, live."),
                self.watch.text(),
            )

    def _answer_empty(self) -> None:
        if self.bar.is_narrowing:
            self.bar.words.clear()
            self.bar.only_favourites.setChecked(False)
        else:
            self.watch_wanted.emit()

    def _mark(self, keys: object) -> None:
        self._marked = tuple(key for key in keys if isinstance(key, Pair)) if isinstance(keys, list | tuple) else ()
        for act in (self.open_chart, self.favourite, self.rewatch, self.unwatch):
            act.setEnabled(bool(self._marked))

    def _want_chart(self) -> None:
        for pair in self._marked:
            self.chart_wanted.emit(pair)

    def _want_bot(self) -> None:
        """For the chosen pair, or for one that is chosen in the dialog."""
        self.bot_wanted.emit(self._marked[0] if self._marked else None)

    def _want_otherwise(self) -> None:
        for pair in self._marked[:1]:
            if (place := self.model.position_of(pair)) is not None:
                self.rewatch_wanted.emit(self.model.row_at(place).shown)

    def _turn_favourites(self) -> None:
        """All marked ones become favourites, or none of them where all were."""
        names = {name_of(pair) for pair in self._marked}
        before = self._favourites
        self._favourites = before - names if names <= before else before | names
        self._settings.favourite_pairs = tuple(sorted(self._favourites))
        self._show_again()

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.open_chart, self.new_bot, self.favourite])
        menu.addSeparator()
        menu.addActions([self.watch, self.rewatch, self.unwatch])
        menu.popup(at)
