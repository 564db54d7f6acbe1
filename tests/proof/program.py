"""The trading program in virtual time: the real engine and adapter on a journal in memory and a network in memory.

It can be killed at any moment: its tasks end, what it had not committed is gone, and what it had already written to a
socket arrives. Then a new one starts from the journal.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.bot import Account
from engine.domain.messages import Command, CommandAnswered
from engine.engine import Engine
from engine.live_ports import SharedBudget
from engine.ports import Venue
from engine.spreads.desk import SpreadDesk
from engine.venues.ccxt_line import Route
from tests.support.memory_desk import (
    MemoryCommands,
    MemoryDatabase,
    MemoryJournal,
    MemoryLeases,
    MemorySharedBudget,
    NoCache,
    NoRecorder,
)
from tests.support.memory_network import MemoryConnector, MemoryNetwork
from tests.support.virtual_time import VirtualLoop, belonging_to

#: How long an orderly end may take, in virtual seconds.
END_S = 120.0


@dataclass(frozen=True)
class Means:
    """What programs are made from. `venues` makes a program's maker of venues of what is its own, and `spreads` its
    spread desk, where it has one.
    """

    database: MemoryDatabase
    network: MemoryNetwork
    venues: "MakeVenues"
    spreads: "Callable[[Own], SpreadDesk] | None" = None


@dataclass(frozen=True)
class Own:
    """What one life of the program has: its way to the exchange, its chance, and who remembers its budgets."""

    route: Route
    chance: random.Random
    shared: SharedBudget


MakeVenues = Callable[[Own], Callable[[Account], Venue]]


class Program:
    """One life of the program, from `start` to `kill` or `stop`."""

    def __init__(self, name: str, means: Means, chance: random.Random) -> None:
        self.name = name
        self._network = means.network
        self._connectors: list[MemoryConnector] = []
        leases = MemoryLeases(means.database)
        shared = MemorySharedBudget(means.database.bans, asyncio.get_running_loop().time)
        self._journal = MemoryJournal(means.database, leases)
        own = Own(Route(lambda address: address, self._connector), chance, shared)
        self.engine = Engine(
            desk_id="desk",
            journal=self._journal,
            commands=MemoryCommands(means.database),
            make_venue=means.venues(own),
            recorder=NoRecorder(),
            cache=NoCache(),
            leases=leases,
            view_every_s=60.0,
            spreads=means.spreads(own) if means.spreads is not None else None,
        )
        self._run: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether it ended by itself."""
        return self._run is not None and self._run.done()

    @property
    def ending(self) -> str:
        """What it ended by itself with."""
        if self._run is None or not self._run.done() or self._run.cancelled():
            return "it runs"
        return repr(self._run.exception())

    def start(self) -> None:
        """Begin to run; returns at once."""
        with belonging_to(self.name):
            self._run = asyncio.get_running_loop().create_task(self.engine.run())

    def kill(self) -> None:
        """As by SIGKILL: from this moment it changes nothing any more, anywhere."""
        self._journal.is_dead = True
        for connector in self._connectors:
            connector.die()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        for task in loop.tasks_of(self.name):
            task.cancel()

    async def stop(self) -> None:
        """As by a signal: everything is written and closed. Raises what ended the engine before."""
        assert self._run is not None
        with belonging_to(self.name):
            await self.engine.stop()
        async with asyncio.timeout(END_S):
            await self._run

    async def ask(self, command: Command) -> CommandAnswered:
        """A command that must not be refused."""
        with belonging_to(self.name):
            task = asyncio.get_running_loop().create_task(self.engine.submit(command))
        answer = await task
        assert not answer.refusals, [str(sentence) for _, sentence in answer.refusals]
        return answer

    async def put(self, command: Command) -> None:
        """A command whose answer, if the program lives to give one, is nobody's business."""
        with belonging_to(self.name):
            task = asyncio.get_running_loop().create_task(self.engine.submit(command))
        await asyncio.wait({task})

    def _connector(self) -> MemoryConnector:
        connector = MemoryConnector(self._network)
        self._connectors.append(connector)
        return connector
