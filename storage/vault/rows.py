"""The rows of a vault in PostgreSQL. Each function is a part of the caller's transaction."""
# ruff: noqa: S608 - the only word that is put into a statement is one of our own: FOR UPDATE, FOR SHARE.

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from storage.database import Connection
from storage.vault.sealing import Sealed
from storage.vault.wrapping import Cost, Stretching, WrappedKey, Wrapping


@dataclass(frozen=True, slots=True)
class VaultHead:
    """A vault's own row. `quiet_s` are the seconds since the last wrong passphrase, by the database's clock."""

    key_version: int
    failed_attempts: int
    quiet_s: float


async def read_head(connection: Connection, user_id: int, lock: str = "") -> VaultHead | None:
    """The vault of a user, None when there is none. `lock` is FOR UPDATE or FOR SHARE."""
    row = await connection.fetchrow(
        "SELECT key_version, failed_attempts, "
        "coalesce(extract(epoch FROM clock_timestamp() - last_failed_at), 0)::float8 AS quiet_s "
        "FROM vaults WHERE user_id = $1 " + lock,
        user_id,
    )
    return None if row is None else VaultHead(row["key_version"], row["failed_attempts"], row["quiet_s"])


async def insert_head(connection: Connection, user_id: int) -> bool:
    """A new vault with its first key version. False when there is one."""
    status: str = await connection.execute(
        "INSERT INTO vaults (user_id, key_version) VALUES ($1, 1) ON CONFLICT DO NOTHING", user_id
    )
    return status.endswith(" 1")


async def count_failure(connection: Connection, user_id: int) -> None:
    """One more wrong passphrase."""
    await connection.execute(
        "UPDATE vaults SET failed_attempts = least(failed_attempts + 1, 1000000), last_failed_at = clock_timestamp() "
        "WHERE user_id = $1",
        user_id,
    )


async def forget_failures(connection: Connection, user_id: int) -> None:
    """The right one was given."""
    await connection.execute(
        "UPDATE vaults SET failed_attempts = 0, last_failed_at = NULL WHERE user_id = $1 AND failed_attempts > 0",
        user_id,
    )


async def turn_version(connection: Connection, user_id: int, key_version: int) -> None:
    """From now on the vault's data key is this one."""
    await connection.execute(
        "UPDATE vaults SET key_version = $2, rotated_at = now(), failed_attempts = 0, last_failed_at = NULL "
        "WHERE user_id = $1",
        user_id, key_version,
    )  # fmt: skip


async def read_wrapped(connection: Connection, user_id: int) -> list[WrappedKey]:
    """All ways to open the vault, the oldest first."""
    rows = await connection.fetch(
        "SELECT * FROM vault_keys WHERE user_id = $1 ORDER BY created_at, wrapping_id", user_id
    )
    return [_wrapped(row) for row in rows]


async def insert_wrapped(connection: Connection, wrapped: WrappedKey) -> None:
    """One more way to open the vault."""
    found = wrapped.stretching
    await connection.execute(
        "INSERT INTO vault_keys (user_id, wrapping_id, wrapping, label, key_version, format, kdf_salt, kdf_iterations, "
        "kdf_memory_kib, kdf_lanes, kdf_check, nonce, wrapped_key) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        wrapped.user_id, wrapped.wrapping_id, wrapped.wrapping.value, wrapped.label, wrapped.key_version,
        wrapped.format, found and found.salt, found and found.cost.iterations, found and found.cost.memory_kib,
        found and found.cost.lanes, found and found.check, wrapped.sealed.nonce, wrapped.sealed.content,
    )  # fmt: skip


async def delete_wrapped(connection: Connection, user_id: int, wrapping_ids: Iterable[str]) -> None:
    """These ways open the vault no more."""
    await connection.execute(
        "DELETE FROM vault_keys WHERE user_id = $1 AND wrapping_id = ANY($2::text[])", user_id, list(wrapping_ids)
    )


def _wrapped(row: Any) -> WrappedKey:
    stretching = None
    if row["kdf_salt"] is not None:
        cost = Cost(row["kdf_iterations"], row["kdf_memory_kib"], row["kdf_lanes"])
        stretching = Stretching(row["kdf_salt"], cost, row["kdf_check"])
    return WrappedKey(
        user_id=row["user_id"],
        wrapping_id=row["wrapping_id"],
        wrapping=Wrapping(row["wrapping"]),
        label=row["label"],
        key_version=row["key_version"],
        format=row["format"],
        stretching=stretching,
        sealed=Sealed(row["nonce"], row["wrapped_key"]),
    )
