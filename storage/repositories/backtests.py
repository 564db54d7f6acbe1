"""Results of backtests: what was asked, what came out, and the curve and trades behind the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from engine.domain.money import ZERO
from storage.database import Database
from storage.repositories.arguments import (
    HUNDRED,
    document,
    instant,
    number,
    optional_number,
    positive,
    row_id,
    whole,
    words,
)
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import DOCUMENT, PAGE_ROWS


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """One backtest. Returns, drawdown and win rate are in percent of 100, wins and losses in quote, signed.

    `timeframe_s` is the length of a bar; `profit_factor` is gross profit over gross loss, 0 without a loss;
    `execution_time` is in seconds.
    """

    id: int
    user_id: int
    strategy_id: int
    symbol: str
    timeframe_s: int
    start_date: datetime
    end_date: datetime
    initial_capital: Decimal
    total_return: Decimal
    annual_return: Decimal
    max_drawdown: Decimal
    sharpe_ratio: Decimal
    sortino_ratio: Decimal
    win_rate: Decimal
    profit_factor: Decimal
    total_trades: int
    winning_trades: int
    losing_trades: int
    avg_win: Decimal
    avg_loss: Decimal
    largest_win: Decimal
    largest_loss: Decimal
    equity_curve: Any = field(metadata=DOCUMENT)
    trade_history: Any = field(metadata=DOCUMENT)
    monthly_returns: Any = field(metadata=DOCUMENT)
    execution_time: Decimal | None
    created_at: datetime


def _exact(name: str, least: Decimal | None = None, most: Decimal | None = None) -> Any:
    return partial(number, name, least=least, most=most)


BACKTESTS = Table(
    "backtest_results",
    "backtest",
    BacktestResult,
    {
        "strategy_id": partial(row_id, "strategy"),
        "symbol": partial(words, "symbol"),
        "timeframe_s": partial(whole, "timeframe", least=1),
        "start_date": partial(instant, "start"),
        "end_date": partial(instant, "end"),
        "initial_capital": partial(positive, "initial capital"),
        "total_return": _exact("total return"),
        "annual_return": _exact("annual return"),
        "max_drawdown": _exact("greatest drawdown", ZERO),
        "sharpe_ratio": _exact("Sharpe ratio"),
        "sortino_ratio": _exact("Sortino ratio"),
        "win_rate": _exact("win rate", ZERO, HUNDRED),
        "profit_factor": _exact("profit factor", ZERO),
        "total_trades": partial(whole, "number of trades"),
        "winning_trades": partial(whole, "number of winning trades"),
        "losing_trades": partial(whole, "number of losing trades"),
        "avg_win": _exact("average win"),
        "avg_loss": _exact("average loss"),
        "largest_win": _exact("largest win"),
        "largest_loss": _exact("largest loss"),
        "equity_curve": partial(document, "equity curve"),
        "trade_history": partial(document, "trade history"),
        "monthly_returns": partial(document, "monthly returns"),
        "execution_time": partial(optional_number, "execution time", least=ZERO),
    },
    frozenset({"equity_curve", "trade_history", "monthly_returns"}),
    {
        "check_backtest_results_dates": "A backtest must end after it starts.",
        "check_backtest_results_trades": "A backtest cannot have won and lost more trades than it made.",
        "fk_backtest_results_user_id_strategy_id": "There is no such strategy.",
    },
    ("symbol", "timeframe_s", "start_date", "end_date", "initial_capital"),
    is_changed=False,
)


class BacktestRepository:
    """Backtests of a user's strategies. A result is written once and never changed."""

    def __init__(self, database: Database) -> None:
        self._results = OwnedRows(database, BACKTESTS)

    async def save(self, user_id: int, strategy_id: int, result: Mapping[str, Any]) -> BacktestResult:
        """Keep a result. Raises UsageError for an unknown strategy, a missing value or an end before the start."""
        return await self._results.add(user_id, {**result, "strategy_id": strategy_id})

    async def get(self, user_id: int, backtest_id: int) -> BacktestResult | None:
        """One result, None when the user has none with this number."""
        return await self._results.get(user_id, backtest_id)

    async def get_all(
        self, user_id: int, strategy_id: int | None = None, limit: int = PAGE_ROWS, before: int | None = None
    ) -> list[BacktestResult]:
        """Results of a user or of one strategy, newest first."""
        return await self._results.newest(user_id, limit, before, strategy_id=strategy_id)

    async def delete(self, user_id: int, backtest_id: int) -> bool:
        """Remove a result; False when there is none."""
        return await self._results.remove(user_id, backtest_id)
