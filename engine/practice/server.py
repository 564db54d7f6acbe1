"""The practice exchange as a server: its port, its desks, and the passing of its time."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.practice.audit import Audit
from engine.practice.exchange import PracticeExchange
from engine.practice.session import MOST_UNREAD_BYTES, Session
from engine.venues import practice_wire as wire
from engine.venues.clock import Clock
from engine.venues.pace import Pace

log = logging.getLogger(__name__)

AUDIT = "audit.jsonl"


class PracticeServer:
    """An opened exchange on a port. Belongs to one loop."""

    def __init__(
        self, exchange: PracticeExchange, folder: Path, clock: Clock, most_unread: int = MOST_UNREAD_BYTES
    ) -> None:
        self._exchange = exchange
        self._audit = Audit(folder / AUDIT, clock)
        self._pace = Pace(clock)
        self._most_unread = most_unread
        self._sessions: dict[Session, asyncio.Task[None]] = {}
        self.port = 0

    @property
    def desks(self) -> int:
        """Lines to desks that are open now."""
        return len(self._sessions)

    @contextlib.asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[None]:
        """Reachable while the context lasts; port 0 takes a free one. Raises VenueUnavailable."""
        self._audit.open()
        try:
            server = await asyncio.start_server(self._meet, host, port, limit=wire.MOST_ASKED_BYTES)
        except OSError as error:
            self._audit.close()
            cause = error.strerror or str(error)
            raise VenueUnavailable(say(phrases.PRACTICE_PORT, address=f"{host}:{port}", cause=cause)) from error
        self.port = server.sockets[0].getsockname()[1]
        # Whoever was connected to an earlier life of the exchange is so no more, also where that life was killed.
        self._audit.note(ask="begin", desk="", account="")
        try:
            yield
        finally:
            server.close()
            tasks = tuple(self._sessions.values())
            for session in tuple(self._sessions):
                # Its line is closed, so its task ends by itself.
                session.end()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()
            self._exchange.close()
            self._audit.close()

    async def run(self) -> None:
        """Let the market run until cancelled. Raises VenueUnavailable when the exchange's own store fails."""
        exchange = self._exchange
        self._pace.set(exchange.speed)
        beats = asyncio.create_task(self._beat(), name="beats")
        try:
            while True:
                if await self._pace.until(exchange.next_at_ms, exchange.at_ms, exchange.usual_ms):
                    exchange.tick()
        finally:
            beats.cancel()

    async def _beat(self) -> None:
        said = wire.line(beat=True)
        while True:
            await asyncio.sleep(wire.BEAT_S)
            for session in tuple(self._sessions):
                session.tell(said)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self._exchange, self._audit, reader, writer, self._most_unread)
        task = asyncio.current_task()
        assert task is not None, "a connection is a task"
        self._sessions[session] = task
        try:
            await session.run()
        finally:
            del self._sessions[session]
