"""`db restore`: a backup becomes the database again, after it has proved in a new one that it is what was saved."""

import errno
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.errors import StorageError, UsageError
from storage.administration.backup import PATIENCE_S, count_rows
from storage.administration.bundle import DUMP, Manifest, extract, read_manifest
from storage.administration.fresh_database import DatabasePlace, database_place, quoted, with_database
from storage.administration.ledger_checksum import LedgerChecksum, ledger_checksum
from storage.administration.orphans import find_orphans
from storage.administration.postgres_programs import (
    PostgresPrograms,
    environment_of,
    fitting,
    installed_programs,
    run,
)
from storage.administration.venue_books import FOLDER, check_book, swap_in
from storage.check import check
from storage.database import connect, migrate
from storage.failures import Failure

#: The entries of a dump that a new database has already, or that only a superuser may make.
LEFT_OUT = (" EXTENSION - ", " COMMENT - EXTENSION ", " SCHEMA - public ", " COMMENT - SCHEMA public ")

#: The first version of PostgreSQL with that setting.
KNOWS_TRANSACTION_TIMEOUT = 17

ATTEMPTS_AHEAD = 100_000
IS_OUTSIDE = """
    (user_id, bot_uid) IN (SELECT b.user_id, b.bot_uid FROM bot_instances b JOIN accounts a USING (user_id, account_id)
        WHERE a.mode IN ('live', 'practice'))
"""

#: Nobody runs on a restored database. Its tokens begin above every one that was given before: a desk that still
#: believes in the database that was replaced must never meet its own token again.
BEGIN_ANEW = (
    "UPDATE desks SET last_seen_at = NULL",
    """
    UPDATE leases SET token = greatest(token, extract(epoch FROM clock_timestamp())::bigint) + 1, desk_id = NULL,
        expires_at = NULL, requested_by_desk_id = NULL, requested_at = NULL
    """,
    """
    UPDATE bot_instances b SET fencing_token = l.token FROM leases l
    WHERE l.user_id = b.user_id AND l.account_id = b.account_id
    """,
    # An exchange that was not restored with us has seen orders that this database knows nothing of. Attempts are part
    # of an order's name, so names go on far above those.
    f"UPDATE grid_orders SET attempt = attempt + {ATTEMPTS_AHEAD} WHERE {IS_OUTSIDE}",  # noqa: S608 - constants
    f"UPDATE bot_instances SET leg_attempt = leg_attempt + {ATTEMPTS_AHEAD} WHERE {IS_OUTSIDE}",  # noqa: S608 - constants
    # For the same reason nothing is sent there before its owner has compared, and switched it on again.
    "UPDATE live_accounts SET is_on = false",
    "DELETE FROM spent_budget",
)


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What is there now. `old` is the name of the database that was replaced, `old_books` where its books lie."""

    manifest: Manifest
    ledger: LedgerChecksum
    old: str | None
    old_books: Path | None
    complaints: Sequence[str]


async def restore(
    url: str, data_folder: Path, file: Path, *, with_books: bool = True, take_desk: bool = False
) -> RestoreReport:
    """Put a backup in the place of the database at `url` and of this folder's books.

    Nothing is replaced before all of the backup was restored beside it, checked against its checksums and brought to
    this program's tables. Raises StorageError or UsageError; then everything is as it was.
    """
    manifest = read_manifest(file)
    if with_books:
        refuse_foreign_folder(manifest, data_folder, take_desk=take_desk)
    programs = installed_programs()
    async with database_place(url) as place:
        await place.refuse_if_busy()
        await place.refuse_without_right()
        fit = fitting(programs, place.server, manifest.dumped_by)
        try:
            with tempfile.TemporaryDirectory(prefix="restore-", dir=data_folder) as folder:
                return await _restore_beside(
                    place, data_folder, file, manifest, fit, Path(folder), with_books=with_books
                )
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageError(
                    f"There is no room in {data_folder} to unpack the backup; nothing was changed."
                ) from error
            raise StorageError(f"The backup cannot be unpacked in {data_folder}: {error.strerror or error}.") from error


def refuse_foreign_folder(manifest: Manifest, data_folder: Path, *, take_desk: bool) -> None:
    """Raises UsageError when the books are of another desk than the one of this folder."""
    if not manifest.books or take_desk:
        return
    file = data_folder / "desk-id"
    present = file.read_text(encoding="ascii", errors="replace").strip() if file.is_file() else manifest.desk_id
    if present != manifest.desk_id:
        raise UsageError(
            f"The backup is of the desk {manifest.desk_id} and the folder {data_folder} is the desk {present}; "
            "--take-desk makes it that desk, --database-only leaves the folder as it is."
        )


async def _restore_beside(
    place: DatabasePlace,
    data_folder: Path,
    file: Path,
    manifest: Manifest,
    programs: PostgresPrograms,
    folder: Path,
    *,
    with_books: bool,
) -> RestoreReport:
    books = _unpack_books(file, manifest, folder) if with_books else None
    dump = folder / DUMP
    extract(file, manifest, DUMP, dump)
    await _make_roles(place, manifest)
    fresh = await place.make_beside()
    is_done = False
    try:
        fresh_url = with_database(place.address.url, fresh)
        await _fill(place, fresh, dump, programs, folder)
        dump.unlink()
        ledger = await _prove(fresh_url, manifest)
        await migrate(fresh_url)
        complaints = await _begin_anew(fresh_url)
        await place.refuse_if_busy()
        is_worth_keeping = await place.exists() and not await place.is_empty()
        old = await place.put_in_place(fresh)
        try:
            old_books = _put_books(data_folder, books, manifest) if books is not None else None
        except OSError:
            await place.put_back(old, fresh)
            raise
        is_done = True
    finally:
        if not is_done:
            await place.drop(fresh)
    if old is not None and not is_worth_keeping:
        await place.drop(old)
        old = None
    return RestoreReport(manifest, ledger, old, old_books, complaints)


def _unpack_books(file: Path, manifest: Manifest, folder: Path) -> Path:
    books = folder / FOLDER
    books.mkdir(mode=0o700)
    for name in manifest.books:
        extract(file, manifest, f"{FOLDER}/{name}", books / name)
        with closing(sqlite3.connect(books / name)) as book:
            check_book(book, name)
    return books


async def _make_roles(place: DatabasePlace, manifest: Manifest) -> None:
    """Roles that rights in the dump are given to. A role that is made here cannot sign in until somebody lets it."""
    for role in manifest.roles:
        if await place.connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role) is None:
            try:
                await place.connection.execute(f"CREATE ROLE {quoted(role)} NOLOGIN")
            except Failure as error:
                raise StorageError(
                    f"The backup gives rights to the role {role}, which this server lacks and "
                    f"{place.address.user} may not make; nothing was changed."
                ) from error


async def _fill(place: DatabasePlace, fresh: str, dump: Path, programs: PostgresPrograms, folder: Path) -> None:
    environment = environment_of(place.address, fresh)
    listed = bytearray()
    await run(programs.restore, ["--list", dump], environment, listed.extend)
    wanted = [line for line in listed.decode("utf-8").splitlines() if not any(part in line for part in LEFT_OUT)]
    contents = folder / "contents"
    contents.write_text("\n".join([*wanted, ""]), encoding="utf-8")
    chosen = ["--no-owner", f"--use-list={contents}"]
    if place.server >= KNOWS_TRANSACTION_TIMEOUT or programs.major < KNOWS_TRANSACTION_TIMEOUT:
        await run(
            programs.restore,
            ["--exit-on-error", "--no-password", *chosen, f"--dbname={fresh}", dump],
            environment,
        )
        return
    # A younger pg_restore begins with a setting that this server does not know, and has no word to leave it out.
    script = folder / "script.sql"
    with _private(script) as out:
        older = WithoutTimeout(out)
        await run(programs.restore, [*chosen, "--file=-", dump], environment, older.write)
        older.end()
    await run(programs.shell, ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--no-password", "-f", script], environment)


def _private(file: Path) -> BinaryIO:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class WithoutTimeout:
    """Writes a script on without the one line of its beginning that older servers refuse."""

    LINE = b"\nSET transaction_timeout = 0;\n"
    #: The settings stand before everything else; a line of data that says the same is data.
    BEGINNING = 4096

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._begun = b""
        self._is_past = False

    def write(self, piece: bytes) -> None:
        """The next piece of the script."""
        if self._is_past:
            self._out.write(piece)
            return
        self._begun += piece
        if self.LINE in self._begun or len(self._begun) >= self.BEGINNING:
            self.end()

    def end(self) -> None:
        """There is no more to come, or nothing that has to be looked at."""
        if not self._is_past:
            self._out.write(self._begun.replace(self.LINE, b"\n", 1))
            self._is_past = True


async def _prove(url: str, manifest: Manifest) -> LedgerChecksum:
    """The fingerprint of the restored database. Raises StorageError when it is not the one that was saved."""
    database = await connect(url, application_name="gridwright restore", pool_size=1, statement_timeout_s=PATIENCE_S)
    try:
        async with database.question() as connection, connection.transaction(readonly=True):
            ledger = await ledger_checksum(connection)
            rows = await count_rows(connection)
    finally:
        await database.close()
    # An older program did not look at every table.
    if wrong := [name for name in ledger.differences(manifest.ledger) if name in manifest.ledger.tables]:
        raise StorageError(f"What was restored is not what was saved ({', '.join(wrong)}); nothing was changed.")
    if wrong := sorted(
        name for name in rows.keys() | manifest.rows.keys() if rows.get(name) != manifest.rows.get(name)
    ):
        raise StorageError(f"Rows are missing in what was restored ({', '.join(wrong)}); nothing was changed.")
    return ledger


async def _begin_anew(url: str) -> list[str]:
    """Nobody runs on it yet; what the check says about it."""
    database = await connect(url, application_name="gridwright restore", pool_size=1, statement_timeout_s=PATIENCE_S)
    try:
        async with database.question() as connection, connection.transaction():
            for statement in BEGIN_ANEW:
                await connection.execute(statement)
        async with database.question() as connection:
            # What the planner knows of the tables is in no dump; without it the first hours are slow.
            await connection.execute("ANALYZE")
        complaints = await check(database)
        async with database.question() as connection, connection.transaction(readonly=True):
            return complaints + await find_orphans(connection)
    finally:
        await database.close()


def _put_books(data_folder: Path, books: Path, manifest: Manifest) -> Path | None:
    """The books and the desk they belong to; returns where the old books are. Raises OSError, then all is as before."""
    old = data_folder / f"{FOLDER}.before-{secrets.token_hex(4)}"
    swap_in(data_folder, books, old)
    if manifest.desk_id:
        try:
            draft = data_folder / f"desk-id.{os.getpid()}"
            draft.write_text(manifest.desk_id, encoding="ascii")
            draft.replace(data_folder / "desk-id")
        except OSError:
            shutil.rmtree(data_folder / FOLDER)
            if old.exists():
                old.rename(data_folder / FOLDER)
            raise
    return old if old.exists() else None
