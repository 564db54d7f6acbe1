"""Values with a time to live, in this process: the cache of a program that was given no Redis."""

import time
from collections import OrderedDict
from collections.abc import Callable

#: Values kept at most; the one put longest ago goes first.
MOST_VALUES = 10_000


class ProcessCache:
    """`engine.ports.Cache` in a dict. `clock` is monotonic seconds. Never the truth, and no secret is ever put in."""

    kind = "in process"

    def __init__(self, clock: Callable[[], float] = time.monotonic, most_values: int = MOST_VALUES) -> None:
        self._clock = clock
        self._most = most_values
        self._values: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def put(self, key: str, value: str, ttl_s: float) -> None:
        """Keep a value for `ttl_s` seconds."""
        self._values.pop(key, None)
        if ttl_s <= 0:
            return
        self._values[key] = (value, self._clock() + ttl_s)
        while len(self._values) > self._most:
            self._values.popitem(last=False)

    async def get(self, key: str) -> str | None:
        """The value, while it lives."""
        found = self._values.get(key)
        if found is None:
            return None
        value, until = found
        if self._clock() >= until:
            del self._values[key]
            return None
        return value

    async def is_up(self) -> bool:
        """Always: it lives and ends with the program."""
        return True

    async def close(self) -> None:
        """Forget everything."""
        self._values.clear()
