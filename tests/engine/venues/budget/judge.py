"""An exchange that counts arrivals strictly by its rules, in every window there is, and answers after its own while."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.errors import NotSent
from engine.venues.exchanges.budget_queue import KeyBudget
from engine.venues.exchanges.budget_rules import By, Limits
from engine.venues.exchanges.dialect import Answer, Call
from tests.support.waiting import last

OK, TOO_MANY = 200, 429


@dataclass(slots=True)
class Judge:
    """Counts each arrival at its moment; `refused` are those that were too many. `most` is the fullest a window was."""

    limits: Limits
    chance: random.Random
    slowest_s: float = 0.08
    refused: int = 0
    taken: int = 0
    most: dict[str, float] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    arrivals: defaultdict[tuple[str, str, str], deque[tuple[float, int]]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    async def ask(self, call: Call, key: str) -> Answer:
        """Arrives after a while, answers after another."""
        await last(self.chance.random() * self.slowest_s)
        answer = self._arrive(call, key)
        await last(self.chance.random() * self.slowest_s)
        return answer

    def _arrive(self, call: Call, key: str) -> Answer:
        now_s = asyncio.get_running_loop().time()
        group = self.limits.group_of(call)
        counted = []
        for rule in self.limits.rules:
            amount = rule.amount(call, group)
            if not amount:
                continue
            row = self.arrivals[rule.name, key if rule.by is By.KEY else "", str(call.params.get(rule.each, ""))]
            while row and row[0][0] <= now_s - rule.window_ms / 1000:
                row.popleft()
            used = sum(spent for _, spent in row) + amount
            if used > rule.limit:
                self.refused += 1
                return Answer(TOO_MANY, {"code": "429"}, {})
            counted.append((rule, row, amount, used))
        for rule, row, amount, used in counted:
            row.append((now_s, amount))
            self.most[rule.name] = max(self.most.get(rule.name, 0.0), used / rule.limit)
        self.taken += 1
        return Answer(OK, {}, dict(self.headers))


async def flood(
    seats: Sequence[tuple[KeyBudget, str]], judge: Judge, calls: Sequence[Call], workers: int, for_s: float
) -> int:
    """Ask as fast as the budgets let us, each worker of a (budget, key) one call after the other; how many it was."""
    loop = asyncio.get_running_loop()
    ends_s = loop.time() + for_s
    asked = 0

    async def work(number: int) -> None:
        nonlocal asked
        budget, key = seats[number % len(seats)]
        at = number // len(seats)
        while loop.time() < ends_s:
            call = replace(calls[at % len(calls)])
            at += 1
            try:
                await budget.before(call)
            except NotSent as error:
                await last(error.wait_s)
                continue
            asked += 1
            budget.after(call, await judge.ask(call, key))

    await asyncio.gather(*(work(number) for number in range(workers)))
    return asked
