"""Two caches, one behaviour; and what a Redis that goes away costs."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import redis

from engine.errors import UsageError
from engine.ports import Cache
from storage.cache import ProcessCache
from storage.cache_keys import PREFIX
from storage.redis_cache import MOST_CONNECTIONS, RedisCache
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["process", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    made: Cache = ProcessCache() if request.param == "process" else RedisCache(request.getfixturevalue("redis_url"))
    yield made
    await made.close()


async def test_a_value_is_kept_and_replaced(cache: Cache) -> None:
    assert await cache.get("spread") is None
    await cache.put("spread", "0.5 % 프리미엄", 60)
    assert await cache.get("spread") == "0.5 % 프리미엄"
    await cache.put("spread", "", 60)
    assert await cache.get("spread") == ""
    assert await cache.is_up()


async def test_no_time_to_live_is_gone_at_once(cache: Cache) -> None:
    await cache.put("key", "value", 60)
    await cache.put("key", "value", 0)
    assert await cache.get("key") is None


async def test_a_value_ends_to_the_instant() -> None:
    clock = Clock()
    cache = ProcessCache(clock)
    await cache.put("key", "value", 5)
    clock.now += 4.999
    assert await cache.get("key") == "value"
    clock.now += 0.001
    assert await cache.get("key") is None


async def test_the_oldest_value_goes_first() -> None:
    cache = ProcessCache(most_values=3)
    for key in "abc":
        await cache.put(key, key, 60)
    await cache.put("a", "again", 60)
    await cache.put("d", "d", 60)
    assert [await cache.get(key) for key in "abcd"] == ["again", None, "c", "d"]


async def test_redis_ends_values_itself_under_our_prefix(redis_url: str) -> None:
    cache = RedisCache(redis_url)
    await cache.put("short", "value", 0.05)
    await cache.put("long", "value", 60)
    with redis.Redis.from_url(redis_url) as client:
        assert 50_000 < client.pttl(f"{PREFIX}long") <= 60_000
        wait_until(lambda: client.keys() == [f"{PREFIX}long".encode()], what="the short value to end")
    assert await cache.get("short") is None
    await cache.close()


async def test_a_redis_that_goes_away_is_shown_and_costs_nothing_else(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    cache = RedisCache(redis_server.url, timeout_s=0.5)
    await cache.put("key", "value", 60)
    redis_server.stop()
    await cache.put("other", "value", 60)
    assert await cache.get("key") is None
    assert not await cache.is_up()
    assert [record.message.split(":")[0] for record in caplog.records] == ["Redis does not answer"]
    redis_server.start()
    assert await cache.is_up()
    assert await cache.get("key") is None
    assert caplog.records[-1].message == "Redis answers again."
    await cache.close()


async def test_more_questions_than_connections_wait_their_turn(redis_url: str) -> None:
    cache = RedisCache(redis_url)
    await asyncio.gather(*(cache.put(f"k{at}", str(at), 60) for at in range(40 * MOST_CONNECTIONS)))
    found = await asyncio.gather(*(cache.get(f"k{at}") for at in range(40 * MOST_CONNECTIONS)))
    assert found == [str(at) for at in range(40 * MOST_CONNECTIONS)]
    await cache.close()


async def test_a_wrong_password_is_a_redis_that_is_not_up(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("requirepass", "right")
        wrong, right = (RedisCache(redis_url.replace("redis://", f"redis://:{word}@")) for word in ("wrong", "right"))
        try:
            assert not await wrong.is_up()
            assert await right.is_up()
        finally:
            client.config_set("requirepass", "")
            await wrong.close()
            await right.close()


@pytest.mark.parametrize("url", ["http://localhost", "localhost:6379", "", "redis://host:port/0"])
def test_a_url_that_cannot_be_one(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        RedisCache(url)
    assert str(caught.value).startswith("The Redis URL ")
    assert str(caught.value).endswith(".")
