"""Somebody may write into the database, or has stolen a dump of it: nothing opens, and nothing is believed."""

import pytest

from engine.domain.secret import CredentialKind, Secret
from engine.errors import StorageError, UsageError, VaultBroken, VaultLocked, WrongPassphrase
from storage.database import Database
from storage.vault import rows
from storage.vault.credentials import Credentials
from storage.vault.key import Key
from storage.vault.vault import Vault
from storage.vault.wrapping import Wrapping, unwrap_by_key, unwrap_by_passphrase
from tests.storage.vault.conftest import OTHER, PASSPHRASE, add_upbit, vault_of
from tests.support.keychain import MemoryKeychain

BROKEN = "What is stored of the credential (main|other) was changed or belongs elsewhere, so it is not used"
KEY_BROKEN = r"What is stored of the vault's key \(passphrase\) was changed or belongs elsewhere"


async def execute(database: Database, statement: str, *arguments: object) -> None:
    async with database.question() as connection:
        await connection.execute(statement, *arguments)


async def fetchval(database: Database, query: str, *arguments: object) -> bytes:
    async with database.question() as connection:
        found: bytes = await connection.fetchval(query, *arguments)
        return found


async def test_every_byte_of_a_sealed_row_counts(vault: Vault, credentials: Credentials, database: Database) -> None:
    credential_id = await add_upbit(credentials)
    for column in ("nonce", "sealed"):
        good = await fetchval(database, f"SELECT {column} FROM credentials")
        for position in range(0, len(good), 1 if column == "nonce" else 17):
            bad = bytearray(good)
            bad[position] ^= 0x80
            await execute(database, f"UPDATE credentials SET {column} = $1", bytes(bad))
            with pytest.raises(VaultBroken, match=BROKEN):
                await credentials.open(credential_id)
        await execute(database, f"UPDATE credentials SET {column} = $1", good)
    assert (await credentials.open(credential_id)).secret == Secret("deepSECRET-main")


@pytest.mark.parametrize("content", [b"", b"x", bytes(16), bytes(300)])
async def test_a_cut_or_invented_ciphertext(
    vault: Vault, credentials: Credentials, database: Database, content: bytes
) -> None:
    credential_id = await add_upbit(credentials)
    await execute(database, "UPDATE credentials SET sealed = $1", content)
    with pytest.raises(VaultBroken, match=BROKEN):
        await credentials.open(credential_id)


@pytest.mark.parametrize(
    "change",
    [
        "venue = 'evil exchange'",
        "kind = 'llm'",
        "label = 'other'",
        "key_hint = 'ABCD'",
        "key_version = 2",
        "key_version = 0",
        "credential_id = 'other'",
    ],
)
async def test_a_row_that_says_something_else(
    vault: Vault, credentials: Credentials, database: Database, change: str
) -> None:
    """The secret of one exchange is never shown to another that a changed row names."""
    await add_upbit(credentials)
    await execute(database, f"UPDATE credentials SET {change}")
    (listed,) = await credentials.listed()
    with pytest.raises(VaultBroken, match=BROKEN):
        await credentials.open(listed.credential_id)


async def test_two_rows_whose_secrets_were_exchanged(
    vault: Vault, credentials: Credentials, database: Database
) -> None:
    ids = [await add_upbit(credentials, label) for label in ("main", "other")]
    await execute(
        database,
        "UPDATE credentials c SET nonce = o.nonce, sealed = o.sealed FROM credentials o WHERE o.label <> c.label",
    )
    for credential_id in ids:
        with pytest.raises(VaultBroken, match=BROKEN):
            await credentials.open(credential_id)


@pytest.mark.parametrize("number", [0, 2])
async def test_another_format_is_refused(
    vault: Vault, credentials: Credentials, database: Database, number: int
) -> None:
    credential_id = await add_upbit(credentials)
    await execute(database, "UPDATE credentials SET format = $1", number)
    with pytest.raises(VaultBroken, match=f"credential main has the format {number}, which this program does not read"):
        await credentials.open(credential_id)
    await execute(database, "UPDATE vault_keys SET format = $1", number)
    with pytest.raises(VaultBroken, match=f"has the format {number}"):
        await vault.unlock(PASSPHRASE)


async def second_user(database: Database) -> int:
    async with database.question() as connection:
        found: int = await connection.fetchval("INSERT INTO users (username) VALUES ('eve') RETURNING id")
        return found


async def test_another_users_row_does_not_open_under_ones_own_key(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    """Eve owns the database, copies the local user's rows to herself, and knows her own passphrase."""
    eve = await second_user(database)
    credential_id = await add_upbit(credentials)
    theirs = await vault_of(database, machine, eve)
    await theirs.create(OTHER)
    stolen = Credentials(database, theirs)
    await execute(
        database,
        "INSERT INTO credentials (user_id, credential_id, kind, venue, label, key_hint, key_version, format, nonce, "
        "sealed) SELECT $1, credential_id, kind, venue, label, key_hint, key_version, format, nonce, sealed "
        "FROM credentials",
        eve,
    )
    with pytest.raises(VaultBroken, match=BROKEN):
        await stolen.open(credential_id)
    # And with the victim's wrapped key in the place of her own.
    await execute(database, "DELETE FROM vault_keys WHERE user_id = $1", eve)
    await execute(
        database,
        "INSERT INTO vault_keys (user_id, wrapping_id, wrapping, label, key_version, format, kdf_salt, kdf_iterations, "
        "kdf_memory_kib, kdf_lanes, kdf_check, nonce, wrapped_key) SELECT $1, wrapping_id, wrapping, label, "
        "key_version, format, kdf_salt, kdf_iterations, kdf_memory_kib, kdf_lanes, kdf_check, nonce, wrapped_key "
        "FROM vault_keys",
        eve,
    )
    with pytest.raises(WrongPassphrase):
        await theirs.unlock(OTHER)
    # Even the right passphrase does not open it in another user's name.
    with pytest.raises(VaultBroken, match=KEY_BROKEN):
        await theirs.unlock(PASSPHRASE)


async def test_another_users_credential_is_not_found(
    vault: Vault, credentials: Credentials, database: Database, machine: MemoryKeychain
) -> None:
    credential_id = await add_upbit(credentials)
    theirs = await vault_of(database, machine, await second_user(database))
    await theirs.create(OTHER)
    stolen = Credentials(database, theirs)
    assert await stolen.listed() == []
    for refused in (stolen.open(credential_id), stolen.remove(credential_id), stolen.find("main")):
        with pytest.raises(UsageError, match="There is no credential"):
            await refused
    assert (await credentials.open(credential_id)).secret == Secret("deepSECRET-main")


async def test_an_account_cannot_name_another_users_credential(
    vault: Vault, credentials: Credentials, database: Database
) -> None:
    credential_id = await add_upbit(credentials)
    eve = await second_user(database)
    await execute(database, "INSERT INTO desks (desk_id, user_id, name) VALUES ('d', $1, 'd')", eve)
    with pytest.raises(StorageError, match="fk_accounts_user_id_credential_id"):
        await execute(
            database,
            "INSERT INTO accounts (account_id, user_id, desk_id, venue, name, mode, quote_currency, credential_id) "
            "VALUES ('a', $1, 'd', 'upbit', 'a', 'live', 'KRW', $2)",
            eve, credential_id,
        )  # fmt: skip


WEAKER = {
    "kdf_memory_kib": (0, 8, 19 * 1024 - 1, 1024 * 1024 + 1, 2**31 - 1),
    "kdf_iterations": (0, 1, 17, 2**31 - 1),
    "kdf_lanes": (0, 17),
}


@pytest.mark.parametrize(
    ("column", "number"), [(column, number) for column, numbers in WEAKER.items() for number in numbers]
)
async def test_weaker_parameters_are_not_even_tried(vault: Vault, database: Database, column: str, number: int) -> None:
    """Nor such that would take all the memory or all the time of the machine."""
    await execute(database, f"UPDATE vault_keys SET {column} = $1", number)
    with pytest.raises(VaultBroken, match="asks for less protection than this program accepts"):
        await vault.unlock(PASSPHRASE)


@pytest.mark.parametrize(
    "change",
    [
        "kdf_memory_kib = kdf_memory_kib + 1024",
        "kdf_iterations = kdf_iterations + 1",
        "kdf_lanes = kdf_lanes + 1",
        "kdf_salt = set_byte(kdf_salt, 0, get_byte(kdf_salt, 0) # 1)",
        "kdf_check = set_byte(kdf_check, 0, get_byte(kdf_check, 0) # 1)",
    ],
)
async def test_other_parameters_make_the_passphrase_wrong(vault: Vault, database: Database, change: str) -> None:
    await execute(database, f"UPDATE vault_keys SET {change}")
    with pytest.raises(WrongPassphrase):
        await vault.unlock(PASSPHRASE)


async def test_a_short_salt_is_refused(vault: Vault, database: Database) -> None:
    await execute(database, "UPDATE vault_keys SET kdf_salt = 'salt'")
    with pytest.raises(VaultBroken, match="asks for less protection"):
        await vault.unlock(PASSPHRASE)


async def test_every_byte_of_a_wrapped_key_counts(vault: Vault, database: Database) -> None:
    """Without the Argon2id of each try: by a key that a file holds."""
    wrapping_id, line = await vault.make_key(Wrapping.FILE, "server")
    for column in ("nonce", "wrapped_key"):
        where = "FROM vault_keys WHERE wrapping_id = $1"
        good = await fetchval(database, f"SELECT {column} {where}", wrapping_id)
        bads = [good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :] for place in range(len(good))]
        if column == "wrapped_key":
            bads += [good[:-1], good + b"\0", b""]
        for bad in bads:
            await execute(
                database, f"UPDATE vault_keys SET {column} = $2 WHERE wrapping_id = $1", wrapping_id, bad
            )  # fmt: skip
            with pytest.raises(VaultBroken, match=r"the vault's key \(file\) was changed"):
                await vault.unlock_by_line(line)
        await execute(database, f"UPDATE vault_keys SET {column} = $2 WHERE wrapping_id = $1", wrapping_id, good)
    await vault.unlock_by_line(line)


async def test_a_wrapped_key_is_no_credential_and_a_credential_no_key(
    vault: Vault, credentials: Credentials, database: Database
) -> None:
    credential_id = await add_upbit(credentials)
    await execute(
        database,
        "UPDATE credentials SET nonce = k.nonce, sealed = k.wrapped_key FROM vault_keys k",
    )
    with pytest.raises(VaultBroken, match=BROKEN):
        await credentials.open(credential_id)


async def test_a_file_key_is_not_taken_for_a_keychains(vault: Vault, database: Database) -> None:
    wrapping_id, line = await vault.make_key(Wrapping.FILE, "server")
    await execute(database, "UPDATE vault_keys SET wrapping = 'keychain' WHERE wrapping_id = $1", wrapping_id)
    with pytest.raises(VaultBroken, match=r"the vault's key \(keychain\) was changed"):
        await vault.unlock_by_line(line)


async def test_a_nonce_of_another_size_is_not_stored(vault: Vault, database: Database) -> None:
    with pytest.raises(StorageError, match="check_vault_keys_nonce"):
        await execute(database, "UPDATE vault_keys SET nonce = ''")


async def test_a_stolen_dump_is_worth_its_passphrase(
    vault: Vault, credentials: Credentials, database: Database
) -> None:
    """With every row in hand: guesses fail, and so do keys that a thief makes from what is stored."""
    await add_upbit(credentials)
    async with database.question() as connection:
        (wrapped,) = await rows.read_wrapped(connection, 1)
    for guess in ("", "password", "correct horse battery", PASSPHRASE.reveal()[:-1]):
        with pytest.raises(WrongPassphrase):
            unwrap_by_passphrase(wrapped, Secret(guess))
    stretching = wrapped.stretching
    assert stretching is not None
    stored = (stretching.salt * 2, stretching.check, wrapped.sealed.content[:32], bytes(32))
    for made in stored:
        with pytest.raises(VaultBroken):
            unwrap_by_key(wrapped, Key(made))


async def test_no_nonce_of_any_row_comes_twice(vault: Vault, credentials: Credentials, database: Database) -> None:
    for number in range(20):
        await add_upbit(credentials, f"n{number}")
        await vault.make_key(Wrapping.FILE, f"f{number}")
    async with database.question() as connection:
        found = await connection.fetch("SELECT nonce FROM credentials UNION ALL SELECT nonce FROM vault_keys")
    assert len({row["nonce"] for row in found}) == len(found) == 41


async def test_the_length_of_a_sealed_document_tells_nothing(
    vault: Vault, credentials: Credentials, database: Database
) -> None:
    for number, length in enumerate((1, 20, 60, 100)):
        await credentials.add(CredentialKind.LLM, "model", f"m{number}", Secret("x" * length))
    async with database.question() as connection:
        sizes = await connection.fetch("SELECT DISTINCT octet_length(sealed) AS size FROM credentials")
    assert [row["size"] for row in sizes] == [256 + 16]


HOSTILE = (
    "'; DROP TABLE credentials; --",
    "$1",
    "%s{0}",
    "\\x00",
    "a\u202eb",
    "한글 \U0001f511",
    '"quoted"',
    "x" * 100,
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_texts_are_texts(vault: Vault, credentials: Credentials, text: str) -> None:
    # A key is one line that can be printed; names are whatever a person calls things.
    key = text.replace("\u202e", "")
    credential_id = await credentials.add(CredentialKind.LLM, text, text, Secret(key))
    opened = await credentials.open(credential_id)
    assert (opened.venue, opened.label, opened.key.reveal()) == (text, text, key)
    assert (await credentials.find(text)).credential_id == credential_id
    assert await credentials.remove(credential_id) == []


@pytest.mark.parametrize("bad", ["", " q7", "q7 ", "q\n7", "q\x007", "x" * 8193, "\x1b[2J", "a\u202eb"])
async def test_what_cannot_be_a_key_is_refused_without_being_shown(credentials: Credentials, bad: str) -> None:
    with pytest.raises(UsageError) as refused:
        await credentials.add(CredentialKind.LLM, "model", "m", Secret(bad))
    assert str(refused.value).startswith("The API key must")
    assert bad == "" or bad not in str(refused.value)


async def test_an_exchange_needs_its_secret(credentials: Credentials) -> None:
    with pytest.raises(UsageError, match=r"^The API secret must not be empty\.$"):
        await credentials.add(CredentialKind.EXCHANGE, "upbit", "main", Secret("PUBLIC"))


async def test_a_private_key_of_several_lines_is_kept_as_it_is(credentials: Credentials) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ\n-----END PRIVATE KEY-----"
    added = await credentials.add(CredentialKind.EXCHANGE, "binance", "main", Secret("K" * 64), Secret(pem))
    assert (await credentials.open(added)).secret == Secret(pem)


async def test_only_four_characters_of_a_public_key_are_shown(credentials: Credentials) -> None:
    await add_upbit(credentials)
    await credentials.add(CredentialKind.EXCHANGE, "upbit", "short", Secret("fifteen-letters"), Secret("s"))
    await credentials.add(CredentialKind.LLM, "model", "llm", Secret("L" * 40))
    await credentials.add(CredentialKind.TELEGRAM, "bot", "tg", Secret("123456789:AAE" + "t" * 32))
    shown = {row.label: row.key_hint for row in await credentials.listed()}
    assert shown == {"main": "abcd", "short": "", "llm": "", "tg": ""}


async def test_a_label_is_taken_once_per_kind(credentials: Credentials) -> None:
    await add_upbit(credentials)
    with pytest.raises(UsageError, match="There is a credential main of this kind already"):
        await add_upbit(credentials)
    await credentials.add(CredentialKind.LLM, "model", "main", Secret("key"))
    with pytest.raises(UsageError, match="Several credentials are called main; say their kind too"):
        await credentials.find("main")
    assert (await credentials.find("main", CredentialKind.LLM)).venue == "model"


async def test_a_locked_vault_takes_nothing_in_and_gives_nothing_out(vault: Vault, credentials: Credentials) -> None:
    credential_id = await add_upbit(credentials)
    vault.lock()
    for refused in (add_upbit(credentials, "second"), credentials.open(credential_id)):
        with pytest.raises(VaultLocked, match="The vault is locked"):
            await refused
    assert [row.label for row in await credentials.listed()] == ["main"]
