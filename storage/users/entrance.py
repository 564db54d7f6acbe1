"""The entrance of a program that uses a shared database: who comes, the password, and a session that is kept alive."""

import asyncio
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from engine.domain.secret import Secret
from engine.errors import UsageError
from storage.address import parse_address
from storage.administration.secret_input import SecretInput
from storage.database import Database, connect, migrate
from storage.errors import SignInRefused, WrongPassword
from storage.users.names import normal_name
from storage.users.session import Person, Session, look, resume, sign_in, who_am_i
from storage.users.session_keeper import SessionKeeper
from storage.users.sign_in_cache import SignInCache, check_redis_url, opened_sign_in_cache
from storage.users.token_store import TokenStore, token_store

#: How often a person may try before the program gives up; the server counts for itself.
TRIES = 3
#: Somebody who is signed out or disabled elsewhere stops here after this long at the latest.
LOOK_EVERY_S = 60.0

OPTION = "the variable GRIDWRIGHT_PASSWORD or --sign-in-file FILE"
T = TypeVar("T")


class Asker(Protocol):
    """A person who is asked for a password."""

    def enter(self, work: Callable[[], T]) -> T:
        """Do the work that may ask, and give its result or raise its error."""
        ...

    def password(self, name: str, refused: SignInRefused | None) -> Secret:
        """Ask, on any thread; `refused` is what became of the last one. Raises UsageError when nobody answers."""
        ...

    def goes_on(self, refused: SignInRefused, tries: int) -> bool:
        """Whether to ask once more."""
        ...


class TerminalAsker:
    """Asks on the terminal, and gives up after a few wrong ones."""

    def __init__(self, asked: SecretInput) -> None:
        self._asked = asked

    def enter(self, work: Callable[[], T]) -> T:
        return work()

    def password(self, name: str, refused: SignInRefused | None) -> Secret:
        title = f"Password of {name}" if refused is None else f"That was wrong; password of {name} again"
        return self._asked.read(None, title, OPTION)

    def goes_on(self, refused: SignInRefused, tries: int) -> bool:
        return isinstance(refused, WrongPassword) and tries < TRIES


class Entrance:
    """How this program proves who it is. `name` is who signs in, None whoever the database URL belongs to.

    `password` is the one of the environment; else `password_file` is read, else a person is asked.
    """

    def __init__(
        self,
        data_folder: Path,
        asked: SecretInput,
        name: str | None = None,
        password: str | None = None,
        password_file: str | None = None,
        asker: Asker | None = None,
    ) -> None:
        """`asker` is who is asked; the terminal behind `asked` where none is given."""
        self._asker: Asker = asker or TerminalAsker(asked)
        self._data_folder = data_folder
        self._asked = asked
        self._name = name
        self._password = Secret(password) if password else None
        self._password_file = password_file

    @contextmanager
    def opened(
        self,
        url: str,
        desk: str,
        on_end: Callable[[SignInRefused], None],
        redis_url: str | None = None,
        *,
        is_engine: bool,
    ) -> Iterator[Person]:
        """Come in, and stay signed in until the end. `on_end` is told, on a thread of ours, when the server ends it.

        A program beside the engine of its desk looks at the stored session and leaves it to the engine. The
        cache at `redis_url`, where programs share one, is told who signs in and out.

        Raises SignInRefused, UsageError when a viewer wants an engine or the Redis URL cannot be one, StorageError.
        """
        check_redis_url(redis_url)
        person, session = self._asker.enter(
            lambda: asyncio.run(self._enter(url, redis_url, desk, is_engine=is_engine))
        )  # fmt: skip
        if session is None:
            yield person
            return
        keeper = SessionKeeper(url, session, on_end, look_every_s=LOOK_EVERY_S, redis_url=redis_url)
        with keeper.keeping():
            yield person

    async def _enter(
        self, url: str, redis_url: str | None, desk: str, *, is_engine: bool
    ) -> tuple[Person, Session | None]:
        await migrate(url)
        store = token_store(parse_address(url), self._data_folder)
        database = await connect(url, application_name="gridwright sign-in", pool_size=1)
        try:
            async with database.question() as connection:
                person = await who_am_i(connection)
            self._check_name(person)
            if is_engine:
                check_may_trade(person)
            if not person.has_password:
                return person, None
            if not is_engine:
                seen = await look(database, store)
                if seen is not None:
                    return seen, None
            async with opened_sign_in_cache(redis_url, database) as shared:
                try:
                    session = await resume(database, store) if is_engine else None
                    session = session or await self._signed_in(database, person, store, desk, shared)
                finally:
                    # Also of what was refused.
                    if shared is not None:
                        await shared.mirror(database)
            return session.person, session if is_engine else None
        finally:
            await database.close()

    async def _signed_in(
        self, database: Database, person: Person, store: TokenStore, desk: str, shared: SignInCache | None
    ) -> Session:
        async def prove(password: Secret) -> Session:
            limit = None if shared is None else shared.limit
            return await sign_in(
                database, person, password.reveal(), store, name=self._name or "", desk=desk, limit=limit
            )  # fmt: skip

        given = self._password
        if given is None and self._password_file is not None:
            given = await asyncio.to_thread(self._asked.read, self._password_file, f"Password of {person.name}", OPTION)
        if given is not None:
            # A password that stands somewhere does not become right by repeating it.
            return await prove(given)
        refused: SignInRefused | None = None
        tries = 0
        while True:
            password = await asyncio.to_thread(self._asker.password, person.name, refused)
            try:
                return await prove(password)
            except SignInRefused as error:
                tries += 1
                if not self._asker.goes_on(error, tries):
                    raise
                refused = error

    def _check_name(self, person: Person) -> None:
        if self._name is not None and normal_name(self._name) != person.name:
            raise UsageError(f"The database URL is that of {person.name}, so {self._name} cannot sign in with it.")


def terminal() -> SecretInput:
    """Passwords from the person at this program's terminal."""
    return SecretInput(sys.stdin, getpass.getpass)


def check_may_trade(person: Person) -> None:
    """Raises UsageError for somebody who may only look. The server refuses every write of theirs as well."""
    if not person.may_trade:
        raise UsageError(f"{person.name} may look at this database and not trade on it; ask an administrator.")
