"""A program, an exchange, other traders and trouble, in virtual time; the same seed gives the same story."""

import asyncio
import contextvars
import hashlib
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from aiohttp import web

from engine.domain.bot import Account
from engine.domain.grid import GridConfig
from engine.domain.instrument import Instrument
from engine.domain.live_messages import GoLive
from engine.domain.messages import AddGrid, OpenAccount
from engine.domain.views import BotView
from tests.proof.books import OurBooks, read_memory, told_of
from tests.proof.exits import ExitsFirst
from tests.proof.faults import Chaos, Stage
from tests.proof.flow import Flow, Wander
from tests.proof.owner import Owner
from tests.proof.profit import with_profit
from tests.proof.program import MakeVenues, Means, Program
from tests.proof.verdict import ladder_faults
from tests.proof.watch import Watch
from tests.support.exchange.audit import Auditor
from tests.support.exchange.core import Exchange
from tests.support.exchange.faults import Plan
from tests.support.exchange.ports import Skin
from tests.support.exchange.server import Server
from tests.support.exchange.timers import LoopTimers
from tests.support.memory_desk import MemoryDatabase
from tests.support.memory_network import MemoryNetwork
from tests.support.virtual_time import START_S, VirtualClock, VirtualLoop
from tests.support.waiting import last

BOT = "proof001"
#: What may be bound beside what the ladder says: fees, and what their rounding leaves behind.
MORE = Decimal("1.05")
OWNER = "owner"

#: What is not yet so while things are under way; all else never may be.
UNSETTLED = ("I3", "I5", "I6")


@dataclass(frozen=True)
class Town:
    """One venue under proof: how its exchange, its wire and our way to it are made, and what is traded there.

    `has_trade_fees`: its wire tells the fee of each trade, and not only of each order.
    """

    name: str
    make_exchange: Callable[[LoopTimers], Exchange]
    make_skin: Callable[[Exchange], Skin]
    venues: MakeVenues
    account: Account
    symbol: str
    grid: GridConfig
    wander: Wander
    has_trade_fees: bool = True


class World:
    """Belongs to one virtual loop. `open` first."""

    def __init__(self, town: Town, clock: VirtualClock, seed: int) -> None:
        self.town = town
        self.clock = clock
        self.chance = random.Random(f"{seed} program")
        self.exchange = town.make_exchange(LoopTimers(int(START_S * 1000), asyncio.get_running_loop()))
        self.plan = Plan(self.exchange.now_ms, seed)
        self.server = Server([town.make_skin(self.exchange)], None, self.plan)
        self.network = MemoryNetwork(web.Server(self._take, handler_cancellation=True))
        self.database = MemoryDatabase()
        self.flow = Flow(self.exchange, town.symbol, town.wander, random.Random(f"{seed} flow"))
        decided = self.database.tables
        most = town.grid.investment * MORE
        quote = town.account.quote
        self.watch = Watch(self.exchange, OWNER, quote, lambda key: key in decided.orders, most)
        self.exits = ExitsFirst(
            self.exchange, OWNER, lambda: self.books, lambda: self._instruments, self.watch.complain
        )
        self.watch.on_new = self.exits.came
        self.owner = Owner(self, self._afresh)
        here = (self.exchange, OWNER, town.symbol, self.plan, self.network, self.database)
        lives = (self.kill, self.restart, self.skew, self.double)
        self.stage = Stage(*here, *lives, self.server, self.sleep, self.wake, self._move, self.owner.taken_away)
        self.chaos = Chaos(self.stage, random.Random(f"{seed} chaos"))
        self.program: Program | None = None
        self.lives = 0
        #: Told of each request as it comes in.
        self.asked: Callable[[web.BaseRequest], None] = lambda _: None
        self._outlived: list[Program] = []
        self._slept: tuple[float, bool, bool] | None = None
        self._last_shown: BotView | None = None
        self._is_dead = False
        self._context = contextvars.copy_context()
        self._coming: asyncio.Task[None] | None = None
        self._flowing: asyncio.Task[None] | None = None

    async def open(self, *, is_flowing: bool = True) -> None:
        """The first life: the account is opened, a grid started, its ladder stands; then the market moves."""
        self.begin()
        assert self.program is not None
        await self.program.engine.started()
        await self.program.ask(OpenAccount(self.town.account))
        await self.program.ask(GoLive(self.town.account.account_id, without_rehearsal=True))
        await self.program.ask(
            AddGrid(
                BOT, "Proof", self.town.account.account_id, self.town.symbol, self.town.grid, Decimal(100), start=True,
                is_confirmed=True,
            )
        )  # fmt: skip
        _, wrong = await self.come_to_rest(60)
        assert not wrong, wrong
        if is_flowing:
            self._flowing = asyncio.get_running_loop().create_task(self.flow.run())

    async def close(self) -> None:
        """End everything in order; the books are whole afterwards."""
        self.owner.leave()
        for task in (self._coming, self._flowing):
            if task is not None:
                task.cancel()
        # What it reports in the end is what it showed last.
        self._shown()
        for program in (*self._outlived, self.program):
            if program is not None and not program.is_over:
                await program.stop()

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked(request)
        # What the server needs of a request, one without an application has as well.
        return await self.server.take(cast("web.Request", request))

    # The program's lives

    def begin(self) -> None:
        """A new life."""
        self.lives += 1
        self.exits.begin()
        means = Means(self.database, self.network, self.town.venues)
        self.program = Program(f"life {self.lives}", means, self.chance)
        self.program.start()

    def kill(self, back_after_s: float) -> None:
        """As by SIGKILL; a new life begins after so many seconds."""
        self.wake()
        if self.program is not None:
            self.program.kill()
            self.program = None
            self._is_dead = True
            self._coming = self._afresh(self._back(back_after_s))

    def restart(self) -> None:
        """An orderly end, and a new life after it."""
        self.wake()
        program, self.program = self.program, None
        if program is not None:
            self._coming = self._afresh(self._again(program))

    def double(self) -> None:
        """Somebody starts the program a second time; the newer one has the account from now on."""
        self.wake()
        if self.program is not None:
            self._outlived.append(self.program)
            self._context.copy().run(self.begin)

    def skew(self, seconds: float) -> None:
        """The program's clock is wrong by so much from now on."""
        self.clock.skew_s = seconds

    @property
    def is_asleep(self) -> bool:
        return self._slept is not None

    def sleep(self, is_counted: bool, is_told: bool) -> None:
        """The machine sleeps: the program does nothing, everybody else goes on, and all its connections end.

        `is_counted`: its steady clock and its timers count the time, as on Windows; on Linux they do not. `is_told`:
        as it wakes it is told of its dead connections, otherwise what it writes to them goes nowhere.
        """
        if self.program is None or self.is_asleep:
            return
        self.plan.acts["machine asleep"] += 1
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

    @property
    def _loop(self) -> VirtualLoop:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return loop

    def _move(self, part: float) -> None:
        """The market jumps by a part of its price."""
        self.flow.go_to(self.flow.price * (1 + part))

    # What is looked at

    @property
    def books(self) -> OurBooks:
        return read_memory(self.database, self.town.account.account_id)

    @property
    def _instruments(self) -> dict[str, Instrument]:
        return {symbol: each for (_, symbol), each in self.database.tables.instruments.items()}

    def wrong(self) -> list[str]:
        """What of the ladder is not as it should be now."""
        if self.program is None:
            return ["I4: the program does not run."]
        if self.program.is_over:
            return [f"I4: the program ended by itself: {self.program.ending}."]
        books = self.books
        if not books.bots:
            return ["I4: there is no bot."]
        return ladder_faults(books, self.exchange, OWNER, self._instruments)

    def complaints(self) -> list[str]:
        """Everything that must never be, judged at rest."""
        return [
            *self.watch.complaints,
            *self._audit(),
            *(f"a request went astray: {each}" for each in self.server.strays),
        ]

    def _audit(self) -> list[str]:
        books = self.books
        # All rungs together; fees that are taken from what is bought make sells a little smaller than buys.
        most = max(self._ladders().values(), default=Decimal(0)) * MORE
        told = told_of(books, OWNER, self._instruments, {self.town.symbol: most})
        bot = self._shown()
        if bot is not None:
            instrument = self._instruments[self.town.symbol]
            told = with_profit(told, bot, self.database, instrument, self.exchange.house, self.owner.earlier)
        return Auditor(self.exchange, has_trade_fees=self.town.has_trade_fees).check(told)

    def _ladders(self) -> dict[tuple[str, int], Decimal]:
        """How much all rungs of each ladder of a bot buy, old ones too: (bot, generation)."""
        found: dict[tuple[str, int], Decimal] = {}
        for (bot_id, generation, _), rung in self.database.tables.rungs.items():
            found[bot_id, generation] = found.get((bot_id, generation), Decimal(0)) + rung.quantity
        return found

    def _shown(self) -> BotView | None:
        """The bot as the program shows it now, while it does and knows a price."""
        if self.program is not None and not self.program.is_over and not self.is_asleep:
            for bot in self.program.engine.refresh().bots:
                if bot.price is not None:
                    self._last_shown = bot
        return self._last_shown

    async def come_to_rest(self, within_s: float = 300.0) -> tuple[float, list[str]]:
        """No more trouble, and a market that stands: seconds until ladder and books are right, and what is wrong."""
        self.chaos.heal_all()
        self.wake()
        if self._is_dead and self._coming is not None:
            # Somebody starts it now.
            self._coming.cancel()
            self._coming = self._afresh(self._back(0))
        # What only a person can mend is mended first.
        await self.owner.done(within_s)
        self.flow.is_calm = True
        began = self.clock.seconds()
        found = ["nobody looked"]
        while found and self.clock.seconds() - began < within_s:
            await last(0.5)
            found = self.wrong() or [each for each in self._audit() if each.startswith(UNSETTLED)]
        took_s = self.clock.seconds() - began
        self.flow.is_calm = False
        return took_s, found

    def trace(self) -> str:
        """A digest of all that happened at the exchange and of what is durable at the end."""
        digest = hashlib.blake2b(digest_size=16)
        history = self.exchange.history
        for received in history.received:
            digest.update(f"{received.at_ms} {received.request} {received.order_id} {received.reason}\n".encode())
        for account, fill in history.fills:
            digest.update(f"{account} {fill}\n".encode())
        for struck in self.plan.log:
            digest.update(f"{struck.at_ms} {struck.point} {struck.action} {struck.kind}\n".encode())
        for key, order in sorted(self.database.tables.orders.items()):
            digest.update(f"{key} {order.state} {order.filled_quantity} {order.updated_at}\n".encode())
        return digest.hexdigest()

    def _afresh(self, what: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """A task that inherits nothing of whoever brought it about: a fault strikes in the midst of a call."""
        return asyncio.get_running_loop().create_task(what, context=self._context.copy())

    async def _back(self, after_s: float) -> None:
        await last(after_s)
        self._is_dead = False
        self.begin()

    async def _again(self, program: Program) -> None:
        await program.stop()
        self.begin()
