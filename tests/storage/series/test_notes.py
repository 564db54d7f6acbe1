"""What our own roll-up is told of a change: exactly where it lies by the writer, and that it was by anybody else."""

from dataclasses import replace
from datetime import datetime, timedelta

from storage.database import Database
from storage.series.rollup import cut, merged
from storage.series.upkeep import SeriesUpkeep
from tests.storage.builders import T0
from tests.storage.series.market import MINUTE, bars, bars_of, minutes, now_of, spreads, value_of, write

NOTES = "SELECT series, since, until FROM rollup_changes ORDER BY series, id"


async def notes_of(database: Database) -> list[tuple[str, datetime, datetime]]:
    async with database.question() as connection:
        return [tuple(row) for row in await connection.fetch(NOTES)]


async def test_the_writer_says_where(database: Database) -> None:
    market, readings = minutes(T0, 100), spreads(T0, 10)
    await write(database, [*market, *readings])
    expected = [("candles", market[0].opened_at, market[-1].opened_at), ("spreads", readings[0].at, readings[-1].at)]
    assert await notes_of(database) == expected
    await write(database, [replace(market[3], close=1.0)])
    assert (await notes_of(database))[1] == ("candles", market[3].opened_at, market[3].opened_at)


async def test_what_is_in_no_view_is_not_noted(database: Database) -> None:
    [bar] = minutes(T0, 1, seed=1)
    await write(database, [replace(bar, timeframe_s=300), replace(bar, is_closed=False)])
    assert await notes_of(database) == []


async def test_what_is_not_written_is_not_noted(database: Database) -> None:
    market = minutes(T0, 10)
    await write(database, market)
    await write(database, market)
    assert await value_of(database, "SELECT count(*) FROM rollup_changes") == 2, "a COPY that met a twin left a note"


async def test_anybody_else_only_says_that_he_wrote(database: Database) -> None:
    now = await now_of(database)
    market = minutes(now - timedelta(days=3), 300)
    await write(database, market)
    await SeriesUpkeep(database).run_once()
    async with database.question() as connection:
        await connection.execute("UPDATE candles SET close_price = close_price + 1")
        assert await connection.fetchval("SELECT since = '-infinity' AND until = 'infinity' FROM rollup_changes")
    await SeriesUpkeep(database).run_once()
    expected = bars([replace(bar, close=bar.close + 1) for bar in market], 60 * MINUTE)
    assert await bars_of(database, "candles_1h") == expected
    assert await notes_of(database) == []


def test_spans_are_merged() -> None:
    def at(minute: int) -> datetime:
        return T0 + minute * MINUTE

    spans = [(at(5), at(9)), (at(1), at(2)), (at(2), at(3)), (at(6), at(7)), (at(20), at(20))]
    assert merged(spans) == [(at(1), at(3)), (at(5), at(9)), (at(20), at(20))]
    before, after = cut(merged(spans), at(6))
    tick = timedelta(microseconds=1)
    assert before == [(at(1), at(3)), (at(5), at(6) - tick)]
    assert after == [(at(6), at(9)), (at(20), at(20))]
    assert cut(merged(spans), at(0)) == ([], merged(spans))
    assert cut(merged(spans), at(30)) == (merged(spans), [])
