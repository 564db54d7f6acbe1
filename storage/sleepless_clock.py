"""Seconds that go on while the machine sleeps: how long ago something was, for one who may have been paused."""

import time

#: Linux stops CLOCK_MONOTONIC while it is suspended and has a clock that goes on. CLOCK_MONOTONIC of macOS goes on,
#: `time.monotonic` there does not; on Windows it does, and neither of the two exists.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def sleepless_s() -> float:
    """Monotonic seconds from any beginning, sleep of the machine included."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
