"""Reads older pages of the history on the window's loop, one at a time, and forgets them when the panel goes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from engine.errors import GridwrightError
from gui.sentences import translate

Item = TypeVar("Item")
PAGE = 500
SAME_INSTANT = timedelta(microseconds=1)

Read = Callable[[datetime | None, int], Awaitable[list[Item]]]


class OlderPages(Generic[Item]):
    """`read(before, limit)` gives a page, newest first. `took(items)` receives it, `failed(sentence)` the error.

    Nothing is read again after a page that was not full, until `restart`. A panel asks for items before the oldest one
    it has plus a microsecond: others of that same instant may stand on the next page.
    """

    def __init__(self, read: Read[Item], took: Callable[[list[Item]], None], failed: Callable[[str], None]) -> None:
        self._read = read
        self._took = took
        self._failed = failed
        self._task: asyncio.Task[None] | None = None
        self._is_complete = False

    def restart(self) -> None:
        """Begin again, because what is asked for changed."""
        if self._task is not None:
            self._task.cancel()
        self._task = None
        self._is_complete = False

    def fetch(self, before: datetime | None) -> None:
        """Read the page before an instant, unless one is on its way or there is none."""
        if self._is_complete or self._task is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a panel shown by itself, without the program around it
        self._task = loop.create_task(self._fetch(before))

    async def _fetch(self, before: datetime | None) -> None:
        try:
            page = await self._read(before, PAGE)
        except GridwrightError as problem:
            self._task = None
            self._failed(translate(problem.sentence))
            return
        self._task = None
        self._is_complete = len(page) < PAGE
        self._took(page)
