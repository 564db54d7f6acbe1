"""Migrating at start: nothing at all where nothing is to do, else once and under a lock."""

import asyncpg

from engine.errors import StorageError
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

        await _check_owner(address)
        await move_to(address, revision)
        await _restore_rights(address)
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


async def _check_owner(address: DatabaseAddress) -> None:
    """Only whoever owns the tables can change them; anybody else is told whom to ask."""
    connection = await asyncpg.connect(address.url, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S)
    try:
        is_owned_by_another = await connection.fetchval(
            "SELECT NOT pg_has_role(session_user, relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass('users')"
        )
    finally:
        await connection.close(timeout=TIMEOUT_S)
    if is_owned_by_another:
        raise StorageError(
            f"The tables of the database are not those of this program (which knows {HEAD}); "
            "an administrator must start it once, or an update is needed here."
        )


async def _restore_rights(address: DatabaseAddress) -> None:
    """Tables that a migration made are for those who had rights on the tables before it."""
    from storage.users.groups import restore_rights  # Only after a migration, as above.

    connection = await asyncpg.connect(address.url, timeout=TIMEOUT_S)
    try:
        await restore_rights(connection)
    finally:
        await connection.close(timeout=TIMEOUT_S)
