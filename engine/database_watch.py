"""Whether the database answers: learned from commits and from a probe while nothing is to be committed."""

import asyncio
import logging
from collections.abc import Callable

from engine.errors import GridwrightError, StorageUnavailable
from engine.ports import Journal, ProbedJournal

log = logging.getLogger(__name__)

PROBE_EVERY_S = 2.0


class DatabaseWatch:
    """The one place that says up or down; `on_change` hears each turn, and each further failure while it is down.

    `revive` is called in a worker thread, one at a time, whenever the database is found away; afterwards
    `on_revived` is called on the loop, so that nobody goes on waiting for his next try.
    """

    def __init__(
        self,
        journal: Journal,
        on_change: Callable[[bool], None],
        revive: Callable[[], None] | None,
        on_revived: Callable[[], None],
        every_s: float = PROBE_EVERY_S,
    ) -> None:
        self._journal = journal
        self._on_change = on_change
        self._revive = revive
        self._on_revived = on_revived
        self._every_s = every_s
        self._reviving: asyncio.Task[None] | None = None
        self.is_up = False

    def answers(self) -> None:
        """Something was read or written."""
        if not self.is_up:
            self.is_up = True
            self._on_change(True)

    def is_late(self) -> None:
        """It is connected and says nothing; whether it lives cannot be known yet."""
        if self.is_up:
            self.is_up = False
            self._on_change(False)

    def is_away(self, error: StorageUnavailable) -> None:
        """It was asked and could not answer."""
        if self.is_up:
            log.error("%s", error)
        self.is_up = False
        self._on_change(False)
        if self._revive is not None and (self._reviving is None or self._reviving.done()):
            self._reviving = asyncio.create_task(self._call(self._revive))

    async def run(self) -> None:
        """Ask every few seconds, until cancelled: an idle desk must know as well as a busy one."""
        if not isinstance(self._journal, ProbedJournal):
            return
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._journal.probe()
            except StorageUnavailable as error:
                self.is_away(error)
            else:
                self.answers()

    async def close(self) -> None:
        """Wait for a revival that is under way: its thread cannot be interrupted."""
        if self._reviving is not None:
            await self._reviving

    async def _call(self, revive: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(revive)
        except GridwrightError as error:
            log.warning("%s", error)
        except Exception:
            # Whatever it is, the next failure tries again; trading must not end over it.
            log.exception("the database could not be revived")
        else:
            self._on_revived()
