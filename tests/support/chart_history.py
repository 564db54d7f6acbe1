"""A history that lives in memory, for charts: pages as the port says, and a record of what was asked."""

import math
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from engine.domain.market import Candle
from engine.domain.messages import DecisionLogged, EquitySampled, FillRecorded
from engine.domain.order import Order

MOST_ROWS = 2000
MINUTE = timedelta(minutes=1)


class ChartHistory:
    """Implements engine.ports.History. `asked` lists the pages of candles as (before, limit)."""

    def __init__(
        self,
        candles: Sequence[Candle] = (),
        fills: Sequence[FillRecorded] = (),
        samples: Sequence[EquitySampled] = (),
        error: Exception | None = None,
    ) -> None:
        self.stored = list(candles)
        self._fills = list(fills)
        self._samples = list(samples)
        self._error = error
        self.asked: list[tuple[datetime | None, int]] = []

    async def candles(
        self, venue: str, symbol: str, timeframe_s: int, before: datetime | None, limit: int
    ) -> list[Candle]:
        assert 0 < limit <= MOST_ROWS
        self.asked.append((before, limit))
        if self._error is not None:
            raise self._error
        found = [
            candle
            for candle in self.stored
            if (candle.venue, candle.symbol, candle.timeframe_s) == (venue, symbol, timeframe_s)
            and (before is None or candle.opened_at < before)
        ]
        return found[-limit:]

    async def fills(self, bot_id: str | None, before: datetime | None, limit: int) -> list[FillRecorded]:
        assert 0 < limit <= MOST_ROWS
        found = [
            recorded
            for recorded in self._fills
            if bot_id in (None, recorded.order.bot_id) and (before is None or recorded.fill.at < before)
        ]
        return sorted(found, key=lambda recorded: recorded.fill.at, reverse=True)[:limit]

    async def orders(self, bot_id: str | None, before: datetime | None, limit: int) -> list[Order]:
        return []

    async def equity(self, bot_id: str, account_id: str, since: datetime | None, limit: int) -> list[EquitySampled]:
        assert 0 < limit <= MOST_ROWS
        found = [
            sample
            for sample in self._samples
            if sample.bot_id == bot_id
            and (bot_id or sample.account_id == account_id)
            and (since is None or sample.at >= since)
        ]
        stride = math.ceil(len(found) / limit) if found else 1
        return found[::stride]

    async def log(self, bot_id: str | None, before: datetime | None, limit: int) -> list[DecisionLogged]:
        return []


def wandering_candles(
    venue: str, symbol: str, count: int, end: datetime, last: float = 812.0, timeframe_s: int = 60
) -> list[Candle]:
    """Candles that wander on several scales of time and close at `last`, the newest opening before `end`."""

    def wave(step: int) -> float:
        slow = 0.04 * math.sin(step / 4000) + 0.02 * math.sin(step / 370)
        return last * (1 + slow + 0.004 * math.sin(step / 29) + 0.0016 * math.cos(step * 1.7))

    shift = last - wave(0)
    return [
        Candle(
            venue,
            symbol,
            timeframe_s,
            end - timedelta(seconds=timeframe_s * back),
            wave(-back) + shift,
            max(wave(-back), wave(1 - back)) * 1.0007 + shift,
            min(wave(-back), wave(1 - back)) * 0.9993 + shift,
            wave(1 - back) + shift,
            1000 + 900 * math.sin(back / 7) ** 2,
        )
        for back in range(count, 0, -1)
    ]


def data_folder() -> Path | None:
    """Where recorded market data lies, or None."""
    told = os.environ.get("GRIDWRIGHT_DATA")
    folder = Path(told) if told else Path(__file__).resolve().parents[3] / "shared" / "data"
    return folder if (folder / "candles").is_dir() else None


def recorded_candles(name: str, venue: str, symbol: str, count: int) -> list[Candle]:
    """The last candles of a recorded file "candles/<name>.parquet" (minutes); empty when there is no such file."""
    folder = data_folder()
    file = folder / "candles" / f"{name}.parquet" if folder is not None else None
    if file is None or not file.exists():
        return []
    table = pq.read_table(file).slice(max(0, pq.read_metadata(file).num_rows - count)).to_pydict()
    rows = zip(*(table[key] for key in ("ts", "open", "high", "low", "close", "volume")), strict=True)
    return [
        Candle(venue, symbol, 60, datetime.fromtimestamp(ts / 1000, UTC), open_, high, low, close, volume)
        for ts, open_, high, low, close, volume in rows
    ]
