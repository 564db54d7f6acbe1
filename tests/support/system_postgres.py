"""The system's own PostgreSQL for tests, in a temporary folder on a free port: another version than the one we bring.

`GRIDWRIGHT_TEST_POSTGRES=/usr/lib/postgresql/15/bin` makes every fixture database one of that server.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import asyncpg

from storage.embedded import process
from storage.embedded.binaries import Binaries, server_user
from storage.embedded.cluster import shared_memory
from storage.embedded.question import ask
from tests.support.fast_folder import fast_place
from tests.support.waiting import wait_until

VARIABLE = "GRIDWRIGHT_TEST_POSTGRES"
USER = "gridwright"
STOP_S = 20.0
PORT_TRIES = 5
#: Nothing here outlives the run.
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "60",
    "max_locks_per_transaction": "256",
    "max_parallel_workers_per_gather": "0",
    "timezone": "'UTC'",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
NO_ANSWER = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


def asked_for() -> Path | None:
    """The folder with the programs of the server that the environment names, None where it names none."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


class SystemPostgres:
    """One server of an installed PostgreSQL. It ends with this process, however that ends.

    Its folder is made in the system's own place for them: older versions look for themselves by walking there and
    back, so their user has to get through all folders above, and those of tests are closed.
    """

    def __init__(self, programs: Path) -> None:
        self._binaries = Binaries(programs.parent)
        self._above = Path(tempfile.mkdtemp(prefix="gridwright-postgres-", dir=fast_place()))
        self._above.chmod(0o711)
        self._folder = self._above / "cluster"
        self._log = self._above / "server.log"
        self._server: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._password = secrets.token_urlsafe(32)

    @property
    def data_dir(self) -> Path:
        """The folder with everything it writes."""
        return self._folder.parent

    @property
    def url(self) -> str:
        """`postgresql://gridwright:password@127.0.0.1:port/postgres`."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> str:
        """Make the cluster and return the address of the server when it answers."""
        self._folder.mkdir(mode=0o700)
        place = process.Place(self._folder, server_user(self._folder))
        place.own(self._folder)
        password = self._above / "password"
        password.write_text(self._password)
        place.own(password)
        identity = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={password}"]
        kind = ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [self._binaries.initdb, "-D", place.as_seen, *identity, *kind], capture_output=True, text=True, check=False,
            **place.options(),
        )  # fmt: skip
        assert made.returncode == 0, made.stdout + made.stderr
        place.write(
            "postgresql.conf", "".join(f"{name} = {value}\n" for name, value in (SETTINGS | shared_memory()).items())
        )
        return self.ensure_running()

    def ensure_running(self) -> str:
        """The same address, after a crash too."""
        if self._server is not None and self._server.poll() is None:
            return self.url
        for _ in range(PORT_TRIES):
            self._port = self._port or _free_port()
            with self._log.open("ab") as log:
                place = process.Place(self._folder, server_user(self._folder))
                self._server = process.launch(self._binaries, place, self._port, log.fileno())
            wait_until(self._answers_or_ended, what="PostgreSQL to answer")
            if self._server.poll() is None:
                return self.url
            self._port = 0
        raise RuntimeError(f"PostgreSQL does not start: {self._log.read_text()}")

    def stop(self) -> None:
        """Fast: whoever is connected is thrown out."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(STOP_S)
            self._server = None
        shutil.rmtree(self._above)

    def major(self) -> int:
        """15 for 15.18."""
        said = subprocess.run([self._binaries.postgres, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"(\d+)\.\d+", said)
        assert found is not None, said
        return int(found[1])

    def _answers_or_ended(self) -> bool:
        assert self._server is not None
        if self._server.poll() is not None:
            return True
        try:
            ask(self.url, "SELECT 1", within_s=1.0)
        except NO_ANSWER:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
