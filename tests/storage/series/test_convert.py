"""There and back: rows, views, keys and rights are the same, and what was dropped long ago stays in the views."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.errors import StorageError
from storage.database import Database, connect
from storage.series.convert import to_hypertables, to_partitions
from storage.series.layout import FRAMES, ROLLED, SERIES, SPREAD_FRAMES
from storage.series.state import SeriesState, complaints, notes, series_state
from storage.series.upkeep import SeriesUpkeep
from tests.security.conftest import shared
from tests.storage.series.conftest import Timescale
from tests.storage.series.market import (
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
ALL = frozenset(series.name for series in SERIES)
SHAPE = """
    SELECT 'constraint' AS kind, conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid::regclass::text = ANY($1::text[]) AND contype IN ('p', 'u')
    UNION ALL SELECT 'index', tablename, indexname, replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = ANY($1::text[])
    UNION ALL SELECT 'column', table_name, column_name, concat(data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY($1::text[])
    UNION ALL SELECT 'right', table_name, grantee, privilege_type FROM information_schema.role_table_grants
    WHERE table_schema = 'public' AND table_name = ANY($1::text[]) ORDER BY 1, 2, 3, 4
"""


async def shape_of(database: Database) -> list[tuple[str, ...]]:
    async with database.question() as connection:
        return [tuple(row) for row in await connection.fetch(SHAPE, [*sorted(ALL), *ROLLED])]


async def state_of(database: Database) -> SeriesState:
    async with database.question() as connection:
        return await series_state(connection)


async def test_there_and_back(kept: Database, kind: str, timescale: Timescale) -> None:
    if kind == "partitions":
        pytest.skip("the server of the partitions has no TimescaleDB")
    now = await now_of(kept)
    market = minutes(floor(now - 50 * DAY, 7 * DAY), 4000) + minutes(now - 3 * DAY, 2000, seed=12)
    readings = spreads(now - 2 * DAY, 3000)
    await to_partitions(kept)
    await write(kept, [*market, *readings])
    report = await SeriesUpkeep(kept).run_once()
    assert report.troubles == []
    assert await value_of(kept, "SELECT min(timestamp) FROM candles") > now - 40 * DAY, "the oldest are dropped"
    before = await shape_of(kept)
    for number in range(3):
        state = await (to_hypertables if number % 2 == 0 else to_partitions)(kept)
        assert state.kind == (kind if number % 2 == 0 else "partitions")
        assert complaints(state) == []
        assert await shape_of(kept) == before
        for _ in range(2):
            for frame in FRAMES:
                assert await bars_of(kept, frame.view) == bars(market, frame.span), (frame.view, state.kind)
            for each in SPREAD_FRAMES:
                assert await spread_buckets_of(kept, each) == spread_buckets(readings, each), (each.view, state.kind)
            assert (await SeriesUpkeep(kept).run_once()).troubles == []
        late = [replace(bar, close=bar.close + number) for bar in market[-50:-40]]
        market = [*market[:-50], *late, *market[-40:]]
        await write(kept, late)
        if state.is_community:
            async with kept.question() as connection:
                for view in ROLLED:
                    await connection.execute(f"CALL refresh_continuous_aggregate('continuous_{view}', NULL, NULL)")


async def test_what_the_licence_allows_later_is_used_then(timescale: Timescale, kept: Database, kind: str) -> None:
    if kind != "hypertables":
        pytest.skip("begins under the Apache licence")
    now = await now_of(kept)
    market = minutes(now - 2 * DAY, 1000)
    await write(kept, market)
    timescale.set_licence("timescale")
    again = await connect(kept.address.url)
    try:
        state = await state_of(again)
        assert (state.kind, complaints(state)) == ("hypertables", [])
        assert notes(state) == [
            (
                "TimescaleDB's licence here allows compression and continuous aggregates, which are not used yet; "
                "convert the series to use them."
            )
        ]
        state = await to_hypertables(again)
        assert (state.kind, notes(state)) == ("continuous aggregates", [])
        assert await bars_of(again, "candles_1h") == bars(market, timedelta(hours=1))
        timescale.set_licence("apache")
        poorer = await connect(kept.address.url)
        try:
            [complaint] = complaints(await state_of(poorer))
        finally:
            await poorer.close()
        assert complaint.startswith("The views are continuous aggregates, but TimescaleDB's licence here is apache;")
    finally:
        await again.close()


async def test_a_server_without_it_says_so(database: Database) -> None:
    with pytest.raises(StorageError, match=r"^The server has no TimescaleDB that it could give to this database\.$"):
        await to_hypertables(database)
    state = await to_partitions(database)
    assert (state.kind, complaints(state), notes(state)) == ("partitions", [], [])


async def test_only_the_owner_converts(shared: SharedDatabase) -> None:
    alice = await connect(shared.url("alice"))
    try:
        with pytest.raises(StorageError, match=r"^Only the owner of the tables can convert the series\.$"):
            await to_partitions(alice)
    finally:
        await alice.close()


def test_what_does_not_fit_is_said() -> None:
    well = SeriesState(None, None, False, ALL, frozenset(), frozenset())
    assert (complaints(well), notes(well)) == ([], [])
    assert complaints(replace(well, parted=ALL - {"candles", "spreads"})) == [
        "The series candles, spreads are neither partitioned nor hypertables; the extension that kept them may be gone."
    ]
    kept = SeriesState("2.28.3", "timescale", True, frozenset(), ALL, frozenset(ROLLED))
    assert (complaints(kept), notes(kept)) == ([], [])
    assert complaints(replace(kept, licence=None)) == [
        "The series are hypertables, but the server did not load TimescaleDB; their rows cannot be read until it does."
    ]
    assert complaints(replace(kept, continuous=kept.continuous - {"candles_1w"})) == [
        "The views candles_1w are no continuous aggregates, while others are."
    ]
    assert notes(replace(well, is_offered=True)) == [
        "The server has TimescaleDB, but the series are plain partitions; convert them to use hypertables."
    ]
