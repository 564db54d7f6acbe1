"""Commands in a table, with a bell: the window, the command line and other programs ask the same way."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from engine.domain import messages
from engine.domain.codec import from_json, to_json
from engine.domain.messages import Command, CommandAnswered, CommandReceived
from engine.errors import StorageUnavailable
from storage.database import Connection, Database
from storage.desk import HEARTBEAT_STALE_S, HOLDERS, LOCAL_USER_ID, lock_number, register_desk
from storage.failures import Failure, storage_error
from storage.records.control import answer_of

COMMANDS_BELL = "gridwright_commands"
ANSWERS_BELL = "gridwright_answers"
#: A bell may be missed while a connection is made anew, so the table is looked at this often without one.
LOOK_AGAIN_S = 5.0
RECONNECT_S = 0.5

KINDS: dict[str, type[Command]] = {
    kind.__name__: kind
    for kind in (
        messages.OpenAccount,
        messages.SetMarketSpeed,
        messages.AddGrid,
        messages.StartBot,
        messages.PauseBot,
        messages.StopBot,
        messages.EditGrid,
        messages.RemoveBot,
        messages.RestoreBot,
        messages.HaltAll,
        messages.LiftHalt,
    )
}

SUBMIT = f"""
    WITH added AS (
        INSERT INTO commands (command_id, desk_id, kind, body, received_at) VALUES ($1, $2, $3, $4::jsonb, $5)
        ON CONFLICT (command_id) DO NOTHING RETURNING desk_id
    )
    SELECT count(pg_notify('{COMMANDS_BELL}', desk_id)) FROM added
"""  # noqa: S608 - the name of our own bell
PENDING = (
    "SELECT command_id, kind, body, received_at FROM commands WHERE desk_id = $1 AND answered_at IS NULL ORDER BY id"
)
ANSWER = "SELECT command_id, answered_at, refusals FROM commands WHERE command_id = $1 AND answered_at IS NOT NULL"
LIVE = f"""
    SELECT d.desk_id, d.name, d.started_at, d.last_seen_at FROM desks d
    WHERE d.desk_id = $2 AND d.last_seen_at > now() - make_interval(secs => $3) AND EXISTS ({HOLDERS})
"""  # noqa: S608 - a query of ours inside another

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveDesk:
    """A desk whose engine runs now; times by the database's clock."""

    desk_id: str
    name: str
    started_at: datetime
    last_seen_at: datetime


class PostgresCommands:
    """`engine.ports.CommandQueue` for one desk, and the asking side for programs without an engine."""

    def __init__(self, database: Database, desk_id: str, desk_name: str = "", *, user_id: int = LOCAL_USER_ID) -> None:
        self._database = database
        self._desk_id = desk_id
        self._desk_name = desk_name or desk_id
        self._user_id = user_id

    async def submit(self, received: CommandReceived) -> None:
        """Make a command durable and ring; a known command id changes nothing. Raises StorageUnavailable."""
        body = json.dumps(to_json(received.command), ensure_ascii=False)
        kind = type(received.command).__name__
        async with self._database.question() as connection:
            await register_desk(connection, self._desk_id, self._desk_name, self._user_id)
            await connection.execute(SUBMIT, received.command_id, self._desk_id, kind, body, received.at)

    async def pending(self) -> AsyncGenerator[CommandReceived, None]:
        """Unanswered commands of this desk, oldest first, each once. Waits until cancelled, through outages too."""
        seen: set[str] = set()
        while True:
            try:
                async with self._listening(COMMANDS_BELL, self._desk_id) as (connection, bell):
                    while True:
                        bell.clear()
                        rows = await connection.fetch(PENDING, self._desk_id)
                        unanswered = {row["command_id"] for row in rows}
                        # Commands get their number before they commit, so a lower one may appear later: the ids decide.
                        fresh = [row for row in rows if row["command_id"] not in seen]
                        seen = unanswered
                        for row in fresh:
                            command = read_command(row["kind"], row["body"])
                            if command is not None:
                                yield CommandReceived(row["command_id"], command, row["received_at"])
                        await _ring(bell, connection)
            except StorageUnavailable as error:
                log.warning("Commands of other programs wait: %s", error)
                await asyncio.sleep(RECONNECT_S)

    async def answer_of(self, command_id: str, timeout_s: float) -> CommandAnswered | None:
        """The answer to a command; None when there was none in time. Raises StorageUnavailable."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                async with self._listening(ANSWERS_BELL, command_id) as (connection, bell):
                    while True:
                        bell.clear()
                        row = await connection.fetchrow(ANSWER, command_id)
                        if row is not None:
                            return answer_of(row)
                        await _ring(bell, connection)
        return None

    async def live_desk(self) -> LiveDesk | None:
        """The desk with its engine, when one runs now: its session holds the lock and its heartbeat is young."""
        async with self._database.question() as connection:
            row = await connection.fetchrow(LIVE, lock_number(self._desk_id), self._desk_id, HEARTBEAT_STALE_S)
        return LiveDesk(row["desk_id"], row["name"], row["started_at"], row["last_seen_at"]) if row else None

    @contextlib.asynccontextmanager
    async def _listening(self, channel: str, payload: str) -> AsyncGenerator[tuple[Connection, asyncio.Event], None]:
        connection = await self._database.own_connection("commands")
        bell = asyncio.Event()
        try:
            await connection.add_listener(channel, lambda *call: bell.set() if call[3] == payload else None)
            connection.add_termination_listener(lambda _: bell.set())
            yield connection, bell
        except Failure as error:
            raise storage_error(error) from error
        finally:
            connection.terminate()


def read_command(kind: str, body: str) -> Command | None:
    """A command from its row; None (and a line in the log) when this program does not know it."""
    try:
        return from_json(KINDS[kind], json.loads(body))
    except (KeyError, ValueError) as error:
        log.warning("A command %s cannot be read by this program: %s", kind, error)
        return None


async def _ring(bell: asyncio.Event, connection: Connection) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK_AGAIN_S):
            await bell.wait()
    if connection.is_closed():
        raise StorageUnavailable("The connection to the database was lost.")
