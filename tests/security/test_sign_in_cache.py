"""Signing in beside a real Redis that is told of it: emptied, lying, still or gone, it admits and ends nobody."""

import asyncio
import hashlib
import io
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import redis

from engine.console.arguments import parse
from engine.errors import UsageError
from storage.administration.secret_input import SecretInput
from storage.administration.users import run_user
from storage.cache_keys import DENIED_TOKEN, PREFIX, REFRESH_TOKEN, SESSION, CacheKey
from storage.cached.tokens import SessionMirror, TokenCache
from storage.cached.values import packed
from storage.database import Database, connect
from storage.desk import space_of
from storage.embedded.question import ask
from storage.errors import SignInRefused
from storage.redis_cache import TIMEOUT_S, RedisCache
from storage.users import entrance, session_keeper
from storage.users.people import People
from storage.users.session import Person, resume
from storage.users.sign_in_cache import opened_sign_in_cache
from storage.users.token_store import FileTokens
from tests.main.program import program
from tests.support.redis import RedisServer
from tests.support.shared import SharedDatabase, share
from tests.support.waiting import wait_until

T = TypeVar("T")
#: So long that no test sees a look that nobody asked for.
NEVER_S = 3_600.0
FORGED = "forged-token"
ROOT = Path(__file__).resolve().parents[2]
NO_KEYS = "keyring.backends.null.Keyring"


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Town:
    """A shared database in which alice trades and adam administers, and the Redis of their programs."""

    def __init__(self, shared: SharedDatabase, server: RedisServer, folder: Path) -> None:
        self.shared = shared
        self.server = server
        self.folder = folder
        self.ended: list[SignInRefused] = []
        self.space = asyncio.run(self._space())
        self.user_id = int(ask(shared.owner_url, "SELECT id FROM users WHERE username = 'alice'")[0])

    def program(self, password: str = "", *, is_engine: bool = True) -> AbstractContextManager[Person]:
        """Alice's desk from signing in until its end."""
        door = entrance.Entrance(
            self.folder, SecretInput(None, lambda _: ""), password=password or self.shared.password("alice")
        )
        return door.opened(self.shared.url("alice"), "desk", self.ended.append, self.server.url, is_engine=is_engine)

    def user(self, url: str, *words: str) -> None:
        """`user …` as whoever the URL belongs to."""
        options = parse(["user", *words])
        assert asyncio.run(run_user(options, url, None, io.StringIO(), redis_url=self.server.url)) == 0

    def name(self, key: CacheKey) -> str:
        return f"{PREFIX}{self.space}:{key.name}"

    def refresh(self) -> str:
        """The token in the store of alice's desk."""
        return (self.folder / "token").read_text()

    def access_digest(self) -> str:
        """Of the session that goes on."""
        return str(ask(self.shared.owner_url, "SELECT session_token FROM user_sessions WHERE is_active")[0])

    def tokens(self, question: Callable[[TokenCache], Awaitable[T]]) -> T:
        """What a reader of this Redis is told."""

        async def asked() -> T:
            cache = RedisCache(self.server.url, space=self.space)
            try:
                return await question(TokenCache(cache))
            finally:
                await cache.close()

        return asyncio.run(asked())

    def enters(self, token: str) -> bool:
        """Whether PostgreSQL lets this token in."""

        async def tried() -> bool:
            store = FileTokens(self.folder / "tried")
            store.save(token)
            database = await connect(self.shared.url("alice"), pool_size=1)
            try:
                return await resume(database, store) is not None
            finally:
                await database.close()

        return asyncio.run(tried())

    async def _space(self) -> str:
        database: Database = await connect(self.shared.owner_url, pool_size=1)
        try:
            async with database.question() as connection:
                return await space_of(connection)
        finally:
            await database.close()


@pytest.fixture
def town(
    migrated_url: str, redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    monkeypatch.setattr(entrance, "LOOK_EVERY_S", NEVER_S)
    monkeypatch.setattr(session_keeper, "HURRY_EVERY_S", 0.05)
    monkeypatch.setattr(entrance, "token_store", lambda _address, folder: FileTokens(folder / "token"))

    async def prepare() -> SharedDatabase:
        shared = await share(migrated_url)
        await shared.add("alice")
        await shared.add_role("adam", "admin")
        return shared

    shared = asyncio.run(prepare())
    yield Town(shared, redis_server, tmp_path)
    asyncio.run(shared.leave())


@pytest.fixture
def liar(town: Town) -> Iterator["redis.Redis"]:
    with redis.Redis(port=town.server.port) as client:
        yield client


def test_who_signs_in_and_out_is_told(town: Town, liar: "redis.Redis") -> None:
    with town.program():
        access, [session_id] = town.access_digest(), town.tokens(lambda it: it.active_sessions(town.user_id))
        seen = town.tokens(lambda it: it.session(access, datetime.now(UTC)))
        assert isinstance(seen, SessionMirror)
        assert (seen.user_id, seen.session_id, seen.role) == (town.user_id, session_id, "trader")
        key = REFRESH_TOKEN.of(user_id=town.user_id, token_id=session_id)
        assert liar.get(town.name(key)) == digest(town.refresh()).encode()
        assert 604_700 < liar.ttl(town.name(key)) <= 604_800
        [login] = town.tokens(lambda it: it.logins(town.user_id))
        assert (login.desk_id, login.result) == ("desk", "signed in")
        town.user(town.shared.url("alice"), "sign-out")
        assert 1_700 < liar.ttl(town.name(DENIED_TOKEN.of(token_digest=access))) <= 1_800
        assert not liar.exists(town.name(key))
        assert town.tokens(lambda it: it.session(access, datetime.now(UTC))) is None
        assert town.tokens(lambda it: it.active_sessions(town.user_id)) == frozenset()
        wait_until(lambda: town.ended, what="the desk to hear that it was signed out")
    assert str(town.ended[0]) == "The session has ended; sign in again."


def test_the_program_tells_the_redis_of_its_settings(town: Town) -> None:
    """`main.py` as it is started: signing in for a question, and signing out again."""

    def run(*words: str) -> None:
        url, folder = town.shared.url("alice"), str(town.folder / "data")
        places = ["--database-url", url, "--redis-url", town.server.url, "--data-folder", folder]
        said = program(
            *words, *places,
            more={"GRIDWRIGHT_PASSWORD": town.shared.password("alice"), "PYTHON_KEYRING_BACKEND": NO_KEYS},
        )  # fmt: skip
        assert said.returncode == 0, said.stderr

    run("symbols", "list")
    access = town.access_digest()
    assert town.tokens(lambda it: it.session(access, datetime.now(UTC))) is not None
    run("user", "sign-out")
    assert town.tokens(lambda it: it.is_denied(access))


def test_a_renewed_session_is_the_same_session_with_new_tokens(town: Town, liar: "redis.Redis") -> None:
    with town.program():
        first, sessions = town.access_digest(), town.tokens(lambda it: it.active_sessions(town.user_id))
    with town.program():
        assert town.access_digest() != first
        assert town.tokens(lambda it: it.active_sessions(town.user_id)) == sessions
        assert town.tokens(lambda it: it.is_denied(first))
        assert not town.tokens(lambda it: it.is_denied(town.access_digest()))
        [session_id] = sessions
        found = town.tokens(lambda it: it.refresh_digest(town.user_id, session_id))
        assert found == digest(town.refresh())
    assert town.ended == []


def test_the_owner_ends_a_session_at_once_and_an_administrator_at_the_next_look(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.program():
        town.user(town.shared.owner_url, "sign-out", "alice")
        wait_until(lambda: len(town.ended) == 1, what="word from the owner")
    monkeypatch.setattr(entrance, "LOOK_EVERY_S", 0.1)
    with town.program():
        access = town.access_digest()
        town.user(town.shared.url("adam"), "sign-out", "alice")
        wait_until(lambda: len(town.ended) == 2, what="the desk to look by itself")
        # What the administrator could not see is told by the desk that it was about.
        assert town.tokens(lambda it: it.is_denied(access))


def test_a_refused_password_is_told_and_admits_nobody(town: Town) -> None:
    with pytest.raises(SignInRefused, match="wrong"), town.program("not it at all"):
        pass
    [login] = town.tokens(lambda it: it.logins(town.user_id))
    assert login.result == "wrong"
    assert town.tokens(lambda it: it.active_sessions(town.user_id)) == frozenset()


def test_a_redis_that_says_denied_makes_the_server_be_asked_and_ends_nothing(
    town: Town, liar: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    async def counted(url: str, **options: Any) -> Database:
        looks.append(url)
        return await connect(url, **options)

    monkeypatch.setattr(session_keeper, "connect", counted)
    with town.program():
        wait_until(lambda: len(looks) == 1, what="the first look")
        before = town.refresh()
        liar.set(town.name(DENIED_TOKEN.of(token_digest=town.access_digest())), "1", ex=1_800)
        wait_until(lambda: len(looks) >= 4, what="more looks than anybody planned")
        assert (town.ended, town.refresh()) == ([], before)
    assert town.enters(before)


@pytest.mark.parametrize("trouble", ["flushed", "lying", "dead"])
def test_no_redis_brings_a_signed_out_or_forged_token_back(town: Town, liar: "redis.Redis", trouble: str) -> None:
    with town.program():
        signed_out, access = town.refresh(), town.access_digest()
        town.user(town.shared.url("alice"), "sign-out")
        wait_until(lambda: town.ended, what="the desk to hear that it was signed out")
    liar.flushall()
    if trouble == "lying":
        until = datetime.now(UTC) + timedelta(days=1)
        for token in (signed_out, FORGED):
            mirror = packed(SessionMirror(town.user_id, "1", "admin", until))
            for known in (digest(token), access):
                liar.set(town.name(SESSION.of(token_digest=known)), mirror, ex=600)
            key = REFRESH_TOKEN.of(user_id=town.user_id, token_id="1")
            liar.set(town.name(key), digest(token), ex=600)
            assert not town.enters(token)
    if trouble == "dead":
        town.server.stop()
    assert not town.enters(signed_out)
    assert not town.enters(FORGED)
    with pytest.raises(SignInRefused, match="wrong"), town.program("not it at all"):
        pass
    with town.program() as person:
        assert (person.name, person.role) == ("alice", "trader")


def test_a_session_outlives_a_redis_that_is_emptied_and_killed(town: Town, liar: "redis.Redis") -> None:
    with town.program():
        liar.flushall()
        town.server.stop()
        town.server.start()
        # Heard again without anybody's help, and still only what the server says counts.
        access = town.access_digest()
        town.user(town.shared.url("alice"), "sign-out")
        assert town.tokens(lambda it: it.is_denied(access))
        wait_until(lambda: town.ended, what="the desk to find Redis again")


def test_a_redis_that_stands_still_delays_signing_in_by_its_bound(town: Town) -> None:
    begin_s = time.monotonic()
    with town.program():
        usual_s = time.monotonic() - begin_s
    (town.folder / "token").unlink()
    town.server.stand_still()
    try:
        begin_s = time.monotonic()
        with town.program() as person:
            delayed_s = time.monotonic() - begin_s - usual_s
            assert person.name == "alice"
    finally:
        town.server.go_on()
    # Once for all questions and answers; the rest is for a machine that has other work.
    assert delayed_s < TIMEOUT_S + 10


def test_a_url_that_is_none_is_refused_before_a_password_is_asked_for(tmp_path: Path) -> None:
    def asked(_: str) -> str:
        raise AssertionError("a password was asked for")

    door = entrance.Entrance(tmp_path, SecretInput(io.StringIO(), asked))
    nowhere = "postgresql://alice@127.0.0.1:1/none"
    with (
        pytest.raises(UsageError, match="redis"),
        door.opened(nowhere, "desk", lambda _: None, "http://x", is_engine=True),
    ):
        pass


def test_without_a_shared_cache_its_client_is_not_even_imported() -> None:
    code = "import sys, storage.users.entrance, storage.users.session_keeper; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_the_database_that_refuses_is_no_trouble_of_signing_in(migrated_url: str, redis_url: str) -> None:
    """Somebody who is disabled meanwhile sees nothing any more, and telling so raises nothing."""
    shared = await share(migrated_url)
    await shared.add_role("alice")
    database, owner = await connect(shared.url("alice"), pool_size=1), await connect(shared.owner_url, pool_size=1)
    async with opened_sign_in_cache(redis_url, database) as told:
        assert told is not None
        await told.mirror(database)
        await People(owner).set_active("alice", is_active=False)
        await told.mirror(database)
    await database.close()
    await owner.close()
    await shared.leave()


async def test_a_redis_that_is_back_is_heard_at_the_next_question(migrated_url: str, redis_server: RedisServer) -> None:
    """The keeper's loop stands still between its questions, so nothing finds Redis again meanwhile."""
    database = await connect(migrated_url, pool_size=1)
    async with opened_sign_in_cache(redis_server.url, database) as told, database.question() as connection:
        assert told is not None
        name = f"{PREFIX}{await space_of(connection)}:{DENIED_TOKEN.of(token_digest=digest(FORGED)).name}"
        redis_server.stop()
        assert not await told.is_denied(digest(FORGED))
        redis_server.start()
        with redis.Redis(port=redis_server.port) as client:
            client.set(name, "1", ex=600)
        assert await told.is_denied(digest(FORGED))
    await database.close()
