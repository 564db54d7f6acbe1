"""The bots: what each earns and does, with its acts on keyboard, bar and right click."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolBar, QWidget

from engine.domain.views import EngineView
from gui.freshness import stale_markets
from gui.panels.bot_rows import DESK, BotRow, BotRows, bot_columns
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import Theme


class BotsPanel(TablePanel[BotRow]):
    """`chosen(bot_id or None)` when another row is current, `opened(bot_id)` on Enter or a double click.

    `marked(bot_ids)` when other rows are selected: acts speak of all of them.
    """

    chosen = Signal(object)
    opened = Signal(object)
    marked = Signal(object)
    demo_wanted = Signal()

    def __init__(self, theme: Theme, acts: Sequence[QAction | None], parent: QWidget | None = None) -> None:
        """`acts` are those of a row, None for a separator; the bar and the menu show them in this order."""
        self._rows = BotRows()
        self._stale: frozenset[tuple[str, str]] = frozenset()
        self._acts = tuple(acts)
        bar = QToolBar()
        super().__init__(
            theme,
            bot_columns(),
            lambda row: row.bot_id,
            EmptyState(theme),
            bar=bar,
            is_stale=lambda row: row.market_key in self._stale,
            parent=parent,
        )
        self.empty.set_words(
            self.tr("There is no bot yet. A grid bot buys low and sells high between two prices you choose."),
            self.tr("Start a demo grid on the simulated market"),
        )
        self._fill_bar(bar)
        self.table.chosen.connect(self.chosen)
        self.table.opened.connect(self.opened)
        self.table.marked.connect(self.marked)
        self.table.menu_wanted.connect(self._show_menu)
        self.empty.accepted.connect(self.demo_wanted)

    def _fill_bar(self, bar: QToolBar) -> None:
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        bar.setIconSize(QSize(16, 16))
        bar.setMovable(False)
        self._add_acts(bar)

    def _add_acts(self, target: QToolBar | QMenu) -> None:
        for act in self._acts:
            if act is None:
                target.addSeparator()
            else:
                target.addAction(act)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        self.table.show_column(DESK, any(shown.elsewhere is not None for shown in view.bots))
        self.show_rows(self._rows.rows(view))
        if bot_id is not None:
            self.table.choose(bot_id)

    def show_age(self, view: EngineView, now_s: float) -> None:
        self._stale = stale_markets(view, now_s)
        self.age()

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_acts(menu)
        menu.popup(at)
