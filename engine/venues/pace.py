"""How fast market time passes: not at all, in proportion to real time, or as fast as the machine can."""

import asyncio
from decimal import Decimal

from engine.venues.clock import Clock

#: A gap in a recording is waited through for at most this long; then market time jumps.
GAP_WAIT_S = 2.0
#: Further behind than this, a market does not hurry to catch up.
BEHIND_S = 2.0
#: As fast as possible, the loop gets a turn this often, and this many turns then: one command needs several.
BREATH_S = 0.02
TURNS = 4


class Pace:
    """Turns distances in market time into waiting. `speed` as in `PacedVenue.set_speed`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bell = asyncio.Event()
        self._speed: Decimal | None = None
        self._anchor: tuple[float, float] | None = None
        self._breathed_at_s = clock.steady_s()

    @property
    def speed(self) -> Decimal | None:
        return self._speed

    def set(self, speed: Decimal | None) -> None:
        """From now on at this speed, also for the step that is being waited for."""
        self._speed = speed
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._anchor = None
        self._bell.set()

    async def until(self, to_ms: int, from_ms: int, usual_ms: int) -> bool:
        """Wait from one market time to another; False when woken before, and the caller should look again."""
        if self._speed is None:
            await self.breathe()
            return True
        self._bell.clear()
        if self._speed == 0:
            await self._bell.wait()
            return False
        now_s = self._clock.steady_s()
        anchor_s, anchor_ms = self._anchor or (now_s, float(from_ms))
        speed = float(self._speed)
        due_s = anchor_s + (to_ms - anchor_ms) / 1000.0 / speed
        gap_s = max(0, to_ms - from_ms - usual_ms) / 1000.0 / speed
        if gap_s > GAP_WAIT_S:
            due_s -= gap_s - GAP_WAIT_S
        if due_s < now_s - BEHIND_S:
            due_s = now_s
        # Counting from where this step should have been, small delays do not add up.
        self._anchor = (due_s, float(to_ms))
        if due_s <= now_s:
            await self.breathe()
            return True
        return not await self._clock.wait(self._bell, due_s - now_s)

    async def breathe(self) -> None:
        """Let commands, cancellation and everything else on the loop have their turn, every now and then."""
        now_s = self._clock.steady_s()
        if now_s - self._breathed_at_s < BREATH_S:
            return
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self._breathed_at_s = self._clock.steady_s()
