"""The room an engine runs in: storage opened on this loop, venues that are remembered, candles that are counted."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from engine.console.desk import OpenStorage
from engine.console.replays import CountingRecorder, KnownVenues
from engine.domain.bot import Account
from engine.domain.messages import DecisionLogged
from engine.engine import Engine
from engine.ports import Venue

OpenRoom = Callable[[], Awaitable[OpenStorage]]


class EngineRoom:
    """Everything an engine needs, on one loop. `open` begins, `close` ends; both on that loop.

    `revive_storage` is called in a thread when the database does not answer. `on_decision` is told each durable line.
    """

    def __init__(
        self,
        open_storage: OpenRoom,
        make_venue: Callable[[Account], Venue],
        *,
        revive_storage: Callable[[], None] | None = None,
        on_decision: Callable[[DecisionLogged], None] | None = None,
    ) -> None:
        self._open_storage = open_storage
        self._revive_storage = revive_storage
        self._on_decision = on_decision
        self._stored: OpenStorage | None = None
        self._recorder: CountingRecorder | None = None
        self._engine: Engine | None = None
        self.venues = KnownVenues(make_venue)

    @property
    def stored(self) -> OpenStorage:
        """The open storage."""
        assert self._stored is not None, "open() comes first"
        return self._stored

    def name_of(self, bot_id: str) -> str:
        """A bot's name as it is now, its id when there is no such bot. On the engine's loop."""
        assert self._engine is not None, "open() comes first"
        for look in (self._engine.view, self._engine.refresh):
            for row in look().bots if bot_id else ():
                if row.bot.bot_id == bot_id:
                    return row.bot.name
        return bot_id

    def candles_walked(self, venue: str) -> int:
        """Closed candles that this program saw of a venue."""
        return self._recorder.counts.get(venue, 0) if self._recorder is not None else 0

    async def open(self) -> Engine:
        """Open the storage, take the desk, and build the engine. Raises StorageError, AlreadyRunning, UsageError."""
        stored = self._stored = await self._open_storage()
        await stored.take_desk()
        self._recorder = CountingRecorder(stored.recorder)
        self._engine = Engine(
            desk_id=stored.desk_id,
            journal=stored.journal,
            commands=stored.commands_of(stored.desk_id),
            make_venue=self.venues,
            recorder=self._recorder,
            cache=stored.cache,
            timezone=datetime.now().astimezone().tzinfo or UTC,
            on_decision=self._on_decision,
            revive_storage=self._revive_storage,
        )
        return self._engine

    async def close(self) -> None:
        """Close the storage; nothing happens when it was never open."""
        stored, self._stored = self._stored, None
        if stored is not None:
            await stored.close()
