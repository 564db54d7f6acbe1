"""What TimescaleDB does of the work, under each licence: hypertables, compression, policies, and the way to 0001."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.database import Database, connect, migrate
from storage.series.layout import FRAMES, ROLLED, SERIES
from storage.series.state import complaints, notes, series_state
from storage.series.upkeep import SeriesUpkeep
from tests.storage.series.conftest import LICENCES, Timescale
from tests.storage.series.market import bars, bars_of, minutes, now_of, value_of, write

DAY = timedelta(days=1)
ALL = frozenset(series.name for series in SERIES)
JOBS = """
    SELECT COALESCE(c.view_name, j.hypertable_name), (j.config ->> 'drop_after')::interval
    FROM timescaledb_information.jobs j LEFT JOIN timescaledb_information.continuous_aggregates c
        ON j.hypertable_name IN (c.view_name, c.materialization_hypertable_name)
    WHERE j.proc_name = 'policy_retention' ORDER BY 1
"""


@pytest.fixture(params=list(LICENCES))
def kind(request: pytest.FixtureRequest) -> str:
    """Only what needs such a server."""
    return str(request.param)


@pytest.fixture
def community(kind: str) -> None:
    if kind != "continuous aggregates":
        pytest.skip("the Apache edition has none of it")


async def test_every_series_is_a_hypertable(kept: Database, kind: str) -> None:
    async with kept.question() as connection:
        state = await series_state(connection)
        jobs = await connection.fetchval(
            "SELECT count(*) FROM timescaledb_information.jobs WHERE hypertable_name = ANY($1::text[])", sorted(ALL)
        )
    assert (state.kind, state.hypertables, state.licence) == (kind, ALL, LICENCES[kind])
    assert state.continuous == (frozenset(ROLLED) if kind == "continuous aggregates" else frozenset())
    assert (complaints(state), notes(state)) == ([], [])
    assert (jobs > 0) == (kind == "continuous aggregates"), "the Apache edition has no policies"


async def test_chunks_are_compressed_and_still_take_late_rows(kept: Database, community: None) -> None:
    now = await now_of(kept)
    market = minutes(now - 25 * DAY, 5000)
    await write(kept, market[:-100])
    await SeriesUpkeep(kept).run_once()
    async with kept.question() as connection:
        job = await connection.fetchval(
            "SELECT job_id FROM timescaledb_information.jobs "
            "WHERE proc_name = 'policy_compression' AND hypertable_name = 'candles'"
        )
        await connection.execute(f"CALL run_job({job})")
        compressed = await connection.fetchval(
            "SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'candles' AND is_compressed"
        )
    assert compressed >= 1
    assert await value_of(kept, "SELECT count(*) FROM candles") == len(market) - 100
    corrected = [replace(bar, close=bar.close + 1) for bar in market[:50]]
    await write(kept, [*market[-100:], *corrected])
    market = [*corrected, *market[50:]]
    assert await value_of(kept, "SELECT count(*) FROM candles") == len(market)
    async with kept.question() as connection:
        for frame in FRAMES:
            await connection.execute(f"CALL refresh_continuous_aggregate('continuous_{frame.view}', NULL, NULL)")
    for frame in FRAMES:
        assert await bars_of(kept, frame.view) == bars(market, frame.span), frame.view


async def test_policies_follow_the_settings(kept: Database, community: None) -> None:
    async def policies() -> dict[str, timedelta]:
        async with kept.question() as connection:
            return {row[0]: row[1] for row in await connection.fetch(JOBS)}

    assert (await SeriesUpkeep(kept).run_once()).policies > 0
    by_default = {series.name: series.keep_days * DAY for series in SERIES} | {"continuous_spreads_1m": 400 * DAY}
    assert await policies() == by_default
    assert (await SeriesUpkeep(kept).run_once()).policies == 0, "nothing changed"
    changed = {"spreads": 7, "tickers": 0, "candles": 3, "spreads_1m": 50}
    assert (await SeriesUpkeep(kept, changed).run_once()).policies > 0
    expected = by_default | {"spreads": 7 * DAY, "candles": 22 * DAY, "continuous_spreads_1m": 50 * DAY}
    del expected["tickers"]
    assert await policies() == expected
    assert (await SeriesUpkeep(kept, changed).run_once()).policies == 0


async def test_chunks_that_are_old_enough_are_dropped_without_policies(kept: Database, kind: str) -> None:
    if kind != "hypertables":
        pytest.skip("policies do it")
    now = await now_of(kept)
    market = [*minutes(now - 60 * DAY, 100), *minutes(now - 5 * DAY, 100, seed=2)]
    await write(kept, market)
    report = await SeriesUpkeep(kept).run_once()
    assert (report.dropped, report.troubles) == (1, [])
    assert await value_of(kept, "SELECT min(timestamp) FROM candles") > now - 6 * DAY
    for frame in FRAMES:
        assert await bars_of(kept, frame.view) == bars(market, frame.span), frame.view


async def test_down_and_up_again(kept: Database, kept_url: str, timescale: Timescale) -> None:
    now = await now_of(kept)
    market = minutes(now - 5 * DAY, 300)
    await write(kept, market)
    await SeriesUpkeep(kept).run_once()
    await kept.close()
    await migrate(kept_url, "0001")
    await migrate(kept_url)
    again = await connect(kept_url)
    try:
        assert await value_of(again, "SELECT count(*) FROM candles") == len(market)
        found = await bars_of(again, "candles_1h")
    finally:
        await again.close()
    # What 0001 has no column for is gone.
    assert found == bars([replace(bar, vwap=None) for bar in market], timedelta(hours=1))
