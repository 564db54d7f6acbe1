"""All desks of a database: who they are, and whether their engines run."""

from engine.console.desk import DeskRow
from engine.errors import UsageError
from storage.commands import PostgresCommands
from storage.database import Database

DESKS = "SELECT desk_id, name, started_at, last_seen_at FROM desks ORDER BY name, desk_id"


async def desks_of(database: Database) -> list[DeskRow]:
    """Every desk, by name. `is_running` is known from its session, not from what it last wrote."""
    async with database.question() as connection:
        rows = await connection.fetch(DESKS)
    found: list[DeskRow] = []
    for row in rows:
        live = await PostgresCommands(database, row["desk_id"]).live_desk()
        found.append(DeskRow(row["desk_id"], row["name"], live is not None, row["started_at"]))
    return found


async def find_desk(database: Database, wanted: str) -> DeskRow:
    """The desk with this id, or the only one with this name. Raises UsageError."""
    desks = await desks_of(database)
    found = [desk for desk in desks if desk.desk_id == wanted] or [desk for desk in desks if desk.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(desk.desk_id for desk in found)
        raise UsageError(f"Several desks are called {wanted}; use one of the ids {ids}.")
    raise UsageError(f"There is no desk {wanted} on this database; `desks` lists them.")
