# ruff: noqa: S608 - the statements are put together from constants of this program and from the catalog's own words.
"""Moving the series of a database to hypertables, or back to partitions, in one transaction.

The tables are made anew from what the catalog says of them, so that columns and indexes of later migrations come along;
rights that people have on tables and views are given again. Buckets that were rolled up stay, also those whose rows
were dropped long ago. Everybody who reads or writes the series waits meanwhile.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from engine.errors import StorageError
from storage.database import Connection, Database
from storage.failures import Failure, storage_error
from storage.series import timescale, views
from storage.series.layout import FRAMES, PARTS, ROLLED, SERIES, SPREAD_FRAMES, Series
from storage.series.parts import SCHEMA, first_parts
from storage.series.rollup import LAG, VIEWS_OF, roll_up
from storage.series.state import SeriesState, series_state
from storage.series.upkeep import LOCK, MAY, STATEMENT_TIMEOUT_MS

TIMEOUT_S = STATEMENT_TIMEOUT_MS / 1000

CONSTRAINTS = """
    SELECT conname AS name, pg_get_constraintdef(oid) AS text FROM pg_constraint
    WHERE conrelid = ('public.' || $1)::regclass AND contype IN ('p', 'u', 'c') ORDER BY conname
"""
INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid) AS text FROM pg_index i
    WHERE i.indrelid = ('public.' || $1)::regclass
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY 1
"""
RIGHTS = """
    SELECT format('GRANT %s ON public.%I TO %s', a.privilege_type, c.relname,
        CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END) AS text
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1::text[]) AND a.grantee <> c.relowner
    UNION ALL
    SELECT format('GRANT %s (%I) ON public.%I TO %s', a.privilege_type, t.attname, c.relname,
        CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND t.attacl IS NOT NULL
    CROSS JOIN LATERAL aclexplode(t.attacl) a
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1::text[]) AND a.grantee <> c.relowner
"""
#: Whoever reads a view over a continuous aggregate with his own rights needs one on it too.
FOLLOW = "GRANT SELECT ON public.{name} TO {grantees}"
READERS = """
    SELECT string_agg(DISTINCT a.grantee::regrole::text, ', ') FROM pg_class c
    CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.oid = 'public.candles'::regclass AND a.privilege_type = 'SELECT' AND a.grantee NOT IN (0, c.relowner)
"""
KEEP_BUCKETS = """
    INSERT INTO candle_rollups (venue, symbol, timeframe_s, timestamp, {columns})
    SELECT venue, symbol, {timeframe_s}, timestamp, {columns} FROM {view} WHERE timestamp < $1
    ON CONFLICT (venue, symbol, timeframe_s, timestamp) DO NOTHING
"""
KEEP_SPREADS = """
    INSERT INTO spread_rollups (symbol, won_venue, foreign_venue, bucket_s, timestamp, {columns})
    SELECT symbol, won_venue, foreign_venue, {bucket_s}, {time}, {columns} FROM {view} WHERE {time} < $1
    ON CONFLICT (symbol, won_venue, foreign_venue, bucket_s, timestamp) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """What hangs on a table, as statements that hang it on again."""

    constraints: list[str]
    indexes: list[str]


async def to_hypertables(database: Database) -> SeriesState:
    """Use TimescaleDB as far as its licence goes. Raises StorageError; then nothing has changed."""
    return await _converted(database, _to_hypertables)


async def to_partitions(database: Database) -> SeriesState:
    """Do without TimescaleDB. Raises StorageError; then nothing has changed."""
    return await _converted(database, _to_partitions)


async def _converted(database: Database, change: Callable[[Connection, SeriesState], Awaitable[None]]) -> SeriesState:
    connection = await database.own_connection("series conversion", statement_timeout=str(STATEMENT_TIMEOUT_MS))
    try:
        if not await connection.fetchval(MAY):
            raise StorageError("Only the owner of the tables can convert the series.")
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK, timeout=TIMEOUT_S)
            names = [series.name for series in SERIES]
            await connection.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE", timeout=TIMEOUT_S)
            state = await series_state(connection)
            if not state.is_community:
                # What waits to be rolled up may lie where rows were dropped, and would be lost with its note.
                for name in VIEWS_OF:
                    await roll_up(connection, name)
            await change(connection, state)
        return await series_state(connection)
    except Failure as error:
        raise storage_error(error) from error
    finally:
        connection.terminate()


async def _to_hypertables(connection: Connection, state: SeriesState) -> None:
    if not state.is_offered and state.version is None:
        raise StorageError("The server has no TimescaleDB that it could give to this database.")
    await connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    licence = await connection.fetchval("SELECT current_setting('timescaledb.license', true)")
    is_community = licence == timescale.COMMUNITY
    if state.hypertables and is_community == state.is_community:
        return
    rights = await _take_rights(connection)
    await _run(connection, views.drop_views(state.continuous))
    for series in SERIES:
        if series.name not in state.hypertables:
            await _rebuild(connection, series, "", [timescale.hypertable(series)])
    if is_community:
        await _keep_only_what_was_dropped(connection)
        await _run(connection, [*views.drop_note_triggers(), *timescale.all_compression(), *views.continuous_views()])
        readers = await connection.fetchval(READERS)
        if readers:
            names = (views.continuous_name(view) for view in ROLLED)
            rights += [FOLLOW.format(name=name, grantees=readers) for name in names]
    else:
        await _run(connection, [*views.drop_note_triggers(), *views.note_triggers(), *views.own_views()])
    await _run(connection, rights)


async def _to_partitions(connection: Connection, state: SeriesState) -> None:
    if state.is_native:
        return
    rights = await _take_rights(connection)
    now: datetime = await connection.fetchval("SELECT now()")
    if state.is_community:
        await _keep_all_buckets(connection, now)
    await _run(connection, [SCHEMA, *views.drop_views(state.continuous)])
    for series in SERIES:
        await _rebuild(connection, series, " PARTITION BY RANGE (timestamp)", first_parts(series, now))
    await _run(connection, [*views.note_triggers(), *views.own_views()])
    await _run(connection, rights)


async def _rebuild(connection: Connection, series: Series, by_time: str, made: list[str]) -> None:
    """The same table in another form, with the same rows."""
    name, old = series.name, f"{PARTS}.{series.name}"
    shape = await _shape(connection, name)
    await _run(
        connection,
        [
            f"ALTER TABLE public.{name} SET SCHEMA {PARTS}",
            f"CREATE TABLE public.{name} (LIKE {old} INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMMENTS){by_time}",
            *made,
            f"INSERT INTO public.{name} SELECT * FROM {old}",
            f"DROP TABLE {old}",
            *shape.constraints,
            *shape.indexes,
        ],
    )


async def _shape(connection: Connection, name: str) -> Shape:
    constraints = [
        f"ALTER TABLE public.{name} ADD CONSTRAINT {row['name']} {row['text']}"
        for row in await connection.fetch(CONSTRAINTS, name)
    ]
    indexes = [row["text"].replace(" ON ONLY ", " ON ", 1) for row in await connection.fetch(INDEXES, name)]
    return Shape(constraints, indexes)


async def _take_rights(connection: Connection) -> list[str]:
    names = [*(series.name for series in SERIES), *ROLLED]
    return [row["text"] for row in await connection.fetch(RIGHTS, names)]


async def _keep_only_what_was_dropped(connection: Connection) -> None:
    """TimescaleDB counts all rows that are there; of ours it needs the buckets that begin before the first of them."""
    for source, rolled in VIEWS_OF.items():
        first = await connection.fetchval(f"SELECT min(timestamp) FROM {source} WHERE isfinite(timestamp)")
        dropped = await connection.fetchval("SELECT dropped_before FROM series_retention WHERE series = $1", source)
        for view in rolled:
            # A bucket that lost rows is as it was; the first one after it is counted from its rows.
            bound = None if dropped is None else view.floor(max(dropped, first or dropped)) + view.span
            await connection.execute(
                "UPDATE rollup_progress SET rolled_until = LEAST(rolled_until, COALESCE($2, '-infinity'::timestamptz)) "
                "WHERE view_name = $1",
                view.name, bound,
            )  # fmt: skip
        table, of_frame = ("candle_rollups", "timeframe_s") if source == "candles" else ("spread_rollups", "bucket_s")
        for view in rolled:
            await connection.execute(
                f"DELETE FROM {table} WHERE {of_frame} = $2 AND timestamp >= "
                "(SELECT rolled_until FROM rollup_progress WHERE view_name = $1)",
                view.name, int(view.span.total_seconds()),
            )  # fmt: skip
        await connection.execute("DELETE FROM rollup_changes WHERE series = $1", source)


async def _keep_all_buckets(connection: Connection, now: datetime) -> None:
    """What TimescaleDB rolled up, as our own buckets; from there on our own job goes on."""
    for frame, view in zip(FRAMES, VIEWS_OF["candles"], strict=True):
        until = view.floor(now - LAG)
        keep = KEEP_BUCKETS.format(columns=views.BAR_COLUMNS, timeframe_s=frame.timeframe_s, view=frame.view)
        await connection.execute(keep, until, timeout=TIMEOUT_S)
        await connection.execute("UPDATE rollup_progress SET rolled_until = $2 WHERE view_name = $1", view.name, until)
    for each, view in zip(SPREAD_FRAMES, VIEWS_OF["spreads"], strict=True):
        until = view.floor(now - LAG)
        keep = KEEP_SPREADS.format(
            columns=views.SPREAD_COLUMNS, bucket_s=each.bucket_s, time=each.time, view=each.view
        )  # fmt: skip
        await connection.execute(keep, until, timeout=TIMEOUT_S)
        await connection.execute("UPDATE rollup_progress SET rolled_until = $2 WHERE view_name = $1", view.name, until)
    for source in VIEWS_OF:
        await connection.execute(
            f"INSERT INTO series_retention (series, dropped_before) "
            f"SELECT $1, min(timestamp) FROM {source} WHERE isfinite(timestamp) HAVING count(*) > 0 "
            "ON CONFLICT (series) DO UPDATE SET dropped_before = "
            "GREATEST(series_retention.dropped_before, EXCLUDED.dropped_before)",
            source,
        )


async def _run(connection: Connection, statements: list[str]) -> None:
    for statement in statements:
        await connection.execute(statement, timeout=TIMEOUT_S)
