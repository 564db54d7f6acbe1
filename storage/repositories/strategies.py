# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Strategies of a user, written as parameters or as a graph of nodes and edges, and what running them led to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from engine.domain.money import ZERO
from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import (
    HUNDRED,
    LONG_TEXT,
    document,
    flag,
    number,
    one_of,
    optional_number,
    optional_words,
    row_id,
    whole,
    words,
)
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import DOCUMENT, PAGE_ROWS, columns_of, value_of

EXECUTION_TYPES = ("signal", "order", "error")


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy. Percentages are of 100; `total_pnl` is signed, in the quote the strategy trades in."""

    id: int
    user_id: int
    name: str
    strategy_type: str
    description: str | None
    parameters: Any = field(metadata=DOCUMENT)
    graph: Any = field(metadata=DOCUMENT)
    risk_per_trade: Decimal
    max_positions: int
    stop_loss_pct: Decimal | None
    take_profit_pct: Decimal | None
    is_active: bool
    is_backtesting: bool
    total_trades: int
    winning_trades: int
    losing_trades: int
    total_pnl: Decimal
    win_rate: Decimal
    max_drawdown: Decimal
    sharpe_ratio: Decimal
    created_at: datetime
    updated_at: datetime
    last_executed: datetime | None


@dataclass(frozen=True, slots=True)
class StrategyExecution:
    """One thing a strategy did. `execution_time` is in seconds."""

    id: int
    strategy_id: int
    user_id: int
    execution_type: str
    signal_data: Any = field(metadata=DOCUMENT)
    order_data: Any = field(metadata=DOCUMENT)
    market_data: Any = field(metadata=DOCUMENT)
    error_message: str | None
    success: bool
    execution_time: Decimal | None
    created_at: datetime


STRATEGIES = Table(
    "strategies",
    "strategy",
    Strategy,
    {
        "name": partial(words, "name"),
        "strategy_type": partial(words, "type"),
        "description": lambda text: optional_words("description", text, LONG_TEXT),
        "parameters": partial(document, "parameters"),
        "graph": lambda graph: None if graph is None else document("graph", graph),
        "risk_per_trade": lambda value: number("risk per trade", value, ZERO, HUNDRED),
        "max_positions": lambda value: whole("most positions", value, 1),
        "stop_loss_pct": lambda value: optional_number("stop loss", value, ZERO, HUNDRED),
        "take_profit_pct": lambda value: optional_number("take profit", value, ZERO),
        "is_active": partial(flag, "activity"),
        "is_backtesting": partial(flag, "backtesting"),
    },
    frozenset({"parameters", "graph"}),
    {"check_strategies_graph": "A graph needs its nodes and its edges."},
    ("name", "strategy_type"),
)

EXECUTIONS: Table[StrategyExecution] = Table("strategy_executions", "execution", StrategyExecution, {})

COUNT_TRADE = f"""
    UPDATE strategies SET total_trades = total_trades + 1, winning_trades = winning_trades + ($3::numeric > 0)::int,
        losing_trades = losing_trades + ($3::numeric < 0)::int, total_pnl = total_pnl + $3,
        win_rate = (winning_trades + ($3::numeric > 0)::int) * 100.0 / (total_trades + 1), updated_at = now()
    WHERE user_id = $1 AND id = $2 RETURNING {columns_of(Strategy)}
"""
RECORD = f"""
    WITH known AS (
        UPDATE strategies SET last_executed = now() WHERE user_id = $1 AND id = $2 RETURNING user_id, id
    )
    INSERT INTO strategy_executions (
        user_id, strategy_id, execution_type, signal_data, order_data, market_data, error_message, success,
        execution_time
    )
    SELECT user_id, id, $3, $4::text::jsonb, $5::text::jsonb, $6::text::jsonb, $7::text, $7::text IS NULL, $8
    FROM known RETURNING {columns_of(StrategyExecution)}
"""


class StrategyRepository:
    """Strategies and their executions, of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._strategies = OwnedRows(database, STRATEGIES)
        self._executions = OwnedRows(database, EXECUTIONS)

    async def create(self, user_id: int, strategy: Mapping[str, Any]) -> Strategy:
        """Write a strategy; `name` and `strategy_type` are needed. Raises UsageError."""
        return await self._strategies.add(user_id, strategy)

    async def get(self, user_id: int, strategy_id: int) -> Strategy | None:
        """One strategy, None when the user has none with this number."""
        return await self._strategies.get(user_id, strategy_id)

    async def get_all(
        self, user_id: int, *, is_active: bool | None = None, limit: int = PAGE_ROWS, before: int | None = None
    ) -> list[Strategy]:
        """The user's strategies, newest first; `is_active` None is all of them."""
        return await self._strategies.newest(user_id, limit, before, is_active=is_active)

    async def update(self, user_id: int, strategy_id: int, changes: Mapping[str, Any]) -> Strategy | None:
        """Set some columns; None when there is no such strategy. Raises UsageError."""
        return await self._strategies.change(user_id, strategy_id, changes)

    async def delete(self, user_id: int, strategy_id: int) -> bool:
        """Remove a strategy with its executions and backtests; False when there is none."""
        return await self._strategies.remove(user_id, strategy_id)

    async def count_trade(self, user_id: int, strategy_id: int, pnl: Decimal) -> Strategy | None:
        """Count a closed trade of this PnL; a win is above 0, a loss below. None when there is no such strategy."""
        async with self._database.question() as connection:
            row = await connection.fetchrow(
                COUNT_TRADE, row_id("user", user_id), row_id("strategy", strategy_id), number("PnL", pnl)
            )
        return None if row is None else value_of(Strategy, row)

    async def record_execution(
        self,
        user_id: int,
        strategy_id: int,
        execution_type: str,
        *,
        signal: Any = None,
        order: Any = None,
        market: Any = None,
        error: str | None = None,
        execution_time_s: Decimal | None = None,
    ) -> StrategyExecution:
        """Keep what a strategy did; one with an error did not succeed. Raises UsageError for an unknown strategy."""
        documents = [
            None if value is None else document(name, value)
            for name, value in (("signal", signal), ("order", order), ("market", market))
        ]
        async with self._database.question() as connection:
            row = await connection.fetchrow(
                RECORD,
                row_id("user", user_id),
                row_id("strategy", strategy_id),
                one_of("execution type", execution_type, EXECUTION_TYPES),
                *documents,
                optional_words("error", error, LONG_TEXT),
                optional_number("execution time", execution_time_s, ZERO),
            )
        if row is None:
            raise UsageError(f"There is no strategy {strategy_id}.")
        return value_of(StrategyExecution, row)

    async def executions(
        self, user_id: int, strategy_id: int, limit: int = PAGE_ROWS, before: int | None = None
    ) -> list[StrategyExecution]:
        """What a strategy did, newest first."""
        return await self._executions.newest(user_id, limit, before, strategy_id=row_id("strategy", strategy_id))
