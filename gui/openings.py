"""What the window opens: the demo, a recording, a live market on paper, a practice exchange, the dialogs for grids.

Dialogs never block; they end in a command.
"""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.domain.bot import Account
from engine.domain.grid import GridConfig
from engine.domain.messages import AddGrid, Command, Level, OpenAccount, SetMarketSpeed
from engine.domain.views import BotView
from engine.errors import GridwrightError
from engine.ports import History
from gui.actions import Actions
from gui.bridge import Bridge
from gui.demo import DemoStart
from gui.dialogs.grid_dialog import GridDialog
from gui.dialogs.paper_dialog import PaperChoice, PaperDialog
from gui.dialogs.practice_dialog import PracticeDialog
from gui.dialogs.recording_dialog import RecordingChoice, RecordingDialog
from gui.sentences import translate
from gui.strip import Notice
from gui.theme import Theme


class Openings(QObject):
    """`told(Notice)` for the message strip, `bot_started(bot_id)` when there is a new bot to look at.

    `pair_wanted(BotView, is_clone)`: the bot is a two-leg bot, whose dialog is another.
    """

    told = Signal(object)
    pair_wanted = Signal(object, bool)
    bot_started = Signal(str)

    def __init__(
        self, bridge: Bridge, history: History, actions: Actions, theme: Callable[[], Theme], window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._history = history
        self._actions = actions
        self._theme = theme
        self._window = window
        self.demo: DemoStart | None = None
        self._reading: asyncio.Task[None] | None = None

    def start_demo(self) -> None:
        """Simulated account, then a grid around its price."""
        self.demo = DemoStart(self._bridge, self._actions.make_simulated_account, self)
        self.demo.started.connect(self.bot_started)
        self.demo.failed.connect(lambda text: self.told.emit(Notice(Level.ERROR, text)))
        self.demo.begin()

    def new_grid(self) -> None:
        self._open_grid_dialog()

    def edit(self, bot_id: str) -> None:
        if (shown := self._bot(bot_id)) is not None:
            self._open(shown, is_clone=False)

    def edit_to(self, bot_id: str, config: GridConfig) -> None:
        """An edge of the ladder was dragged: show what that would change before it happens."""
        if (shown := self._bot(bot_id)) is not None:
            self._open_grid_dialog(shown, proposed=config)

    def clone(self, bot_id: str) -> None:
        if (shown := self._bot(bot_id)) is not None:
            self._open(shown, is_clone=True)

    def open_recording(self) -> None:
        """Ask for a file; reading it happens on a worker thread."""
        dialog = RecordingDialog(self._theme(), self._actions.rule_books, self._actions.recordings_folder, self._window)
        dialog.submitted.connect(self.read_recording)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_paper(self) -> None:
        """Ask for an exchange and a symbol."""
        dialog = PaperDialog(self._theme(), self._actions.exchanges, self._window)
        dialog.submitted.connect(self.connect_paper)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def connect_paper(self, choice: PaperChoice) -> None:
        """Open its account; connecting takes some seconds, and what the exchange refuses is told by the bridge."""
        try:
            account = self._actions.make_paper_account(choice)
        except GridwrightError as problem:
            self.told.emit(Notice(Level.ERROR, translate(problem.sentence)))
            return
        self.told.emit(Notice(Level.INFO, self.tr("Connecting to {name}…").format(name=choice.exchange)))
        self._bridge.submit(OpenAccount(account), lambda: self._is_live(account))

    def open_practice(self) -> None:
        """Ask for a practice exchange and the account's name there; the dialog stays until the exchange answers."""
        dialog = PracticeDialog(self._theme(), self._actions.make_practice_account, self._window)
        dialog.opened.connect(self.connect_practice)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def connect_practice(self, account: Account) -> None:
        """Open an account whose exchange has answered."""
        self._bridge.submit(OpenAccount(account), lambda: self._is_practising(account))

    def _is_practising(self, account: Account) -> None:
        text = self.tr("The practice account {name} is connected. Add a grid to trade on it.").format(name=account.name)
        self.told.emit(Notice(Level.INFO, text, self.tr("New grid…"), self.new_grid))

    def _is_live(self, account: Account) -> None:
        text = self.tr("{name} is live, with paper money. Add a grid to trade on it.").format(name=account.name)
        self.told.emit(Notice(Level.INFO, text, self.tr("New grid…"), self.new_grid))

    def _bot(self, bot_id: str) -> BotView | None:
        return next((shown for shown in self._bridge.view().bots if shown.bot.bot_id == bot_id), None)

    def _open(self, shown: BotView, *, is_clone: bool) -> None:
        if shown.bot.is_grid:
            self._open_grid_dialog(shown, clone=is_clone)
        else:
            self.pair_wanted.emit(shown, is_clone)

    def _open_grid_dialog(
        self, shown: BotView | None = None, *, clone: bool = False, proposed: GridConfig | None = None
    ) -> None:
        dialog = GridDialog(
            self._theme(), self._bridge.view, self._history, self._window, bot=shown, clone=clone, proposed=proposed
        )
        dialog.submitted.connect(self._send)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _send(self, command: Command) -> None:
        if isinstance(command, AddGrid):
            self._bridge.submit(command, lambda: self.bot_started.emit(command.bot_id))
        else:
            self._bridge.submit(command)

    def read_recording(self, choice: RecordingChoice) -> None:
        """Read the file on a worker thread, then open its account and let the market run."""
        self.told.emit(Notice(Level.INFO, self.tr("Reading {name}…").format(name=choice.path.name)))
        self._reading = asyncio.get_running_loop().create_task(self._open_account(choice))

    async def _open_account(self, choice: RecordingChoice) -> None:
        loop = asyncio.get_running_loop()
        try:
            account = await loop.run_in_executor(None, self._actions.make_replay_account, choice)
        except GridwrightError as problem:
            self.told.emit(Notice(Level.ERROR, translate(problem.sentence)))
            return
        self._bridge.submit(OpenAccount(account), lambda: self._play(account, choice))

    def _play(self, account: Account, choice: RecordingChoice) -> None:
        """The market runs; say what can be done on it."""
        self._bridge.submit(SetMarketSpeed(account.venue, choice.speed))
        text = self.tr("{name} is playing. Add a grid to trade on it.").format(name=account.name)
        self.told.emit(Notice(Level.INFO, text, self.tr("New grid…"), self.new_grid))
