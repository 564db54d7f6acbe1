# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Our own roll-up: what changed since the last one is put together again, bucket by bucket, and the views move on.

Everything of one step is one transaction: the notes of changes that it takes, the buckets that it writes, how far it
came. Killed at any moment it has done a step or has not; done twice it writes the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.database import Connection
from storage.series.layout import FRAMES, ORIGIN, SPREAD_FRAMES, WEEK, Frame, SpreadFrame
from storage.series.views import BAR_COLUMNS, MINUTES, OWN_BARS, OWN_SPREADS, SPREAD_COLUMNS, bucket

#: A bucket is rolled up that long after its end: whoever writes a little late writes before it.
LAG = timedelta(minutes=5)
#: What one transaction looks at, so that a long import is rolled up in many short ones.
SLAB = 4 * WEEK
MOST_NOTES = 10_000

Span = tuple[datetime, datetime]

TAKE_NOTES = """
    DELETE FROM rollup_changes WHERE id IN (
        SELECT id FROM rollup_changes WHERE series = $1 ORDER BY since LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING CASE WHEN isfinite(since) THEN since END AS since, CASE WHEN isfinite(until) THEN until END AS until
"""
#: Where a series has rows at all, for a note that does not say where.
EXTENT = """
    SELECT min(timestamp), max(timestamp) FROM {series} WHERE isfinite(timestamp)
"""
PUT_NOTES = """
    INSERT INTO rollup_changes (series, since, until) SELECT $1, * FROM unnest($2::timestamptz[], $3::timestamptz[])
"""
PROGRESS = """
    SELECT CASE WHEN isfinite(rolled_until) THEN rolled_until END AS rolled_until, now() AS now,
        (SELECT dropped_before FROM series_retention WHERE series = $2) AS dropped_before
    FROM rollup_progress WHERE view_name = $1
"""
MOVE_ON = "UPDATE rollup_progress SET rolled_until = $2 WHERE view_name = $1 AND rolled_until < $2"


def _overwritten(table: str, key: str, columns: str, size: str) -> str:
    """What happens to a bucket that is there: it is written anew, unless rows of it were dropped meanwhile.

    $3 is up to where the series was dropped. A bucket before it is counted again only when it did not get fewer.
    """
    names = [name.strip() for name in columns.split(",")]
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
    here, there = (", ".join(f"{side}.{name}" for name in names) for side in (table, "EXCLUDED"))
    time = key.rpartition(", ")[2]
    return (
        f"ON CONFLICT ({key}) DO UPDATE SET {changed} WHERE ({here}) IS DISTINCT FROM ({there}) "
        f"AND ({table}.{time} >= COALESCE($3, '-infinity'::timestamptz) OR EXCLUDED.{size} >= {table}.{size})"
    )


def _roll_candles(frame: Frame) -> str:
    key = "venue, symbol, timeframe_s, timestamp"
    start = bucket(frame.interval)
    return f"""
        INSERT INTO candle_rollups ({key}, {BAR_COLUMNS})
        SELECT venue, symbol, {frame.timeframe_s}, {start}, {OWN_BARS} FROM candles
        WHERE {MINUTES} AND timestamp >= $1 AND timestamp < $2 GROUP BY venue, symbol, {start}
        {_overwritten("candle_rollups", key, BAR_COLUMNS, "bars")}
    """


def _roll_spreads(frame: SpreadFrame) -> str:
    key = "symbol, won_venue, foreign_venue, bucket_s, timestamp"
    start = bucket(frame.interval)
    return f"""
        INSERT INTO spread_rollups ({key}, {SPREAD_COLUMNS})
        SELECT symbol, won_venue, foreign_venue, {frame.bucket_s}, {start}, {OWN_SPREADS} FROM spreads
        WHERE timestamp >= $1 AND timestamp < $2 GROUP BY symbol, won_venue, foreign_venue, {start}
        {_overwritten("spread_rollups", key, SPREAD_COLUMNS, "readings")}
    """


@dataclass(frozen=True, slots=True)
class RolledView:
    """A view, how long its buckets are, and the statement that puts those between $1 and $2 together."""

    name: str
    span: timedelta
    statement: str

    def floor(self, at: datetime) -> datetime:
        """Where the bucket of an instant begins."""
        return ORIGIN + (at - ORIGIN) // self.span * self.span


VIEWS_OF: dict[str, tuple[RolledView, ...]] = {
    "candles": tuple(RolledView(frame.view, frame.span, _roll_candles(frame)) for frame in FRAMES),
    "spreads": tuple(RolledView(frame.view, frame.span, _roll_spreads(frame)) for frame in SPREAD_FRAMES),
}


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same instants in as few spans as possible, in order. Both ends belong to a span."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def cut(spans: Sequence[Span], at: datetime) -> tuple[list[Span], list[Span]]:
    """What lies before an instant, and the rest."""
    before = [(since, min(until, at - timedelta(microseconds=1))) for since, until in spans if since < at]
    after = [(max(since, at), until) for since, until in spans if until >= at]
    return before, after


async def roll_up(connection: Connection, series: str) -> int:
    """Roll up all that is due of a series; returns the number of steps it took."""
    steps = 1
    while not await _step(connection, series):
        steps += 1
    return steps


async def _step(connection: Connection, series: str) -> bool:
    """Take the oldest changes and write their buckets. True when nothing is left, and the views moved on."""
    async with connection.transaction():
        notes = await connection.fetch(TAKE_NOTES, series, MOST_NOTES)
        spans = merged(await _spans(connection, series, notes))
        is_last = len(notes) < MOST_NOTES
        if spans:
            end = ORIGIN + ((spans[0][0] - ORIGIN) // WEEK) * WEEK + SLAB if spans[0][0] < _LAST - SLAB else _LAST
            spans, later = cut(spans, end)
            if later:
                is_last = False
                await connection.execute(PUT_NOTES, series, [since for since, _ in later], [to for _, to in later])
        for view in VIEWS_OF[series]:
            await _roll_view(connection, series, view, spans, is_last=is_last)
    return is_last


async def _spans(connection: Connection, series: str, notes: Sequence[Any]) -> list[Span]:
    """What the notes say; where one does not say where, all rows there are."""
    found = [(note["since"], note["until"]) for note in notes if None not in (note["since"], note["until"])]
    if len(found) < len(notes):
        extent = tuple(await connection.fetchrow(EXTENT.format(series=series)))
        if None not in extent:
            found.append((extent[0], extent[1]))
    return [(max(since, _FIRST), min(until, _LAST)) for since, until in found]


async def _roll_view(
    connection: Connection, series: str, view: RolledView, spans: Sequence[Span], *, is_last: bool
) -> None:
    progress = await connection.fetchrow(PROGRESS, view.name, series)
    until = view.floor(progress["now"] - LAG)
    rolled_until = progress["rolled_until"]
    due = [(view.floor(since), view.floor(to) + view.span) for since, to in spans]
    if is_last and rolled_until is not None and rolled_until < until:
        # Buckets that were not over when their rows were noted.
        due.append((rolled_until, until))
    for since, to in merged((since, min(to, until)) for since, to in due if since < until):
        await connection.execute(view.statement, since, to, progress["dropped_before"])
    if is_last:
        await connection.execute(MOVE_ON, view.name, until)


#: Instants that Python and buckets of a week can count with; rows outside stay in the live part of the views.
_FIRST = datetime(1, 1, 8, tzinfo=UTC)
_LAST = datetime(9999, 12, 1, tzinfo=UTC)
