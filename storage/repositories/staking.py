# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Stakes: what went in, came out and was earned, as a chain confirmed it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import one_of, optional_words, positive, row_id, words
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import PAGE_ROWS, columns_of, insert_of, refusing, value_of

KINDS = ("stake", "unstake", "reward")


@dataclass(frozen=True, slots=True)
class StakingRecord:
    """One movement of an amount above 0; `status` is pending, confirmed or failed."""

    id: int
    user_id: int
    wallet_id: int
    kind: str
    asset: str
    amount: Decimal
    status: str
    transaction_hash: str | None
    created_at: datetime
    confirmed_at: datetime | None


RECORDS: Table[StakingRecord] = Table("staking_records", "stake", StakingRecord, {}, is_changed=False)
COLUMNS = columns_of(StakingRecord)
LOCK = "SELECT 1 FROM wallets WHERE user_id = $1 AND id = $2 FOR UPDATE"
#: What may leave: what is confirmed to be in, less all that is on its way out.
STAKED = """
    SELECT COALESCE(sum(CASE
        WHEN kind = 'stake' AND status = 'confirmed' THEN amount
        WHEN kind = 'unstake' AND (status = 'confirmed' OR $4 AND status = 'pending') THEN -amount
        ELSE 0 END), 0)
    FROM staking_records WHERE user_id = $1 AND wallet_id = $2 AND asset = $3
"""
END = f"""
    UPDATE staking_records SET status = $3, transaction_hash = COALESCE($4, transaction_hash),
        confirmed_at = CASE WHEN $3 = 'confirmed' THEN now() END
    WHERE user_id = $1 AND id = $2 AND status = 'pending' RETURNING {COLUMNS}
"""
SENTENCES = {
    "unique_staking_records_user_id_transaction_hash_kind": "That transaction is recorded already.",
}


class StakingRepository:
    """Stakes of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._records = OwnedRows(database, RECORDS)

    async def record(
        self,
        user_id: int,
        wallet_id: int,
        kind: str,
        amount: Decimal,
        *,
        asset: str = "G8D",
        transaction_hash: str | None = None,
    ) -> StakingRecord:
        """Write a movement that was sent. Raises UsageError for an unknown wallet or more out than is in."""
        columns = {
            "user_id": row_id("user", user_id),
            "wallet_id": row_id("wallet", wallet_id),
            "kind": one_of("kind", kind, KINDS),
            "asset": words("asset", asset),
            "amount": positive("amount", amount),
            "transaction_hash": optional_words("transaction", transaction_hash),
        }
        sql = f"{insert_of('staking_records', columns)} RETURNING {COLUMNS}"
        async with self._database.question() as connection, connection.transaction():
            if await connection.fetchval(LOCK, user_id, wallet_id) is None:
                raise UsageError(f"There is no wallet {wallet_id}.")
            if kind == "unstake":
                free = await connection.fetchval(STAKED, user_id, wallet_id, asset, True)
                if amount > free:
                    raise UsageError(f"Of {asset} {free} can be unstaked, not {amount}.")
            with refusing(SENTENCES):
                row = await connection.fetchrow(sql, *columns.values())
        return value_of(StakingRecord, row)

    async def confirm(self, user_id: int, record_id: int, transaction_hash: str) -> StakingRecord | None:
        """The chain has it; None when there is no such pending movement."""
        return await self._end(user_id, record_id, "confirmed", words("transaction", transaction_hash))

    async def fail(self, user_id: int, record_id: int) -> StakingRecord | None:
        """The chain refused it; None when there is no such pending movement."""
        return await self._end(user_id, record_id, "failed", None)

    async def staked(self, user_id: int, wallet_id: int, asset: str = "G8D") -> Decimal:
        """What a wallet has confirmed to be in, never below 0."""
        key = row_id("user", user_id), row_id("wallet", wallet_id), words("asset", asset)
        async with self._database.question() as connection:
            amount: Decimal = await connection.fetchval(STAKED, *key, False)
        return amount

    async def get_all(self, user_id: int, limit: int = PAGE_ROWS, before: int | None = None) -> list[StakingRecord]:
        """Movements of a user, newest first."""
        return await self._records.newest(user_id, limit, before)

    async def _end(self, user_id: int, record_id: int, status: str, proof: str | None) -> StakingRecord | None:
        key = row_id("user", user_id), row_id("stake", record_id)
        async with self._database.question() as connection:
            with refusing(SENTENCES):
                row = await connection.fetchrow(END, *key, status, proof)
        return None if row is None else value_of(StakingRecord, row)
