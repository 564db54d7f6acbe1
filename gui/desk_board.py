"""Which desks there are and what was agreed about each account: read now and then, on the window's loop."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from engine.console.desk import DeskRow, LeaseRow
from engine.errors import GridwrightError

log = logging.getLogger(__name__)

#: A panel that is on show asks again after so many seconds.
LOOK_EVERY_S = 5


class DeskSource(Protocol):
    """What is asked for the board. Both raise StorageError."""

    async def desks(self) -> Sequence[DeskRow]: ...

    async def leases(self) -> Sequence[LeaseRow]: ...


class NoDesks:
    """A program that shares its database with nobody."""

    async def desks(self) -> Sequence[DeskRow]:
        return ()

    async def leases(self) -> Sequence[LeaseRow]:
        return ()


class DeskBoard(QObject):
    """`changed` when one of both is another than before. A database that is away leaves the last picture standing."""

    changed = Signal()

    def __init__(self, source: DeskSource, own_id: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._task: asyncio.Task[None] | None = None
        self._is_asked_again = False
        self.own_id = own_id
        self.desks: tuple[DeskRow, ...] = ()
        self.leases: tuple[LeaseRow, ...] = ()

    def lease_of(self, account_id: str) -> LeaseRow | None:
        """What was agreed about an account, as last read."""
        return next((lease for lease in self.leases if lease.account_id == account_id), None)

    def others(self) -> tuple[DeskRow, ...]:
        """All desks but this one."""
        return tuple(desk for desk in self.desks if desk.desk_id != self.own_id)

    def name_of(self, desk: DeskRow) -> str:
        """A desk's name; two of one name are told apart by their ids."""
        is_alone = sum(other.name == desk.name for other in self.desks) == 1
        return desk.name if is_alone else f"{desk.name} ({desk.desk_id[:8]})"

    def look(self) -> None:
        """Read again. While one look is under way another one follows it, because things changed meanwhile."""
        if self._task is not None and not self._task.done():
            self._is_asked_again = True
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a window shown by itself, without the program around it
        self._task = loop.create_task(self._look())

    async def _look(self) -> None:
        while True:
            self._is_asked_again = False
            try:
                found = tuple(await self._source.desks()), tuple(await self._source.leases())
            except GridwrightError as problem:
                log.info("desks cannot be read: %s", problem)
                return
            if found != (self.desks, self.leases):
                self.desks, self.leases = found
                self.changed.emit()
            if not self._is_asked_again:
                return
