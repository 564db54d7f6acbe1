"""A user's settings through the cache: found, forgotten on change, not stale after one, not believed when strange."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from storage.cache import ProcessCache
from storage.cache_keys import USER_SETTINGS
from storage.cache_operations import PutFields, SharedCache
from storage.redis_cache import RedisCache
from storage.user_cache import FIELDS, UserCache, UserSettings, written_settings
from tests.support.redis import RedisServer

SETTINGS = UserSettings(
    Decimal("100.5"), "long", 5, Decimal(10), True, None, ("grid", "작업"), ("DOGE-USDT-SWAP",), 20
)  # fmt: skip
SECRET_WORDS = ("key", "secret", "password", "token", "pass")


class Database:
    """Stands for the table: one row, and how often it was read. A read may be held up on its way."""

    def __init__(self, row: UserSettings | None) -> None:
        self.row = row
        self.reads = 0
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.is_read = asyncio.Event()

    async def load(self) -> UserSettings | None:
        self.reads += 1
        row = self.row
        self.is_read.set()
        await self.is_open.wait()
        return row


@pytest.fixture(params=["process", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[SharedCache]:
    made: SharedCache = (
        ProcessCache() if request.param == "process" else RedisCache(request.getfixturevalue("redis_url"))
    )
    yield made
    await made.close()


async def test_settings_are_read_once(cache: SharedCache) -> None:
    users, database = UserCache(cache), Database(SETTINGS)
    assert [await users.get(7, "okx", database.load) for _ in range(3)] == [SETTINGS] * 3
    assert database.reads == 1
    other = Database(replace(SETTINGS, grid_num=30))
    assert await users.get(7, "bitget", other.load) == other.row
    assert await users.get(8, "okx", other.load) == other.row


async def test_a_user_who_is_not_there_is_not_remembered(cache: SharedCache) -> None:
    users, database = UserCache(cache), Database(None)
    assert await users.get(7, "okx", database.load) is None
    database.row = SETTINGS
    assert await users.get(7, "okx", database.load) == SETTINGS


async def test_a_change_is_seen_at_once(cache: SharedCache) -> None:
    users, database = UserCache(cache), Database(SETTINGS)
    await users.get(7, "okx", database.load)
    database.row = replace(SETTINGS, is_running=False)
    await users.forget(7, "okx")
    assert await users.get(7, "okx", database.load) == database.row


async def test_a_copy_that_was_under_way_during_the_change_is_worth_nothing(cache: SharedCache) -> None:
    users, database = UserCache(cache), Database(SETTINGS)
    database.is_open.clear()
    slow = asyncio.create_task(users.get(7, "okx", database.load))
    await database.is_read.wait()
    database.row = replace(SETTINGS, leverage=Decimal(3))
    await users.forget(7, "okx")
    database.is_open.set()
    assert await slow == SETTINGS
    assert await users.get(7, "okx", database.load) == database.row


def test_no_field_is_a_secret() -> None:
    assert [field for field in FIELDS for word in SECRET_WORDS if word in field] == []


GOOD = written_settings(SETTINGS, "")
LIES: dict[str, dict[str, str]] = {
    "a field more": GOOD | {"api_key": '"lie"'},
    "a field less": {name: value for name, value in GOOD.items() if name != "grid_num"},
    "another mark": GOOD | {"mark": "lie"},
    "no JSON": GOOD | {"grid_num": "twenty"},
    "another type": GOOD | {"grid_num": '"20"'},
    "no number": GOOD | {"leverage": '"NaN"'},
    "a deep one": GOOD | {"tasks": "[" * 50_000},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_not_believed(cache: SharedCache, lie: str) -> None:
    await cache.apply(PutFields(USER_SETTINGS.of(user_id=7, venue="okx"), LIES[lie]))
    database = Database(replace(SETTINGS, grid_num=99))
    assert await UserCache(cache).get(7, "okx", database.load) == database.row


async def test_an_emptied_and_a_dead_redis_only_cost_a_read(redis_server: RedisServer) -> None:
    cache = RedisCache(redis_server.url, timeout_s=0.5)
    users, database = UserCache(cache), Database(SETTINGS)
    await users.get(7, "okx", database.load)
    redis_server.flush()
    assert await users.get(7, "okx", database.load) == SETTINGS
    redis_server.stop()
    assert [await users.get(7, "okx", database.load) for _ in range(2)] == [SETTINGS] * 2
    await users.forget(7, "okx")
    assert database.reads == 4
    await cache.close()


async def test_what_load_raises_is_raised(cache: SharedCache) -> None:
    async def load() -> UserSettings | None:
        raise OSError("the database is away")

    with pytest.raises(OSError, match="the database is away"):
        await UserCache(cache).get(7, "okx", load)
