"""The program's side: start the server or attach to the one that runs, keep it needed, let it go."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.embedded import supervisor
from storage.embedded.binaries import find_binaries, reachable_binaries, server_user
from storage.embedded.cluster import DATABASE, USER, Cluster
from storage.embedded.locks import FileLock, is_free
from storage.embedded.question import ask
from storage.embedded.state import ServerState
from storage.errors import EmbeddedPostgresError

log = logging.getLogger(__name__)

POLL_S = 0.01
# Recovery after a crash reads back what the log holds; a big desk may need a while.
START_S = 120.0
STOP_S = 20.0
# One look at a server that should answer at once.
LOOK_S = 5.0
# Windows only: away from our console, so that its Ctrl+C does not reach the supervisor.
DETACHED = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class EmbeddedPostgres:
    """PostgreSQL in a folder of ours, shared by every program of this user that opens the same folder.

    The calls block and may be used before any event loop runs, or from a thread beside one. The server lives as long
    as one of the programs that called `start` lives or until the last calls `stop`; a supervisor process sees to that.
    """

    def __init__(self, data_dir: Path, *, binaries: Path | None = None, durable: bool = True) -> None:
        self._data_dir = data_dir.absolute()
        self._binaries = binaries
        self._durable = durable
        self._clients = FileLock(self._data_dir / "clients.lock")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def data_dir(self) -> Path:
        """The folder with the cluster, its password, its log and its locks."""
        return self._data_dir

    @property
    def state(self) -> ServerState | None:
        """What the supervisor last said about the server."""
        return ServerState.read(self._data_dir)

    def start(self) -> str:
        """The address of a server that answers, `postgresql://user:password@127.0.0.1:port/gridwright`."""
        try:
            self._make_folder()
            turn = FileLock(self._data_dir / "start.lock")
            if not turn.acquire(shared=False, within_s=START_S):
                raise EmbeddedPostgresError(
                    f"Another program has been starting the database in {self._data_dir} for too long."
                )
            held_before = self._clients.held
            try:
                return self._start_in_turn(turn)
            except BaseException:
                if not held_before:
                    self._clients.release()
                raise
            finally:
                turn.release()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The folder {self._data_dir} cannot hold the database: {(error.strerror or str(error)).lower()}."
            ) from error

    def ensure_running(self) -> str:
        """The address of a server that answers, after a crash too. Call it when a connection breaks."""
        if self._clients.held:
            state = self.state
            if state is not None and state.phase == "ready" and self._answers(dsn := self._dsn(state.port)):
                return dsn
        return self.start()

    def stop(self) -> None:
        """This program needs the server no more. Waits for its end when no other program does."""
        if not self._clients.held:
            return
        self._clients.release()
        deadline = time.monotonic() + STOP_S
        while not is_free(self._data_dir / "server.lock"):
            # To be had alone: the supervisor is about to see it. Not even shared: it has seen. Else others are there.
            clients = self._data_dir / "clients.lock"
            if not is_free(clients, shared=False) and is_free(clients):
                return
            if time.monotonic() > deadline:
                log.warning("the database in %s takes long to stop", self._data_dir)
                return
            time.sleep(POLL_S)

    def _make_folder(self) -> None:
        if self._data_dir.exists() and not self._data_dir.is_dir():
            raise EmbeddedPostgresError(f"{self._data_dir} is a file, and the database needs a folder.")
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _start_in_turn(self, turn: FileLock) -> str:
        """Only one program at a time is here; the lock of the clients keeps the server from leaving meanwhile."""
        if not self._clients.held and not self._clients.acquire(shared=True, within_s=STOP_S):
            raise EmbeddedPostgresError(f"The database in {self._data_dir} is still stopping; try again in a moment.")
        deadline = time.monotonic() + START_S
        launched = False
        while time.monotonic() < deadline:
            if is_free(self._data_dir / "server.lock"):
                state = self.state
                if launched:
                    reason = state.reason if state is not None and state.reason else "its supervisor ended"
                    raise EmbeddedPostgresError(f"The database in {self._data_dir} does not start: {reason}.")
                self._launch(turn)
                launched = True
            state = self.state
            if state is not None and state.phase == "ready" and self._answers(dsn := self._dsn(state.port)):
                return dsn
            time.sleep(POLL_S)
        raise EmbeddedPostgresError(f"The database in {self._data_dir} did not answer within {START_S:g} s.")

    def _launch(self, turn: FileLock) -> None:
        cluster_folder = self._data_dir / "cluster"
        if sys.platform != "win32" and cluster_folder.exists():
            owner = cluster_folder.stat().st_uid
            if os.geteuid() not in (0, owner):
                raise EmbeddedPostgresError(
                    f"The database in {self._data_dir} belongs to another user of this computer."
                )
        user = server_user(cluster_folder)
        binaries = reachable_binaries(self._binaries or find_binaries(), user)
        Cluster(self._data_dir, binaries, user, turn, durable=self._durable).prepare()
        arguments = supervisor.command(self._data_dir, binaries, user)
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        words_fd = os.open(self._data_dir / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(words_fd, "ab") as words:
            started = subprocess.Popen(
                arguments,
                cwd=self._data_dir,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
                creationflags=DETACHED,
            )
            if sys.platform == "win32":  # it cannot fork, so it is on its own as soon as it holds its lock
                while is_free(self._data_dir / "server.lock") and started.poll() is None:
                    time.sleep(POLL_S)
            elif started.wait(START_S) != 0:
                raise EmbeddedPostgresError(
                    f"The supervisor of the database did not start; its words are in {self._data_dir / 'server.log'}."
                )

    def _dsn(self, port: int, database: str = DATABASE) -> str:
        try:
            password = (self._data_dir / "password").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise EmbeddedPostgresError(f"The password file in {self._data_dir} cannot be read.") from error
        return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"

    def _answers(self, dsn: str) -> bool:
        """Whether the server answers there; makes our database on the way when it is missing."""
        # Not on top: the supervisor imports this package too, and must not load a database driver.
        import asyncpg

        try:
            ask(dsn, "SELECT 1", within_s=LOOK_S)
        except asyncpg.InvalidCatalogNameError:
            ask(dsn.rsplit("/", 1)[0] + "/postgres", f"CREATE DATABASE {DATABASE}")
        except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
            raise EmbeddedPostgresError(
                f"The password in {self._data_dir / 'password'} does not open the database beside it."
            ) from error
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            return False
        return True
