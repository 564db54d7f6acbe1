"""Everything that reached the exchange and everything that came of it: what the auditor judges by."""

from dataclasses import dataclass, field

from tests.support.exchange.values import Fill, Reason, Request


@dataclass(frozen=True, slots=True)
class Received:
    """An order that arrived: with the number it got, or the reason why it got none.

    `at_ms` is by the exchange's clock, `true_ms` by one that is right.
    """

    at_ms: int
    account: str
    request: Request
    order_id: int | None
    true_ms: int
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Ban:
    """Somebody was told to keep away until `until_ms`."""

    host: str
    at_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Knock:
    """A request that came while its sender was told to keep away."""

    at_ms: int
    host: str
    path: str
    since_ms: int
    until_ms: int


@dataclass(slots=True)
class History:
    """Append only. `fills` are with their accounts; `foreign` are orders that no program placed but a hand."""

    received: list[Received] = field(default_factory=list)
    fills: list[tuple[str, Fill]] = field(default_factory=list)
    bans: list[Ban] = field(default_factory=list)
    knocks: list[Knock] = field(default_factory=list)
    foreign: set[int] = field(default_factory=set)
    requests: int = 0
    #: Answers of 429 and 418, and those of them that were earned: that no fault plan made up.
    refused_for_limits: int = 0
    over_limits: int = 0
