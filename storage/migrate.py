"""Migrating at start: once, under a lock, and never backwards by accident."""

from typing import TYPE_CHECKING, Any

import asyncpg

from engine.errors import StorageError, StorageUnavailable
from engine.shipped import shipped
from storage.address import DatabaseAddress, parse_address
from storage.failures import Failure, connection_error, storage_error
from storage.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

FOLDER = shipped("storage", "migrations")
#: "gridwrig" as a number: the advisory lock of everyone who migrates this database.
LOCK = 0x6772696477726967
LOCK_WAIT_S = 60
TIMEOUT_S = 10.0


async def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Quick when it is there already. Two programs at once wait for one another.

    Raises StorageError when the database is newer than this program or refuses, StorageUnavailable when it is away.
    """
    address = parse_address(url)
    try:
        present = await present_revision(address)
        if present == HEAD and revision == "head":
            return
        await _run(address, revision)
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


async def _run(address: DatabaseAddress, revision: str) -> None:
    # Alembic and SQLAlchemy's engine take half a second to import, and are needed once a release.
    from sqlalchemy import pool
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine

    async def open_connection() -> Any:
        return await asyncpg.connect(
            address.url, timeout=TIMEOUT_S, server_settings={"application_name": "gridwright migrate"}
        )

    engine = create_async_engine("postgresql+asyncpg://", async_creator=open_connection, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, revision)
            await connection.commit()
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None and error.orig.__cause__ is not None else error
        raise storage_error(cause) from error
    finally:
        await engine.dispose()


def _upgrade(connection: "Connection", revision: str) -> None:
    # Only here: see _run.
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    try:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT_S}s'"))
        # Of the transaction, so that it goes with it, however this ends.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    except DBAPIError as error:
        raise StorageUnavailable("Another program is still changing the database's tables.") from error
    config = configuration(connection)
    script = ScriptDirectory.from_config(config)
    known = {step.revision for step in script.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in known:
        raise StorageError(
            f"The database was made by a newer Gridwright (its tables are at {present}, this program knows {HEAD}); "
            "please update this program."
        )
    behind = {step.revision for step in script.iterate_revisions(present, "base")} if present else set()
    if revision == "base" or revision in behind:
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def configuration(connection: "Connection") -> "Config":
    """Alembic's own settings, without a file."""
    # Only here: see _run.
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    # The folder is set as an attribute of the options; a percent sign in its path must not be read as a placeholder.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
