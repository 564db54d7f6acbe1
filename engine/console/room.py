"""The room an engine runs in: storage opened on this loop, venues that are remembered, candles that are counted."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from engine.console.desk import OpenStorage
from engine.console.replays import CountingRecorder, KnownVenues
from engine.domain.bot import Account, AccountMode
from engine.domain.messages import DecisionLogged
from engine.domain.secret import Credential, UnlockSources
from engine.engine import Engine
from engine.ports import Secrets, Venue
from engine.spreads.desk import SpreadDesk
from engine.vault_watch import VaultWatch
from engine.venues.exchanges.budgets import Budgets
from engine.venues.keyed import KeyedVenue

OpenRoom = Callable[[], Awaitable[OpenStorage]]
MakeSpreads = Callable[[OpenStorage], SpreadDesk]


class EngineRoom:
    """Everything an engine needs, on one loop. `open` begins, `close` ends; both on that loop.

    `revive_storage` is called in a thread when the database does not answer. `on_decision` is told each durable line.
    `unlock` is what may open the user's vault without a person, None for a room without one; `make_live` makes the
    venue of a live account from its secrets, and without it live accounts are `make_venue`'s too. What they ask is
    counted by `budgets`, with what other desks of the database ask. `make_spreads` makes the spread desk over the open
    storage; without it no pairs are watched.
    """

    def __init__(
        self,
        open_storage: OpenRoom,
        make_venue: Callable[[Account], Venue],
        *,
        revive_storage: Callable[[], None] | None = None,
        on_decision: Callable[[DecisionLogged], None] | None = None,
        unlock: UnlockSources | None = None,
        make_live: Callable[[Account, Credential], Venue] | None = None,
        vault_lock_after_s: float = 0,
        budgets: Budgets | None = None,
        make_spreads: MakeSpreads | None = None,
    ) -> None:
        self._open_storage = open_storage
        self._unlock = unlock
        self._make_live = make_live
        self._make_other = make_venue
        self._vault_lock_after_s = vault_lock_after_s
        self._budgets = budgets
        self._make_spreads = make_spreads
        self._secrets: Secrets | None = None
        self.vault: VaultWatch | None = None
        self._revive_storage = revive_storage
        self._on_decision = on_decision
        self._stored: OpenStorage | None = None
        self._recorder: CountingRecorder | None = None
        self._engine: Engine | None = None
        self.venues = KnownVenues(self._make_venue)

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
        if self._budgets is not None:
            self._budgets.count_in(stored.shared_budget)
        self._secrets = await stored.open_secrets(self._unlock) if self._unlock is not None else None
        self._recorder = CountingRecorder(stored.recorder)
        mirror = stored.mirror
        self._engine = Engine(
            desk_id=stored.desk_id,
            journal=stored.journal,
            commands=stored.commands_of(stored.desk_id),
            make_venue=self.venues,
            recorder=self._recorder,
            cache=stored.cache,
            leases=stored.leases,
            other_desks=stored.other_desks,
            symbol_lists=stored.symbol_lists,
            rehearsals=stored.rehearsals,
            spreads=None if self._make_spreads is None else self._make_spreads(stored),
            timezone=datetime.now().astimezone().tzinfo or UTC,
            on_decision=self._on_decision,
            on_committed=None if mirror is None else mirror.committed,
            revive_storage=self._revive_storage,
        )
        if self._secrets is not None:
            connect, view = self._engine.connect_waiting, self._engine.view
            self.vault = VaultWatch(self._secrets, connect, view, self._vault_lock_after_s)
            self.vault.start()
        if mirror is not None:
            mirror.start(self._engine.view)
        return self._engine

    async def close(self) -> None:
        """Close the vault and the storage; nothing happens when they were never open."""
        vault, self.vault = self.vault, None
        if vault is not None:
            await vault.close()
        if self._budgets is not None:
            await self._budgets.close()
        stored, self._stored = self._stored, None
        if stored is not None:
            await stored.close()

    def _make_venue(self, account: Account) -> Venue:
        if account.mode is AccountMode.LIVE and self._make_live is not None and self._secrets is not None:
            return KeyedVenue(account, self._secrets, self._make_live)
        return self._make_other(account)
