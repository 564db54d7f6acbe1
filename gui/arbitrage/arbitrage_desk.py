"""The arbitrage panels of a window: makes them, puts them into docks, and turns what is wanted there into commands."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from engine.domain.arbitrage_messages import AddArbitrage, ClosePosition, EditArbitrage
from engine.domain.arbitrage_views import PremiumView
from engine.domain.bot import Account
from engine.domain.messages import Level
from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity
from engine.domain.views import BotView, EngineView
from engine.domain.watching import UnwatchPairs, WatchCommand
from engine.errors import GridwrightError
from engine.ports import PremiumHistory
from gui.arbitrage.arbitrage_dialog import ArbitrageDialog
from gui.arbitrage.board_panel import BoardPanel
from gui.arbitrage.chart_memory import ChartMemory
from gui.arbitrage.chart_panel import ChartPanel
from gui.arbitrage.close_question import close_question
from gui.arbitrage.daily_panel import DailyPanel
from gui.arbitrage.inventory_panel import InventoryPanel
from gui.arbitrage.opportunities_panel import OpportunitiesPanel
from gui.arbitrage.pair_demo import PairDemo
from gui.arbitrage.pair_markets import board_row, kept_pair, watched_pair
from gui.arbitrage.pair_questions import markets_of
from gui.arbitrage.two_leg_panel import TwoLegPanel
from gui.arbitrage.two_leg_rows import TwoLegRow
from gui.arbitrage.watch_dialog import Choices, WatchDialog
from gui.bridge import Bridge
from gui.command_palette import Entry, entry_of
from gui.docks import Docks
from gui.sentences import translate
from gui.strip import Notice
from gui.theme import Theme
from gui.turns import Turns
from gui.window_settings import WindowSettings


class ArbitrageDesk(QObject):
    """`told(Notice)` for the message strip, `asked(Notice)` for the question strip.

    `bot_started(bot_id)` when there is a new bot to look at.
    """

    told = Signal(object)
    asked = Signal(object)
    bot_started = Signal(str)

    def __init__(
        self,
        bridge: Bridge,
        settings: WindowSettings,
        past: PremiumHistory,
        exchanges: Sequence[str],
        make_demo: Callable[[], tuple[Account, Account]],
        theme: Callable[[], Theme],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._past = past
        self._choices = Choices(tuple(exchanges))
        self._make_demo = make_demo
        self._theme = theme
        self._window = window
        self._docks: Docks | None = None
        turns = Turns(self)
        self.board = BoardPanel(theme(), settings, turns)
        self.two_legs = TwoLegPanel(theme())
        self.opportunities = OpportunitiesPanel(theme(), past)
        self.inventory = InventoryPanel(theme())
        self.daily = DailyPanel(theme(), past)
        self.charts = ChartPanel(theme(), past, bridge.submit, line=turns)
        self._memory = ChartMemory(self.charts, settings)
        self._connect()

    def add_docks(self, docks: Docks) -> None:
        """All panels, in the order of their shortcuts."""
        self._docks = docks
        docks.add("board", self.tr("Spread board"), self.board, self.board)
        docks.add("spread_charts", self.tr("Spread charts"), self.charts, self.charts)
        docks.add("two_legs", self.tr("Two-leg positions"), self.two_legs, self.two_legs)
        docks.add("opportunities", self.tr("Opportunities"), self.opportunities, self.opportunities)
        docks.add("inventory", self.tr("Inventory"), self.inventory, self.inventory)
        docks.add("daily", self.tr("Daily result"), self.daily, self.daily)

    def acts(self) -> list[QAction]:
        """Everything with a shortcut or a place in the palette."""
        return [*self.board.acts(), *self.two_legs.acts()]

    def entries(self) -> list[Entry]:
        """What the palette offers besides. Their keys are the charts' own, so they are no actions of the window."""
        return [entry_of(action) for action in self.charts.acts.all() if action.isEnabled()]

    def show_age(self, view: EngineView, now_s: float) -> None:
        """A second passed."""
        for panel in (self.board, self.two_legs, self.opportunities, self.inventory, self.daily):
            panel.show_age(view, now_s)
        self.charts.show_age()

    def open_watch(self, row: PremiumView | None = None) -> None:
        """Ask what is to be watched; the dialog stays until the engine took it."""
        dialog = WatchDialog(self._theme(), self._choices, self._window, row)
        dialog.wanted.connect(partial(self._watch, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_dialog(self, pair: Pair | None = None) -> None:
        """A new two-leg bot, on a pair of the board where one is chosen."""
        self._show(ArbitrageDialog(*self._place(), pair=pair))

    def open_dialog_of(self, shown: BotView, is_clone: bool) -> None:
        """The settings of a two-leg bot, or a new one like it."""
        self._show(ArbitrageDialog(*self._place(), bot=shown, clone=is_clone))

    def start_demo(self) -> None:
        """Two invented markets and a bot between them."""
        try:
            demo = PairDemo(self._bridge, self._make_demo, self)
        except GridwrightError as problem:
            self.told.emit(Notice(Level.ERROR, translate(problem.sentence)))
            return
        demo.started.connect(self.bot_started)
        demo.failed.connect(lambda text: self.told.emit(Notice(Level.ERROR, text)))
        demo.begin()

    def ask_close(self, rows: list[TwoLegRow]) -> None:
        """Show both orders, the money and the fees of closing; nothing is sent before the answer."""
        view = self._bridge.view()
        questions = [close_question(view, row) for row in rows]
        text = "\n".join(question.text for question in questions)
        commands = [
            ClosePosition(row.bot.bot.bot_id, row.position.position_id)
            for row, question in zip(rows, questions, strict=True)
            if question.is_possible
        ]
        if not commands:
            self.told.emit(Notice(Level.LOOK, text))
            return
        act = partial(self._close, commands)
        self.asked.emit(Notice(Level.LOOK, text, self.tr("Close now"), act, is_question=True))

    def _connect(self) -> None:
        self.board.watch_wanted.connect(lambda: self.open_watch())
        self.board.rewatch_wanted.connect(self.open_watch)
        self.board.unwatch_wanted.connect(self._unwatch)
        self.board.bot_wanted.connect(self.open_dialog)
        self.board.chart_wanted.connect(self._show_chart)
        self.charts.watch_wanted.connect(lambda: self.open_watch())
        self.charts.told.connect(self.told)
        self.two_legs.close_wanted.connect(self.ask_close)
        self.two_legs.chart_wanted.connect(self._show_chart_of)
        self.two_legs.bot_wanted.connect(lambda: self.open_dialog())
        self.opportunities.watch_wanted.connect(lambda: self.open_watch())
        self.opportunities.chart_wanted.connect(self._show_chart_of_past)
        for panel in (self.opportunities, self.daily):
            panel.failed.connect(lambda text: self.told.emit(Notice(Level.ERROR, text)))

    def _show_chart(self, pair: Pair) -> None:
        """In the active chart, before the trader's eyes."""
        self.charts.show_pair(pair)
        if self._docks is not None:
            self._docks.bring_up("spread_charts")

    def _show_chart_of(self, bot_id: str) -> None:
        """The pair that a bot trades, by the name the board knows it under."""
        view = self._bridge.view()
        shown = next((each for each in view.bots if each.bot.bot_id == bot_id), None)
        markets = None if shown is None else markets_of(view, shown)
        if markets is not None:
            pair = watched_pair(*markets)
            row = board_row(view, pair)
            self._show_chart(pair if row is None else row.pair)

    def _show_chart_of_past(self, found: Opportunity) -> None:
        """The pair of an opportunity as the board has it now, or as it was kept when nobody watches it any more."""
        pair = kept_pair(found)
        row = board_row(self._bridge.view(), pair)
        self._show_chart(pair if row is None else row.pair)

    def _place(self) -> tuple[Theme, Callable[[], EngineView], PremiumHistory, Sequence[str], QWidget]:
        return self._theme(), self._bridge.view, self._past, self._choices.sources[1:], self._window

    def _show(self, dialog: ArbitrageDialog) -> None:
        dialog.submitted.connect(self._send)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _send(self, command: AddArbitrage | EditArbitrage) -> None:
        if isinstance(command, AddArbitrage):
            self._bridge.submit(command, lambda: self.bot_started.emit(command.bot_id))
        else:
            self._bridge.submit(command)

    def _close(self, commands: list[ClosePosition]) -> None:
        for command in commands:
            self._bridge.submit(command)

    def _watch(self, dialog: WatchDialog, command: WatchCommand) -> None:
        self._bridge.submit(command, dialog.accept, dialog.show_refusals)

    def _unwatch(self, pairs: tuple[Pair, ...]) -> None:
        self._bridge.submit(UnwatchPairs(pairs))
