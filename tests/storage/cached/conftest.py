"""Both caches for everything that is kept in them."""

from collections.abc import AsyncIterator

import pytest

from storage.cache import ProcessCache
from storage.cache_operations import SharedCache
from storage.redis_cache import RedisCache


@pytest.fixture(params=["process", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[SharedCache]:
    """In this process, and over a real server."""
    made: SharedCache = (
        ProcessCache() if request.param == "process" else RedisCache(request.getfixturevalue("redis_url"))
    )
    yield made
    await made.close()
