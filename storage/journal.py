"""The journal in PostgreSQL: one commit is one statement in one round trip on a connection of its own."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from engine.domain.messages import Record
from engine.errors import LeaseLost, StorageError
from engine.recovered import RecoveredState
from storage.batch import Batch, BatchBuilder
from storage.database import Connection, Database
from storage.desk import DeskLease, end_sessions, journal_sessions, register_desk
from storage.failures import Failure, storage_error
from storage.leases import AccountLeases
from storage.records.part import arguments, compose
from storage.recovery import recover

log = logging.getLogger(__name__)

PROBE_TIMEOUT_S = 5.0


def local_now() -> datetime:
    """The person's time, with its zone."""
    return datetime.now().astimezone()


class PostgresJournal:
    """`engine.ports.Journal` for one desk, on the loop of its `database`.

    Commits follow one another in the order in which they were asked for. After StorageUnavailable the connection is
    given up; the next commit opens a new one and first makes sure that nothing of the old one can still be written.
    """

    def __init__(
        self,
        database: Database,
        desk_id: str,
        desk_name: str = "",
        *,
        now: Callable[[], datetime] = local_now,
        leases: AccountLeases | None = None,
        on_notified: Callable[[Sequence[int], Sequence[int]], None] | None = None,
    ) -> None:
        """`leases` are what this desk holds; without them nobody else is expected on its accounts.

        `on_notified` hears the ids of notifications once they are durable: for the window, and for Telegram.
        """
        self._database = database
        self._desk_id = desk_id
        self._desk_name = desk_name or desk_id
        self._user_id = 0
        self._now = now
        self._leases = leases
        self._on_notified = on_notified
        self._session = f"{journal_sessions(desk_id)} {uuid.uuid4().hex[:8]}"
        self._lease = DeskLease(database, desk_id, desk_name, journal_session=self._session)
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    async def take_desk(self) -> None:
        """Become the engine of this desk: older copies can take no account. Raises AlreadyRunning while one lives."""
        start = await self._lease.take()
        if self._leases is not None:
            self._leases.begin(start)

    async def load(self, account_ids: Sequence[str] | None = None) -> RecoveredState:
        """What is known of this desk, or of these accounts of it. Raises StorageUnavailable, StorageError."""
        return await self._recover(self._desk_id, account_ids, ())

    async def load_all(self, but: Sequence[str] = ()) -> RecoveredState:
        """What is known of all desks of the user, except of some accounts. Raises StorageUnavailable, StorageError."""
        return await self._recover(None, None, but)

    async def _recover(
        self, desk_id: str | None, account_ids: Sequence[str] | None, but: Sequence[str]
    ) -> RecoveredState:
        async with self._turn:
            try:
                return await recover(await self._connected(), desk_id, self._now(), account_ids, but, self._desk_id)
            except Failure as error:
                self._cut()
                raise storage_error(error) from error

    async def commit(self, records: Sequence[Record]) -> None:
        """Make all records durable, or none. See `engine.ports.Journal` for what it raises."""
        if not records:
            return
        batch = BatchBuilder(self._desk_id, self._leases).build(records)
        async with self._turn:
            try:
                await self._write(await self._connected(), batch)
            except Failure as error:
                failure = storage_error(error)
                self._cut()
                raise failure from error
            except asyncio.CancelledError:
                # Whether it was written is not known; the next commit starts on a clean connection.
                self._cut()
                raise

    async def probe(self) -> None:
        """Ask the database for nothing. Raises StorageUnavailable when it does not answer in `PROBE_TIMEOUT_S`."""
        async with self._turn:
            try:
                async with asyncio.timeout(PROBE_TIMEOUT_S):
                    await (await self._connected()).execute("SELECT")
            except Failure as error:
                failure = storage_error(error)
                self._cut()
                raise failure from error

    async def close(self) -> None:
        """Give the desk back and close the connection."""
        await self._lease.close()
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is None or connection.is_closed():
                return
            try:
                await connection.close(timeout=5)
            except Failure:
                connection.terminate()

    async def _write(self, connection: Connection, batch: Batch) -> None:
        if batch.account_ids:
            await self._check_accounts(connection, batch.account_ids)
        asked_s = self._leases.now_s() if self._leases is not None else 0.0
        statement = compose(batch.parts, batch.is_guarded)
        row = await connection.fetchrow(statement, *arguments(self._user_id, batch.parts, batch.rows))
        if row["lost"] or row["lost_accounts"]:
            names = ", ".join(sorted([*row["lost"], *row["lost_accounts"]]))
            raise LeaseLost(
                f"Another desk runs {names} now, so this one wrote nothing and must stop trading it.",
                frozenset(row["lost_accounts"]),
                frozenset(row["lost"]),
            )
        if self._leases is not None:
            for account_id in batch.account_ids:
                self._leases.opened(account_id, asked_s)
        if self._on_notified is not None and (row["on_desk"] or row["by_telegram"]):
            self._on_notified(row["on_desk"], row["by_telegram"])

    async def _check_accounts(self, connection: Connection, account_ids: Sequence[str]) -> None:
        taken = await connection.fetchrow(
            "SELECT a.account_id, d.name FROM accounts a JOIN desks d ON d.desk_id = a.desk_id "
            "WHERE a.account_id = ANY($1::text[]) AND a.desk_id <> $2 AND a.user_id = $3 ORDER BY 1 LIMIT 1",
            list(account_ids), self._desk_id, self._user_id,
        )  # fmt: skip
        if taken is not None:
            sentence = f"The account {taken['account_id']} belongs to the desk {taken['name']}."
            if self._leases is None:
                raise StorageError(sentence)
            # One of many accounts: the rest of the desk goes on.
            raise LeaseLost(sentence, frozenset({taken["account_id"]}))

    async def _connected(self) -> Connection:
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        connection = await self._database.own_connection(
            self._session,
            # The statements are long and few: planned once for a connection, never again.
            plan_cache_mode="force_generic_plan",
            # Planned while tables are empty, a plan would read them whole later.
            enable_seqscan="off",
        )
        try:
            await end_sessions(connection, self._database.session_name(self._session))
            self._user_id = await register_desk(connection, self._desk_id, self._desk_name)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection
        return connection

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
