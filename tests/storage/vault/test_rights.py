"""On a shared database each person's vault is that person's alone, for the server and not only for our code."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from engine.domain.secret import Secret, VaultState
from storage.database import Database, connect
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.rotation import rotate
from storage.vault.vault import Vault
from storage.vault.wrapping import LOWEST_COST
from tests.storage.vault.conftest import OTHER, PASSPHRASE, add_upbit
from tests.support.keychain import MemoryKeychain
from tests.support.shared import SharedDatabase, share

TABLES = ("vaults", "vault_keys", "credentials")


@pytest.fixture
async def shared(migrated_url: str) -> AsyncIterator[SharedDatabase]:
    shared = await share(migrated_url)
    for name, role in (("alice", "trader"), ("bob", "trader"), ("carol", "admin"), ("victor", "viewer")):
        await shared.add_role(name, role)
    yield shared
    await shared.leave()


async def vault_of(database: Database) -> Vault:
    return await Vault.of_this_user(database, Keychain(MemoryKeychain()), LOWEST_COST)


async def test_a_trader_does_everything_with_the_rights_of_a_trader(shared: SharedDatabase) -> None:
    database = await connect(shared.url("alice"))
    try:
        vault = await vault_of(database)
        credentials = Credentials(database, vault)
        await vault.create(PASSPHRASE)
        credential_id = await add_upbit(credentials)
        await vault.add_to_keychain("desk")
        await vault.change_passphrase(PASSPHRASE, OTHER)
        assert (await rotate(database, vault, OTHER, LOWEST_COST)).resealed == 1
        assert (await credentials.open(credential_id)).secret == Secret("deepSECRET-main")
        await credentials.note_permissions(credential_id, ("read", "trade"))
        assert (await credentials.find("main")).permissions == ("read", "trade")
        assert await credentials.remove(credential_id) == []
    finally:
        await database.close()


@pytest.mark.parametrize("thief", ["bob", "carol", "victor"])
async def test_nobody_reaches_anothers_vault_by_plain_sql(shared: SharedDatabase, thief: str) -> None:
    database = await connect(shared.url("alice"))
    vault = await vault_of(database)
    await vault.create(PASSPHRASE)
    credential_id = await add_upbit(Credentials(database, vault))
    connection = await asyncpg.connect(shared.url(thief))
    try:
        for table in TABLES:
            try:
                assert await connection.fetch(f"SELECT * FROM {table}") == []
                assert await connection.execute(f"UPDATE {table} SET user_id = user_id") == "UPDATE 0"
                assert await connection.execute(f"DELETE FROM {table}") == "DELETE 0"
            except asyncpg.InsufficientPrivilegeError:
                # As good: this role may not even ask.
                assert thief != "bob"
        # A wrapped key of one's own, put into another's vault, would let its owner seal under a key that is known.
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "INSERT INTO vault_keys (user_id, wrapping_id, wrapping, key_version, format, nonce, wrapped_key) "
                "VALUES ($1, 'mine', 'file', 1, 1, $2, '')",
                vault.user_id, bytes(12),
            )  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("INSERT INTO vaults (user_id, key_version) VALUES ($1, 1)", vault.user_id)
    finally:
        await connection.close()
    assert (await Credentials(database, vault).open(credential_id)).secret == Secret("deepSECRET-main")
    assert len(await vault.ways()) == 1
    await database.close()


async def test_two_people_have_two_vaults(shared: SharedDatabase) -> None:
    """The same labels and the same passphrase: not one byte of the one opens the other."""
    databases = [await connect(shared.url(name)) for name in ("alice", "bob")]
    try:
        vaults = [await vault_of(database) for database in databases]
        for vault, database in zip(vaults, databases, strict=True):
            assert await vault.state() is VaultState.ABSENT
            await vault.create(PASSPHRASE)
            await add_upbit(Credentials(database, vault))
        assert vaults[0].user_id != vaults[1].user_id
        assert (await vaults[0].open_key()).key.reveal() != (await vaults[1].open_key()).key.reveal()
        assert len(await Credentials(databases[1], vaults[1]).listed()) == 1
    finally:
        for database in databases:
            await database.close()
