"""One CSV file as rows and as lines that cannot be rows, each with its number and one sentence."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import UsageError
from storage.mirror.formats import FORMATS, NOTHING, POSITIONS, CsvColumn, CsvFormat, Value, Values, written

#: The number of the first line after the header.
FIRST = 2


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A good line: its number in the file and its values by the database's columns."""

    line: int
    values: Values


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken in, and why in one sentence."""

    file: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(slots=True)
class CsvContent:
    """What one file holds. `repeated` counts lines that say again what a line before said."""

    file: Path
    format: CsvFormat
    rows: list[CsvRow] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    repeated: int = 0


def zone_of(name: str) -> tzinfo:
    """Raises UsageError for a zone that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"There is no time zone {name}; zones are named like Asia/Seoul.") from None


def find_files(paths: Sequence[Path]) -> list[tuple[Path, CsvFormat]]:
    """The files that were named, or lie in folders that were; positions first. Raises UsageError."""
    by_name = {format_.file_name: format_ for format_ in FORMATS}
    found: dict[str, Path] = {}
    for path in paths:
        inside = [path / name for name in by_name if (path / name).is_file()] if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"The folder {path} has none of {', '.join(by_name)}.")
        for file in inside:
            if not file.is_file():
                raise UsageError(f"There is no file {file}.")
            if file.name not in by_name:
                raise UsageError(f"The file {file} is none of {', '.join(by_name)}.")
            if file.name in found:
                raise UsageError(f"{file.name} was named twice: {found[file.name]} and {file}.")
            found[file.name] = file
    return [(found[format_.file_name], format_) for format_ in FORMATS if format_.file_name in found]


def read_csv(file: Path, format_: CsvFormat, zone: tzinfo, tail_bytes: int | None = None) -> CsvContent:
    """All of one file, or its last lines. Raises UsageError when it cannot be read or its header lacks a column."""
    content = CsvContent(file, format_)
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            first = opened.readline()
            header = _header(file, format_, next(csv.reader([first], strict=True), []))
            if tail_bytes is not None and file.stat().st_size > tail_bytes:
                lines = csv.reader(io.StringIO(_tail(file, tail_bytes), newline=""), strict=True)
            else:
                lines = csv.reader(opened, strict=True)
            for number, cells in _numbered(lines, content):
                row = _row(header, cells, zone)
                if isinstance(row, str):
                    content.bad.append(BadLine(file, number, row))
                else:
                    content.rows.append(CsvRow(number, row))
    except UnicodeDecodeError as error:
        raise UsageError(f"The file {file} is not UTF-8 text: {error.reason}.") from None
    except csv.Error as error:
        raise UsageError(f"The first line of {file} cannot be read: {error}.") from None
    except OSError as error:
        raise UsageError(f"The file {file} cannot be read: {error.strerror or error}.") from None
    return _without_repetitions(content)


def _tail(file: Path, length: int) -> str:
    """The whole lines among the last bytes."""
    with file.open("rb") as opened:
        opened.seek(-length, io.SEEK_END)
        return opened.read().partition(b"\n")[2].decode("utf-8")


def _header(file: Path, format_: CsvFormat, names: Sequence[str]) -> list[CsvColumn | None]:
    """The column of each place in a line, None for one that is not ours."""
    names = [name.strip() for name in names]
    known = {column.name: column for column in format_.columns}
    for name in known:
        if names.count(name) > 1:
            raise UsageError(f"The header of {file} has the column {name} twice.")
    if missing := [column.name for column in format_.columns if column.is_required and column.name not in names]:
        raise UsageError(f"The header of {file} lacks {', '.join(missing)}.")
    return [known.get(name) for name in names]


def _numbered(lines: Any, content: CsvContent) -> Iterator[tuple[int, list[str]]]:
    """Lines with something in them; one that is no CSV at all becomes a bad one, and the next goes on."""
    while True:
        # A quoted value may go over several lines: a row has the number of its first.
        number = lines.line_num + FIRST
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            content.bad.append(BadLine(content.file, number, f"It cannot be read: {error}."))
            continue
        if any(cell.strip() for cell in cells):
            yield number, cells


def _row(header: Sequence[CsvColumn | None], cells: Sequence[str], zone: tzinfo) -> Values | str:
    """The values, or the sentence that says why not."""
    if len(cells) != len(header):
        return f"It has {len(cells)} values and the header {len(header)}."
    values: dict[str, Value] = {}
    for column, cell in zip(header, cells, strict=True):
        if column is None:
            continue
        given = cell.strip()
        if given in NOTHING:
            if column.is_required:
                return f"{column.name} is missing."
            values[column.column] = None
            continue
        try:
            values[column.column] = column.read(given, zone)
        except ValueError as error:
            return f"{column.name} {error}."
    return values


def complete(format_: CsvFormat, values: Values) -> Values | str:
    """With what follows from other columns: a position's name, and what open and closed mean. Or a sentence."""
    full: dict[str, Value] = {column.column: None for column in format_.columns} | dict(values)
    if format_.name == "spreads" and full["is_opportunity"] is None:
        full["is_opportunity"] = False
    if format_.name != "positions":
        return full
    if full["reference"] is None:
        full["reference"] = " ".join(written(full[name]) for name in ("symbol", "direction", "opened_at"))
    is_closed = full["status"] == "CLOSED"
    closed_at, opened_at = full["closed_at"], full["opened_at"]
    if is_closed and closed_at is None:
        return "A position that is CLOSED needs timestamp_close."
    outcome = [name for name in OUTCOME if full[name] is not None]
    if not is_closed and outcome:
        return f"A position that is OPEN cannot have {CSV_NAMES[outcome[0]]}."
    if isinstance(closed_at, datetime) and isinstance(opened_at, datetime) and closed_at < opened_at:
        return "timestamp_close is before timestamp_open."
    return full


#: What a position has only when it is closed.
OUTCOME = ("closed_at", "exit_won_price", "exit_foreign_price", "exit_spread_pct", "pnl_krw", "pnl_pct")
CSV_NAMES = {column.column: column.name for column in POSITIONS.columns}


def key_of(format_: CsvFormat, values: Values) -> tuple[Value, ...]:
    """What makes a row the same row."""
    return tuple(values[name] for name in format_.key)


def _without_repetitions(content: CsvContent) -> CsvContent:
    """One row a key. A log that only grows says a position twice: when it opens, and when it closes."""
    seen: dict[tuple[Value, ...], CsvRow] = {}
    for row in content.rows:
        values = complete(content.format, row.values)
        if isinstance(values, str):
            content.bad.append(BadLine(content.file, row.line, values))
            continue
        key = key_of(content.format, values)
        full = replace(row, values=values)
        before = seen.get(key)
        if before is None or _closes(before.values, values):
            seen[key] = full
        elif before.values == values or _closes(values, before.values):
            content.repeated += 1
        else:
            wrong = next(name for name, value in values.items() if before.values[name] != value)
            what = content.format.what
            sentence = f"It is the same {what} as line {before.line}, which has another {_csv_name(content, wrong)}."
            content.bad.append(BadLine(content.file, row.line, sentence))
    content.rows = list(seen.values())
    content.bad.sort(key=lambda bad: bad.line)
    return content


def _closes(before: Values, after: Values) -> bool:
    """Whether `after` is the closed form of the open position `before`."""
    if before.get("status") != "OPEN" or after.get("status") != "CLOSED":
        return False
    return all(value == after[name] for name, value in before.items() if name not in ("status", *OUTCOME))


def _csv_name(content: CsvContent, column: str) -> str:
    return next(each.name for each in content.format.columns if each.column == column)
