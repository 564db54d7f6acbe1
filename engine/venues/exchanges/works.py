"""What runs for as long as an account is connected: the first of it that fails ends the connection."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import GridwrightError, VenueUnavailable
from engine.venues.ccxt_line import STRANGE
from engine.venues.exchanges.dialect import NoAnswer, SaidNo

log = logging.getLogger(__name__)


class Works:
    """Tasks of one connection. `ring` is called when there is an `end`: why the connection is over."""

    def __init__(self, exchange: str, ring: Callable[[], None]) -> None:
        self._exchange = exchange
        self._ring = ring
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self.end: BaseException | None = None

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run something; its failure ends the connection."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def watch(self, stream: Awaitable[object]) -> None:
        """Wait on a stream, which lasts as long as its line."""
        self.spawn(self._watch(stream))

    def stop(self, error: BaseException) -> None:
        """The connection is over; the first reason counts."""
        if self.end is None:
            self.end = self._ours(error)
        self._over.set()
        self._ring()

    async def wait(self, waiting: Coroutine[Any, Any, object]) -> None:
        """Wait for something, and no longer than the connection lasts. Raises its end, or what is raised there."""
        ended, waited = asyncio.ensure_future(self._over.wait()), asyncio.ensure_future(waiting)
        try:
            await asyncio.wait((ended, waited), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            is_done = waited.done()
            waited.cancel()
        if self.end is not None:
            raise self.end
        if is_done:
            waited.result()

    async def close(self) -> None:
        """End everything."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @contextmanager
    def answered(self) -> Iterator[None]:
        """What is asked inside is answered as it should be; otherwise it raises VenueUnavailable with one sentence."""
        try:
            yield
        except NoAnswer as error:
            raise self.no_answer(error) from error
        except STRANGE as error:
            raise self._strange(error) from error

    def no_answer(self, error: BaseException) -> VenueUnavailable:
        """A question that was not answered, as an error of the venue."""
        log.info("%s: %s", self._exchange, error)
        if isinstance(error, SaidNo):
            return VenueUnavailable(say(phrases.FEED_REFUSED, exchange=self._exchange, text=str(error)))
        return VenueUnavailable(say(phrases.FEED_NO_ANSWER, exchange=self._exchange))

    def _ours(self, error: BaseException) -> BaseException:
        if isinstance(error, NoAnswer):
            return self.no_answer(error)
        if isinstance(error, GridwrightError) or not isinstance(error, Exception):
            return error
        # One exchange that is not as we know it must not take the others' accounts with it.
        return self._strange(error)

    def _strange(self, error: Exception) -> VenueUnavailable:
        log.error("%s is not as we know it", self._exchange, exc_info=error)
        return VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self._exchange, cause=type(error).__name__))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.stop(error)

    async def _watch(self, stream: Awaitable[object]) -> None:
        try:
            await stream
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Not we but ccxt has given up: it cancels what waits on a socket that it closes.
            self.stop(VenueUnavailable(say(phrases.FEED_BROKE_OFF, exchange=self._exchange)))
        except GridwrightError as error:
            self.stop(error)
        except Exception as error:  # noqa: BLE001 - ccxt raises far more than its own errors, and all mean the same
            text = " ".join(str(error).split())[:200]
            log.info("%s: a stream ended: %s: %s", self._exchange, type(error).__name__, text)
            self.stop(VenueUnavailable(say(phrases.FEED_BROKE_OFF, exchange=self._exchange)))
