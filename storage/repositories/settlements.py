# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Settlements: what a user is owed for a period, worked out off the chain and settled once."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import document, instant, number, optional_words, row_id, words
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import DOCUMENT, PAGE_ROWS, columns_of, refusing, value_of


@dataclass(frozen=True, slots=True)
class Settlement:
    """One period of an asset, its start in and its end out. `amount` below 0 is what the user owes."""

    id: int
    user_id: int
    period_start: datetime
    period_end: datetime
    asset: str
    amount: Decimal
    details: Any = field(metadata=DOCUMENT)
    status: str
    transaction_hash: str | None
    settled_at: datetime | None
    created_at: datetime


SETTLEMENTS: Table[Settlement] = Table("settlements", "settlement", Settlement, {}, is_changed=False)
COLUMNS = columns_of(Settlement)
#: Until it is settled it may be worked out again.
SAVE = f"""
    INSERT INTO settlements AS old (user_id, asset, period_start, period_end, amount, details)
    VALUES ($1, $2, $3, $4, $5, $6::text::jsonb)
    ON CONFLICT (user_id, asset, period_start, period_end) DO UPDATE SET amount = EXCLUDED.amount,
        details = EXCLUDED.details, status = 'pending' WHERE old.status <> 'settled' RETURNING {COLUMNS}
"""
SETTLE = f"""
    UPDATE settlements SET status = 'settled', settled_at = now(), transaction_hash = $3
    WHERE user_id = $1 AND id = $2 AND status <> 'settled' RETURNING {COLUMNS}
"""
FAIL = f"""
    UPDATE settlements SET status = 'failed' WHERE user_id = $1 AND id = $2 AND status = 'pending' RETURNING {COLUMNS}
"""


class SettlementRepository:
    """Settlements of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = OwnedRows(database, SETTLEMENTS)

    async def save(
        self, user_id: int, asset: str, start: datetime, end: datetime, amount: Decimal, details: Any = None
    ) -> Settlement:
        """Write what a period comes to, or what it comes to now. Raises UsageError for a settled one."""
        since, until = instant("start", start), instant("end", end)
        if until <= since:
            raise UsageError("A period must end after it starts.")
        values = (
            row_id("user", user_id),
            words("asset", asset),
            since,
            until,
            number("amount", amount),
            None if details is None else document("details", details),
        )
        async with self._database.question() as connection:
            with refusing({"fk_settlements_user_id": f"There is no user {user_id}."}):
                row = await connection.fetchrow(SAVE, *values)
        if row is None:
            raise UsageError("That period is settled already.")
        return value_of(Settlement, row)

    async def settle(self, user_id: int, settlement_id: int, transaction_hash: str | None = None) -> Settlement | None:
        """It was paid; None when there is no such settlement that is not settled yet."""
        proof = optional_words("transaction", transaction_hash)
        return await self._end(SETTLE, row_id("user", user_id), row_id("settlement", settlement_id), proof)

    async def fail(self, user_id: int, settlement_id: int) -> Settlement | None:
        """It could not be paid; None when there is no such pending settlement."""
        return await self._end(FAIL, row_id("user", user_id), row_id("settlement", settlement_id))

    async def get_all(
        self, user_id: int, asset: str | None = None, limit: int = PAGE_ROWS, before: int | None = None
    ) -> list[Settlement]:
        """Settlements of a user, newest first."""
        return await self._rows.newest(user_id, limit, before, asset=asset)

    async def _end(self, sql: str, *values: int | str | None) -> Settlement | None:
        async with self._database.question() as connection:
            row = await connection.fetchrow(sql, *values)
        return None if row is None else value_of(Settlement, row)
