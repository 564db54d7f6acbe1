"""What befalls the desks, drawn from a seed: when, whom, what, for how long."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from tests.race.desk import RaceDesk
from tests.race.town import Town
from tests.support.waiting import last

#: How often each happens, relative to the others.
KINDS = {
    "kill": 5, "stop": 6, "cut database": 4, "freeze database": 3, "cut redis": 2, "cut exchange": 3,
    "freeze exchange": 1, "end in order": 3, "hand over": 4, "prefer": 2, "kill exchange": 1,
}  # fmt: skip
#: These may fall on a desk that is ill already, or on no desk at all.
HARMLESS = frozenset({"hand over", "prefer", "kill exchange", "cut redis"})
READY_S = 60.0
#: With longer leases too, something happens about every three seconds.
MOST_CALM_S = 5.0


@dataclass
class Disturbance:
    """One thing that happened; times by time.time(). `healed_at` None while it lasts."""

    kind: str
    about: str
    at: float
    healed_at: float | None = None


@dataclass
class Chaos:
    """Disturbs a town until told to end. At most `at_once` desks are ill at one time."""

    town: Town
    seed: int
    at_once: int = 2
    told: Callable[[str], None] = print
    happened: list[Disturbance] = field(default_factory=list)
    _exchange: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def run(self, seconds: float) -> None:
        """Let things happen for so long; everything is healed afterwards. Raises what a disturbance failed with."""
        chance = random.Random(self.seed)
        lease_s = self.town.size.lease_s
        end = time.monotonic() + seconds
        began = time.monotonic()
        while time.monotonic() < end:
            await last(chance.uniform(0.1, 1.2) * min(lease_s, MOST_CALM_S))
            # Everything is drawn before anything is looked at, so that the seed alone says what comes next.
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            desk = chance.choice(self.town.desks)
            account_id = chance.choice(self.town.account_ids)
            length_s = chance.choice((0.2, 0.6, 1.3, 2.0)) * lease_s * chance.uniform(0.8, 1.2)
            ill = [each for each in self.town.desks if each.troubles]
            if kind not in HARMLESS and (desk in ill or len(ill) >= self.at_once):
                continue
            about = account_id if kind in ("hand over", "prefer") else "" if kind == "kill exchange" else desk.name
            disturbance = Disturbance(kind, about, time.time())
            self.happened.append(disturbance)
            self.told(f"{time.monotonic() - began:7.1f} s  {kind:16} {about:14} {desk.name:8} {length_s:5.1f} s")
            self._begin(self._act(disturbance, desk, account_id, length_s))
            for task in tuple(self._tasks):
                if task.done():
                    self._tasks.discard(task)
                    task.result()
        while self._tasks:
            task = self._tasks.pop()
            await task

    def _begin(self, act: Coroutine[None, None, None]) -> None:
        self._tasks.add(asyncio.create_task(act))

    async def _act(self, disturbance: Disturbance, desk: RaceDesk, account_id: str, length_s: float) -> None:
        match disturbance.kind:
            case "kill":
                desk.kill()
                await last(length_s)
                await self._begin_again(desk)
            case "end in order":
                desk.ask_to_end()
                code = await desk.ended(30)
                assert code == 0, f"{desk.name} ended with {code}"
                await last(length_s / 4)
                await self._begin_again(desk)
            case "stop":
                desk.pause()
                await last(length_s)
                desk.go_on()
                await self._come_back(desk, "stopped")
            case "cut database" | "freeze database":
                await self._line(desk, "database", disturbance.kind, length_s)
            case "cut exchange" | "freeze exchange":
                await self._line(desk, "exchange", disturbance.kind, length_s)
            case "cut redis":
                network = self.town.networks[f"redis {desk.name}"]
                network.break_off(desk.name)
                await last(length_s)
                network.restore(desk.name)
            case "hand over":
                await self.town.hand_over(account_id, desk)
            case "prefer":
                await self.town.prefer(account_id, desk)
                await last(length_s)
                await self.town.prefer(account_id, None)
            case "kill exchange":
                async with self._exchange:
                    await asyncio.to_thread(self.town.exchange.kill)
                    await asyncio.to_thread(self.town.exchange.start)
        disturbance.healed_at = time.time()

    async def _line(self, desk: RaceDesk, server: str, kind: str, length_s: float) -> None:
        """The exchange knows a desk by its id, the others are reached through a network of its own."""
        is_exchange = server == "exchange"
        network = self.town.networks["exchange" if is_exchange else f"{server} {desk.name}"]
        name = desk.desk_id if is_exchange else desk.name
        desk.ill(kind)
        (network.freeze if kind.startswith("freeze") else network.break_off)(name)
        await last(length_s)
        network.restore(name)
        await self._come_back(desk, kind)

    async def _begin_again(self, desk: RaceDesk) -> None:
        desk.start()
        await self._come_back(desk, *desk.troubles)

    async def _come_back(self, desk: RaceDesk, *troubles: str) -> None:
        """It is well from its first heartbeat on."""
        await self.town.wait_for_heartbeat(desk, READY_S)
        desk.troubles.difference_update(troubles)
        desk.well(time.time())
