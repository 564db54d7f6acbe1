"""A new data key: everything is sealed again or nothing, and what an old key opened stays shut."""

import pytest

from engine.domain.secret import Secret, VaultState
from engine.errors import StorageError, UsageError, VaultBroken, VaultLocked, WrongPassphrase
from storage.database import Database
from storage.vault.credentials import Credentials
from storage.vault.rotation import Rotation, rotate
from storage.vault.vault import Vault
from storage.vault.wrapping import LOWEST_COST, Wrapping
from tests.storage.vault.conftest import OTHER, PASSPHRASE, add_upbit, vault_of
from tests.support.keychain import MemoryKeychain


async def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    async with database.question() as connection:
        return [tuple(row) for row in await connection.fetch(query)]


async def execute(database: Database, statement: str) -> None:
    async with database.question() as connection:
        await connection.execute(statement)


SEALED = "SELECT credential_id, key_version, nonce, sealed FROM credentials ORDER BY credential_id"
WRAPPED = "SELECT * FROM vault_keys ORDER BY wrapping_id"


async def test_everything_is_sealed_again(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    labels = {await add_upbit(credentials, label): label for label in ("a", "b", "c")}
    await vault.add_to_keychain("desk")
    _, line = await vault.make_key(Wrapping.FILE, "server")
    before = await rows(database, SEALED)
    old_key = (await vault.open_key()).key.reveal()
    assert await rotate(database, vault, PASSPHRASE, LOWEST_COST) == Rotation(2, 3, ("desk", "server"))
    after = await rows(database, SEALED)
    assert {row[1] for row in after} == {2}
    assert not {row[2] for row in before} & {row[2] for row in after}
    assert (await vault.open_key()).key.reveal() != old_key
    later = await vault_of(database, machine)
    with pytest.raises(WrongPassphrase, match="is not one of this vault"):
        await later.unlock_by_line(line)
    with pytest.raises(UsageError, match="has no key of this vault"):
        await later.unlock_by_keychain()
    await later.unlock(PASSPHRASE)
    for credential_id, label in labels.items():
        assert (await Credentials(database, later).open(credential_id)).secret == Secret(f"deepSECRET-{label}")


async def test_the_passphrase_is_needed(vault: Vault, database: Database) -> None:
    with pytest.raises(WrongPassphrase):
        await rotate(database, vault, OTHER, LOWEST_COST)
    assert (await vault.open_key()).version == 1


async def test_cut_off_anywhere_nothing_was_changed_and_it_can_be_done_again(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    """The server fails at the second credential, then at the last statement before the commit."""
    ids = [await add_upbit(credentials, label) for label in ("a", "b", "c")]
    sealed, wrapped = await rows(database, SEALED), await rows(database, WRAPPED)
    await execute(
        database,
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$",
    )
    for trigger in (
        f"ON credentials FOR EACH ROW WHEN (OLD.credential_id = '{sorted(ids)[1]}' AND NEW.key_version = 2)",
        "ON vaults FOR EACH ROW WHEN (NEW.key_version = 2)",
    ):
        await execute(database, f"CREATE TRIGGER cut BEFORE UPDATE {trigger} EXECUTE FUNCTION fail()")
        with pytest.raises(StorageError, match="the disk is full"):
            await rotate(database, vault, PASSPHRASE, LOWEST_COST)
        assert await rows(database, SEALED) == sealed
        assert await rows(database, WRAPPED) == wrapped
        assert (await credentials.open(ids[0])).secret == Secret("deepSECRET-a")
        table = trigger.split()[1]
        await execute(database, f"DROP TRIGGER cut ON {table}")
    assert (await rotate(database, vault, PASSPHRASE, LOWEST_COST)).resealed == 3
    later = await vault_of(database, machine)
    await later.unlock(PASSPHRASE)
    assert (await Credentials(database, later).open(ids[2])).secret == Secret("deepSECRET-c")


async def test_a_program_that_was_killed_in_the_middle_leaves_the_old_key(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    credential_id = await add_upbit(credentials)
    await execute(
        database,
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$",
    )
    await execute(
        database,
        "CREATE TRIGGER cut AFTER UPDATE ON vaults FOR EACH ROW WHEN (NEW.key_version = 2) EXECUTE FUNCTION cut()",
    )
    with pytest.raises(StorageError, match="does not answer now"):
        await rotate(database, vault, PASSPHRASE, LOWEST_COST)
    await execute(database, "DROP TRIGGER cut ON vaults")
    later = await vault_of(database, machine)
    await later.unlock(PASSPHRASE)
    assert (await later.open_key()).version == 1
    assert (await Credentials(database, later).open(credential_id)).secret == Secret("deepSECRET-main")


async def test_a_credential_that_cannot_be_opened_stops_it(
    vault: Vault, credentials: Credentials, database: Database
) -> None:
    await add_upbit(credentials)
    await execute(database, "UPDATE credentials SET sealed = set_byte(sealed, 3, get_byte(sealed, 3) # 1)")
    sealed = await rows(database, SEALED)
    with pytest.raises(VaultBroken, match="What is stored of the credential main was changed"):
        await rotate(database, vault, PASSPHRASE, LOWEST_COST)
    assert await rows(database, SEALED) == sealed
    assert (await vault.open_key()).version == 1


async def test_another_program_notices(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    credential_id = await add_upbit(credentials)
    other = await vault_of(database, machine)
    await other.unlock(PASSPHRASE)
    await rotate(database, vault, PASSPHRASE, LOWEST_COST)
    theirs = Credentials(database, other)
    with pytest.raises(VaultLocked, match=r"^The vault's key was changed by another program; unlock it again\.$"):
        await add_upbit(theirs, "late")
    assert await other.state() is VaultState.LOCKED
    assert [row.label for row in await theirs.listed()] == ["main"]
    await other.unlock(PASSPHRASE)
    assert (await theirs.open(credential_id)).secret == Secret("deepSECRET-main")


async def test_an_old_row_that_is_put_back_is_refused(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    """A key that was thought to be gone, because it was replaced, must not come back; nor with its old wrapped key."""
    credential_id = await add_upbit(credentials)
    await execute(database, "CREATE TABLE old_credentials AS TABLE credentials")
    await execute(database, "CREATE TABLE old_keys AS TABLE vault_keys")
    await rotate(database, vault, PASSPHRASE, LOWEST_COST)
    await execute(database, "DELETE FROM credentials; INSERT INTO credentials SELECT * FROM old_credentials")
    with pytest.raises(VaultBroken, match="What is stored of the credential main was changed"):
        await credentials.open(credential_id)
    await execute(database, "UPDATE credentials SET key_version = 2")
    with pytest.raises(VaultBroken, match="What is stored of the credential main was changed"):
        await credentials.open(credential_id)
    await execute(database, "DELETE FROM vault_keys; INSERT INTO vault_keys SELECT * FROM old_keys")
    later = await vault_of(database, machine)
    with pytest.raises(VaultBroken, match=r"What is stored of the vault's key \(passphrase\) was changed"):
        await later.unlock(PASSPHRASE)
    await execute(database, "UPDATE vault_keys SET key_version = 2")
    with pytest.raises(VaultBroken, match=r"What is stored of the vault's key \(passphrase\) was changed"):
        await later.unlock(PASSPHRASE)


async def test_two_who_rotate_at_once_follow_one_another(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    credential_id = await add_upbit(credentials)
    other = await vault_of(database, machine)
    await rotate(database, vault, PASSPHRASE, LOWEST_COST)
    await rotate(database, other, PASSPHRASE, LOWEST_COST)
    assert (await other.open_key()).version == 3
    assert (await Credentials(database, other).open(credential_id)).secret == Secret("deepSECRET-main")
