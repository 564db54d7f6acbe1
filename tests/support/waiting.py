"""The one place in tests that lets time pass: it waits for a fact until a deadline, and names the fact it missed."""

import asyncio
import time
from collections.abc import Callable

POLL_S = 0.01


def wait_until(fact: Callable[[], object], *, what: str, within_s: float = 10.0) -> None:
    """Return as soon as `fact()` is true; fail naming `what` when the deadline passes."""
    deadline = time.monotonic() + within_s
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s:g} s in vain for {what}")
        time.sleep(POLL_S)


async def wait_until_async(fact: Callable[[], object], *, what: str, within_s: float = 10.0) -> None:
    """The same on a running loop, which goes on meanwhile."""
    deadline = time.monotonic() + within_s
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s:g} s in vain for {what}")
        await asyncio.sleep(POLL_S)
