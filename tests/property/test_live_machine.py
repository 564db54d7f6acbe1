"""Market, venue, network, program and owner act in any order; what must hold at every instant holds after each act.

In the end all trouble is healed, and the exchange's auditor has nothing against our books.
"""

import asyncio
import contextlib
import os
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.domain.messages import HaltAll, LiftHalt, PauseBot, StartBot
from engine.domain.money import install_decimal_context
from tests.proof.fault_list import FAULTS
from tests.proof.towns import loaded, names
from tests.proof.world import BOT, World
from tests.support.virtual_time import VirtualClock, VirtualLoop, end_tasks, told_by
from tests.support.waiting import last

IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
GRIDS = 6
#: The program comes back by itself after these; all else is healed at the end.
SECONDS = st.sampled_from((0.001, 0.004, 0.5, 3.0, 20.0))


class LiveTrading(RuleBasedStateMachine):
    """One world; each rule is one act, with some time after it."""

    def __init__(self) -> None:
        super().__init__()
        install_decimal_context()
        self._end = contextlib.ExitStack()
        self._loop = VirtualLoop()
        asyncio.set_event_loop(self._loop)
        self._end.callback(asyncio.set_event_loop, None)
        self._end.callback(self._loop.close)
        self._end.callback(end_tasks, self._loop)
        self.town = loaded(names()[0])
        self.town = replace(self.town, grid=replace(self.town.grid, grid_count=GRIDS))
        clock = VirtualClock(self._loop)
        self._end.enter_context(told_by(clock))
        self.world = self._run(self._open(clock))
        self._ends: list[Any] = []
        self._is_paused = self._is_halted = False

    @rule(cells=st.floats(-2.5, 2.5, allow_nan=False), seconds=SECONDS)
    def market_moves(self, cells: float, seconds: float) -> None:
        grid = self.town.grid
        cell = float(grid.upper - grid.lower) / GRIDS
        self._run(self._act(lambda: self.world.flow.go_to(float(self.town.wander.centre) + cells * cell), seconds))

    @rule(seconds=SECONDS)
    def market_nibbles(self, seconds: float) -> None:
        self._run(self._act(self.world.flow.nibble, seconds))

    @rule(fault=st.sampled_from(sorted(FAULTS)), seconds=SECONDS)
    def something_goes_wrong(self, fault: str, seconds: float) -> None:
        def strike() -> None:
            end, _ = FAULTS[fault](self.world.stage)
            self._ends.append(end)

        self._run(self._act(strike, seconds))

    @precondition(lambda self: self._ends)
    @rule(seconds=SECONDS)
    def something_heals(self, seconds: float) -> None:
        self._run(self._act(self._ends.pop(0), seconds))

    @precondition(lambda self: self.world.program is not None and not self._ends)
    @rule(seconds=SECONDS)
    def owner_pauses_or_starts(self, seconds: float) -> None:
        command = StartBot(BOT) if self._is_paused else PauseBot(BOT)
        self._is_paused = not self._is_paused
        self._run(self._ask(command, seconds))

    @precondition(lambda self: self.world.program is not None and not self._ends)
    @rule(seconds=SECONDS)
    def owner_halts_or_lifts(self, seconds: float) -> None:
        command = LiftHalt() if self._is_halted else HaltAll()
        self._is_halted = not self._is_halted
        self._run(self._ask(command, seconds))

    @rule(seconds=st.sampled_from((30.0, 90.0)))
    def time_passes(self, seconds: float) -> None:
        self._run(last(seconds))

    @invariant()
    def nothing_is_sent_that_must_not_be(self) -> None:
        assert self.world.watch.complaints == []
        assert self.world.server.strays == []

    def teardown(self) -> None:
        try:
            self._run(self._close())
        finally:
            self._end.close()

    async def _open(self, clock: VirtualClock) -> World:
        world = World(self.town, clock, 1)
        await world.open(is_flowing=False)
        return world

    async def _act(self, act: Any, seconds: float) -> None:
        act()
        await last(seconds)

    async def _ask(self, command: Any, seconds: float) -> None:
        """A command while the program may be on its way down or up: asked when it runs."""
        program = self.world.program
        if program is not None and not program.is_over:
            await program.engine.started()
            await program.ask(command)
        await last(seconds)

    async def _close(self) -> None:
        for end in self._ends:
            end()
        self._ends.clear()
        await last(35.0)
        for is_so, command in ((self._is_paused, StartBot(BOT)), (self._is_halted, LiftHalt())):
            if is_so:
                await self._ask(command, 1.0)
        _, wrong = await self.world.come_to_rest(200.0)
        assert wrong == []
        await self.world.close()
        assert self.world.complaints() == []

    def _run(self, what: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(what)


LiveTrading.TestCase.settings = settings(
    max_examples=200 if IS_FULL else 8,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestLiveTrading = LiveTrading.TestCase
