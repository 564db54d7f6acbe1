"""Reads the past again while a panel is on show, and tells a failure once instead of every time."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtWidgets import QWidget

from gui.charts.pages import PendingTask

Read = Callable[[], Coroutine[Any, Any, None]]


class PastReader:
    """Belongs to a panel. `read` asks and shows; it is started at once by `look`, and every `every_s` seconds."""

    def __init__(self, panel: QWidget, read: Read, failed: Callable[[str], None], every_s: int) -> None:
        self._panel = panel
        self._read = read
        self._failed = failed
        self._every_s = every_s
        self._seconds = 0
        self._told = ""
        self._pending = PendingTask(self._tell)

    def second_passed(self) -> bool:
        """Once a second. Returns whether the panel can be seen at all."""
        # A dock behind other tabs is visible to Qt, but no part of it is.
        if self._panel.visibleRegion().isEmpty():
            return False
        self._seconds += 1
        if self._seconds % self._every_s == 0:
            self._pending.start(self._guarded)
        return True

    def look(self) -> None:
        """Read now, because somebody came to look or wants something else than what is being read."""
        self._pending.cancel()
        self._pending.start(self._guarded)

    def stop(self) -> None:
        """Ask nothing more."""
        self._pending.cancel()

    async def _guarded(self) -> None:
        await self._read()
        self._told = ""

    def _tell(self, sentence: str) -> None:
        if sentence != self._told:
            self._told = sentence
            self._failed(sentence)
