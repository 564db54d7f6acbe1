"""Running PostgreSQL programs so that none outlives the process that started it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.embedded.binaries import Binaries, ServerUser, clean_environment
from storage.embedded.locks import FileLock

PR_SET_PDEATHSIG = 1
FAST_STOP_S, IMMEDIATE_STOP_S = 10.0, 5.0
# The server's own way to its folder. A process may always look through its own working directory, so the
# server's user needs no right on the folders above, which for root may be closed (/root, a temp folder).
OWN_FOLDER = Path("/proc/self/cwd")


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster's folder and how a PostgreSQL program is pointed at it."""

    folder: Path
    user: ServerUser | None

    @property
    def as_seen(self) -> Path:
        """The path that goes on the command line."""
        return OWN_FOLDER if self.user is not None and OWN_FOLDER.exists() else self.folder

    def options(self) -> dict[str, Any]:
        """What every program in this place is started with."""
        options: dict[str, Any] = {"cwd": self.folder, "env": clean_environment()}
        if self.user is not None:
            options |= {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}
        return options

    def own(self, path: Path) -> None:
        """Hand a file that root wrote to the server's user."""
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid)

    def write(self, name: str, text: str) -> None:
        """A file of the cluster, whole or not at all, readable by the server's user alone."""
        fresh = self.folder / f"{name}.new"
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        self.own(fresh)
        fresh.replace(self.folder / name)


def run(
    arguments: Sequence[str | Path], place: Place, turn: FileLock, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """A short-lived program, its words captured. It shares our turn, so if we are killed, the next one waits for it."""
    keep = () if sys.platform == "win32" else (turn.fileno(),)
    return subprocess.run(
        list(arguments),
        pass_fds=keep,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        **place.options(),
    )


def launch(binaries: Binaries, place: Place, port: int, log_fd: int) -> subprocess.Popen[bytes]:
    """The server itself, tied to the life of the calling process, whose main thread this has to be."""
    options = place.options()
    if sys.platform == "linux":
        options["preexec_fn"] = _stop_with_parent()
    server = subprocess.Popen(
        [binaries.postgres, "-D", place.as_seen, "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=log_fd,
        stderr=log_fd,
        **options,
    )
    if sys.platform == "win32":
        _tie_to_job(server)
    return server


def _stop_with_parent() -> Callable[[], None]:
    """For the child, after it changed its user (which would clear the wish) and before it becomes the server."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def wish() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return wish


def _tie_to_job(server: subprocess.Popen[bytes]) -> None:
    """Windows ends every process of a job when its last handle closes. Untested: no Windows machine was at hand."""
    if sys.platform == "win32":
        from ctypes import wintypes  # exists on Windows only

        limits_class, kill_on_close = 9, 0x2000

        class Limits(ctypes.Structure):
            """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, of which we set one flag."""

            _fields_ = (
                ("times", ctypes.c_int64 * 2),
                ("flags", wintypes.DWORD),
                ("sizes", ctypes.c_size_t * 2),
                ("active", wintypes.DWORD),
                ("affinity", ctypes.c_size_t),
                ("classes", wintypes.DWORD * 2),
                ("counters", ctypes.c_uint64 * 6),
                ("memory", ctypes.c_size_t * 4),
            )

        kernel = ctypes.windll.kernel32
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
        limits = Limits(flags=kill_on_close)
        kernel.SetInformationJobObject(job, limits_class, ctypes.byref(limits), ctypes.sizeof(limits))
        kernel.AssignProcessToJobObject(job, wintypes.HANDLE(int(server._handle)))
        # The handle stays open on purpose until this process ends.


def stop(server: subprocess.Popen[bytes], binaries: Binaries) -> None:
    """Fast, then immediate, then dead: each step only when the one before did not do it in time."""
    steps = (("INT", FAST_STOP_S), ("QUIT", IMMEDIATE_STOP_S))
    for name, within_s in steps:
        if server.poll() is not None:
            return
        if sys.platform == "win32":
            subprocess.run([binaries.root / "bin" / "pg_ctl.exe", "kill", name, str(server.pid)], check=False)
        else:
            server.send_signal(getattr(signal, f"SIG{name}"))
        try:
            server.wait(within_s)
        except subprocess.TimeoutExpired:
            continue
        return
    server.kill()
    server.wait()
