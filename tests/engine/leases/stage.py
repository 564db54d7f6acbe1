"""A running desk whose venue and journal can be made to wait or fail at any one call, and whose leases can be moved."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from engine.console.room import EngineRoom
from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.messages import OrderAccepted, OrderRejected, OrderReport, OrderUnknown
from engine.domain.order import Order
from engine.engine import Engine
from engine.errors import StorageUnavailable
from engine.ports import Venue, VenueSink
from engine.recovered import RecoveredState
from engine.venues.factory import make_venue
from storage.database import Database
from storage.desk_storage import DeskStorage
from storage.journal import PostgresJournal
from storage.leases import AccountLeases
from tests.support.trading import TradingDesk
from tests.support.waiting import wait_for


class Holds:
    """Which calls are held, by name; `reached` counts those that came. Each test lets go of what it holds."""

    def __init__(self) -> None:
        self._held: dict[str, asyncio.Event] = {}
        self.reached: dict[str, int] = {}

    def hold(self, *names: str) -> None:
        for name in names:
            self._held[name] = asyncio.Event()

    def let_go(self, *names: str) -> None:
        for name in names or tuple(self._held):
            self._held.pop(name).set()

    async def pass_by(self, name: str) -> None:
        self.reached[name] = self.reached.get(name, 0) + 1
        if (held := self._held.get(name)) is not None:
            await held.wait()


class HeldVenue:
    """A venue every call of which may be held before the real one does it."""

    def __init__(self, venue: Venue, holds: Holds) -> None:
        self._venue = venue
        self._holds = holds
        self.name = venue.name

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        await self._holds.pass_by("connect")
        return await self._venue.connect(sink)

    async def run(self) -> None:
        await self._venue.run()

    async def place(self, order: Order) -> OrderAccepted | OrderRejected | OrderUnknown:
        await self._holds.pass_by("place " + self.name.partition(":")[2])
        return await self._venue.place(order)

    async def cancel(self, order: Order) -> None:
        await self._venue.cancel(order)

    async def report(self, order: Order) -> OrderReport | None:
        await self._holds.pass_by("report")
        return await self._venue.report(order)

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        await self._holds.pass_by("open_client_order_ids")
        return await self._venue.open_client_order_ids(symbol)

    async def balances(self) -> Sequence[tuple[str, object, object]]:
        await self._holds.pass_by("balances")
        return await self._venue.balances()

    def set_speed(self, speed: object) -> None:
        self._venue.set_speed(speed)  # type: ignore[attr-defined]

    async def close(self) -> None:
        await self._holds.pass_by("close")
        await self._venue.close()


class HeldJournal(PostgresJournal):
    """The real journal; `load` may be held, or fail as often as `failures` says."""

    holds: Holds
    failures: int = 0

    async def load(self, account_ids: Sequence[str] | None = None) -> RecoveredState:
        await self.holds.pass_by("load")
        if self.failures > 0:
            self.failures -= 1
            raise StorageUnavailable("The database went away just now.")
        return await super().load(account_ids)


class Stage:
    """One desk that runs, and the levers. `desk` may be named so that two of them differ."""

    def __init__(self, url: str, folder: Path, lease_s: float = 10.0, *, takes_all: bool = False) -> None:
        self.desk = TradingDesk(url, folder)
        self.holds = Holds()
        self.lease_s = lease_s
        self.takes_all = takes_all
        self.made: list[Account] = []
        self.stored: DeskStorage | None = None

    async def open_storage(self) -> DeskStorage:
        stored = await DeskStorage.open(
            self.desk.url, None, self.desk.folder, "gridwright test", desk_name=self.desk.folder.name,
            lease_s=self.lease_s, takes_all=self.takes_all,
        )  # fmt: skip
        journal = HeldJournal(stored.database, stored.desk_id, stored.name, leases=stored.leases)
        journal.holds = self.holds
        stored.journal = journal
        self.stored = stored
        return stored

    def make_venue(self, account: Account) -> Venue:
        self.made.append(account)
        venue: object = HeldVenue(make_venue(account, self.desk.folder), self.holds)
        return venue  # type: ignore[return-value]

    @contextlib.asynccontextmanager
    async def running(self, *, is_started: bool = True) -> AsyncIterator[Engine]:
        """The desk's engine; at the end it stops in order, within a deadline, and raises what ended it."""
        room = EngineRoom(self.open_storage, self.make_venue)
        try:
            engine = await room.open()
            run = asyncio.create_task(engine.run())
            try:
                if is_started:
                    started = asyncio.create_task(engine.started())
                    await asyncio.wait({run, started}, return_when=asyncio.FIRST_COMPLETED)
                    started.cancel()
                yield engine
            finally:
                for name in tuple(self.holds._held):
                    self.holds.let_go(name)
                await engine.stop()
                async with asyncio.timeout(60):
                    await run
        finally:
            await room.close()

    @property
    def database(self) -> Database:
        assert self.stored is not None
        return self.stored.database

    @property
    def leases(self) -> AccountLeases:
        assert self.stored is not None
        return self.stored.leases

    @property
    def journal(self) -> HeldJournal:
        assert self.stored is not None
        assert isinstance(self.stored.journal, HeldJournal)
        return self.stored.journal

    async def lose(self) -> None:
        """Another desk had all leases and is gone again: nobody holds them, and the tokens are higher."""
        await self.execute(
            "WITH l AS (UPDATE leases SET token = token + 1, desk_id = NULL, expires_at = NULL RETURNING *) "
            "UPDATE bot_instances b SET fencing_token = l.token FROM l WHERE b.account_id = l.account_id"
        )

    async def execute(self, query: str) -> None:
        async with self.database.question() as connection:
            await connection.execute(query)

    async def until(self, wanted: object, query: str) -> None:
        """Wait until the database answers so."""

        async def is_so() -> bool:
            return await self.value(query) == wanted

        await wait_for(is_so, what=f"{wanted} of {query}")

    async def value(self, query: str) -> object:
        async with self.database.question() as connection:
            found: object = await connection.fetchval(query)
            return found


def runs(engine: Engine, stage: Stage, account: Account) -> Callable[[], bool]:
    """Whether the desk holds the account, knows its bots and is connected to its venue."""

    def fact() -> bool:
        view = engine.refresh()
        return (
            stage.leases.is_held(account.account_id)
            and any(
                row.account == account and row.elsewhere is None and row.is_told and row.trouble is None
                for row in view.accounts
            )
            and any(row.bot.account_id == account.account_id and row.elsewhere is None for row in view.bots)
        )

    return fact
