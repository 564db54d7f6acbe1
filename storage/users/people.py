"""People of a shared database, as an administrator handles them: every act is a function of the database's owner."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from engine.errors import UsageError
from storage.database import Connection, Database
from storage.users.names import check_name
from storage.users.passwords import check_password, keep, postgres_verifier

#: The first letters of the SQLSTATEs of our functions, whose messages are sentences for people.
OUR_STATES = "GW2"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as the list shows it. `database_role` is empty for the owner and for those who were removed."""

    user_id: int
    name: str
    role: str
    database_role: str
    is_active: bool
    has_password: bool
    locked_until: datetime | None
    last_login: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Where somebody is signed in."""

    created_at: datetime
    renewable_until: datetime
    address: str
    program: str


class People:
    """The acts of `user`. Each raises UsageError with the server's own sentence, StorageUnavailable, StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, name: str, role: str, password: str, *, database_role: str = "", connection_password: str = ""
    ) -> int:
        """A new person; returns the id. `connection_password` is the role's own, where it is another one."""
        check_name(name)
        if database_role:
            check_name(database_role)
        check_password(password, name)
        if connection_password:
            check_password(connection_password, name)
        kept = await asyncio.to_thread(keep, password)
        verifier = postgres_verifier(connection_password or password)
        async with self._asked() as connection:
            made: int = await connection.fetchval(
                "SELECT add_person($1, $2, $3, $4, $5)", name, role, database_role or name, verifier, str(kept)
            )
        return made

    async def everybody(self) -> list[PersonRow]:
        """Everybody, by name."""
        async with self._asked() as connection:
            return [
                PersonRow(
                    row["id"], row["username"], row["role"] or "", row["database_role"] or "", row["is_active"],
                    row["has_password"], row["locked_until"], row["last_login"], row["sessions"],
                )
                for row in await connection.fetch("SELECT * FROM list_people()")
            ]  # fmt: skip

    async def set_role(self, name: str, role: str) -> None:
        """Another role; it holds from the person's next statement on."""
        async with self._asked() as connection:
            await connection.execute("SELECT set_person_role($1, $2)", name, role)

    async def set_active(self, name: str, *, is_active: bool) -> None:
        """Disabled people are cut off at once: sessions end, connections are closed, rows are out of reach."""
        async with self._asked() as connection:
            await connection.execute("SELECT set_person_active($1, $2)", name, is_active)

    async def set_password(self, name: str, password: str) -> None:
        """A new password for signing in and connecting; ends all sessions and unlocks."""
        check_password(password, name)
        kept = await asyncio.to_thread(keep, password)
        async with self._asked() as connection:
            await connection.execute(
                "SELECT set_person_password($1, $2, $3)", name, postgres_verifier(password), str(kept)
            )

    async def unlock(self, name: str) -> None:
        """Wrong passwords so far count no more."""
        async with self._asked() as connection:
            await connection.execute("SELECT unlock_person($1)", name)

    async def sign_out(self, name: str) -> int:
        """End all sessions; returns how many there were."""
        async with self._asked() as connection:
            ended: int = await connection.fetchval("SELECT sign_out_person($1)", name)
        return ended

    async def remove(self, name: str) -> bool:
        """Take the database role away. True when nothing is left, False when the books still refer to the person."""
        async with self._asked() as connection:
            return bool(await connection.fetchval("SELECT remove_person($1)", name) == "deleted")

    async def sessions(self, name: str) -> list[SessionRow]:
        """Oldest first."""
        async with self._asked() as connection:
            return [
                SessionRow(
                    row["created_at"], row["refresh_expires_at"], row["ip_address"] or "", row["user_agent"] or ""
                )
                for row in await connection.fetch("SELECT * FROM list_sessions_of($1)", name)
            ]

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[Connection]:
        async with self._database.question() as connection:
            try:
                yield connection
            except asyncpg.PostgresError as error:
                state = error.sqlstate or ""
                if state.startswith(OUR_STATES):
                    raise UsageError(str(error.args[0])) from error
                if state == "42501" and "function" in str(error):
                    raise UsageError("Only an administrator may do this.") from error
                raise
