"""Redis is killed, emptied and replaced by a stranger while a bot trades: trading does not notice, the view does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest
import redis

from engine.domain.bot import Account
from engine.domain.messages import SetMarketSpeed
from engine.domain.order import Purpose
from engine.domain.views import EngineState
from engine.engine import Engine
from storage.cached.grid import PLACED, GridCache, GridPlace
from storage.database import connect
from storage.desk import space_of
from storage.desk_mirror import AGAIN_S
from storage.ending import end
from storage.redis_cache import RedisCache
from tests.support.redis import RedisServer
from tests.support.trading import (
    TradingDesk,
    ask,
    begin,
    bot_of,
    fills_of,
    recorded_market,
    stand_still,
    wait_for_fills,
)
from tests.support.waiting import wait_until_async

SPEED = Decimal(30_000)
LOCAL_USER = 1
GARBAGE = (
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\xff\xfe\xfd\r\n",
    b"$5\r\n\xff\xfe\xfd\xfc\xfb\r\n",
    b"*2\r\n$99999999999999999999\r\n",
    b"+PONG",
    b"-ERR no\r\n",
    b"",
)  # fmt: skip


class Traded:
    """A desk with a Redis whose bot trades."""

    def __init__(self, desk: TradingDesk, engine: Engine, account: Account, cache: RedisCache) -> None:
        self.grids = GridCache(cache)
        self.place = GridPlace.of(LOCAL_USER, bot_of(engine.refresh()).bot)
        self.desk = desk
        self.engine = engine
        self.account = account

    async def cache_is(self, *, up: bool) -> None:
        """The view says so, and the bot goes on trading all the while."""
        await wait_until_async(
            lambda: self.engine.refresh().is_cache_up is up, what=f"the cache shown as {up}", within_s=20
        )  # fmt: skip
        view = self.engine.refresh()
        assert (view.state, view.trouble, view.cache_kind) == (EngineState.RUNNING, None, "redis")
        await wait_for_fills(self.engine, fills_of(view) + 5)

    def expected(self) -> object:
        """What the engine shows now, as the cache would."""
        view = bot_of(self.engine.refresh())
        held = {rung.index: rung.held for rung in view.rungs if rung.held > 0}
        sells = {order.rung: order.price for order in view.open_orders if order.purpose is Purpose.RUNG_SELL}
        return held, sells, {rung.index: rung.status in PLACED for rung in view.rungs}

    async def is_true(self) -> bool:
        """What Redis shows of the bot is what the engine once showed, or nothing; never anything else."""
        state = await self.grids.state(self.place)
        rungs = range(bot_of(self.engine.view()).bot.grid.grid_count)
        return state is None or (
            set(state.placed) == set(rungs)
            and all(level.grid_count == len(rungs) and level.position_size > 0 for level in state.levels.values())
        )

    async def shown(self) -> None:
        """The market stands still, and then Redis shows the bot just as the engine does."""
        await stand_still(self.engine, self.account)
        found: list[object] = [None]

        async def look() -> None:
            while True:
                state = await self.grids.state(self.place)
                found[0] = state and (
                    {index: level.position_size for index, level in state.levels.items()},
                    {index: order.target_price for index, order in state.take_profits.items()},
                    state.placed,
                )
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        try:
            await wait_until_async(
                lambda: found[0] == self.expected(), what="Redis to show the bot as it is", within_s=AGAIN_S + 20
            )
        finally:
            await end(looking)
        await ask(self.engine, SetMarketSpeed(self.account.venue, SPEED))


@pytest.fixture
async def traded(database_url: str, redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Traded]:
    desk = TradingDesk(database_url, tmp_path / "desk", redis_server.url)
    account = recorded_market(desk.folder, 30_000)
    async with desk.engine() as engine:
        await begin(engine, account, SPEED)
        database = await connect(database_url)
        async with database.question() as connection:
            reader = RedisCache(redis_server.url, space=await space_of(connection))
        traded = Traded(desk, engine, account, reader)
        await traded.cache_is(up=True)
        yield traded
        await stand_still(engine, account)
        await reader.close()
        await database.close()
    assert await desk.complaints(account) == []


async def test_killed_and_started_again(traded: Traded, redis_server: RedisServer) -> None:
    await asyncio.to_thread(redis_server.stop)
    await traded.cache_is(up=False)
    await asyncio.to_thread(redis_server.start)
    await traded.cache_is(up=True)


async def test_standing_still(traded: Traded, redis_server: RedisServer) -> None:
    redis_server.stand_still()
    await traded.cache_is(up=False)
    redis_server.go_on()
    await traded.cache_is(up=True)


async def test_emptied(traded: Traded, redis_server: RedisServer) -> None:
    await traded.shown()
    await asyncio.to_thread(redis_server.flush)
    await traded.cache_is(up=True)
    await traded.shown()


async def test_full(traded: Traded, redis_server: RedisServer) -> None:
    with redis.Redis(port=redis_server.port) as client:
        client.config_set("maxmemory", "1mb")
        try:
            await traded.cache_is(up=True)
            await wait_for_fills(traded.engine, fills_of(traded.engine.refresh()) + 20)
        finally:
            client.config_set("maxmemory", "0")
    await traded.shown()


LIES: dict[str, Callable[["redis.Redis", str], object]] = {
    "for ever": lambda client, name: client.persist(name),
    "another type": lambda client, name: (client.delete(name), client.zadd(name, {"lie": 1})),
    "giant": lambda client, name: client.set(name, b"x" * 2_000_000, ex=1),
    "another version's": lambda client, name: client.set(name, '{"version":9}', ex=1),
    "bytes": lambda client, name: (client.delete(name), client.hset(name, b"\xff\xfe", b"\xfd")),
}


async def test_every_key_of_it_is_a_lie(traded: Traded, redis_server: RedisServer) -> None:
    await traded.shown()

    def poison(first: int) -> int:
        with redis.Redis(port=redis_server.port) as client:
            names = [name.decode() for name in client.keys("gridwright:*")]
            for at, name in enumerate(sorted(names), first):
                LIES[list(LIES)[at % len(LIES)]](client, name)
            return len(names)

    # Each key tells each lie once.
    for first in range(len(LIES)):
        assert await asyncio.to_thread(poison, first) > len(LIES)
        await traded.cache_is(up=True)
        assert await traded.is_true()
    await traded.shown()


class Stranger:
    """Answers everything on a port with the same bytes."""

    def __init__(self, port: int, words: bytes) -> None:
        self._port = port
        self._words = words
        self.heard = 0
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Stranger":
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        if self._talks:
            await asyncio.wait(self._talks)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = asyncio.current_task()
        assert own is not None
        self._talks.add(own)
        try:
            while await reader.read(4096):
                self.heard += 1
                writer.write(self._words)
                await writer.drain()
                if not self._words:
                    break
        except OSError:
            pass
        finally:
            self._talks.discard(own)
            writer.close()


async def test_something_else_answers_on_its_port(traded: Traded, redis_server: RedisServer) -> None:
    await asyncio.to_thread(redis_server.stop)
    async with Stranger(redis_server.port, GARBAGE[2]) as stranger:
        await traded.cache_is(up=False)
        await wait_until_async(lambda: stranger.heard > 0, what="the stranger to be asked", within_s=20)
        await traded.cache_is(up=False)
    await asyncio.to_thread(redis_server.start)
    await traded.cache_is(up=True)


@pytest.mark.parametrize("words", GARBAGE)
async def test_nothing_a_stranger_says_is_more_than_a_cache_that_is_away(
    redis_server: RedisServer, words: bytes
) -> None:
    redis_server.stop()
    cache = RedisCache(redis_server.url, timeout_s=0.2)
    async with Stranger(redis_server.port, words) as stranger:
        assert not await cache.is_up()
        await cache.put("key", "value", 10)
        assert await cache.get("key") is None
        assert stranger.heard > 0
        await cache.close()
