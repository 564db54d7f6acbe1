"""Named columns of a Parquet or CSV file as arrays, with sentences for what cannot be read."""

import csv
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import RecordingError
from engine.venues.tape import milliseconds

#: Times before 1973 in milliseconds are times after 1973 in seconds, written in the wrong unit.
EARLIEST_MS = 100_000_000_000


class Columns(Protocol):
    """A table. `first_row` is the number a person would give to the first row of the data."""

    names: list[str]
    first_row: int

    def times(self) -> npt.NDArray[np.int64]:
        """Column ts as UTC milliseconds."""
        ...

    def numbers(self, name: str, *, may_lack: bool = False) -> npt.NDArray[np.float64]:
        """Doubles; with `may_lack` NaN where a row has no value, which is refused otherwise."""
        ...

    def sides(self, name: str) -> npt.NDArray[np.bool_]:
        """True where the taker sold."""
        ...


def read_columns(path: Path) -> Columns:
    """The table in a file, at least one row. Raises RecordingError."""
    name = path.name.lower()
    if name.endswith((".parquet", ".pq")):
        return _ParquetColumns(path)
    if name.endswith(".csv"):
        return _CsvColumns(path)
    raise RecordingError(say(phrases.RECORDING_KIND, file=str(path)))


class _Named:
    """Finding columns by name, and refusing values by row."""

    names: list[str]
    first_row: int

    def __init__(self, path: Path) -> None:
        self._path = path

    def _index(self, name: str) -> int:
        count = self.names.count(name)
        if count == 0:
            columns = ", ".join(self.names) or "no columns"
            raise RecordingError(say(phrases.RECORDING_COLUMNS, file=str(self._path), column=name, columns=columns))
        if count > 1:
            raise RecordingError(say(phrases.RECORDING_COLUMN_TWICE, file=str(self._path), column=name))
        return self.names.index(name)

    def _not_a_number(self, at: int, name: str, value: object) -> RecordingError:
        return self._refused(phrases.RECORDING_NOT_NUMBER, at, column=name, value=_shown(value))

    def _refused(self, template: str, at: int, **words: str) -> RecordingError:
        return RecordingError(say(template, row=at + self.first_row, file=str(self._path), **words))

    def _as_times(self, values: Sequence[object]) -> npt.NDArray[np.int64]:
        times = np.empty(len(values), np.int64)
        for at, value in enumerate(values):
            try:
                times[at] = _time_ms(value)
            except (ValueError, OverflowError):
                raise self._refused(phrases.RECORDING_NOT_TIME, at, value=_shown(value)) from None
        return times

    def _as_sides(self, values: Sequence[object]) -> npt.NDArray[np.bool_]:
        sold = np.empty(len(values), np.bool_)
        for at, value in enumerate(values):
            word = str(value).strip().lower()
            if word not in ("buy", "sell"):
                raise self._refused(phrases.RECORDING_SIDE, at, value=_shown(value))
            sold[at] = word == "sell"
        return sold


class _ParquetColumns(_Named):
    first_row = 1

    def __init__(self, path: Path) -> None:
        # Loading pyarrow costs a quarter of a second, and most starts of the program read no recording.
        import pyarrow as pa
        from pyarrow import parquet  # for the same reason

        super().__init__(path)
        try:
            self._table: Any = parquet.read_table(str(path), partitioning=None)
        except (pa.ArrowException, OSError, ValueError) as error:
            cause = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
            raise RecordingError(say(phrases.RECORDING_NOT_PARQUET, file=str(path), cause=cause)) from error
        self.names: list[str] = [name.strip().lower() for name in self._table.column_names]
        self._index("ts")
        if self._table.num_rows == 0:
            raise RecordingError(say(phrases.RECORDING_EMPTY, file=str(path)))

    def times(self) -> npt.NDArray[np.int64]:
        column = self._table.column(self._index("ts"))
        if column.null_count == 0 and str(column.type) == "int64":
            times: npt.NDArray[np.int64] = column.to_numpy()
            if bool((times >= EARLIEST_MS).all()):
                return times
        return self._as_times(column.to_pylist())

    def numbers(self, name: str, *, may_lack: bool = False) -> npt.NDArray[np.float64]:
        column = self._table.column(self._index(name))
        if str(column.type) == "double" and column.null_count == 0:
            doubles: npt.NDArray[np.float64] = column.to_numpy()
            return doubles
        values = column.to_pylist()
        numbers = np.empty(len(values))
        for at, value in enumerate(values):
            if value is None and may_lack:
                numbers[at] = math.nan
                continue
            if value is None or isinstance(value, bool | str | bytes | datetime):
                raise self._not_a_number(at, name, value)
            try:
                # A float32 is widened through its own shortest text, so that 0.1 stays 0.1.
                numbers[at] = float(str(np.float32(value))) if str(column.type) == "float" else float(value)
            except (TypeError, ValueError):
                raise self._not_a_number(at, name, value) from None
        return numbers

    def sides(self, name: str) -> npt.NDArray[np.bool_]:
        return self._as_sides(self._table.column(self._index(name)).to_pylist())


class _CsvColumns(_Named):
    #: The header is line 1.
    first_row = 2

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.names: list[str] = []
        try:
            with path.open(newline="", encoding="utf-8-sig") as file:
                self._read(file)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            cause = str(error) or type(error).__name__
            raise RecordingError(say(phrases.RECORDING_UNREADABLE, file=str(path), cause=cause)) from error
        if not self._rows:
            raise RecordingError(say(phrases.RECORDING_EMPTY, file=str(path)))

    def _read(self, file: Any) -> None:
        lines = csv.reader(file)
        self.names = [name.strip().lower() for name in next(lines, [])]
        if not self.names:
            raise RecordingError(say(phrases.RECORDING_EMPTY, file=str(self._path)))
        self._index("ts")
        self._rows: list[list[str]] = []
        for line in lines:
            if not line:
                cause = "the line is empty"
            elif len(line) != len(self.names):
                cause = f"it has {len(line)} fields and the header has {len(self.names)}"
            else:
                self._rows.append(line)
                continue
            raise self._refused(phrases.RECORDING_ROW_BROKEN, len(self._rows), cause=cause)

    def times(self) -> npt.NDArray[np.int64]:
        at = self._index("ts")
        return self._as_times([row[at] for row in self._rows])

    def numbers(self, name: str, *, may_lack: bool = False) -> npt.NDArray[np.float64]:
        column = self._index(name)
        numbers = np.empty(len(self._rows))
        for at, row in enumerate(self._rows):
            if may_lack and not row[column].strip():
                numbers[at] = math.nan
                continue
            try:
                numbers[at] = float(row[column])
            except ValueError:
                raise self._not_a_number(at, name, row[column]) from None
        return numbers

    def sides(self, name: str) -> npt.NDArray[np.bool_]:
        column = self._index(name)
        return self._as_sides([row[column] for row in self._rows])


def _shown(value: object) -> str:
    return "empty" if value is None or value == "" else str(value)


def _time_ms(value: object) -> int:
    """Milliseconds of a number of them, of an instant, or of ISO text (UTC when it names no zone)."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = float(text) if not text.lstrip("-").isdigit() else int(text)
        except ValueError:
            value = datetime.fromisoformat(text)
    if isinstance(value, datetime):
        return milliseconds(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("no time")  # noqa: TRY004 - bad input, not a bug
    if not math.isfinite(value) or value != int(value) or value < EARLIEST_MS:
        raise ValueError("no whole number of milliseconds after 1973")
    return int(value)
