"""What the window opens: the demo, a recording, the dialogs for grids. Dialogs never block; they end in a command."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.domain.grid import GridConfig
from engine.domain.messages import Level
from engine.ports import History
from gui.actions import Actions
from gui.bridge import Bridge
from gui.demo import DemoStart
from gui.strip import Notice
from gui.theme import Theme


class Openings(QObject):
    """`told(Notice)` for the message strip, `bot_started(bot_id)` when there is a new bot to look at."""

    told = Signal(object)
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
        self._demo: DemoStart | None = None

    def start_demo(self) -> None:
        """Simulated account, then a grid around its price."""
        self._demo = DemoStart(self._bridge, self._actions.make_simulated_account, self)
        self._demo.started.connect(self.bot_started)
        self._demo.failed.connect(lambda text: self.told.emit(Notice(Level.ERROR, text)))
        self._demo.begin()

    def new_grid(self) -> None: ...
    def edit(self, bot_id: str) -> None: ...
    def edit_to(self, bot_id: str, config: GridConfig) -> None: ...
    def clone(self, bot_id: str) -> None: ...
    def open_recording(self) -> None: ...
