"""Rows into a table: COPY, and where some are there already, one INSERT that says what then happens."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from asyncpg import exceptions

from storage.database import Connection, Database
from storage.recording.targets import Target

log = logging.getLogger(__name__)

#: What says that a row cannot be written as it is: values out of range, text that is none, a missing account.
REFUSALS = (exceptions.DataError, exceptions.IntegrityConstraintViolationError)
#: The same, noticed on our side before anything is sent.
UNFIT = (TypeError, ValueError, OverflowError)


class RowWriter:
    """Writes batches of events. `refused` counts rows that no table takes, which would hold up all others for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.refused = 0

    @asynccontextmanager
    async def session(self, target: Target, *, waits_for_disk: bool) -> AsyncIterator["TableSession"]:
        """One connection for many batches. Driver errors leave as StorageError or StorageUnavailable."""
        async with self._database.question() as connection:
            if not waits_for_disk:
                # Quotes need not survive the last half second before a power cut; all else waits for the disk.
                await connection.execute("SET synchronous_commit = off")
            yield TableSession(connection, target, self._refuse)

    def _refuse(self, target: Target, error: Exception) -> None:
        self.refused += 1
        log.warning("A row of %s was refused and dropped: %s", target.table, error)


class TableSession:
    """One table on one connection. Where one batch met rows that are there already, the next most likely does too."""

    def __init__(self, connection: Connection, target: Target, refuse: Any) -> None:
        self._connection = connection
        self._target = target
        self._refuse = refuse
        self._may_copy = target.may_copy

    async def write(self, events: Sequence[Any]) -> None:
        """Write all of a batch, but rows that are refused for themselves. Any other error: none of it is written."""
        try:
            if self._may_copy:
                try:
                    await self._copy(events)
                    return
                except exceptions.UniqueViolationError:
                    self._may_copy = False
            await self._insert(events)
        except (*REFUSALS, *UNFIT) as error:
            await self._halve(events, error)

    async def _copy(self, events: Sequence[Any]) -> None:
        async with self._noted(events):
            await self._connection.copy_records_to_table(
                self._target.table, records=self._target.rows(events), columns=self._target.names
            )

    async def _insert(self, events: Sequence[Any]) -> None:
        columns = [list(column) for column in zip(*self._target.rows(events), strict=True)]
        async with self._noted(events):
            await self._connection.execute(self._target.insert, *columns)

    async def _halve(self, events: Sequence[Any], error: Exception) -> None:
        """One row may be unfit for the table; the others are not to wait for it."""
        if len(events) == 1:
            self._refuse(self._target, error)
            return
        middle = len(events) // 2
        await self.write(events[:middle])
        await self.write(events[middle:])

    @asynccontextmanager
    async def _noted(self, events: Sequence[Any]) -> AsyncIterator[None]:
        """Where the rows lie, for whoever rolls them up: in one transaction with them."""
        if self._target.span_of is None:
            yield
            return
        span = self._target.span_of(events)
        since, until = ("NULL", "NULL") if span is None else (f"'{at.isoformat()}'" for at in span)
        # Both at once: each question costs a bulk load as much as fifty rows.
        await self._connection.execute(f"BEGIN; SELECT note_span('{self._target.table}', {since}, {until})")
        try:
            yield
        except BaseException:
            if not self._connection.is_closed():
                await self._connection.execute("ROLLBACK")
            raise
        await self._connection.execute("COMMIT")
