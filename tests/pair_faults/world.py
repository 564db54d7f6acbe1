"""A program, two exchanges, other traders on both and trouble, in virtual time; the same case gives the same story."""

import asyncio
import contextlib
import contextvars
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from aiohttp import web

from engine.domain.arbitrage import TwoLegPosition
from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.bot import Bot
from engine.domain.live_messages import GoLive
from engine.domain.market import FxRate
from engine.domain.messages import OpenAccount
from engine.domain.premium import Pair
from engine.domain.watching import WatchedPair
from engine.spreads.desk import SpreadDesk
from engine.spreads.settings import SpreadSettings
from engine.venues.clock import MachineClock
from tests.pair_faults.owner import PairOwner
from tests.pair_faults.towns import OWNER, RATE, LegTown, PairTown
from tests.proof.faults import Stage
from tests.proof.flow import Flow
from tests.proof.program import Means, Own, Program
from tests.proof.watch import Watch
from tests.support.exchange.core import Exchange
from tests.support.exchange.faults import Plan
from tests.support.exchange.server import Server
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import Kind
from tests.support.memory_desk import MemoryDatabase, NoRecorder
from tests.support.memory_network import MemoryNetwork
from tests.support.virtual_time import START_S, VirtualClock, VirtualLoop
from tests.support.waiting import last

BOT, HEDGE = "pair0001", "pair0002"
BEAT_S, SLEEPING_BEAT_S = 0.5, 60.0
#: A beat moves a book by so little, to and fro, so that it is told anew.
BEAT = 0.00002
OPEN_S = 60.0


class NoPairs:
    """`engine.premium_history.WatchedPairs` without any."""

    async def watched(self) -> Sequence[WatchedPair]:
        return ()

    async def watch(self, watched: WatchedPair) -> None:
        raise AssertionError("nobody watches")

    async def unwatch(self, pair: Pair) -> bool:
        return False


@dataclass
class StoredRate:
    """`engine.spreads.rates.StoredRates`: the rate that the database has now, as fresh as it is asked."""

    now: Callable[[], object]
    rate: Decimal = RATE

    async def latest(self, pair: str) -> FxRate | None:
        return FxRate(pair, self.rate, "database", self.now())  # type: ignore[arg-type]


@dataclass
class Side:
    """One leg's exchange and what moves it. `price` is where the market stands, `least` the largest that its smallest
    order ever was, in base.
    """

    town: LegTown
    exchange: Exchange
    flow: Flow
    watch: Watch
    price: float
    stage: Stage | None = None
    base_before: Decimal = Decimal(0)
    least: Decimal = Decimal(0)

    @property
    def base(self) -> Decimal:
        """Base that it has more than before, positions of futures included."""
        listing = self.town.what.listing
        if listing.kind is Kind.PERP:
            sizes = (each.size for each in self.exchange.positions(OWNER) if each.symbol == listing.symbol)
            return sum(sizes, Decimal(0)) * listing.contract_size
        return self.exchange.balance(OWNER, listing.base).total - self.base_before


@dataclass
class PairWorld:
    """Belongs to one virtual loop. `open` first."""

    town: PairTown
    clock: VirtualClock
    seed: int
    lives: int = 0
    program: Program | None = None
    asked: Callable[[web.BaseRequest], None] = lambda _: None
    _slept: tuple[float, bool, bool] | None = None
    _outlived: list[Program] = field(default_factory=list)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} program")
        self.database = MemoryDatabase()
        self.rate = StoredRate(self._now)
        self.context = contextvars.copy_context()
        sides = [self._side(leg) for leg in self.town.legs]
        self.home, self.foreign = sides
        self.plan = Plan(self.home.exchange.now_ms, self.seed)
        self.owner = PairOwner(self)
        self.server = Server([side.town.what.skin(side.exchange) for side in sides], None, self.plan)
        self.network = MemoryNetwork(web.Server(self._take, handler_cancellation=True))
        for side in sides:
            here = (side.exchange, OWNER, side.town.what.symbol, self.plan, self.network, self.database)
            lives = (self.kill, self.restart, self.skew, self.double)
            side.stage = Stage(
                *here, *lives, self.server, self.sleep, self.wake, self._mover(side), self._taken_away
            )  # fmt: skip

    @property
    def sides(self) -> tuple[Side, Side]:
        return (self.home, self.foreign)

    @property
    def positions(self) -> list[TwoLegPosition]:
        """All there ever were, by number."""
        return sorted(self.database.tables.positions.values(), key=lambda each: each.number)

    @property
    def bot(self) -> Bot | None:
        return self.database.tables.bots.get(BOT)

    @property
    def hedge(self) -> Bot | None:
        return self.database.tables.bots.get(HEDGE)

    async def open(self) -> None:
        """The accounts are opened and switched on, and the bot waits for a premium."""
        self.begin()
        assert self.program is not None
        await self.program.engine.started()
        for leg in self.town.legs:
            await self.program.ask(OpenAccount(leg.account))
            await self.program.ask(GoLive(leg.account.account_id, without_rehearsal=True))
        for side in self.sides:
            side.base_before = side.exchange.balance(OWNER, side.town.what.listing.base).total
        self._tasks.append(self.afresh(self._beat()))
        await last(5.0)
        home = self.town.home
        await self.program.ask(
            AddArbitrage(
                BOT, HEDGE, "Proof", home.account.account_id, home.what.symbol, self.town.config, Decimal(50),
                Decimal(50), start=True, is_confirmed=True,
            )
        )  # fmt: skip

    async def close(self) -> None:
        """End everything in order; the books are whole afterwards."""
        self.wake()
        for task in self._tasks:
            task.cancel()
        for program in (*self._outlived, self.program):
            if program is not None and not program.is_over:
                await program.stop()

    def premium(self, percent: float) -> None:
        """From now on the price at home is so much above the one abroad."""
        converted = self.foreign.price * float(self.town.converted(self.rate.rate))
        self.home.price = converted * (1 + percent / 100)
        self.home.flow.go_to(self.home.price)

    # The program's lives

    def begin(self) -> None:
        self.lives += 1
        means = Means(self.database, self.network, self.town.make_venues or self.town.venues, self._spreads)
        self.program = Program(f"life {self.lives}", means, self.chance)
        self.program.start()

    def kill(self, back_after_s: float) -> None:
        self.wake()
        if self.program is not None:
            self.program.kill()
            self.program = None
            self._tasks.append(self.afresh(self._back(back_after_s)))

    def restart(self) -> None:
        self.wake()
        program, self.program = self.program, None
        if program is not None:
            self._tasks.append(self.afresh(self._again(program)))

    def double(self) -> None:
        """Somebody starts the program a second time; the newer one has both accounts from now on."""
        self.wake()
        if self.program is not None:
            self._outlived.append(self.program)
            self.context.copy().run(self.begin)

    def skew(self, seconds: float) -> None:
        self.clock.skew_s = seconds

    @property
    def is_asleep(self) -> bool:
        return self._slept is not None

    def sleep(self, is_counted: bool, is_told: bool) -> None:
        """The machine sleeps: the program does nothing, everybody else goes on, and all its connections end.

        `is_counted`: its steady clock and its timers count the time, as on Windows; on Linux they do not. `is_told`:
        as it wakes it is told of its dead connections, otherwise what it writes to them goes nowhere.
        """
        if self.program is not None and not self.is_asleep:
            self._slept = (self.clock.seconds(), is_counted, is_told)
            self._loop.hold(self.program.name)
            self.network.lose_silently()

    def wake(self) -> None:
        """It goes on, with everything late."""
        if self._slept is None:
            return
        (since, is_counted, is_told), self._slept = self._slept, None
        missed_s = 0.0 if is_counted else self.clock.seconds() - since
        self.clock.missed_s += missed_s
        if is_told:
            self.network.cut()
        self._loop.let_go(missed_s)

    def is_connected(self) -> bool:
        """Whether the program runs and has both accounts."""
        if self.program is None or self.program.is_over or self.is_asleep:
            return False
        accounts = self.program.engine.refresh().accounts
        return len(accounts) == len(self.sides) and all(each.is_told and each.trouble is None for each in accounts)

    def afresh(self, what: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """A task that inherits nothing of whoever brought it about."""
        return asyncio.get_running_loop().create_task(what, context=self.context.copy())

    @property
    def _loop(self) -> VirtualLoop:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return loop

    def _now(self) -> object:
        return MachineClock().now()

    def _spreads(self, own: Own) -> SpreadDesk:
        settings = SpreadSettings(pulses_a_second=1.0, book_age_s=float(self.town.config.max_book_age_s))
        return SpreadDesk(
            NoPairs(), NoRecorder(), own.route, settings, stored_rates=self.rate, chance=own.chance
        )  # fmt: skip

    def _side(self, leg: LegTown) -> Side:
        exchange = leg.opened(LoopTimers(int(START_S * 1000), asyncio.get_running_loop()))
        flow = Flow(exchange, leg.what.symbol, leg.wander, random.Random(f"{self.seed} {leg.what.exchange}"))
        orders = self.database.tables.orders
        watch = Watch(exchange, OWNER, leg.what.listing.quote, lambda key: key in orders)
        return Side(leg, exchange, flow, watch, float(leg.what.price))

    def _mover(self, side: Side) -> Callable[[float], None]:
        def move(part: float) -> None:
            side.price *= 1 + part
            side.flow.go_to(side.price)

        return move

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked(request)
        return await self.server.take(cast("web.Request", request))

    def _taken_away(self) -> None:
        self._tasks.append(self.afresh(self.owner.look_after()))

    async def _beat(self) -> None:
        sign = 1
        while True:
            await last(SLEEPING_BEAT_S if self.is_asleep else BEAT_S)
            sign = -sign
            for side in self.sides:
                side.flow.go_to(side.price * (1 + sign * BEAT))

    async def _back(self, after_s: float) -> None:
        await last(after_s)
        self.begin()

    async def _again(self, program: Program) -> None:
        with contextlib.suppress(TimeoutError):
            await program.stop()
        self.begin()
