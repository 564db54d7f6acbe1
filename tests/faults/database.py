"""A database of a test's own that can be killed, stopped, filled up; and the desk that trades on it."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from storage.embedded import EmbeddedPostgres
from tests.support.waiting import wait_until


def postmaster(server: EmbeddedPostgres) -> int:
    """The process that runs the server."""
    state = server.state
    assert state is not None
    return state.pid


def family(pid: int) -> list[int]:
    """A process and its children, as /proc tells them."""
    found = [pid]
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(words[1]) == pid:
                found.append(int(entry.name))
    return found


def kill_server(server: EmbeddedPostgres) -> None:
    """SIGKILL to the postmaster; its children notice and go."""
    os.kill(postmaster(server), signal.SIGKILL)


@contextlib.contextmanager
def frozen(server: EmbeddedPostgres) -> Iterator[None]:
    """Every process of the server stands still, as on a machine that hangs."""
    processes = family(postmaster(server))
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of so many megabytes in memory. Raises PermissionError where this user may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or shutil.which("mount") is None:
        raise PermissionError("a small disk needs the right to mount one")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        raise PermissionError(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        wait_until(
            lambda: subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode == 0,
            what="the small disk to be free",
        )  # fmt: skip


@contextlib.contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not one byte of the disk is left, until the end."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    try:
        yield
    finally:
        filler.unlink()
