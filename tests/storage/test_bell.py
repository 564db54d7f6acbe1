"""Bells: heard over Redis and PostgreSQL, and worth nothing more than a look when lost, doubled, forged or flooded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import redis

from engine.domain.messages import CommandReceived, HaltAll, LiftHalt
from storage.bell import LOOK_EVERY_S, Bell, Bells, CacheBell, PostgresBell, waking
from storage.cache import ProcessCache
from storage.cache_keys import BELL, PREFIX
from storage.commands import COMMANDS_BELL, PostgresCommands
from storage.database import Database
from storage.ending import end
from storage.redis_cache import RedisCache
from tests.storage.builders import DESK
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until_async

CHANNEL = "gridwright_test"
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture
async def shared(redis_server: RedisServer) -> AsyncIterator[RedisCache]:
    cache = RedisCache(redis_server.url, timeout_s=0.5)
    yield cache
    await cache.close()


@pytest.fixture(params=["process", "redis", "postgres", "both"])
async def bell(request: pytest.FixtureRequest, database: Database, shared: RedisCache) -> Bell:
    over_redis, over_postgres = CacheBell(shared), PostgresBell(database)
    bells: dict[str, Bell] = {
        "process": CacheBell(ProcessCache()),
        "redis": over_redis,
        "postgres": over_postgres,
        "both": Bells(over_redis, over_postgres),
    }
    return bells[request.param]


async def test_a_ring_is_heard_with_its_payload_by_who_listens_there(bell: Bell) -> None:
    heard: list[str] = []
    async with bell.listening(CHANNEL, heard.append):
        await wait_until_async(lambda: heard and set(heard) == {""}, what="listening, which says to look once")
        await bell.ring("gridwright_other", "wrong")
        await bell.ring(CHANNEL, "desk-1")
        await wait_until_async(lambda: "desk-1" in heard, what="the ring")
    assert set(heard) == {"", "desk-1"}


async def test_a_database_that_cut_the_line_is_listened_to_again(database: Database) -> None:
    bell = PostgresBell(database)
    heard: list[str] = []
    async with bell.listening(CHANNEL, heard.append):
        await wait_until_async(lambda: heard == [""], what="listening")
        async with database.question() as connection:
            name = database.session_name("bell")
            await connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1", name
            )
        await wait_until_async(lambda: heard == ["", ""], what="listening again, which says that rings may be missed")
        await bell.ring(CHANNEL, "desk-1")
        await wait_until_async(lambda: heard[-1] == "desk-1", what="the ring")


async def test_a_dead_redis_is_rung_at_once_and_without_a_word(shared: RedisCache, redis_server: RedisServer) -> None:
    bell = CacheBell(shared)
    redis_server.stand_still()
    for _ in range(1000):
        # Nothing is waited for: each ring is one turn of this loop at most. A thousand waits would take minutes.
        await asyncio.wait_for(bell.ring(CHANNEL, "desk-1"), 10)
    await bell.close()
    assert shared.is_away
    redis_server.go_on()


async def test_a_flood_wakes_now_and_then(shared: RedisCache, redis_url: str) -> None:
    woken: list[float] = []
    loop = asyncio.get_running_loop()
    async with waking(CacheBell(shared), CHANNEL, "desk-1", lambda: woken.append(loop.time())):
        await wait_until_async(lambda: woken, what="listening")
        with redis.Redis.from_url(redis_url) as client, client.pipeline(transaction=False) as many:
            for number in range(5_000):
                many.publish(f"{PREFIX}bell:{CHANNEL}", "desk-1" if number % 2 else "desk-2")
            await asyncio.to_thread(many.execute)
        await shared.publish(BELL.of(channel=CHANNEL), "desk-1")
        count = len(woken)
        await wait_until_async(lambda: len(woken) > count or count > 1, what="the last ring")
    assert all(later - earlier >= LOOK_EVERY_S * 0.99 for earlier, later in pairwise(woken))


class Waiting:
    """A desk's commands as they come."""

    def __init__(self, commands: PostgresCommands) -> None:
        self._commands = commands
        self.seen: list[CommandReceived] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            await end(task)

    async def _run(self) -> None:
        async for received in self._commands.pending():
            self.seen.append(received)


async def test_a_command_wakes_a_desk_over_redis_when_the_databases_bell_is_lost(
    database: Database, shared: RedisCache
) -> None:
    bell = CacheBell(shared)
    waiting = Waiting(PostgresCommands(database, DESK, bell=bell))
    async with waiting.running():
        await PostgresCommands(database, DESK, bell=bell).submit(CommandReceived("first", HaltAll(), AT))
        await wait_until_async(lambda: len(waiting.seen) == 1, what="the first command")
        async with database.question() as connection:
            # As if NOTIFY were lost: the row is there, and the database rings nobody.
            await connection.execute(
                "INSERT INTO commands (command_id, desk_id, kind, body, received_at) "
                "VALUES ('second', $1, 'LiftHalt', '{}', now())",
                DESK,
            )
        await bell.ring(COMMANDS_BELL, DESK)
        await wait_until_async(lambda: len(waiting.seen) == 2, what="the second command", within_s=3)
    assert waiting.seen[1].command == LiftHalt()


async def test_a_forged_bell_only_makes_a_desk_look(database: Database, shared: RedisCache, redis_url: str) -> None:
    bell = CacheBell(shared)
    waiting = Waiting(PostgresCommands(database, DESK, bell=bell))
    async with waiting.running():
        await PostgresCommands(database, DESK, bell=bell).submit(CommandReceived("first", HaltAll(), AT))
        await wait_until_async(lambda: len(waiting.seen) == 1, what="the first command")
        with redis.Redis.from_url(redis_url) as client:
            for forged in (DESK, "", "x" * 10_000, b"\xff\xfe", '{"kind":"HaltAll"}', "first"):
                assert client.publish(f"{PREFIX}bell:{COMMANDS_BELL}", forged) == 1
        await PostgresCommands(database, DESK, bell=bell).submit(CommandReceived("second", LiftHalt(), AT))
        await wait_until_async(lambda: len(waiting.seen) == 2, what="the second command")
    assert [received.command_id for received in waiting.seen] == ["first", "second"]


async def test_commands_arrive_while_redis_is_dead(
    database: Database, shared: RedisCache, redis_server: RedisServer
) -> None:
    bell = CacheBell(shared)
    waiting = Waiting(PostgresCommands(database, DESK, bell=bell))
    async with waiting.running():
        redis_server.stand_still()
        await PostgresCommands(database, DESK, bell=bell).submit(CommandReceived("first", HaltAll(), AT))
        await wait_until_async(lambda: len(waiting.seen) == 1, what="the command", within_s=2)
        redis_server.go_on()
    await bell.close()
