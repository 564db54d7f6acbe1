"""Whether the cache answers, asked every few seconds; the desk's sign of life is put into it on the way."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from engine.ports import Cache

CACHE_EVERY_S = 5.0
HEARTBEAT_TTL_S = 10.0


class CacheWatch:
    """`on_change` is called when it went or came back."""

    def __init__(self, cache: Cache, on_change: Callable[[], None]) -> None:
        self._cache = cache
        self._on_change = on_change
        self.is_up = False

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            was_up, self.is_up = self.is_up, await self._cache.is_up()
            if was_up != self.is_up:
                self._on_change()
            await self._cache.put("health:engine", datetime.now(UTC).isoformat(), HEARTBEAT_TTL_S)
            await asyncio.sleep(CACHE_EVERY_S)
