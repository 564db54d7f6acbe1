"""Every fault at every step of both legs, at the entry and at the exit: one world each, judged when all is quiet again.

The premium rises and the bot enters; it falls and the bot exits; twice. A fault strikes at one of these moments and
ends some seconds later. Then the bot is stopped, which closes what stands, and both exchanges' auditors judge.
"""

import asyncio
import gc
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from aiohttp import web

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.messages import (
    FillRecorded,
    OrderAccepted,
    OrderRecorded,
    OrderRejected,
    OrderUnknown,
    Record,
    StopBot,
)
from engine.domain.order import Order, OrderState
from engine.ports import Venue
from tests.pair_faults.judge import Balance, complaints
from tests.pair_faults.towns import OWNER, SIZE, TOWNS, PairTown, loaded
from tests.pair_faults.world import BOT, PairWorld, Side
from tests.proof import venue_acts as acts
from tests.proof.fault_list import FAULTS, Fault, befalls
from tests.proof.faults import Stage
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import AccountEvent, OrderEvent
from tests.support.exchange.values import Side as TheirSide
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

HIGH, LOW, NEUTRAL = 3.0, 0.2, 1.2
#: The premium stays so long where it went.
PAUSE_S = 12.0
ROUNDS = 2
#: Without trouble, a bot that is stopped has closed what stands so soon.
END_S = 180.0
#: The rate at the entries, and at the exits: what flows abroad counts at the rate of its time.
RATE_MOVES = Decimal("1.004")
NAP_S = 300.0


class Step(StrEnum):
    INTENT = "intent persisted"
    SENT = "request sent"
    ACCEPTED = "accepted"
    READ = "response read"
    FILL = "fill"
    PERSISTED = "persisted"
    HEARD = "ack event"


class Phase(StrEnum):
    ENTRY = "entry"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Case:
    town: str
    leg: str
    fault: str
    phase: Phase
    step: Step

    def __str__(self) -> str:
        return f"{self.town}: {self.fault} on the {self.leg} leg's {self.phase} at {self.step}"


def _emptied(stage: Stage, part: Decimal, lasts_s: float) -> tuple[Callable[[], None], float]:
    """What stands against the next order is gone but for a part of an entry; it is back later."""
    others, symbol = Strangers(stage.exchange), stage.symbol
    listing = stage.exchange.markets[symbol].listing
    left = SIZE * part / listing.contract_size // listing.size_increment * listing.size_increment
    top = stage.exchange.book(symbol, 1)
    others.clear(symbol)
    for side, levels in ((TheirSide.BUY, top.bids), (TheirSide.SELL, top.asks)):
        if left > 0 and levels:
            others.place(symbol, side, levels[0][0], left)
    return lambda: None, lasts_s


def _asleep(stage: Stage) -> tuple[Callable[[], None], float]:
    stage.sleep(True, False)
    return stage.wake, NAP_S


def _jumped(stage: Stage, part: float) -> tuple[Callable[[], None], float]:
    stage.move(part)
    return lambda: stage.move(-part / (1 + part)), 20.0


def _misfit(stage: Stage, lasts_s: float) -> tuple[Callable[[], None], float]:
    """Steps of sizes in which an entry is no whole number of: three quarters of one."""
    listing = acts.listing_of(stage)
    step = SIZE * Decimal("0.75") / listing.contract_size
    end = acts.coarser_step(stage, int(step / listing.size_increment))
    return (end, lasts_s) if lasts_s else (acts.nothing, 0)


PAIR_FAULTS: dict[str, Fault] = {
    **FAULTS,
    "step does not fit": partial(_misfit, lasts_s=20.0),
    "step does not fit for good": partial(_misfit, lasts_s=0.0),
    "book emptied": partial(_emptied, part=Decimal(0), lasts_s=1.0),
    "book thinned": partial(_emptied, part=Decimal("0.4"), lasts_s=1.0),
    "market falls away": partial(_jumped, part=-0.02),
    "market runs away": partial(_jumped, part=0.02),
    "machine asleep for minutes": _asleep,
}


def all_cases() -> list[Case]:
    """The whole matrix."""
    return [
        Case(town.name, leg, fault, phase, step)
        for town in TOWNS
        for leg, side in (("home", town.home), ("foreign", town.foreign))
        for fault in PAIR_FAULTS
        for phase in Phase
        for step in Step
        if befalls(side.what.exchange, fault)
        and (not fault.startswith("step") or side.what.exchange not in acts.KOREAN)
        and (fault != "fee asset gone" or side.what.house.fee_asset)
    ]


@dataclass
class Outcome:
    """`worst_s` is for how long the legs differed without trouble at most, `worst_value` the most ever, in won."""

    case: Case
    complaints: list[str]
    worst_s: float
    worst_value: Decimal
    orders: int
    positions: int
    struck: int


def run_case(case: Case, wrap: Callable[[Venue], Venue] = lambda venue: venue) -> Outcome:
    """Play one. `wrap` may put something between the engine and its venues."""
    town = loaded(case.town)

    async def play(clock: VirtualClock) -> Outcome:
        return await _Play(town, clock, case, wrap).play()

    try:
        return run_virtual(play)
    finally:
        with warnings.catch_warnings():
            # Nobody closes what a killed program had open.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


class _Play:
    """One world, in which one fault strikes at one moment."""

    def __init__(self, town: PairTown, clock: VirtualClock, case: Case, wrap: Callable[[Venue], Venue]) -> None:
        self._case = case
        self._loop = asyncio.get_running_loop()
        venues = town.venues
        struck_leg = town.home if case.leg == "home" else town.foreign
        self._account = struck_leg.account.account_id

        def listening(own: Any) -> Any:
            make = venues(own)
            return lambda account: _Listening(wrap(make(account)), partial(self._read, account.account_id))

        self.world = PairWorld(_with_venues(town, listening), clock, 1)
        self._side: Side = self.world.home if case.leg == "home" else self.world.foreign
        self._phase: Phase | None = None
        self._healed = asyncio.Event()
        self._struck = 0
        self.balance = Balance(self.world)

    async def play(self) -> Outcome:
        world, case = self.world, self._case
        await world.open()
        world.database.written = self._written
        world.asked = self._asked
        self._side.exchange.listen_account(OWNER, self._told)
        looking = world.afresh(self.balance.run())
        await self._market()
        found = [] if self._struck else [f"the step {case.step} was never reached"]
        if self._struck:
            await self._healed.wait()
        found += await self._end()
        looking.cancel()
        await world.close()
        found += [each for each in (self.balance.complaint, self.balance.exposure) if each]
        found += [each for each in complaints(world) if each not in found]
        orders = sum(side.watch.orders for side in world.sides)
        return Outcome(
            case, found, self.balance.worst_s, self.balance.worst_value, orders, len(world.positions), self._struck
        )

    async def _market(self) -> None:
        """Up and down, more than once, so that what the fault broke must also go on."""
        world = self.world
        for _ in range(ROUNDS):
            self._phase = Phase.ENTRY
            world.premium(HIGH)
            await last(PAUSE_S)
            world.rate.rate *= RATE_MOVES
            self._phase = Phase.EXIT
            world.premium(LOW)
            await last(PAUSE_S)
            world.rate.rate /= RATE_MOVES
        self._phase = None

    async def _end(self) -> list[str]:
        """No more trouble: the bot is stopped and closes what stands."""
        world = self.world
        world.plan.clear()
        world.wake()
        world.premium(NEUTRAL)
        began = world.clock.seconds()
        while world.clock.seconds() - began < END_S:
            await last(1.0)
            if not world.is_connected():
                continue
            bot = world.bot
            if bot is not None and bot.state is BotState.STOPPED and self._is_flat():
                # Funding is asked for every five minutes where no stream tells of it, and it may still be on its way.
                await last(2.0)
                return []
            stands = world.hedge is not None and world.hedge.state is BotState.ERROR
            if bot is not None and (bot.state is not BotState.STOPPING or stands) and world.program is not None:
                await world.program.put(StopBot(BOT, Inventory.SELL))
        bot = world.bot
        return [f"P4: {END_S:g} s after the trouble the bot is {bot.state.value if bot else 'gone'}: {self._said()}"]

    def _is_flat(self) -> bool:
        return all(position.stage.value == "closed" for position in self.world.positions)

    def _said(self) -> str:
        lines = [str(line.sentence) for line in self.world.database.tables.lines]
        return lines[-1] if lines else ""

    # The moments

    def _is_ours(self, order: Order) -> bool:
        """Whether an order is of the leg and the phase in which the fault strikes."""
        if order.account_id != self._account or self._phase is not self._case.phase:
            return False
        is_home = self._case.leg == "home"
        is_selling = order.side.value == "sell"
        return is_selling is (is_home is (self._case.phase is Phase.ENTRY))

    def _told(self, event: AccountEvent) -> None:
        if not isinstance(event, OrderEvent):
            return
        order = self.world.database.tables.orders.get(event.order.client_order_id)
        if order is None or not self._is_ours(order):
            return
        if event.fill is not None:
            self._at(Step.FILL)
        elif not event.order.status.is_final:
            self._at(Step.ACCEPTED)
            # Where nothing goes wrong the frame is there a little later.
            self._loop.call_later(1.5 * self.world.network.latency_s, self._at, Step.HEARD)

    def _written(self, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record, OrderRecorded) and self._is_ours(record.order):
                is_intent = record.order.state is OrderState.INTENT
                self._at(Step.INTENT if is_intent else Step.PERSISTED)
            elif isinstance(record, FillRecorded) and self._is_ours(record.order):
                self._at(Step.PERSISTED)

    def _asked(self, request: web.BaseRequest) -> None:
        host = request.host.partition(":")[0]
        is_here = self.world.server.skins[0 if self._case.leg == "home" else 1].hosts
        if request.method == "POST" and "order" in request.path and host in is_here and self._phase is self._case.phase:
            self._at(Step.SENT, at_once=True)

    def _read(self, account_id: str) -> None:
        if account_id == self._account and self._phase is self._case.phase:
            self._at(Step.READ)

    def _at(self, step: Step, *, at_once: bool = False) -> None:
        if self._struck or step is not self._case.step:
            return
        self._struck += 1
        # In nobody's name: the moment may be the program's, and what ends a fault goes on when the program does not.
        context = self.world.context.copy()
        if at_once:
            context.run(self._strike)
        else:
            self._loop.call_soon(self._strike, context=context)

    def _strike(self) -> None:
        stage = self._side.stage
        assert stage is not None
        known = {id(rule) for rule in self.world.plan.rules}
        end, lasts_s = PAIR_FAULTS[self._case.fault](stage)
        for rule in self.world.plan.rules:
            if id(rule) not in known:
                # Only this leg's exchange.
                rule.venue = self._side.exchange.house.name
        self.balance.is_trouble = True

        def heal() -> None:
            end()
            self.balance.is_trouble = False
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


def _with_venues(town: PairTown, venues: Any) -> PairTown:
    return replace(town, make_venues=venues)
