"""A Redis that answers, and lies: strange types, lives, sizes, bytes. It is believed in nothing that is not ours."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import redis

from storage.cache_keys import PREFIX, CacheKey, KeyKind
from storage.cache_operations import MOST_BYTES, AddMembers, Append, Put, PutFields, PutMembers
from storage.redis_cache import RedisCache

TEXT = CacheKey("text", KeyKind.STRING, 60)
HASH = CacheKey("hash", KeyKind.HASH, 60)
LIST = CacheKey("list", KeyKind.LIST, 60, most=3)
SET = CacheKey("set", KeyKind.SET, 60)
COUNT = CacheKey("count", KeyKind.STRING, 60)
ALL = (TEXT, HASH, LIST, SET)

Liar = Callable[["redis.Redis", str], object]


@pytest.fixture
async def cache(redis_url: str) -> AsyncIterator[RedisCache]:
    made = RedisCache(redis_url)
    yield made
    await made.close()


@pytest.fixture
def liar(redis_url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


async def finds_nothing(cache: RedisCache, key: CacheKey) -> bool:
    found = (
        await cache.value(key), await cache.fields(key), await cache.items(key), await cache.members(key),
        await cache.take(key),
    )  # fmt: skip
    return not any(found) and not cache.is_away


LIES: dict[str, Liar] = {
    "text for ever": lambda client, name: client.set(name, "lie"),
    "text for a year": lambda client, name: client.set(name, "lie", ex=31_536_000),
    "hash for ever": lambda client, name: client.hset(name, "a", "lie"),
    "list for ever": lambda client, name: client.rpush(name, "lie"),
    "set for ever": lambda client, name: client.sadd(name, "lie"),
    "ordered set": lambda client, name: (client.zadd(name, {"lie": 1}), client.expire(name, 30)),
    "stream": lambda client, name: (client.xadd(name, {"a": "lie"}), client.expire(name, 30)),
    "bytes": lambda client, name: client.set(name, b"\xff\xfe\xfd", ex=30),
    "bytes in a hash": lambda client, name: (client.hset(name, b"\xff", b"\xfe"), client.expire(name, 30)),
    "bytes in a list": lambda client, name: (client.rpush(name, b"\xff"), client.expire(name, 30)),
    "bytes in a set": lambda client, name: (client.sadd(name, b"\xff"), client.expire(name, 30)),
    "giant text": lambda client, name: client.set(name, b"x" * (MOST_BYTES + 1), ex=30),
    "giant field": lambda client, name: (client.hset(name, "a", b"x" * 9_000_000), client.expire(name, 30)),
    "giant item": lambda client, name: (client.rpush(name, b"x" * 9_000_000), client.expire(name, 30)),
    "many members": lambda client, name: (client.sadd(name, *range(200_000)), client.expire(name, 30)),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_as_if_nothing_was_there_and_is_overwritten(
    cache: RedisCache, liar: "redis.Redis", lie: str
) -> None:
    for key in ALL:
        LIES[lie](liar, PREFIX + key.name)
        assert await finds_nothing(cache, key)
    changes = Put(TEXT, "true"), PutFields(HASH, {"a": "true"}), PutMembers(SET, frozenset({"true"}))
    assert await cache.apply(*changes)
    assert await cache.value(TEXT) == "true"
    assert await cache.fields(HASH) == {"a": "true"}
    assert await cache.members(SET) == frozenset({"true"})


async def test_additions_to_something_strange_succeed_the_second_time(
    cache: RedisCache, liar: "redis.Redis", caplog: pytest.LogCaptureFixture
) -> None:
    liar.set(PREFIX + LIST.name, "lie")
    liar.set(PREFIX + SET.name, "lie")
    caplog.set_level(logging.WARNING)
    additions = Append(LIST, ("a",)), AddMembers(SET, frozenset("a"))
    assert not await cache.apply(*additions)
    assert [record.message for record in caplog.records] == [
        "The Redis key gridwright:1:list held something else and was dropped.",
        "The Redis key gridwright:1:set held something else and was dropped.",
    ]
    assert await cache.apply(*additions)
    assert (await cache.items(LIST), await cache.members(SET)) == (["a"], frozenset("a"))


async def test_the_other_changes_of_a_batch_are_made_beside_a_strange_one(
    cache: RedisCache, liar: "redis.Redis"
) -> None:
    liar.set(PREFIX + LIST.name, "lie")
    assert not await cache.apply(Put(TEXT, "true"), Append(LIST, ("a",)), PutFields(HASH, {"a": "true"}))
    assert (await cache.value(TEXT), await cache.fields(HASH)) == ("true", {"a": "true"})


@pytest.mark.parametrize("lie", ["abc", "9223372036854775807", "-5", "1.5", ""])
async def test_a_counter_that_was_tampered_with_is_no_counter(cache: RedisCache, liar: "redis.Redis", lie: str) -> None:
    liar.set(PREFIX + COUNT.name, lie, ex=30)
    assert await cache.count(COUNT) is None
    assert await cache.count(COUNT) == 1
    assert not cache.is_away


async def test_a_counter_that_never_ends_begins_anew(cache: RedisCache, liar: "redis.Redis") -> None:
    liar.set(PREFIX + COUNT.name, 999_999)
    assert await cache.count(COUNT) is None
    assert await cache.count(COUNT) == 1


async def test_every_key_dies_as_it_should(cache: RedisCache, liar: "redis.Redis") -> None:
    await cache.apply(
        Put(TEXT, "a"), PutFields(HASH, {"a": "b"}), Append(LIST, ("a",)), PutMembers(SET, frozenset("a"))
    )
    await cache.count(COUNT)
    lives = {key.name: liar.pttl(PREFIX + key.name) for key in (*ALL, COUNT)}
    assert all(59_000 < lives_ms <= 60_000 for lives_ms in lives.values()), lives


async def test_a_plain_text_that_never_dies_is_not_believed(cache: RedisCache, liar: "redis.Redis") -> None:
    liar.set(PREFIX + "health:engine", "2026-11-20T00:00:00+00:00")
    assert await cache.get("health:engine") is None
    await cache.put("health:engine", "now", 10)
    assert await cache.get("health:engine") == "now"
