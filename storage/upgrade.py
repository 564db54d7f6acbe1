"""Alembic, run by the program itself: imported only where there is something to migrate."""

from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from engine.errors import StorageError, StorageUnavailable
from engine.shipped import shipped
from storage.address import DatabaseAddress
from storage.failures import storage_error
from storage.migrations import HEAD
from storage.tables import Row

FOLDER = shipped("storage", "migrations")
#: "gridwrig" as a number: the advisory lock of everyone who migrates this database.
LOCK = 0x6772696477726967
LOCK_WAIT_S = 60
TIMEOUT_S = 10.0


async def move_to(address: DatabaseAddress, revision: str) -> None:
    """Upgrade or downgrade to a revision ("head" and "base" are two), in one transaction. Raises StorageError."""

    async def open_connection() -> Any:
        return await asyncpg.connect(
            address.url, timeout=TIMEOUT_S, server_settings={"application_name": "gridwright migrate"}
        )

    engine = create_async_engine("postgresql+asyncpg://", async_creator=open_connection, poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_move, revision)
            await connection.commit()
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None and error.orig.__cause__ is not None else error
        raise storage_error(cause) from error
    finally:
        await engine.dispose()


def _move(connection: Connection, revision: str) -> None:
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


def configuration(connection: Connection) -> Config:
    """Alembic's own settings, without a file."""
    # The tables come from here and not from env.py: a packaged program contains what its code imports.
    config = Config(attributes={"connection": connection, "metadata": Row.metadata})
    # A percent sign in the folder's path must not be read as a placeholder.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
