"""Signing in, beside the tables that decide: digests of tokens, attempts counted, who came when.

The cache may only ever refuse or hurry. Whoever is told "not denied" or "few requests" asks PostgreSQL, which alone can
admit. That a refresh token is an old one is nothing to be asked of a cache: the server must see it come twice, for then
it ends the family.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import cache_keys
from storage.cache_keys import CacheKey
from storage.cache_operations import Append, Change, Drop, Put, PutMembers, SharedCache
from storage.cached.values import packed, unpacked

DIGEST = re.compile(r"[0-9a-f]{64}")
#: A counter has no more digits.
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class SessionMirror:
    """A session as far as others may see it. Its id goes on when its tokens are renewed."""

    user_id: int
    session_id: str
    role: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Login:
    """One attempt to sign in. `result` is a word of the table `login_history`."""

    at: datetime
    address: str
    desk_id: str
    result: str


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that goes on, and the digests of its two tokens."""

    mirror: SessionMirror
    access_digest: str
    refresh_digest: str


@dataclass(frozen=True, slots=True)
class SignIns:
    """What PostgreSQL says of one user's signing in.

    `ended` are ids of sessions that are over; `denied` are digests of access tokens that would still live and must not;
    `logins` the newest attempts, oldest first.
    """

    user_id: int
    live: Sequence[LiveSession] = ()
    ended: Sequence[str] = ()
    denied: Sequence[str] = ()
    logins: Sequence[Login] = ()


def sign_in_changes(found: SignIns) -> list[Change]:
    """The whole of it for the cache. Raises ValueError for what is no digest, so that no token gets in."""
    user_id = found.user_id
    changes: list[Change] = [Drop(_refresh(user_id, session_id)) for session_id in found.ended]
    for live in found.live:
        changes.append(Put(_session(live.access_digest), packed(live.mirror)))
        changes.append(Put(_refresh(user_id, live.mirror.session_id), checked(live.refresh_digest)))
    for digest in found.denied:
        changes += [Drop(_session(digest)), Put(_denied(digest), "1")]
    logins = _logins(user_id)
    return [
        *changes,
        PutMembers(_sessions(user_id), frozenset(live.mirror.session_id for live in found.live)),
        Drop(logins),
        Append(logins, tuple(packed(login) for login in found.logins)),
    ]


class TokenCache:
    """Every function takes the digest of a token and raises ValueError for anything else, so that no token gets in."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    async def session(self, digest: str, now: datetime) -> SessionMirror | None:
        """What is remembered of a session that has not expired. It proves nothing."""
        session = unpacked(SessionMirror, await self._cache.value(_session(digest)))
        return session if session is not None and _is_before(now, session.expires_at) else None

    async def active_sessions(self, user_id: int) -> frozenset[str]:
        """Session ids; some may have expired."""
        return await self._cache.members(_sessions(user_id))

    async def refresh_digest(self, user_id: int, session_id: str) -> str | None:
        """The digest of the newest refresh token of a session. It proves nothing."""
        known = await self._cache.value(_refresh(user_id, session_id))
        return known if known is not None and DIGEST.fullmatch(known) else None

    async def is_denied(self, digest: str) -> bool:
        """True: ask the database at once. False proves nothing."""
        return await self._cache.value(_denied(digest)) is not None

    async def count_request(self, address: str, endpoint: str) -> int | None:
        """Count one more of an address, after the server has counted it; None: nobody knows how many there are."""
        return await self._cache.count(_requests(address, endpoint))

    async def requests(self, address: str, endpoint: str) -> int:
        """How many are known, never more than the server has counted; 0 when nobody knows."""
        text = await self._cache.value(_requests(address, endpoint))
        is_number = text is not None and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        return int(text) if text is not None and is_number else 0

    async def logins(self, user_id: int) -> list[Login]:
        """The last hundred of thirty days, oldest first; what is none is left out."""
        found = (unpacked(Login, text) for text in await self._cache.items(_logins(user_id)))
        return [login for login in found if login is not None]


def checked(digest: str) -> str:
    """The digest. Raises ValueError for anything that is none, and does not repeat it: it may be a token."""
    if not DIGEST.fullmatch(digest):
        raise ValueError("only the digest of a token may be put into the cache")
    return digest


def _is_before(now: datetime, end: datetime) -> bool:
    return end.tzinfo is not None and now < end


def _session(digest: str) -> CacheKey:
    return cache_keys.SESSION.of(token_digest=checked(digest))


def _denied(digest: str) -> CacheKey:
    return cache_keys.DENIED_TOKEN.of(token_digest=checked(digest))


def _sessions(user_id: int) -> CacheKey:
    return cache_keys.ACTIVE_SESSIONS.of(user_id=user_id)


def _refresh(user_id: int, session_id: str) -> CacheKey:
    return cache_keys.REFRESH_TOKEN.of(user_id=user_id, token_id=session_id)


def _requests(address: str, endpoint: str) -> CacheKey:
    return cache_keys.RATE_LIMIT.of(address=address, endpoint=endpoint)


def _logins(user_id: int) -> CacheKey:
    return cache_keys.LOGIN_HISTORY.of(user_id=user_id)
