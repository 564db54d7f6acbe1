"""Portfolios: what a user put together under one name, and what it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from engine.domain.money import ZERO
from storage.database import Database
from storage.repositories.arguments import LONG_TEXT, document, instant, number, optional_words, words
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import DOCUMENT, PAGE_ROWS


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A portfolio. Balances are in its currency, returns and drawdown in percent; `holdings` is a document."""

    id: int
    user_id: int
    name: str
    description: str | None
    currency: str
    total_balance: Decimal
    available_balance: Decimal
    invested_balance: Decimal
    total_return: Decimal
    daily_return: Decimal
    max_drawdown: Decimal
    sharpe_ratio: Decimal
    holdings: Any = field(metadata=DOCUMENT)
    created_at: datetime
    updated_at: datetime
    last_rebalanced: datetime | None


PORTFOLIOS = Table(
    "portfolios",
    "portfolio",
    Portfolio,
    {
        "name": partial(words, "name"),
        "description": partial(optional_words, "description", most=LONG_TEXT),
        "currency": partial(words, "currency"),
        "total_balance": partial(number, "total balance"),
        "available_balance": partial(number, "available balance"),
        "invested_balance": partial(number, "invested balance"),
        "total_return": partial(number, "total return"),
        "daily_return": partial(number, "daily return"),
        "max_drawdown": partial(number, "greatest drawdown", least=ZERO),
        "sharpe_ratio": partial(number, "Sharpe ratio"),
        "holdings": partial(document, "holdings"),
        "last_rebalanced": partial(instant, "time of rebalancing"),
    },
    frozenset({"holdings"}),
    {"unique_portfolios_user_id_name": "There is already a portfolio of that name."},
    ("name",),
)


class PortfolioRepository:
    """Portfolios of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._portfolios = OwnedRows(database, PORTFOLIOS)

    async def create(self, user_id: int, portfolio: Mapping[str, Any]) -> Portfolio:
        """Write a portfolio; `name` is needed. Raises UsageError."""
        return await self._portfolios.add(user_id, portfolio)

    async def get(self, user_id: int, portfolio_id: int) -> Portfolio | None:
        """One portfolio, None when the user has none with this number."""
        return await self._portfolios.get(user_id, portfolio_id)

    async def get_all(self, user_id: int, limit: int = PAGE_ROWS, before: int | None = None) -> list[Portfolio]:
        """The user's portfolios, newest first."""
        return await self._portfolios.newest(user_id, limit, before)

    async def update(self, user_id: int, portfolio_id: int, changes: Mapping[str, Any]) -> Portfolio | None:
        """Set some columns; None when there is no such portfolio. Raises UsageError."""
        return await self._portfolios.change(user_id, portfolio_id, changes)

    async def delete(self, user_id: int, portfolio_id: int) -> bool:
        """Remove a portfolio; False when there is none."""
        return await self._portfolios.remove(user_id, portfolio_id)
