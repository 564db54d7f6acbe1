"""The job: parts ahead of time, a place for rows that came without one, retention, one desk at a time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.config import RETENTION_DAYS
from engine.domain.market import FxRate, Quote
from engine.domain.messages import OrderRecorded
from engine.domain.order import Order, OrderState
from storage.database import Database, connect
from storage.journal import PostgresJournal
from storage.series import retention
from storage.series.layout import BY_NAME, PARTS, SERIES, SPREAD_FRAMES, Series
from storage.series.upkeep import DEFAULTS, LOCK, SeriesUpkeep
from tests.security.conftest import shared
from tests.storage.builders import D, book, foundation, make_bot, make_fill, make_order
from tests.storage.series.market import (
    MINUTE,
    bars,
    bars_of,
    floor,
    minutes,
    now_of,
    spread_buckets,
    spread_buckets_of,
    spreads,
    value_of,
    write,
)
from tests.support.shared import SharedDatabase

__all__ = ["shared"]

DAY = timedelta(days=1)
RATES = BY_NAME["fx_rates"]


def rate(at: datetime) -> FxRate:
    return FxRate("USDKRW", D(1400), "ecb", at)


async def place_of(database: Database, table: str, at: datetime) -> str:
    """The part that a row lies in."""
    return str(await value_of(database, f"SELECT tableoid::regclass::text FROM {table} WHERE timestamp = $1", at))


def test_the_settings_know_every_table() -> None:
    assert dict(DEFAULTS) == dict(RETENTION_DAYS)


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
async def test_parts_are_made_ahead_of_time(database: Database, series: Series) -> None:
    now = await now_of(database)
    async with database.question() as connection:
        found = await retention.parts_of(connection, series)
    assert found[0].since <= now < found[0].until
    assert found[-1].until > now + series.ahead
    assert [part.until for part in found[:-1]] == [part.since for part in found[1:]], "no gap between them"


async def test_rows_that_came_without_a_part_get_one(database: Database) -> None:
    now = await now_of(database)
    late, future = now - 150 * DAY, now + 400 * DAY
    await write(database, [rate(late), rate(future)])
    assert await place_of(database, "fx_rates", late) == f"{PARTS}.fx_rates_default"
    report = await SeriesUpkeep(database).run_once()
    assert (report.made, report.troubles) == (1, [])
    assert await place_of(database, "fx_rates", late) == f"{PARTS}.{RATES.part_name(RATES.part_start(late))}"
    assert await place_of(database, "fx_rates", future) == f"{PARTS}.fx_rates_default", "its time will come"
    await write(database, [rate(late), rate(late + MINUTE), rate(future)])
    assert await value_of(database, "SELECT count(*) FROM fx_rates") == 3
    assert (await SeriesUpkeep(database).run_once()).made == 0


async def test_a_part_and_a_default_part_that_are_gone_are_made_again(database: Database) -> None:
    now = await now_of(database)
    async with database.question() as connection:
        for part in await retention.parts_of(connection, RATES):
            await connection.execute(f"DROP TABLE {PARTS}.{part.name}")
        await connection.execute(f"DROP TABLE {PARTS}.fx_rates_default")
    report = await SeriesUpkeep(database).run_once()
    assert report.troubles == []
    assert report.made >= 2
    await write(database, [rate(now), rate(now - 1000 * DAY)])


async def test_what_is_old_enough_is_dropped(database: Database) -> None:
    now = await now_of(database)
    ages = [0, 100, 179, 240, 3000]
    await write(database, [rate(now - age * DAY) for age in ages])
    report = await SeriesUpkeep(database).run_once()
    assert report.troubles == []
    async with database.question() as connection:
        kept = [row[0] for row in await connection.fetch("SELECT timestamp FROM fx_rates ORDER BY timestamp DESC")]
    assert kept == [now - age * DAY for age in ages[:3]]
    # A part that was made for a row is dropped as a whole once its last day is old enough.
    report = await SeriesUpkeep(database, {"fx_rates": 50}).run_once()
    assert report.dropped >= 1
    assert await value_of(database, "SELECT count(*) FROM fx_rates") == 1


async def test_nothing_is_dropped_where_the_setting_says_for_ever(database: Database) -> None:
    now = await now_of(database)
    await write(database, [rate(now - 3000 * DAY), *minutes(now - 3000 * DAY, 10)])
    await SeriesUpkeep(database, {"fx_rates": 0, "candles": 0}).run_once()
    assert await value_of(database, "SELECT count(*) FROM fx_rates") == 1
    assert await value_of(database, "SELECT count(*) FROM candles") > 0


async def test_minutes_are_dropped_when_their_week_is_rolled_up_and_not_before(database: Database) -> None:
    now = await now_of(database)
    market = minutes(floor(now - 60 * DAY, 7 * DAY), 500)
    await write(database, market)
    async with database.question() as connection:
        assert await retention.drop_limit(connection, BY_NAME["candles"], now, 30) is None
        assert await retention.drop_parts(connection, BY_NAME["candles"], now - 30 * DAY) == 0, "a note waits"
    assert await value_of(database, "SELECT count(*) FROM candles") == len(market)
    await SeriesUpkeep(database).run_once()
    assert await value_of(database, "SELECT count(*) FROM candles") == 0
    assert await bars_of(database, "candles_1h") == bars(market, 60 * MINUTE)


async def test_a_bucket_whose_minutes_were_dropped_is_not_counted_again_with_fewer(database: Database) -> None:
    now = await now_of(database)
    start = floor(now - 60 * DAY, 7 * DAY)
    market = minutes(start, 500)
    await write(database, market)
    await SeriesUpkeep(database).run_once()
    await write(database, [replace(market[3], close=1.0)])
    await SeriesUpkeep(database).run_once()
    assert await bars_of(database, "candles_1d") == bars(market, DAY)


async def test_minutes_of_spreads_go_and_their_hours_and_days_stay(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_ROWS", 7)
    now = await now_of(database)
    market = {days: spreads(floor(now - days * DAY, DAY), 30, seed=days) for days in (500, 401, 100)}
    every = [reading for readings in market.values() for reading in readings]
    await write(database, every)
    async with database.question() as connection:
        assert await retention.drop_minutes(connection, now, 1) == 0, "nothing is rolled up yet"
    minutes_of, *longer = SPREAD_FRAMES
    report = await SeriesUpkeep(database).run_once()
    old = spread_buckets(market[500] + market[401], minutes_of)
    assert (report.minutes, report.troubles) == (len(old), [])
    assert len(old) == 40, "so many batches of seven"
    assert await value_of(database, "SELECT count(*) FROM spreads") == 0
    assert await spread_buckets_of(database, minutes_of) == spread_buckets(market[100], minutes_of)
    # A late reading counts, and what it leaves of an old minute goes again.
    late = replace(market[500][0], at=market[500][0].at + 9 * DAY)
    await write(database, [late])
    assert (await SeriesUpkeep(database).run_once()).minutes == 1
    for setting, kept in ((0, market[100]), (150, market[100]), (50, [])):
        report = await SeriesUpkeep(database, {"spreads_1m": setting}).run_once()
        assert report.minutes == (0 if kept else 20)
        assert await spread_buckets_of(database, minutes_of) == spread_buckets(kept, minutes_of)
    for frame in longer:
        assert await spread_buckets_of(database, frame) == spread_buckets([*every, late], frame), frame.view
    async with database.question() as connection:
        await connection.execute("SET enable_seqscan = off")
        plan = await connection.fetch("EXPLAIN " + retention.OLD_MINUTES.replace("$1", "now()").replace(
            "$2", "'spreads_1m'").replace("$3", "7"))  # fmt: skip
        await connection.execute("RESET enable_seqscan")
    assert any("idx_spread_rollups_minutes" in row[0] for row in plan)


async def test_one_desk_does_it_and_the_others_pass_by(database: Database) -> None:
    connection = await database.own_connection("other desk")
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        assert (await SeriesUpkeep(database).run_once()).is_skipped
    finally:
        await connection.close()
    assert not (await SeriesUpkeep(database).run_once()).is_skipped
    reports = await asyncio.gather(*(SeriesUpkeep(database).run_once() for _ in range(4)))
    assert [report.troubles for report in reports] == [[]] * 4
    assert any(not report.is_skipped for report in reports)


async def test_who_does_not_own_the_tables_leaves_them(shared: SharedDatabase) -> None:
    alice = await connect(shared.url("alice"))
    try:
        report = await SeriesUpkeep(alice).run_once()
    finally:
        await alice.close()
    assert (report.is_skipped, report.troubles) == (True, [])


async def test_a_job_that_is_killed_half_way_is_done_by_the_next(database: Database) -> None:
    now = await now_of(database)
    market = minutes(now - 20 * DAY, 4000)
    await write(database, market)
    for pause in range(1, 12):
        running = asyncio.create_task(SeriesUpkeep(database).run_once())
        await asyncio.wait({running}, timeout=pause * 0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await bars_of(database, "candles_15m") == bars(market, 15 * MINUTE)
    # The server may still be ending the last session, with its lock.
    report = await SeriesUpkeep(database).run_once()
    while report.is_skipped:
        report = await SeriesUpkeep(database).run_once()
    assert report.troubles == []
    assert await value_of(database, "SELECT count(*) FROM rollup_changes") == 0
    assert await bars_of(database, "candles_15m") == bars(market, 15 * MINUTE)


async def test_a_table_that_is_in_use_is_left_for_the_next_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = await now_of(database)
    monkeypatch.setattr("storage.series.upkeep.LOCK_WAIT_MS", 50)
    await write(database, [rate(now - 150 * DAY), Quote("upbit", "XRP", D(1), D(2), now - 100 * DAY)])
    async with database.question() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE fx_rates IN ACCESS EXCLUSIVE MODE")
        report = await SeriesUpkeep(database).run_once()
        await transaction.rollback()
    assert [trouble.partition(":")[0] for trouble in report.troubles] == ["parts of fx_rates", "old rows of fx_rates"]
    assert await value_of(database, "SELECT count(*) FROM tickers") == 0, "the others were kept"
    assert (await SeriesUpkeep(database).run_once()).troubles == []


async def test_it_wakes_by_itself_and_stops_at_once(database: Database) -> None:
    now = await now_of(database)
    await write(database, minutes(now - DAY, 100))
    upkeep = SeriesUpkeep(database, first_after_s=0, every_s=3600)
    upkeep.start()
    async with database.question() as connection:
        async with asyncio.timeout(60):
            while await connection.fetchval("SELECT EXISTS (SELECT 1 FROM rollup_changes)"):
                pass
    await upkeep.close()
    sessions = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name LIKE '%series upkeep'"
    )
    async with asyncio.timeout(60):
        while await value_of(database, sessions):
            pass


async def test_orders_that_came_to_nothing_go_and_what_was_filled_stays(
    database: Database, journal: PostgresJournal
) -> None:
    now = await now_of(database)
    old = now - 400 * DAY
    await journal.take_desk()
    bot = replace(make_bot(), generation=3, fencing_token=0)
    await journal.commit(foundation(bot))

    def order(number: int, generation: int, state: OrderState) -> Order:
        return make_order(number, generation=generation, state=state, created_at=old, updated_at=old)

    stays = [
        make_order(1, generation=1, state=OrderState.CANCELED, created_at=old, updated_at=now),
        order(2, 3, OrderState.CANCELED),
        order(3, 1, OrderState.UNKNOWN),
    ]
    goes = [
        order(11, 1, OrderState.CANCELED),
        order(12, 2, OrderState.REJECTED),
        order(13, 2, OrderState.LOST),
    ]
    partly = order(4, 1, OrderState.OPEN)
    filled, fill = book(partly, make_fill(partly, "t4", D(3), at=old))
    ended = replace(filled, state=OrderState.CANCELED, updated_at=old)
    await journal.commit([*(OrderRecorded(each) for each in (*stays, *goes, partly)), fill, OrderRecorded(ended)])
    report = await SeriesUpkeep(database).run_once()
    assert (report.orders, report.troubles) == (3, [])
    async with database.question() as connection:
        found = {row[0] for row in await connection.fetch("SELECT client_order_id FROM orders")}
    assert found == {each.client_order_id for each in (*stays, partly)}
    assert (await SeriesUpkeep(database, {"orders": 0}).run_once()).orders == 0
