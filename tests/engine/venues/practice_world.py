"""A practice exchange on the test's loop whose market moves only when the test says so, and desks at it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.bot import Account
from engine.domain.messages import BalancesReported
from engine.practice.exchange import PracticeExchange
from engine.practice.server import AUDIT, PracticeServer
from engine.practice.session import MOST_UNREAD_BYTES
from engine.venues.clock import MachineClock
from engine.venues.practice import PracticeVenue, practice_account
from engine.venues.practice_wire import SILENCE_S
from tests.engine.venues.builders import START, ListeningSink
from tests.support.waiting import wait_until_async

#: Around 100, wild, with room for every order, and no fees beyond 0.1 %.
MARKET = {"symbol": "BTC/KRW", "start_price": "100", "volatility": "2", "price_increment": "0.5", "min_notional": "0",
          "size_increment": "0.01", "cash.KRW": "100000", "cash.BTC": "1000", "speed": "0"}  # fmt: skip


@dataclass
class Practice:
    """The exchange and where it is reached."""

    exchange: PracticeExchange
    server: PracticeServer
    folder: Path

    @property
    def port(self) -> int:
        return self.server.port

    def audit(self) -> list[dict[str, Any]]:
        """Every line of the audit."""
        lines = (self.folder / AUDIT).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line]

    async def account(self, name: str = "mine") -> Account:
        return await practice_account(name, "127.0.0.1", self.port, "opener")


@contextlib.asynccontextmanager
async def practice(
    folder: Path, port: int = 0, most_unread: int = MOST_UNREAD_BYTES, typed: Mapping[str, str] | None = None
) -> AsyncIterator[Practice]:
    """An exchange that goes on where the folder's was."""
    exchange = PracticeExchange(folder)
    exchange.open({**MARKET, **(typed or {})}, START)
    server = PracticeServer(exchange, folder, MachineClock(), most_unread)
    async with server.listening("127.0.0.1", port):
        market = asyncio.create_task(server.run())
        try:
            yield Practice(exchange, server, folder)
        finally:
            market.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await market


@dataclass
class Desk:
    """A venue with a sink that remembers, and its running market."""

    venue: PracticeVenue
    sink: ListeningSink
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def listen(self) -> "asyncio.Task[None]":
        """Run the venue, as the engine does after reconciling."""
        task = asyncio.create_task(self.venue.run())
        self.tasks.append(task)
        return task

    async def heard(self, kind: type, count: int = 1) -> list[Any]:
        """Wait until so many events of a kind were told; gives them."""
        await wait_until_async(lambda: len(self.of(kind)) >= count, what=f"{count} {kind.__name__}")
        return self.of(kind)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.sink.events if isinstance(event, kind)]


@contextlib.asynccontextmanager
async def desk_at(
    account: Account,
    name: str = "desk",
    answer_s: float = 5.0,
    silence_s: float = SILENCE_S,
    *,
    is_listening: bool = True,
) -> AsyncIterator[Desk]:
    """A desk that is connected to its account."""
    desk = Desk(PracticeVenue(account, name, answer_s, silence_s), ListeningSink())
    try:
        await desk.venue.connect(desk.sink)
        if is_listening:
            desk.listen()
            await desk.heard(BalancesReported)
        yield desk
    finally:
        await desk.venue.close()
        for task in desk.tasks:
            task.cancel()
        await asyncio.gather(*desk.tasks, return_exceptions=True)
