"""Attempts counted in a real Redis beside the server: never more than it counts, so nobody is refused too soon."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis

from storage.cache_keys import PREFIX, RATE_LIMIT
from storage.cached.tokens import TokenCache
from storage.database import Connection, Database, connect
from storage.desk import space_of
from storage.errors import SignInRefused, WrongPassword
from storage.redis_cache import RedisCache
from storage.users.passwords import keep
from storage.users.session import Session, sign_in, who_am_i
from storage.users.sign_in_cache import MOST_ATTEMPTS, WINDOW_S, sign_in_cache
from storage.users.token_store import FileTokens
from tests.security.conftest import Enter
from tests.support.redis import RedisServer
from tests.support.shared import SharedDatabase

LIMITED = r"^Too many attempts to sign in came from this address; try again in 5 minutes\.$"


class Door:
    """Alice and bob at one address, with a Redis."""

    def __init__(self, shared: SharedDatabase, server: RedisServer, folder: Path, cache: RedisCache) -> None:
        self._shared = shared
        self.server = server
        self._folder = folder
        self.cache = cache
        self.tokens = TokenCache(cache)

    async def try_as(self, name: str, password: str = "") -> Session:
        """One attempt of a program of its own; the right password where none is given."""
        database = await connect(self._shared.url(name), pool_size=1)
        told = await sign_in_cache(self.server.url, database)
        assert told is not None
        try:
            async with database.question() as connection:
                person = await who_am_i(connection)
            store = FileTokens(self._folder / name)
            return await sign_in(
                database, person, password or self._shared.password(name), store, limit=told.limit
            )  # fmt: skip
        finally:
            await told.close()
            await database.close()

    async def counted(self, owner: Connection) -> tuple[dict[int, int], dict[int, int]]:
        """Attempts by the number of the window: the server's, and what Redis knows of the same windows."""
        rows = await owner.fetch(
            "SELECT address, floor(extract(epoch FROM window_start) / $1)::bigint AS number, requests FROM rate_limits",
            WINDOW_S,
        )
        known = {row["number"]: await self.tokens.requests(row["address"], f"sign_in.{row['number']}") for row in rows}
        return {row["number"]: row["requests"] for row in rows}, known


@pytest.fixture
async def door(shared: SharedDatabase, redis_server: RedisServer, tmp_path: Path, enter: Enter) -> AsyncIterator[Door]:
    for name in ("alice", "bob"):
        kept = await asyncio.to_thread(keep, shared.password(name))
        async with enter("") as owner:
            await owner.execute("UPDATE users SET hashed_password = $2 WHERE username = $1", name, str(kept))
    database: Database = await connect(shared.owner_url, pool_size=1)
    async with database.question() as connection:
        space = await space_of(connection)
    await database.close()
    cache = RedisCache(redis_server.url, space=space)
    yield Door(shared, redis_server, tmp_path, cache)
    await cache.close()


async def fill(door: Door, owner: Connection, count: int) -> None:
    """So many attempts are known to Redis for this window of the server and the next one."""
    rows = await owner.fetch(
        "SELECT host(inet_client_addr()) AS address, next + floor(extract(epoch FROM clock_timestamp()) / $1)::bigint "
        "AS number FROM generate_series(0, 1) next",
        WINDOW_S,
    )
    for row in rows:
        for _ in range(count):
            await door.tokens.count_request(row["address"], f"sign_in.{row['number']}")


async def test_redis_counts_what_the_server_counts_and_nothing_else(door: Door, enter: Enter) -> None:
    async with enter("") as owner:
        for _ in range(5):
            with pytest.raises(WrongPassword):
                await door.try_as("alice", "not it at all")
        # Locked: the server counts no more of hers, and neither does Redis.
        for _ in range(2):
            with pytest.raises(SignInRefused, match="locked"):
                await door.try_as("alice")
        await door.try_as("bob")
        server, known = await door.counted(owner)
        assert sum(server.values()) == 6
        assert known == server
        await owner.execute("UPDATE rate_limits SET requests = $1", MOST_ATTEMPTS)
        with pytest.raises(SignInRefused, match=LIMITED):
            await door.try_as("bob")
        server, known = await door.counted(owner)
        assert (sum(server.values()), sum(known.values())) == (MOST_ATTEMPTS + 1, 7)


async def test_at_the_limit_the_server_is_not_asked(door: Door, enter: Enter) -> None:
    async with enter("") as owner:
        await fill(door, owner, MOST_ATTEMPTS - 1)
        await door.try_as("bob")
        before = await owner.fetchval("SELECT count(*) FROM login_history")
        # That was the sixtieth of this window; the next one too, should the clock have gone on.
        await fill(door, owner, 1)
        with pytest.raises(SignInRefused, match=LIMITED):
            await door.try_as("bob")
        assert await owner.fetchval("SELECT count(*) FROM login_history") == before
        # Emptied, it refuses nobody; the server decides.
        with redis.Redis(port=door.server.port) as client:
            client.flushall()
        assert (await door.try_as("bob")).person.name == "bob"


async def test_few_attempts_in_redis_admit_nobody_whom_the_server_limits(door: Door, enter: Enter) -> None:
    async with enter("") as owner:
        await owner.execute(
            "INSERT INTO rate_limits (address, endpoint, window_start, window_s, requests) "
            "SELECT host(inet_client_addr()), 'sign_in', "
            "to_timestamp((floor(extract(epoch FROM clock_timestamp()) / 300) + next) * 300), 300, $1 "
            "FROM generate_series(0, 1) next",
            MOST_ATTEMPTS,
        )
    with pytest.raises(SignInRefused, match=LIMITED):
        await door.try_as("alice")


@pytest.mark.parametrize("trouble", ["text", "negative", "for ever", "another type", "stopped"])
async def test_a_counter_that_is_none_refuses_nobody(
    door: Door, enter: Enter, redis_server: RedisServer, trouble: str
) -> None:
    async with enter("") as owner:
        await fill(door, owner, 1)
    with redis.Redis(port=redis_server.port) as client:
        names = list(client.scan_iter(match=f"{PREFIX}*:{RATE_LIMIT.pattern.split(':')[0]}:*"))
        assert len(names) == 2
        for name in names:
            match trouble:
                case "text":
                    client.set(name, "sixty-one", ex=300)
                case "negative":
                    client.set(name, "-61", ex=300)
                case "for ever":
                    client.set(name, "61")
                case "another type":
                    client.delete(name)
                    client.rpush(name, *["1"] * 61)
    if trouble == "stopped":
        redis_server.stop()
    assert (await door.try_as("alice")).person.name == "alice"
