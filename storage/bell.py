"""Bells: somebody may want to look at a table. What a bell says is never believed; a table is looked at.

A ring that is lost is made up for by whoever listens: he looks now and then without one. A ring that comes twice, or
that a stranger rings, makes him look, at most so often.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from engine.errors import StorageError
from storage.cache_keys import BELL
from storage.cache_operations import Hear, SharedCache
from storage.database import Database
from storage.ending import end
from storage.failures import Failure

#: Rings under way to Redis at most; more are left out, because whoever is rung so often looks anyway.
MOST_RINGS = 100
#: A listener is woken at once by the first ring, and at most so often by a flood of them.
LOOK_EVERY_S = 0.05
TRY_AGAIN_S = 0.5

log = logging.getLogger(__name__)


class Bell(Protocol):
    """Ring and listen on named channels; a payload is an id, never more."""

    async def ring(self, channel: str, payload: str) -> None:
        """Tell whoever listens now. Never raises for what a server does, never waits for one that is away."""
        ...

    def listening(self, channel: str, hear: Hear) -> AbstractAsyncContextManager[None]:
        """Have `hear` called with each payload on this loop, and with "" when one may have been missed."""
        ...


class CacheBell:
    """Over the cache: Redis' publish and subscribe, or this process alone. Close it before the cache."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache
        self._rings: set[asyncio.Task[None]] = set()

    async def ring(self, channel: str, payload: str) -> None:
        if len(self._rings) >= MOST_RINGS:
            return
        ringing = asyncio.create_task(self._cache.publish(BELL.of(channel=channel), payload), name="bell")
        self._rings.add(ringing)
        ringing.add_done_callback(self._rings.discard)

    def listening(self, channel: str, hear: Hear) -> AbstractAsyncContextManager[None]:
        return self._cache.listening(BELL.of(channel=channel), hear)

    async def close(self) -> None:
        """Wait for what is being rung; a dead Redis costs a second."""
        if self._rings:
            await asyncio.wait(set(self._rings))


class PostgresBell:
    """NOTIFY and LISTEN of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ring(self, channel: str, payload: str) -> None:
        try:
            async with self._database.question() as connection:
                await connection.execute("SELECT pg_notify($1, $2)", channel, payload)
        except StorageError as error:
            log.warning("A bell was not rung: %s", error)

    @asynccontextmanager
    async def listening(self, channel: str, hear: Hear) -> AsyncGenerator[None]:
        ear = asyncio.create_task(self._listen(channel, hear), name="postgres bell")
        try:
            yield
        finally:
            await end(ear)

    async def _listen(self, channel: str, hear: Hear) -> None:
        while True:
            try:
                connection = await self._database.own_connection("bell")
            except StorageError as error:
                log.debug("the bell %s is silent: %s", channel, error)
                await asyncio.sleep(TRY_AGAIN_S)
                continue
            try:
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                await connection.add_listener(channel, lambda *call: hear(call[3]))
                hear("")
                await gone.wait()
            except Failure as error:
                log.debug("the bell %s is silent: %s", channel, error)
            finally:
                connection.terminate()


class Bells:
    """Several at once: rings all, hears any."""

    def __init__(self, *bells: Bell) -> None:
        self._bells = bells

    async def ring(self, channel: str, payload: str) -> None:
        for bell in self._bells:
            await bell.ring(channel, payload)

    @asynccontextmanager
    async def listening(self, channel: str, hear: Hear) -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for bell in self._bells:
                await stack.enter_async_context(bell.listening(channel, hear))
            yield


@asynccontextmanager
async def waking(bell: Bell, channel: str, payload: str, wake: Callable[[], object]) -> AsyncGenerator[None]:
    """Have `wake` called for rings with this payload, at once for the first and at most every LOOK_EVERY_S."""
    loop = asyncio.get_running_loop()
    due: asyncio.TimerHandle | None = None
    last_s = -LOOK_EVERY_S

    def look() -> None:
        nonlocal due, last_s
        due, last_s = None, loop.time()
        wake()

    def hear(told: str) -> None:
        nonlocal due
        if due is None and told in ("", payload):
            due = loop.call_at(max(loop.time(), last_s + LOOK_EVERY_S), look)

    async with bell.listening(channel, hear):
        try:
            yield
        finally:
            if due is not None:
                due.cancel()
