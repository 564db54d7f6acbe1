"""Recorded exchange streams: one line is the receive time in nanoseconds and the JSON that came in (Binance's form).

Best bid and ask (bookTicker) and trades are used; book changes are skipped. Prices are the venue's own text.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import RecordingError

QUOTE, BOUGHT, SOLD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Stream:
    """All quotes and prints: `ts` in ms, `kind` QUOTE, BOUGHT or SOLD, four `values`, and the `line` each stood on."""

    ts: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int8]
    values: npt.NDArray[np.float64]
    line: npt.NDArray[np.int64]


def read_stream(path: Path) -> Stream:
    """The stream in a file. Raises RecordingError."""
    lines: list[int] = []
    times: list[int] = []
    kinds: list[int] = []
    values: list[tuple[float, float, float, float]] = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            event = _event(line)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            cause = f"{type(error).__name__}: {error}".replace("\n", " ")
            raise RecordingError(
                say(phrases.RECORDING_ROW_BROKEN, row=number, file=str(path), cause=cause)
            ) from error  # fmt: skip
        if event is not None:
            lines.append(number)
            times.append(event[0])
            kinds.append(event[1])
            values.append(event[2])
    if not times:
        raise RecordingError(say(phrases.RECORDING_EMPTY, file=str(path)))
    return Stream(
        np.array(times, np.int64), np.array(kinds, np.int8), np.array(values, np.float64), np.array(lines, np.int64)
    )


def _lines(path: Path) -> Iterator[str]:
    try:
        if path.name.endswith(".gz"):
            with gzip.open(path, "rt", encoding="utf-8") as file:
                yield from file
        else:
            with path.open(encoding="utf-8") as file:
                yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        # A cut gzip file ends with EOFError.
        cause = str(error) or type(error).__name__
        raise RecordingError(say(phrases.RECORDING_UNREADABLE, file=str(path), cause=cause)) from error


def _event(line: str) -> tuple[int, int, tuple[float, float, float, float]] | None:
    received, _, text = line.partition(" ")
    received_ms = int(received) // 1_000_000
    message: Any = json.loads(text)
    stream = str(message.get("stream", ""))
    if stream.endswith("@bookTicker"):
        told = message["data"]
        return received_ms, QUOTE, (float(told["b"]), float(told["a"]), float(told["B"]), float(told["A"]))
    if stream.endswith(("@trade", "@aggTrade")):
        told = message["data"]
        if told.get("X", "MARKET") != "MARKET":
            # Insurance fund and liquidation bookings of the futures market are no trades against the book.
            return None
        # "m": the buyer was the maker, so the taker sold.
        return received_ms, SOLD if told["m"] else BOUGHT, (float(told["p"]), float(told["q"]), 0.0, 0.0)
    return None
