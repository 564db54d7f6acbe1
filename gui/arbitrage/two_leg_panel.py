"""Two-leg positions that are not closed: both legs, what they differ by, what they are worth, and the way out."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolBar, QWidget

from engine.domain.views import EngineView
from gui.arbitrage.two_leg_rows import TwoLegRow, two_leg_columns, two_leg_rows
from gui.bot_acts import make_act
from gui.bot_list import listed
from gui.freshness import stale_markets
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.sentences import translate
from gui.theme import Theme

#: So many bots are named while none has a position.
MOST_WAITING = 4


def wall_clock() -> datetime:
    return datetime.now(UTC)


class TwoLegPanel(TablePanel[TwoLegRow]):
    """`close_wanted(rows)` shows what closing would send, `chart_wanted(bot_id)` on Enter or a double click."""

    close_wanted = Signal(object)
    chart_wanted = Signal(str)
    bot_wanted = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime] = wall_clock, parent: QWidget | None = None) -> None:
        self._stale: frozenset[tuple[str, str]] = frozenset()
        self._marked: tuple[str, ...] = ()
        bar = QToolBar()
        super().__init__(
            theme,
            two_leg_columns(now),
            lambda row: row.position.position_id,
            EmptyState(theme),
            bar=bar,
            is_stale=self._is_stale,
            parent=parent,
        )
        self.close_now = make_act(self, self.tr("Close now…"), "Ctrl+Shift+X", self._want_close)
        self.open_chart = make_act(self, self.tr("Open the chart of this position"), "", self._want_chart)
        # Qt takes the dots off what a button says; they tell here that something is shown first.
        self.close_now.setIconText(self.close_now.text())
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        bar.setIconSize(QSize(16, 16))
        bar.setMovable(False)
        bar.addActions(self.acts())
        self._set_empty_words(())
        self.empty.accepted.connect(self.bot_wanted)
        self.table.opened.connect(lambda _key: self._want_chart())
        self.table.marked.connect(self._mark)
        self.table.menu_wanted.connect(self._show_menu)
        self._mark(())

    def acts(self) -> list[QAction]:
        """Everything with a shortcut or a place in the palette."""
        return [self.close_now, self.open_chart]

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        rows = two_leg_rows(view)
        if not rows:
            self._set_empty_words(_waiting(view))
        self.show_rows(rows)

    def show_age(self, view: EngineView, now_s: float) -> None:
        self._stale = stale_markets(view, now_s)
        self.age()

    def marked_rows(self) -> list[TwoLegRow]:
        """The rows whose acts these are, as they are now."""
        places = (self.model.position_of(key) for key in self._marked)
        return [self.model.row_at(place) for place in places if place is not None]

    def _is_stale(self, row: TwoLegRow) -> bool:
        keys = [instrument.key for instrument in (row.home, row.foreign) if instrument is not None]
        return any(key in self._stale for key in keys)

    def _set_empty_words(self, waiting: tuple[str, ...]) -> None:
        """Why the bots that are there enter nothing, else what this panel is for."""
        if waiting:
            self.empty.set_words("\n".join(waiting))
            return
        self.empty.set_words(
            self.tr(
                "No two-leg position is open: each entry of an arbitrage bot stands here until both legs are back."
            ),
            self.tr("New arbitrage bot…"),
        )

    def _mark(self, keys: object) -> None:
        self._marked = tuple(key for key in keys if isinstance(key, str)) if isinstance(keys, list | tuple) else ()
        for act in self.acts():
            act.setEnabled(bool(self._marked))

    def _want_close(self) -> None:
        if rows := self.marked_rows():
            self.close_wanted.emit(rows)

    def _want_chart(self) -> None:
        for row in self.marked_rows()[:1]:
            self.chart_wanted.emit(row.bot.bot.bot_id)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.acts())
        menu.popup(at)


def _waiting(view: EngineView) -> tuple[str, ...]:
    """Two-leg bots at work with what they wait for."""
    names = {shown.bot.bot_id: shown.bot.name for shown in listed(view) if shown.bot.is_active}
    return tuple(
        f"{names[pair.bot_id]}: {translate(pair.waits)}"
        for pair in view.arbitrage
        if pair.waits is not None and pair.bot_id in names
    )[:MOST_WAITING]
