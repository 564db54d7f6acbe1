"""Every key that may stand in Redis: its spelling, its type, how long it lives. `docs/redis.md` says who uses which.

In Redis each begins with `gridwright:1:<space>:`. The 1 is the version of this layout: a program that writes values of
another form writes under another number. The space names the database whose shadow the values are, so that two
databases may share one Redis. What belongs to a user begins with `user:<id>:`, so that Redis' own rights can be given
by key.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from string import Formatter
from urllib.parse import quote

PREFIX = "gridwright:1:"
#: Characters of one part of a key before escaping. The longest real one is a digest of 64.
MOST_PART = 200

MINUTE_S, HOUR_S, DAY_S = 60.0, 3_600.0, 86_400.0


class KeyKind(StrEnum):
    STRING = "string"
    HASH = "hash"
    LIST = "list"
    SET = "set"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """One key, without the prefix. It never lives longer than `ttl_s`; a list keeps its newest `most` items."""

    name: str
    kind: KeyKind
    ttl_s: float
    most: int = 0


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """A key with holes: `ticker:{venue}:{symbol}`. A channel keeps nothing, so it has no time to live."""

    pattern: str
    kind: KeyKind
    ttl_s: float
    most: int = 0

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its holes, in order."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.pattern) if name)

    def of(self, **parts: str | int) -> CacheKey:
        """The key with its holes filled. Raises ValueError for a part that is empty or longer than MOST_PART.

        Whatever a part holds (`:`, line ends, wildcards, Hangul) is escaped as in URLs, so that no part can reach into
        another one.
        """
        if set(parts) != set(self.parts):
            raise ValueError(f"{self.pattern} needs {', '.join(self.parts) or 'nothing'}")
        return CacheKey(
            self.pattern.format(**{name: escaped(part) for name, part in parts.items()}),
            self.kind,
            self.ttl_s,
            self.most,
        )


def escaped(part: str | int) -> str:
    """One part of a key with everything escaped that is not of `[A-Za-z0-9_.~-]`. Raises ValueError."""
    text = str(part)
    if not text or len(text) > MOST_PART:
        raise ValueError(f"a part of a key has 1 to {MOST_PART} characters, not {len(text)}")
    return quote(text, safe="")


def day_part(day: date) -> str:
    """`2025-11-15`."""
    return day.isoformat()


def hour_part(at: datetime) -> str:
    """`2025-11-15-03`, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d-%H")


STRING, HASH, LIST, SET, CHANNEL = KeyKind.STRING, KeyKind.HASH, KeyKind.LIST, KeyKind.SET, KeyKind.CHANNEL

# Markets, shared by all users. A market in its own time (replayed, simulated) is its user's alone.
TICKER = KeyPattern("ticker:{venue}:{symbol}", STRING, 1.0)
ORDERBOOK = KeyPattern("orderbook:{venue}:{symbol}", STRING, 1.0)
CANDLE = KeyPattern("candle:{venue}:{symbol}:{timeframe}:{timestamp}", STRING, HOUR_S)
OWN_TICKER = KeyPattern("user:{user_id}:ticker:{venue}:{symbol}", STRING, 1.0)
FX_RATE = KeyPattern("fx:{pair}", STRING, 3.0)
SPREAD_LAST = KeyPattern("spreads:{symbol}:last", STRING, MINUTE_S)
HOURLY_SPREAD = KeyPattern("metrics:hourly_spread:{hour}", STRING, DAY_S)

# Who lives.
HEALTH = KeyPattern("health:{part}", STRING, 10.0)
DESK_HEALTH = KeyPattern("health:desk:{desk_id}", STRING, 10.0)

# A user's trading.
ACTIVE_GRID = KeyPattern(
    "user:{user_id}:venue:{venue}:symbol:{symbol}:bot:{bot_id}:active_grid:{level}", HASH, 2 * MINUTE_S
)
ORDER_PLACED = KeyPattern(
    "user:{user_id}:venue:{venue}:symbol:{symbol}:bot:{bot_id}:order_placed", HASH, 2 * MINUTE_S
)  # fmt: skip
TAKE_PROFIT_ORDERS = KeyPattern("user:{user_id}:venue:{venue}:symbol:{symbol}:bot:{bot_id}", HASH, 2 * MINUTE_S)
POSITIONS_OPEN_COUNT = KeyPattern("user:{user_id}:positions:{symbol}:open_count:{desk_id}", STRING, MINUTE_S)
STRATEGY_STATUS = KeyPattern("user:{user_id}:strategy:{strategy_id}:status", STRING, 2 * MINUTE_S)
STRATEGY_SIGNALS = KeyPattern("user:{user_id}:strategy:{strategy_id}:signals", LIST, DAY_S, most=100)
ORDER_STATUS = KeyPattern("user:{user_id}:order:{order_id}:status", STRING, HOUR_S)
ACTIVE_ORDERS = KeyPattern("user:{user_id}:active_orders:{desk_id}", SET, MINUTE_S)
DAILY_PNL = KeyPattern("user:{user_id}:metrics:daily_pnl:{day}:{desk_id}", STRING, DAY_S)

# A user's settings at a venue, and the mark that makes copies read before a change worthless.
USER_SETTINGS = KeyPattern("user:{user_id}:venue:{venue}", HASH, MINUTE_S)
USER_SETTINGS_MARK = KeyPattern("user:{user_id}:venue:{venue}:mark", STRING, 2 * MINUTE_S)

# What is to be told to people: ids of rows of the table `notifications`, never their words.
NOTIFICATIONS = KeyPattern("user:{user_id}:notifications", LIST, DAY_S, most=1_000)
TELEGRAM_QUEUE = KeyPattern("telegram_queue", LIST, DAY_S, most=10_000)

# Signing in. Digests of tokens, never tokens; PostgreSQL decides.
SESSION = KeyPattern("session:{token_digest}", STRING, 7 * DAY_S)
ACTIVE_SESSIONS = KeyPattern("user:{user_id}:active_sessions", SET, 7 * DAY_S)
REFRESH_TOKEN = KeyPattern("user:{user_id}:refresh_token:{token_id}", STRING, 7 * DAY_S)
DENIED_TOKEN = KeyPattern("denied:{token_digest}", STRING, 1_800.0)
RATE_LIMIT = KeyPattern("rate_limit:{address}:{endpoint}", STRING, 5 * MINUTE_S)
LOGIN_HISTORY = KeyPattern("user:{user_id}:login_history", LIST, 30 * DAY_S, most=100)

# Budgets: what all desks ask of an exchange, counted in slices of a rule's window.
BUDGET = KeyPattern("budget:{scope}:rule:{rule}", HASH, 2 * DAY_S)
BUDGET_BAN = KeyPattern("budget:{scope}:ban", STRING, 3 * DAY_S)
BUDGET_DESKS = KeyPattern("budget:{scope}:desks", HASH, MINUTE_S)

# Bells.
BELL = KeyPattern("bell:{channel}", CHANNEL, 0.0)

#: All of them by the name of their constant.
PATTERNS = {name: value for name, value in globals().items() if isinstance(value, KeyPattern)}
