"""Everything of one desk that is stored, opened together on one loop and closed together."""

import socket
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from engine.console.desk import DayProfit, DeskRow, LedgerTotal
from engine.domain.ledger import EntryKind
from engine.domain.money import ZERO
from engine.ports import Cache, RecoveredState
from storage.cache import ProcessCache
from storage.commands import PostgresCommands
from storage.database import Database, connect, migrate
from storage.desk import desk_identity
from storage.desks import desks_of, find_desk
from storage.history import PostgresHistory
from storage.journal import PostgresJournal
from storage.market_recorder import PostgresRecorder
from storage.prices import last_price

#: Days of a profit list; older ones are in the table of trades.
MOST_DAYS = 2_000


class DeskStorage:
    """The journal, recorder, history, cache and commands of the desk in a data folder. Made by `open`."""

    def __init__(self, database: Database, cache: Cache, desk_id: str, name: str, *, is_other: bool = False) -> None:
        self.desk_id = desk_id
        self.is_other = is_other
        self.name = name
        self.database = database
        self.cache = cache
        self.history = PostgresHistory(database)
        self.journal = PostgresJournal(database, desk_id, name)
        self.recorder = PostgresRecorder(database)

    @classmethod
    async def open(
        cls, url: str, redis_url: str | None, data_folder: Path, application_name: str, other_desk: str | None = None
    ) -> "DeskStorage":
        """Migrate the database and connect. `other_desk` is the id or name of a desk that is not the data folder's.

        Raises StorageError, or UsageError for a Redis URL that cannot be one or a desk that does not exist.
        """
        cache = _cache(redis_url)
        try:
            await migrate(url)
            database = await connect(url, application_name=application_name)
        except BaseException:
            await cache.close()
            raise
        if other_desk is not None:
            try:
                other = await find_desk(database, other_desk)
            except BaseException:
                await database.close()
                raise
            is_other = other.desk_id != desk_identity(data_folder)
            return cls(database, cache, other.desk_id, other.name, is_other=is_other)
        return cls(database, cache, desk_identity(data_folder), socket.gethostname())

    @property
    def reads(self) -> "DeskReads":
        """What can be asked of it."""
        return DeskReads(self)

    def commands_of(self, desk_id: str) -> PostgresCommands:
        """The commands of a desk."""
        return PostgresCommands(self.database, desk_id, self.name if desk_id == self.desk_id else "")

    async def is_live(self, desk_id: str) -> bool:
        """Whether that desk's engine runs now."""
        return await self.commands_of(desk_id).live_desk() is not None

    async def take_desk(self) -> None:
        """Become the desk's engine. Raises AlreadyRunning while another one lives."""
        await self.journal.take_desk()
        self.recorder.start()

    async def close(self) -> None:
        """Write what waits, give the desk back, close every connection."""
        await self.recorder.close()
        await self.journal.close()
        await self.database.close()
        await self.cache.close()


class DeskReads:
    """The reading half of `engine.console.desk.Desk`."""

    def __init__(self, stored: DeskStorage) -> None:
        self._stored = stored
        self.desk_id = stored.desk_id
        self.history = stored.history

    async def state(self) -> RecoveredState:
        """What the journal knows now."""
        return await self._stored.journal.load()

    async def is_engine_running(self) -> bool:
        """Whether an engine holds the desk now."""
        return await self._stored.is_live(self.desk_id)

    async def desks(self) -> Sequence[DeskRow]:
        """All desks of the database, by name."""
        return await desks_of(self._stored.database)

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


def _cache(redis_url: str | None) -> Cache:
    if redis_url is None:
        return ProcessCache()
    # Only here: most desks have no Redis, and its client takes a tenth of a second to import.
    from storage.redis_cache import RedisCache

    return RedisCache(redis_url)
