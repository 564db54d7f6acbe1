"""What goes wrong on the wire, when, and how often: scripted by count or drawn from a seed; everything is counted."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Point(StrEnum):
    """Where a fault strikes."""

    REQUEST = "request"
    FRAME = "frame"
    DIAL = "dial"
    LOGIN = "login"
    SUBSCRIBE = "subscribe"


class Action(StrEnum):
    """What happens there. The first group is for requests and dials, the second for frames, the third for words.

    RESET breaks the connection, HANG never answers and breaks it after `delay_s`, DELAY answers late. TRUNCATED ends
    in the middle of the body, SLOW sends it byte by byte, STATUS answers `status` with a proxy's page, UNSURE is the
    venue's own "I do not know what became of it", TOO_MANY its 429, BAN its 418, COUNTED its limit of orders. GARBLED
    is half a frame. PASS leaves the wire alone and is for what a rule does `also`.
    """

    RESET = "reset"
    HANG = "hang"
    DELAY = "delay"
    TRUNCATED = "truncated"
    HTML = "html"
    EMPTY = "empty"
    BRACES = "braces"
    STATUS = "status"
    SLOW = "slow"
    UNSURE = "unsure"
    TOO_MANY = "too_many"
    BAN = "ban"
    COUNTED = "counted"

    DROP = "drop"
    DUPLICATE = "duplicate"
    LATE = "late"
    SWAP = "swap"
    CLOSE = "close"
    SILENT = "silent"
    MUTE = "mute"
    GARBLED = "garbled"

    REFUSE = "refuse"
    PASS = "pass"


#: For the wire of requests, before or after one was processed.
ANSWERS = (
    Action.RESET, Action.HANG, Action.DELAY, Action.TRUNCATED, Action.HTML, Action.EMPTY, Action.BRACES, Action.STATUS,
    Action.SLOW, Action.UNSURE,
)  # fmt: skip
#: What the venue itself says, unasked.
LIMITS = (Action.TOO_MANY, Action.BAN, Action.COUNTED)
FRAMES = (
    Action.DROP, Action.DUPLICATE, Action.LATE, Action.SWAP, Action.CLOSE, Action.SILENT, Action.MUTE, Action.GARBLED,
    Action.RESET,
)  # fmt: skip


@dataclass(slots=True)
class Rule:
    """Strikes at `point` whatever fits.

    `venue` is the house's name, `kind` one of order, cancel, query ("" is anything), `contains` a part of the path and
    query of a request or dial, or of a frame. The first `skip` that fit are left alone; then the fault strikes `times`
    (None: always), each with the chance of `rate`. `is_processed`: the exchange does what was asked, and then the
    answer is lost or spoilt. SWAP holds a frame back until the next that fits has gone. `delay_s` is for HANG, DELAY,
    LATE, SLOW; `code` for CLOSE. `also` happens at the same moment, before the exchange processes the request or the
    frame goes: a fill that overtakes a cancel.
    """

    point: Point
    action: Action
    venue: str = ""
    kind: str = ""
    contains: str = ""
    skip: int = 0
    times: int | None = 1
    rate: float = 1.0
    is_processed: bool = False
    delay_s: float = 30.0
    status: int = 503
    retry_after_s: int = 1
    code: int = 1001
    also: Callable[[], object] | None = None
    seen: int = 0
    struck: int = 0

    def fits(self, point: Point, venue: str, kind: str, text: str) -> bool:
        return (
            point is self.point
            and self.venue in ("", venue)
            and self.kind in ("", kind)
            and (not self.contains or self.contains in text)
        )


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault that happened."""

    at_ms: int
    point: Point
    action: Action
    venue: str
    kind: str
    text: str
    is_processed: bool


@dataclass(slots=True)
class Plan:
    """The rules in force, in order; the first that strikes, strikes alone. The same seed draws the same faults."""

    now_ms: Callable[[], int] = lambda: 0
    seed: int = 0
    rules: list[Rule] = field(default_factory=list)
    log: list[Struck] = field(default_factory=list)
    #: Faults that are no wire's: halts, rule changes, acts of the user.
    acts: Counter[str] = field(default_factory=Counter)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def add(self, rule: Rule) -> Rule:
        """Also strikes what comes next."""
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.rules.clear()

    def strike(self, point: Point, venue: str, kind: str, text: str) -> Rule | None:
        """The fault for something that happens now."""
        if not self.rules:
            return None
        for rule in self.rules:
            if not rule.fits(point, venue, kind, text) or (rule.times is not None and rule.struck >= rule.times):
                continue
            rule.seen += 1
            if rule.seen <= rule.skip or (rule.rate < 1 and self._random.random() >= rule.rate):
                continue
            rule.struck += 1
            if rule.also is not None:
                rule.also()
            self.log.append(Struck(self.now_ms(), point, rule.action, venue, kind, text[:120], rule.is_processed))
            return rule
        return None

    def counts(self) -> Mapping[str, int]:
        """How often each has struck, as "point action" and "before" or "after" processing; acts by their name."""
        found: Counter[str] = Counter()
        for struck in self.log:
            when = " after" if struck.is_processed else ""
            found[f"{struck.point} {struck.action}{when}"] += 1
        return found + self.acts


def seeded(seed: int, now_ms: Callable[[], int], rates: Mapping[tuple[Point, Action, bool], float], venue: str) -> Plan:
    """Faults at random for a venue: the rate of each (point, action, whether after processing)."""
    plan = Plan(now_ms, seed)
    for (point, action, is_processed), rate in rates.items():
        plan.add(Rule(point, action, venue, times=None, rate=rate, is_processed=is_processed))
    return plan
