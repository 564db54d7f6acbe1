"""Everything of one desk that is stored, opened together on one loop and closed together."""

import socket
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from engine.console.bot_commands import find_desk
from engine.console.desk import DayProfit, DeskRow, LeaseRow, LedgerTotal
from engine.domain.ledger import EntryKind
from engine.domain.money import ZERO
from engine.domain.secret import UnlockSources, VaultState
from engine.domain.watching import WatchedPair
from engine.recovered import RecoveredState
from storage.bell import CacheBell
from storage.cache import ProcessCache
from storage.cache_operations import SharedCache
from storage.commands import PostgresCommands
from storage.database import Database, connect, migrate
from storage.desk import current_user_id, desk_identity, space_of
from storage.desk_mirror import DeskMirror
from storage.desks import desks_of, leases_of
from storage.history import PostgresHistory
from storage.journal import PostgresJournal
from storage.leases import LEASE_S, AccountLeases
from storage.market_recorder import PostgresRecorder
from storage.mirror.csv_mirror import CsvMirror
from storage.other_desks import PostgresOtherDesks
from storage.own_lists import OwnSymbolLists
from storage.premium_history import PostgresPremiumHistory
from storage.prices import last_price
from storage.rehearsals import PostgresRehearsals
from storage.repositories.fx_rates import FxRateRepository
from storage.series.upkeep import SeriesUpkeep
from storage.shared_budget import CountedBudget, Counter, PostgresBudget
from storage.watched_pairs import PostgresWatchedPairs

if TYPE_CHECKING:
    from storage.vault.vault_secrets import VaultSecrets

#: Days of a profit list; older ones are in the table of trades.
MOST_DAYS = 2_000


class DeskStorage:
    """The journal, recorder, history, cache and commands of the desk in a data folder. Made by `open`."""

    def __init__(
        self,
        database: Database,
        cache: SharedCache,
        leases: AccountLeases,
        desk_id: str,
        name: str,
        user_id: int,
        *,
        is_other: bool = False,
        is_named: bool = False,
        keep_days: Mapping[str, int] | None = None,
        csv_folder: Path | None = None,
        budget: Counter | None = None,
    ) -> None:
        self.desk_id = desk_id
        self.user_id = user_id
        self.is_other = is_other
        self.is_named = is_named
        self.name = name
        self.database = database
        self.cache = cache
        self.history = PostgresHistory(database)
        self.premiums = PostgresPremiumHistory(database)
        self.watched_pairs = PostgresWatchedPairs(database)
        self.leases = leases
        # Without a shared cache nobody else could see or hear anything.
        self.mirror = DeskMirror(cache, user_id, desk_id) if cache.is_shared else None
        notified = None if self.mirror is None else self.mirror.notified
        self.journal = PostgresJournal(database, desk_id, name, leases=leases, on_notified=notified)
        self.other_desks = PostgresOtherDesks(database)
        self.symbol_lists = OwnSymbolLists(database, user_id)
        self.rates = FxRateRepository(database)
        self.recorder = PostgresRecorder(database)
        self.upkeep = SeriesUpkeep(database, keep_days)
        self.csv_mirror = None if csv_folder is None else CsvMirror(database, csv_folder)
        self.bell = CacheBell(cache) if cache.is_shared else None
        self.rehearsals = PostgresRehearsals(database)
        here: list[Counter] = [PostgresBudget(database, desk_id)]
        self.shared_budget = CountedBudget(here if budget is None else [budget, *here])

    @classmethod
    async def open(
        cls,
        url: str,
        redis_url: str | None,
        data_folder: Path,
        application_name: str,
        other_desk: str | None = None,
        *,
        desk_name: str | None = None,
        lease_s: float = LEASE_S,
        takes_all: bool = False,
        keep_days: Mapping[str, int] | None = None,
        csv_folder: Path | None = None,
    ) -> "DeskStorage":
        """Migrate the database and connect. `other_desk` is the id or name of a desk that is not the data folder's.

        Accounts are leased for `lease_s` seconds; `takes_all` takes every free one, not only what this desk ran last.
        Rows over time are kept `keep_days` days by table. What goes to `csv_folder` is in `storage.mirror`.

        Raises StorageError, or UsageError for a Redis URL that cannot be one or a desk that does not exist.
        """
        _check_redis_url(redis_url)
        await migrate(url)
        database = await connect(url, application_name=application_name)
        try:
            async with database.question() as connection:
                user_id, space = await current_user_id(connection), await space_of(connection)
            desk_id, name, is_other = desk_identity(data_folder), desk_name or socket.gethostname(), False
            if other_desk is not None:
                other = find_desk(await desks_of(database), other_desk)
                desk_id, name, is_other = other.desk_id, other.name, other.desk_id != desk_id
        except BaseException:
            await database.close()
            raise
        cache = _cache(redis_url, space)
        leases = AccountLeases(database, user_id, desk_id, lease_s=lease_s, takes_all=takes_all)
        is_named = other_desk is not None
        return cls(
            database,
            cache,
            leases,
            desk_id,
            name,
            user_id,
            is_other=is_other,
            is_named=is_named,
            keep_days=keep_days,
            csv_folder=csv_folder,
            budget=_budget(redis_url, space, desk_id),
        )

    @property
    def reads(self) -> "DeskReads":
        """What can be asked of it."""
        return DeskReads(self)

    def commands_of(self, desk_id: str) -> PostgresCommands:
        """The commands of a desk."""
        return PostgresCommands(self.database, desk_id, self.name if desk_id == self.desk_id else "", self.bell)

    async def is_live(self, desk_id: str) -> bool:
        """Whether that desk's engine runs now."""
        return await self.commands_of(desk_id).live_desk() is not None

    async def open_secrets(self, sources: UnlockSources) -> "VaultSecrets":
        """The user's vault, unlocked where it opens by itself. Raises StorageError."""
        # Only an engine needs them: the libraries that seal, and the machine's keychain.
        from storage.vault.keychain import Keychain
        from storage.vault.vault_secrets import VaultSecrets  # likewise

        opened = await VaultSecrets.open(self.database, Keychain(), sources)
        self.leases.can_open_live = lambda: opened.state() is VaultState.OPEN
        return opened

    async def take_desk(self) -> None:
        """Become the desk's engine. Raises AlreadyRunning while another one lives."""
        await self.journal.take_desk()
        self.recorder.start()
        self.upkeep.start()
        if self.csv_mirror is not None:
            self.csv_mirror.start()

    async def close(self) -> None:
        """Write what waits, give accounts and desk back, close every connection."""
        if self.mirror is not None:
            await self.mirror.close()
        if self.csv_mirror is not None:
            await self.csv_mirror.close()
        await self.upkeep.close()
        await self.recorder.close()
        await self.shared_budget.close()
        await self.leases.close()
        await self.journal.close()
        await self.database.close()
        if self.bell is not None:
            await self.bell.close()
        await self.cache.close()


class DeskReads:
    """The reading half of `engine.console.desk.Desk`."""

    def __init__(self, stored: DeskStorage) -> None:
        self._stored = stored
        self.desk_id = stored.desk_id
        self.history = stored.history
        self.premiums = stored.premiums
        self._is_one_desk = stored.is_named

    async def state(self) -> RecoveredState:
        """What the journal knows now: of a named desk, else of all desks of the user."""
        return await (self._stored.journal.load() if self._is_one_desk else self._stored.journal.load_all())

    async def is_engine_running(self) -> bool:
        """Whether an engine holds the desk now."""
        return await self._stored.is_live(self.desk_id)

    async def watched(self) -> Sequence[WatchedPair]:
        """The user's list of pairs."""
        return await self._stored.watched_pairs.watched()

    async def desks(self) -> Sequence[DeskRow]:
        """All desks of the database, by name."""
        return await desks_of(self._stored.database)

    async def leases(self) -> Sequence[LeaseRow]:
        """All accounts of the user with the desks that run them."""
        return await leases_of(self._stored.database)

    async def last_price(self, venue: str, symbol: str) -> Decimal | None:
        """The last recorded price."""
        return await last_price(self._stored.database, venue, symbol)

    async def ledger(self) -> Sequence[LedgerTotal]:
        """Totals by account and asset, with the deposits among them."""
        totals: dict[tuple[str, str], LedgerTotal] = {}
        for row in await self.history.ledger_sums():
            key = (row.account_id, row.asset)
            old = totals.get(key, LedgerTotal(*key, ZERO, ZERO))
            deposit = row.amount if row.kind == EntryKind.DEPOSIT else ZERO
            totals[key] = LedgerTotal(*key, old.total + row.amount, old.deposited + deposit)
        return list(totals.values())

    async def profits_by_day(self, bot_id: str | None) -> Sequence[DayProfit]:
        """Oldest day first."""
        rows = await self.history.pnl_by_day(bot_id, limit=MOST_DAYS)
        return [DayProfit(row.day, row.bot_id, row.fills, row.matched_profit, row.fees) for row in reversed(rows)]


def _check_redis_url(redis_url: str | None) -> None:
    """Refuse one that cannot be one, before anything is opened."""
    if redis_url is not None:
        # Only here: see `_cache`.
        from storage.redis_address import parse_redis_address

        parse_redis_address(redis_url)


def _cache(redis_url: str | None, space: str) -> SharedCache:
    if redis_url is None:
        return ProcessCache()
    # Only here: most desks have no Redis, and its client takes a tenth of a second to import.
    from storage.redis_cache import RedisCache

    return RedisCache(redis_url, space=space)


def _budget(redis_url: str | None, space: str, desk_id: str) -> "Counter | None":
    if redis_url is None:
        return None
    # Only here: see `_cache`.
    from storage.redis_budget import RedisBudget

    return RedisBudget(redis_url, space, desk_id)
