"""Values with a time to live, in this process: the cache of a program that was given no Redis."""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from storage.cache_keys import CacheKey
from storage.cache_operations import (
    AddMembers,
    Append,
    Change,
    Drop,
    Hear,
    Put,
    PutFields,
    PutMembers,
    RemoveMembers,
    acceptable,
)

#: Values kept at most; the one put longest ago goes first.
MOST_VALUES = 10_000

Kept = str | dict[str, str] | list[str] | frozenset[str] | int


class ProcessCache:
    """`storage.cache_operations.SharedCache` in a dict. `clock` is monotonic seconds. No secret is ever put in."""

    kind = "in process"
    is_shared = False

    def __init__(self, clock: Callable[[], float] = time.monotonic, most_values: int = MOST_VALUES) -> None:
        self._clock = clock
        self._most = most_values
        self._values: OrderedDict[str, tuple[Kept, float]] = OrderedDict()
        self._listeners: dict[str, list[Hear]] = {}

    @property
    def is_away(self) -> bool:
        return False

    async def put(self, key: str, value: str, ttl_s: float) -> None:
        """Keep a value for `ttl_s` seconds."""
        self._keep(key, value, ttl_s)

    async def get(self, key: str) -> str | None:
        """The value, while it lives."""
        found = self._find(key)
        return found if isinstance(found, str) else None

    async def apply(self, *changes: Change) -> bool:
        for change in changes:
            kept = acceptable(change)
            if kept is not None:
                self._change(kept)
        return True

    async def value(self, key: CacheKey) -> str | None:
        found = self._find(key.name)
        # A counter is text to those who do not count, as in Redis.
        return str(found) if isinstance(found, str | int) else None

    async def values(self, *keys: CacheKey) -> list[str | None]:
        return [await self.value(key) for key in keys]

    async def fields(self, key: CacheKey) -> dict[str, str]:
        found = self._find(key.name)
        return dict(found) if isinstance(found, dict) else {}

    async def items(self, key: CacheKey) -> list[str]:
        found = self._find(key.name)
        return list(found) if isinstance(found, list) else []

    async def members(self, key: CacheKey) -> frozenset[str]:
        found = self._find(key.name)
        return found if isinstance(found, frozenset) else frozenset()

    async def take(self, key: CacheKey) -> str | None:
        found = self._find(key.name)
        if not isinstance(found, list):
            return None
        oldest = found.pop(0)
        if not found:
            del self._values[key.name]
        return oldest

    async def count(self, key: CacheKey) -> int | None:
        found = self._find(key.name)
        if not isinstance(found, int):
            self._keep(key.name, 1, key.ttl_s)
            return 1
        self._values[key.name] = (found + 1, self._values[key.name][1])
        return found + 1

    async def publish(self, channel: CacheKey, payload: str) -> None:
        for hear in tuple(self._listeners.get(channel.name, ())):
            hear(payload)

    @asynccontextmanager
    async def listening(self, channel: CacheKey, hear: Hear) -> AsyncGenerator[None]:
        hears = self._listeners.setdefault(channel.name, [])
        hears.append(hear)
        hear("")
        try:
            yield
        finally:
            hears.remove(hear)

    async def is_up(self) -> bool:
        """Always: it lives and ends with the program."""
        return True

    async def close(self) -> None:
        """Forget everything."""
        self._values.clear()

    def _change(self, change: Change) -> None:
        name, ttl_s = change.key.name, change.key.ttl_s
        found = self._find(name)
        members = found if isinstance(found, frozenset) else frozenset()
        match change:
            case Put():
                self._keep(name, change.value, ttl_s)
            case PutFields():
                self._keep(name, dict(change.fields), ttl_s)
            case PutMembers():
                self._keep(name, change.members, ttl_s)
            case AddMembers():
                self._keep(name, members | change.members, ttl_s)
            case RemoveMembers():
                left = members - change.members
                if left:
                    self._values[name] = (left, self._values[name][1])
                elif isinstance(found, frozenset):
                    del self._values[name]
            case Append():
                old = found if isinstance(found, list) else []
                self._keep(name, [*old, *change.items][-change.key.most :], ttl_s)
            case Drop():
                self._values.pop(name, None)

    def _keep(self, name: str, value: Kept, ttl_s: float) -> None:
        self._values.pop(name, None)
        is_nothing = not value and not isinstance(value, str | int)
        if ttl_s <= 0 or is_nothing:
            return
        self._values[name] = (value, self._clock() + ttl_s)
        while len(self._values) > self._most:
            self._values.popitem(last=False)

    def _find(self, name: str) -> Kept | None:
        found = self._values.get(name)
        if found is None:
            return None
        value, until = found
        if self._clock() >= until:
            del self._values[name]
            return None
        return value
