"""Recorded order books of Binance's form: one REST snapshot among the diffs of a stream, checked to have no hole."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import RecordingError

Rows = tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class DepthChange:
    """Levels as they are from `at_ms` (received, UTC ms) on: (price, quantity), quantity 0 for one that is gone."""

    at_ms: int
    bids: Rows
    asks: Rows


@dataclass(frozen=True, slots=True)
class _Diff:
    at_ms: int
    first_id: int
    last_id: int
    previous_id: int | None
    bids: Rows
    asks: Rows


def read_depth(path: Path) -> list[DepthChange]:
    """The snapshot and every change after it, oldest first. Raises RecordingError, also where an update is missing."""
    diffs: list[_Diff] = []
    snapshot: tuple[int, int, Rows, Rows] | None = None
    for number, line in enumerate(_lines(path), start=1):
        try:
            received, _, text = line.partition(" ")
            if '"depthUpdate"' in text:
                diffs.append(_diff(int(received) // 1_000_000, json.loads(text)["data"]))
            elif snapshot is None and '"lastUpdateId"' in text:
                told = json.loads(text)
                at_ms = int(received) // 1_000_000
                snapshot = (at_ms, int(told["lastUpdateId"]), _rows(told["bids"]), _rows(told["asks"]))
        except (ValueError, LookupError, TypeError, ArithmeticError) as error:
            cause = f"{type(error).__name__}: {error}".replace("\n", " ")
            raise RecordingError(
                say(phrases.RECORDING_ROW_BROKEN, row=number, file=str(path), cause=cause)
            ) from error  # fmt: skip
    if snapshot is None:
        raise RecordingError(f"The file {path} has no snapshot of an order book, so its changes cannot be placed.")
    return _joined(path, snapshot, diffs)


def _joined(path: Path, snapshot: tuple[int, int, Rows, Rows], diffs: list[_Diff]) -> list[DepthChange]:
    """The rule of the exchange: changes up to the snapshot's number are in it, the next one must follow on."""
    at_ms, last_id, bids, asks = snapshot
    changes = [DepthChange(at_ms, bids, asks)]
    is_first = True
    for diff in diffs:
        if diff.last_id <= last_id:
            continue
        follows = diff.first_id <= last_id + 1 if is_first or diff.previous_id is None else diff.previous_id == last_id
        if not follows:
            raise RecordingError(f"The file {path} lacks changes of the order book after number {last_id}.")
        is_first, last_id = False, diff.last_id
        # What came before the snapshot and is not in it yet counts from the snapshot on.
        changes.append(DepthChange(max(diff.at_ms, at_ms), diff.bids, diff.asks))
    return changes


def _diff(at_ms: int, told: dict[str, Any]) -> _Diff:
    previous = told.get("pu")
    return _Diff(
        at_ms, int(told["U"]), int(told["u"]), None if previous is None else int(previous), _rows(told["b"]),
        _rows(told["a"]),
    )  # fmt: skip


def _rows(levels: list[list[str]]) -> Rows:
    return tuple((Decimal(price), Decimal(quantity)) for price, quantity in levels)


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise RecordingError(say(phrases.RECORDING_MISSING, file=str(path)))
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if path.name.endswith(".gz")
            else path.open(encoding="utf-8") as file
        ):
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        cause = str(error) or type(error).__name__
        raise RecordingError(say(phrases.RECORDING_UNREADABLE, file=str(path), cause=cause)) from error
