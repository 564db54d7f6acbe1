"""The history of a window, whose loop exists only after everything that it shows was put together."""

import asyncio
from datetime import datetime

from engine.domain.market import Candle
from engine.domain.messages import DecisionLogged, EquitySampled, FillRecorded
from engine.domain.order import Order
from storage.database import Database, connect
from storage.history import PostgresHistory

#: A window reads one page at a time; the second connection keeps a chart from waiting for a table.
POOL_SIZE = 2


class LateHistory:
    """`engine.ports.History` that opens its own small pool on the loop that asks first. Raises StorageError."""

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

    async def close(self) -> None:
        """Close the pool, on the loop that opened it."""
        database, self._database = self._database, None
        if database is not None:
            await database.close()

    async def _history(self) -> PostgresHistory:
        async with self._turn:
            if self._database is None:
                self._database = await connect(self._url, application_name=self._application_name, pool_size=POOL_SIZE)
        return PostgresHistory(self._database)
