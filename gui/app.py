"""Runs the window: application, event loop, language, and the order in which things end.

The engine runs on another thread. Closing the window asks it to stop and hides when it is done; whatever heavy and
not Qt the program needs is imported by main.py before this module.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from types import FrameType

import qasync
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from engine.domain.messages import Level
from engine.ports import EngineHandle, History
from gui.actions import Actions
from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.strip import Notice
from gui.theme import RESOURCES, Scheme, apply_theme, load_fonts
from gui.translations import Translations
from gui.window_settings import Language, WindowSettings

log = logging.getLogger(__name__)


class Desktop(QObject):
    """Owns the window over its life: builds it, builds it again in another language, ends it after the engine."""

    ended = Signal()
    _engine_stopped = Signal(object)

    def __init__(
        self, app: QApplication, handle: EngineHandle, history: History, actions: Actions, settings: WindowSettings
    ) -> None:
        super().__init__()
        self._app = app
        self._history = history
        self._actions = actions
        self._settings = settings
        self._translations = Translations(app)
        self._is_stopping = False
        self.has_ended = False
        self.bridge = Bridge(handle, self)
        # The engine's thread reports its end; a queued signal brings the news to this one.
        self._engine_stopped.connect(self._end, Qt.ConnectionType.QueuedConnection)
        self.bridge.aged.connect(self._look_after_engine)
        self.window = self._build()

    def show(self) -> None:
        self.window.show()
        self.bridge.start()

    def request_stop(self) -> None:
        """Ask the engine to stop; the window goes when it did. Asking again changes nothing."""
        if self._is_stopping:
            return
        self._is_stopping = True
        text = self.tr("Stopping: resting orders are handled and everything is written down, then the window closes.")
        self.window.tell(Notice(Level.LOOK, text))
        self._actions.stop_engine().add_done_callback(self._engine_stopped.emit)

    def _look_after_engine(self) -> None:
        """An engine that ended by itself is told until it is read: nothing is traded any more."""
        trouble = self._actions.engine_trouble()
        shown = self.window.message.notice
        if trouble and not self._is_stopping and (shown is None or shown.text != trouble):
            self.window.tell(Notice(Level.ERROR, trouble))

    def _build(self) -> MainWindow:
        self._translations.use(self._settings.language)
        apply_theme(self._app, self._settings.theme())
        window = MainWindow(self.bridge, self._history, self._actions, self._settings)
        window.close_wanted.connect(self.request_stop)
        window.language_wanted.connect(self._change_language)
        return window

    def _change_language(self, language: Language) -> None:
        """Every text is made when its widget is made, so another language is another window in the same place."""
        if language is self._settings.language:
            return
        self._settings.language = language
        old = self.window
        old.save_layout()
        chosen = old.chosen
        self.window = self._build()
        self.window.choose(chosen)
        self.window.show()
        old.release()
        old.deleteLater()

    def _end(self, outcome: "Future[None]") -> None:
        problem = None if outcome.cancelled() else outcome.exception()
        if problem is not None:
            log.error("the engine did not stop in order: %s", problem)
        self.bridge.close()
        self.window.release()
        self._translations.remove()
        self.has_ended = True
        self.ended.emit()


def make_application() -> QApplication:
    """The one QApplication, with our font. Reuses one that exists, as in tests."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Gridwright")
    app.setWindowIcon(QIcon(str(RESOURCES / "icons" / "gridwright.png")))
    app.setQuitOnLastWindowClosed(False)
    load_fonts()
    return app


def run_window(
    handle: EngineHandle,
    history: History,
    actions: Actions,
    layout_file: Path,
    *,
    language: Language | None = None,
    scheme: Scheme | None = None,
    close_history: Callable[[], Awaitable[None]] | None = None,
    is_stop_asked: Callable[[], bool] = lambda: False,
) -> int:
    """Show the window until it is closed and the engine has stopped; returns the exit code.

    `history` is read on the window's loop only, and closed on it by `close_history`. `language` and `scheme` override
    what the layout file remembers. SIGINT and SIGTERM close the window like a click; `is_stop_asked` says whether one
    came before this could listen to them.
    """
    app = make_application()
    settings = WindowSettings(layout_file)
    if language is not None:
        settings.language = language
    if scheme is not None:
        settings.scheme = scheme
    loop = qasync.QEventLoop(app)
    desktop = Desktop(app, handle, history, actions, settings)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(_number: int, _frame: FrameType | None) -> None:
        # Python runs this between two of the bridge's timer calls, in the window's thread.
        desktop.request_stop()

    with loop:
        for number in before:
            signal.signal(number, stop)
        if is_stop_asked():
            desktop.request_stop()
        try:
            loop.run_until_complete(_live(desktop, close_history))
        finally:
            for number, old in before.items():
                signal.signal(number, old)
    return 0


async def _live(desktop: Desktop, close_history: Callable[[], Awaitable[None]] | None) -> None:
    """From the first picture to the last."""
    ended = asyncio.Event()
    desktop.ended.connect(ended.set)
    # A signal may have come, and been obeyed, before the loop turned for the first time.
    if not desktop.has_ended:
        desktop.show()
        await ended.wait()
    # Pages of the past that nobody will look at any more: each ends here, while there is a loop to end on.
    reading = asyncio.all_tasks() - {asyncio.current_task()}
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    if close_history is not None:
        await close_history()
