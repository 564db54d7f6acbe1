# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Addresses of users on chains. No key of any of them is known here."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from storage.database import Database
from storage.repositories.arguments import flag, row_id, words
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import PAGE_ROWS, columns_of, refusing, value_of


@dataclass(frozen=True, slots=True)
class Wallet:
    """An address. `verified_at` is when the user proved to hold its key, None while he did not."""

    id: int
    user_id: int
    chain: str
    address: str
    is_primary: bool
    verified_at: datetime | None
    created_at: datetime


USED = "The wallet has records and cannot be removed."
WALLETS = Table(
    "wallets",
    "wallet",
    Wallet,
    {
        "chain": partial(words, "chain"),
        "address": partial(words, "address"),
        "is_primary": partial(flag, "primary state"),
    },
    sentences={
        "unique_wallets_user_id_chain_address": "You have that wallet already.",
        "unique_wallets_primary": "You have a primary wallet on that chain already.",
        "unique_wallets_verified": "Another user has proved to hold that wallet.",
        "fk_staking_records_user_id_wallet_id": USED,
        "fk_strategy_registrations_user_id_wallet_id": USED,
    },
    needed=("chain", "address"),
    is_changed=False,
)
COLUMNS = columns_of(Wallet)
VERIFY = f"""
    UPDATE wallets SET verified_at = COALESCE(verified_at, now()) WHERE user_id = $1 AND id = $2 RETURNING {COLUMNS}
"""
#: In two steps of one transaction: the rule of one primary wallet holds after each row.
OTHERS = """
    UPDATE wallets SET is_primary = false WHERE user_id = $1 AND is_primary AND id <> $2
        AND chain = (SELECT chain FROM wallets WHERE user_id = $1 AND id = $2)
"""
PRIMARY = f"UPDATE wallets SET is_primary = true WHERE user_id = $1 AND id = $2 RETURNING {COLUMNS}"
LOCK = "SELECT 1 FROM wallets WHERE user_id = $1 ORDER BY id FOR UPDATE"


class WalletRepository:
    """Wallets of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wallets = OwnedRows(database, WALLETS)

    async def add(self, user_id: int, chain: str, address: str, *, is_primary: bool = False) -> Wallet:
        """Write an address that nobody has proved to hold yet. Raises UsageError when the user has it already."""
        return await self._wallets.add(user_id, {"chain": chain, "address": address, "is_primary": is_primary})

    async def get(self, user_id: int, wallet_id: int) -> Wallet | None:
        """One wallet, None when the user has none with this number."""
        return await self._wallets.get(user_id, wallet_id)

    async def get_all(self, user_id: int, chain: str | None = None) -> list[Wallet]:
        """The user's wallets, newest first."""
        return await self._wallets.newest(user_id, PAGE_ROWS, chain=chain)

    async def verify(self, user_id: int, wallet_id: int) -> Wallet | None:
        """The user proved to hold the key; None for an unknown wallet. Raises UsageError when somebody else did."""
        async with self._database.question() as connection:
            with refusing(WALLETS.sentences or {}):
                row = await connection.fetchrow(VERIFY, row_id("user", user_id), row_id("wallet", wallet_id))
        return None if row is None else value_of(Wallet, row)

    async def set_primary(self, user_id: int, wallet_id: int) -> Wallet | None:
        """Make a wallet the primary one of its chain, and no other; None for an unknown wallet."""
        key = row_id("user", user_id), row_id("wallet", wallet_id)
        async with self._database.question() as connection, connection.transaction():
            await connection.execute(LOCK, key[0])
            await connection.execute(OTHERS, *key)
            row = await connection.fetchrow(PRIMARY, *key)
        return None if row is None else value_of(Wallet, row)

    async def remove(self, user_id: int, wallet_id: int) -> bool:
        """Remove a wallet; False for an unknown one. Raises UsageError for one with stakes or registrations."""
        return await self._wallets.remove(user_id, wallet_id)
