"""Series over time: recorded markets in double precision, and the equity curves in NUMERIC.

Unique keys contain the time column, so that each of these can become a hypertable.
"""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, Measured, Money, Row, Words


class CandleRow(Row):
    """One bar; `timestamp` is its open time, volume in base. A growing bar is overwritten by its later self."""

    __tablename__ = "candles"

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


class TickerRow(Row):
    """One quote, as the venue showed it."""

    __tablename__ = "tickers"
    __table_args__ = (Index("idx_tickers_symbol_time", "venue", "symbol", "timestamp"),)
    # Quotes are kept as they come, twins too; the mapper wants a key, the table has none.
    __mapper_args__ = {"primary_key": ["venue", "symbol", "timestamp"]}  # noqa: RUF012 - read by SQLAlchemy once

    venue: Mapped[Words]
    symbol: Mapped[Words]
    timestamp: Mapped[Instant]
    bid_price: Mapped[Measured]
    ask_price: Mapped[Measured]


class EquitySnapshot(Row):
    """A point of an equity curve; `bot_uid` NULL is the whole account. Money in the account's quote."""

    __tablename__ = "equity_snapshots"
    __table_args__ = (
        UniqueConstraint("account_id", "bot_uid", "at", name="unique_equity_point", postgresql_nulls_not_distinct=True),
    )
    __mapper_args__ = {"primary_key": ["account_id", "bot_uid", "at"]}  # noqa: RUF012 - read by SQLAlchemy once

    account_id: Mapped[Words] = mapped_column(ForeignKey("accounts.account_id", ondelete="CASCADE"))
    bot_uid: Mapped[str | None] = mapped_column(ForeignKey("bot_instances.bot_uid", ondelete="CASCADE"))
    at: Mapped[Instant]
    equity: Mapped[Money]
    matched_profit: Mapped[Money]
    floating_pnl: Mapped[Money]
    price: Mapped[Money]
