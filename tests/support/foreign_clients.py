"""Clients that are not ccxt, in an environment of their own, led to the loopback exchange under the real addresses.

A script of such a test runs there as it would anywhere: it imports the client, uses it, prints one line of JSON.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "resources" / "setup" / "requirements-clients.txt"
#: Beside the environment that the tests run in, so that several checkouts that share one share the other too.
PLACE = Path(sys.prefix).resolve().parent / ".venv-clients"
PYTHON = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INSTALL_S = 300

#: Before the script: every host is one port of this machine, and nothing else can be dialled.
LEAD = """
import socket, sys
_port = int(sys.argv[1])
_sys_argv = sys.argv[:1] + sys.argv[2:]
sys.argv = _sys_argv
_connect = socket.socket.connect
def _lookup(host, port, family=0, type=0, proto=0, flags=0):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", _port))]
def _dial(self, address):
    if self.family == socket.AF_INET and address[:2] != ("127.0.0.1", _port):
        raise ConnectionRefusedError(f"{address} is not the loopback exchange")
    return _connect(self, address)
socket.getaddrinfo = _lookup
socket.socket.connect = _dial
"""


@cache
def python() -> Path:
    """The interpreter of the clients' environment, made when it is missing. Skips the test where it cannot be made."""
    wanted = f"{sys.version_info[:2]} {hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()}"
    stamp = PLACE / "gridwright-clients.stamp"
    with _alone():
        if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return PYTHON
        uv = [sys.executable, "-m", "uv"]
        install = ["pip", "sync", "-q", "--require-hashes", "--python", str(PYTHON), str(REQUIREMENTS)]
        for step in (["venv", "-q", "--clear", "--python", sys.executable, str(PLACE)], install):
            try:
                done = subprocess.run([*uv, *step], capture_output=True, text=True, timeout=INSTALL_S, check=False)
            except (OSError, subprocess.TimeoutExpired) as error:
                pytest.skip(f"the clients' environment cannot be made: {error}")
            if done.returncode != 0:
                pytest.skip(f"the clients' environment cannot be made: {done.stderr.strip()[-300:]}")
        stamp.write_text(wanted, encoding="utf-8")
    return PYTHON


async def run(script: str, port: int, ca_file: Path, *arguments: str, within_s: float = 60.0) -> Any:
    """Run a script against the exchange on `port`; what its last line says in JSON. `arguments` are its own."""
    trust = {
        "REQUESTS_CA_BUNDLE": str(ca_file),
        "SSL_CERT_FILE": str(ca_file),
        "WEBSOCKET_CLIENT_CA_BUNDLE": str(ca_file),
    }
    command = [str(python()), "-W", "ignore", "-c", LEAD + script, str(port), *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **trust}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(within_s):
            told, trouble = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{told.decode()}\n{trouble.decode()}"
    return json.loads(told.decode().strip().splitlines()[-1])


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One process at a time makes the environment."""
    if os.name == "nt":
        yield
        return
    # Not there on Windows, where these tests run alone.
    import fcntl

    with PLACE.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
