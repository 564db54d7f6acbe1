"""The accounts of all desks: what each is worth, which desk runs it, and a way to have another one do so."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QMenu,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolBar,
    QToolButton,
    QWidget,
)

from engine.domain.views import EngineView
from gui.desk_acts import DeskActs
from gui.desk_board import LOOK_EVERY_S, DeskBoard
from gui.live.live_acts import LiveActs
from gui.panels.account_rows import AGREED, KEY, AccountRow, account_columns, account_rows, agreed_word
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import Theme


class ActButton(QToolButton):
    """An act, or an act with a list: its text ends in three dots, so the style's arrow over it says nothing more."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self.setDefaultAction(action)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAutoRaise(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.HasMenu
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()


class AccountsPanel(TablePanel[AccountRow]):
    """Values that the venue has not told are dimmed. While it is on show the board is read every few seconds."""

    demo_wanted = Signal()

    def __init__(
        self, theme: Theme, board: DeskBoard, acts: DeskActs, live: LiveActs, parent: QWidget | None = None
    ) -> None:
        self._board = board
        self._acts = acts
        self._live = live
        self._view: EngineView | None = None
        self._seconds = 0
        bar = QToolBar()
        bar.setMovable(False)
        for action in (*acts.of_row(), *live.of_account()):
            bar.addWidget(ActButton(action))
        super().__init__(
            theme,
            account_columns(),
            lambda row: row.account_id,
            EmptyState(theme),
            bar=bar,
            is_stale=lambda row: not row.shown.is_told,
            parent=parent,
        )
        self.empty.set_words(
            self.tr("There is no account yet. A demo needs neither an exchange nor money."),
            self.tr("Start a demo grid on the simulated market"),
        )
        self.empty.accepted.connect(self.demo_wanted)
        # Whichever column is the last one takes what is left over.
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.marked.connect(acts.choose)
        self.table.marked.connect(live.choose)
        self.table.menu_wanted.connect(self._show_menu)
        board.changed.connect(self._show_again)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        places = [(shown.account.account_id, shown.elsewhere) for shown in view.accounts]
        before = self._view
        if before is not None and places != [(shown.account.account_id, shown.elsewhere) for shown in before.accounts]:
            self._board.look()
        self._view = view
        self.table.show_column(KEY, any(shown.live is not None for shown in view.accounts))
        self._show_rows(view)
        self._acts.refresh()

    def show_age(self, view: EngineView, now_s: float) -> None:
        """A second passed."""
        self.age()
        # A dock behind other tabs is visible to Qt, but no part of it is.
        if self.visibleRegion().isEmpty():
            self._seconds = 0
            return
        if self._seconds % LOOK_EVERY_S == 0:
            self._board.look()
        self._seconds += 1

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._board.look()

    def _show_again(self) -> None:
        if self._view is not None:
            self._show_rows(self._view)

    def _show_rows(self, view: EngineView) -> None:
        rows = account_rows(view, self._board)
        self.table.show_column(AGREED, any(agreed_word(row) for row in rows))
        self.show_rows(rows)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([*self._acts.of_row(), *self._live.of_account()])
        menu.popup(at)
