"""Market data reaches its tables in batches; quotes give way when the database does not, candles never."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.market import Candle, Quote
from engine.errors import StorageUnavailable
from storage.database import Database, connect
from storage.market_recorder import PostgresRecorder
from tests.storage.builders import SYMBOL, T0, VENUE
from tests.storage.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.waiting import wait_until_async


def candle(minute: int, close: float = 1.0, is_closed: bool = True) -> Candle:
    return Candle(VENUE, SYMBOL, 60, T0 + timedelta(minutes=minute), 1.0, 3.0, 0.5, close, 7.25, is_closed)


def quote(number: int) -> Quote:
    return Quote(VENUE, SYMBOL, Decimal(number), Decimal(number) + 1, T0 + timedelta(milliseconds=number))


async def rows_of(database: Database, table: str) -> list[tuple[Any, ...]]:
    async with database.question() as connection:
        return [tuple(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY timestamp")]


@pytest.fixture
async def network(migrated_url: str) -> AsyncIterator[tuple[CuttingProxy, Database]]:
    async with cutting_proxy(migrated_url) as (proxy, url):
        database = await connect(url, pool_size=1)
        yield proxy, database
        await database.close()


async def test_what_is_recorded_is_written_once(database: Database) -> None:
    recorder = PostgresRecorder(database)
    for minute in range(3):
        recorder.record(candle(minute))
        recorder.record(quote(minute))
    assert recorder.waiting == 6
    await recorder.flush()
    await recorder.flush()
    assert recorder.waiting == 0
    at = T0 + timedelta(minutes=1)
    assert (await rows_of(database, "candles"))[1] == (VENUE, SYMBOL, 60, at, 1.0, 3.0, 0.5, 1.0, 7.25, True, None)
    assert [row[:5] for row in await rows_of(database, "tickers")] == [
        (VENUE, SYMBOL, quote(n).at, float(n), float(n + 1)) for n in range(3)
    ]


async def test_a_growing_bar_is_one_row_and_its_close_stays(database: Database) -> None:
    recorder = PostgresRecorder(database)
    for close in (1.0, 2.0):
        recorder.record(candle(0, close, is_closed=False))
        await recorder.flush()
    recorder.record(candle(0, 3.0, is_closed=False))
    recorder.record(candle(0, 4.0))
    recorder.record(candle(0, 5.0, is_closed=False))
    assert recorder.waiting == 1
    await recorder.flush()
    recorder.record(candle(0, 6.0, is_closed=False))
    await recorder.flush()
    assert [(row[7], row[9]) for row in await rows_of(database, "candles")] == [(4.0, True)]


async def test_quotes_give_way_and_are_counted_candles_never(
    network: tuple[CuttingProxy, Database], database: Database
) -> None:
    proxy, behind = network
    recorder = PostgresRecorder(behind, most_quotes=100)
    proxy.reset(request=0)
    chance = random.Random(3)
    for number in range(1000):
        recorder.record(candle(number))
        recorder.record(quote(number))
        if chance.random() < 0.02:
            with pytest.raises(StorageUnavailable):
                await recorder.flush()
    assert recorder.dropped_quotes == 900
    assert recorder.waiting == 1100
    proxy.reset()
    await recorder.flush()
    assert len(await rows_of(database, "candles")) == 1000
    assert [row[3] for row in await rows_of(database, "tickers")] == [float(n) for n in range(900, 1000)]


async def test_a_cut_while_quotes_are_copied_loses_none_of_them(
    network: tuple[CuttingProxy, Database], database: Database
) -> None:
    proxy, behind = network
    recorder = PostgresRecorder(behind, most_quotes=50)
    for number in range(50):
        recorder.record(quote(number))
    proxy.reset(request=3000)
    with pytest.raises(StorageUnavailable):
        await recorder.flush()
    recorder.record(quote(50))
    assert (recorder.waiting, recorder.dropped_quotes) == (50, 1)
    proxy.reset()
    await recorder.flush()
    assert [row[3] for row in await rows_of(database, "tickers")] == [float(n) for n in range(1, 51)]


async def test_it_writes_by_itself_and_writes_the_rest_when_closed(database: Database) -> None:
    recorder = PostgresRecorder(database, write_every_s=0.01)
    recorder.start()
    recorder.record(candle(0))
    await wait_until_async(lambda: recorder.waiting == 0, what="the first candle to be written")
    recorder.record(candle(1))
    recorder.record(quote(1))
    await recorder.close()
    assert len(await rows_of(database, "candles")) == 2
    assert len(await rows_of(database, "tickers")) == 1


async def test_closing_without_a_database_ends(network: tuple[CuttingProxy, Database]) -> None:
    proxy, behind = network
    recorder = PostgresRecorder(behind, write_every_s=0.01)
    recorder.start()
    proxy.reset(request=0)
    recorder.record(candle(0))
    await recorder.close()
    assert recorder.waiting == 1


async def test_a_candle_that_changes_while_it_is_written_is_written_again(database: Database) -> None:
    recorder = PostgresRecorder(database)
    recorder.record(candle(0, 1.0, is_closed=False))
    async with database.question() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE candles")
        writing = asyncio.create_task(recorder.flush())
        while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
        recorder.record(replace(candle(0, 2.0)))
        await transaction.rollback()
    await writing
    assert recorder.waiting == 0
    assert [(row[7], row[9]) for row in await rows_of(database, "candles")] == [(2.0, True)]
