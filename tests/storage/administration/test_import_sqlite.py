"""The GRID program's database goes home, its keys into the vault alone, and the file stays as it is."""

import hashlib
import io
import sqlite3
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.domain.secret import CredentialKind, Secret, UnlockSources
from engine.errors import UsageError, VaultLocked
from storage.administration.db_imports import run_import
from storage.database import Database
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import Vault
from storage.vault.wrapping import LOWEST_COST
from tests.support.keychain import MemoryKeychain

KEY, SECRET, PASSWORD = "okx-key-0123456789abcdef", "okx-secret-zyxwvutsrq", "okx-password-9"
PASSPHRASE = "a long passphrase of a test"
#: The least that Argon2id takes: what is tested here is the way of the keys, not the time a thief needs.
QUICK = LOWEST_COST

SCHEMA = """
CREATE TABLE grid_users (user_id INTEGER, exchange_name VARCHAR(50), api_key TEXT, api_secret TEXT, password TEXT,
    initial_capital FLOAT DEFAULT 10.0, direction VARCHAR(10) DEFAULT 'long', numbers_to_entry INTEGER DEFAULT 5,
    leverage FLOAT DEFAULT 10.0, stop_loss FLOAT, grid_num INTEGER DEFAULT 20, is_running BOOLEAN DEFAULT FALSE,
    tasks TEXT DEFAULT '[]', running_symbols TEXT DEFAULT '[]', created_at TIMESTAMP, updated_at TIMESTAMP,
    PRIMARY KEY (user_id, exchange_name));
CREATE TABLE grid_telegram_ids (user_id INTEGER, exchange_name VARCHAR(50), telegram_id VARCHAR(100) NOT NULL);
CREATE TABLE grid_jobs (user_id INTEGER, exchange_name VARCHAR(50), job_id VARCHAR(255), status VARCHAR(50),
    start_time TIMESTAMP, created_at TIMESTAMP, updated_at TIMESTAMP);
CREATE TABLE grid_blacklist (id INTEGER PRIMARY KEY, user_id INTEGER, exchange_name VARCHAR(50), symbol VARCHAR(50));
CREATE TABLE grid_whitelist (id INTEGER PRIMARY KEY, user_id INTEGER, exchange_name VARCHAR(50), symbol VARCHAR(50));
"""
ROWS = f"""
INSERT INTO grid_users VALUES (7, 'okx', '{KEY}', '{SECRET}', '{PASSWORD}', 100.1, 'short', 3, 2.5, 7.25, 30, 1,
    '["t1"]', '["BTC-USDT-SWAP", "ETH-USDT-SWAP"]', NULL, NULL);
INSERT INTO grid_users (user_id, exchange_name) VALUES (7, 'bitget');
INSERT INTO grid_telegram_ids VALUES (7, 'okx', '123456');
INSERT INTO grid_jobs VALUES (7, 'okx', 'celery-1', 'running', '2025-10-04 12:00:00', NULL, '2025-10-04 13:00:00');
INSERT INTO grid_blacklist (user_id, exchange_name, symbol) VALUES (7, 'okx', 'DOGE-USDT-SWAP');
INSERT INTO grid_whitelist (user_id, exchange_name, symbol) VALUES (7, 'okx', 'BTC-USDT-SWAP'), (7, 'bitget', 'XRP');
"""


def grid_database(folder: Path, more: str = "") -> Path:
    file = folder / "grid.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(SCHEMA + ROWS + more)
    return file


async def run(database: Database, file: Path, *, keychain: Keychain, **options: Any) -> tuple[int, str]:
    """`db import-sqlite` with its exit code and its words."""
    out = io.StringIO()
    given = {"grid_user": None, "without_keys": False, "passphrase_file": None, "zone": "UTC", "dry_run": False}
    wanted = Namespace(db_command="import-sqlite", file=file, json=False, **(given | options))
    nothing = UnlockSources(None, None, None)
    code = await run_import(
        wanted, nothing, database.address.url, out, keychain=keychain, stdin=io.StringIO(), cost=QUICK
    )
    return code, out.getvalue()


async def rows_of(database: Database, query: str) -> list[tuple[Any, ...]]:
    async with database.question() as connection:
        return [tuple(row) for row in await connection.fetch(query)]


@pytest.fixture
def keychain() -> Keychain:
    return Keychain(MemoryKeychain())


@pytest.fixture
async def passphrase_file(database: Database, keychain: Keychain, tmp_path: Path) -> str:
    """A vault, and the file that opens it."""
    vault = await Vault.of_this_user(database, keychain, QUICK)
    await vault.create(Secret(PASSPHRASE))
    vault.lock()
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n", encoding="utf-8")
    file.chmod(0o600)
    return str(file)


def digest(file: Path) -> tuple[str, list[str]]:
    return hashlib.sha256(file.read_bytes()).hexdigest(), sorted(path.name for path in file.parent.iterdir())


async def everything(database: Database) -> str:
    """All rows of all tables as text, as a thief of a dump reads them."""
    names = await rows_of(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = [await rows_of(database, f'SELECT t::text FROM "{name}" t') for (name,) in names]
    return repr(found)


async def test_everything_goes_home(
    database: Database, keychain: Keychain, passphrase_file: str, tmp_path: Path
) -> None:
    file = grid_database(tmp_path)
    before = digest(file)
    code, said = await run(database, file, keychain=keychain, passphrase_file=passphrase_file)
    assert code == 0
    assert digest(file) == before, "the source is only read"
    settings = await rows_of(
        database,
        "SELECT venue, initial_capital::text, direction, numbers_to_entry, leverage::text, stop_loss::text, grid_num,"
        " is_running, running_symbols FROM user_trading_settings ORDER BY venue",
    )
    assert settings == [
        ("bitget", "10.0", "long", 5, "10.0", None, 20, False, []),
        ("okx", "100.1", "short", 3, "2.5", "7.25", 30, False, ["BTC-USDT-SWAP", "ETH-USDT-SWAP"]),
    ]
    assert await rows_of(database, "SELECT venue, telegram_id FROM telegram_ids") == [("okx", "123456")]
    assert await rows_of(database, "SELECT job_id, status, start_time::text FROM jobs") == [
        ("celery-1", "stopped", "2025-10-04 12:00:00+00")
    ]
    lists = await rows_of(database, "SELECT list, venue, symbol FROM symbol_lists ORDER BY 1, 2")
    assert lists == [("black", "okx", "DOGE-USDT-SWAP"), ("white", "bitget", "XRP"), ("white", "okx", "BTC-USDT-SWAP")]
    assert "What ran there does not run here: okx" in said
    assert "1 jobs that were running there are written as stopped." in said
    await _keys_are_sealed(database, keychain, said)


async def _keys_are_sealed(database: Database, keychain: Keychain, said: str) -> None:
    stolen = await everything(database)
    for secret in (KEY, SECRET, PASSWORD):
        assert secret not in stolen
        assert secret not in said
    vault = await Vault.of_this_user(database, keychain, QUICK)
    await vault.unlock(Secret(PASSPHRASE))
    credentials = Credentials(database, vault)
    opened = await credentials.open((await credentials.find("okx", CredentialKind.EXCHANGE)).credential_id)
    vault.lock()
    assert (opened.key, opened.secret, opened.passphrase) == (Secret(KEY), Secret(SECRET), Secret(PASSWORD))


async def test_twice_is_once_and_what_is_here_is_never_overwritten(
    database: Database, keychain: Keychain, passphrase_file: str, tmp_path: Path
) -> None:
    file = grid_database(tmp_path)
    await run(database, file, keychain=keychain, passphrase_file=passphrase_file)
    _, said = await run(database, file, keychain=keychain, passphrase_file=passphrase_file)
    assert "grid_users -> user_trading_settings: 2 rows, 0 new, 2 there already, 0 different." in said
    assert "grid_users keys -> vault: 1 rows, 0 new, 1 there already, 0 different." in said
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE grid_users SET leverage = 5, api_secret = 'another' WHERE exchange_name = 'okx'")
    _, said = await run(database, file, keychain=keychain, passphrase_file=passphrase_file)
    assert "okx: leverage is 2.5 here and 5.0 there" in said
    assert "okx: the vault has another key under this name" in said
    assert "another'" not in said
    assert await rows_of(database, "SELECT leverage::text FROM user_trading_settings WHERE venue = 'okx'") == [("2.5",)]


async def test_keys_have_no_home_without_an_open_vault(database: Database, keychain: Keychain, tmp_path: Path) -> None:
    file = grid_database(tmp_path)
    with pytest.raises(VaultLocked):
        await run(database, file, keychain=keychain)
    assert await rows_of(database, "SELECT count(*) FROM user_trading_settings") == [(0,)]
    code, said = await run(database, file, keychain=keychain, without_keys=True)
    assert (code, "The keys of 1 exchanges were left out." in said) == (0, True)
    assert await rows_of(database, "SELECT count(*) FROM user_trading_settings") == [(2,)]
    assert KEY not in await everything(database)


BAD: Sequence[tuple[str, str]] = [
    ("UPDATE grid_users SET leverage = 0.5 WHERE exchange_name = 'okx'", "grid_users, row 1: leverage cannot be 0.5."),
    ("UPDATE grid_users SET stop_loss = 101", "stop_loss cannot be 101"),
    ("UPDATE grid_users SET initial_capital = 9e999", "initial_capital is not a number"),
    ("UPDATE grid_users SET tasks = '{'", "tasks is not a JSON list"),
    ("UPDATE grid_users SET direction = 'up'", "direction is none of long, short"),
    ("UPDATE grid_users SET api_secret = NULL", "it has only one of api_key and api_secret"),
    ("UPDATE grid_jobs SET status = 'dreaming'", "status is none of running, stopped, error"),
    ("UPDATE grid_jobs SET start_time = 'noon'", "start_time must be a time like"),
    ("UPDATE grid_blacklist SET symbol = ''", "symbol is not a text"),
    ("UPDATE grid_telegram_ids SET exchange_name = 'gone'", "user 7 on gone is not in grid_users"),
]


@pytest.mark.parametrize(("damage", "words"), BAD)
async def test_one_bad_row_keeps_everything_out(
    database: Database, keychain: Keychain, tmp_path: Path, damage: str, words: str
) -> None:
    file = grid_database(tmp_path, damage + ";")
    out = io.StringIO()
    options = Namespace(
        db_command="import-sqlite", file=file, json=False, grid_user=None, without_keys=True, passphrase_file=None,
        zone="UTC", dry_run=False,
    )  # fmt: skip
    with pytest.raises(UsageError, match=r"cannot be taken in, so nothing was written\.$"):
        await run_import(
            options, UnlockSources(None, None, None), database.address.url, out, keychain=keychain, cost=QUICK
        )
    assert words in out.getvalue()
    assert SECRET not in out.getvalue()
    assert await rows_of(database, "SELECT count(*) FROM user_trading_settings") == [(0,)]


async def test_of_several_users_one_is_chosen(database: Database, keychain: Keychain, tmp_path: Path) -> None:
    file = grid_database(tmp_path, "INSERT INTO grid_users (user_id, exchange_name) VALUES (8, 'upbit');")
    with pytest.raises(UsageError, match=r"has 2 users \(7, 8\); --grid-user says which of them you are\.$"):
        await run(database, file, keychain=keychain, without_keys=True)
    with pytest.raises(UsageError, match="has no user 9"):
        await run(database, file, keychain=keychain, without_keys=True, grid_user=9)
    await run(database, file, keychain=keychain, without_keys=True, grid_user=8)
    assert await rows_of(database, "SELECT venue FROM user_trading_settings") == [("upbit",)]


async def test_other_files_are_refused(database: Database, keychain: Keychain, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database at all, but long enough to be looked at as one " * 20, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other, other:
        other.execute("CREATE TABLE cats (name TEXT)")
    for file, words in (
        (text, "cannot be read as a SQLite database"),
        (tmp_path / "other.db", "has no table grid_users"),
        (tmp_path / "gone.db", "There is no file"),
    ):
        with pytest.raises(UsageError, match=words):
            await run(database, file, keychain=keychain)
    assert not (tmp_path / "gone.db").exists()
