"""One piece of heavy work a frame: what repaints much waits in line here, so that two of them never meet in one frame.

A board that sorts and a chart that draws 100,000 readings each have time enough in a frame of 33 ms, both together with
what a hand does meanwhile have not. What a person asks for by hand does not wait here.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer

FRAME_MS = 33

Work = Callable[[], None]


class Line(Protocol):
    """Where work waits for its frame."""

    def ask(self, name: Hashable, work: Work, every_s: float = 0.0) -> None:
        """Do this when it is its turn, and not within `every_s` of the last time. Asked again, it keeps its place."""
        ...

    def forget(self, name: Hashable) -> None:
        """It needs no turn any more."""
        ...


class AtOnce:
    """For a widget that stands alone: nobody waits."""

    def ask(self, _name: Hashable, work: Work, every_s: float = 0.0) -> None:
        work()

    def forget(self, name: Hashable) -> None:
        """Nothing waits."""


@dataclass(frozen=True, slots=True)
class _Asked:
    work: Work
    every_s: float


class Turns(QObject):
    """First come, first served, one each frame; at once where the last frame had nothing to do.

    `clock` gives monotonic seconds.
    """

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._waiting: dict[Hashable, _Asked] = {}
        self._done_s: dict[Hashable, float] = {}
        self._taken_s = -1.0
        self._is_working = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.take)

    def ask(self, name: Hashable, work: Work, every_s: float = 0.0) -> None:
        self._waiting[name] = _Asked(work, every_s)
        if not self._is_working:
            self.take()

    def forget(self, name: Hashable) -> None:
        self._waiting.pop(name, None)
        self._done_s.pop(name, None)

    def take(self) -> None:
        """Give the frame to the first in line whose time has come."""
        now_s = self._clock()
        if now_s - self._taken_s >= FRAME_MS / 1000:
            for name, asked in self._waiting.items():
                if now_s - self._done_s.get(name, -asked.every_s) >= asked.every_s:
                    del self._waiting[name]
                    self._taken_s = self._done_s[name] = now_s
                    self._work(asked.work)
                    break
        self._wait()

    def _work(self, work: Work) -> None:
        self._is_working = True
        try:
            work()
        finally:
            self._is_working = False

    def _wait(self) -> None:
        if not self._waiting:
            return
        due_s = min(self._done_s.get(name, 0.0) + asked.every_s for name, asked in self._waiting.items())
        due_s = max(due_s, self._taken_s + FRAME_MS / 1000)
        self._timer.start(max(1, round((due_s - self._clock()) * 1000)))
