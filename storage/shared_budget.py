"""What all desks of a database ask of an exchange, counted in one place: in Redis, or else in PostgreSQL."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from typing import Protocol

from engine.errors import StorageError
from engine.live_ports import Granted, Want
from storage.database import Connection, Database
from storage.failures import Failure

log = logging.getLogger(__name__)

#: After a change of the place where it is counted nobody counts for so long: the new one does not know the past.
SETTLE_S = 60.0
TAKE = "SELECT granted, desks, banned_ms FROM take_budget($1, $2, $3, $4, $5, $6, $7)"


class Counter(Protocol):
    """One place that counts. `take` and `ban` raise nothing; None and False: it does not answer."""

    async def take(self, scope: str, wants: Sequence[Want]) -> Granted | None: ...

    async def ban(self, scope: str, for_s: float) -> bool: ...

    async def close(self) -> None: ...


class PostgresBudget:
    """A `Counter` by the functions of the database, over a connection of its own."""

    def __init__(self, database: Database, desk_id: str) -> None:
        self._database = database
        self._desk_id = desk_id
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    async def take(self, scope: str, wants: Sequence[Want]) -> Granted | None:
        columns = (
            [want.rule for want in wants],
            [want.limit for want in wants],
            [want.window_ms for want in wants],
            [want.wanted for want in wants],
            [want.needed for want in wants],
        )
        async with self._turn:
            try:
                row = await (await self._connected()).fetchrow(TAKE, scope, self._desk_id, *columns)
            except (StorageError, *Failure) as error:
                log.debug("the database does not count: %s", error)
                self._cut()
                return None
            except asyncio.CancelledError:
                self._cut()
                raise
        return Granted(tuple(row["granted"]), row["desks"], row["banned_ms"] / 1000)

    async def ban(self, scope: str, for_s: float) -> bool:
        async with self._turn:
            try:
                await (await self._connected()).execute("SELECT ban_budget($1, $2)", scope, int(for_s * 1000))
            except (StorageError, *Failure):
                self._cut()
                return False
        return True

    async def close(self) -> None:
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None and not connection.is_closed():
                with contextlib.suppress(*Failure):
                    await connection.close(timeout=1)

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._database.own_connection("budget")
        return self._connection

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


class CountedBudget:
    """`engine.live_ports.SharedBudget`: the first of its counters that answers. Belongs to one loop."""

    def __init__(self, counters: Sequence[Counter], settle_s: float = SETTLE_S) -> None:
        self._counters = counters
        self._settle_s = settle_s
        self._last: Counter | None = None
        self._settled_at_s = 0.0

    async def take(self, scope: str, wants: Sequence[Want]) -> Granted | None:
        """See `engine.live_ports.SharedBudget.take`."""
        for counter in self._counters:
            granted = await counter.take(scope, wants)
            if granted is not None:
                if self._last not in (None, counter):
                    self._settled_at_s = time.monotonic() + self._settle_s
                self._last = counter
                return granted if time.monotonic() >= self._settled_at_s else None
        return None

    async def ban(self, scope: str, for_s: float) -> None:
        """See `engine.live_ports.SharedBudget.ban`. Told to every counter: which one another desk asks is not known."""
        for counter in self._counters:
            await counter.ban(scope, for_s)

    async def close(self) -> None:
        for counter in self._counters:
            await counter.close()
