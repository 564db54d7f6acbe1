"""`db check`: every rule that the database has to keep, asked of all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import StorageError
from storage.administration.backup import PATIENCE_S
from storage.administration.book_balances import compare_books
from storage.administration.ledger_checksum import LedgerChecksum, ledger_checksum
from storage.administration.orphans import find_orphans
from storage.administration.schema_difference import schema_differences
from storage.administration.series import check_series
from storage.check import check
from storage.commands import PostgresCommands
from storage.database import Database, connect
from storage.desk import desk_identity


@dataclass(frozen=True, slots=True)
class CheckReport:
    """`complaints` are sentences about what does not add up, `notes` what was not asked and why."""

    complaints: Sequence[str]
    notes: Sequence[str]
    ledger: LedgerChecksum


async def check_database(url: str, data_folder: Path, *, with_schema: bool = True) -> CheckReport:
    """Ask everything; nothing is changed, and a database of another version is not brought to ours.

    Raises StorageError when it cannot be asked at all.
    """
    database = await connect(url, application_name="gridwright check", pool_size=2, statement_timeout_s=PATIENCE_S)
    try:
        return await _check(database, data_folder, with_schema=with_schema)
    finally:
        await database.close()


async def _check(database: Database, data_folder: Path, *, with_schema: bool) -> CheckReport:
    notes: list[str] = []
    async with database.question() as connection:
        if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
            raise StorageError(f"The database at {database.address.place} holds nothing of Gridwright.")
        complaints = await schema_differences(connection) if with_schema else []
    if any("revision" in sentence or "missing" in sentence for sentence in complaints):
        # Rules about columns that are not there would only fail.
        notes.append("The rows were not checked, because the tables are not those of this program.")
    else:
        complaints += await check(database)
        async with (
            database.question() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            complaints += await find_orphans(connection)
            unfit, better = await check_series(connection)
            complaints += unfit
            notes += better
            complaints += await _books(database, connection, data_folder, notes)
    async with database.question() as connection, connection.transaction(readonly=True):
        ledger = await ledger_checksum(connection)
    return CheckReport(complaints, notes, ledger)


async def _books(database: Database, connection: object, data_folder: Path, notes: list[str]) -> list[str]:
    """The paper books of this folder's desk, while it does not run: a running one is ahead of its ledger at times."""
    if not (data_folder / "desk-id").is_file():
        return []
    desk_id = desk_identity(data_folder)
    if await PostgresCommands(database, desk_id).live_desk() is not None:
        notes.append("This desk runs, so its paper books were not compared with the ledger.")
        return []
    found = await compare_books(connection, data_folder, desk_id)
    if found.waiting:
        notes.append(f"{found.waiting:,} executions in paper books wait for the next start to be booked.")
    return found.complaints
