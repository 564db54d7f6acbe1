"""What our own roll-up keeps: bars and hours put together, how far it came, and what changed behind it."""

from sqlalchemy import Double, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, Measured, Row, RowId, Words


class CandleRollupRow(Row):
    """A bar of `timeframe_s` from the minutes in it; `bars` of them traded. Empty where TimescaleDB rolls up."""

    __tablename__ = "candle_rollups"

    venue: Mapped[Words] = mapped_column(primary_key=True)
    symbol: Mapped[Words] = mapped_column(primary_key=True)
    timeframe_s: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    open_price: Mapped[Measured]
    high_price: Mapped[Measured]
    low_price: Mapped[Measured]
    close_price: Mapped[Measured]
    volume: Mapped[Measured]
    vwap: Mapped[float | None] = mapped_column(Double)
    bars: Mapped[int]


class SpreadRollupRow(Row):
    """`bucket_s` seconds of one pair of venues, in percent; prices are the last ones. `opportunities` of its readings.

    What only newer programs put together is NULL where the readings were dropped before.
    """

    __tablename__ = "spread_rollups"
    # Only minutes have a retention of their own.
    __table_args__ = (Index("idx_spread_rollups_minutes", "timestamp", postgresql_where="bucket_s = 60"),)

    symbol: Mapped[Words] = mapped_column(primary_key=True)
    won_venue: Mapped[Words] = mapped_column(primary_key=True)
    foreign_venue: Mapped[Words] = mapped_column(primary_key=True)
    bucket_s: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    avg_spread_pct: Mapped[Measured]
    avg_net_spread_pct: Mapped[Measured]
    max_spread_pct: Mapped[Measured]
    min_spread_pct: Mapped[Measured]
    max_net_spread_pct: Mapped[float | None] = mapped_column(Double)
    min_net_spread_pct: Mapped[float | None] = mapped_column(Double)
    avg_back_spread_pct: Mapped[float | None] = mapped_column(Double)
    avg_back_net_spread_pct: Mapped[float | None] = mapped_column(Double)
    won_price: Mapped[float | None] = mapped_column(Double)
    foreign_price: Mapped[float | None] = mapped_column(Double)
    foreign_price_krw: Mapped[float | None] = mapped_column(Double)
    opportunities: Mapped[int | None]
    readings: Mapped[int]


class RollupProgressRow(Row):
    """Up to where a view is rolled up; what lies behind is read from the series themselves."""

    __tablename__ = "rollup_progress"

    view_name: Mapped[Words] = mapped_column(primary_key=True)
    rolled_until: Mapped[Instant]


class RollupChangeRow(Row):
    """Where a series was written since the last roll-up: first and last instant of one statement's rows."""

    __tablename__ = "rollup_changes"
    __table_args__ = (Index("idx_rollup_changes_series", "series", "since"),)

    id: Mapped[RowId]
    series: Mapped[Words]
    since: Mapped[Instant]
    until: Mapped[Instant]


class SeriesRetentionRow(Row):
    """Up to where a series was dropped: a bucket before it may miss rows, and is not counted again with fewer."""

    __tablename__ = "series_retention"

    series: Mapped[Words] = mapped_column(primary_key=True)
    dropped_before: Mapped[Instant]
