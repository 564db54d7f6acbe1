"""What each exchange lets a key or an address ask. Each rule says whose word its number is and of which day: the
exchange's documents, or `OUR_OWN` where they give no one number for a group of calls.

The rules of an exchange change without notice: what it answers (its counters, a refusal) stands above this table.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.venues.exchanges.dialect import Answer, Call

SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000
BINANCE_DOCS = "developers.binance.com, exchangeInfo rateLimits"
UPBIT_DOCS = "docs.upbit.com/kr/reference/rate-limits"
BITHUMB_DOCS = "apidocs.bithumb.com"
OKX_DOCS = "okx.com/docs-v5"
BITGET_DOCS = "bitget.com/api-doc"
#: Not the exchange's word: it limits each endpoint of the group by itself, most of them higher. One number that is safe
#: for all of them is ours.
OUR_OWN = "our own choice"


class Counts(StrEnum):
    """What a rule adds up: weights of calls, orders alone, or calls."""

    WEIGHT = "weight"
    ORDERS = "orders"
    CALLS = "calls"


class By(StrEnum):
    """Whom a rule counts."""

    KEY = "key"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` in any `window_ms`. `groups` are the kinds of calls it counts, none are all of them.

    `each`: counted for each value of this parameter alone. `header`: where the exchange tells what it has counted.
    """

    name: str
    limit: int
    window_ms: int
    counts: Counts
    by: By
    source: str
    since: str
    groups: frozenset[str] = frozenset()
    each: str = ""
    header: str = ""

    def amount(self, call: Call, group: str) -> int:
        """What a call costs of it."""
        if self.groups and group not in self.groups:
            return 0
        if self.counts is Counts.ORDERS:
            return int(call.is_order)
        return call.weight if self.counts is Counts.WEIGHT else 1


Told = Callable[[Answer, str], Mapping[str, int]]


def by_headers(rules: tuple[Rule, ...]) -> Told:
    """What the exchange says it has counted, by rule, where each has a header of its own."""

    def told(answer: Answer, _group: str) -> Mapping[str, int]:
        found = ((rule.name, answer.headers.get(rule.header, "")) for rule in rules if rule.header)
        return {name: int(text) for name, text in found if text.isdigit()}

    return told


def nothing_told(_answer: Answer, _group: str) -> Mapping[str, int]:
    """The exchange tells no counters."""
    return {}


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules of one exchange. `kinds` name the group of a call by its method, the first that matches.

    `told` reads the exchange's own counters. `refusing` are codes in a body that mean "too many"; with one of them,
    429 and 418 nothing is asked for as long as the answer says, else `ban_s`, 418 `long_ban_s`.
    """

    exchange: str
    rules: tuple[Rule, ...]
    kinds: tuple[tuple[str, str], ...] = ()
    told: Told = nothing_told
    refusing: frozenset[str] = frozenset()
    ban_by: By = By.ADDRESS
    ban_s: float = 2.0
    long_ban_s: float = 120.0
    _patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list, repr=False, compare=False)

    def group_of(self, call: Call) -> str:
        """The kind of a call; "" for one that has no rule of its own."""
        if not self._patterns:
            self._patterns.extend((re.compile(pattern, re.IGNORECASE), group) for pattern, group in self.kinds)
        return next((group for pattern, group in self._patterns if pattern.search(call.method)), "")

    def banned_s(self, answer: Answer) -> float:
        """How long nothing may be asked after this answer; 0 when it is no refusal of that kind."""
        if answer.status not in (418, 429) and code_of(answer.body) not in self.refusing:
            return 0.0
        text = answer.headers.get("retry-after", "")
        if text.isdigit() and int(text) > 0:
            return float(text)
        return self.long_ban_s if answer.status == 418 else self.ban_s


def code_of(body: Any) -> str:
    """The exchange's own code of a refusal, wherever it writes it."""
    if not isinstance(body, Mapping):
        return ""
    error = body.get("error")
    if isinstance(error, Mapping):
        return str(error.get("name", ""))
    return str(body.get("code", ""))


def remaining_req(answer: Answer, _group: str) -> Mapping[str, int]:
    """Upbit tells what is left in this second: `group=order; min=1; sec=7`."""
    parts = dict(part.strip().partition("=")[::2] for part in answer.headers.get("remaining-req", "").split(";"))
    rule = UPBIT_BY_GROUP.get(parts.get("group", ""))
    left = parts.get("sec", "")
    return {rule.name: max(rule.limit - int(left), 0)} if rule is not None and left.isdigit() else {}


BINANCE_RULES = (
    Rule(
        "weight", 6_000, MINUTE, Counts.WEIGHT, By.ADDRESS, BINANCE_DOCS, "2026-11-20", header="x-mbx-used-weight-1m"
    ),
    Rule(
        "orders 10 s", 100, 10 * SECOND, Counts.ORDERS, By.KEY, BINANCE_DOCS, "2026-11-20",
        header="x-mbx-order-count-10s",
    ),
    Rule("orders day", 200_000, DAY, Counts.ORDERS, By.KEY, BINANCE_DOCS, "2026-11-20", header="x-mbx-order-count-1d"),
    Rule("requests", 61_000, 5 * MINUTE, Counts.CALLS, By.ADDRESS, BINANCE_DOCS, "2026-11-20"),
)  # fmt: skip
USDM_RULES = (
    Rule(
        "weight", 2_400, MINUTE, Counts.WEIGHT, By.ADDRESS, BINANCE_DOCS, "2026-11-20", header="x-mbx-used-weight-1m"
    ),
    Rule(
        "orders 10 s", 300, 10 * SECOND, Counts.ORDERS, By.KEY, BINANCE_DOCS, "2026-11-20",
        header="x-mbx-order-count-10s",
    ),
    Rule("orders", 1_200, MINUTE, Counts.ORDERS, By.KEY, BINANCE_DOCS, "2026-11-20", header="x-mbx-order-count-1m"),
)  # fmt: skip


def _second(name: str, limit: int, by: By, source: str, since: str, *groups: str) -> Rule:
    return Rule(name, limit, SECOND, Counts.CALLS, by, source, since, frozenset(groups or (name,)))


UPBIT_RULES = (
    _second("order", 12, By.KEY, UPBIT_DOCS, "2026-08-21"),
    _second("default", 30, By.KEY, UPBIT_DOCS, "2026-11-20"),
    Rule("cancel-all", 1, 2 * SECOND, Counts.CALLS, By.KEY, UPBIT_DOCS, "2026-11-20", frozenset({"cancel-all"})),
    *(
        _second(name, 10, By.ADDRESS, UPBIT_DOCS, "2026-11-20")
        for name in ("market", "candle", "trade", "ticker", "orderbook")
    ),
)
UPBIT_BY_GROUP = {rule.name: rule for rule in UPBIT_RULES}
BITHUMB_RULES = (
    _second("public", 150, By.ADDRESS, BITHUMB_DOCS, "2026-11-20"),
    _second("private", 140, By.ADDRESS, BITHUMB_DOCS, "2026-11-20", "private", "order", "batch"),
    _second("batch", 20, By.ADDRESS, BITHUMB_DOCS, "2026-11-20"),
    Rule("order", 20, SECOND, Counts.ORDERS, By.KEY, BITHUMB_DOCS, "2026-11-20", each="market"),
)


def _okx(name: str, limit: int, by: By = By.KEY, each: str = "instId", source: str = OKX_DOCS) -> Rule:
    return Rule(name, limit, 2 * SECOND, Counts.CALLS, by, source, "2026-11-20", frozenset({name}), each)


OKX_RULES = (
    _okx("place", 60),
    _okx("cancel", 60),
    _okx("amend", 60),
    _okx("batch", 300),
    _okx("mass cancel", 5, each=""),
    _okx("balance", 10, each=""),
    _okx("position mode", 5, each=""),
    # Pending orders and fills of the whole account count with single orders here.
    _okx("order", 60, each="", source=OUR_OWN),
    _okx("public", 20, By.ADDRESS, each="", source=OUR_OWN),
    Rule("rest", 10, 2 * SECOND, Counts.CALLS, By.KEY, OUR_OWN, "2026-11-20", frozenset({""})),
    Rule(
        "new orders", 1_000, 2 * SECOND, Counts.CALLS, By.KEY, OKX_DOCS, "2026-11-20",
        frozenset({"place", "amend", "batch"}),
    ),
)  # fmt: skip
BITGET_RULES = (
    _second("place", 10, By.KEY, BITGET_DOCS, "2026-11-20"),
    _second("cancel", 10, By.KEY, BITGET_DOCS, "2026-11-20"),
    # What the key may do; the one question that is dearer than the others.
    _second("account info", 1, By.KEY, BITGET_DOCS, "2026-11-29"),
    # All questions of a key together, and all of an address.
    _second("read", 10, By.KEY, OUR_OWN, "2026-11-20", "read", "account info"),
    _second("public", 20, By.ADDRESS, OUR_OWN, "2026-11-20"),
)

UPBIT_KINDS = (
    (r"^privateDeleteOrdersOpen", "cancel-all"),
    (r"^privatePostOrders|^POST orders", "order"),
    (r"candles", "candle"),
    (r"^publicGetTrades", "trade"),
    (r"^publicGetTicker", "ticker"),
    (r"^publicGetOrderbook", "orderbook"),
    (r"^publicGet", "market"),
    (r"", "default"),
)
BITHUMB_KINDS = (
    (r"batch|^v2PrivatePostOrdersCancel", "batch"),
    (r"PostOrders?$", "order"),
    (r"^public|^v\dPublic", "public"),
    (r"", "private"),
)
OKX_KINDS = (
    (r"PostTradeBatchOrders|PostTradeCancelBatchOrders|PostTradeAmendBatchOrders", "batch"),
    (r"PostTradeOrder$", "place"),
    (r"PostTradeCancelOrder$", "cancel"),
    (r"PostTradeAmendOrder$", "amend"),
    (r"PostTradeMassCancel|CancelAllAfter", "mass cancel"),
    (r"GetAccountBalance", "balance"),
    (r"PostAccountSetPositionMode", "position mode"),
    (r"GetTrade", "order"),
    (r"^public", "public"),
)
BITGET_KINDS = (
    (r"^private.*Post.*(place|batch-?orders?$)", "place"),
    (r"^private.*Post.*cancel", "cancel"),
    (r"SpotAccountInfo$", "account info"),
    (r"^private", "read"),
    (r"", "public"),
)

BINANCE = Limits("binance", BINANCE_RULES, told=by_headers(BINANCE_RULES), refusing=frozenset({"-1003", "-1015"}))
USDM = Limits("binanceusdm", USDM_RULES, told=by_headers(USDM_RULES), refusing=frozenset({"-1003", "-1015"}))
UPBIT = Limits("upbit", UPBIT_RULES, UPBIT_KINDS, remaining_req, frozenset({"too_many_requests"}), ban_s=1.0)
BITHUMB = Limits("bithumb", BITHUMB_RULES, BITHUMB_KINDS, refusing=frozenset({"too_many_requests"}), ban_s=1.0)
OKX = Limits("okx", OKX_RULES, OKX_KINDS, refusing=frozenset({"50011", "50061"}), ban_by=By.KEY)
BITGET = Limits("bitget", BITGET_RULES, BITGET_KINDS, refusing=frozenset({"429", "30007"}), ban_by=By.KEY, ban_s=1.0)

#: By the name in an account's setting "exchange". OKX and Bitget count their markets together.
LIMITS: Mapping[str, Limits] = {
    "binance": BINANCE,
    "binanceusdm": USDM,
    "upbit": UPBIT,
    "bithumb": BITHUMB,
    "okx": OKX,
    "okxswap": OKX,
    "bitget": BITGET,
    "bitgetmix": BITGET,
}
