"""A session that is kept alive while the program runs, on a thread with a loop of its own."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from storage.database import connect
from storage.errors import SignInRefused, StorageError, StorageUnavailable
from storage.users.session import Session
from storage.users.sign_in_cache import SignInCache, sign_in_cache

TRY_AGAIN_S = 15.0
#: Where programs share a cache it is asked this often whether to look at once.
HURRY_EVERY_S = 5.0

log = logging.getLogger(__name__)


class SessionKeeper:
    """Renews one session until `stop`, or until the server ends it, which `on_end` is told on the keeper's thread.

    The server is looked at every `look_every_s` seconds, and at once when the cache at `redis_url` says that the
    session was ended.
    """

    def __init__(
        self,
        url: str,
        session: Session,
        on_end: Callable[[SignInRefused], None],
        *,
        look_every_s: float,
        redis_url: str | None = None,
    ) -> None:
        self._url = url
        self._session = session
        self._on_end = on_end
        self._look_every_s = look_every_s
        self._redis_url = redis_url
        self._stopped = threading.Event()
        self._shared: SignInCache | None = None

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Renew in the background: neither engine nor window waits for it."""
        thread = threading.Thread(target=self._run, name="session", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join()

    def _run(self) -> None:
        # One loop for all looks, so that a cache that is away is known to be away at the next one.
        with asyncio.Runner() as runner:
            try:
                self._keep(runner)
            finally:
                if self._shared is not None:
                    runner.run(self._shared.close())

    def _keep(self, runner: asyncio.Runner) -> None:
        wait_s = 0.0
        while not self._is_stopped_within(wait_s, runner):
            try:
                wait_s = runner.run(self._renew_when_due())
            except StorageUnavailable as error:
                log.warning("The session is renewed later: %s", error)
                wait_s = TRY_AGAIN_S
            except SignInRefused as error:
                self._on_end(error)
                return
            except StorageError as error:
                # The database lets this role in no more.
                self._on_end(SignInRefused(str(error)))
                return

    def _is_stopped_within(self, wait_s: float, runner: asyncio.Runner) -> bool:
        """Wait so long, or shorter where the shared cache says that this session was ended."""
        if self._shared is None:
            return self._stopped.wait(wait_s)
        until_s = time.monotonic() + wait_s
        while (left_s := until_s - time.monotonic()) > 0:
            if self._stopped.wait(min(left_s, HURRY_EVERY_S)):
                return True
            if runner.run(self._shared.is_denied(self._session.access_digest)):
                break
        return self._stopped.is_set()

    async def _renew_when_due(self) -> float:
        """Renew if it is time; returns the seconds until the next look. Raises SignInRefused at the session's end."""
        session = self._session
        database = await connect(self._url, application_name="gridwright session", pool_size=1)
        try:
            if self._shared is None:
                self._shared = await sign_in_cache(self._redis_url, database)
            session.move_to(database)
            left_s = await session.seconds_left()
            if left_s == 0 or not await session.is_valid():
                try:
                    await session.renew()
                finally:
                    # Also of what was ended.
                    if self._shared is not None:
                        await self._shared.mirror(database)
                left_s = await session.seconds_left()
            return min(left_s, self._look_every_s)
        finally:
            await database.close()
