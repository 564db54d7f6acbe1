"""The exchange's time: what it stamps with and what it waits for. Driven by a loop, or by a test's hand."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Protocol

Call = Callable[[], object]


class Timers(Protocol):
    """Milliseconds since 1970, and calls to come. What `call_at` answers takes the call back."""

    def now_ms(self) -> int: ...

    def true_ms(self) -> int:
        """The same by a clock that is right."""
        ...

    def call_at(self, at_ms: float, call: Call) -> Callable[[], None]: ...


class HandTimers:
    """Time passes only in `advance`, and then every call comes at its own millisecond, in order."""

    def __init__(self, now_ms: int = 1_800_000_000_000) -> None:
        self._now_ms = now_ms
        self._calls: list[tuple[float, int, Call]] = []
        self._taken_back: set[int] = set()
        self._numbers = count()

    def now_ms(self) -> int:
        return self._now_ms

    def true_ms(self) -> int:
        return self._now_ms

    def call_at(self, at_ms: float, call: Call) -> Callable[[], None]:
        number = next(self._numbers)
        heapq.heappush(self._calls, (at_ms, number, call))
        return lambda: self._taken_back.add(number)

    def advance(self, ms: int) -> None:
        """Let so much time pass."""
        end = self._now_ms + ms
        while self._calls and self._calls[0][0] <= end:
            at_ms, number, call = heapq.heappop(self._calls)
            self._now_ms = max(self._now_ms, int(at_ms))
            if number not in self._taken_back:
                call()
            self._taken_back.discard(number)
        self._now_ms = end


class LoopTimers:
    """The time of a loop, which may be a virtual one, counted from a wall clock's `start_ms`.

    `skew_ms` is how wrong the exchange's clock is; it shifts the stamps and nothing that is waited for.
    """

    def __init__(self, start_ms: int, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self._start_ms = start_ms
        self._began_s = self._loop.time()
        self.skew_ms = 0

    def now_ms(self) -> int:
        return self.true_ms() + self.skew_ms

    def true_ms(self) -> int:
        return self._start_ms + round((self._loop.time() - self._began_s) * 1000)

    def call_at(self, at_ms: float, call: Call) -> Callable[[], None]:
        delay_s = max(0.0, (at_ms - self.now_ms()) / 1000)
        return self._loop.call_later(delay_s, call).cancel
