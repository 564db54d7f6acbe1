"""Two caches, one behaviour: hashes, lists, sets, counters, bells."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.cache import ProcessCache
from storage.cache_keys import CacheKey, KeyKind
from storage.cache_operations import (
    MOST_BYTES,
    AddMembers,
    Append,
    Drop,
    Put,
    PutFields,
    PutMembers,
    RemoveMembers,
    SharedCache,
    fits,
)
from storage.redis_cache import RedisCache
from tests.support.waiting import wait_until_async

TEXT = CacheKey("text", KeyKind.STRING, 60)
OTHER = CacheKey("other", KeyKind.STRING, 60)
HASH = CacheKey("hash", KeyKind.HASH, 60)
LIST = CacheKey("list", KeyKind.LIST, 60, most=3)
SET = CacheKey("set", KeyKind.SET, 60)
COUNT = CacheKey("count", KeyKind.STRING, 60)
BELL = CacheKey("bell:x", KeyKind.CHANNEL, 0)


@pytest.fixture(params=["process", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[SharedCache]:
    made: SharedCache = (
        ProcessCache() if request.param == "process" else RedisCache(request.getfixturevalue("redis_url"), space="t")
    )
    yield made
    await made.close()


async def test_nothing_is_there_at_first(cache: SharedCache) -> None:
    assert await cache.value(TEXT) is None
    assert await cache.values(TEXT, OTHER) == [None, None]
    assert await cache.fields(HASH) == {}
    assert await cache.items(LIST) == []
    assert await cache.members(SET) == frozenset()
    assert await cache.take(LIST) is None
    assert not cache.is_away


async def test_texts(cache: SharedCache) -> None:
    assert await cache.apply(Put(TEXT, "0.5 % 프리미엄"), Put(OTHER, ""))
    assert await cache.values(TEXT, OTHER) == ["0.5 % 프리미엄", ""]
    assert await cache.apply(Drop(TEXT))
    assert await cache.value(TEXT) is None


async def test_a_hash_is_replaced_as_a_whole(cache: SharedCache) -> None:
    await cache.apply(PutFields(HASH, {"a": "1", "b": "둘"}))
    await cache.apply(PutFields(HASH, {"b": "2"}))
    assert await cache.fields(HASH) == {"b": "2"}
    await cache.apply(PutFields(HASH, {}))
    assert await cache.fields(HASH) == {}


async def test_a_list_keeps_the_newest(cache: SharedCache) -> None:
    await cache.apply(Append(LIST, ("a", "b")))
    await cache.apply(Append(LIST, ("c", "d")), Append(LIST, ()))
    assert await cache.items(LIST) == ["b", "c", "d"]
    assert await cache.take(LIST) == "b"
    assert await cache.items(LIST) == ["c", "d"]
    assert [await cache.take(LIST) for _ in range(3)] == ["c", "d", None]


async def test_sets(cache: SharedCache) -> None:
    await cache.apply(PutMembers(SET, frozenset("ab")), AddMembers(SET, frozenset("bc")))
    assert await cache.members(SET) == frozenset("abc")
    await cache.apply(RemoveMembers(SET, frozenset("az")))
    assert await cache.members(SET) == frozenset("bc")
    await cache.apply(PutMembers(SET, frozenset("x")), AddMembers(SET, frozenset()))
    assert await cache.members(SET) == frozenset("x")
    await cache.apply(PutMembers(SET, frozenset()))
    assert await cache.members(SET) == frozenset()


async def test_all_that_is_removed_is_gone(cache: SharedCache) -> None:
    await cache.apply(AddMembers(SET, frozenset("a")), RemoveMembers(SET, frozenset("a")))
    assert await cache.members(SET) == frozenset()


async def test_counting(cache: SharedCache) -> None:
    assert [await cache.count(COUNT) for _ in range(3)] == [1, 2, 3]
    many = await asyncio.gather(*(cache.count(COUNT) for _ in range(50)))
    assert sorted(filter(None, many)) == list(range(4, 54))


async def test_a_count_ends_a_life_after_its_first() -> None:
    now = 1000.0
    cache = ProcessCache(lambda: now)
    assert await cache.count(COUNT) == 1
    now += 59.9
    assert await cache.count(COUNT) == 2
    now += 0.1
    assert await cache.count(COUNT) == 1


async def test_what_is_too_big_is_not_kept_and_leaves_nothing_old(cache: SharedCache) -> None:
    big = "x" * (MOST_BYTES + 1)
    await cache.apply(
        Put(TEXT, "old"), PutFields(HASH, {"a": "old"}), PutMembers(SET, frozenset({"old"})), Append(LIST, ("old",))
    )
    changes = Put(TEXT, big), PutFields(HASH, {"a": big}), PutMembers(SET, frozenset({big})), Append(LIST, (big,))
    assert await cache.apply(*changes, AddMembers(SET, frozenset({big})))
    assert await cache.value(TEXT) is None
    assert await cache.fields(HASH) == {}
    assert await cache.members(SET) == frozenset()
    assert await cache.items(LIST) == ["old"]


def test_what_fits() -> None:
    assert fits("x" * MOST_BYTES)
    assert not fits("x" * MOST_BYTES, "x")
    assert not fits("한" * (MOST_BYTES // 3 + 1))
    assert not fits("half of a character: \ud800")


async def test_a_key_of_another_kind_is_as_if_it_were_not_there(cache: SharedCache) -> None:
    await cache.apply(Append(LIST, ("a",)))
    lie = CacheKey(LIST.name, KeyKind.STRING, 60)
    assert await cache.value(lie) is None
    assert await cache.fields(lie) == {}
    assert await cache.members(lie) == frozenset()


async def test_bells_are_heard_by_all_who_listen_to_them(cache: SharedCache) -> None:
    first: list[str] = []
    second: list[str] = []
    async with cache.listening(BELL, first.append), cache.listening(BELL, second.append):
        await wait_until_async(lambda: first == second == [""], what="both to listen")
        await cache.publish(BELL, "desk-1")
        await cache.publish(CacheKey("bell:y", KeyKind.CHANNEL, 0), "desk-2")
        await wait_until_async(lambda: first == second == ["", "desk-1"], what="the ring")
    await cache.publish(BELL, "desk-3")
    assert first == ["", "desk-1"]


async def test_two_databases_share_one_redis_and_not_their_values(redis_url: str) -> None:
    one, two = RedisCache(redis_url, space="one"), RedisCache(redis_url, space="two")
    await one.apply(Put(TEXT, "of one"))
    assert await two.value(TEXT) is None
    await two.apply(Put(TEXT, "of two"))
    assert await one.value(TEXT) == "of one"
    await one.close()
    await two.close()
