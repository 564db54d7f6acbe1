# ruff: noqa: S608 - the statements are put together from constants of this file and hold no values.
"""Hours of spreads as they were kept from 0004 to 0009: one view, one table of their own, averages and the range."""

from storage.series.views import ORIGIN_SQL

VIEW, CONTINUOUS = "hourly_spread_avg", "continuous_hourly_spread_avg"
COLUMNS = "avg_spread_pct, avg_net_spread_pct, max_spread_pct, min_spread_pct, readings"
SUMS = """
    avg(spread_pct::numeric)::double precision AS avg_spread_pct,
    avg(net_spread_pct::numeric)::double precision AS avg_net_spread_pct,
    max(spread_pct) AS max_spread_pct,
    min(spread_pct) AS min_spread_pct,
    count(*) AS readings
"""
BUCKET = f"date_bin('1 hour', timestamp, {ORIGIN_SQL})"
ROLLED_UNTIL = f"(SELECT rolled_until FROM rollup_progress WHERE view_name = '{VIEW}')"


def _view(live: str) -> str:
    return f"""
        CREATE VIEW {VIEW} WITH (security_invoker = true) AS
        SELECT hour, symbol, won_venue, foreign_venue, {COLUMNS} FROM spread_rollups WHERE hour < {ROLLED_UNTIL}
        UNION ALL
        {live}
    """


OWN = (
    _view(
        f"""SELECT {BUCKET} AS hour, symbol, won_venue, foreign_venue, {SUMS} FROM spreads
        WHERE timestamp >= {ROLLED_UNTIL} GROUP BY {BUCKET}, symbol, won_venue, foreign_venue"""
    ),
)
BY_TIMESCALE = (
    f"""
    CREATE MATERIALIZED VIEW {CONTINUOUS} WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT time_bucket('1 hour', timestamp) AS hour, symbol, won_venue, foreign_venue, {SUMS} FROM spreads
    GROUP BY time_bucket('1 hour', timestamp), symbol, won_venue, foreign_venue WITH NO DATA
    """,
    _view(f"SELECT hour, symbol, won_venue, foreign_venue, {COLUMNS} FROM {CONTINUOUS} WHERE hour >= {ROLLED_UNTIL}"),
)
