"""Who may ask next: calls wait here for their exchange's budget, what protects first, in order of arrival inside.

A call whose rules have no room holds up only what needs the same rules. While an exchange has banned us nothing waits
and nothing leaves: callers are told how long it lasts.
"""

import asyncio
import hashlib
import logging
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.domain import live_phrases
from engine.domain.sentences import say
from engine.errors import NotSent
from engine.venues.clock import Clock
from engine.venues.exchanges.budget import Cost, Spending
from engine.venues.exchanges.budget_grants import Grants, NoGrants
from engine.venues.exchanges.budget_rules import By, Limits
from engine.venues.exchanges.dialect import Answer, Call, Urgency

log = logging.getLogger(__name__)

PRIORITY = (Urgency.PROTECT, Urgency.ENTRY, Urgency.QUERY)
#: A call that was never answered counts as answered after so long.
LONGEST_CALL_MS = 15_000

#: Calls of one urgency that need the same rules wait in one line.
Line = tuple[Urgency, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class _Waiter:
    number: int
    urgency: Urgency
    costs: tuple[Cost, ...]
    turn: "asyncio.Future[None]"
    key: str


@dataclass(slots=True)
class Use:
    """What was asked and what it had to wait for, since the start."""

    calls: int = 0
    waited: int = 0
    refused: int = 0
    longest_wait_ms: int = field(default=0)


class BudgetQueue:
    """The one queue of an exchange in this program. Belongs to one loop."""

    def __init__(self, limits: Limits, address: str, clock: Clock, grants: Grants | None = None) -> None:
        """`address` names this machine to whoever counts with us; `grants` are what all desks together still have."""
        self.spending = Spending(limits)
        self.use = Use()
        self._address = f"{limits.exchange}:address:{address}"
        self._limits = limits
        self._clock = clock
        self._grants = grants or NoGrants()
        self._grants.on_news = self._pump
        self._lines: dict[Line, deque[_Waiter]] = {}
        self._under_way: dict[tuple[Cost, ...], deque[int]] = {}
        self._numbers = 0
        self._timer: asyncio.TimerHandle | None = None

    def now_ms(self) -> int:
        """Steady milliseconds of the clock."""
        return int(self._clock.steady_s() * 1000)

    def scope_of(self, key: str) -> str:
        """The name of a key to whoever counts with us: it says nothing of the key."""
        digest = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
        return f"{self._limits.exchange}:key:{digest}"

    async def before(self, call: Call, key: str) -> None:
        """Wait until the call may be made; `key` is a scope. Raises NotSent while the exchange has banned us."""
        self._check_ban(key)
        costs = self.spending.costs(call, key, self._address)
        self._numbers += 1
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(self._numbers, call.urgency, costs, turn, key)
        line = (call.urgency, tuple((cost.scope, cost.name) for cost in costs))
        self._lines.setdefault(line, deque()).append(waiter)
        asked_ms = self.now_ms()
        self._pump()
        if not turn.done():
            self.use.waited += 1
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    # It was let go in the very moment in which nobody wanted it any more.
                    self.spending.end(costs, self.now_ms())
                raise
            finally:
                self.use.longest_wait_ms = max(self.use.longest_wait_ms, self.now_ms() - asked_ms)
        turn.result()
        if (banned_ms := self.spending.banned_ms(key, self._address, self.now_ms())) > 0:
            # Between its turn and now somebody else was refused.
            self.spending.end(costs, self.now_ms())
            raise self._not_sent(banned_ms)
        self._under_way.setdefault(costs, deque()).append(self.now_ms())
        self.use.calls += 1

    def after(self, call: Call, answer: Answer | None, key: str) -> None:
        """The call was answered, or (None) never will be. Calls that cost the same stand for each other."""
        now_ms = self.now_ms()
        costs = self.spending.costs(call, key, self._address)
        if since := self._under_way.get(costs):
            since.popleft()
            self.spending.end(costs, now_ms)
        if answer is not None:
            for name, told in self._limits.told(answer, self._limits.group_of(call)).items():
                self.spending.hear(name, told, key, self._address, now_ms)
            banned_s = self._limits.banned_s(answer)
            if banned_s > 0:
                self._ban(key, banned_s, answer)
        self._pump()

    def _ban(self, key: str, for_s: float, answer: Answer) -> None:
        self.use.refused += 1
        scope = key if self._limits.ban_by is By.KEY else self._address
        seconds = math.ceil(for_s)
        log.warning("%s", say(live_phrases.BAN_BEGAN, exchange=self._limits.exchange, seconds=seconds,
                              status=answer.status))  # fmt: skip
        self.spending.ban(scope, self.now_ms() + math.ceil(for_s * 1000))
        self._grants.ban(scope, for_s)

    def _check_ban(self, key: str) -> None:
        for scope, for_s in self._grants.bans():
            self.spending.ban(scope, self.now_ms() + math.ceil(for_s * 1000))
        banned_ms = self.spending.banned_ms(key, self._address, self.now_ms())
        if banned_ms > 0:
            raise self._not_sent(banned_ms)

    def _not_sent(self, banned_ms: int) -> NotSent:
        seconds = math.ceil(banned_ms / 1000)
        return NotSent(say(live_phrases.BANNED, exchange=self._limits.exchange, seconds=seconds), banned_ms / 1000)

    def _pump(self) -> None:
        """Let go whoever may, the most urgent first, and look again when the next one might."""
        now_ms = self.now_ms()
        self._forget_unanswered(now_ms)
        for scope, for_s in self._grants.bans():
            self.spending.ban(scope, now_ms + math.ceil(for_s * 1000))
        soonest: int | None = None
        full: set[tuple[str, str]] = set()
        for waiter in self._heads():
            banned_ms = self.spending.banned_ms(waiter.key, self._address, now_ms)
            if banned_ms > 0:
                waiter.turn.set_exception(self._not_sent(banned_ms))
                continue
            blocked = self._blocked(waiter, full, now_ms)
            if blocked is None:
                self.spending.begin(waiter.costs)
                self._grants.spend(waiter.costs, waiter.urgency)
                waiter.turn.set_result(None)
            elif blocked > 0:
                soonest = blocked if soonest is None else min(soonest, blocked)
        self._wake_in(soonest)

    def _blocked(self, waiter: _Waiter, full: set[tuple[str, str]], now_ms: int) -> int | None:
        """None when it may go; else after how many milliseconds to look again, 0 when somebody will call.

        What it lacks is `full` for all who come after it.
        """
        share = self._grants.share
        waits = {cost: self.spending.wait_ms(cost, waiter.urgency, now_ms, share) for cost in waiter.costs}
        is_behind = any((cost.scope, cost.name) in full for cost in waiter.costs)
        lacking = [cost for cost, wait in waits.items() if wait > 0]
        if not lacking and not is_behind:
            if self._grants.has(waiter.costs):
                return None
            self._grants.ask(waiter.costs, waiter.urgency)
            full.update((cost.scope, cost.name) for cost in waiter.costs)
            return 0
        full.update((cost.scope, cost.name) for cost in lacking)
        return max(waits.values()) if lacking else 0

    def _heads(self) -> Iterator[_Waiter]:
        """Waiters by urgency and arrival; the next of a line only after the one before it was let go."""
        for urgency in PRIORITY:
            lines = {line: waiting for line, waiting in self._lines.items() if line[0] is urgency}
            while lines:
                for line, waiting in list(lines.items()):
                    while waiting and waiting[0].turn.done():
                        waiting.popleft()
                    if not waiting:
                        del self._lines[line], lines[line]
                if not lines:
                    break
                line = min(lines, key=lambda each: lines[each][0].number)
                waiter = lines[line][0]
                yield waiter
                if not waiter.turn.done():
                    del lines[line]

    def _wake_in(self, wait_ms: int | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wait_ms is not None:
            self._timer = asyncio.get_running_loop().call_later(max(wait_ms, 1) / 1000, self._pump)

    def _forget_unanswered(self, now_ms: int) -> None:
        for costs, since in list(self._under_way.items()):
            while since and since[0] + LONGEST_CALL_MS <= now_ms:
                since.popleft()
                self.spending.end(costs, now_ms)
            if not since:
                del self._under_way[costs]


class KeyBudget:
    """`calls.Budget` of one key: its place in its exchange's queue."""

    def __init__(self, queue: BudgetQueue, key: str) -> None:
        self._queue = queue
        self._scope = queue.scope_of(key)

    async def before(self, call: Call) -> None:
        await self._queue.before(call, self._scope)

    def after(self, call: Call, answer: Answer | None) -> None:
        self._queue.after(call, answer, self._scope)


QueueOf = Callable[[Limits], BudgetQueue]
