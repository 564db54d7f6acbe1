"""Migrating at start: nothing at all where nothing is to do, else once and under a lock."""

import asyncpg

from storage.address import DatabaseAddress, parse_address
from storage.failures import Failure, connection_error
from storage.migrations import HEAD

TIMEOUT_S = 10.0


async def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Quick when it is there already. Two programs at once wait for one another.

    Raises StorageError when the database is newer than this program or refuses, StorageUnavailable when it is away.
    """
    address = parse_address(url)
    try:
        if revision == "head" and await present_revision(address) == HEAD:
            return
        # Alembic and SQLAlchemy's engine take half a second to import, and are needed once a release.
        from storage.upgrade import move_to

        await move_to(address, revision)
    except Failure as error:
        raise connection_error(error, address) from error


async def present_revision(address: DatabaseAddress) -> str | None:
    """The revision the database is at, None for one that was never migrated."""
    connection = await asyncpg.connect(address.url, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close(timeout=TIMEOUT_S)
