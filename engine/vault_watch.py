"""The vault of a running engine: unlocked by a person, locked again when nobody needs it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from engine.domain.bot import Account, AccountMode
from engine.domain.secret import Secret, VaultState
from engine.domain.views import EngineView
from engine.ports import Secrets

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


class VaultWatch:
    """Belongs to the engine's loop, except `state`.

    With `lock_after_s` above 0 the vault locks so long after it was unlocked or used last, unless the desk has a live
    account: that one must be able to connect again at night, and a bot that nobody looks after costs money.
    """

    def __init__(
        self,
        secrets: Secrets,
        connect_waiting: Callable[[Callable[[Account], bool]], Awaitable[None]],
        view: Callable[[], EngineView],
        lock_after_s: float = 0,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secrets = secrets
        self._connect_waiting = connect_waiting
        self._view = view
        self._lock_after_s = lock_after_s
        self._clock_s = clock_s
        self._unlocked_at_s = clock_s()
        self._tasks: set[asyncio.Task[None]] = set()

    def state(self) -> VaultState:
        """As last looked at; from any thread."""
        return self._secrets.state()

    def start(self) -> None:
        """Begin to watch the time."""
        if self._lock_after_s > 0:
            self._keep(self._watch())

    async def unlock(self, passphrase: Secret) -> None:
        """Open the vault; the accounts that waited for it are connected behind this call's back. Raises as its port."""
        await self._secrets.unlock(passphrase)
        self._unlocked_at_s = self._clock_s()
        self._keep(self._connect())

    async def lock(self) -> None:
        """Forget the key now. What is connected stays so."""
        self._secrets.lock()

    async def settled(self) -> None:
        """Wait until every account that waited was tried. Not while the time is watched."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """End what was begun, and forget the key."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._secrets.lock()

    def lock_if_idle(self) -> None:
        """Lock when the time is over and nothing needs the vault."""
        if self.state() is not VaultState.OPEN:
            self._unlocked_at_s = self._clock_s()
            return
        is_needed = any(view.account.mode is AccountMode.LIVE for view in self._view().accounts)
        idle_since_s = max(self._unlocked_at_s, self._secrets.used_at_s())
        if not is_needed and self._clock_s() - idle_since_s >= self._lock_after_s:
            self._secrets.lock()

    async def _connect(self) -> None:
        await self._connect_waiting(lambda account: account.mode is AccountMode.LIVE)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.lock_if_idle()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the accounts that waited for the vault were not connected: %s", error)
