"""`user` on a database: people added, listed, locked out and let in, from the command line."""

import asyncio
import getpass
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import TextIO, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

from engine.console.listing import Column, as_json, as_table, dump
from engine.domain.codec import Json
from engine.errors import UsageError
from storage.administration.secret_input import SecretInput
from storage.database import Database, connect, migrate
from storage.users.groups import set_up
from storage.users.names import normal_name
from storage.users.passwords import check_password, keep, postgres_verifier
from storage.users.people import People, PersonRow, SessionRow
from storage.users.session import change_password, who_am_i
from storage.users.sign_in_cache import check_redis_url, opened_sign_in_cache

Row = TypeVar("Row")

PEOPLE: tuple[Column[PersonRow], ...] = (
    Column("name", "Name", lambda row: row.name),
    Column("role", "Role", lambda row: row.role),
    Column("database_role", "Database role", lambda row: row.database_role or None),
    Column("is_active", "Active", lambda row: "yes" if row.is_active else "no"),
    Column("locked_until", "Locked until", lambda row: row.locked_until),
    Column("last_login", "Last sign-in", lambda row: row.last_login),
    Column("sessions", "Sessions", lambda row: row.sessions),
)
SESSIONS: tuple[Column[SessionRow], ...] = (
    Column("created_at", "Since", lambda row: row.created_at),
    Column("renewable_until", "Until", lambda row: row.renewable_until),
    Column("address", "Address", lambda row: row.address or None),
    Column("program", "Program", lambda row: row.program or None),
)

#: What may end sessions.
ENDING = frozenset({"disable", "password", "sign-out"})


async def run_user(
    options: Namespace,
    url: str,
    stdin: TextIO | None,
    out: TextIO,
    *,
    prompt: Callable[[str], str] = getpass.getpass,
    redis_url: str | None = None,
) -> int:
    """Carry one sub-command out; returns the exit code. Raises UsageError, SignInRefused, StorageError.

    The cache at `redis_url` is told of sessions that ended, so that their programs look at once.
    """
    check_redis_url(redis_url)
    await migrate(url)
    database = await connect(url, application_name="gridwright user", pool_size=2)
    try:
        await UserCommands(database, url, SecretInput(stdin, prompt), out, is_json=options.json).run(options)
        if options.user_command in ENDING:
            async with opened_sign_in_cache(redis_url, database) as shared:
                if shared is not None:
                    await shared.mirror(database)
    finally:
        await database.close()
    return 0


class UserCommands:
    """One run of the program on the people of one database. Passwords go in and never come out."""

    def __init__(self, database: Database, url: str, asked: SecretInput, out: TextIO, *, is_json: bool = False) -> None:
        self._database = database
        self._people = People(database)
        self._url = url
        self._asked = asked
        self._out = out
        self._is_json = is_json

    async def run(self, options: Namespace) -> None:
        """Carry one out. Raises UsageError, StorageError with one sentence; then nothing was changed."""
        name = getattr(options, "name", None)
        match options.user_command:
            case "setup":
                async with self._database.question() as connection:
                    await set_up(connection)
                self._say("This database is ready for several people; `user add` lets one in.", done="setup")
            case "add":
                await self._add(options)
            case "list":
                self._table(PEOPLE, await self._people.everybody())
            case "sessions":
                self._table(SESSIONS, await self._people.sessions(options.name))
            case "role":
                await self._people.set_role(options.name, options.role)
                self._say(f"{name} is {options.role} now.", name=options.name, role=options.role)
            case "disable" | "enable":
                is_active = options.user_command == "enable"
                await self._people.set_active(options.name, is_active=is_active)
                self._say(f"{name} is {'let in again' if is_active else 'disabled'}.", name=name, is_active=is_active)
            case "unlock":
                await self._people.unlock(options.name)
                self._say(f"{name} is not locked.", name=name)
            case "remove":
                is_gone = await self._people.remove(options.name)
                kept = "" if is_gone else " The history stays, so the name stays taken."
                self._say(f"{name} was removed.{kept}", name=name, is_history_kept=not is_gone)
            case "password":
                await self._password(options)
            case "sign-out":
                await self._sign_out(options.name)

    async def _add(self, options: Namespace) -> None:
        # Refused before anybody is asked for a password.
        role = options.database_role or options.name
        password = await self._new_password(options.new_password_file, options.name)
        own = ""
        if options.connection_password_file is not None:
            secret = await asyncio.to_thread(
                self._asked.read, options.connection_password_file, "Password to connect", "--connection-password-file"
            )
            own = secret.reveal()
        await self._people.add(
            options.name, options.role, password, database_role=options.database_role or "", connection_password=own
        )
        url = url_for(self._url, role)
        self._say(
            f"{options.name} was added as {options.role}; the database URL, without the password, is {url}",
            name=options.name, role=options.role, database_url=url,
        )  # fmt: skip

    async def _password(self, options: Namespace) -> None:
        async with self._database.question() as connection:
            me = await who_am_i(connection)
        name = options.name
        if name is None or normal_name(name) == me.name:
            await self._own_password(options)
            name = me.name
        else:
            password = await self._new_password(options.new_password_file, name)
            await self._people.set_password(name, password)
        self._say(f"The password of {name} is changed, and all sessions have ended.", name=name)

    async def _own_password(self, options: Namespace) -> None:
        async with self._database.question() as connection:
            me = await who_am_i(connection)
        if not me.has_password:
            raise UsageError(f"{me.name} has no password here; the database URL alone opens this database.")
        secret = await asyncio.to_thread(
            self._asked.read, options.old_password_file, "Present password", "--old-password-file"
        )
        password = await self._new_password(options.new_password_file, me.name)
        kept = await asyncio.to_thread(keep, password)
        await change_password(self._database, me, secret.reveal(), postgres_verifier(password), str(kept))

    async def _sign_out(self, name: str | None) -> None:
        if name is None:
            async with self._database.question() as connection:
                ended: int = await connection.fetchval("SELECT sign_out_everywhere()")
        else:
            ended = await self._people.sign_out(name)
        self._say(f"{ended} sessions have ended.", sessions=ended)

    async def _new_password(self, file: str | None, name: str) -> str:
        secret = await asyncio.to_thread(self._asked.read_new, file, f"Password of {name}", "--password-file")
        return check_password(secret.reveal(), name)

    def _table(self, columns: Sequence[Column[Row]], rows: Sequence[Row]) -> None:
        text = as_json(columns, rows) if self._is_json else as_table(columns, rows, empty="There is none.")
        self._out.write(text + "\n")

    def _say(self, sentence: str, **answer: Json) -> None:
        self._out.write((dump(answer) if self._is_json else sentence) + "\n")


def url_for(url: str, role: str) -> str:
    """The same database for another role, without a password and without anything else that was secret."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}@{place}"))
