"""A small process beside the programs: keeps the server running, and stops it when the last program is gone.

Programs hold `clients.lock` shared. When this process can have it exclusively, nobody is left, however they went.
It runs on the standard library alone and imports nothing heavy, because every cold start waits for it.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from storage.embedded import process
from storage.embedded.binaries import Binaries, ServerUser
from storage.embedded.cluster import why
from storage.embedded.locks import FileLock
from storage.embedded.state import Phase, ServerState

# The packaged program runs this module when its first argument is this word.
ARGUMENT = "--embedded-supervisor"

LOOK_S, READY_LOOK_S = 0.1, 0.01
LOCK_S = 5.0
# How often a server may crash before we stop bringing it back.
CRASHES, WITHIN_S = 5, 60.0
# Children of a killed server need a moment to notice; until then its memory is still in use.
MEMORY_WAIT_S = 15.0
PORT_TRIES = 5
LOG_BYTES = 8 * 1024 * 1024


class Crashed(Exception):
    """The server ended by itself while it was starting; the text is what it said."""


class Supervisor:
    """One server, from the first program to the last."""

    def __init__(self, data_dir: Path, binaries: Binaries, user: ServerUser | None) -> None:
        self._data_dir = data_dir
        self._place = process.Place(data_dir / "cluster", user)
        self._binaries = binaries
        self._clients = FileLock(data_dir / "clients.lock")
        self._log_path = data_dir / "server.log"
        self._log_fd = os.open(self._log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._end = threading.Event()

    def run(self) -> int:
        """Until the last program is gone, a signal asks for the end, or the server cannot be kept up."""
        last = ServerState.read(self._data_dir)
        # After a crash the programs still have the old address; after an orderly end nobody has.
        self._port = last.port if last is not None and last.phase in ("starting", "ready") else 0
        crashes: deque[float] = deque(maxlen=CRASHES)
        try:
            while not self._end.is_set():
                self._start()
                self._watch()
                crashes.append(time.monotonic())
                if not self._end.is_set() and len(crashes) == CRASHES and crashes[-1] - crashes[0] < WITHIN_S:
                    raise Crashed(f"it crashed {CRASHES} times within a minute")
        except (Crashed, OSError) as error:
            self._stop_server()
            self._tell("failed", str(error))
            return 1
        self._stop_server()
        self._tell("stopped")
        return 0

    def end(self, _signal: int, _frame: FrameType | None) -> None:
        """A polite request to stop."""
        self._end.set()

    def _start(self) -> None:
        """A server that answers, on the port it had before if that is free, else on any."""
        self._disown_orphan()
        deadline = time.monotonic() + MEMORY_WAIT_S
        ports_left = PORT_TRIES
        while not self._end.is_set():
            self._port = self._port or free_port()
            try:
                self._launch()
            except Crashed as crash:
                said = str(crash)
                if "could not bind" in said and ports_left:
                    ports_left -= 1
                    self._port = 0
                elif "still in use" in said and time.monotonic() < deadline:
                    time.sleep(LOOK_S)
                else:
                    raise Crashed(why(said)) from None
            else:
                return

    def _launch(self) -> None:
        offset = self._log_path.stat().st_size
        self._server = process.launch(self._binaries, self._place, self._port, self._log_fd)
        self._tell("starting")
        while not self._is_ready(self._server.pid):
            if self._server.poll() is not None:
                raise Crashed(self._said_since(offset))
            if self._end.is_set() or self._is_alone():
                self._end.set()
                return
            time.sleep(READY_LOOK_S)
        self._tell("ready")

    def _watch(self) -> None:
        """Returns when the server is gone or nobody needs it any more."""
        while self._server is not None and self._server.poll() is None:
            if self._end.is_set() or self._is_alone():
                self._end.set()
                return
            self._keep_log_small()
            time.sleep(LOOK_S)

    def _is_alone(self) -> bool:
        """Once true, the lock stays ours to the end: a program that comes now waits, and then starts anew."""
        return self._clients.held or self._clients.try_acquire(shared=False)

    def _is_ready(self, pid: int) -> bool:
        """The server writes its own state into the eighth line of its pid file."""
        with contextlib.suppress(OSError):
            lines = (self._place.folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
        return False

    def _stop_server(self) -> None:
        if self._server is not None:
            process.stop(self._server, self._binaries)

    def _tell(self, phase: Phase, reason: str = "") -> None:
        pid = self._server.pid if self._server is not None else 0
        now = datetime.now(UTC).isoformat()
        state = ServerState(phase, self._port, pid, os.getpid(), now, reason)
        # A full disk must not end a server that runs; the programs find it by the state before.
        with contextlib.suppress(OSError):
            state.write(self._data_dir)

    def _said_since(self, offset: int) -> str:
        with self._log_path.open("rb") as file:
            file.seek(offset)
            return file.read().decode("utf-8", errors="replace")

    def _keep_log_small(self) -> None:
        """Copy and cut: the server appends, so it goes on at the new end."""
        if self._log_path.stat().st_size > LOG_BYTES:
            shutil.copyfile(self._log_path, self._log_path.with_name("server.log.1"))
            os.truncate(self._log_path, 0)

    def _disown_orphan(self) -> None:
        """A pid file of a server that is not ours: end it if it lives, else make sure its number misleads nobody."""
        pid_file = self._place.folder / "postmaster.pid"
        try:
            lines = pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
            pid = int(lines[0])
        except OSError:
            return
        except (ValueError, IndexError):
            # The machine went down while it was written. Nobody serves here, we hold the lock.
            pid_file.unlink(missing_ok=True)
            return
        if sys.platform == "win32":
            return
        if serves(pid, self._place.folder):
            deadline = time.monotonic() + process.FAST_STOP_S
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            while serves(pid, self._place.folder) and time.monotonic() < deadline:
                time.sleep(READY_LOOK_S)
            return
        # The number may belong to anybody by now. Ours is one PostgreSQL takes for no rival (it is its parent's),
        # and the other lines stay: they are how it finds memory of the old server that is still in use.
        self._place.write("postmaster.pid", "\n".join([str(os.getpid()), *lines[1:], ""]))


def serves(pid: int, cluster: Path) -> bool:
    """Whether this process is a PostgreSQL that runs in this folder."""
    about = Path("/proc") / str(pid)
    if Path("/proc/self").exists():
        try:
            program = (about / "exe").readlink().name.removesuffix(" (deleted)")
            return program == "postgres" and (about / "cwd").samefile(cluster)
        except OSError:
            return False
    said = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False).stdout
    return "postgres" in said and str(cluster) in said


def free_port() -> int:
    """Free a moment ago; whoever takes it meanwhile costs one more try."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(data_dir: Path, binaries: Binaries, user: ServerUser | None) -> list[str]:
    """How to start this module as a process of its own, from the packaged program or from Python."""
    owner = None if user is None else [user.uid, user.gid]
    given = json.dumps({"data_dir": str(data_dir), "binaries": str(binaries.root), "user": owner})
    if getattr(sys, "frozen", False):
        return [sys.executable, ARGUMENT, given]
    return [sys.executable, "-S", "-c", f"import sys; from {__name__} import main; sys.exit(main(sys.argv[1:]))", given]


def main(arguments: list[str]) -> int:
    """Take the server's lock, let the program that started us go on, supervise."""
    given = json.loads(arguments[0])
    data_dir = Path(given["data_dir"])
    user = None if given["user"] is None else ServerUser(*given["user"])
    lock = FileLock(data_dir / "server.lock")
    if not lock.acquire(shared=False, within_s=LOCK_S):
        return 3
    # The lock goes with the copy. The program waits for the original, so no dead child is left for it to bury.
    if sys.platform != "win32" and os.fork():
        os._exit(0)
    supervisor = Supervisor(data_dir, Binaries(Path(given["binaries"])), user)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, supervisor.end)
    return supervisor.run()
