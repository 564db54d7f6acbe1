"""Redis is killed, emptied and replaced by a stranger while a bot trades: trading does not notice, the view does."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import Account
from engine.domain.views import EngineState
from engine.engine import Engine
from storage.redis_cache import RedisCache
from tests.support.redis import RedisServer
from tests.support.trading import TradingDesk, begin, fills_of, recorded_market, stand_still, wait_for_fills
from tests.support.waiting import wait_until_async

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

    def __init__(self, desk: TradingDesk, engine: Engine, account: Account) -> None:
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


@pytest.fixture
async def traded(database_url: str, redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Traded]:
    desk = TradingDesk(database_url, tmp_path / "desk", redis_server.url)
    account = recorded_market(desk.folder, 30_000)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        traded = Traded(desk, engine, account)
        await traded.cache_is(up=True)
        yield traded
        await stand_still(engine, account)
    assert await desk.complaints(account) == []


async def test_killed_and_started_again(traded: Traded, redis_server: RedisServer) -> None:
    await asyncio.to_thread(redis_server.stop)
    await traded.cache_is(up=False)
    await asyncio.to_thread(redis_server.start)
    await traded.cache_is(up=True)


async def test_emptied(traded: Traded, redis_server: RedisServer) -> None:
    await asyncio.to_thread(redis_server.flush)
    await traded.cache_is(up=True)


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
