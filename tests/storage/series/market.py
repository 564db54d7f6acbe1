"""A small market whose views are worked out in plain Python, beside what the database says of it."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.domain.market import Candle, Spread
from storage.database import Database
from storage.market_recorder import PostgresRecorder
from storage.series.layout import ORIGIN, SpreadFrame
from storage.series.views import SPREAD_COLUMNS

MINUTE = timedelta(minutes=1)
Bar = tuple[float, float, float, float, float, float | None, int]
SpreadBucket = tuple[float | int | None, ...]


def minutes(
    since: datetime, count: int, *, venue: str = "upbit", symbol: str = "XRP/KRW", seed: int = 7
) -> list[Candle]:
    """Closed bars of a minute each, some of them missing, with numbers that a double holds exactly."""
    chance = random.Random(seed)
    found = []
    for at in (since + number * MINUTE for number in range(count)):
        if chance.random() < 0.1:
            continue
        low = chance.randrange(4000, 5000) / 8
        high = low + chance.randrange(1, 80) / 8
        first, last = (low + chance.random() * (high - low) for _ in range(2))
        found.append(
            Candle(venue, symbol, 60, at, round(first, 3), high, low, round(last, 3), chance.randrange(0, 4000) / 16,
                   vwap=(low + high) / 2)
        )  # fmt: skip
    return found


def spreads(since: datetime, count: int, *, symbol: str = "XRP", seed: int = 3) -> list[Spread]:
    """A reading every 40 seconds."""
    chance = random.Random(seed)

    def reading(at: datetime) -> Spread:
        premium = Decimal(chance.randrange(-3000, 6000)) / 1000
        back = None if chance.random() < 0.2 else premium + Decimal("0.1")
        return Spread(
            symbol, "upbit", "binance", Decimal(chance.randrange(700, 900)), Decimal("0.57"),
            Decimal(chance.randrange(700, 900)), premium, premium - Decimal("0.25"), premium > 3, at, back,
            None if back is None else -back,
        )  # fmt: skip

    return [reading(since + number * timedelta(seconds=40)) for number in range(count)]


def floor(at: datetime, span: timedelta) -> datetime:
    return ORIGIN + (at - ORIGIN) // span * span


def bars(candles: Iterable[Candle], span: timedelta) -> dict[tuple[str, str, datetime], Bar]:
    """What a view of that span should say."""
    by_bucket: dict[tuple[str, str, datetime], list[Candle]] = {}
    for candle in sorted(candles, key=lambda bar: bar.opened_at):
        by_bucket.setdefault((candle.venue, candle.symbol, floor(candle.opened_at, span)), []).append(candle)
    return {key: _bar(inside) for key, inside in by_bucket.items()}


def _bar(inside: list[Candle]) -> Bar:
    volume = sum(Decimal(repr(bar.volume)) for bar in inside)
    vwap = None
    if volume and all(bar.vwap is not None for bar in inside):
        value = sum(Decimal(repr(bar.vwap)) * Decimal(repr(bar.volume)) for bar in inside)
        # To twelve digits: a quotient has no last one.
        vwap = float(f"{float(value / volume):.12g}")
    return (
        inside[0].open, max(bar.high for bar in inside), min(bar.low for bar in inside), inside[-1].close,
        float(volume), vwap, len(inside),
    )  # fmt: skip


def spread_buckets(readings: Iterable[Spread], frame: SpreadFrame) -> dict[tuple[str, datetime], SpreadBucket]:
    """What a view of spreads should say."""
    by_bucket: dict[tuple[str, datetime], list[Spread]] = {}
    for reading in sorted(readings, key=lambda one: one.at):
        by_bucket.setdefault((reading.symbol, floor(reading.at, frame.span)), []).append(reading)
    return {key: _spread_bucket(inside) for key, inside in by_bucket.items()}


def _spread_bucket(inside: list[Spread]) -> SpreadBucket:
    backs = [one.back_spread_pct for one in inside if one.back_spread_pct is not None]
    nets = [one.back_net_spread_pct for one in inside if one.back_net_spread_pct is not None]
    last = inside[-1]
    return (
        _mean([one.spread_pct for one in inside]), _mean([one.net_spread_pct for one in inside]),
        float(max(one.spread_pct for one in inside)), float(min(one.spread_pct for one in inside)),
        float(max(one.net_spread_pct for one in inside)), float(min(one.net_spread_pct for one in inside)),
        _mean(backs), _mean(nets), float(last.won_price), float(last.foreign_price), float(last.foreign_price_krw),
        sum(one.is_opportunity for one in inside), len(inside),
    )  # fmt: skip


def _mean(values: list[Decimal]) -> float | None:
    # To twelve digits: averages of numbers with a hundred and twenty parts have no last one.
    return float(f"{float(sum(values) / len(values)):.12g}") if values else None


async def write(database: Database, events: Iterable[Any]) -> None:
    """Through the real writer."""
    recorder = PostgresRecorder(database)
    for event in events:
        recorder.record(event)
    await recorder.flush()
    await recorder.close()
    assert (recorder.waiting, recorder.refused_rows, recorder.dropped_quotes) == (0, 0, 0)


async def bars_of(database: Database, view: str) -> dict[tuple[str, str, datetime], Bar]:
    """What a view says."""
    async with database.question() as connection:
        rows = await connection.fetch(
            f"SELECT venue, symbol, timestamp, open_price, high_price, low_price, close_price, volume, vwap, bars "
            f"FROM {view}"
        )
    found: dict[tuple[str, str, datetime], Bar] = {}
    for row in rows:
        vwap = None if row["vwap"] is None else float(f"{row['vwap']:.12g}")
        found[row[0], row[1], row[2]] = (row[3], row[4], row[5], row[6], row[7], vwap, row["bars"])
    assert len(found) == len(rows), "a bucket is there twice"
    return found


async def spread_buckets_of(database: Database, frame: SpreadFrame) -> dict[tuple[str, datetime], SpreadBucket]:
    """What it says."""
    async with database.question() as connection:
        rows = await connection.fetch(f"SELECT symbol, {frame.time}, {SPREAD_COLUMNS} FROM {frame.view}")
    found: dict[tuple[str, datetime], SpreadBucket] = {}
    for row in rows:
        values = [float(f"{one:.12g}") if isinstance(one, float) else one for one in tuple(row)[2:]]
        found[row[0], row[1]] = tuple(values)
    assert len(found) == len(rows), "a bucket is there twice"
    return found


async def now_of(database: Database) -> datetime:
    """The database's clock, at a whole minute."""
    async with database.question() as connection:
        now: datetime = await connection.fetchval("SELECT date_trunc('minute', now())")
    return now.astimezone(UTC)


async def value_of(database: Database, query: str, *arguments: Any) -> Any:
    """One value."""
    async with database.question() as connection:
        return await connection.fetchval(query, *arguments)
