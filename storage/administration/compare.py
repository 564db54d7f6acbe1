"""`db compare`: row by row, what CSV files say and what the database says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from storage.database import Database
from storage.mirror.formats import CsvFormat, Value, Values, written
from storage.mirror.reading import BadLine, CsvContent, CsvRow, find_files, key_of, read_csv, zone_of
from storage.mirror.stored import as_stored, differences, stored_rows

#: The first instant after a file's last spread.
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Different:
    """One row that is in both and not the same: (column, in the file, in the database)."""

    line: int
    row: str
    columns: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class Comparison:
    """One file against the database. Rows are shown by their key; `bad` lines could not be compared."""

    file: Path
    same: int = 0
    only_in_file: list[tuple[int, str]] = field(default_factory=list)
    only_in_database: list[str] = field(default_factory=list)
    different: list[Different] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether both say the same, and all of the file could be read."""
        return not (self.only_in_file or self.only_in_database or self.different or self.bad)


async def compare(database: Database, paths: Sequence[Path], zone: str) -> list[Comparison]:
    """Each file against the rows of the user who asks. Raises UsageError for files that cannot be read at all."""
    found = [(read_csv(file, format_, zone_of(zone)), format_) for file, format_ in find_files(paths)]
    async with (
        database.question() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        done: list[Comparison] = []
        for content, format_ in found:
            since, until = _span(content, format_)
            stored = [row async for row in stored_rows(connection, format_, since, until)]
            done.append(_compared(content, format_, stored))
    return done


def _span(content: CsvContent, format_: CsvFormat) -> tuple[datetime | None, datetime | None]:
    """Of spreads, a series without end, only the time that the file is about."""
    times = [row.values["timestamp"] for row in content.rows] if format_.is_measured else []
    instants = [time for time in times if isinstance(time, datetime)]
    return (min(instants), max(instants) + INSTANT) if instants else (None, None)


def _compared(content: CsvContent, format_: CsvFormat, stored: Sequence[Values]) -> Comparison:
    done = Comparison(content.file, bad=list(content.bad))
    rows: dict[tuple[Value, ...], CsvRow] = {key_of(format_, row.values): row for row in content.rows}
    for there in stored:
        key = key_of(format_, there)
        row = rows.pop(key, None)
        if row is None:
            done.only_in_database.append(_shown(key))
            continue
        here = as_stored(format_, row.values)
        wrong = differences(here, there)
        if not wrong:
            done.same += 1
            continue
        names = {column.column: column.name for column in format_.columns}
        columns = tuple((names[name], written(here[name]), written(there[name])) for name in wrong)
        done.different.append(Different(row.line, _shown(key), columns))
    done.only_in_file = sorted((row.line, _shown(key)) for key, row in rows.items())
    done.different.sort(key=lambda each: each.line)
    return done


def _shown(key: tuple[Value, ...]) -> str:
    return " ".join(written(part) for part in key if part is not None)


def report_lines(done: Comparison, most: int) -> list[str]:
    """What a person reads about one file; at most so many rows of each kind."""
    counts = (
        (done.same, "the same"),
        (len(done.different), "different"),
        (len(done.only_in_file), "only in the file"),
        (len(done.only_in_database), "only in the database"),
        (len(done.bad), "bad lines"),
    )
    lines = [f"{done.file.name}: {', '.join(f'{count:,} {what}' for count, what in counts)}."]
    lines += [f"  {bad}" for bad in done.bad[:most]]
    for each in done.different[:most]:
        values = "; ".join(f"{name}: file {here or '-'}, database {there or '-'}" for name, here, there in each.columns)
        lines.append(f"  line {each.line} ({each.row}): {values}")
    lines += [f"  line {line} ({row}) is only in the file" for line, row in done.only_in_file[:most]]
    lines += [f"  {row} is only in the database" for row in done.only_in_database[:most]]
    return lines
