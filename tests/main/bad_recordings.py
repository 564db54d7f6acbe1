"""Files that are no recordings, each bad in one way."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from tests.main.program import candles, recording, write_csv

NAME = "upbit_XRP-KRW_1m"
COLUMNS = ("ts", "open", "high", "low", "close", "volume")


def _rows() -> list[list[float]]:
    return candles([4000.0, 4005.0, 4010.0, 4000.0])


def _changed(row: int, column: str, value: float) -> list[list[float]]:
    rows = _rows()
    rows[row][COLUMNS.index(column)] = value
    return rows


def _parquet(folder: Path, columns: dict[str, list[float]]) -> Path:
    path = folder / f"{NAME}.parquet"
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


def _with_bytes(folder: Path, content: bytes, name: str = f"{NAME}.parquet") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _truncated(folder: Path) -> Path:
    columns = {name: [row[at] for row in _rows()] for at, name in enumerate(COLUMNS)}
    path = _parquet(folder, columns)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def _without_volume(folder: Path) -> Path:
    return _parquet(folder, {name: [row[at] for row in _rows()] for at, name in enumerate(COLUMNS[:-1])})


def _doubled(folder: Path) -> Path:
    rows = _rows()
    return write_csv(folder / f"{NAME}.csv", [rows[0], rows[1], rows[1], rows[2]])


def _unordered(folder: Path) -> Path:
    rows = _rows()
    return write_csv(folder / f"{NAME}.csv", [rows[0], rows[2], rows[1], rows[3]])


def _bad_value(row: int, column: str, value: float) -> Callable[[Path], Path]:
    return lambda folder: write_csv(folder / f"{NAME}.csv", _changed(row, column, value))


#: What is wrong, how the file is made, and words of the sentence beside the file's name.
BAD_RECORDINGS: tuple[tuple[str, Callable[[Path], Path], str], ...] = (
    ("missing", lambda folder: folder / f"{NAME}.parquet", "There is no file"),
    ("a folder", lambda folder: folder, ""),
    ("empty file", lambda folder: _with_bytes(folder, b""), ""),
    ("no Parquet", lambda folder: _with_bytes(folder, b"this is no Parquet file at all"), "Parquet"),
    ("truncated Parquet", _truncated, "Parquet"),
    ("missing column", _without_volume, "volume"),
    ("CSV without columns", lambda folder: write_csv(folder / f"{NAME}.csv", _rows(), ("a",) * 6), "ts"),
    ("CSV without rows", lambda folder: write_csv(folder / f"{NAME}.csv", []), ""),
    ("unordered rows", _unordered, "Row 4 of"),
    ("doubled rows", _doubled, "Row 4 of"),
    ("negative price", _bad_value(1, "low", -1.0), "Row 3 of"),
    ("zero price", _bad_value(1, "low", 0.0), "Row 3 of"),
    ("NaN price", _bad_value(1, "open", float("nan")), "Row 3 of"),
    ("infinite price", _bad_value(1, "high", float("inf")), "Row 3 of"),
    ("high below low", _bad_value(2, "high", 3000.0), "Row 4 of"),
    ("negative volume", _bad_value(2, "volume", -5.0), "Row 4 of"),
    ("name says no market", lambda folder: recording(folder, "prices.csv"), "symbol"),
    ("unknown ending", lambda folder: _with_bytes(folder, b"x", f"{NAME}.doc"), ""),
)
