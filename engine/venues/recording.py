"""Recorded markets: candles, or trades and quotes, checked strictly before anybody trades on them.

Rows are kept as arrays of doubles and become Decimals one at a time, when the market reaches them.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.domain import phrases
from engine.domain.order import Side
from engine.domain.sentences import Argument, say
from engine.errors import RecordingError
from engine.venues.recording_columns import Columns, read_columns
from engine.venues.recording_name import timeframe_of
from engine.venues.recording_stream import QUOTE, read_stream
from engine.venues.tape import Print, TopOfBook

Doubles = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

#: The number that a person gives to the n-th row, counted from 0.
RowOf = Callable[[int], int]

PRICE_COLUMNS = ("open", "high", "low", "close")
CANDLE_COLUMNS = (*PRICE_COLUMNS, "volume")
QUOTE_COLUMNS = ("bid", "ask", "bid_qty", "ask_qty")
TRADE_COLUMNS = ("price", "qty", "side")


@dataclass(frozen=True, slots=True)
class CandleRecording:
    """Candles in order of their open times `ts` (UTC ms). `volume` is as the file has it, base or quote."""

    timeframe_s: int
    ts: Whole
    open: Doubles
    high: Doubles
    low: Doubles
    close: Doubles
    volume: Doubles

    def __len__(self) -> int:
        return len(self.ts)

    def opened_at_ms(self, at: int) -> int:
        return int(self.ts[at])

    def row(self, at: int) -> tuple[int, float, float, float, float, float]:
        """(ts, open, high, low, close, volume) of one candle."""
        return (
            self.ts.item(at), self.open.item(at), self.high.item(at), self.low.item(at), self.close.item(at),
            self.volume.item(at),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventRecording:
    """Quotes and prints in the order in which they were received.

    `kind` is QUOTE, or BOUGHT or SOLD for a print by its taker. `values` has four columns: bid, ask, bid quantity, ask
    quantity of a quote; price and quantity of a print.
    """

    ts: Whole
    kind: npt.NDArray[np.int8]
    values: Doubles
    has_quotes: bool

    def __len__(self) -> int:
        return len(self.ts)

    def event(self, at: int) -> TopOfBook | Print:
        """One event, its numbers as the shortest decimals that give the recorded doubles."""
        at_ms, kind = self.ts.item(at), self.kind.item(at)
        numbers = tuple(Decimal(repr(number)) for number in self.values[at].tolist())
        if kind == QUOTE:
            return TopOfBook(at_ms, *numbers)
        return Print(at_ms, numbers[0], numbers[1], Side.SELL if kind == 2 else Side.BUY)


Recording = CandleRecording | EventRecording


def read_recording(path: Path) -> Recording:
    """A recorded market from a file. Raises RecordingError naming the file, the row and the cause."""
    if not path.is_file():
        raise RecordingError(say(phrases.RECORDING_MISSING, file=str(path)))
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        stream = read_stream(path)
        return _events(path, stream.ts, stream.kind, stream.values, lambda at: stream.line.item(at))
    columns = read_columns(path)
    if "price" in columns.names:
        return _trades(path, columns)
    if "bid" in columns.names:
        return _quotes(path, columns)
    return _candles(path, columns)


def digest_of(path: Path) -> str:
    """The SHA-256 of the file's content. Raises RecordingError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise RecordingError(say(phrases.RECORDING_MISSING, file=str(path))) from None
    except OSError as error:
        cause = error.strerror or "OSError"
        raise RecordingError(say(phrases.RECORDING_UNREADABLE, file=str(path), cause=cause)) from error


def _candles(path: Path, columns: Columns) -> CandleRecording:
    rows = {name: columns.numbers(name) for name in CANDLE_COLUMNS}
    check = _Check(path, _counted_from(columns.first_row))
    for name in PRICE_COLUMNS:
        check.positive(name, rows[name])
    check.not_negative("volume", rows["volume"])
    high, low = rows["high"], rows["low"]
    check.first(
        high < low,
        phrases.RECORDING_HIGH_BELOW_LOW,
        lambda at: {"high": _shown(high[at]), "low": _shown(low[at])},
    )
    for name in ("open", "close"):
        check.within(name, rows[name], low, high)
    ts = columns.times()
    check.ascending(ts, strictly=True)
    return CandleRecording(_timeframe_s(path, ts), ts, rows["open"], high, low, rows["close"], rows["volume"])


def _timeframe_s(path: Path, ts: Whole) -> int:
    """Seconds a candle lasts: what the file name says, unless rows are closer together than that."""
    named = timeframe_of(path)
    closest = int(np.diff(ts).min()) // 1000 if len(ts) > 1 else 0
    if named and (not closest or named <= closest):
        return named
    return max(closest, 1) if closest else 60


def _trades(path: Path, columns: Columns) -> EventRecording:
    price, quantity, is_sell = columns.numbers("price"), columns.numbers("qty"), columns.sides("side")
    values = np.zeros((len(price), 4))
    values[:, 0], values[:, 1] = price, quantity
    kind = np.where(is_sell, np.int8(2), np.int8(1)).astype(np.int8)
    return _events(path, columns.times(), kind, values, _counted_from(columns.first_row))


def _quotes(path: Path, columns: Columns) -> EventRecording:
    values = np.column_stack([columns.numbers(name) for name in QUOTE_COLUMNS])
    kind = np.full(len(values), QUOTE, np.int8)
    return _events(path, columns.times(), kind, values, _counted_from(columns.first_row))


def _events(path: Path, ts: Whole, kind: npt.NDArray[np.int8], values: Doubles, row_of: RowOf) -> EventRecording:
    check = _Check(path, row_of)
    quotes = kind == QUOTE
    for at, name in enumerate(QUOTE_COLUMNS[:2]):
        check.positive(name, np.where(quotes, values[:, at], 1.0))
    for at, name in enumerate(QUOTE_COLUMNS[2:], start=2):
        check.not_negative(name, np.where(quotes, values[:, at], 0.0))
    for at, name in enumerate(TRADE_COLUMNS[:2]):
        check.positive(name, np.where(quotes, 1.0, values[:, at]))
    check.first(
        quotes & (values[:, 0] > values[:, 1]),
        phrases.RECORDING_CROSSED,
        lambda at: {"bid": _shown(values[at, 0]), "ask": _shown(values[at, 1])},
    )
    check.ascending(ts, strictly=False)
    return EventRecording(ts, kind, values, bool(quotes.any()))


def _counted_from(first_row: int) -> RowOf:
    """Row numbers as a person counts them in this kind of file."""
    return lambda at: at + first_row


class _Check:
    """Finds the first row that breaks a rule and says so."""

    def __init__(self, path: Path, row_of: RowOf) -> None:
        self._path = path
        self._row_of = row_of

    def first(self, is_bad: npt.NDArray[np.bool_], template: str, words: Callable[[int], dict[str, Argument]]) -> None:
        """Raise RecordingError for the first row that is bad, with what `words` says about it."""
        if not is_bad.any():
            return
        at = int(is_bad.argmax())
        raise RecordingError(say(template, row=self._row_of(at), file=str(self._path), **words(at)))

    def positive(self, name: str, numbers: Doubles) -> None:
        """Every number is finite and above 0."""
        self._finite(name, numbers)
        self.first(
            numbers <= 0,
            phrases.RECORDING_NOT_POSITIVE,
            lambda at: {"column": name, "value": _shown(numbers[at])},
        )

    def not_negative(self, name: str, numbers: Doubles) -> None:
        """Every number is finite and not below 0."""
        self._finite(name, numbers)
        self.first(
            numbers < 0, phrases.RECORDING_NEGATIVE, lambda at: {"column": name, "value": _shown(numbers[at])}
        )  # fmt: skip

    def within(self, name: str, numbers: Doubles, low: Doubles, high: Doubles) -> None:
        """Every number lies between the row's low and high."""
        self.first(
            (numbers < low) | (numbers > high),
            phrases.RECORDING_OUTSIDE,
            lambda at: {"column": name, "value": _shown(numbers[at]), "low": _shown(low[at]), "high": _shown(high[at])},
        )

    def ascending(self, ts: Whole, *, strictly: bool) -> None:
        """Times never go back; with `strictly` no two are equal."""
        step = np.diff(ts, prepend=ts[:1] - 1)
        self.first(step < 0, phrases.RECORDING_UNORDERED, lambda _: {})
        if strictly:
            self.first(step == 0, phrases.RECORDING_DOUBLED, lambda _: {})

    def _finite(self, name: str, numbers: Doubles) -> None:
        self.first(
            ~np.isfinite(numbers),
            phrases.RECORDING_NOT_NUMBER,
            lambda at: {"column": name, "value": _shown(numbers[at])},
        )


def _shown(number: np.float64) -> str:
    return repr(float(number))
