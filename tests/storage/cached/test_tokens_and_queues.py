"""Tokens, counters and queues: the cache may refuse sooner, hurry, and never admit; and no token gets in."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import cache_keys
from storage.cache_operations import Append, Put, SharedCache
from storage.cached.queues import NotificationQueues, told
from storage.cached.tokens import LiveSession, Login, SessionMirror, SignIns, TokenCache, sign_in_changes

AT = datetime(2025, 11, 15, 3, 40, 15, tzinfo=UTC)
DIGEST, OTHER, REFRESH = (hashlib.sha256(text.encode()).hexdigest() for text in ("the token", "another", "refresh"))
SESSION = SessionMirror(7, "s1", "trader", AT + timedelta(minutes=30))
LIVE = SignIns(7, live=[LiveSession(SESSION, DIGEST, REFRESH)])
OVER = SignIns(7, ended=["s1"], denied=[DIGEST])


async def test_a_session_is_seen_until_it_ends(cache: SharedCache) -> None:
    tokens = TokenCache(cache)
    await cache.apply(*sign_in_changes(LIVE))
    assert await tokens.session(DIGEST, AT) == SESSION
    assert await tokens.session(DIGEST, SESSION.expires_at) is None
    assert await tokens.session(OTHER, AT) is None
    assert await tokens.active_sessions(7) == {"s1"}
    assert await tokens.refresh_digest(7, "s1") == REFRESH
    assert await tokens.refresh_digest(8, "s1") is None
    assert not await tokens.is_denied(DIGEST)
    await cache.apply(*sign_in_changes(OVER))
    assert await tokens.session(DIGEST, AT) is None
    assert await tokens.active_sessions(7) == frozenset()
    assert await tokens.refresh_digest(7, "s1") is None
    assert await tokens.is_denied(DIGEST)
    assert not await tokens.is_denied(OTHER)


async def test_what_was_denied_stays_so_whoever_tells_older_news(cache: SharedCache) -> None:
    for found in (LIVE, OVER, LIVE):
        await cache.apply(*sign_in_changes(found))
    assert await TokenCache(cache).is_denied(DIGEST)


@pytest.mark.parametrize("lie", ["", "lie", "x" * 64, OTHER.upper()])
async def test_what_is_no_digest_is_no_refresh_token(cache: SharedCache, lie: str) -> None:
    await cache.apply(Put(cache_keys.REFRESH_TOKEN.of(user_id=7, token_id="s1"), lie))
    assert await TokenCache(cache).refresh_digest(7, "s1") is None


async def test_requests_are_counted_by_address_and_what_is_asked(cache: SharedCache) -> None:
    tokens = TokenCache(cache)
    assert [await tokens.count_request("203.0.113.5", "sign_in.1") for _ in range(3)] == [1, 2, 3]
    assert await tokens.count_request("203.0.113.6", "sign_in.1") == 1
    assert await tokens.count_request("2001:db8::1", "sign_in.1") == 1
    places = [("203.0.113.5", "sign_in.1"), ("203.0.113.5", "sign_in.2"), ("2001:db8::1", "sign_in.1")]
    assert [await tokens.requests(*place) for place in places] == [3, 0, 1]


@pytest.mark.parametrize("lie", ["", "-61", "61.5", "²²", "1e9", "9" * 10, " 61", "lie"])
async def test_what_is_no_count_counts_nothing(cache: SharedCache, lie: str) -> None:
    await cache.apply(Put(cache_keys.RATE_LIMIT.of(address="a", endpoint="sign_in.1"), lie))
    assert await TokenCache(cache).requests("a", "sign_in.1") == 0


async def test_the_last_hundred_logins_are_kept(cache: SharedCache) -> None:
    tokens = TokenCache(cache)
    logins = [Login(AT + timedelta(minutes=at), "203.0.113.5", "desk", "wrong") for at in range(103)]
    await cache.apply(*sign_in_changes(SignIns(7, logins=logins[:50])))
    # The whole of it each time, not once more.
    await cache.apply(*sign_in_changes(SignIns(7, logins=logins)))
    assert await tokens.logins(7) == logins[3:]
    await cache.apply(Append(cache_keys.LOGIN_HISTORY.of(user_id=7), ("lie",)))
    assert await tokens.logins(7) == logins[4:]
    assert await tokens.logins(8) == []


TOKEN = "ZyP0nDq7vK2mWx8sT4uR6aLb"
QUESTIONS: list[Callable[[TokenCache], Awaitable[object]]] = [
    lambda tokens: tokens.session(TOKEN, AT),
    lambda tokens: tokens.is_denied(TOKEN),
]


@pytest.mark.parametrize("question", range(len(QUESTIONS)))
async def test_a_token_in_place_of_its_digest_is_not_asked_about(cache: SharedCache, question: int) -> None:
    with pytest.raises(ValueError, match="only the digest of a token") as caught:
        await QUESTIONS[question](TokenCache(cache))
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "found",
    [
        replace(LIVE, live=[LiveSession(SESSION, TOKEN, REFRESH)]),
        replace(LIVE, live=[LiveSession(SESSION, DIGEST, TOKEN)]),
        replace(OVER, denied=[DIGEST, TOKEN]),
    ],
)
def test_a_token_in_place_of_its_digest_is_refused_and_not_repeated(found: SignIns) -> None:
    with pytest.raises(ValueError, match="only the digest of a token") as caught:
        sign_in_changes(found)
    assert TOKEN not in str(caught.value)


async def test_notifications_hurry_in_order(cache: SharedCache) -> None:
    queues = NotificationQueues(cache)
    for user_id, on_desk, by_telegram in ((7, [11], []), (7, [12], [12]), (8, [13], [13]), (9, [], [])):
        await cache.apply(*told(user_id, on_desk, by_telegram))
    assert await queues.waiting(7) == 2
    assert [await queues.take(7) for _ in range(3)] == [11, 12, None]
    assert [await queues.take_telegram() for _ in range(3)] == [12, 13, None]
    assert await queues.take(8) == 13


async def test_what_is_no_id_is_passed_over(cache: SharedCache) -> None:
    await cache.apply(
        Append(cache_keys.TELEGRAM_QUEUE.of(), ("lie", "", "-1", "1.5", "²", "9" * 20, "14", "DROP TABLE users"))
    )
    queues = NotificationQueues(cache)
    assert [await queues.take_telegram() for _ in range(2)] == [14, None]
