"""A database of the first issue with work in it goes up, down and up again, and loses nothing of what it knew."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from engine.errors import StorageError
from storage.check import check
from storage.database import connect
from storage.journal import PostgresJournal
from storage.migrate import migrate
from storage.series.upkeep import SeriesUpkeep
from tests.storage.builders import NOW
from tests.storage.foundation_database import HISTORY, columns_of, rows_of, run_sql
from tests.support.postgres import PostgresCluster, database_name

#: Bars and quotes of markets in their own time have a table of their own now.
PARTED = {
    "candles": "(SELECT venue, symbol, timeframe_s, timestamp, open_price, high_price, low_price, close_price, volume, "
    "is_closed FROM candles UNION ALL SELECT venue, symbol, timeframe_s, timestamp, open_price, high_price, low_price, "
    "close_price, volume, is_closed FROM replayed_candles) AS all_candles",
    "tickers": "(SELECT venue, symbol, timestamp, bid_price, ask_price FROM tickers UNION ALL "
    "SELECT venue, symbol, timestamp, bid_price, ask_price FROM replayed_tickers) AS all_tickers",
}


@pytest.fixture
async def old_url(empty_database_url: str) -> str:
    """A database at the first issue's revision with everything in it that it could hold."""
    await migrate(empty_database_url, "0001")
    await run_sql(empty_database_url, HISTORY)
    return empty_database_url


@pytest.fixture(scope="session")
def risen_template(postgres_cluster: PostgresCluster) -> str:
    """The name of such a database that was brought to the newest revision."""

    async def rise(url: str) -> None:
        await migrate(url, "0001")
        await run_sql(url, HISTORY)
        await migrate(url)

    url = postgres_cluster.create_database()
    asyncio.run(rise(url))
    return database_name(url)


@pytest.fixture
def risen_url(postgres_cluster: PostgresCluster, risen_template: str) -> Iterator[str]:
    """A copy of it for one test."""
    url = postgres_cluster.create_database(template=risen_template)
    try:
        yield url
    finally:
        postgres_cluster.drop_database(url)


async def test_up_down_and_up_again_loses_nothing(old_url: str) -> None:
    columns = await columns_of(old_url)
    before = await rows_of(old_url, columns)
    assert len(before) == 18
    assert all(before.values())
    # The bots of an account carry the token of its lease from here on, which is the highest of theirs.
    columns["bot_instances"].remove("fencing_token")
    before = await rows_of(old_url, columns)

    await migrate(old_url)
    assert await rows_of(old_url, columns, PARTED) == before
    await migrate(old_url, "0001")
    assert await columns_of(old_url) == columns | {
        "bot_instances": sorted([*columns["bot_instances"], "fencing_token"])
    }
    assert await rows_of(old_url, columns) == before
    await migrate(old_url)
    assert await rows_of(old_url, columns, PARTED) == before


async def test_every_row_finds_its_owner(risen_url: str) -> None:
    connection = await asyncpg.connect(risen_url)
    try:
        tables = [row[0] for row in await connection.fetch(
            "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' "
            "AND column_name = 'user_id'"
        )]  # fmt: skip
        owners = {name: await connection.fetch(f"SELECT user_id, count(*) FROM {name} GROUP BY 1") for name in tables}
        counts = {name: {row[0]: row[1] for row in rows} for name, rows in owners.items() if rows}
    finally:
        await connection.close()
    # Five of the six bots are the local user's (four of them were started), one is Mina's.
    assert counts["bot_instances"] == {1: 5, 2: 1}
    assert counts["orders"] == {1: 200, 2: 50}
    assert counts["trades"] == {1: 160, 2: 40}
    assert counts["ledger_entries"] == {1: 482, 2: 121}
    assert counts["grid_orders"] == {1: 40, 2: 10}
    assert counts["accounts"] == counts["instruments"] == counts["leases"] == {1: 2, 2: 1}
    assert counts["instrument_rules"] == {1: 4, 2: 2}
    assert counts["engine_state"] == {1: 1, 2: 1}
    assert counts["commands"] == {1: 3, 2: 3}
    assert counts["decisions"] == {1: 6, 2: 2}
    assert counts["equity_snapshots"] == {1: 53, 2: 25}
    assert counts["jobs"] == counts["positions"] == {1: 4, 2: 1}


async def test_runs_and_holdings_of_that_time_are_told(risen_url: str) -> None:
    connection = await asyncpg.connect(risen_url)
    try:
        jobs = await connection.fetch("SELECT job_id, status, stopped_at IS NULL AS runs, error FROM jobs ORDER BY 1")
        opened = await connection.fetch("SELECT DISTINCT opened_at::text, closed_at FROM positions")
    finally:
        await connection.close()
    assert [tuple(job) for job in jobs] == [
        ("bot00001@3", "running", True, None),
        ("bot00002@2", "stopped", False, None),
        ("bot00003@1", "error", True, "The venue refused."),
        ("bot00004@1", "running", True, None),
        ("bot00006@9", "running", True, None),
    ]
    assert [tuple(row) for row in opened] == [("2026-02-19 12:34:56.789012+00", None)]


async def test_the_program_goes_on_with_it(risen_url: str) -> None:
    database = await connect(risen_url)
    journal = PostgresJournal(database, "desk-local", "laptop", now=lambda: NOW)
    try:
        await journal.take_desk()
        state = await journal.load()
        complaints = await check(database)
    finally:
        await journal.close()
        await database.close()
    assert [bot.bot_id for bot in state.bots] == ["bot00001", "bot00002", "bot00003", "bot00004", "bot00005"]
    assert len(state.rungs) == 40
    assert len(state.open_orders) == 40
    assert {(instrument.venue, instrument.symbol) for instrument in state.instruments} == {
        ("paper:one", "XRP/KRW"), ("replay:two", "BTC/USDT")
    }  # fmt: skip
    assert state.is_halted
    # 10,000,000 less 40 fills of 5,002.5 with a fee of 2.50125 each, of three bots; Mina's money is not among it.
    balances = {(account, asset): total for account, asset, total in state.ledger_balances}
    assert str(balances["paper:one", "KRW"]) == "9399399.85000"
    assert complaints == []


async def test_two_users_with_one_account_keep_a_database_from_going_back(risen_url: str) -> None:
    await run_sql(
        risen_url,
        "INSERT INTO accounts (account_id, user_id, desk_id, venue, name, mode) "
        "VALUES ('paper:one', 2, 'desk-mina', 'paper:one', 'the same name', 'paper')",
    )
    with pytest.raises(
        StorageError, match=r"^Two users have the same row in accounts, so this database cannot go back"
    ):
        await migrate(risen_url, "0001")
    # Nothing of the way down was done.
    assert "current_user_id" in await _functions(risen_url)


async def test_bots_of_new_kinds_keep_a_database_from_going_back(risen_url: str) -> None:
    await run_sql(risen_url, "UPDATE bot_instances SET bot_type = 'ai_trend' WHERE bot_uid = 'bot00005'")
    with pytest.raises(StorageError, match=r"^There are ai_trend rows in bot_instances, which the older tables"):
        await migrate(risen_url, "0001")


async def _functions(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(
            "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )]  # fmt: skip
    finally:
        await connection.close()


async def test_hours_of_spreads_survive_the_way_to_minutes_and_days_and_back(empty_database_url: str) -> None:
    """An hour whose readings were dropped long ago, and one whose readings are there and are put together anew."""
    await migrate(empty_database_url, "0009")
    await run_sql(
        empty_database_url,
        """
        INSERT INTO spread_rollups VALUES ('BTC', 'upbit', 'binance', '2020-01-01 05:00+00', 1.5, 1.2, 2, 1, 360);
        UPDATE rollup_progress SET rolled_until = date_trunc('hour', now()) WHERE view_name = 'hourly_spread_avg';
        INSERT INTO spreads (symbol, won_venue, foreign_venue, timestamp, won_price, foreign_price, foreign_price_krw,
            spread_pct, net_spread_pct, is_opportunity)
        SELECT 'BTC', 'upbit', 'binance',
            date_trunc('day', now(), 'UTC') - interval '2 days' + n * interval '10 minutes', 101, 1, 100, n, n - 1,
            n > 3 FROM generate_series(1, 5) n;
        """,
    )
    await migrate(empty_database_url)
    columns = "avg_spread_pct, max_net_spread_pct, won_price, opportunities, readings"
    database = await connect(empty_database_url)
    try:
        report = await SeriesUpkeep(database).run_once()
        assert report.troubles == []
        async with database.question() as connection:
            found = {
                view: [tuple(row) for row in await connection.fetch(f"SELECT {columns} FROM {view} ORDER BY 1")]
                for view in ("spreads_1m", "hourly_spread_avg", "spreads_1d")
            }
    finally:
        await database.close()
    assert found == {
        "spreads_1m": [(n, n - 1, 101, int(n > 3), 1) for n in range(1, 6)],
        "hourly_spread_avg": [(1.5, None, None, None, 360), (3, 4, 101, 2, 5)],
        "spreads_1d": [(3, 4, 101, 2, 5)],
    }
    await migrate(empty_database_url, "0009")
    connection = await asyncpg.connect(empty_database_url)
    try:
        rows = await connection.fetch("SELECT avg_spread_pct, readings FROM hourly_spread_avg ORDER BY 1")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [(1.5, 360), (3, 5)]
