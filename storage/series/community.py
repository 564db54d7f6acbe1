"""TimescaleDB under its own licence: it rolls up, compresses and drops by policies; we only see that they are there."""

from datetime import datetime, timedelta

from storage.database import Connection
from storage.series.layout import MINUTE_SPREADS, ROLLED, SERIES, Series
from storage.series.rollup import LAG
from storage.series.timescale import REFRESH_EVERY, SHORTEST_MINUTES, compression, source_of
from storage.series.views import continuous_name

#: A window of minutes begins well before its end, which lies some minutes back.
SHORTEST_WINDOW = timedelta(days=1)
#: The first roll-up of all that is there may take long.
TIMEOUT_S = 3600.0

POLICIES = """
    SELECT hypertable_name AS name, proc_name AS kind,
        (config ->> CASE proc_name WHEN 'policy_retention' THEN 'drop_after' ELSE 'start_offset' END)::interval AS span
    FROM timescaledb_information.jobs WHERE proc_name IN ('policy_retention', 'policy_compression')
    UNION ALL
    SELECT c.view_name, j.proc_name,
        (j.config ->> CASE j.proc_name WHEN 'policy_retention' THEN 'drop_after' ELSE 'start_offset' END)::interval
    FROM timescaledb_information.jobs j
    JOIN timescaledb_information.continuous_aggregates c
        ON j.hypertable_name IN (c.view_name, c.materialization_hypertable_name)
    WHERE j.proc_name IN ('policy_refresh_continuous_aggregate', 'policy_retention')
"""
RETENTION, COMPRESSION, REFRESH = "policy_retention", "policy_compression", "policy_refresh_continuous_aggregate"


def kept(series: Series, keep_days: int) -> timedelta | None:
    """How long rows are kept; None is for ever. Minutes stay until their week is over and looked at twice."""
    if keep_days == 0:
        return None
    span = timedelta(days=keep_days)
    return max(span, SHORTEST_MINUTES) if series.name == "candles" else span


async def keep_policies(connection: Connection, now: datetime, retention: dict[str, int]) -> int:
    """Bring policies in line with the settings; a view that never was is rolled up first. Returns what changed."""
    present = {(row["name"], row["kind"]): row["span"] for row in await connection.fetch(POLICIES)}
    changed = 0
    for view in ROLLED:
        source = next(series for series in SERIES if series.name == source_of(view))
        # A window never begins where rows are dropped: what is rolled up of them would go too.
        start = kept(source, retention[source.name])
        if view == MINUTE_SPREADS and retention[view]:
            # Nor where minutes are dropped: they would come again.
            start = min(start or timedelta.max, max(timedelta(days=retention[view]), SHORTEST_WINDOW))
        name = continuous_name(view)
        found = present.get((name, REFRESH), "missing")
        if found == start:
            continue
        if found == "missing":
            until = (now - LAG).isoformat()
            await connection.execute(
                f"CALL refresh_continuous_aggregate('{name}', NULL, '{until}'::timestamptz)", timeout=TIMEOUT_S
            )
        async with connection.transaction():
            await connection.execute("SELECT remove_continuous_aggregate_policy($1, if_exists => TRUE)", name)
            await connection.execute(
                "SELECT add_continuous_aggregate_policy($1, start_offset => $2::interval, end_offset => $3::interval, "
                "schedule_interval => $4::interval)",
                name, start, LAG, timedelta(minutes=int(REFRESH_EVERY.split()[0])),
            )  # fmt: skip
        changed += 1
    for series in SERIES:
        changed += await _keep_series(connection, series, retention[series.name], present)
    return changed + await _keep_minutes(connection, retention[MINUTE_SPREADS], present)


async def _keep_series(
    connection: Connection, series: Series, keep_days: int, present: dict[tuple[str, str], timedelta | None]
) -> int:
    changed = 0
    if (series.name, COMPRESSION) not in present:
        for statement in compression(series):
            await connection.execute(statement)
        changed += 1
    return changed + await _keep_for(connection, series.name, kept(series, keep_days), present)


async def _keep_minutes(
    connection: Connection, keep_days: int, present: dict[tuple[str, str], timedelta | None]
) -> int:  # fmt: skip
    """What TimescaleDB put together by the minute; hours and days come from the readings and stay."""
    span = max(timedelta(days=keep_days), SHORTEST_WINDOW) if keep_days else None
    return await _keep_for(connection, continuous_name(MINUTE_SPREADS), span, present)


async def _keep_for(
    connection: Connection, name: str, span: timedelta | None, present: dict[tuple[str, str], timedelta | None]
) -> int:
    if present.get((name, RETENTION)) == span:
        return 0
    async with connection.transaction():
        await connection.execute("SELECT remove_retention_policy($1, if_exists => TRUE)", name)
        if span is not None:
            await connection.execute("SELECT add_retention_policy($1, drop_after => $2::interval)", name, span)
    return 1
