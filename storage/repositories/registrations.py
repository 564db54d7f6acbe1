# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Strategies registered on a chain: that this content was there at this time."""

from dataclasses import dataclass
from datetime import datetime

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import GREATEST_ID, row_id, whole, words
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import PAGE_ROWS, columns_of, refusing, value_of


@dataclass(frozen=True, slots=True)
class StrategyRegistration:
    """One registration. `content_hash` is the SHA-256 of the strategy's content in hexadecimal."""

    id: int
    user_id: int
    strategy_id: int
    wallet_id: int
    content_hash: str
    status: str
    transaction_hash: str | None
    block_number: int | None
    created_at: datetime
    registered_at: datetime | None


REGISTRATIONS: Table[StrategyRegistration] = Table(
    "strategy_registrations", "registration", StrategyRegistration, {}, is_changed=False
)
COLUMNS = columns_of(StrategyRegistration)
#: The text of a jsonb value is the same for the same value, in whatever order it was written.
REGISTER = f"""
    INSERT INTO strategy_registrations (user_id, strategy_id, wallet_id, content_hash)
    SELECT user_id, id, $3, encode(sha256(convert_to(
        jsonb_build_object('strategy_type', strategy_type, 'parameters', parameters, 'graph', graph)::text, 'UTF8'
    )), 'hex') FROM strategies WHERE user_id = $1 AND id = $2 RETURNING {COLUMNS}
"""
CONFIRM = f"""
    UPDATE strategy_registrations SET status = 'confirmed', transaction_hash = $3, block_number = $4,
        registered_at = now() WHERE user_id = $1 AND id = $2 AND status = 'pending' RETURNING {COLUMNS}
"""
FAIL = f"""
    UPDATE strategy_registrations SET status = 'failed' WHERE user_id = $1 AND id = $2 AND status = 'pending'
    RETURNING {COLUMNS}
"""
SENTENCES = {
    "unique_strategy_registrations_user_id_strategy_id_content_hash": "The strategy is registered as it is already.",
    "fk_strategy_registrations_user_id_wallet_id": "There is no such wallet.",
}


class RegistrationRepository:
    """Registrations of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = OwnedRows(database, REGISTRATIONS)

    async def register(self, user_id: int, strategy_id: int, wallet_id: int) -> StrategyRegistration:
        """Write that the strategy as it is now is to be registered. Raises UsageError when it is already."""
        key = row_id("user", user_id), row_id("strategy", strategy_id), row_id("wallet", wallet_id)
        async with self._database.question() as connection:
            with refusing(SENTENCES):
                row = await connection.fetchrow(REGISTER, *key)
        if row is None:
            raise UsageError(f"There is no strategy {strategy_id}.")
        return value_of(StrategyRegistration, row)

    async def confirm(
        self, user_id: int, registration_id: int, transaction_hash: str, block_number: int
    ) -> StrategyRegistration | None:
        """The chain has it; None when there is no such pending registration."""
        proof = words("transaction", transaction_hash), whole("block", block_number, 0, GREATEST_ID)
        return await self._end(CONFIRM, row_id("user", user_id), row_id("registration", registration_id), *proof)

    async def fail(self, user_id: int, registration_id: int) -> StrategyRegistration | None:
        """The chain refused it; None when there is no such pending registration."""
        return await self._end(FAIL, row_id("user", user_id), row_id("registration", registration_id))

    async def get_all(
        self, user_id: int, strategy_id: int | None = None, limit: int = PAGE_ROWS, before: int | None = None
    ) -> list[StrategyRegistration]:
        """Registrations of a user or of one strategy, newest first."""
        return await self._rows.newest(user_id, limit, before, strategy_id=strategy_id)

    async def _end(self, sql: str, *values: int | str) -> StrategyRegistration | None:
        async with self._database.question() as connection:
            row = await connection.fetchrow(sql, *values)
        return None if row is None else value_of(StrategyRegistration, row)
