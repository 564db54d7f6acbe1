"""The history of a window, whose loop exists only after everything that it shows was put together."""

import asyncio
from datetime import datetime

from engine.console.desk import DeskRow, KeyRow, LeaseRow
from engine.domain.market import Candle
from engine.domain.messages import DecisionLogged, EquitySampled, FillRecorded
from engine.domain.order import Order
from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity, PairDay, PastPosition, RateSeries, SpreadSeries
from engine.premium_history import MOST_POINTS
from storage.database import Database, connect
from storage.desks import desks_of, leases_of
from storage.history import PostgresHistory
from storage.premium_history import PostgresPremiumHistory
from storage.recovery import OWN

#: A window reads one page at a time; the second connection keeps a chart from waiting for a table.
POOL_SIZE = 2
KEYS = (
    f"SELECT credential_id, venue, label, key_hint FROM credentials WHERE {OWN} "  # noqa: S608 - our own words
    "AND kind = 'exchange' ORDER BY label"
)


class LateHistory:
    """`engine.ports.History` and `PremiumHistory`, the list of desks and the names of keys, over a small pool.

    The pool is opened on the loop that asks first.

    All raise StorageError.
    """

    def __init__(self, url: str, application_name: str = "gridwright window") -> None:
        self._url = url
        self._application_name = application_name
        self._turn = asyncio.Lock()
        self._database: Database | None = None

    async def candles(
        self, venue: str, symbol: str, timeframe_s: int, before: datetime | None, limit: int
    ) -> list[Candle]:
        return await (await self._history()).candles(venue, symbol, timeframe_s, before, limit)

    async def fills(self, bot_id: str | None, before: datetime | None, limit: int) -> list[FillRecorded]:
        return await (await self._history()).fills(bot_id, before, limit)

    async def orders(self, bot_id: str | None, before: datetime | None, limit: int) -> list[Order]:
        return await (await self._history()).orders(bot_id, before, limit)

    async def equity(self, bot_id: str, account_id: str, since: datetime | None, limit: int) -> list[EquitySampled]:
        return await (await self._history()).equity(bot_id, account_id, since, limit)

    async def log(self, bot_id: str | None, before: datetime | None, limit: int) -> list[DecisionLogged]:
        return await (await self._history()).log(bot_id, before, limit)

    async def spreads(
        self, pair: Pair, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> SpreadSeries:
        return await (await self._premiums()).spreads(pair, since, until, most)

    async def fx_rates(
        self, pair: str, source: str, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> RateSeries:
        return await (await self._premiums()).fx_rates(pair, source, since, until, most)

    async def two_leg_positions(
        self, bot_id: str | None, is_open: bool | None, before: datetime | None, limit: int
    ) -> list[PastPosition]:
        return await (await self._premiums()).two_leg_positions(bot_id, is_open, before, limit)

    async def opportunities(
        self, pair: Pair | None, since: datetime | None, until: datetime | None, limit: int
    ) -> list[Opportunity]:
        return await (await self._premiums()).opportunities(pair, since, until, limit)

    async def daily_pnl(self, bot_id: str | None, zone: str, limit: int) -> list[PairDay]:
        return await (await self._premiums()).daily_pnl(bot_id, zone, limit)

    async def desks(self) -> list[DeskRow]:
        """All desks, by name."""
        return await desks_of(await self._opened())

    async def leases(self) -> list[LeaseRow]:
        """All accounts of the user with the desks that run them."""
        return await leases_of(await self._opened())

    async def keys(self) -> list[KeyRow]:
        """The exchange keys of the user's vault by label, and nothing that is secret."""
        async with (await self._opened()).question() as connection:
            rows = await connection.fetch(KEYS)
        return [KeyRow(row["credential_id"], row["venue"], row["label"], row["key_hint"]) for row in rows]

    async def close(self) -> None:
        """Close the pool, on the loop that opened it."""
        database, self._database = self._database, None
        if database is not None:
            await database.close()

    async def _history(self) -> PostgresHistory:
        return PostgresHistory(await self._opened())

    async def _premiums(self) -> PostgresPremiumHistory:
        return PostgresPremiumHistory(await self._opened())

    async def _opened(self) -> Database:
        async with self._turn:
            if self._database is None:
                self._database = await connect(self._url, application_name=self._application_name, pool_size=POOL_SIZE)
            return self._database
