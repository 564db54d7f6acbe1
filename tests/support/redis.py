"""Fixtures with a real redis-server on a free loopback port."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.support.waiting import wait_until

PORT_TRIES = 5


class RedisServer:
    """One server that a test may stop and start again, on the same port, remembering nothing."""

    def __init__(self, folder: Path, program: str, options: tuple[str, ...] = ()) -> None:
        self._options = options
        self._folder = folder
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """`redis://127.0.0.1:port/0`."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when it answers."""
        for _ in range(PORT_TRIES):
            self.port = self.port or _free_port()
            where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
            forgets = ["--save", "", "--appendonly", "no", "--daemonize", "no", *self._options]
            quiet = subprocess.DEVNULL
            process = subprocess.Popen([self._program, *where, *forgets], stdin=quiet, stdout=quiet, stderr=quiet)
            self._process = process
            try:
                wait_until(self._answers_or_ended, what="redis-server to answer")
            except BaseException:
                self.stop()
                raise
            if process.poll() is None:
                return
            self.port = 0
        raise RuntimeError("redis-server found no free port")

    def stop(self) -> None:
        """As a crash: nothing is said to anybody who is connected."""
        if self._process is not None:
            self.go_on()
            self._process.kill()
            self._process.wait()
            self._process = None

    def stand_still(self) -> None:
        """It takes connections and never answers, until `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """Empty for the next test."""
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def _answers_or_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None or self.answers()

    def answers(self) -> bool:
        """Whether a client gets a reply now."""
        try:
            # The client's own patience would be four seconds for a port on which nobody listens yet.
            once = Retry(NoBackoff(), 0)
            with redis.Redis(port=self.port, socket_connect_timeout=1, socket_timeout=1, retry=once) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def _redis_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    server = RedisServer(tmp_path_factory.mktemp("redis"), program)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_server(_redis_process: RedisServer) -> RedisServer:
    """An empty server; the test may stop and start it, the next test gets a running one again."""
    if not _redis_process.answers():
        _redis_process.stop()
        _redis_process.start()
    _redis_process.flush()
    return _redis_process


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of an empty server of this test alone."""
    return redis_server.url
