"""Programs of ours as child processes that need not load everything first: copies of tests.support.warm_host.

A copy is a process of its own, with its own streams, environment and folder, that may be signalled and killed; only its
modules are there already. GRIDWRIGHT_SWEEP=full starts every program cold, as a person does. Tests about starting
itself always do, and those with a window: Qt must not be loaded before it is wanted.
"""

import atexit
import contextlib
import dataclasses
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from tests.support.warm_host import NUMBER, Request

ROOT = Path(__file__).resolve().parents[2]
IS_COLD = os.environ.get("GRIDWRIGHT_SWEEP") == "full" or not hasattr(os, "fork")
PIPE, STDOUT, DEVNULL = subprocess.PIPE, subprocess.STDOUT, subprocess.DEVNULL
#: What an interpreter looks at when it starts holds for all copies. A second thread of numpy's could not be copied.
AT_START = {"PYTHONWARNINGS": "error", "OPENBLAS_NUM_THREADS": "1"}

Stream = int | IO[str] | IO[bytes]


class Running(Protocol):
    """The part of `subprocess.Popen[str]` that tests of programs use."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def stdout(self) -> IO[str] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def communicate(self, *, timeout: float | None = None) -> tuple[str, str]: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None, /
    ) -> None: ...


def start(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path = ROOT,
    stdin: Stream = DEVNULL,
    stdout: Stream = PIPE,
    stderr: Stream = PIPE,
) -> Running:
    """`python` with these arguments (a script, or `-m` and a module, and so on), running."""
    if IS_COLD:
        return subprocess.Popen(
            [sys.executable, *command], env=environment, cwd=folder, text=True,
            stdin=stdin, stdout=stdout, stderr=stderr,
        )  # fmt: skip
    return Copy(Request(list(command), dict(environment), str(folder)), stdin, stdout, stderr)


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path = ROOT,
    stdin: Stream = DEVNULL,
    within_s: float = 300,
) -> subprocess.CompletedProcess[str]:
    """The same to its end. Raises subprocess.TimeoutExpired."""
    running = start(command, environment=environment, folder=folder, stdin=stdin)
    try:
        said, errors = running.communicate(timeout=within_s)
        return subprocess.CompletedProcess(list(command), running.wait(), said, errors)
    except BaseException:
        running.kill()
        running.communicate()
        raise


@functools.cache
def _host() -> socket.socket:
    """To the host of this test program, which ends with it."""
    ours, its = socket.socketpair()
    with its:
        host = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm_host"], cwd=ROOT, env=os.environ | AT_START, stdin=its.fileno(),
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def end() -> None:
        ours.close()
        host.wait()

    atexit.register(end)
    return ours


class Copy:
    """One copy of the host. It is no child of this process, so the host tells how it ended."""

    def __init__(self, request: Request, stdin: Stream, stdout: Stream, stderr: Stream) -> None:
        self.returncode: int | None = None
        self._command = request.command
        self._told, tells = os.pipe()
        theirs: list[int] = []
        self._stdin = _connect(theirs, stdin, "w")
        self.stdout = _connect(theirs, stdout, "r")
        self._stderr = _connect(theirs, stderr, "r")
        self._readers: list[_Reader] | None = None
        with tempfile.TemporaryFile("w+", encoding="utf-8") as what:
            json.dump(dataclasses.asdict(request), what)
            what.seek(0)
            socket.send_fds(_host(), [b"!"], [what.fileno(), tells, *theirs])
        for file in (tells, *theirs):
            os.close(file)
        self.pid = self._number()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self.returncode = os.waitstatus_to_exitcode(self._number())
            os.close(self._told)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            select.select([self._told], [], [], timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(self._command, timeout or 0)
        return code

    def communicate(self, *, timeout: float | None = None) -> tuple[str, str]:
        """All it says until its end. Raises subprocess.TimeoutExpired; what it said by then is not lost."""
        if self._readers is None:
            if self._stdin is not None:
                self._stdin.close()
            self._readers = [_Reader(stream) for stream in (self.stdout, self._stderr)]
        until = None if timeout is None else time.monotonic() + timeout
        said, errors = (reader.all_of_it(self._command, until) for reader in self._readers)
        self.wait(None if until is None else max(0.0, until - time.monotonic()))
        return said, errors

    def send_signal(self, sig: int) -> None:
        """Unless it has ended: its number may be another's by now."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Waits for its end."""
        self.communicate()

    def _number(self) -> int:
        found = os.read(self._told, NUMBER.size)
        assert found, "the host has ended"
        number: int = NUMBER.unpack(found)[0]
        return number


def _connect(theirs: list[int], stream: Stream, how: str) -> IO[str] | None:
    """Adds the copy's end of a stream; gives ours, which we read or write, where it is a pipe."""
    if stream == PIPE:
        read, write = os.pipe()
        its, ours = (read, write) if how == "w" else (write, read)
        theirs.append(its)
        return os.fdopen(ours, how, encoding="utf-8")
    if stream == STDOUT:
        theirs.append(os.dup(theirs[-1]))
    elif isinstance(stream, int):
        theirs.append(os.open(os.devnull, os.O_RDWR))
    else:
        theirs.append(os.dup(stream.fileno()))
    return None


class _Reader:
    """Reads a stream to its end beside the others, so that none of them fills up."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream
        self._found = ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def all_of_it(self, command: list[str], until: float | None) -> str:
        """Raises subprocess.TimeoutExpired when it goes on after that moment (time.monotonic)."""
        self._thread.join(None if until is None else max(0.0, until - time.monotonic()))
        if self._thread.is_alive():
            raise subprocess.TimeoutExpired(command, 0)
        return self._found

    def _read(self) -> None:
        if self._stream is not None and not self._stream.closed:
            with self._stream:
                self._found = self._stream.read()
