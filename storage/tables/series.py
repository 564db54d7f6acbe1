"""Recorded markets over time, in double precision: facts of the market, which belong to nobody.

Every key contains the time, so that each table can be parted by it; where the server has TimescaleDB they are
hypertables. Markets in their own time (replayed, simulated) are somebody's, and go to tables of their own.
"""

from typing import Annotated

from sqlalchemy import ARRAY, Double, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, Measured, NoWords, OwnerId, Row, Words, WrittenAt, owned

BY_TIME = {"postgresql_partition_by": "RANGE (timestamp)"}
#: Levels of one side of a book, best first: pairs of price and quantity.
Levels = Annotated[list[list[float]], mapped_column(ARRAY(Double, dimensions=2))]


class CandleRow(Row):
    """One bar; `timestamp` is its open time, volume in base. A growing bar is overwritten by its later self."""

    __tablename__ = "candles"
    __table_args__ = BY_TIME

    venue: Mapped[Words] = mapped_column(primary_key=True)
    symbol: Mapped[Words] = mapped_column(primary_key=True)
    timeframe_s: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    open_price: Mapped[Measured]
    high_price: Mapped[Measured]
    low_price: Mapped[Measured]
    close_price: Mapped[Measured]
    volume: Mapped[Measured]
    is_closed: Mapped[bool]
    vwap: Mapped[float | None] = mapped_column(Double)


class TickerRow(Row):
    """One quote, as the venue showed it. What the venue says of the last 24 hours is NULL where it was not asked."""

    __tablename__ = "tickers"
    __table_args__ = (Index("idx_tickers_symbol_time", "venue", "symbol", "timestamp"), BY_TIME)
    # Quotes are kept as they come, twins too; the mapper wants a key, the table has none.
    __mapper_args__ = {"primary_key": ["venue", "symbol", "timestamp"]}  # noqa: RUF012 - read by SQLAlchemy once

    venue: Mapped[Words]
    symbol: Mapped[Words]
    timestamp: Mapped[Instant]
    bid_price: Mapped[float | None] = mapped_column(Double)
    ask_price: Mapped[float | None] = mapped_column(Double)
    spread: Mapped[float | None] = mapped_column(Double)
    opening_price: Mapped[float | None] = mapped_column(Double)
    closing_price: Mapped[float | None] = mapped_column(Double)
    high_price: Mapped[float | None] = mapped_column(Double)
    low_price: Mapped[float | None] = mapped_column(Double)
    volume: Mapped[float | None] = mapped_column(Double)
    value: Mapped[float | None] = mapped_column(Double)
    change_24h: Mapped[float | None] = mapped_column(Double)
    change_rate_24h: Mapped[float | None] = mapped_column(Double)


class OrderBookRow(Row):
    """A book as it stood: levels, best first. Volumes are the sums of the levels that are there."""

    __tablename__ = "orderbooks"
    __table_args__ = (Index("idx_orderbooks_symbol_time", "venue", "symbol", "timestamp"), BY_TIME)
    __mapper_args__ = {"primary_key": ["venue", "symbol", "timestamp"]}  # noqa: RUF012 - read by SQLAlchemy once

    venue: Mapped[Words]
    symbol: Mapped[Words]
    timestamp: Mapped[Instant]
    bids: Mapped[Levels]
    asks: Mapped[Levels]
    bid_volume: Mapped[float | None] = mapped_column(Double)
    ask_volume: Mapped[float | None] = mapped_column(Double)
    spread: Mapped[float | None] = mapped_column(Double)
    mid_price: Mapped[float | None] = mapped_column(Double)


class TransactionRow(Row):
    """Anyone's print; `side` is the taker's. A print whose venue gave it no number is kept as it comes."""

    __tablename__ = "transactions"
    __table_args__ = (
        UniqueConstraint("venue", "symbol", "venue_trade_id", "timestamp", name="unique_transaction"),
        Index("idx_transactions_symbol_time", "venue", "symbol", "timestamp"),
        BY_TIME,
    )
    __mapper_args__ = {  # noqa: RUF012 - read by SQLAlchemy once
        "primary_key": ["venue", "symbol", "venue_trade_id", "timestamp"]
    }

    venue: Mapped[Words]
    symbol: Mapped[Words]
    timestamp: Mapped[Instant]
    price: Mapped[Measured]
    quantity: Mapped[Measured]
    value: Mapped[Measured]
    side: Mapped[Words]
    venue_trade_id: Mapped[str | None]


class SpreadRow(Row):
    """What the won market cost above the foreign one at an instant, in percent, before and after all costs.

    `back_...` is the way back: bought at home, sold abroad. Prices are those at which `size` can be traded;
    `slippage_pct` is what that size costs on both books, `funding_pct` what a long abroad pays a day. `fx_source` said
    the rate `fx_age_s` before.
    """

    __tablename__ = "spreads"
    __table_args__ = (
        Index("idx_spreads_timestamp", "timestamp"),
        Index("idx_spreads_is_opportunity", "symbol", "timestamp", postgresql_where="is_opportunity"),
        BY_TIME,
    )

    symbol: Mapped[Words] = mapped_column(primary_key=True)
    won_venue: Mapped[Words] = mapped_column(primary_key=True)
    foreign_venue: Mapped[Words] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    won_price: Mapped[Measured]
    foreign_price: Mapped[Measured]
    foreign_price_krw: Mapped[Measured]
    spread_pct: Mapped[Measured]
    net_spread_pct: Mapped[Measured]
    is_opportunity: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[WrittenAt]
    back_spread_pct: Mapped[float | None] = mapped_column(Double)
    back_net_spread_pct: Mapped[float | None] = mapped_column(Double)
    size: Mapped[float | None] = mapped_column(Double)
    slippage_pct: Mapped[float | None] = mapped_column(Double)
    funding_pct: Mapped[float | None] = mapped_column(Double)
    fx_source: Mapped[str | None]
    fx_age_s: Mapped[float | None] = mapped_column(Double)


class FxRateRow(Row):
    """A rate of a pair ("USDKRW": won for one dollar) by the source that said it."""

    __tablename__ = "fx_rates"
    __table_args__ = BY_TIME

    pair: Mapped[Words] = mapped_column(primary_key=True)
    source: Mapped[NoWords] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    rate: Mapped[Measured]
    created_at: Mapped[WrittenAt]


class FundingRateRow(Row):
    """What longs pay shorts at an instant, as a fraction of the position (negative: shorts pay)."""

    __tablename__ = "funding_rates"
    __table_args__ = BY_TIME

    venue: Mapped[Words] = mapped_column(primary_key=True)
    symbol: Mapped[Words] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    rate: Mapped[Measured]
    mark_price: Mapped[float | None] = mapped_column(Double)


class ReplayedCandleRow(Row):
    """A bar of somebody's market in its own time; kept as long as the account it belongs to."""

    __tablename__ = "replayed_candles"
    __table_args__ = (owned("accounts", "venue", ondelete="CASCADE"),)

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    venue: Mapped[Words] = mapped_column(primary_key=True)
    symbol: Mapped[Words] = mapped_column(primary_key=True)
    timeframe_s: Mapped[int] = mapped_column(primary_key=True)
    timestamp: Mapped[Instant] = mapped_column(primary_key=True)
    open_price: Mapped[Measured]
    high_price: Mapped[Measured]
    low_price: Mapped[Measured]
    close_price: Mapped[Measured]
    volume: Mapped[Measured]
    is_closed: Mapped[bool]
    vwap: Mapped[float | None] = mapped_column(Double)


class ReplayedTickerRow(Row):
    """A quote of somebody's market in its own time."""

    __tablename__ = "replayed_tickers"
    __table_args__ = (
        owned("accounts", "venue", ondelete="CASCADE"),
        Index("idx_replayed_tickers_symbol_time", "user_id", "venue", "symbol", "timestamp"),
    )
    __mapper_args__ = {  # noqa: RUF012 - read by SQLAlchemy once
        "primary_key": ["user_id", "venue", "symbol", "timestamp"]
    }

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    venue: Mapped[Words]
    symbol: Mapped[Words]
    timestamp: Mapped[Instant]
    bid_price: Mapped[Measured]
    ask_price: Mapped[Measured]
