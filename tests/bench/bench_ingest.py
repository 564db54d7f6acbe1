# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""Market data through the real writer, next to a bare COPY of the same rows into the same kind of table.

    python -m tests.bench.bench_ingest [postgresql://...]

All candle files, order books, prints, exchange rates, premiums and funding rates of the shared market data (folder
GRIDWRIGHT_DATA, else ../shared/data). Without a URL our own PostgreSQL is started in a temporary folder, durable: every
batch waits for the disk. Both ways write the same rows in batches of the same size into tables that are parted, keyed
and indexed alike; the writer's also carry the notes for the roll-up. They take turns, each into emptied tables, and the
median of the ratios counts. The last column is one single COPY of everything, the most the server can do.
"""

import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from engine.domain.market import Recorded
from engine.domain.money import install_decimal_context
from storage.database import Database, connect, migrate
from storage.embedded import EmbeddedPostgres
from storage.market_recorder import BATCH, PostgresRecorder
from storage.recording.targets import (
    CANDLES,
    FUNDING_RATES,
    FX_RATES,
    ORDERBOOKS,
    SPREADS,
    TRANSACTIONS,
    Target,
)
from storage.series.layout import BY_NAME, PARTS
from tests.bench.shared_market import books, candles, data_folder, funding, premiums, prints, rates

ROUNDS = 5
#: Events handed over between two looks at the writer, as a feed hands them over.
CHUNK = 2_000
#: Rows that wait at most while a bulk load runs; a feed never comes near.
MOST_WAITING = 4 * BATCH


async def raw(database: Database, target: Target, rows: Sequence[tuple[Any, ...]], batch: int) -> float:
    """Rows a second of a bare COPY of rows that are there already."""
    begin = time.perf_counter()
    async with database.question() as connection:
        for start in range(0, len(rows), batch):
            await connection.copy_records_to_table(
                f"raw_{target.table}", records=rows[start : start + batch], columns=target.names
            )
    return len(rows) / (time.perf_counter() - begin)


async def written(database: Database, events: Sequence[Recorded]) -> float:
    """Rows a second of the writer, from the first event handed over to the last row written."""
    recorder = PostgresRecorder(database, write_every_s=0.001, most_books=len(events))
    recorder.start()
    begin = time.perf_counter()
    for start in range(0, len(events), CHUNK):
        for event in events[start : start + CHUNK]:
            recorder.record(event)
        while True:
            await asyncio.sleep(0)
            if recorder.waiting < MOST_WAITING:
                break
            await asyncio.sleep(0.01)
    await recorder.close()
    took = time.perf_counter() - begin
    assert (recorder.waiting, recorder.dropped_quotes, recorder.refused_rows) == (0, 0, 0)
    return len(events) / took


async def prepare(database: Database, target: Target, events: Sequence[Recorded]) -> None:
    """Two tables alike, with the parts that these rows need."""
    series = BY_NAME[target.table]
    at = target.names.index("timestamp")
    starts = sorted({series.part_start(cast(datetime, row[at])) for row in target.rows(events)})
    async with database.question() as connection:
        await connection.execute(
            f"CREATE TABLE raw_{target.table} (LIKE {target.table} INCLUDING ALL) PARTITION BY RANGE (timestamp)"
        )
        for start in starts:
            for table in (target.table, f"raw_{target.table}"):
                await connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {PARTS}.{table}_{start:%Y%m%d} PARTITION OF {table} "
                    f"FOR VALUES FROM ('{start.isoformat()}') TO ('{(start + series.step).isoformat()}')"
                )


async def empty(database: Database, table: str) -> None:
    async with database.question() as connection:
        await connection.execute(f"TRUNCATE {table}")
        await connection.execute("TRUNCATE rollup_changes")


async def measure(database: Database, name: str, target: Target, events: Sequence[Recorded]) -> None:
    """Print one line."""
    await prepare(database, target, events)
    rows = list(target.rows(events))
    gc.collect()
    gc.freeze()
    ratios, ours, theirs, singles = [], [], [], []
    async with database.question() as connection:
        await connection.execute("CHECKPOINT")
    for turn in range(ROUNDS):
        order = ("ours", "theirs") if turn % 2 else ("theirs", "ours")
        for who in order:
            if who == "ours":
                await empty(database, target.table)
                ours.append(await written(database, events))
            else:
                await empty(database, f"raw_{target.table}")
                theirs.append(await raw(database, target, rows, BATCH))
        ratios.append(ours[-1] / theirs[-1])
    await empty(database, f"raw_{target.table}")
    singles.append(await raw(database, target, rows, len(rows)))
    async with database.question() as connection:
        counts = [await connection.fetchval(f"SELECT count(*) FROM {target.table}")]
        await connection.execute(f"TRUNCATE {target.table}")
        await connection.execute(f"DROP TABLE raw_{target.table}")
    assert counts == [len(rows)], (counts, len(rows))
    print(
        f"{name:<22}{len(rows):>10,}{statistics.median(ours):>14,.0f}{statistics.median(theirs):>14,.0f}"
        f"{statistics.median(ratios):>8.2f}   {min(ratios):.2f} to {max(ratios):.2f}{singles[0]:>14,.0f}"
    )


async def run(url: str, folder: Path) -> None:
    await migrate(url)
    database = await connect(url, statement_timeout_s=600)
    print(f"{'':<22}{'rows':>10}{'writer /s':>14}{'COPY /s':>14}{'ratio':>8}   {'of rounds':<12}{'one COPY /s':>14}")
    loads: Iterable[tuple[str, Target, Sequence[Recorded]]] = (
        ("candles", CANDLES, candles(folder)),
        ("spreads (premium)", SPREADS, premiums(folder)),
        ("exchange rates", FX_RATES, rates(folder)),
        ("funding rates", FUNDING_RATES, funding(folder)),
        ("prints", TRANSACTIONS, prints(folder)),
        ("order books", ORDERBOOKS, books(folder)),
    )
    try:
        for name, target, events in loads:
            await measure(database, name, target, events)
    finally:
        await database.close()


def main() -> None:
    install_decimal_context()
    folder = data_folder()
    if folder is None:
        print("The shared market data is not here; GRIDWRIGHT_DATA names its folder.")
        return
    if len(sys.argv) > 1:
        asyncio.run(run(sys.argv[1], folder))
        return
    with tempfile.TemporaryDirectory() as place, EmbeddedPostgres(Path(place) / "pg", durable=True) as server:
        asyncio.run(run(server.start(), folder))


if __name__ == "__main__":
    main()
