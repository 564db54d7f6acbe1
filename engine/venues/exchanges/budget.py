"""How much of an exchange's rules is spent: rolling windows over a given time, without a clock and without waiting.

A call that is under way counts without end, one that was answered until its window has passed since the answer: the
exchange counted it some time before. So no window of the exchange's own, wherever it begins, ever holds more than we
count in one of ours.
"""

from collections import deque
from dataclasses import dataclass, field

from engine.venues.exchanges.budget_rules import By, Limits, Rule
from engine.venues.exchanges.dialect import Call, Urgency

#: The share of a limit that is used at all: others may use the same key or address, such as the owner's browser.
FILL = 0.95
#: The share of a limit that is kept for PROTECT.
RESERVE = 0.10
#: Entries of a window that are nearer to each other than this part of it are one.
GRAIN = 200


@dataclass(slots=True)
class Window:
    """What was spent of one rule. `foreign` is what the exchange counts beyond it, until `foreign_until_ms`."""

    rule: Rule
    spent: deque[tuple[int, int]] = field(default_factory=deque)
    total: int = 0
    under_way: int = 0
    foreign: int = 0
    foreign_until_ms: int = 0

    def used(self, now_ms: int) -> int:
        """What counts now."""
        while self.spent and self.spent[0][0] + self.rule.window_ms <= now_ms:
            self.total -= self.spent.popleft()[1]
        return self.total + self.under_way + (self.foreign if now_ms < self.foreign_until_ms else 0)

    def wait_ms(self, amount: int, most: int, now_ms: int) -> int:
        """How long until `amount` fits under `most`; 0 now. What is under way may make it longer, an answer shorter."""
        excess = self.used(now_ms) + amount - most
        if excess <= 0:
            return 0
        for at_ms, spent in self.spent:
            excess -= spent
            if excess <= 0:
                return max(at_ms + self.rule.window_ms - now_ms, 1)
        if now_ms < self.foreign_until_ms:
            return self.foreign_until_ms - now_ms
        return self.rule.window_ms

    def begin(self, amount: int) -> None:
        self.under_way += amount

    def end(self, amount: int, now_ms: int) -> None:
        """The call was answered, or nobody waits for its answer any more."""
        self.under_way -= amount
        self.total += amount
        if self.spent and now_ms - self.spent[-1][0] < self.rule.window_ms // GRAIN:
            amount += self.spent.pop()[1]
        self.spent.append((now_ms, amount))

    def hear(self, told: int, now_ms: int) -> None:
        """The exchange's own count: what it has beyond ours is somebody else's, and lasts a window at most."""
        foreign = told - (self.used(now_ms) - (self.foreign if now_ms < self.foreign_until_ms else 0))
        if foreign > 0 and (foreign >= self.foreign or now_ms >= self.foreign_until_ms):
            self.foreign, self.foreign_until_ms = foreign, now_ms + self.rule.window_ms


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call costs of one window: of a scope (key or address) by a name that is unique there."""

    scope: str
    name: str
    rule: Rule
    amount: int


def most_of(rule: Rule, urgency: Urgency, share: float = 1.0) -> int:
    """How much of a rule a call of this urgency may fill, at least 1. `share` of it is ours."""
    usable = rule.limit * FILL * share
    if urgency is not Urgency.PROTECT:
        usable -= rule.limit * RESERVE * share
    return max(int(usable), 1)


class Spending:
    """All windows of one exchange, for every key and address of this program. `now_ms` never goes back."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._windows: dict[tuple[str, str], Window] = {}
        self._bans: dict[str, int] = {}

    def costs(self, call: Call, key: str, address: str) -> tuple[Cost, ...]:
        """What a call costs, by every rule that counts it."""
        group = self.limits.group_of(call)
        found: list[Cost] = []
        for rule in self.limits.rules:
            amount = rule.amount(call, group)
            if amount:
                scope = key if rule.by is By.KEY else address
                name = f"{rule.name} {call.params.get(rule.each, '')}" if rule.each else rule.name
                found.append(Cost(scope, name, rule, amount))
        return tuple(found)

    def window(self, cost: Cost) -> Window:
        """The window that a cost falls into."""
        return self._windows.setdefault((cost.scope, cost.name), Window(cost.rule))

    def wait_ms(self, cost: Cost, urgency: Urgency, now_ms: int, share: float = 1.0) -> int:
        """How long until a cost fits; 0 now. A single call that is more than the whole limit fits an empty window."""
        most = max(most_of(cost.rule, urgency, share), min(cost.amount, cost.rule.limit))
        return self.window(cost).wait_ms(cost.amount, most, now_ms)

    def begin(self, costs: tuple[Cost, ...]) -> None:
        for cost in costs:
            self.window(cost).begin(cost.amount)

    def end(self, costs: tuple[Cost, ...], now_ms: int) -> None:
        for cost in costs:
            self.window(cost).end(cost.amount, now_ms)

    def hear(self, name: str, told: int, key: str, address: str, now_ms: int) -> None:
        """What the exchange says it has counted of a rule."""
        for rule in self.limits.rules:
            if rule.name == name and not rule.each:
                self.window(Cost(key if rule.by is By.KEY else address, name, rule, 0)).hear(told, now_ms)

    def ban(self, scope: str, until_ms: int) -> None:
        """Nothing may be asked before this moment."""
        self._bans[scope] = max(until_ms, self._bans.get(scope, 0))

    def banned_ms(self, key: str, address: str, now_ms: int) -> int:
        """How long nothing may be asked; 0 when there is no ban."""
        return max(self._bans.get(key, 0) - now_ms, self._bans.get(address, 0) - now_ms, 0)

    @property
    def bans(self) -> dict[str, int]:
        """Their ends by scope."""
        return dict(self._bans)
