"""What is written to the database, in CSV files as well: for the weeks in which another program still reads those.

The database is the truth and is never waited for: rows are copied after they are durable, and what a crash kept from
being copied is copied at the next start.
"""

import asyncio
import contextlib
import csv
import io
import logging
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from engine.errors import GridwrightError, StorageError, UsageError
from storage.database import Database
from storage.mirror.formats import FORMATS, CsvFormat, Value, Values, written
from storage.mirror.reading import key_of, read_csv, zone_of
from storage.mirror.stored import stored_rows

COPY_EVERY_S = 5.0
#: How late a transaction may commit a row that was made at an instant already copied.
OVERLAP = timedelta(minutes=10)
#: Of a file that grows with each tick only the end is read again: more than ten minutes of it.
TAIL_BYTES = 4 << 20

log = logging.getLogger(__name__)


class CsvMirror:
    """Four growing files in a folder. Used on the loop of its database.

    A position is one line when it opens and one more when it closes. Columns of files that are there already keep
    their order; columns of others stay empty.
    """

    def __init__(self, database: Database, folder: Path, *, copy_every_s: float = COPY_EVERY_S) -> None:
        self._database = database
        self._folder = folder
        self._every_s = copy_every_s
        self._written: dict[str, set[tuple[Value, ...]]] = {}
        self._since: datetime | None = None
        self._copying: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Copy now and again until `close`; what fails is logged and tried again."""
        self._copying = asyncio.create_task(self._copy_on(), name="csv mirror")

    async def close(self) -> None:
        """Copy what is left and stop."""
        if self._copying is None:
            return
        self._copying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._copying
        self._copying = None
        with contextlib.suppress(GridwrightError):
            await self.copy()

    async def copy(self) -> int:
        """Copy what is new; how many lines.

        Raises StorageError when the database does not answer or the folder refuses, UsageError for foreign files.
        """
        copied = 0
        async with (
            self._database.question() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            now: datetime = await connection.fetchval("SELECT now()")
            for format_ in FORMATS:
                known = self._written.get(format_.name)
                if known is None:
                    known = await asyncio.to_thread(self._known, format_)
                since = self._span(format_, known, now)
                fresh = [
                    row async for row in stored_rows(connection, format_, since) if _line_key(format_, row) not in known
                ]
                # The loop that trades does not wait for a disk.
                await asyncio.to_thread(self._append, format_, fresh)
                known.update(_line_key(format_, row) for row in fresh)
                self._written[format_.name] = _young(format_, known, now)
                copied += len(fresh)
        self._since = now
        return copied

    def _span(self, format_: CsvFormat, known: set[tuple[Value, ...]], now: datetime) -> datetime | None:
        """From when on rows are looked at: the first time all, and of spreads those since the end of the file."""
        if self._since is not None:
            return self._since - OVERLAP
        if not format_.is_measured:
            return None
        return max((key[-1] for key in known if isinstance(key[-1], datetime)), default=now) - OVERLAP

    async def _copy_on(self) -> None:
        while True:
            try:
                await self.copy()
            except GridwrightError as error:
                log.warning("The CSV mirror waits: %s", error)
            await asyncio.sleep(self._every_s)

    def _known(self, format_: CsvFormat) -> set[tuple[Value, ...]]:
        """The lines that are in the file."""
        file = self._folder / format_.file_name
        if file.exists():
            _cut_torn_line(file)
        if not file.exists() or not file.stat().st_size:
            return set()
        names = {column.column: column.name for column in format_.columns}
        if missing := [names[column] for column in format_.key if names[column] not in _header_of(file)]:
            raise UsageError(
                f"The file {file} has no column {missing[0]}, so nobody could tell which of its rows are which of ours."
            )
        content = read_csv(file, format_, zone_of("UTC"), TAIL_BYTES if format_.is_measured else None)
        return {_line_key(format_, row.values) for row in content.rows}

    def _append(self, format_: CsvFormat, rows: Sequence[Values]) -> None:
        if not rows:
            return
        file = self._folder / format_.file_name
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            is_new = not file.exists() or not file.stat().st_size
            header = format_.header if is_new else _header_of(file)
            columns = {column.name: column.column for column in format_.columns}
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            if is_new:
                writer.writerow(header)
            for row in rows:
                writer.writerow([written(row[columns[name]]) if name in columns else "" for name in header])
            with file.open("ab") as opened:
                opened.write(text.getvalue().encode())
                opened.flush()
                os.fsync(opened.fileno())
        except OSError as error:
            # Part of a line may be there; the next time it is cut off and the file is read anew.
            self._written.pop(format_.name, None)
            raise StorageError(f"The CSV file {file} cannot be written: {error.strerror or error}.") from error


def _line_key(format_: CsvFormat, row: Values) -> tuple[Value, ...]:
    """What makes a line the same line: a position has one for each of its states."""
    key = key_of(format_, row)
    return (*key, row["status"]) if format_.name == "positions" else key


def _young(format_: CsvFormat, known: set[tuple[Value, ...]], now: datetime) -> set[tuple[Value, ...]]:
    """The keys that may be asked for again; those of a series without end would fill the memory."""
    if not format_.is_measured:
        return known
    oldest = now - 2 * OVERLAP
    return {key for key in known if isinstance(key[-1], datetime) and key[-1] >= oldest}


def _header_of(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [name.strip() for name in next(csv.reader(opened))]


def _cut_torn_line(file: Path) -> None:
    """A crash may leave a last line without its end. Raises StorageError."""
    try:
        content = file.read_bytes()
        if content and not content.endswith(b"\n"):
            os.truncate(file, content.rfind(b"\n") + 1)
    except OSError as error:
        raise StorageError(f"The CSV file {file} cannot be written: {error.strerror or error}.") from error
