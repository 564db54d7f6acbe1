"""Connections to one database, for one loop: a pool for questions, and single connections for those who keep theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from engine.errors import StorageError
from storage.address import DatabaseAddress, parse_address
from storage.failures import Failure, connection_error, storage_error
from storage.migrate import migrate

__all__ = ["OLDEST_SERVER", "Connection", "Database", "connect", "migrate"]

#: asyncpg ships no types; this names what we mean.
Connection = Any

#: NULLS NOT DISTINCT, which keeps ledger entries unique, came with 15.
OLDEST_SERVER = 15
CONNECT_TIMEOUT_S = 10.0
POOL_SIZE = 4


class Database:
    """One database as one event loop uses it. Made by `connect`; used on another loop it refuses.

    `statement_timeout_s` bounds every statement on the server, `command_timeout_s` (a little more) on our side, for a
    server that no longer says anything at all.
    """

    def __init__(self, address: DatabaseAddress, application_name: str, statement_timeout_s: float) -> None:
        self.address = address
        self.application_name = application_name
        self.statement_timeout_s = statement_timeout_s
        self._loop = asyncio.get_running_loop()
        self._pool: Any = None

    async def open_pool(self, size: int) -> None:
        """Open the pool with one connection at once, so that a wrong address is known now."""
        self._pool = asyncpg.create_pool(
            self.address.url, min_size=1, max_size=size, **self._options(self.application_name)
        )
        try:
            await self._pool
            async with self._pool.acquire() as connection:
                await check_server(connection, self.address)
        except Failure as error:
            await self.close()
            raise connection_error(error, self.address) from error
        except BaseException:
            await self.close()
            raise

    @asynccontextmanager
    async def question(self) -> AsyncIterator[Connection]:
        """A connection of the pool for one question. Driver errors leave as StorageError or StorageUnavailable."""
        self._check_loop()
        try:
            async with self._pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection:
                yield connection
        except Failure as error:
            raise storage_error(error) from error

    async def own_connection(self, name: str, **settings: str) -> Connection:
        """A connection outside the pool, for one who keeps it.

        `name` is added to the application name; `settings` are server settings of this session.
        """
        self._check_loop()
        options = self._options(self.session_name(name))
        options["server_settings"] |= settings
        try:
            # All statements stay prepared, however long they are: there are few of them.
            return await asyncpg.connect(
                self.address.url, **options, max_cached_statement_lifetime=0, max_cacheable_statement_size=0
            )
        except Failure as error:
            raise connection_error(error, self.address) from error

    def session_name(self, name: str) -> str:
        """What the server calls the session of `own_connection(name)`."""
        return f"{self.application_name} {name}"[:63]

    async def close(self) -> None:
        """Close the pool; connections that do not finish in time are cut."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await pool.close()
        except Failure:
            pool.terminate()

    def _options(self, application_name: str) -> dict[str, Any]:
        return {
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": self.statement_timeout_s * 1.2,
            "server_settings": {
                "application_name": application_name,
                "statement_timeout": str(int(self.statement_timeout_s * 1000)),
                "idle_in_transaction_session_timeout": str(int(self.statement_timeout_s * 2000)),
                # A server may be set up to acknowledge before the disk has it. Money waits for the disk.
                "synchronous_commit": "on",
                # Our statements are many small ones on few shapes; compiling them costs more than it saves.
                "jit": "off",
                "timezone": "UTC",
            },
        }

    def _check_loop(self) -> None:
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError("a Database belongs to the loop that opened it")
        if self._pool is None:
            raise StorageError("The database connection is closed.")


async def check_server(connection: Connection, address: DatabaseAddress) -> None:
    """Refuse a server that is too old, with one sentence."""
    version = connection.get_server_version()
    if version.major < OLDEST_SERVER:
        raise StorageError(
            f"The database at {address.place} is PostgreSQL {version.major}; Gridwright needs {OLDEST_SERVER} or newer."
        )


async def connect(
    url: str,
    *,
    application_name: str = "gridwright",
    pool_size: int = POOL_SIZE,
    statement_timeout_s: float = 20.0,
) -> Database:
    """Open a database on the running loop. Raises StorageError (wrong) or StorageUnavailable (not there now)."""
    database = Database(parse_address(url), application_name, statement_timeout_s)
    await database.open_pool(pool_size)
    return database
