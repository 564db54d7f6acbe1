"""A screen, a look, and the whole window over a scripted engine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from engine.domain.bot import Account
from engine.domain.views import EngineView
from engine.ports import History
from gui.actions import Actions, no_exchange
from gui.app import Desktop, make_application
from gui.dialogs.paper_dialog import PaperChoice
from gui.main_window import MainWindow
from gui.strip import Notice
from gui.window_settings import Language, WindowSettings
from tests.support.desk import PastInMemory, Reaction, ScriptedEngine, StoppingEngine, no_recording, nothing_changes
from tests.support.display import display
from tests.support.qt_waiting import wait_for
from tests.support.themes import theme
from tests.support.views import account_of, instrument_of, view_of

__all__ = ["display", "theme"]


@dataclass
class Desk:
    """A window and the world around it. `tick` lets the bridge look and Qt handle what follows."""

    desktop: Desktop
    engine: ScriptedEngine
    stop: StoppingEngine
    settings: WindowSettings

    @property
    def window(self) -> MainWindow:
        return self.desktop.window

    @property
    def message(self) -> Notice | None:
        return self.window.message.notice

    @property
    def question(self) -> Notice | None:
        return self.window.question.notice

    def is_asking(self) -> bool:
        return self.window.question.notice is not None

    def show(self, view: EngineView) -> None:
        self.engine.show(view)
        self.tick()

    def tick(self) -> None:
        for _ in range(3):
            self.desktop.bridge.look()
            QApplication.processEvents()


MakeDesk = Callable[..., Desk]


def activated(window: MainWindow) -> bool:
    """Whether it is the active window. Asked for again each time: a screen forgets it of a window not yet on it."""
    if not window.isActiveWindow():
        window.activateWindow()
    return window.isActiveWindow()


@pytest.fixture
def make_desk(qapp: QApplication, tmp_path: Path) -> Iterator[MakeDesk]:
    """Builds desks and ends them after the test. `more` are further fields of Actions."""
    made: list[Desk] = []

    def make(
        view: EngineView | None = None,
        *,
        react: Reaction = nothing_changes,
        history: History | None = None,
        language: Language = Language.ENGLISH,
        make_replay_account: Callable[[object], Account] = no_recording,
        make_paper_account: Callable[[PaperChoice], Account] = no_exchange,
        exchanges: tuple[str, ...] = (),
        **more: Any,
    ) -> Desk:
        app = make_application()
        engine = ScriptedEngine(view if view is not None else view_of(), react)
        settings = WindowSettings(tmp_path / "window.ini")
        settings.language = language
        stop = StoppingEngine()
        actions = Actions(
            lambda: account_of(instrument_of()), make_replay_account, stop,
            make_paper_account=make_paper_account, exchanges=exchanges, **more,
        )  # fmt: skip
        desktop = Desktop(app, engine, history if history is not None else PastInMemory(), actions, settings)
        desk = Desk(desktop, engine, stop, settings)
        made.append(desk)
        desktop.window.show()
        # Without a window manager nobody activates a window by itself, and shortcuts belong to the active one.
        wait_for(lambda: activated(desktop.window), "the window to be active")
        desk.tick()
        return desk

    yield make
    for desk in made:
        desk.desktop.request_stop()
        if not desk.stop.done.done():
            desk.stop.done.set_result(None)
        QApplication.processEvents()
        desk.window.deleteLater()
        desk.desktop.deleteLater()
        QApplication.processEvents()
        # Outside of a loop nothing is deleted by itself, and each window that stays is painted in all tests after it.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
