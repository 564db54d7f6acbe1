"""A backup comes back to the last digit, and whatever goes wrong on the way leaves what was there."""

import hashlib
import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from engine.errors import StorageError, UsageError
from storage.address import parse_address
from storage.administration.backup import backup
from storage.administration.bundle import DUMP, MANIFEST, read_manifest
from storage.administration.fresh_database import with_database
from storage.administration.postgres_programs import PostgresPrograms, environment_of, fitting, installed_programs
from storage.administration.restore import WithoutTimeout, restore
from storage.database import Database, connect, migrate
from storage.embedded.question import ask
from storage.journal import PostgresJournal
from tests.storage.administration.books import DESK_ID, books_in_order, write_store
from tests.storage.builders import contents
from tests.support.postgres import PostgresCluster, database_name

#: A restore begins these anew: nobody runs yet, and no token of before is valid.
RUNNING = {"leases": {"token", "desk_id", "expires_at"}, "bot_instances": {"fencing_token"}, "desks": {"last_seen_at"}}


@pytest.fixture
async def saved_url(migrated_url: str, journal: PostgresJournal, database: Database) -> AsyncIterator[str]:
    """A database with books in it that nobody is connected to."""
    await journal.commit(books_in_order())
    await journal.close()
    await database.close()
    yield migrated_url
    _drop_others(migrated_url)


def _drop_others(url: str) -> None:
    others = ask(
        with_database(url, "postgres"),
        f"SELECT datname FROM pg_database WHERE datname LIKE '{database_name(url)}\\_before%'"
        f" OR datname LIKE '{database_name(url)}\\_restored%'",
    )
    for name in others:
        ask(with_database(url, "postgres"), f'DROP DATABASE "{name}" WITH (FORCE)')


def databases(url: str) -> set[str]:
    """All on the server."""
    return set(ask(with_database(url, "postgres"), "SELECT datname FROM pg_database"))


async def stored(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows but what a restore begins anew."""
    connection = await asyncpg.connect(url)
    try:
        found = await contents(connection)
    finally:
        await connection.close()
    for table, columns in RUNNING.items():
        found[table] = [tuple(pair for pair in row if pair[0] not in columns) for row in found.get(table, [])]
    return found


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    write_store(folder)
    return folder


def fills_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as book:
        return int(book.execute("SELECT count(*) FROM fills").fetchone()[0])


async def test_everything_comes_back_after_everything_was_lost(saved_url: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    before = await stored(saved_url)
    saved = await backup(saved_url, folder, tmp_path / "a.gwbackup")
    ask(with_database(saved_url, "postgres"), f'DROP DATABASE "{database_name(saved_url)}"')
    shutil.rmtree(folder)
    folder.mkdir()
    done = await restore(saved_url, folder, tmp_path / "a.gwbackup")
    assert (done.old, done.old_books, list(done.complaints)) == (None, None, [])
    assert done.ledger == saved.manifest.ledger
    assert await stored(saved_url) == before
    assert (folder / "desk-id").read_text(encoding="ascii") == DESK_ID
    assert [fills_in(file) for file in (folder / "venues").iterdir()] == [1]
    assert sorted(path.name for path in folder.iterdir()) == ["desk-id", "venues"]


async def test_what_was_there_is_kept_under_another_name(saved_url: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    await backup(saved_url, folder, tmp_path / "a.gwbackup")
    ask(saved_url, "UPDATE accounts SET name = 'later'")
    book = write_store(folder, fills=2)
    done = await restore(saved_url, folder, tmp_path / "a.gwbackup")
    assert done.old is not None
    assert done.old_books is not None
    assert ask(saved_url, "SELECT name FROM accounts") != ["later"]
    assert ask(with_database(saved_url, done.old), "SELECT name FROM accounts") == ["later"]
    assert (fills_in(book), fills_in(done.old_books / book.name)) == (1, 2)


async def test_no_token_of_before_is_valid_after(saved_url: str, tmp_path: Path) -> None:
    """A sleeping desk that believes in the replaced database must not meet its own token again."""
    await backup(saved_url, tmp_path, tmp_path / "a.gwbackup")
    ask(saved_url, "UPDATE bot_instances SET fencing_token = fencing_token + 100000")
    given = ask(saved_url, "SELECT max(fencing_token) FROM bot_instances")[0]
    await restore(saved_url, tmp_path, tmp_path / "a.gwbackup")
    [(bots, leases)] = [
        (
            ask(saved_url, "SELECT min(fencing_token) FROM bot_instances")[0],
            ask(saved_url, "SELECT min(token) FROM leases")[0],
        )
    ]
    assert bots == leases
    assert bots > given
    assert ask(saved_url, "SELECT count(*) FROM leases WHERE desk_id IS NOT NULL OR expires_at IS NOT NULL") == [0]


async def test_orders_of_an_exchange_outside_get_names_that_it_has_never_seen(saved_url: str, tmp_path: Path) -> None:
    ask(saved_url, "UPDATE accounts SET mode = 'practice'")
    before = ask(saved_url, "SELECT attempt FROM grid_orders ORDER BY grid_index")
    assert before
    await backup(saved_url, folder_of(tmp_path), tmp_path / "x.gwbackup")
    await restore(saved_url, tmp_path / "desk", tmp_path / "x.gwbackup")
    assert ask(saved_url, "SELECT attempt FROM grid_orders ORDER BY grid_index") == [
        attempt + 100_000 for attempt in before
    ]


async def test_real_money_comes_back_switched_off(saved_url: str, tmp_path: Path) -> None:
    ask(
        saved_url,
        "INSERT INTO live_accounts (account_id, is_on, switched_at, pinned_facts) "
        "SELECT account_id, true, now(), '{}' FROM accounts LIMIT 1",
    )
    await backup(saved_url, folder_of(tmp_path), tmp_path / "x.gwbackup")
    await restore(saved_url, tmp_path / "desk", tmp_path / "x.gwbackup")
    assert ask(saved_url, "SELECT is_on FROM live_accounts") == [False]


async def test_a_database_in_use_is_not_replaced(saved_url: str, tmp_path: Path) -> None:
    await backup(saved_url, tmp_path, tmp_path / "a.gwbackup")
    desk = await connect(saved_url, application_name="gridwright")
    try:
        with pytest.raises(StorageError, match=r"is in use \(gridwright\); stop every desk and program on it first\.$"):
            await restore(saved_url, tmp_path, tmp_path / "a.gwbackup")
    finally:
        await desk.close()


def repacked(file: Path, **changed: Any) -> None:
    """The same dump under a manifest that says something else."""
    with zipfile.ZipFile(file) as archive:
        pieces = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(pieces[MANIFEST]) | changed
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (pieces | {MANIFEST: json.dumps(manifest).encode()}).items():
            archive.writestr(name, content)


def files_of(folder: Path) -> dict[Path, int]:
    """All files in it, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


async def refused(url: str, folder: Path, file: Path, words: str) -> None:
    """The restore fails with these words, and nothing on the server or in the folder is another."""
    before = await stored(url)
    names = databases(url)
    files = files_of(folder)
    with pytest.raises((StorageError, UsageError), match=words) as error:
        await restore(url, folder, file)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)
    assert await stored(url) == before
    assert databases(url) == names
    assert files_of(folder) == files


async def test_a_dump_that_is_not_what_was_saved_changes_nothing(saved_url: str, tmp_path: Path) -> None:
    folder, file = folder_of(tmp_path), tmp_path / "a.gwbackup"
    manifest = (await backup(saved_url, folder, file)).manifest
    wrong = manifest.ledger.as_json()
    wrong["trades"]["digest"] = "0" * 32
    repacked(file, ledger=wrong)
    await refused(saved_url, folder, file, r"is not what was saved \(trades\); nothing was changed")
    repacked(file, ledger=manifest.ledger.as_json(), rows=dict(manifest.rows) | {"instruments": 7})
    await refused(saved_url, folder, file, r"Rows are missing .*\(instruments\); nothing was changed")
    repacked(file, rows=dict(manifest.rows), dumped_by=99)
    await refused(saved_url, folder, file, "needs pg_dump and pg_restore of PostgreSQL 99 or newer")


async def test_a_dump_that_breaks_off_changes_nothing(saved_url: str, tmp_path: Path) -> None:
    """Sealed by somebody over a dump that was cut: only pg_restore can see it."""
    folder, file = folder_of(tmp_path), tmp_path / "a.gwbackup"
    manifest = (await backup(saved_url, folder, file)).manifest
    with zipfile.ZipFile(file) as archive:
        dump = archive.read(DUMP)
        book = archive.read(next(name for name in archive.namelist() if name.startswith("venues/")))
    cut = dump[: len(dump) * 3 // 4]
    pieces = {DUMP: {"length": len(cut), "sha256": hashlib.sha256(cut).hexdigest()}}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(DUMP, cut)
        archive.writestr(MANIFEST, json.dumps(manifest.as_json() | {"pieces": pieces}))
    assert book.startswith(b"SQLite")
    assert read_manifest(file).books == []
    await refused(saved_url, folder, file, r"pg_restore failed: .*\.$")


async def test_a_damaged_book_changes_nothing(saved_url: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    book = next((folder / "venues").iterdir())
    book.write_bytes(b"SQLite format 3\x00" + b"\x00" * 5000)
    with pytest.raises(StorageError, match=r"book .* (is damaged|cannot be)"):
        await backup(saved_url, folder, tmp_path / "a.gwbackup")
    assert not (tmp_path / "a.gwbackup").exists()


async def test_a_book_of_another_desk_is_refused_unless_told(saved_url: str, tmp_path: Path) -> None:
    await backup(saved_url, folder_of(tmp_path), tmp_path / "a.gwbackup")
    other = tmp_path / "other desk"
    other.mkdir()
    (other / "desk-id").write_text("00000000-0000-4000-8000-00000000000f", encoding="ascii")
    await refused(saved_url, other, tmp_path / "a.gwbackup", r"--take-desk makes it that desk, --database-only")
    await restore(saved_url, other, tmp_path / "a.gwbackup", with_books=False)
    assert not (other / "venues").exists()
    await restore(saved_url, other, tmp_path / "a.gwbackup", take_desk=True)
    assert (other / "desk-id").read_text(encoding="ascii") == DESK_ID


async def test_books_that_cannot_be_put_in_place_bring_the_old_database_back(
    saved_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = folder_of(tmp_path), tmp_path / "a.gwbackup"
    await backup(saved_url, folder, file)
    ask(saved_url, "UPDATE accounts SET name = 'later'")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if target == folder / "venues" and "restore-" in str(self):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    await refused(saved_url, folder, file, "Input/output error")
    assert ask(saved_url, "SELECT name FROM accounts") == ["later"]


async def test_an_older_backup_is_brought_to_the_tables_of_today(
    postgres_cluster: PostgresCluster, tmp_path: Path
) -> None:
    url = postgres_cluster.create_database()
    try:
        await migrate(url, "0001")
        await backup(url, tmp_path, tmp_path / "old.gwbackup")
        done = await restore(url, tmp_path, tmp_path / "old.gwbackup")
        assert done.manifest.revision == "0001"
        assert ask(url, "SELECT version_num FROM alembic_version") > ["0001"]
        assert list(done.complaints) == []
    finally:
        _drop_others(url)
        postgres_cluster.drop_database(url)


async def test_an_empty_or_foreign_database_is_no_backup(empty_database_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"holds nothing of Gridwright\.$"):
        await backup(empty_database_url, tmp_path, tmp_path / "a.gwbackup")
    assert files_of(tmp_path) == {}


async def test_a_user_who_sees_only_own_rows_makes_no_backup(saved_url: str, tmp_path: Path) -> None:
    ask(
        saved_url,
        "CREATE ROLE backup_reader LOGIN PASSWORD 'x'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup_reader",
    )
    try:
        place = parse_address(saved_url)
        url = f"postgresql://backup_reader:x@{place.host}:{place.port}/{place.database}"
        with pytest.raises(StorageError, match="a backup is made by the owner of the tables"):
            await backup(url, tmp_path, tmp_path / "a.gwbackup")
    finally:
        ask(saved_url, "DROP OWNED BY backup_reader", "DROP ROLE backup_reader")


async def test_rights_of_roles_that_the_server_lost_come_back(saved_url: str, tmp_path: Path) -> None:
    ask(saved_url, "CREATE ROLE backup_trader LOGIN PASSWORD 'x'", "GRANT SELECT ON trades TO backup_trader")
    saved = await backup(saved_url, tmp_path, tmp_path / "a.gwbackup")
    assert "backup_trader" in saved.manifest.roles
    ask(saved_url, "DROP OWNED BY backup_trader", "DROP ROLE backup_trader")
    try:
        await restore(saved_url, tmp_path, tmp_path / "a.gwbackup")
        assert ask(saved_url, "SELECT has_table_privilege('backup_trader', 'trades', 'SELECT')") == [True]
        assert ask(saved_url, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'backup_trader'") == [False]
    finally:
        ask(saved_url, "DROP OWNED BY backup_trader", "DROP ROLE backup_trader")


def test_programs_are_chosen_by_version() -> None:
    programs = [PostgresPrograms(Path(str(major)), major) for major in (18, 15, 16)]
    assert [fitting(programs, server).major for server in (14, 15, 16, 17, 18)] == [15, 15, 16, 18, 18]
    assert fitting(programs, 15, at_least=16).major == 16
    with pytest.raises(StorageError, match=r"PostgreSQL 19 or newer, and this computer has 15, 16, 18\.$"):
        fitting(programs, 19)
    with pytest.raises(StorageError, match="has none"):
        fitting([], 15)
    assert 18 in {each.major for each in installed_programs()}


def test_a_password_is_in_no_argument() -> None:
    address = parse_address(
        "postgresql://ann:p%40ss%20word@db.example:6543/desk?sslmode=verify-full&sslrootcert=/ca.pem"
    )
    found = environment_of(address)
    wanted = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE", "PGSSLROOTCERT")
    assert [found[name] for name in wanted] == [
        "db.example",
        "6543",
        "ann",
        "p@ss word",
        "desk",
        "verify-full",
        "/ca.pem",
    ]


@pytest.mark.parametrize("size", [1, 7, 50, 10_000])
def test_only_the_setting_at_the_beginning_is_left_out_for_an_older_server(size: int) -> None:
    line = b"SET transaction_timeout = 0;\n"
    script = b"SET lock_timeout = 0;\n" + line + b"COPY t FROM stdin;\n" + line + b"x" * 5000
    out = io.BytesIO()
    writer = WithoutTimeout(out)
    for at in range(0, len(script), size):
        writer.write(script[at : at + size])
    writer.end()
    assert out.getvalue() == script.replace(line, b"", 1)
