"""Recorded markets as the other traders' acts: order book recordings and candles of the shared data."""

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.support.exchange.amounts import count
from tests.support.exchange.checks import increment_at
from tests.support.exchange.core import Exchange
from tests.support.exchange.flow import Act
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import Side

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("GRIDWRIGHT_DATA", ROOT.parent / "shared" / "data"))
SPOT_BOOK = "l2_trades/binance_spot_BTCUSDT_ws_20240808.jsonl.gz"
PERP_BOOK = "l2_trades/binance_usdm_BTCUSDT_ws_20240808.jsonl.gz"

Levels = Sequence[Sequence[str]]


class RecordedBook:
    """A recording of Binance's depth and trades: what was in the book is in ours, and who took, takes from us too."""

    def __init__(self, exchange: Exchange, symbol: str, file: Path | str = SPOT_BOOK) -> None:
        self._market = exchange.markets[symbol]
        self._symbol = symbol
        self._strangers = Strangers(exchange)
        self._file = FOLDER / file
        self._snapshot_id = 0

    def acts(self) -> Iterator[tuple[int, Act]]:
        """From the snapshot on; what it has already seen is left out."""
        began_ns = 0
        early: list[dict[str, Any]] = []
        with gzip.open(self._file, "rt", encoding="utf-8") as lines:
            for line in lines:
                at, _, text = line.partition(" ")
                told = json.loads(text)
                if "lastUpdateId" in told:
                    began_ns = int(at)
                    self._snapshot_id = told["lastUpdateId"]
                    yield 0, lambda told=told: self._levels(told["bids"], told["asks"])  # type: ignore[misc]
                    for known in early:
                        yield 0, lambda known=known: self._differ(known)  # type: ignore[misc]
                    continue
                data = told.get("data", told)
                if data.get("e") == "depthUpdate":
                    if began_ns == 0:
                        early.append(data)
                        continue
                    yield (int(at) - began_ns) // 1_000_000, lambda data=data: self._differ(data)  # type: ignore[misc]
                elif data.get("e") == "trade" and began_ns:
                    yield (int(at) - began_ns) // 1_000_000, lambda data=data: self._trade(data)  # type: ignore[misc]

    def _differ(self, data: dict[str, Any]) -> None:
        if data["u"] > self._snapshot_id:
            self._levels(data["b"], data["a"])

    def _levels(self, bids: Levels, asks: Levels) -> None:
        """What leaves, leaves first: otherwise strangers of two moments would meet."""
        sides = ((Side.BUY, bids), (Side.SELL, asks))
        rows = [(side, Decimal(level[0]), Decimal(level[1])) for side, levels in sides for level in levels]
        for is_joining in (False, True):
            for side, price, size in rows:
                held = self._strangers.held_at(self._symbol, side, price)
                if (size > held) is is_joining:
                    self._strangers.set_level(self._symbol, side, price, size)

    def _trade(self, data: dict[str, Any]) -> None:
        side = Side.SELL if data["m"] else Side.BUY
        self._strangers.place(self._symbol, side, Decimal(data["p"]), Decimal(data["q"]), rests=False)


class RecordedCandles:
    """Candles as a walk: open, the nearer of high and low, the other, close; `depth` stands at each of some levels.

    `scale` is what prices are multiplied by, for a market that stood elsewhere. Gaps are left out.
    """

    def __init__(
        self, exchange: Exchange, symbol: str, file: Path | str, depth: Decimal, *, scale: Decimal = Decimal(1)
    ) -> None:
        self._market = exchange.markets[symbol]
        self._symbol = symbol
        self._strangers = Strangers(exchange)
        self._file = FOLDER / file
        self._depth = depth
        self.scale = scale

    def first_price(self, first: int = 0) -> Decimal:
        """The open of the candle with this number, as it was recorded."""
        return Decimal(str(self._rows(first, 1)[0]["open"]))

    def acts(self, first: int = 0, candles: int | None = None) -> Iterator[tuple[int, Act]]:
        """From the candle with this number on, so many."""
        rows = self._rows(first, candles)
        steps = [after["ts"] - before["ts"] for before, after in pairwise(rows)]
        span_ms = min(steps, default=60_000)
        for number, row in enumerate(rows):
            for part, price in enumerate(_walk(row["open"], row["high"], row["low"], row["close"])):
                at_ms = number * span_ms + part * span_ms // 4
                yield at_ms, lambda price=price: self._go(price)  # type: ignore[misc]

    def _rows(self, first: int, candles: int | None) -> list[dict[str, Any]]:
        # Heavy, and needed only where a recording is played.
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(self._file, columns=["ts", "open", "high", "low", "close"])
        return list(table.slice(first, candles).to_pylist())

    def _go(self, price: float) -> None:
        value = Decimal(str(price)) * self.scale
        increment = increment_at(self._market.listing, value)
        value = max(value // increment, Decimal(1)) * increment
        if count(value) and self._market.listing.is_trading:
            self._strangers.move_to(self._symbol, value, size=self._depth)


def _walk(opened: float, high: float, low: float, closed: float) -> tuple[float, float, float, float]:
    """The way of a candle."""
    is_low_first = opened - low < high - opened
    return (opened, low, high, closed) if is_low_first else (opened, high, low, closed)
