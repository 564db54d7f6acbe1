"""The one place in tests that lets time pass: it waits for a fact until a deadline, and names the fact it missed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

POLL_S = 0.01
#: Deadlines are said for a machine that has nothing else to do. One that has takes many times as long, and waiting
#: longer costs nothing where what is waited for comes.
PATIENCE = 6


def wait_until(fact: Callable[[], object], *, what: str, within_s: float = 10.0) -> None:
    """Return as soon as `fact()` is true; fail naming `what` when the deadline passes, and PATIENCE with it."""
    asked = time.monotonic()
    deadline = asked + within_s * PATIENCE
    while not fact():
        if (answered := time.monotonic()) > deadline:
            raise AssertionError(f"waited {within_s * PATIENCE:g} s in vain for {what}")
        # Who asks a database or a program leaves it the time to come to what is asked for.
        time.sleep(max(POLL_S, answered - asked))
        asked = time.monotonic()


async def wait_until_async(
    fact: Callable[[], object], *, what: str, within_s: float = 10.0, every_s: float = POLL_S
) -> None:
    """The same on a running loop, which goes on meanwhile."""
    deadline = time.monotonic() + within_s * PATIENCE
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s * PATIENCE:g} s in vain for {what}")
        await asyncio.sleep(every_s)


async def wait_for(
    ask: Callable[[], Awaitable[T | None]], *, what: str, within_s: float = 10.0, every_s: float = POLL_S
) -> T:
    """Ask until the answer is true, and give it; fail naming `what` when the deadline passes."""
    deadline = time.monotonic() + within_s * PATIENCE
    while not (answer := await ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s * PATIENCE:g} s in vain for {what}")
        await asyncio.sleep(every_s)
    return answer


async def last(seconds: float) -> None:
    """An outage or a calm lasts so long. It is what a test does to the program, and not how it waits for it."""
    await asyncio.sleep(seconds)
