# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""A pair's spreads as a chart asks for them: a year, a month, a day, an hour, of readings every second.

    python -m tests.bench.bench_spreads [days] [postgresql://...]

Without a URL our own PostgreSQL is started in a temporary folder. The readings of the last `days` are made by the
server, and the upkeep puts their minutes, hours and days together as it does on a desk. Of the year before that there
are minutes, hours and days alone, as on a desk that dropped its readings. Each question is asked `ROUNDS` times on a
warm connection; beside the time on the wall stands what server and client computed for it, which other programs on the
machine do not change.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from engine.domain.premium import Pair
from engine.domain.premium_past import RateSeries, SpreadSeries
from engine.premium_history import MOST_POINTS
from storage.database import Database, connect, migrate
from storage.embedded import EmbeddedPostgres
from storage.premium_history import PostgresPremiumHistory
from storage.series.layout import ORIGIN, SPREAD_FRAMES
from storage.series.upkeep import SeriesUpkeep

PAIR = Pair("upbit", "BTC/KRW", "binance", "BTC/USDT", "USDTKRW")
ROUNDS = 20
DAY = timedelta(days=1)
SLICE_DAYS = 7
#: A slow wave with noise; a premium of a few percent as a market has it.
READINGS = """
    INSERT INTO spreads (symbol, won_venue, foreign_venue, timestamp, won_price, foreign_price, foreign_price_krw,
        spread_pct, net_spread_pct, is_opportunity, back_spread_pct, back_net_spread_pct, size, slippage_pct,
        funding_pct, fx_source, fx_age_s)
    SELECT 'BTC', 'upbit', 'binance', at, 150000000 * (1 + p / 100), 107142.86, 150000000, p, p - 0.25, p > 2.9,
        p + 0.1, -p - 0.35, 0.05, 0.02, 0.01, 'upbit', 0.4
    FROM (SELECT at, sin(extract(epoch FROM at) / 86400) * 2 + random() p
        FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 second', interval '1 second') at) made
"""
RATES = """
    INSERT INTO fx_rates (pair, source, timestamp, rate)
    SELECT 'USDTKRW', 'upbit', at, 1400 + random() FROM generate_series($1::timestamptz,
        $2::timestamptz - interval '1 second', interval '1 second') at
"""


#: Buckets of the time before the first reading.
BEFORE = """
    INSERT INTO spread_rollups (symbol, won_venue, foreign_venue, bucket_s, timestamp, avg_spread_pct,
        avg_net_spread_pct, max_spread_pct, min_spread_pct, max_net_spread_pct, min_net_spread_pct,
        avg_back_spread_pct, avg_back_net_spread_pct, won_price, foreign_price, foreign_price_krw, opportunities,
        readings)
    SELECT 'BTC', 'upbit', 'binance', $3, at, p, p - 0.25, p + 0.5, p - 0.5, p + 0.25, p - 0.75, p + 0.1, -p - 0.35,
        150000000, 107142.86, 150000000, 3, $3
    FROM (SELECT at, sin(extract(epoch FROM at) / 86400) * 2 + random() p FROM generate_series(
        date_bin(make_interval(secs => $3), $1, $4), $2, make_interval(secs => $3)) at) made
    ON CONFLICT DO NOTHING
"""
YEAR_DAYS = 365


async def fill(database: Database, days: int, end: datetime) -> None:
    """Readings and rates of every second up to `end`."""
    begin = time.perf_counter()
    upkeep = SeriesUpkeep(database, {"spreads": 0, "fx_rates": 0})
    async with database.question() as connection:
        for at in range(days, 0, -SLICE_DAYS):
            span = (end - at * DAY, end - max(0, at - SLICE_DAYS) * DAY)
            for statement in (READINGS, RATES):
                await connection.execute(statement, *span, timeout=3600)
    print(f"{days * 86_400:,} readings and as many rates written in {time.perf_counter() - begin:.0f} s", flush=True)
    begin = time.perf_counter()
    # Rows of the past wait without a part; sixty parts are made in one run.
    report = await upkeep.run_once()
    for _ in range(2):
        report = await upkeep.run_once()
    print(f"put together in {time.perf_counter() - begin:.0f} s: {report}", flush=True)
    async with database.question() as connection:
        for frame in SPREAD_FRAMES:
            span = (end - YEAR_DAYS * DAY, end - (days + 1) * DAY)
            await connection.execute(BEFORE, *span, frame.bucket_s, ORIGIN, timeout=3600)
        await connection.execute("ANALYZE spreads, spread_rollups, fx_rates", timeout=3600)


def computed_s(pid: int) -> float:
    """The processor time that the server's process and ours used so far."""
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(int(ticks) for ticks in spent) / os.sysconf("SC_CLK_TCK") + time.process_time()


async def ask(name: str, pid: int, question: Callable[[], Awaitable[SpreadSeries | RateSeries]]) -> None:
    """Ask, and print what it took."""
    found = await question()
    took = []
    before_s = computed_s(pid)
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        await question()
        took.append((time.perf_counter() - begin) * 1000)
    computed_ms = (computed_s(pid) - before_s) * 1000 / ROUNDS
    print(
        f"{name:<22}{len(found):>8,}{found.step_s:>8,} s{statistics.median(took):>8.1f} ms{max(took):>8.1f} ms"
        f"{computed_ms:>8.1f} ms",
        flush=True,
    )


async def run(url: str, days: int) -> None:
    await migrate(url)
    database = await connect(url, statement_timeout_s=3600, pool_size=1)
    async with database.question() as connection:
        end: datetime = await connection.fetchval("SELECT date_trunc('second', now())")
    await fill(database, days, end)
    history = PostgresPremiumHistory(database)
    async with database.question() as connection:
        pid: int = await connection.fetchval("SELECT pg_backend_pid()")
    print(f"{'asked':<22}{'places':>8}{'step':>10}{'median':>11}{'worst':>11}{'computed':>11}")
    for name, since, until in (
        ("an hour", end - timedelta(hours=1), end),
        ("an hour long ago", end - days * DAY / 2, end - days * DAY / 2 + timedelta(hours=1)),
        ("six hours", end - timedelta(hours=6), end),
        ("a day", end - DAY, end),
        ("a week", end - 7 * DAY, end),
        ("thirty days", end - 30 * DAY, end),
        ("a year", end - YEAR_DAYS * DAY, end),
        ("all there is", None, None),
    ):
        await ask(name, pid, partial(history.spreads, PAIR, since, until, MOST_POINTS))
    for name, start in (("rates of an hour", end - timedelta(hours=1)), (f"rates of {days} days", None)):
        await ask(name, pid, partial(history.fx_rates, "USDTKRW", "upbit", start, None, MOST_POINTS))
    begin = time.perf_counter()
    stretches = await history.opportunities(PAIR, end - DAY, end, 500)
    print(f"{'stretches of a day':<22}{len(stretches):>8,}{'':>9}{(time.perf_counter() - begin) * 1000:>7.1f} ms")
    await database.close()


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    if len(sys.argv) > 2:
        asyncio.run(run(sys.argv[2], days))
        return
    with tempfile.TemporaryDirectory() as place, EmbeddedPostgres(Path(place) / "pg") as server:
        asyncio.run(run(server.start(), days))


if __name__ == "__main__":
    main()
