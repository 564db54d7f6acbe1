"""The time of the machine, as something a test can replace."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for stamps, a steady time for waiting, and the waiting itself."""

    def now(self) -> datetime: ...

    def steady_s(self) -> float:
        """Seconds that never go back, from any beginning."""
        ...

    async def wait(self, bell: asyncio.Event, timeout_s: float) -> bool:
        """Wait until the bell rings (True) or the time is over (False)."""
        ...


class MachineClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady_s(self) -> float:
        return time.monotonic()

    async def wait(self, bell: asyncio.Event, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                await bell.wait()
        except TimeoutError:
            return False
        return True
