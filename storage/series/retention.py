# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Making parts ahead of time, finding a place for rows that came without one, and dropping what is old enough.

Nothing is dropped that is not rolled up yet.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Connection
from storage.series.layout import DAY, MINUTE_SPREADS, PARTS, Series
from storage.series.parts import default_part, part_with_its_rows
from storage.series.rollup import VIEWS_OF

#: Parts made for rows that came without one, in one run. After an import of years the rest follows in the next runs.
MOST_NEW_PARTS = 60
#: Rows deleted in one transaction.
MOST_ROWS = 20_000
BOUNDS = re.compile(r"FROM \('([^']+)'\) TO \('([^']+)'\)")

EXISTING = f"""
    SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = ('public.' || $1)::regclass AND c.relnamespace = '{PARTS}'::regnamespace
"""
ROLLED_UNTIL = """
    SELECT CASE WHEN bool_and(isfinite(rolled_until)) THEN min(rolled_until) END FROM rollup_progress
    WHERE view_name = ANY($1::text[])
"""
PENDING = "SELECT EXISTS (SELECT 1 FROM rollup_changes WHERE series = $1 AND since < $2)"
DROPPED = """
    INSERT INTO series_retention (series, dropped_before) VALUES ($1, $2)
    ON CONFLICT (series) DO UPDATE
    SET dropped_before = GREATEST(series_retention.dropped_before, EXCLUDED.dropped_before)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A partition and its bounds, the upper one outside."""

    name: str
    since: datetime
    until: datetime


async def parts_of(connection: Connection, series: Series) -> list[Part]:
    """All parts but the default one, oldest first."""
    bounds = [(row["relname"], BOUNDS.search(row["bound"])) for row in await connection.fetch(EXISTING, series.name)]
    found = [
        Part(name, *(datetime.fromisoformat(text) for text in matched.groups()))
        for name, matched in bounds
        if matched is not None
    ]
    return sorted(found, key=lambda part: part.since)


async def make_parts(connection: Connection, series: Series, now: datetime, keep_days: int) -> int:
    """Parts ahead of time, and parts for rows that wait in the default one. Returns how many were made.

    Rows that are to be dropped anyway are left where they are; so are those from further ahead than parts are made.
    """
    cutoff = now - keep_days * DAY if keep_days else None
    await connection.execute(default_part(series))
    existing = await parts_of(connection, series)
    wanted = dict.fromkeys(series.starts(now, now + series.ahead))
    waiting = await connection.fetch(
        f"SELECT DISTINCT date_bin($1, timestamp, $2) AS start FROM {PARTS}.{series.default_part} "
        "WHERE timestamp >= COALESCE($3, '-infinity'::timestamptz) AND timestamp < $4 AND isfinite(timestamp) "
        "ORDER BY start DESC LIMIT $5",
        series.step, series.part_start(now), cutoff, series.part_start(now + series.ahead) + series.step,
        MOST_NEW_PARTS,
    )  # fmt: skip
    wanted.update(dict.fromkeys(row["start"] for row in waiting))
    made = 0
    for start in wanted:
        if any(part.since < start + series.step and start < part.until for part in existing):
            continue
        async with connection.transaction():
            for statement in part_with_its_rows(series, start):
                await connection.execute(statement)
        made += 1
    return made


async def drop_limit(connection: Connection, series: Series, now: datetime, keep_days: int) -> datetime | None:
    """Before which rows may go: old enough, and rolled up. None keeps everything."""
    if keep_days == 0:
        return None
    limit = now - timedelta(days=keep_days)
    if series.name in VIEWS_OF:
        names = [view.name for view in VIEWS_OF[series.name]]
        rolled_until = await connection.fetchval(ROLLED_UNTIL, names)
        return None if rolled_until is None else min(limit, rolled_until)
    return limit


async def drop_parts(connection: Connection, series: Series, limit: datetime) -> int:
    """Whole parts that lie before the limit, and rows of the default part. Returns how many parts went."""
    dropped = 0
    for part in await parts_of(connection, series):
        if part.until > limit:
            continue
        async with connection.transaction():
            # The lock first: a row that came late has then been noted, or comes after the part is gone.
            await connection.execute(f"LOCK TABLE {PARTS}.{part.name} IN ACCESS EXCLUSIVE MODE")
            if await connection.fetchval(PENDING, series.name, part.until):
                continue
            await connection.execute(f"DROP TABLE {PARTS}.{part.name}")
            await connection.execute(DROPPED, series.name, part.until)
        dropped += 1
    while await _drop_rows(connection, series, limit) == MOST_ROWS:
        pass
    return dropped


async def _drop_rows(connection: Connection, series: Series, limit: datetime) -> int:
    default = f"{PARTS}.{series.default_part}"
    async with connection.transaction():
        gone = await connection.execute(
            f"DELETE FROM {default} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {default} WHERE timestamp < $1 LIMIT $3)) "
            "AND NOT EXISTS (SELECT 1 FROM rollup_changes WHERE series = $2 AND since < $1)",
            limit, series.name, MOST_ROWS,
        )  # fmt: skip
        count = int(gone.split()[-1])
        if count:
            await connection.execute(DROPPED, series.name, limit)
    return count


async def drop_chunks(connection: Connection, series: Series, limit: datetime) -> int:
    """The same for a hypertable without policies. Returns how many chunks went."""
    async with connection.transaction():
        if await connection.fetchval(PENDING, series.name, limit):
            return 0
        gone = await connection.fetch(
            "SELECT drop_chunks($1::regclass, older_than => $2::timestamptz)", series.name, limit
        )
        if gone:
            await connection.execute(DROPPED, series.name, limit)
    return len(gone)


#: What is not rolled up yet the view reads from the readings, and it is put together once more: it may not go.
OLD_MINUTES = """
    DELETE FROM spread_rollups WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM spread_rollups WHERE bucket_s = 60 AND timestamp < $1 AND timestamp <
            (SELECT rolled_until FROM rollup_progress WHERE view_name = $2)
        ORDER BY timestamp LIMIT $3
    ))
"""


async def drop_minutes(connection: Connection, now: datetime, keep_days: int) -> int:
    """Rolled-up minutes of spreads that are old enough, a few at a time; hours and days were put together from the
    readings and stay. Returns how many went.
    """
    if keep_days == 0:
        return 0
    total = 0
    while True:
        gone = await connection.execute(OLD_MINUTES, now - keep_days * DAY, MINUTE_SPREADS, MOST_ROWS)
        total += (count := int(gone.split()[-1]))
        if count < MOST_ROWS:
            return total


#: Orders that came to nothing, long ago, on a ladder that stands no more. What was filled is the ledger's evidence and
#: stays; orders of the present ladder carry the attempts from which the next order's name is derived.
OLD_ORDERS = """
    DELETE FROM orders WHERE id IN (
        SELECT o.id FROM orders o JOIN bot_instances b USING (user_id, bot_uid)
        WHERE o.created_at < $1 AND o.updated_at < $1
            AND o.status IN ('canceled', 'denied', 'rejected', 'lost') AND o.filled_quantity = 0
            AND o.generation < b.generation
            AND NOT EXISTS (
                SELECT 1 FROM trades t WHERE t.user_id = o.user_id AND t.client_order_id = o.client_order_id
            )
            AND NOT EXISTS (
                SELECT 1 FROM order_legs l WHERE l.user_id = o.user_id AND l.client_order_id = o.client_order_id
            )
        ORDER BY o.created_at LIMIT $2
    )
"""


async def drop_orders(connection: Connection, now: datetime, keep_days: int) -> int:
    """Everybody's old orders that never were filled; the owner of the tables sees all. Returns how many went."""
    if keep_days == 0:
        return 0
    total = 0
    while True:
        gone = await connection.execute(OLD_ORDERS, now - keep_days * DAY, MOST_ROWS)
        total += (count := int(gone.split()[-1]))
        if count < MOST_ROWS:
            return total
