"""What all desks of a database together may still ask: taken in small lots, so that hardly a call waits for it.

A lot is taken for a tenth of a second of the rule's pace and is void after that time, because the others count it as
asked then. Nobody who counts: each desk keeps to its fair part of every limit.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from engine.live_ports import Granted, SharedBudget, Want
from engine.venues.clock import Clock
from engine.venues.exchanges.budget import Cost, most_of
from engine.venues.exchanges.dialect import Urgency

log = logging.getLogger(__name__)

LOT_MS = 100
#: A store that counts must answer in this time; a call of an order waits for it.
TIMEOUT_S = 0.25
ASK_AGAIN_S = 1.0
#: Nothing was left: how soon to ask again.
LITTLE_MS = 20

Key = tuple[str, str]


class Grants(Protocol):
    """`share` of each limit is this desk's own. `on_news` is called when there may be more than before."""

    share: float
    on_news: Callable[[], None]

    def has(self, costs: Sequence[Cost]) -> bool: ...

    def ask(self, costs: Sequence[Cost], urgency: Urgency) -> None:
        """Get more, in the background."""
        ...

    def spend(self, costs: Sequence[Cost], urgency: Urgency) -> None: ...

    def ban(self, scope: str, for_s: float) -> None:
        """Tell everybody."""
        ...

    def bans(self) -> Iterable[tuple[str, float]]:
        """(scope, seconds) of bans that others have met, each once."""
        ...


@dataclass(slots=True)
class _Lot:
    amount: int
    until_s: float


class NoGrants:
    """One desk alone: its own windows are all there is."""

    def __init__(self) -> None:
        self.share = 1.0
        self.on_news: Callable[[], None] = lambda: None

    def has(self, costs: Sequence[Cost]) -> bool:
        return True

    def ask(self, costs: Sequence[Cost], urgency: Urgency) -> None:
        """Nobody to ask."""

    def spend(self, costs: Sequence[Cost], urgency: Urgency) -> None:
        """Nobody counts."""

    def ban(self, scope: str, for_s: float) -> None:
        """Nobody to tell."""

    def bans(self) -> Iterable[tuple[str, float]]:
        return ()


class SharedGrants:
    """Lots taken from a store that all desks count in. Belongs to one loop."""

    def __init__(self, shared: SharedBudget, clock: Clock) -> None:
        self.share = 1.0
        self.on_news: Callable[[], None] = lambda: None
        self._shared = shared
        self._clock = clock
        self._lots: dict[Key, deque[_Lot]] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        #: Scopes that had nothing left when they were last asked.
        self._empty: set[str] = set()
        self._telling: set[asyncio.Task[None]] = set()
        self._bans: list[tuple[str, float]] = []
        self._away_until_s = 0.0
        self._desks = 1

    @property
    def is_alone(self) -> bool:
        """Whether nobody counts now, so that this desk keeps to its part."""
        return self._clock.steady_s() < self._away_until_s

    def has(self, costs: Sequence[Cost]) -> bool:
        self._keep_share()
        return self.is_alone or all(self._left(cost) >= cost.amount for cost in costs)

    def ask(self, costs: Sequence[Cost], urgency: Urgency) -> None:
        """Scope by scope, of each what is lacking. A lot that cannot be used in its time is lost to everybody, so while
        one scope has nothing left nothing is taken from the others.
        """
        lacking = [cost for cost in costs if self._left(cost) < cost.amount]
        for scope in sorted({cost.scope for cost in lacking}, key=lambda each: (each not in self._empty, each)):
            self._fetch([cost for cost in lacking if cost.scope == scope], urgency)
            if scope in self._empty:
                return

    def spend(self, costs: Sequence[Cost], urgency: Urgency) -> None:
        """Take from the lots, the oldest first; what goes below a half is filled up before anybody has to wait."""
        if self.is_alone:
            return
        low = []
        for cost in costs:
            left = cost.amount
            for lot in self._lots.get((cost.scope, cost.name), ()):
                taken = min(left, lot.amount)
                lot.amount -= taken
                left -= taken
            if 2 * self._left(cost) < lot_of(cost):
                low.append(cost)
        for scope in {cost.scope for cost in low} - self._empty:
            self._fetch([cost for cost in low if cost.scope == scope], urgency)

    def ban(self, scope: str, for_s: float) -> None:
        task = asyncio.get_running_loop().create_task(self._shared.ban(scope, for_s))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def bans(self) -> Iterable[tuple[str, float]]:
        found, self._bans = self._bans, []
        return found

    async def close(self) -> None:
        """End what is being asked."""
        tasks = [*self._asking.values(), *self._telling]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _fetch(self, costs: Sequence[Cost], urgency: Urgency) -> None:
        """Ask for lots of one scope, unless that is being done."""
        scope = costs[0].scope
        if scope not in self._asking:
            task = self._asking[scope] = asyncio.get_running_loop().create_task(self._take(scope, costs, urgency))
            task.add_done_callback(partial(self._asked, scope))

    def _left(self, cost: Cost) -> int:
        lots = self._lots.get((cost.scope, cost.name))
        now_s = self._clock.steady_s()
        while lots and (lots[0].until_s <= now_s or not lots[0].amount):
            lots.popleft()
        return sum(lot.amount for lot in lots) if lots else 0

    def _keep_share(self) -> None:
        self.share = 1.0 / self._desks if self.is_alone else 1.0

    def _asked(self, scope: str, _: "asyncio.Task[None]") -> None:
        self._asking.pop(scope, None)
        self.on_news()

    async def _take(self, scope: str, costs: Sequence[Cost], urgency: Urgency) -> None:
        wants = [self._want(cost, urgency) for cost in costs]
        granted: Granted | None = None
        asked_s = self._clock.steady_s()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT_S):
                granted = await self._shared.take(scope, wants)
        if granted is None:
            if not self.is_alone:
                log.warning("nobody counts what is asked of %s; each desk keeps to its part", scope.partition(":")[0])
            self._away_until_s = self._clock.steady_s() + ASK_AGAIN_S
            return
        self._desks = max(granted.desks, 1)
        if granted.banned_s > 0:
            self._bans.append((scope, granted.banned_s))
            return
        for cost, amount in zip(costs, granted.amounts, strict=True):
            lots = self._lots.setdefault((cost.scope, cost.name), deque())
            lots.append(_Lot(amount, asked_s + LOT_MS / 1000))
        if any(granted.amounts):
            self._empty.discard(scope)
        else:
            self._empty.add(scope)
            await asyncio.sleep(max(LITTLE_MS, min(cost.rule.window_ms for cost in costs) // 50) / 1000)

    def _want(self, cost: Cost, urgency: Urgency) -> Want:
        """A lot, at least the call itself; it is counted for as long as it might still be used.

        A window is always as wide, also of a desk alone: its slices are as wide as it, and of narrower ones all of the
        last minute would count. Nor may a desk alone have more in it, because it hears late that it is alone no more.
        """
        window_ms = cost.rule.window_ms + LOT_MS
        lot = max(lot_of(cost), cost.amount)
        most = max(most_of(cost.rule, urgency), min(cost.amount, cost.rule.limit))
        return Want(cost.name, most, window_ms, lot, cost.amount)


def lot_of(cost: Cost) -> int:
    """A tenth of a second of the rule's pace, at least one call."""
    return max(cost.rule.limit * LOT_MS // cost.rule.window_ms, cost.amount)
