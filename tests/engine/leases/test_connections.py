"""Opening, parting and stopping at the same time: one line to a venue, and nobody waits for ever."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from engine.connections import Connections
from engine.domain.instrument import Instrument
from engine.domain.messages import Message
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.ports import Venue, VenueSink
from tests.engine.kernel.town import ACCOUNT, Town, instrument
from tests.support.waiting import wait_until_async


class Slow:
    """A venue that breaks when it runs, and whose `close` takes until it is let go; `lines` counts those open."""

    name = "town"
    lines = 0
    most = 0

    def __init__(self, may_close: asyncio.Event) -> None:
        self._may_close = may_close
        self.broken = asyncio.Event()
        self.is_closing = False

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        Slow.lines += 1
        Slow.most = max(Slow.most, Slow.lines)
        return (instrument(),)

    async def run(self) -> None:
        await self.broken.wait()
        raise VenueUnavailable(say("The exchange {venue} is closed.", venue=self.name))

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        return frozenset()

    async def balances(self) -> tuple[()]:
        return ()

    async def close(self) -> None:
        self.is_closing = True
        await self._may_close.wait()
        Slow.lines -= 1


class Sink:
    def deliver(self, events: object) -> bool:
        return False

    async def settled(self) -> None:
        return


@pytest.fixture
def may_close() -> asyncio.Event:
    Slow.lines = Slow.most = 0
    return asyncio.Event()


async def test_a_line_is_opened_when_the_older_one_is_closed(may_close: asyncio.Event) -> None:
    town, told, made = Town(), list[Message](), list[Slow]()

    def make(_: object) -> Venue:
        made.append(Slow(may_close))
        return cast(Venue, made[-1])

    connections = Connections(make, cast(VenueSink, Sink()), told.append, lambda _: None)
    async with asyncio.TaskGroup() as tasks:
        connections.run_markets_in(tasks)
        await connections.open(town.kernel, ACCOUNT)
        parting = connections.part(ACCOUNT.account_id)
        both = [tasks.create_task(connections.open(town.kernel, ACCOUNT)) for _ in range(2)]
        await wait_until_async(lambda: made[0].is_closing, what="the first line to be closed")
        assert len(made) == 1
        may_close.set()
        await asyncio.gather(parting, *both)
        assert connections.venue_of(ACCOUNT.account_id) is cast(Venue, made[-1])
        assert (Slow.lines, Slow.most) == (1, 1)
        await connections.dismiss(ACCOUNT.account_id)
    await connections.close()
    assert Slow.lines == 0


async def test_who_is_stopped_while_a_line_is_closed_stops(may_close: asyncio.Event) -> None:
    """A stop of the engine must not be lost in the end of a keeper."""
    town, venue = Town(), Slow(may_close)
    connections = Connections(lambda _: cast(Venue, venue), cast(VenueSink, Sink()), lambda _: None, lambda _: None)
    async with asyncio.TaskGroup() as tasks:
        connections.run_markets_in(tasks)
        await connections.open(town.kernel, ACCOUNT)
        venue.broken.set()
        await wait_until_async(lambda: venue.is_closing, what="the keeper to close the broken line")
        stopped = tasks.create_task(connections.dismiss(ACCOUNT.account_id))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        stopped.cancel()
        await asyncio.wait({stopped})
        assert stopped.cancelled()
        may_close.set()
    await connections.close()
