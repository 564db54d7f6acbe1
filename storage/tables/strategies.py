"""Strategies as parameters or as a graph, what running them led to, and what they would have earned."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import (
    Instant,
    Json,
    Money,
    OwnerId,
    Row,
    RowId,
    RowNumber,
    Sum,
    Words,
    WrittenAt,
    one_of,
    owned,
)


class StrategyRow(Row):
    """One strategy. `graph` has nodes and edges where it was drawn, NULL where it is a type with parameters.

    Percentages are of 100; the sums are of what was traded live, `total_pnl` in the strategy's quote.
    """

    __tablename__ = "strategies"
    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("graph IS NULL OR (graph ? 'nodes' AND graph ? 'edges')", name="graph"),
        CheckConstraint("risk_per_trade >= 0 AND risk_per_trade <= 100", name="risk_per_trade"),
        CheckConstraint("max_positions >= 1", name="max_positions"),
        CheckConstraint("winning_trades + losing_trades <= total_trades", name="trades"),
        CheckConstraint("win_rate >= 0 AND win_rate <= 100", name="win_rate"),
        Index("idx_strategies_active", "user_id", "is_active"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[Words]
    strategy_type: Mapped[Words]
    description: Mapped[str | None]
    parameters: Mapped[Json] = mapped_column(server_default="{}")
    graph: Mapped[Any | None] = mapped_column(JSONB)
    risk_per_trade: Mapped[Money] = mapped_column(server_default="2.0")
    max_positions: Mapped[int] = mapped_column(server_default="5")
    stop_loss_pct: Mapped[Money | None] = mapped_column(server_default="2.0")
    take_profit_pct: Mapped[Money | None] = mapped_column(server_default="4.0")
    is_active: Mapped[bool] = mapped_column(server_default="false")
    is_backtesting: Mapped[bool] = mapped_column(server_default="false")
    total_trades: Mapped[int] = mapped_column(server_default="0")
    winning_trades: Mapped[int] = mapped_column(server_default="0")
    losing_trades: Mapped[int] = mapped_column(server_default="0")
    total_pnl: Mapped[Sum]
    win_rate: Mapped[Sum]
    max_drawdown: Mapped[Sum]
    sharpe_ratio: Mapped[Sum]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
    last_executed: Mapped[Instant | None]


class StrategyExecution(Row):
    """One thing a strategy did: a signal, an order, an error. `execution_time` is in seconds."""

    __tablename__ = "strategy_executions"
    __table_args__ = (
        owned("strategies", "strategy_id", theirs="id", ondelete="CASCADE"),
        CheckConstraint(one_of("execution_type", ("signal", "order", "error")), name="execution_type"),
        CheckConstraint("success = (error_message IS NULL)", name="success"),
        CheckConstraint("execution_time >= 0", name="execution_time"),
        Index("idx_strategy_executions_strategy_id", "strategy_id", "id"),
        Index("idx_strategy_executions_created_at", "user_id", "created_at"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    strategy_id: Mapped[RowNumber]
    execution_type: Mapped[Words]
    signal_data: Mapped[Any | None] = mapped_column(JSONB)
    order_data: Mapped[Any | None] = mapped_column(JSONB)
    market_data: Mapped[Any | None] = mapped_column(JSONB)
    error_message: Mapped[str | None]
    success: Mapped[bool] = mapped_column(server_default="true")
    execution_time: Mapped[Money | None]
    created_at: Mapped[WrittenAt]


class BacktestResult(Row):
    """What a strategy would have earned on a market between two instants.

    Money in the symbol's quote; returns, drawdown and win rate in percent; `execution_time` in seconds.
    """

    __tablename__ = "backtest_results"
    __table_args__ = (
        owned("strategies", "strategy_id", theirs="id", ondelete="CASCADE"),
        CheckConstraint("end_date > start_date", name="dates"),
        CheckConstraint("initial_capital > 0", name="initial_capital"),
        CheckConstraint("winning_trades + losing_trades <= total_trades", name="trades"),
        CheckConstraint("win_rate >= 0 AND win_rate <= 100", name="win_rate"),
        CheckConstraint("timeframe_s > 0", name="timeframe_s"),
        Index("idx_backtest_results_strategy_id", "strategy_id", "id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    strategy_id: Mapped[RowNumber]
    start_date: Mapped[Instant]
    end_date: Mapped[Instant]
    initial_capital: Mapped[Money]
    symbol: Mapped[Words]
    timeframe_s: Mapped[int]
    total_return: Mapped[Sum]
    annual_return: Mapped[Sum]
    max_drawdown: Mapped[Sum]
    sharpe_ratio: Mapped[Sum]
    sortino_ratio: Mapped[Sum]
    win_rate: Mapped[Sum]
    profit_factor: Mapped[Sum]
    total_trades: Mapped[int] = mapped_column(server_default="0")
    winning_trades: Mapped[int] = mapped_column(server_default="0")
    losing_trades: Mapped[int] = mapped_column(server_default="0")
    avg_win: Mapped[Sum]
    avg_loss: Mapped[Sum]
    largest_win: Mapped[Sum]
    largest_loss: Mapped[Sum]
    equity_curve: Mapped[Any | None] = mapped_column(JSONB)
    trade_history: Mapped[Any | None] = mapped_column(JSONB)
    monthly_returns: Mapped[Any | None] = mapped_column(JSONB)
    execution_time: Mapped[Money | None]
    created_at: Mapped[WrittenAt]
