"""A database made beside another one and put in its place: until the last moment the other one is untouched."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from engine.errors import StorageError
from storage.address import DatabaseAddress, parse_address
from storage.failures import Failure, connection_error, storage_error

#: Databases that are on every server, to be connected to while ours is renamed.
ELSEWHERE = ("postgres", "template1")
CONNECT_S = 10.0
#: Copying a template takes a moment on a slow disk.
STATEMENT_S = 300.0
#: PostgreSQL cuts longer names off.
LONGEST_NAME = 63

BUSY = """
    SELECT coalesce(nullif(application_name, ''), 'a program without a name') AS name FROM pg_stat_activity
    WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY 1
"""
STATE = """
    SELECT (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS may_make,
        (SELECT pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = $1) AS is_owner
"""
CONTENT = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""


def with_database(url: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(parse_address(url).url)._replace(path=f"/{quote(database)}"))


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


class DatabasePlace:
    """The place of a database on its server: what is there, and how another one comes to be there instead.

    Made by `database_place`; `connection` is to another database of the same server.
    """

    def __init__(self, address: DatabaseAddress, connection: Any) -> None:
        self.address = address
        self._connection = connection

    @property
    def server(self) -> int:
        """The server's major version."""
        return int(self._connection.get_server_version().major)

    @property
    def connection(self) -> Any:
        """For roles, which belong to the whole server."""
        return self._connection

    async def exists(self) -> bool:
        """Whether a database of this name is there."""
        found = await self._connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", self.address.database)
        return found is not None

    async def is_empty(self) -> bool:
        """Whether nothing is in it. Raises StorageError."""
        connection = await connect_to(self.address.url)
        try:
            return int(await connection.fetchval(CONTENT)) == 0
        finally:
            await connection.close(timeout=CONNECT_S)

    async def refuse_if_busy(self) -> None:
        """Raises StorageError naming who is connected."""
        names = [row["name"] for row in await self._connection.fetch(BUSY, self.address.database)]
        if names:
            shown = ", ".join(sorted(set(names))[:5])
            raise StorageError(
                f"The database {self.address.place} is in use ({shown}); stop every desk and program on it first."
            )

    async def refuse_without_right(self) -> None:
        """Raises StorageError when this user may not put a database in the place of another."""
        row = await self._connection.fetchrow(STATE, self.address.database)
        if not row["may_make"]:
            raise StorageError(
                f"The database user {self.address.user} may not make databases, and a backup is restored into a new "
                "one first; give it the right CREATEDB or use another user."
            )
        if row["is_owner"] is False:
            raise StorageError(f"The database user {self.address.user} does not own the database {self.address.place}.")

    async def make_beside(self) -> str:
        """A new empty database; its name."""
        name = f"{self.address.database[: LONGEST_NAME - 20]}_restored_{secrets.token_hex(4)}"
        await self._connection.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE template0 ENCODING 'UTF8'")
        return name

    async def put_in_place(self, fresh: str) -> str | None:
        """Let `fresh` have our name; returns the new name of what was there. All or nothing.

        Raises StorageError when somebody is connected to either.
        """
        old = None
        try:
            async with self._connection.transaction():
                if await self.exists():
                    old = f"{self.address.database[: LONGEST_NAME - 20]}_before_{secrets.token_hex(4)}"
                    await self._rename(self.address.database, old)
                await self._rename(fresh, self.address.database)
        except asyncpg.ObjectInUseError as error:
            await self.refuse_if_busy()
            raise StorageError(f"The database {self.address.place} is in use.") from error
        return old

    async def put_back(self, old: str | None, fresh: str) -> None:
        """Undo `put_in_place`."""
        async with self._connection.transaction():
            await self._rename(self.address.database, fresh)
            if old is not None:
                await self._rename(old, self.address.database)

    async def drop(self, name: str) -> None:
        """Remove a database that we made."""
        await self._connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")

    async def _rename(self, present: str, name: str) -> None:
        await self._connection.execute(f"ALTER DATABASE {quoted(present)} RENAME TO {quoted(name)}")


@asynccontextmanager
async def database_place(url: str) -> AsyncIterator[DatabasePlace]:
    """Look at a database from outside. Driver errors leave as StorageError."""
    address = parse_address(url)
    connection = await _outside(address)
    try:
        yield DatabasePlace(address, connection)
    except Failure as error:
        raise storage_error(error) from error
    finally:
        await connection.close(timeout=CONNECT_S)


async def _outside(address: DatabaseAddress) -> Any:
    failure: StorageError | None = None
    for name in ELSEWHERE:
        if name != address.database:
            try:
                return await connect_to(with_database(address.url, name))
            except StorageError as error:
                failure = failure or error
    assert failure is not None, "of two names at least one is another"
    raise failure


async def connect_to(url: str) -> Any:
    """One connection with our settings. Raises StorageError."""
    address = parse_address(url)
    try:
        return await asyncpg.connect(
            address.url, timeout=CONNECT_S, command_timeout=STATEMENT_S,
            server_settings={"application_name": "gridwright restore", "timezone": "UTC"},
        )  # fmt: skip
    except Failure as error:
        raise connection_error(error, address) from error
