# ruff: noqa: S608 - the statements are put together from constants of this program and hold no values.
"""Spreads that say more of themselves, put together by the minute and by the day beside the hour."""

from storage.migrations.series import hours
from storage.series import views
from storage.series.layout import ROLLED_OF

VIEWS = ROLLED_OF["spreads"]
SPREAD_COLUMNS = (
    ("back_spread_pct", "double precision"), ("back_net_spread_pct", "double precision"), ("size", "double precision"),
    ("slippage_pct", "double precision"), ("funding_pct", "double precision"), ("fx_source", "text"),
    ("fx_age_s", "double precision"),
)  # fmt: skip
#: What TimescaleDB rolled up of rows that were dropped since, as our own buckets; from the first row on it counts anew.
KEEP_HOURS = f"""
    INSERT INTO spread_rollups (symbol, won_venue, foreign_venue, hour, {hours.COLUMNS})
    SELECT symbol, won_venue, foreign_venue, hour, {hours.COLUMNS} FROM {hours.VIEW}
    WHERE hour < (SELECT COALESCE(min(timestamp), 'infinity') FROM spreads WHERE isfinite(timestamp))
    ON CONFLICT (symbol, won_venue, foreign_venue, hour) DO NOTHING
"""
HOURS_FROM = f"""
    UPDATE rollup_progress SET rolled_until = COALESCE(
        (SELECT max(hour) + interval '1 hour' FROM spread_rollups WHERE isfinite(hour)), '-infinity')
    WHERE view_name = '{hours.VIEW}'
"""
KEY = "symbol, won_venue, foreign_venue"
BUCKETS = (
    "CREATE TEMPORARY TABLE spread_hours AS TABLE spread_rollups",
    "DROP TABLE spread_rollups",
    """
    CREATE TABLE spread_rollups (
        symbol text NOT NULL,
        won_venue text NOT NULL,
        foreign_venue text NOT NULL,
        bucket_s integer NOT NULL,
        timestamp timestamptz NOT NULL,
        avg_spread_pct double precision NOT NULL,
        avg_net_spread_pct double precision NOT NULL,
        max_spread_pct double precision NOT NULL,
        min_spread_pct double precision NOT NULL,
        max_net_spread_pct double precision,
        min_net_spread_pct double precision,
        avg_back_spread_pct double precision,
        avg_back_net_spread_pct double precision,
        won_price double precision,
        foreign_price double precision,
        foreign_price_krw double precision,
        opportunities integer,
        readings integer NOT NULL,
        CONSTRAINT pk_spread_rollups PRIMARY KEY (symbol, won_venue, foreign_venue, bucket_s, timestamp)
    )
    """,
    f"""
    INSERT INTO spread_rollups ({KEY}, bucket_s, timestamp, {hours.COLUMNS})
    SELECT {KEY}, 3600, hour, {hours.COLUMNS} FROM spread_hours
    """,
    "DROP TABLE spread_hours",
)
ONLY_HOURS = (
    "CREATE TEMPORARY TABLE spread_buckets AS TABLE spread_rollups",
    "DROP TABLE spread_rollups",
    """
    CREATE TABLE spread_rollups (
        symbol text NOT NULL,
        won_venue text NOT NULL,
        foreign_venue text NOT NULL,
        hour timestamptz NOT NULL,
        avg_spread_pct double precision NOT NULL,
        avg_net_spread_pct double precision NOT NULL,
        max_spread_pct double precision NOT NULL,
        min_spread_pct double precision NOT NULL,
        readings integer NOT NULL,
        CONSTRAINT pk_spread_rollups PRIMARY KEY (symbol, won_venue, foreign_venue, hour)
    )
    """,
    f"""
    INSERT INTO spread_rollups ({KEY}, hour, {hours.COLUMNS})
    SELECT {KEY}, timestamp, {hours.COLUMNS} FROM spread_buckets WHERE bucket_s = 3600
    """,
    "DROP TABLE spread_buckets",
)


def up(*, is_community: bool) -> list[str]:
    """The statements, for partitions and plain hypertables or for continuous aggregates."""
    new = [view for view in VIEWS if view != hours.VIEW]
    return [
        *([KEEP_HOURS, HOURS_FROM] if is_community else []),
        *views.drop_views([hours.VIEW] if is_community else [], [hours.VIEW]),
        *(f"ALTER TABLE spreads ADD COLUMN {name} {kind}" for name, kind in SPREAD_COLUMNS),
        *BUCKETS,
        views.first_progress(new),
        *([] if is_community else [views.FIRST_SPREADS]),
        *(views.continuous_spread_views() if is_community else views.own_spread_views()),
    ]


def down(*, is_community: bool) -> list[str]:
    """The way back: minutes and days are forgotten."""
    return [
        *views.drop_views(VIEWS if is_community else [], VIEWS),
        *ONLY_HOURS,
        f"DELETE FROM rollup_progress WHERE view_name IN ({', '.join(repr(v) for v in VIEWS if v != hours.VIEW)})",
        *(f"ALTER TABLE spreads DROP COLUMN {name}" for name, _ in reversed(SPREAD_COLUMNS)),
        *(hours.BY_TIMESCALE if is_community else hours.OWN),
    ]
