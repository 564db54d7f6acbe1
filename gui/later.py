"""Answers that another thread gives: handled in the window's thread, and dropped when nobody is there any more."""

import contextlib
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from engine.errors import GridwrightError
from gui.sentences import translate


class Later(QObject):
    """`when(future, then)` calls `then` in this thread with the future when it is done, unless `parent` is gone."""

    _came = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._came.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def when(self, future: "Future[Any]", then: Callable[["Future[Any]"], None]) -> None:
        future.add_done_callback(lambda done: self._pass_on(done, then))

    def _pass_on(self, done: "Future[Any]", then: Callable[["Future[Any]"], None]) -> None:
        # Runs where the answer was born. Qt says RuntimeError when the window went in the meantime.
        with contextlib.suppress(RuntimeError):
            self._came.emit(done, then)

    def _take(self, done: "Future[Any]", then: Callable[["Future[Any]"], None]) -> None:
        then(done)


def problem_of(done: "Future[Any]") -> BaseException | None:
    """Why an answer is none; None when it is one."""
    return CancelledError() if done.cancelled() else done.exception()


def words_of(problem: BaseException) -> str:
    """What a person is told of a problem. What nobody expected is raised: it must not look like an answer."""
    if isinstance(problem, GridwrightError):
        return translate(problem.sentence)
    if isinstance(problem, CancelledError):
        return QCoreApplication.translate(
            "Bridge", "The engine stopped before it answered; look at the state, then ask again."
        )
    raise problem
