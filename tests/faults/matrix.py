"""Every fault at every step of an order's life, on every venue: one world each, judged when all is quiet again.

The market dips through one rung, so that its buy fills and a sell is decided, sent and taken; it rises again, so that
the sell fills and the next buy is decided. The fault strikes at one of these moments and ends some seconds later.
"""

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from aiohttp import web

from engine.domain.messages import OrderAccepted, OrderRecorded, OrderRejected, OrderUnknown, Record
from engine.domain.order import Order, OrderState, Side
from engine.ports import Venue
from tests.proof.fault_list import FAULTS, befalls
from tests.proof.towns import loaded, names
from tests.proof.world import OWNER, Town, World
from tests.support.exchange.values import AccountEvent, OrderEvent
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

GRIDS = 6
#: The market stays so long where it went.
PAUSE_S = 5.0
ROUNDS = 3
#: The ladder must be right so soon after the fault.
SOON_S = 60.0


class Step(StrEnum):
    """A moment of an order's life. FILL is of the buy, COUNTER of the sell; all between is the sell's."""

    FILL = "fill event"
    INTENT = "intent persisted"
    SENT = "request sent"
    ACCEPTED = "accepted"
    READ = "response read"
    PERSISTED = "persisted"
    HEARD = "ack event"
    COUNTER = "counter-order"


@dataclass(frozen=True, slots=True)
class Case:
    venue: str
    fault: str
    step: Step

    def __str__(self) -> str:
        return f"{self.venue}: {self.fault} at {self.step}"


def all_cases() -> list[Case]:
    """The whole matrix."""
    return [Case(venue, fault, step) for venue in names() for fault in FAULTS for step in Step if befalls(venue, fault)]


@dataclass
class Outcome:
    """`took_s` is from the end of the fault to a correct ladder."""

    case: Case
    complaints: list[str]
    took_s: float
    orders: int
    struck: int


def run_case(case: Case, wrap: Callable[[Venue], Venue] = lambda venue: venue) -> Outcome:
    """Play one. `wrap` may put something between the engine and its venue."""
    town = loaded(case.venue)
    small = replace(town, grid=replace(town.grid, grid_count=GRIDS))

    async def play(clock: VirtualClock) -> Outcome:
        return await _Stage(small, clock, case, wrap).play()

    return run_virtual(play)


class _Stage:
    """One world, in which one fault strikes at one moment."""

    def __init__(self, town: Town, clock: VirtualClock, case: Case, wrap: Callable[[Venue], Venue]) -> None:
        self._case = case
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        venues = town.venues

        def listening(own: Any) -> Any:
            make = venues(own)
            return lambda account: _Listening(wrap(make(account)), self._read)

        self.world = World(replace(town, venues=listening), clock, 1)
        self._is_armed = False
        self._healed = asyncio.Event()
        self._struck = 0

    async def play(self) -> Outcome:
        world, case = self.world, self._case
        await world.open(is_flowing=False)
        await last(2.0)
        world.database.written = self._written
        world.asked = self._asked
        world.exchange.listen_account(OWNER, self._told)
        self._is_armed = True
        await self._market()
        found = [] if self._struck else [f"the step {case.step} was never reached"]
        if self._struck:
            # A fault may last for hours.
            await self._healed.wait()
        took_s, wrong = await world.come_to_rest(120.0)
        found += wrong
        if took_s > SOON_S:
            found.append(f"I4: the ladder was right only {took_s:.0f} s after the fault.")
        await world.close()
        found += [each for each in world.complaints() if each not in found]
        return Outcome(case, found, took_s, world.watch.orders, self._struck)

    async def _market(self) -> None:
        """Down through a rung and up again, more than once, so that what the fault broke must also go on."""
        town = self.world.town
        cell = (town.grid.upper - town.grid.lower) / GRIDS
        for _ in range(ROUNDS):
            for cells in (Decimal("-1.3"), Decimal("0.3")):
                self.world.flow.go_to(float(town.wander.centre + cells * cell))
                await last(PAUSE_S)

    # The moments

    def _told(self, event: AccountEvent) -> None:
        if not isinstance(event, OrderEvent):
            return
        is_sell = event.order.side.value == "sell"
        if event.fill is not None:
            self._at(Step.COUNTER if is_sell else Step.FILL)
        elif is_sell and not event.order.status.is_final:
            self._at(Step.ACCEPTED)
            # Where nothing goes wrong the frame is there a little later.
            self._loop.call_later(1.5 * self.world.network.latency_s, self._at, Step.HEARD)

    def _written(self, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record, OrderRecorded) and record.order.side is Side.SELL:
                if record.order.state is OrderState.INTENT:
                    self._at(Step.INTENT)
                elif record.order.state is OrderState.OPEN:
                    self._at(Step.PERSISTED)

    def _asked(self, request: web.BaseRequest) -> None:
        if request.method == "POST" and "order" in request.path:
            self._at(Step.SENT, at_once=True)

    def _read(self) -> None:
        self._at(Step.READ)

    def _at(self, step: Step, *, at_once: bool = False) -> None:
        if not self._is_armed or step is not self._case.step:
            return
        self._is_armed = False
        self._struck += 1
        # In nobody's name: the moment may be the program's, and what ends a fault goes on when the program does not.
        context = self._context.copy()
        if at_once:
            context.run(self._strike)
        else:
            self._loop.call_soon(self._strike, context=context)

    def _strike(self) -> None:
        end, lasts_s = FAULTS[self._case.fault](self.world.stage)

        def heal() -> None:
            end()
            self._healed.set()

        self._loop.call_later(lasts_s, heal)


class _Listening:
    """A venue that tells when the answer to an order was read."""

    def __init__(self, inside: Any, on_read: Callable[[], None]) -> None:
        self._inside = inside
        self._on_read = on_read

    def __getattr__(self, name: str) -> Any:
        """All else is the venue inside."""
        return getattr(self._inside, name)

    async def place(self, order: Order, *more: Any) -> OrderAccepted | OrderRejected | OrderUnknown:
        answer: OrderAccepted | OrderRejected | OrderUnknown = await self._inside.place(order, *more)
        self._on_read()
        return answer
