"""A program that has loaded what ours loads and becomes ours as often as it is asked: tests.support.warm_programs asks.

Loading takes more than a second of a core each time, a copy of a process that has done it takes milliseconds. Its
standard input is a socket; each byte on it brings five files: what to run (JSON of a `Request`), where the copy's
process id and later its wait status go, and the copy's three standard streams. It ends when the socket is closed.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import keyring.core

#: What the shipped program loads once it knows what to do, what a bare database and a live account make it load, and
#: the loopback exchange.
MODULES = (
    "main", "engine.console.acts", "engine.console.clerk", "engine.console.headless", "engine.console.listing",
    "engine.console.practice", "engine.console.questions", "engine.console.replay_run", "engine.console.room",
    "engine.console.status", "engine.thread", "engine.venues.every", "storage.administration.db",
    "storage.administration.personal", "storage.administration.users", "storage.administration.vault",
    "storage.desk_storage", "storage.embedded.shared", "storage.tls", "storage.upgrade", "storage.users.entrance",
    "ccxt.pro", "pyarrow.parquet", "tests.support.exchange.dialling", "tests.support.exchange.town",
)  # fmt: skip
FILES = 5
NUMBER = struct.Struct("q")


@dataclass(frozen=True)
class Request:
    """`command` is what follows the interpreter on a command line: a script, or `-m` and a module; then arguments."""

    command: list[str]
    environment: dict[str, str]
    folder: str


def serve(line: socket.socket) -> Request | None:
    """Copy this process for each request. The copy returns with it, the original with None at the socket's end."""
    while True:
        asked, files, _, _ = socket.recv_fds(line, 1, FILES)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not asked:
            return None
        if os.fork() == 0:
            return keep(*files)
        for file in files:
            os.close(file)


def keep(what: int, told: int, *streams: int) -> Request:
    """Copy once more. The copy returns with its request; this process waits for the copy's end and tells it."""
    if pid := os.fork():
        for stream in streams:
            os.close(stream)
        with contextlib.suppress(OSError):  # whoever asked is gone
            os.write(told, NUMBER.pack(pid))
            os.write(told, NUMBER.pack(os.waitpid(pid, 0)[1]))
        os._exit(0)
    os.close(told)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    with open(what, encoding="utf-8") as file:
        return Request(**json.load(file))


def become(request: Request) -> None:
    """Run it as the interpreter would have."""
    os.environ.clear()
    os.environ.update(request.environment)
    os.chdir(request.folder)
    # It looked at its environment when it was loaded.
    keyring.core.init_backend()
    what, *arguments = request.command
    if what == "-m":
        module, *arguments = arguments
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [what, *arguments]
        sys.path[0] = str(Path(what).parent)
        runpy.run_path(what, run_name="__main__")


def main() -> None:
    for name in MODULES:
        importlib.import_module(name)
    gc.collect()
    # What is there now is shared by all copies; collecting it would copy it.
    gc.freeze()
    # A descriptor of its own: number 0 becomes a copy's standard input.
    with socket.socket(fileno=os.dup(0)) as line:
        request = serve(line)
    if request is not None:
        become(request)


if __name__ == "__main__":
    main()
