"""`db import-sqlite`: users, jobs and lists of the GRID program to their homes, and its keys into the vault alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.secret import CredentialKind
from engine.errors import UsageError
from storage.administration.grid_database import GridContent, GridKeys, read_grid_database
from storage.database import Connection, Database
from storage.mirror.reading import zone_of
from storage.vault.credentials import Credentials

#: (name of the table there, home here, statement, columns compared, key columns)
SETTINGS_COLUMNS = (
    "initial_capital", "direction", "numbers_to_entry", "leverage", "stop_loss", "grid_num", "tasks", "running_symbols",
)  # fmt: skip


@dataclass(slots=True)
class TableImport:
    """What became of one table's rows. `different` names the rows that are here with other values, and which."""

    table: str
    home: str
    rows: int = 0
    added: int = 0
    present: int = 0
    different: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SqliteImport:
    """The whole import. `bad` rows keep everything from being written; `notes` are what a person should know."""

    tables: Sequence[TableImport]
    bad: Sequence[str]
    notes: Sequence[str]
    is_written: bool


def choose_user(content: GridContent, wanted: int | None, file: Path) -> GridContent:
    """The rows of one user of the file, who becomes the user who imports. Raises UsageError."""
    ids = content.user_ids
    if wanted is None and len(ids) > 1:
        shown = ", ".join(str(each) for each in ids[:20])
        raise UsageError(f"The file {file} has {len(ids)} users ({shown}); --grid-user says which of them you are.")
    if not ids:
        return content
    chosen = ids[0] if wanted is None else wanted
    if chosen not in ids:
        raise UsageError(f"The file {file} has no user {chosen}.")
    return content.of(chosen)


def read_for_import(file: Path, zone: str, user: int | None) -> GridContent:
    """The rows to be taken in. Raises UsageError."""
    return choose_user(read_grid_database(file, zone_of(zone)), user, file)


async def import_sqlite(
    database: Database, content: GridContent, credentials: Credentials | None, *, dry_run: bool = False
) -> SqliteImport:
    """Take the rows in: those of tables in one transaction, then each key by itself; again changes nothing.

    `credentials` of an open vault, or None to leave keys out. What is here already is never overwritten.
    Raises StorageError.
    """
    if content.bad:
        return SqliteImport([], content.bad, [], is_written=False)
    async with database.question() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            tables = [
                await _settings(connection, content),
                await _telegrams(connection, content),
                await _jobs(connection, content),
                await _symbols(connection, content, "black"),
                await _symbols(connection, content, "white"),
            ]
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.rollback() if dry_run else transaction.commit())
    notes = _notes(content)
    if credentials is None:
        if content.keys:
            notes.append(f"The keys of {len(content.keys)} exchanges were left out.")
    else:
        tables.append(await _keys(credentials, content.keys, dry_run=dry_run))
    return SqliteImport(tables, [], notes, is_written=not dry_run)


def _notes(content: GridContent) -> list[str]:
    notes: list[str] = []
    if running := [user.venue for user in content.users if user.is_running]:
        notes.append(f"What ran there does not run here: {', '.join(sorted(running))}; start bots of your own.")
    if jobs := sum(job.status == "running" for job in content.jobs):
        notes.append(f"{jobs} jobs that were running there are written as stopped.")
    return notes


async def _settings(connection: Connection, content: GridContent) -> TableImport:
    done = TableImport("grid_users", "user_trading_settings")
    for user in content.users:
        # Nothing runs here because it ran there.
        values = {name: getattr(user, name) for name in SETTINGS_COLUMNS} | {"venue": user.venue}
        await _put(connection, done, values, ("venue",), user.venue)
    return done


async def _telegrams(connection: Connection, content: GridContent) -> TableImport:
    done = TableImport("grid_telegram_ids", "telegram_ids")
    for row in content.telegrams:
        await _put(connection, done, {"venue": row.venue, "telegram_id": row.telegram_id}, ("venue",), row.venue)
    return done


async def _jobs(connection: Connection, content: GridContent) -> TableImport:
    done = TableImport("grid_jobs", "jobs")
    for job in content.jobs:
        values = {
            "job_id": job.job_id,
            "venue": job.venue,
            "status": "stopped" if job.status == "running" else job.status,
            "start_time": job.start_time,
            "stopped_at": max(job.updated_at, job.start_time),
        }
        await _put(connection, done, values, ("job_id",), job.job_id)
    return done


async def _symbols(connection: Connection, content: GridContent, side: str) -> TableImport:
    done = TableImport(f"grid_{side}list", "symbol_lists")
    for row in content.symbols:
        if row.list == side:
            values = {"venue": row.venue, "list": row.list, "symbol": row.symbol}
            await _put(connection, done, values, tuple(values), f"{row.venue} {row.symbol}")
    return done


async def _put(
    connection: Connection, done: TableImport, values: Mapping[str, Any], key: Sequence[str], shown: str
) -> None:
    """Write one row, or note what is there in its place. Names of columns are this module's own."""
    done.rows += 1
    given = [list(value) if isinstance(value, tuple) else value for value in values.values()]
    places = ", ".join(f"${at}" for at in range(1, len(given) + 1))
    written = await connection.fetchval(
        f"INSERT INTO {done.home} ({', '.join(values)}) VALUES ({places}) "  # noqa: S608
        f"ON CONFLICT (user_id, {', '.join(key)}) DO NOTHING RETURNING true",
        *given,
    )
    if written:
        done.added += 1
        return
    where = " AND ".join(f"{name} = ${at}" for at, name in enumerate(key, start=1))
    there = await connection.fetchrow(
        f"SELECT {', '.join(values)} FROM {done.home} WHERE user_id = current_user_id() AND {where}",  # noqa: S608
        *(values[name] for name in key),
    )
    wrong = [name for name, value in zip(values, given, strict=True) if there[name] != value]
    if wrong:
        shown_values = "; ".join(f"{name} is {there[name]} here and {values[name]} there" for name in wrong)
        done.different.append(f"{shown}: {shown_values}")
    else:
        done.present += 1


async def _keys(credentials: Credentials, keys: Sequence[GridKeys], *, dry_run: bool) -> TableImport:
    """Into the vault under the exchange's name. A key that is there is compared inside the vault and never shown."""
    done = TableImport("grid_users keys", "vault")
    known = {row.label: row for row in await credentials.listed() if row.kind is CredentialKind.EXCHANGE}
    for each in keys:
        done.rows += 1
        row = known.get(each.venue)
        if row is None:
            if not dry_run:
                await credentials.add(
                    CredentialKind.EXCHANGE, each.venue, each.venue, each.key, each.secret, each.passphrase
                )
            done.added += 1
            continue
        stored = await credentials.open(row.credential_id)
        if (stored.key, stored.secret, stored.passphrase) == (each.key, each.secret, each.passphrase):
            done.present += 1
        else:
            done.different.append(f"{each.venue}: the vault has another key under this name")
    return done


def summary(done: SqliteImport) -> list[str]:
    """What a person reads about it."""
    lines = [*done.bad]
    for table in done.tables:
        counts = f"{table.added:,} new, {table.present:,} there already, {len(table.different):,} different"
        lines.append(f"{table.table} -> {table.home}: {table.rows:,} rows, {counts}.")
        lines += [f"  {each}" for each in table.different]
    return [*lines, *done.notes]
