"""A clock that a test moves: nobody's wait is over before the test says that time has passed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.waiting import wait_until_async

START = datetime(2026, 11, 20, tzinfo=UTC)


class HeldClock:
    """An `engine.venues.clock.Clock` for one loop."""

    def __init__(self) -> None:
        self._passed_s = 0.0
        self._waits: dict[asyncio.Future[None], float] = {}

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed_s)

    def steady_s(self) -> float:
        return self._passed_s

    async def wait(self, bell: asyncio.Event, timeout_s: float) -> bool:
        if bell.is_set():
            return True
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits[over] = self._passed_s + timeout_s
        rung = asyncio.ensure_future(bell.wait())
        either: set[asyncio.Future[Any]] = {over, rung}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waits[over]
            rung.cancel()
        return bell.is_set()

    async def pass_time(self, seconds: float) -> None:
        """Let so much time pass as soon as somebody waits for exactly as long."""
        end = self._passed_s + seconds
        await wait_until_async(lambda: end in self._waits.values(), what=f"somebody who waits for {seconds:g} s")
        self._passed_s = end
        for over, due in self._waits.items():
            if due <= end and not over.done():
                over.set_result(None)
