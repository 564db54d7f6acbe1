"""The window: docks around the chosen bot, the strips below them, the status line. It decides nothing."""

from functools import partial

from PySide6.QtCore import QByteArray, QRect, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QVBoxLayout, QWidget

from engine.domain.messages import Command, HaltAll, Level, LiftHalt
from engine.domain.views import BotView, EngineState, EngineView
from engine.ports import History
from gui.actions import Actions
from gui.arbitrage.arbitrage_desk import ArbitrageDesk
from gui.bot_acts import BotActs
from gui.bot_list import listed
from gui.bridge import Bridge
from gui.charts.equity_panel import EquityPanel
from gui.charts.price_panel import PricePanel
from gui.command_palette import CommandPalette, Entry, entry_of
from gui.desk_acts import DeskActs
from gui.desk_board import DeskBoard
from gui.docks import Docks, Workspace
from gui.ladder.ladder_panel import LadderPanel
from gui.live.live_acts import LiveActs
from gui.money import Danger, danger_of
from gui.openings import Openings
from gui.panels.accounts_panel import AccountsPanel
from gui.panels.bots_panel import BotsPanel
from gui.panels.fills_panel import FillsPanel
from gui.panels.log_panel import LogPanel
from gui.panels.markets_panel import MarketsPanel
from gui.panels.orders_panel import OrdersPanel
from gui.panels.positions_panel import PositionsPanel
from gui.sentences import translate
from gui.status_line import StatusLine
from gui.strip import Notice, Strip
from gui.theme import Convention, Scheme, Theme, apply_theme
from gui.top_bar import TopBar
from gui.truth.truth_acts import TruthActs
from gui.truth.truth_board import TruthBoard
from gui.truth.truth_panel import TruthPanel
from gui.vault_acts import VaultActs
from gui.welcome import WelcomeStrip
from gui.window_acts import WindowActs
from gui.window_settings import WindowSettings

FRAME_PX = 3
FIRST_SIZE = (1440, 900)
#: Goes up with every new dock: an arrangement that does not know one would leave it standing alone.
LAYOUT_VERSION = 5


class MainWindow(QMainWindow):
    """`close_wanted` instead of closing: the engine stops first. `language_wanted(Language)` asks for a new window."""

    close_wanted = Signal()
    language_wanted = Signal(object)

    def __init__(self, bridge: Bridge, history: History, actions: Actions, settings: WindowSettings) -> None:
        super().__init__()
        self._bridge = bridge
        self._settings = settings
        self._theme = settings.theme()
        self._chosen: str | None = None
        self._workspace = Workspace.GRID
        self._is_released = False
        self._danger = Danger.NONE
        self.setWindowTitle("Gridwright")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.question = Strip(self._theme)
        self.message = Strip(self._theme)
        self.bot_acts = BotActs(bridge, self.question.show_notice, self.tell, self)
        self.openings = Openings(bridge, history, actions, self.theme, self)
        self.vault_acts = VaultActs(actions.vault, self.theme, self)
        self.desk_board = DeskBoard(actions.desks, actions.desk_id, self)
        self.desk_acts = DeskActs(bridge, self.desk_board, self)
        self.truth_board = TruthBoard(actions.truth, self)
        self.truth_acts = TruthActs(bridge, self.truth_board, self.theme, self)
        live = (actions.keys, actions.make_live_account, actions.live_exchanges)
        self.live_acts = LiveActs(bridge, *live, self.theme, self)
        premiums = (actions.premiums, actions.book_exchanges, actions.make_pair_demo)
        self.arbitrage = ArbitrageDesk(bridge, settings, *premiums, self.theme, self)
        self.docks = Docks(self, self._theme, lambda: (bridge.view(), self._chosen))
        self._add_panels(history)
        self.acts = WindowActs(self.docks, settings, self)
        self._add_bars()
        self._connect()
        self._restore()
        self.show_view(bridge.view())

    def theme(self) -> Theme:
        return self._theme

    @property
    def chosen(self) -> str | None:
        """The bot that chart, ladder and equity show."""
        return self._chosen

    def _add_panels(self, history: History) -> None:
        theme = self._theme
        self.price = PricePanel(theme, history)
        self.ladder = LadderPanel(theme)
        self.equity = EquityPanel(theme, history)
        self.bots = BotsPanel(theme, self.bot_acts.of_row())
        self.positions = PositionsPanel(theme)
        self.orders = OrdersPanel(theme)
        self.fills = FillsPanel(theme, history)
        self.log = LogPanel(theme, history)
        self.markets = MarketsPanel(theme)
        self.accounts = AccountsPanel(theme, self.desk_board, self.desk_acts, self.live_acts)
        self.truth = TruthPanel(theme, self.truth_board)
        self.docks.add("bots", self.tr("Bots"), self.bots, self.bots)
        self.docks.add("price", self.tr("Price"), self.price, self.price)
        self.docks.add("ladder", self.tr("Ladder"), self.ladder, self.ladder)
        self.docks.add("positions", self.tr("Positions"), self.positions, self.positions)
        self.docks.add("orders", self.tr("Open orders"), self.orders, self.orders)
        self.docks.add("fills", self.tr("Fills"), self.fills, self.fills)
        self.docks.add("equity", self.tr("Equity"), self.equity, self.equity)
        self.docks.add("log", self.tr("Log"), self.log, self.log)
        self.docks.add("markets", self.tr("Markets"), self.markets, self.markets)
        self.docks.add("accounts", self.tr("Accounts"), self.accounts, self.accounts)
        self.docks.add("truth", self.tr("Truth"), self.truth, self.truth)
        self.arbitrage.add_docks(self.docks)

    def _add_bars(self) -> None:
        self._menu = QMenu(self)
        self.acts.make_menu(self._menu, self.live_acts.open)
        self.top = TopBar(self._theme, self.acts.workspaces, self.acts.palette, self._menu)
        self.welcome = WelcomeStrip(self._theme)
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.welcome)
        self.setMenuWidget(above)
        self.status = StatusLine(self._theme)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.question)
        column.addWidget(self.message)
        column.addWidget(self.status)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(below, 1)

    def _connect(self) -> None:
        self._bridge.changed.connect(self.show_view)
        self._bridge.aged.connect(self.show_age)
        self._bridge.refused.connect(self._show_refusal)
        self.bots.chosen.connect(self.choose)
        self.bots.marked.connect(self.bot_acts.choose)
        self.bots.opened.connect(self._open_bot)
        for panel in (self.fills, self.log):
            panel.failed.connect(lambda text: self.tell(Notice(Level.ERROR, text)))
        self.markets.commanded.connect(self._bridge.submit)
        self.ladder.edit_requested.connect(self.openings.edit_to)
        self.ladder.new_grid_requested.connect(self.openings.new_grid)
        self.bot_acts.new_wanted.connect(self.openings.new_grid)
        self.bot_acts.edit_wanted.connect(self.openings.edit)
        self.bot_acts.clone_wanted.connect(self.openings.clone)
        self.openings.told.connect(self.tell)
        self.openings.pair_wanted.connect(self.arbitrage.open_dialog_of)
        self.arbitrage.bot_started.connect(self.choose_new)
        self.openings.bot_started.connect(self.choose_new)
        self.status.halt_wanted.connect(self.halt)
        self.status.resume_wanted.connect(self.resume)
        self.status.vault.clicked.connect(self.vault_acts.press)
        self.vault_acts.changed.connect(self.status.vault.show_state)
        self.vault_acts.asked.connect(self.question.show_notice)
        self.vault_acts.told.connect(self.tell)
        for teller in (self.desk_acts, self.truth_acts, self.live_acts, self.arbitrage):
            teller.told.connect(self.tell)
        for asker in (self.live_acts, self.arbitrage):
            asker.asked.connect(self.question.show_notice)
        self.truth.repair_wanted.connect(self.truth_acts.open_repair)
        self.welcome.closed.connect(self._close_welcome)
        for source in (self.welcome, self.acts, self.bots, self.accounts):
            source.demo_wanted.connect(self.openings.start_demo)
        for source in (self.welcome, self.acts):
            source.pair_demo_wanted.connect(self._start_pair_demo)
        for wanted in (self.welcome.recording_wanted, self.acts.recording_wanted, self.markets.open_wanted):
            wanted.connect(self.openings.open_recording)
        self.acts.paper_wanted.connect(self.openings.open_paper)
        self.acts.practice_wanted.connect(self.openings.open_practice)
        self.acts.palette_wanted.connect(self.open_palette)
        self.acts.halt_wanted.connect(self.halt)
        self.acts.resume_wanted.connect(self.resume)
        self.acts.dismiss_wanted.connect(self._dismiss)
        self.acts.workspace_wanted.connect(self.show_workspace)
        self.acts.reset_wanted.connect(self._reset_layout)
        self.acts.scheme_wanted.connect(self._set_scheme)
        self.acts.convention_wanted.connect(self._set_convention)
        self.acts.language_wanted.connect(self.language_wanted)
        self.acts.quit_wanted.connect(self.close)
        self.addActions([action for action in self.bot_acts.of_row() if action is not None])
        self.addActions([*self.live_acts.all(), *self._others()])

    def show_view(self, view: EngineView) -> None:
        """A new picture of the engine."""
        chosen = self._chosen_bot(view)
        if chosen is None:
            self._chosen = next((shown.bot.bot_id for shown in listed(view)), None)
            chosen = self._chosen_bot(view)
        self.docks.show_view(view, self._chosen)
        self.bot_acts.refresh()
        self.top.show_view(view)
        self.status.show_view(view, chosen, self._bridge.now_s())
        self.acts.halt.setEnabled(view.state is not EngineState.HALTED)
        self.acts.resume.setEnabled(view.state is EngineState.HALTED)
        self.welcome.setVisible(not view.accounts and not self._settings.is_welcomed)
        self.vault_acts.look(view)
        self.live_acts.look(view)
        self._show_trouble(view)
        self._show_money(view)

    def show_age(self) -> None:
        """A second passed."""
        view, now_s = self._bridge.view(), self._bridge.now_s()
        panels = (self.bots, self.positions, self.orders, self.fills, self.log, self.markets, self.accounts, self.truth)
        for panel in panels:
            panel.show_age(view, now_s)
        self.arbitrage.show_age(view, now_s)
        self.status.show_view(view, self._chosen_bot(view), now_s)
        self.vault_acts.look(view)

    def tell(self, notice: Notice) -> None:
        """Say something at the bottom."""
        self.message.show_notice(notice)

    def choose(self, bot_id: str | None) -> None:
        """Show this bot in chart, ladder and equity."""
        if bot_id is not None and bot_id != self._chosen:
            self._chosen = bot_id
            self.docks.show_view(self._bridge.view(), bot_id)

    def choose_new(self, bot_id: str) -> None:
        """A bot that was just made; the view may not have it yet."""
        self._bridge.look()
        self.bots.table.choose(bot_id)
        self.choose(bot_id)

    def halt(self) -> None:
        """Never asks."""
        self._bridge.submit(HaltAll())

    def resume(self) -> None:
        self._bridge.submit(LiftHalt())

    def show_workspace(self, workspace: Workspace) -> None:
        """Keep the present arrangement and bring up another."""
        self._settings.save_layout(self._workspace, self.saveState(LAYOUT_VERSION))
        self._workspace = workspace
        self._settings.workspace = workspace
        self.acts.show_workspace(workspace)
        self._arrange()

    def open_palette(self) -> None:
        entries = [entry_of(action) for action in self.bot_acts.of_row() if action is not None and action.isEnabled()]
        others = [*self.live_acts.all()[:1], *self.live_acts.all()[-1:], *self._others()]
        entries += [entry_of(action) for action in others if action.isEnabled() and action is not self.acts.palette]
        entries += [*self.desk_acts.entries(), *self.live_acts.entries(), *self.arbitrage.entries()]
        for shown in listed(self._bridge.view()):
            text = self.tr("Bot {name}, {symbol}").format(name=shown.bot.name, symbol=shown.bot.symbol)
            entries.append(Entry(text, shown.bot.venue, partial(self._open_bot, shown.bot.bot_id)))
        CommandPalette(self._theme, entries, self).open_over(self)

    def release(self) -> None:
        """The engine is done: remember the layout and go."""
        self._is_released = True
        self.save_layout()
        self.close()

    def save_layout(self) -> None:
        self._settings.save_layout("geometry", self.saveGeometry())
        self._settings.save_layout(self._workspace, self.saveState(LAYOUT_VERSION))
        self._settings.save()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_released:
            event.accept()
            return
        event.ignore()
        self.close_wanted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._danger is not Danger.NONE:
            painter = QPainter(self)
            colour = self._theme.danger if self._danger is Danger.ON else self._theme.amber
            for edge in _edges(self.rect()):
                painter.fillRect(edge, colour)
            painter.end()

    def _others(self) -> list[QAction]:
        return [*self.vault_acts.all(), *self.truth.acts(), *self.arbitrage.acts(), *self.acts.all()]

    def _chosen_bot(self, view: EngineView) -> BotView | None:
        return next((shown for shown in listed(view) if shown.bot.bot_id == self._chosen), None)

    def _open_bot(self, bot_id: str) -> None:
        self.bots.table.choose(bot_id)
        self.choose(bot_id)
        self.docks.bring_up("ladder")

    def _show_refusal(self, _command: Command, text: str) -> None:
        self.tell(Notice(Level.ERROR, text))

    def _show_trouble(self, view: EngineView) -> None:
        shown = self.message.notice
        text = None if view.trouble is None else translate(view.trouble)
        if text is not None and (shown is None or shown.text != text):
            self.tell(Notice(Level.ERROR, text))

    def _show_money(self, view: EngineView) -> None:
        danger = danger_of(view)
        if danger is not self._danger:
            self._danger = danger
            width = 0 if danger is Danger.NONE else FRAME_PX
            self.setContentsMargins(width, width, width, width)
            self.setWindowTitle(self.tr("LIVE") + " – Gridwright" if danger is Danger.ON else "Gridwright")
            self.update()

    def _start_pair_demo(self) -> None:
        self.show_workspace(Workspace.ARBITRAGE)
        self.arbitrage.start_demo()

    def _close_welcome(self) -> None:
        self._settings.is_welcomed = True
        self.welcome.hide()

    def _dismiss(self) -> None:
        """Esc closes the question first, then the message."""
        if self.question.notice is not None:
            self.question.dismiss()
        else:
            self.message.dismiss()

    def _restore(self) -> None:
        geometry = self._settings.layout("geometry")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(*FIRST_SIZE)
        name = self._settings.workspace
        self._workspace = Workspace(name) if name in tuple(Workspace) else Workspace.GRID
        self.acts.show_workspace(self._workspace)
        self._arrange()

    def _arrange(self) -> None:
        saved: QByteArray = self._settings.layout(self._workspace)
        if saved.isEmpty() or not self.restoreState(saved, LAYOUT_VERSION):
            self.docks.arrange(self._workspace)

    def _reset_layout(self) -> None:
        self._settings.forget_layout(self._workspace)
        self.docks.arrange(self._workspace)

    def _set_scheme(self, scheme: Scheme) -> None:
        self._settings.scheme = scheme
        self._apply_theme()

    def _set_convention(self, convention: Convention) -> None:
        self._settings.convention = convention
        self._apply_theme()

    def _apply_theme(self) -> None:
        self._theme = theme = self._settings.theme()
        app = QApplication.instance()
        assert isinstance(app, QApplication), "a window lives in an application"
        apply_theme(app, theme)
        for part in (self.docks, self.top, self.welcome, self.question, self.message, self.status):
            part.set_theme(theme)
        self.show_view(self._bridge.view())


def _edges(area: QRect) -> tuple[QRect, ...]:
    wide, high = area.width(), area.height()
    return (
        QRect(0, 0, wide, FRAME_PX),
        QRect(0, high - FRAME_PX, wide, FRAME_PX),
        QRect(0, 0, FRAME_PX, high),
        QRect(wide - FRAME_PX, 0, FRAME_PX, high),
    )
