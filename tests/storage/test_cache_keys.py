"""Keys: the seeds' names and lives, no two patterns with one key, and parts that cannot reach beyond their place."""

import re
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import cache_keys
from storage.cache_keys import MOST_PART, PATTERNS, KeyKind, KeyPattern

HOSTILE = ["a:b", "a\nb", "a\r\nFLUSHALL", "a b", "*", "[a]", "{a}", "a\x00b", "프리미엄", "BTC/KRW", "%3A", ".."]


@pytest.mark.parametrize("part", HOSTILE)
def test_a_hostile_part_stays_one_part(part: str) -> None:
    name = cache_keys.TICKER.of(venue=part, symbol="x").name
    assert re.fullmatch(r"ticker:[A-Za-z0-9_.~%-]+:x", name)
    assert name != cache_keys.TICKER.of(venue="a", symbol="x").name


@given(st.lists(st.text(min_size=1, max_size=20), min_size=4, max_size=4))
def test_different_parts_are_different_keys(parts: list[str]) -> None:
    left, right = (cache_keys.TICKER.of(venue=a, symbol=b).name for a, b in (parts[:2], parts[2:]))
    assert (left == right) == (parts[:2] == parts[2:])


@pytest.mark.parametrize("part", ["", "x" * (MOST_PART + 1)])
def test_a_part_that_is_none_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="a part of a key has 1 to 200 characters"):
        cache_keys.TICKER.of(venue=part, symbol="x")


def test_a_part_with_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        cache_keys.TICKER.of(venue="\ud800", symbol="x")


@pytest.mark.parametrize("parts", [{}, {"venue": "a"}, {"venue": "a", "symbol": "b", "user_id": "c"}])
def test_a_key_needs_exactly_its_parts(parts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="needs venue, symbol"):
        cache_keys.TICKER.of(**parts)


def test_everything_dies() -> None:
    immortal = [name for name, each in PATTERNS.items() if each.kind is not KeyKind.CHANNEL and each.ttl_s <= 0]
    assert immortal == []
    endless = [name for name, each in PATTERNS.items() if (each.kind is KeyKind.LIST) != (each.most > 0)]
    assert endless == []


def could_be_one(left: KeyPattern, right: KeyPattern) -> bool:
    """Whether some parts make the same key of both: as many places, and no place where both say different words."""
    pairs = list(zip(left.pattern.split(":"), right.pattern.split(":"), strict=False))
    is_long = len(left.pattern.split(":")) == len(right.pattern.split(":"))
    return is_long and all("{" in a or "{" in b or a == b for a, b in pairs)


def test_no_two_patterns_make_one_key() -> None:
    doubled = [(a, b) for a, b in combinations(PATTERNS, 2) if could_be_one(PATTERNS[a], PATTERNS[b])]
    assert doubled == []


def test_what_is_a_users_begins_with_the_user() -> None:
    misplaced = [
        name for name, each in PATTERNS.items() if "user_id" in each.parts and not each.pattern.startswith("user:{user")
    ]
    assert misplaced == []


# What the documents of the customer say, in seconds.
SEED_LIVES = [
    (cache_keys.FX_RATE, 3), (cache_keys.SPREAD_LAST, 60), (cache_keys.HEALTH, 10), (cache_keys.DAILY_PNL, 86_400),
    (cache_keys.HOURLY_SPREAD, 86_400), (cache_keys.TICKER, 1), (cache_keys.ORDERBOOK, 1), (cache_keys.CANDLE, 3_600),
    (cache_keys.REFRESH_TOKEN, 604_800), (cache_keys.DENIED_TOKEN, 1_800), (cache_keys.RATE_LIMIT, 300),
    (cache_keys.LOGIN_HISTORY, 30 * 86_400),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "ttl_s"), SEED_LIVES)
def test_lives_are_the_customers(pattern: KeyPattern, ttl_s: int) -> None:
    assert pattern.ttl_s == ttl_s


def test_the_last_hundred_signals_are_kept() -> None:
    assert cache_keys.STRATEGY_SIGNALS.of(user_id=1, strategy_id="b").most == 100


def test_days_and_hours_are_the_customers() -> None:
    assert cache_keys.day_part(date(2025, 11, 15)) == "2025-11-15"
    assert cache_keys.hour_part(datetime(2025, 11, 15, 3, 40, tzinfo=UTC)) == "2025-11-15-03"
    korean = datetime.fromisoformat("2025-11-15T12:40:00+09:00")
    assert cache_keys.hour_part(korean) == "2025-11-15-03"


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "redis.md"
SECONDS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
BOT = "user:{user_id}:venue:{venue}:symbol:{symbol}:bot:{bot_id}"


def documented() -> dict[str, tuple[str, str]]:
    """Pattern and life of each constant, as docs/redis.md says."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \| [^|]+ \| ([^|]+) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {name: (pattern.replace("…:bot:{bot_id}", BOT), life.strip(" *")) for name, pattern, life in rows}


def test_the_document_names_every_key_and_its_life() -> None:
    found = documented()
    assert {name: pattern for name, (pattern, _) in found.items()} == {
        name: each.pattern for name, each in PATTERNS.items()
    }
    for name, (_, life) in found.items():
        if PATTERNS[name].kind is not KeyKind.CHANNEL:
            number, unit = life.split()
            assert int(number) * SECONDS[unit] == PATTERNS[name].ttl_s, name
