"""The desk without a window: runs the engine until a signal, an errand's end or the engine's own end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import FrameType
from typing import Any, TypeVar

from engine.console.room import EngineRoom
from engine.console.status import TerminalLines, heartbeat_line, tell_heartbeats
from engine.engine import Engine

Outcome = TypeVar("Outcome")

#: What a shell reports for a program ended by Ctrl+C.
FORCED = 130


async def run_headless(
    room: EngineRoom,
    lines: TerminalLines,
    heartbeat_s: float,
    errand: Callable[[Engine], Awaitable[Outcome]] | None = None,
) -> Outcome | None:
    """Run the engine of `room` and tell lines. Returns what `errand` returned, None after SIGINT or SIGTERM.

    The first signal stops in order; a second SIGINT ends the program at once, which costs nothing but the wait at the
    next start. Raises what ended the engine or the errand.
    """
    try:
        async with _running(room, lines, heartbeat_s) as (engine, ended):
            return await _first(engine, ended, errand)
    finally:
        lines.close()


@contextlib.asynccontextmanager
async def _running(
    room: EngineRoom, lines: TerminalLines, heartbeat_s: float
) -> AsyncIterator[tuple[Engine, "asyncio.Task[None]"]]:
    """The engine while it runs; afterwards it has stopped and its room is closed."""
    try:
        engine = await room.open()
        run = asyncio.create_task(engine.run(), name="engine")
        beats = asyncio.create_task(tell_heartbeats(engine.view, lines, heartbeat_s), name="heartbeats")
        try:
            yield engine, run
        finally:
            beats.cancel()
            lines.heartbeat(heartbeat_line(engine.view()))
            await engine.stop()
            await run
    finally:
        await room.close()


async def _first(
    engine: Engine, run: "asyncio.Task[None]", errand: Callable[[Engine], Awaitable[Outcome]] | None
) -> Outcome | None:
    """Whatever comes first: a signal, the errand's outcome, the engine's end."""
    with _signals() as asked:
        told = asyncio.create_task(asked.wait(), name="signal")
        job = asyncio.ensure_future(errand(engine)) if errand is not None else None
        waiting: list[asyncio.Future[Any]] = [run, told] if job is None else [run, told, job]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return job.result() if job is not None and job.done() else None
        finally:
            for task in (told, job):
                if task is not None:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and the first SIGINT set. A second SIGINT ends the process at once."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        if asked.is_set():
            os._exit(FORCED)
        asked.set()

    def tell(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(interrupted if number == signal.SIGINT else asked.set)

    # signal.signal and not loop.add_signal_handler: Windows has only this one.
    previous = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, old in previous.items():
            signal.signal(number, old)
