"""All desks of a database: who they are, and whether their engines run."""

from engine.console.desk import DeskRow, LeaseRow
from storage.commands import PostgresCommands
from storage.database import Database
from storage.recovery import OWN

DESKS = "SELECT desk_id, name, started_at, last_seen_at FROM desks ORDER BY name, desk_id"

#: A lease that expired is nobody's, whoever held it.
LEASES = f"""
    SELECT l.account_id, l.token, h.name AS desk, p.name AS preferred, b.name AS bound, r.name AS requested,
        CASE WHEN h.desk_id IS NOT NULL THEN l.expires_at END AS until,
        (SELECT count(*) FROM bot_instances i
            WHERE i.user_id = l.user_id AND i.account_id = l.account_id AND i.is_running) AS bots
    FROM leases l LEFT JOIN desks h ON h.desk_id = l.desk_id AND l.expires_at >= clock_timestamp()
    LEFT JOIN desks p ON p.desk_id = l.preferred_desk_id LEFT JOIN desks b ON b.desk_id = l.bound_desk_id
    LEFT JOIN desks r ON r.desk_id = l.requested_by_desk_id WHERE l.{OWN} ORDER BY l.account_id
"""  # noqa: S608 - put together from constants


async def desks_of(database: Database) -> list[DeskRow]:
    """Every desk, by name. `is_running` is known from its session, not from what it last wrote."""
    async with database.question() as connection:
        rows = await connection.fetch(DESKS)
    found: list[DeskRow] = []
    for row in rows:
        live = await PostgresCommands(database, row["desk_id"]).live_desk()
        found.append(DeskRow(row["desk_id"], row["name"], live is not None, row["started_at"]))
    return found


async def leases_of(database: Database) -> list[LeaseRow]:
    """Every account of the user, by id, with who runs it."""
    async with database.question() as connection:
        rows = await connection.fetch(LEASES)
    return [
        LeaseRow(
            row["account_id"], row["desk"] or "", row["until"], row["bots"], row["token"], row["preferred"] or "",
            row["bound"] or "", row["requested"] or "",
        )
        for row in rows
    ]  # fmt: skip
