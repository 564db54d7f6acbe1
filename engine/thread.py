"""The engine on a thread of its own, for programs whose main thread paints a window."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from engine.domain.messages import Command, CommandAnswered
from engine.domain.secret import Secret, VaultState
from engine.domain.truth import TruthReport
from engine.domain.views import EngineView
from engine.engine import Engine
from engine.vault_watch import VaultWatch

T = TypeVar("T")


class EngineThread:
    """Implements EngineHandle and VaultDoor. `make_engine` runs on the new thread's loop, so that pools belong to it.

    `close` is awaited on that loop after the engine has ended, whatever ended it. `vault` is asked for the vault of the
    engine once that is made.
    """

    def __init__(
        self,
        make_engine: Callable[[], Coroutine[Any, Any, Engine]],
        close: Callable[[], Coroutine[Any, Any, None]],
        vault: Callable[[], VaultWatch | None] = lambda: None,
    ) -> None:
        self._vault = vault
        self._make_engine = make_engine
        self._close = close
        self._engine: Engine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="engine")
        self.error: BaseException | None = None

    def start(self) -> None:
        """Start the thread and wait until the engine exists (not until it has reconciled). Raises what prevented it."""
        self._thread.start()
        self._started.result()

    def view(self) -> EngineView:
        assert self._engine is not None, "start() comes first"
        return self._engine.view()

    def submit(self, command: Command) -> Future[CommandAnswered]:
        """Journal and handle a command on the engine's loop."""
        assert self._engine is not None, "start() comes first"
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self._engine.submit(command), self._loop)

    def truth(self, account_id: str, rows: tuple[str, ...] = ()) -> Future[TruthReport]:
        """Ask a venue what it has, and compare; never blocks. The future fails with GridwrightError."""
        assert self._engine is not None, "start() comes first"
        return self.run(self._engine.truth(account_id, rows))

    def run(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have something done on the engine's loop."""
        assert self._loop is not None, "start() comes first"
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stopped(self) -> Future[None]:
        """Ask the engine to stop; the future is done when it has, and fails with what ended it otherwise."""
        done: Future[None] = Future()

        def wait() -> None:
            self.join()
            if self.error is None:
                done.set_result(None)
            else:
                done.set_exception(self.error)

        self.stop()
        threading.Thread(target=wait, name="engine's end").start()
        return done

    def vault_state(self) -> VaultState:
        """Whether there is a vault, and whether it is open. Costs nothing."""
        vault = self._vault()
        return VaultState.ABSENT if vault is None else vault.state()

    def unlock_vault(self, passphrase: Secret) -> Future[None]:
        """Open the vault and connect what waited for it. Never a command: commands are written down."""
        vault, loop = self._vault(), self._loop
        assert vault is not None, "there is a vault where its state says so"
        assert loop is not None
        return asyncio.run_coroutine_threadsafe(vault.unlock(passphrase), loop)

    def lock_vault(self) -> Future[None]:
        """Forget the vault's key; what is connected stays so."""
        vault, loop = self._vault(), self._loop
        assert vault is not None, "there is a vault where its state says so"
        assert loop is not None
        return asyncio.run_coroutine_threadsafe(vault.lock(), loop)

    def stop(self) -> None:
        """Ask the engine to stop; returns at once."""
        if self._engine is not None and self._loop is not None and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._engine.stop(), self._loop)

    def is_running(self) -> bool:
        return self._thread.is_alive()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the thread to end. True when it has."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except Exception as error:  # noqa: BLE001 - kept for the window, which must stay alive
            self.error = error
            if not self._started.done():
                self._started.set_exception(error)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            self._engine = await self._make_engine()
            self._started.set_result(None)
            await self._engine.run()
        finally:
            await self._close()
