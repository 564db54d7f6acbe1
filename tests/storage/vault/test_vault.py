"""A vault's life: made, locked, unlocked in each way, its passphrase changed; and what it says when it refuses."""

import asyncio

import pytest

from engine.domain.secret import Secret, VaultState
from engine.errors import UsageError, VaultBroken, VaultLocked, WrongPassphrase
from storage.database import Database
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import FREE_FAILURES, Vault
from storage.vault.wrapping import LOWEST_COST, Wrapping
from tests.storage.vault.conftest import OTHER, PASSPHRASE, add_upbit, vault_of
from tests.support.keychain import MemoryKeychain


async def execute(database: Database, statement: str, *arguments: object) -> str:
    async with database.question() as connection:
        return str(await connection.execute(statement, *arguments))


async def test_there_is_none_at_first(database: Database, machine: MemoryKeychain) -> None:
    vault = await vault_of(database, machine)
    assert await vault.state() is VaultState.ABSENT
    for refused in (vault.unlock(PASSPHRASE), vault.ways(), vault.open_key(), vault.unlock_by_keychain()):
        with pytest.raises(VaultLocked, match=r"^There is no vault yet; `vault create` makes one\.$"):
            await refused


async def test_it_is_open_until_it_is_locked(vault: Vault, database: Database, machine: MemoryKeychain) -> None:
    assert await vault.state() is VaultState.OPEN
    key = (await vault.open_key()).key
    vault.lock()
    assert key.is_wiped
    assert await vault.state() is VaultState.LOCKED
    with pytest.raises(VaultLocked, match=r"^The vault is locked; unlock it with your passphrase\.$"):
        await vault.open_key()
    again = await vault_of(database, machine)
    assert await again.state() is VaultState.LOCKED
    await again.unlock(PASSPHRASE)
    assert await again.state() is VaultState.OPEN


async def test_a_second_one_is_refused(vault: Vault, database: Database, machine: MemoryKeychain) -> None:
    other = await vault_of(database, machine)
    with pytest.raises(UsageError, match=r"^There is a vault already; `vault passphrase` changes its passphrase\.$"):
        await other.create(OTHER)
    await other.unlock(PASSPHRASE)


async def test_of_two_who_make_it_at_once_one_does(database: Database, machine: MemoryKeychain) -> None:
    makers = [await vault_of(database, machine) for _ in range(3)]
    tried = await asyncio.gather(*(maker.create(PASSPHRASE) for maker in makers), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in tried) == ["NoneType", "UsageError", "UsageError"]
    winner = makers[tried.index(None)]
    later = await vault_of(database, machine)
    await later.unlock(PASSPHRASE)
    assert (await later.open_key()).key.reveal() == (await winner.open_key()).key.reveal()


@pytest.mark.parametrize(("length", "sentence"), [(11, "has at least 12 characters"), (1025, "has at most 1,024 char")])
async def test_its_passphrase_has_a_length(
    database: Database, machine: MemoryKeychain, length: int, sentence: str
) -> None:
    vault = await vault_of(database, machine)
    with pytest.raises(UsageError, match=sentence):
        await vault.create(Secret("x" * length))
    assert await vault.state() is VaultState.ABSENT


async def test_a_wrong_passphrase_opens_nothing(vault: Vault) -> None:
    vault.lock()
    for wrong in ("", "correct horse battery stapl", "correct horse battery staple ", "CORRECT HORSE BATTERY STAPLE"):
        await execute(vault._database, "UPDATE vaults SET failed_attempts = 0")
        with pytest.raises(WrongPassphrase, match=r"^The passphrase is wrong\.$"):
            await vault.unlock(Secret(wrong))
        assert await vault.state() is VaultState.LOCKED


async def test_wrong_passphrases_take_longer_and_longer(vault: Vault, database: Database) -> None:
    """1, 2, 4 ... 60 s after the third, by the database's clock, for every program: also for the right one."""
    for _ in range(FREE_FAILURES):
        with pytest.raises(WrongPassphrase, match="is wrong"):
            await vault.unlock(OTHER)
    expected = {3: 1, 4: 2, 5: 4, 6: 8, 7: 16, 8: 32, 9: 60, 400: 60}
    for failures, seconds in expected.items():
        await execute(
            database, "UPDATE vaults SET failed_attempts = $1, last_failed_at = clock_timestamp()", failures
        )  # fmt: skip
        told = f"After {failures} wrong passphrases the next one can be tried in {seconds} s."
        with pytest.raises(WrongPassphrase) as refused:
            await vault.unlock(PASSPHRASE)
        assert str(refused.value) == told
        # Nearly over is not over; over is over.
        await execute(
            database, "UPDATE vaults SET last_failed_at = clock_timestamp() - make_interval(secs => $1)", seconds - 0.8
        )
        with pytest.raises(WrongPassphrase, match=r"in 1 s\.$"):
            await vault.unlock(PASSPHRASE)
        await execute(
            database, "UPDATE vaults SET last_failed_at = clock_timestamp() - make_interval(secs => $1)", seconds
        )
        with pytest.raises(WrongPassphrase, match="is wrong"):
            await vault.unlock(OTHER)
        await execute(database, "UPDATE vaults SET last_failed_at = now() - interval '2 minutes'")
    await vault.unlock(PASSPHRASE)
    async with database.question() as connection:
        assert await connection.fetchval("SELECT failed_attempts FROM vaults") == 0


async def test_guessing_in_parallel_is_not_faster(vault: Vault, database: Database, machine: MemoryKeychain) -> None:
    guessers = [await vault_of(database, machine) for _ in range(6)]
    tried = await asyncio.gather(*(guesser.unlock(OTHER) for guesser in guessers), return_exceptions=True)
    told = sorted(str(outcome) for outcome in tried)
    assert (
        told == ["After 3 wrong passphrases the next one can be tried in 1 s."] * 3 + ["The passphrase is wrong."] * 3
    )


async def test_the_passphrase_changes_and_the_secrets_stay(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    credential_id = await add_upbit(credentials)
    async with database.question() as connection:
        sealed = await connection.fetchrow("SELECT sealed, key_version FROM credentials")
    with pytest.raises(WrongPassphrase):
        await vault.change_passphrase(OTHER, OTHER)
    with pytest.raises(UsageError, match="at least 12"):
        await vault.change_passphrase(PASSPHRASE, Secret("short"))
    await vault.change_passphrase(PASSPHRASE, OTHER)
    async with database.question() as connection:
        assert await connection.fetchrow("SELECT sealed, key_version FROM credentials") == sealed
        assert await connection.fetchval("SELECT count(*) FROM vault_keys") == 1
    later = await vault_of(database, machine)
    with pytest.raises(WrongPassphrase):
        await later.unlock(PASSPHRASE)
    await later.unlock(OTHER)
    opened = await Credentials(database, later).open(credential_id)
    assert opened.secret == Secret("deepSECRET-main")


async def test_changing_the_passphrase_needs_the_old_one_even_while_open(vault: Vault) -> None:
    with pytest.raises(WrongPassphrase):
        await vault.change_passphrase(None, OTHER)


async def test_a_key_line_opens_it(vault: Vault, database: Database, machine: MemoryKeychain) -> None:
    wrapping_id, line = await vault.make_key(Wrapping.FILE, "server")
    later = await vault_of(database, machine)
    await later.unlock_by_line(line)
    assert (await later.open_key()).key.reveal() == (await vault.open_key()).key.reveal()
    await vault.remove_way(wrapping_id)
    with pytest.raises(WrongPassphrase, match="is not one of this vault"):
        await later.unlock_by_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "", "x", "gridwright-vault-key 1 abc", "gridwright-vault-key 2 abc AAAA", "gridwright-vault-key 1 abc AAAA",
        "gridwright-vault-key 1 abc " + "A" * 43, "gridwright-vault-key 1 abc " + "!" * 44, "other 1 abc " + "A" * 44,
    ],
)  # fmt: skip
async def test_what_is_no_key_line(vault: Vault, line: str) -> None:
    with pytest.raises(UsageError, match=r"^That is not a vault key; a key file has one line that begins with"):
        await vault.unlock_by_line(Secret(line))


async def test_the_right_id_with_another_key_opens_nothing(vault: Vault) -> None:
    _, line = await vault.make_key(Wrapping.FILE, "server")
    words = line.reveal().split()
    vault.lock()
    with pytest.raises(VaultBroken, match=r"^What is stored of the vault's key \(file\) was changed or belongs"):
        await vault.unlock_by_line(Secret(" ".join([*words[:3], "A" * 43 + "="])))
    assert not vault.is_open


async def test_the_last_way_is_not_removed(vault: Vault) -> None:
    (only,) = await vault.ways()
    with pytest.raises(UsageError, match="so it would be lost; set a passphrase first"):
        await vault.remove_way(only.wrapping_id)
    assert len(await vault.ways()) == 1


async def test_this_machines_keychain_opens_it(vault: Vault, database: Database, machine: MemoryKeychain) -> None:
    await vault.add_to_keychain("desk")
    assert [way.label for way in await vault.ways()] == ["", "desk"]
    later = await vault_of(database, machine)
    await later.unlock_by_keychain()
    assert later.is_open
    elsewhere = await vault_of(database, MemoryKeychain())
    with pytest.raises(UsageError, match="The keychain of this machine has no key of this vault"):
        await elsewhere.unlock_by_keychain()
    await vault.remove_from_keychain()
    assert machine.entries == {}
    assert len(await vault.ways()) == 1
    with pytest.raises(UsageError, match="has no key of this vault"):
        await later.unlock_by_keychain()


class Refusing(MemoryKeychain):
    """A keychain whose person says no, with what it was given in the text."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cancelled {password}")


class Forgetful(MemoryKeychain):
    """As the null backend: says nothing and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class Plain(MemoryKeychain):
    """A file in plain text rates itself below 1."""

    priority = 0.5


@pytest.mark.parametrize(
    ("keychain", "sentence"),
    [
        (Refusing(), "The keychain of this machine did not do it (RuntimeError)."),
        (Forgetful(), "This machine has no keychain that keeps secrets; use a passphrase or a key file."),
        (Plain(), "This machine has no keychain that keeps secrets; use a passphrase or a key file."),
    ],
)
async def test_a_keychain_that_does_not_keep_leaves_nothing(
    vault: Vault, database: Database, keychain: MemoryKeychain, sentence: str
) -> None:
    there = Vault(database, Keychain(keychain), 1, LOWEST_COST)
    await there.unlock(PASSPHRASE)
    with pytest.raises(UsageError) as refused:
        await there.add_to_keychain("desk")
    assert str(refused.value) == sentence
    assert refused.value.__context__ is None
    assert len(await vault.ways()) == 1


async def test_a_machine_without_a_keychain_says_so() -> None:
    """What the library finds here, where nobody has logged in to a desktop."""
    with pytest.raises(UsageError, match=r"^This machine has no keychain that keeps secrets; use a passphrase"):
        Keychain().find("anything")
