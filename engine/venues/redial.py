"""When an exchange may be called again: at once after a line that held, later and later after lines that did not."""

import asyncio
import random

from engine.venues.clock import Clock

FIRST_S, LONGEST_S = 0.5, 15.0
#: A line that held this long was a good one; what broke it is taken as chance.
STEADY_S = 60.0


class Redial:
    """Back-off with jitter for one account, kept while its feeds come and go.

    The engine waits by itself between attempts that fail; this is for lines that open well and break at once, and it
    keeps many accounts that lost their exchange in the same moment from calling it in the same moment.
    """

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._never = asyncio.Event()
        self._short_lines = 0
        self._called_at_s: float | None = None

    async def turn(self) -> None:
        """Wait until it is our turn; returns at once the first time."""
        called_at_s = self._called_at_s
        if called_at_s is not None:
            if self._clock.steady_s() - called_at_s >= STEADY_S:
                self._short_lines = 0
            else:
                self._short_lines += 1
            await self._clock.wait(self._never, self.next_wait_s())
        self._called_at_s = self._clock.steady_s()

    def next_wait_s(self) -> float:
        """Half to one and a half times the back-off; after a good line up to half a second."""
        if self._short_lines == 0:
            return self._chance.random() * FIRST_S
        back_off_s = min(LONGEST_S, FIRST_S * 2.0 ** min(self._short_lines - 1, 16))
        return back_off_s * (0.5 + self._chance.random())
