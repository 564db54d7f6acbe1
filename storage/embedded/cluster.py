"""A cluster's folder: made whole or not at all, configured anew at every start, opened only by its own version."""

import os
import re
import secrets
import shutil
import sys
from pathlib import Path

from storage.embedded import process
from storage.embedded.binaries import Binaries, ServerUser
from storage.embedded.locks import FileLock
from storage.errors import EmbeddedPostgresError

USER = DATABASE = "gridwright"

SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "password_encryption": "'scram-sha-256'",
    "max_connections": "200",
    # A desk shares its machine with charts: small memory, no parallel workers, no extra processes.
    "shared_buffers": "'64MB'",
    "work_mem": "'8MB'",
    "maintenance_work_mem": "'64MB'",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "io_method": "'sync'",
    "huge_pages": "off",
    # Many partitions are touched by one query over a long history.
    "max_locks_per_transaction": "256",
    "max_wal_size": "'512MB'",
    "checkpoint_timeout": "'15min'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "log_min_messages": "warning",
    "log_line_prefix": "'%m [%p] '",
}
# For tests: as fast as it goes, and worth nothing after a crash of the machine.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # where Linux keeps it; we only look
HBA = "# Written by Gridwright at every start.\nhost all all 127.0.0.1/32 scram-sha-256\n"


class Cluster:
    """The files under `<data_dir>/cluster` and the password beside them. No server runs while this works on them."""

    def __init__(
        self, data_dir: Path, binaries: Binaries, user: ServerUser | None, turn: FileLock, *, durable: bool
    ) -> None:
        self._folder = data_dir / "cluster"
        self._fresh = data_dir / "cluster.new"
        self._password_file = data_dir / "password"
        self._binaries = binaries
        self._user = user
        self._turn = turn
        self._durable = durable

    def prepare(self) -> None:
        """After this a server can be started on the folder, and the password file opens it."""
        if not (self._folder / "PG_VERSION").is_file():
            self._make()
        self._check_version()
        place = process.Place(self._folder, self._user)
        if self._user is not None and self._folder.stat().st_uid == 0:
            self._give_away()
        self._configure(place)
        if not self._password_file.is_file():
            self._set_password(place)

    def _make(self) -> None:
        if self._folder.exists() and (not self._folder.is_dir() or any(self._folder.iterdir())):
            raise EmbeddedPostgresError(f"{self._folder} holds something that is not a database; move it away.")
        shutil.rmtree(self._fresh, ignore_errors=True)
        self._fresh.mkdir(mode=0o700)
        place = process.Place(self._fresh, self._user)
        place.own(self._fresh)
        # Nobody can connect before _configure has written who may; the builtin locale depends on no system.
        identity = ["-U", USER, "-A", "trust", "-E", "UTF8"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        durability = [] if self._durable else ["--no-sync"]
        done = process.run(
            [self._binaries.initdb, "-D", place.as_seen, *identity, *locale, "--no-instructions", *durability],
            place,
            self._turn,
        )
        if done.returncode != 0:
            shutil.rmtree(self._fresh, ignore_errors=True)
            raise EmbeddedPostgresError(
                f"The database could not be created in {self._folder.parent}: {why(done.stdout)}."
            )
        # A password left over from a cluster that is gone opens nothing.
        self._password_file.unlink(missing_ok=True)
        self._configure(place)
        self._set_password(place, f"CREATE DATABASE {DATABASE};\n")
        if self._folder.exists():
            self._folder.rmdir()
        self._fresh.rename(self._folder)

    def _check_version(self) -> None:
        found = (self._folder / "PG_VERSION").read_text(encoding="utf-8").strip()
        wanted = self._binaries.major()
        if found != wanted:
            raise EmbeddedPostgresError(
                f"The database in {self._folder} was made by PostgreSQL {found} and this program brings {wanted}; "
                f"open it with the Gridwright that made it, export it there, and import it here."
            )

    def _give_away(self) -> None:
        """A folder copied by root belongs to root; the server's user has to own all of it."""
        place = process.Place(self._folder, self._user)
        place.own(self._folder)
        for path in self._folder.rglob("*"):
            place.own(path)

    def _configure(self, place: process.Place) -> None:
        settings = SETTINGS | shared_memory() | ({} if self._durable else NOT_DURABLE)
        lines = [f"{name} = {value}" for name, value in settings.items()]
        head = "# Written by Gridwright at every start; what ALTER SYSTEM sets stays and wins."
        place.write("postgresql.conf", "\n".join([head, *lines, ""]))
        place.write("pg_hba.conf", HBA)

    def _set_password(self, place: process.Place, more: str = "") -> None:
        """In single-user mode, where none is asked. The file comes last: while it is missing, we come here again."""
        password = secrets.token_urlsafe(32)
        statements = f"ALTER ROLE {USER} PASSWORD '{password}';\n{more}"
        done = process.run(
            [self._binaries.postgres, "--single", "-D", place.as_seen, "postgres"], place, self._turn, given=statements
        )
        if done.returncode != 0 or "ERROR:" in done.stdout:
            raise EmbeddedPostgresError(f"The password of the database could not be set: {why(done.stdout)}.")
        fresh = self._password_file.with_name("password.new")
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w", encoding="ascii") as file:
            file.write(password)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._password_file)


def shared_memory(folder: Path = SHARED_MEMORY) -> dict[str, str]:
    """Some containers close the folder that is meant for it; then files of the cluster do."""
    closed = sys.platform == "linux" and not (folder.is_dir() and folder.stat().st_mode & 0o002)
    return {"dynamic_shared_memory_type": "'mmap'"} if closed else {}


def why(words: str) -> str:
    """The reason in a program's output, without its ceremony: the disk first, else the last complaint."""
    if "No space left on device" in words:
        return "the disk is full"
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    complaints = [line for line in lines if re.search(r"FATAL|PANIC|error:|ERROR", line)]
    last = (complaints or lines or ["it said nothing"])[-1]
    return re.sub(r"^.*?(FATAL|PANIC|ERROR|error):\s*", "", last).rstrip(".")
