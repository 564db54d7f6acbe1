"""Order book frames of the exchanges' public streams: one frame in, whose book it is and what it says out. Pure.

Levels stay as the exchange wrote them, because most frames are replaced by the next before anybody looks. `decoded`
makes decimals of them. Readers raise an error of `STRANGE` for a frame that is not what it should be.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from engine.venues.wire import number

#: What a frame that is not what it should be makes of its reader.
STRANGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
Row = Any
Level = tuple[Decimal, Decimal]


class BookWord(NamedTuple):
    """`sequence` grows from frame to frame of a market, `told_ms` is the exchange's own time, None where it tells none.

    A frame with `follows` holds only what differs from the frame of that sequence, the others are the whole book.
    """

    market_id: str
    bids: Sequence[Row]
    asks: Sequence[Row]
    sequence: int
    told_ms: int | None
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class FundingWord:
    """What longs pay shorts each `interval_h` hours, as a fraction of the position."""

    market_id: str
    rate: Decimal
    interval_h: Decimal


@dataclass(frozen=True, slots=True)
class RefusedWord:
    """A subscription that was refused; `market_id` "" where the exchange does not say which."""

    market_id: str
    text: str


Word = BookWord | FundingWord | RefusedWord
Reader = Callable[[Mapping[str, Any]], Word | None]


def read_binance(frame: Mapping[str, Any]) -> Word | None:
    """Combined streams of partial depth. Spot tells neither time nor symbol, so the name of the stream says which."""
    told = frame.get("data")
    if told is None:
        error = frame.get("error")
        return None if error is None else RefusedWord("", _short(error))
    name = frame["stream"]
    market_id = name[: name.index("@")].upper()
    if "lastUpdateId" in told:
        return BookWord(market_id, told["bids"], told["asks"], told["lastUpdateId"], None)
    return BookWord(market_id, told["b"], told["a"], told["u"], told["E"])


def read_korean(frame: Mapping[str, Any]) -> Word | None:
    """`orderbook` of Upbit, and of Bithumb, which took Upbit's form over. Bids and asks stand in the same rows."""
    if frame.get("type") == "orderbook":
        units, at_ms = frame["orderbook_units"], frame["timestamp"]
        return BookWord(frame["code"], units, units, at_ms, at_ms)
    error = frame.get("error")
    return None if error is None else RefusedWord("", _short(error))


def read_okx(frame: Mapping[str, Any]) -> Word | None:
    """`books`, a snapshot and what differs from it, and `funding-rate`."""
    about = frame.get("arg")
    if frame.get("event") == "error":
        return RefusedWord(_named_by_okx(str(frame.get("msg", ""))), _short(frame.get("msg")))
    told = frame.get("data")
    if not about or not told:
        return None
    channel = about["channel"]
    newest = told[-1]
    if channel == "books":
        follows = None if frame["action"] == "snapshot" else int(newest["prevSeqId"])
        return BookWord(
            about["instId"], newest["bids"], newest["asks"], int(newest["seqId"]), int(newest["ts"]), follows
        )  # fmt: skip
    if channel == "funding-rate":
        hours = Decimal(int(newest["nextFundingTime"]) - int(newest["fundingTime"])) / 3_600_000
        return FundingWord(about["instId"], number(newest["fundingRate"]), hours) if hours > 0 else None
    return None


def read_bitget(frame: Mapping[str, Any]) -> Word | None:
    """`books15`, always whole."""
    about = frame.get("arg")
    if frame.get("event") == "error":
        return RefusedWord(str((about or {}).get("instId", "")), _short(frame.get("msg")))
    told = frame.get("data")
    if not about or not told or about["channel"] != "books15":
        return None
    newest = told[-1]
    at_ms = int(newest["ts"])
    return BookWord(about["instId"], newest["bids"], newest["asks"], int(newest.get("seq") or at_ms), at_ms)


def pairs(rows: Sequence[Row]) -> Iterator[Level]:
    """Levels written as [price, size, ...]."""
    for row in rows:
        yield number(row[0]), number(row[1])


def korean_bids(rows: Sequence[Row]) -> Iterator[Level]:
    for row in rows:
        yield number(row["bid_price"]), number(row["bid_size"])


def korean_asks(rows: Sequence[Row]) -> Iterator[Level]:
    for row in rows:
        yield number(row["ask_price"]), number(row["ask_size"])


def _short(said: object) -> str:
    return " ".join(str(said).split())[:200]


def _named_by_okx(text: str) -> str:
    """OKX names what it refuses in its sentence: "channel:books,instId:ABC-USDT doesn't exist"."""
    _, mark, rest = text.partition("instId:")
    return rest.split()[0].rstrip(",") if mark and rest.split() else ""
