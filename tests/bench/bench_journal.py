# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""Journal commits a second, next to a bare INSERT and COMMIT of one row on the same server in the same run.

    python -m tests.bench.bench_journal [seconds a round] [postgresql://...]

The batch is what the kernel writes when a rung's buy fills: one fill, three money entries, the rung, the bot, the
filled order and the intent of its counter order. Without a URL our own PostgreSQL is started in a temporary folder,
durable: every commit waits for the disk. The rounds take turns, so that a noisy machine disturbs both alike.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from engine.domain.messages import BotRecorded, OrderRecorded, Record, RungRecorded
from engine.domain.money import install_decimal_context
from engine.domain.order import OrderState, Side
from storage.database import Database, connect, migrate
from storage.embedded import EmbeddedPostgres
from storage.journal import PostgresJournal
from tests.storage.builders import BOT, DESK, D, book, foundation, make_bot, make_fill, make_order, make_rung

ROUNDS = 5
RUNGS = 100


def fill_batch(number: int) -> list[Record]:
    """The records of one fill on the rung whose turn it is."""
    index = number % RUNGS
    order = make_order(2 * number, state=OrderState.OPEN, rung=index)
    filled, fill = book(order, make_fill(order, f"t{number}", D(10)))
    rung = make_rung(index, cycle=number // RUNGS + 1, bought=D(10), bought_gross=D(10), cost=D("5007.5025"))
    counter = make_order(2 * number + 1, side=Side.SELL, rung=index, quantity=D(10))
    bot = make_bot(buy_fills=number + 1, fees_quote=fill.fill.fee * (number + 1))
    return [fill, OrderRecorded(filled), RungRecorded(BOT, 1, rung), BotRecorded(bot), OrderRecorded(counter)]


async def rate(once: Callable[[int], Awaitable[object]], start: int, seconds: float) -> tuple[float, int]:
    """Calls a second over about so many seconds, and the number of the next call."""
    number, begin = start, time.perf_counter()
    while (passed := time.perf_counter() - begin) < seconds:
        await once(number)
        number += 1
    return (number - start) / passed, number


async def measure(database: Database, seconds: float) -> None:
    """Print the rates of each round and their medians."""
    journal = PostgresJournal(database, DESK)
    await journal.take_desk()
    ladder = [RungRecorded(BOT, 1, make_rung(index)) for index in range(RUNGS)]
    await journal.commit([*foundation(replace(make_bot(), fencing_token=0)), *ladder])
    bare = await database.own_connection("bare")
    await bare.execute("CREATE TABLE bare (id bigint PRIMARY KEY, note text)")
    await bare.execute("CHECKPOINT")

    async def one_row(number: int) -> None:
        await bare.execute("INSERT INTO bare VALUES ($1, 'one row')", number)

    async def one_fill(number: int) -> None:
        await journal.commit(fill_batch(number))

    fills, rows, ratios = [], [], []
    next_fill = next_row = 0
    for turn in range(ROUNDS):
        journaled, next_fill = await rate(one_fill, next_fill, seconds)
        plain, next_row = await rate(one_row, next_row, seconds)
        fills.append(journaled)
        rows.append(plain)
        ratios.append(journaled / plain)
        print(f"round {turn + 1}: {journaled:7.0f} fills/s   {plain:7.0f} bare rows/s   ratio {journaled / plain:.2f}")
    settings = [f"{name} {await bare.fetchval(f'SHOW {name}')}" for name in ("fsync", "synchronous_commit")]
    print(", ".join(settings))
    print(
        f"journal commits a second: {statistics.median(fills):.0f} (8 records and a position each), "
        f"bare: {statistics.median(rows):.0f}, ratio {statistics.median(ratios):.2f}"
    )
    await bare.close()
    await journal.close()


async def run(url: str, seconds: float) -> None:
    await migrate(url)
    database = await connect(url)
    try:
        await measure(database, seconds)
    finally:
        await database.close()


def main() -> None:
    install_decimal_context()
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    if len(sys.argv) > 2:
        asyncio.run(run(sys.argv[2], seconds))
        return
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg", durable=True) as server:
        asyncio.run(run(server.start(), seconds))


if __name__ == "__main__":
    main()
