"""A desk: one running copy of the program. Its identity, and the lease under which it runs its bots."""

import asyncio
import contextlib
import hashlib
import logging
import socket
import uuid
from pathlib import Path

import asyncpg

from engine.errors import AlreadyRunning, StorageError, StorageUnavailable
from storage.database import Connection, Database
from storage.failures import Failure, storage_error

HEARTBEAT_S = 5.0
#: A desk whose heartbeat is older than this is dead, even where the server has not noticed that its session is.
HEARTBEAT_STALE_S = 20.0
#: How long the server may take to notice that the session of a killed program is gone.
LOCK_WAIT_S = 5.0
END_WAIT_MS = 5000

log = logging.getLogger(__name__)


def desk_identity(folder: Path) -> str:
    """The id of the desk in this data folder; made at the first start and kept. Raises StorageError."""
    path = folder / "desk-id"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A link is made at once with all its content, or not at all: of two programs that start together both read one.
        if not path.exists():
            draft = folder / f"desk-id.{uuid.uuid4().hex}"
            draft.write_text(str(uuid.uuid4()), encoding="ascii")
            try:
                with contextlib.suppress(FileExistsError):
                    path.hardlink_to(draft)
            finally:
                draft.unlink()
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The data folder {folder} cannot be used: {error}.") from error
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise StorageError(f"The file {path} does not hold a desk id; delete it to begin as a new desk.") from None


def _digest(desk_id: str) -> bytes:
    return hashlib.sha256(f"gridwright desk {desk_id}".encode()).digest()


def lock_number(desk_id: str) -> int:
    """The advisory lock of a desk: 63 bits of its id, never negative."""
    return int.from_bytes(_digest(desk_id)[:8], "big") >> 1


def journal_sessions(desk_id: str) -> str:
    """What the names of a desk's journal sessions begin with."""
    return f"journal {_digest(desk_id).hex()[:8]}"


async def current_user_id(connection: Connection) -> int:
    """The user as whom this connection reads and writes. Raises StorageError for a database role of nobody."""
    user_id: int | None = await connection.fetchval("SELECT current_user_id()")
    if user_id is None:
        role = await connection.fetchval("SELECT session_user")
        raise StorageError(f"The database role {role} belongs to no user of Gridwright.")
    return user_id


async def space_of(connection: Connection) -> str:
    """Which database this is, among all: what keeps programs of different databases apart in one Redis. 8 of [0-9a-f].

    A copy restored elsewhere is another one.
    """
    found: str = await connection.fetchval(
        "SELECT left(md5(system_identifier::text || '/' || oid::text), 8) FROM pg_control_system(), pg_database "
        "WHERE datname = current_database()"
    )
    return found


async def register_desk(connection: Connection, desk_id: str, name: str) -> int:
    """Make sure that the desk has a row, for those that refer to it. Answers with its user. Raises StorageError."""
    user_id = await current_user_id(connection)
    # Somebody who may only look has no desk, and needs none for looking.
    if not await connection.fetchval("SELECT has_any_column_privilege('public.desks', 'INSERT')"):
        return user_id
    await connection.execute(
        "INSERT INTO desks (desk_id, user_id, name) VALUES ($1, $2, $3) ON CONFLICT (desk_id) DO NOTHING",
        desk_id, user_id, name,
    )  # fmt: skip
    return user_id


async def end_sessions(connection: Connection, names: str, but: str = "") -> None:
    """End all other sessions whose name begins with `names`, except `but`, and wait until they are gone.

    A session whose network went away may still be about to commit; it must not do so after we began anew. Sessions of
    other database roles may be called anything and are none of ours.
    """
    gone = await connection.fetch(
        "SELECT pg_terminate_backend(pid, $3) AS is_gone FROM pg_stat_activity "
        "WHERE starts_with(application_name, $1) AND application_name <> $2 AND pid <> pg_backend_pid() "
        "AND datname = current_database() AND usename = session_user",
        names, but, END_WAIT_MS,
    )  # fmt: skip
    if not all(row["is_gone"] for row in gone):
        raise StorageUnavailable("An earlier session of this program does not end on the database server.")


class DeskLease:
    """Being the running engine of a desk: an advisory lock held by our own session, and a heartbeat.

    The lock says "alive" to others and dies with us. `take` counts the desk's starts: a copy of the program that was
    replaced sees another number and takes no account any more (storage/leases.py).
    """

    def __init__(
        self,
        database: Database,
        desk_id: str,
        name: str = "",
        *,
        journal_session: str = "",
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> None:
        self._database = database
        self._desk_id = desk_id
        self._name = name or socket.gethostname()
        self._session = f"desk {uuid.uuid4().hex[:8]}"
        self._journal_session = journal_session
        self._lock_wait_s = lock_wait_s
        self._connection: Connection | None = None
        self._beating: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def take(self) -> int:
        """Become the desk's engine; returns the number of this start. Raises AlreadyRunning when another program is."""
        try:
            connection = await self._lock()
            # What an earlier copy sent last is written or refused before we read.
            await end_sessions(
                connection,
                self._database.session_name(journal_sessions(self._desk_id)),
                but=self._database.session_name(self._journal_session),
            )
            start: int = await connection.fetchval(
                "UPDATE desks SET started_at = now(), last_seen_at = now(), starts = starts + 1, name = $2 "
                "WHERE desk_id = $1 RETURNING starts",
                self._desk_id, self._name,
            )  # fmt: skip
        except Failure as error:
            self._cut()
            raise storage_error(error) from error
        self._beating = asyncio.create_task(self._beat(), name="desk heartbeat")
        return start

    async def beat_once(self) -> None:
        """One heartbeat; takes the lock again when our session was lost. Raises StorageUnavailable, AlreadyRunning."""
        async with self._turn:
            try:
                connection = self._connection
                if connection is None or connection.is_closed():
                    connection = await self._lock()
                await connection.execute("UPDATE desks SET last_seen_at = now() WHERE desk_id = $1", self._desk_id)
            except Failure as error:
                self._cut()
                raise storage_error(error) from error

    async def close(self) -> None:
        """Give the desk back."""
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
            self._beating = None
        connection, self._connection = self._connection, None
        if connection is None or connection.is_closed():
            return
        try:
            await connection.execute("UPDATE desks SET last_seen_at = NULL WHERE desk_id = $1", self._desk_id)
            await connection.close(timeout=HEARTBEAT_S)
        except Failure:
            connection.terminate()

    async def _lock(self) -> Connection:
        connection = await self._database.own_connection(self._session, lock_timeout=str(int(self._lock_wait_s * 1000)))
        try:
            await register_desk(connection, self._desk_id, self._name)
            # A session of ours that the network lost may still hold the lock on the server.
            await end_sessions(connection, self._database.session_name(self._session))
            await self._wait_for_lock(connection)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        return connection

    async def _wait_for_lock(self, connection: Connection) -> None:
        number = lock_number(self._desk_id)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", number)
        except asyncpg.LockNotAvailableError:
            stale = await connection.fetchval(
                "SELECT last_seen_at < now() - make_interval(secs => $2) FROM desks WHERE desk_id = $1",
                self._desk_id, HEARTBEAT_STALE_S,
            )  # fmt: skip
            if not stale:
                raise AlreadyRunning("Another Gridwright already runs this desk on this database.") from None
            # Its machine is gone without a word; the server keeps such sessions for hours.
            for holder in await connection.fetch(HOLDERS, number):
                if not holder["is_ours"]:
                    raise StorageUnavailable("Another user of this database holds the lock of this desk.") from None
                await connection.execute("SELECT pg_terminate_backend($1, $2)", holder["pid"], END_WAIT_MS)
            await connection.execute("SELECT pg_advisory_lock($1)", number)

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                await self.beat_once()
            except StorageUnavailable as error:
                log.warning("The desk's heartbeat is late: %s", error)
            except (AlreadyRunning, StorageError) as error:
                # Its own commits are refused from now on by the fencing tokens; this line says why.
                log.warning("This desk was taken over: %s", error)
                return


#: Who holds the advisory lock $1 in this database; a 64-bit lock is shown as two halves.
HOLDERS = (
    "SELECT pid, (SELECT usename = session_user FROM pg_stat_activity a WHERE a.pid = pg_locks.pid) AS is_ours "
    "FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid = ($1::bigint >> 32)::bit(32)::bigint::oid AND objid = ($1::bigint & 4294967295)::oid"
)
