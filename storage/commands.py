"""Commands in a table, with a bell: the window, the command line and other programs ask the same way."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from engine.domain import messages
from engine.domain.codec import from_json, to_json
from engine.domain.lease_requests import LeaseRequest
from engine.domain.messages import Command, CommandAnswered, CommandReceived
from engine.domain.truth_requests import LookAtTruth
from engine.domain.watching import WatchCommand
from engine.errors import StorageUnavailable
from storage.bell import Bell, waking
from storage.database import Connection, Database
from storage.desk import HEARTBEAT_STALE_S, HOLDERS, lock_number, register_desk
from storage.failures import Failure, storage_error
from storage.records.control import answer_of
from storage.recovery import OWN

COMMANDS_BELL = "gridwright_commands"
ANSWERS_BELL = "gridwright_answers"
#: A bell may be missed while a connection is made anew, so the table is looked at this often without one.
LOOK_AGAIN_S = 5.0
RECONNECT_S = 0.5

#: What is asked about leases is written into the lease, and what is watched onto the user's list.
ELSEWHERE = frozenset({*get_args(LeaseRequest), *get_args(WatchCommand)})
#: Every other command that there is, so that none can be written that no desk reads.
KINDS: dict[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command) if kind not in ELSEWHERE}

#: A command goes to the desk that holds the bot, account or market it speaks of, and to the asking one otherwise.
SUBMIT = f"""
    WITH holder AS (
        SELECT l.desk_id FROM leases l JOIN accounts a USING (user_id, account_id)
        WHERE l.{OWN} AND l.desk_id IS NOT NULL AND l.expires_at >= clock_timestamp()
        AND (a.account_id = $4::jsonb ->> 'account_id' OR a.venue = $4::jsonb ->> 'venue' OR a.account_id =
            (SELECT b.account_id FROM bot_instances b WHERE b.{OWN} AND b.bot_uid = $4::jsonb ->> 'bot_id'))
        LIMIT 1
    ), added AS (
        INSERT INTO commands (command_id, desk_id, kind, body, received_at)
        VALUES ($1, COALESCE((SELECT desk_id FROM holder), $2), $3, $4::jsonb, $5)
        ON CONFLICT (command_id) DO NOTHING RETURNING desk_id
    )
    SELECT count(pg_notify('{COMMANDS_BELL}', desk_id)), min(desk_id) AS desk_id FROM added
"""  # noqa: S608 - the name of our own bell
#: The red button is all desks': one row for each other one that lives, with an id made from the first.
SPREAD = f"""
    WITH added AS (
        INSERT INTO commands (command_id, desk_id, kind, body, received_at)
        SELECT $1 || ' ' || desk_id, desk_id, $3, $4::jsonb, $5 FROM desks
        WHERE {OWN} AND desk_id <> $2 AND last_seen_at > now() - make_interval(secs => $6)
        ON CONFLICT (command_id) DO NOTHING RETURNING desk_id
    )
    SELECT desk_id, pg_notify('{COMMANDS_BELL}', desk_id) FROM added
"""  # noqa: S608 - likewise
PENDING = (
    "SELECT command_id, kind, body, received_at FROM commands WHERE desk_id = $1 AND answered_at IS NULL ORDER BY id"
)
#: What was asked for is read at once. A window that looks every half minute must not fill the table.
FORGET = (
    f"UPDATE commands SET answer = NULL WHERE {OWN} AND answer IS NOT NULL "  # noqa: S608 - names of our own
    "AND answered_at < now() - interval '10 minutes'"
)
ANSWER = (
    "SELECT command_id, answered_at, refusals, answer FROM commands WHERE command_id = $1 AND answered_at IS NOT NULL"
)
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

    def __init__(self, database: Database, desk_id: str, desk_name: str = "", bell: Bell | None = None) -> None:
        """`bell` rings beside the database's own; it only ever makes a desk look sooner."""
        self._database = database
        self._desk_id = desk_id
        self._desk_name = desk_name or desk_id
        self._bell = bell
        self._seen: set[str] = set()
        self._look = asyncio.Event()

    async def submit(self, received: CommandReceived) -> bool:
        """Make a command durable and ring; a known command id changes nothing. Raises StorageUnavailable.

        True when it is this desk that will answer.
        """
        body = json.dumps(to_json(received.command), ensure_ascii=False)
        kind = type(received.command).__name__
        async with self._database.question() as connection:
            await register_desk(connection, self._desk_id, self._desk_name)
            if isinstance(received.command, LookAtTruth):
                await connection.execute(FORGET)
            row = await connection.fetchrow(SUBMIT, received.command_id, self._desk_id, kind, body, received.at)
        desk_id = row["desk_id"]
        if self._bell is not None and desk_id is not None:
            await self._bell.ring(COMMANDS_BELL, desk_id)
        if isinstance(received.command, messages.HaltAll | messages.LiftHalt):
            await self.spread(received)
        return desk_id in (None, self._desk_id)

    async def spread(self, received: CommandReceived) -> None:
        """Ask the same of every other desk of the user that lives. Raises StorageUnavailable."""
        body = json.dumps(to_json(received.command), ensure_ascii=False)
        kind = type(received.command).__name__
        async with self._database.question() as connection:
            rows = await connection.fetch(
                SPREAD, received.command_id, self._desk_id, kind, body, received.at, HEARTBEAT_STALE_S
            )
        if self._bell is not None:
            for row in rows:
                await self._bell.ring(COMMANDS_BELL, row["desk_id"])

    async def pending(self) -> AsyncGenerator[CommandReceived, None]:
        """Unanswered commands of this desk, oldest first, each once. Waits until cancelled, through outages too."""
        while True:
            try:
                async with self._listening(COMMANDS_BELL, self._desk_id) as (connection, bell):
                    self._look = bell
                    while True:
                        bell.clear()
                        rows = await connection.fetch(PENDING, self._desk_id)
                        unanswered = {row["command_id"] for row in rows}
                        # Commands get their number before they commit, so a lower one may appear later: the ids decide.
                        fresh = [row for row in rows if row["command_id"] not in self._seen]
                        self._seen = unanswered
                        for row in fresh:
                            command = read_command(row["kind"], row["body"])
                            if command is not None:
                                yield CommandReceived(row["command_id"], command, row["received_at"])
                        await _ring(bell, connection)
            except StorageUnavailable as error:
                log.warning("Commands of other programs wait: %s", error)
                await asyncio.sleep(RECONNECT_S)

    def again(self, command_ids: Collection[str]) -> None:
        """See `engine.ports.CommandQueue.again`."""
        self._seen.difference_update(command_ids)
        self._look.set()

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
            async with contextlib.AsyncExitStack() as also:
                if self._bell is not None:
                    await also.enter_async_context(waking(self._bell, channel, payload, bell.set))
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
