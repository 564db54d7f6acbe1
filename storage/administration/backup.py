"""`db backup`: the database and the venues' books of one instant in one file, while everybody goes on trading."""

import asyncio
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from engine import VERSION
from engine.errors import StorageError
from storage.address import DatabaseAddress
from storage.administration.bundle import DUMP, BundleDraft, Manifest, new_bundle
from storage.administration.ledger_checksum import LedgerChecksum, ledger_checksum
from storage.administration.postgres_programs import environment_of, fitting, installed_programs, run
from storage.administration.venue_books import FOLDER, FrozenBooks
from storage.database import Connection, Database, connect
from storage.desk import desk_identity

#: The longest a statement of a backup may take: counting a history of years.
PATIENCE_S = 6 * 3600.0
#: pg_dump waits this long for a table that somebody changes the shape of.
LOCK_WAIT_MS = 60_000

OWNER = """
    SELECT rolsuper OR pg_has_role(current_user, (SELECT tableowner FROM pg_tables WHERE schemaname = 'public'
        AND tablename = 'users'), 'MEMBER') FROM pg_roles WHERE rolname = current_user
"""
TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1
"""
#: Roles are of the server and in no dump; these are named by rights of the tables or by users.
ROLES = """
    SELECT DISTINCT r.rolname::text FROM pg_roles r WHERE NOT r.rolsuper AND NOT starts_with(r.rolname, 'pg_') AND (
        EXISTS (SELECT 1 FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = r.oid)
        OR EXISTS (SELECT 1 FROM pg_proc p, aclexplode(p.proacl) a WHERE a.grantee = r.oid)
        OR EXISTS (SELECT 1 FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = r.oid)
        OR EXISTS (SELECT 1 FROM pg_policies p WHERE r.rolname = ANY (p.roles))
        {of_users}) ORDER BY 1
"""
OF_USERS = "OR EXISTS (SELECT 1 FROM users u WHERE u.database_role = r.rolname)"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was saved. `seconds_of_silence` is how long no venue could write its book."""

    file: Path
    manifest: Manifest
    seconds_of_silence: float


async def backup(url: str, data_folder: Path, file: Path, *, is_replacing: bool = False) -> BackupReport:
    """Save the database and this data folder's books to a file. Raises StorageError or UsageError; then no file stays.

    The books stand still while the database's snapshot is taken, so both are of one instant: as a crash at that
    instant would have left them, which the next start of a desk knows how to take up.
    """
    programs = installed_programs()
    database = await connect(url, application_name="gridwright backup", pool_size=2, statement_timeout_s=PATIENCE_S)
    try:
        async with database.question() as connection:
            await _refuse_strangers(connection, database.address)
            server = connection.get_server_version().major
            fit = fitting(programs, server)
            with new_bundle(file, is_replacing=is_replacing) as draft:
                return await _save(database, connection, data_folder, file, draft, fit.dump, server, fit.major)
    finally:
        await database.close()


async def _save(
    database: Database,
    connection: Connection,
    data_folder: Path,
    file: Path,
    draft: BundleDraft,
    program: Path,
    server: int,
    dumped_by: int,
) -> BackupReport:
    loop = asyncio.get_running_loop()
    transaction = connection.transaction(isolation="repeatable_read", readonly=True)
    await transaction.start()
    try:
        with FrozenBooks(data_folder) as books, tempfile.TemporaryDirectory(prefix="gridwright-") as folder:
            began = loop.time()
            # The snapshot is of this very statement: nobody's book moves while it is taken.
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            books.let_write()
            silence = loop.time() - began
            for name in books.names:
                copied = Path(folder) / name
                books.copy(name, copied)
                draft.add_file(f"{FOLDER}/{name}", copied)
                copied.unlink()
        manifest = await describe(connection, data_folder, server, dumped_by)
        arguments = ["--format=custom", "--compress=4", "--no-password", f"--snapshot={snapshot}"]
        with draft.piece(DUMP, is_packed=True) as write:
            await run(
                program, [*arguments, f"--lock-wait-timeout={LOCK_WAIT_MS}"], environment_of(database.address), write
            )
        manifest = replace(manifest, pieces=dict(draft.pieces))
        draft.seal(manifest)
    finally:
        await transaction.rollback()
    return BackupReport(file, manifest, silence)


async def describe(connection: Connection, data_folder: Path, server: int, dumped_by: int) -> Manifest:
    """The manifest of what a transaction sees, without any piece yet."""
    ledger = await ledger_checksum(connection)
    revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    has_roles = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name = 'users' AND column_name = 'database_role')"
    )
    roles = await connection.fetch(ROLES.format(of_users=OF_USERS if has_roles else ""))
    extensions = await connection.fetch("SELECT extname::text AS name FROM pg_extension ORDER BY 1")
    has_desk = (data_folder / "desk-id").is_file()
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        program=VERSION,
        revision=str(revision),
        server=server,
        dumped_by=dumped_by,
        database=str(await connection.fetchval("SELECT current_database()")),
        desk_id=desk_identity(data_folder) if has_desk else "",
        ledger=ledger,
        rows=await count_rows(connection),
        roles=tuple(row["rolname"] for row in roles),
        extensions=tuple(row["name"] for row in extensions),
    )


async def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of every table; those of a partitioned one are its partitions'."""
    tables = [row[0] for row in await connection.fetch(TABLES)]
    return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}  # noqa: S608


async def _refuse_strangers(connection: Connection, address: DatabaseAddress) -> None:
    """Nothing to save, or not ours to save."""
    if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
        raise StorageError(f"The database at {address.place} holds nothing of Gridwright.")
    if await connection.fetchval("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'timescaledb')"):
        # Its chunks come back only between its own steps before and after; a file that cannot come back is no backup.
        raise StorageError(
            f"The database at {address.place} has TimescaleDB, which this backup cannot bring back; use pg_dump and "
            "TimescaleDB's own steps around pg_restore."
        )
    try:
        is_owner = await connection.fetchval(OWNER)
    except asyncpg.PostgresError:
        is_owner = False
    if not is_owner:
        raise StorageError(
            f"The database user {address.user} sees only its own rows; a backup is made by the owner of the tables."
        )


def checksum_line(ledger: LedgerChecksum) -> str:
    """How a person compares two databases."""
    return f"Ledger checksum {ledger}: " + ", ".join(f"{t.rows:,} {name}" for name, t in sorted(ledger.tables.items()))
