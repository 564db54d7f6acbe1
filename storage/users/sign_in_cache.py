"""What signing in tells a shared cache, and what it may ask of it. PostgreSQL decides; this hurries.

Told is always the whole of what the server shows of its own tables, so nothing is to be undone, and a cache that was
away or emptied is right again after the next sign-in or renewal.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from storage.cache_keys import LOGIN_HISTORY
from storage.cache_operations import SharedCache
from storage.cached.tokens import LiveSession, Login, SessionMirror, SignIns, TokenCache, sign_in_changes
from storage.database import Connection, Database
from storage.desk import space_of
from storage.errors import StorageError

#: As `begin_sign_in` counts (storage/migrations/rights/sign_in.py): so many from one address in one window.
MOST_ATTEMPTS = 60
WINDOW_S = 300
#: Sessions read at most; a person has few, the owner of the database sees those of everybody.
MOST_SESSIONS = 2_000

log = logging.getLogger(__name__)

#: As the server sees this connection, and in which of its windows, which begin at whole multiples by its clock.
PLACE = (
    "SELECT coalesce(host(inet_client_addr()), 'local') AS address, "
    "floor(extract(epoch FROM clock_timestamp()) / $1)::bigint AS window_number"
)
#: Sessions that go on; access tokens that ended before their time; and the last token of each session that is over.
SESSIONS = """
    SELECT s.user_id, s.family::text AS session_id, r.role, s.session_token, s.refresh_token, s.expires_at, s.is_active,
        s.expires_at > clock_timestamp() AS is_young, s.renewed_at IS NULL AS is_last
    FROM user_sessions s JOIN user_rights r ON r.user_id = s.user_id
    WHERE s.refresh_expires_at > clock_timestamp() AND s.family IS NOT NULL
        AND (s.is_active OR s.renewed_at IS NULL OR s.expires_at > clock_timestamp())
    ORDER BY s.id DESC LIMIT $1
"""
ME = "SELECT current_user_id()"
LOGINS = """
    SELECT one.* FROM unnest($1::bigint[]) AS person(id) CROSS JOIN LATERAL (
        SELECT h.user_id, h.created_at, coalesce(h.ip_address, '') AS address, coalesce(h.desk_id, '') AS desk_id,
            h.result
        FROM login_history h
        WHERE h.user_id = person.id AND h.created_at > clock_timestamp() - interval '30 days'
        ORDER BY h.created_at DESC, h.id DESC LIMIT $2
    ) one ORDER BY one.created_at
"""


class AttemptLimit:
    """Attempts of an address that the server has counted already: at its limit, it need not be asked once more.

    An attempt is counted here after the server has counted it, under the server's own window. So what stands here is
    never more than what the server knows, and a person is refused here only whom the server would refuse.
    """

    def __init__(self, tokens: TokenCache) -> None:
        self._tokens = tokens
        self._place = ("", "")

    async def is_reached(self, connection: Connection) -> bool:
        """Whether the server refuses the next attempt; looks up where this connection comes from."""
        row = await connection.fetchrow(PLACE, WINDOW_S)
        self._place = (row["address"], f"sign_in.{row['window_number']}")
        return await self._tokens.requests(*self._place) >= MOST_ATTEMPTS

    async def count(self) -> None:
        """The server has counted the attempt that was asked about."""
        await self._tokens.count_request(*self._place)


class SignInCache:
    """A shared cache for signing in, on one loop. Nothing here raises for what the cache does."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache
        self._tokens = TokenCache(cache)

    @property
    def limit(self) -> AttemptLimit:
        """For one attempt to sign in."""
        return AttemptLimit(self._tokens)

    async def is_denied(self, access_digest: str) -> bool:
        """Whether somebody says that this access token was ended; then the server is to be asked."""
        if self._cache.is_away:
            await self._cache.is_up()
        return await self._tokens.is_denied(access_digest)

    async def mirror(self, database: Database) -> None:
        """Tell what the server shows us now of sessions and attempts. Failures are logged, for nobody needs it."""
        if self._cache.is_away:
            return
        try:
            async with database.question() as connection:
                sessions = await connection.fetch(SESSIONS, MOST_SESSIONS)
                people = sorted({row["user_id"] for row in sessions} | {await connection.fetchval(ME)} - {None})
                logins = await connection.fetch(LOGINS, people, LOGIN_HISTORY.most)
        except StorageError as error:
            log.info("Sign-ins were not mirrored: %s", error)
            return
        for found in _by_person(people, sessions, logins):
            await self._cache.apply(*sign_in_changes(found))

    async def close(self) -> None:
        """Close its connections."""
        await self._cache.close()


def check_redis_url(redis_url: str | None) -> None:
    """Raises UsageError for one that cannot be one, before anybody is asked for a password."""
    if redis_url is not None:
        # Only here: see `sign_in_cache`.
        from storage.redis_address import parse_redis_address

        parse_redis_address(redis_url)


async def sign_in_cache(redis_url: str | None, database: Database) -> SignInCache | None:
    """None where programs share no cache. Connects to nothing yet."""
    if redis_url is None:
        return None
    # Only here: without a shared cache its client is not even imported.
    from storage.redis_cache import RedisCache

    async with database.question() as connection:
        space = await space_of(connection)
    return SignInCache(RedisCache(redis_url, space=space))


@asynccontextmanager
async def opened_sign_in_cache(redis_url: str | None, database: Database) -> AsyncIterator[SignInCache | None]:
    """`sign_in_cache`, closed at the end."""
    shared = await sign_in_cache(redis_url, database)
    try:
        yield shared
    finally:
        if shared is not None:
            await shared.close()


def _by_person(people: Sequence[int], sessions: Sequence[Any], logins: Sequence[Any]) -> list[SignIns]:
    live: defaultdict[int, list[LiveSession]] = defaultdict(list)
    ended: defaultdict[int, list[str]] = defaultdict(list)
    denied: defaultdict[int, list[str]] = defaultdict(list)
    tried: defaultdict[int, list[Login]] = defaultdict(list)
    for row in sessions:
        user_id = row["user_id"]
        if row["is_active"]:
            mirror = SessionMirror(user_id, row["session_id"], row["role"], row["expires_at"])
            live[user_id].append(LiveSession(mirror, row["session_token"], row["refresh_token"]))
            continue
        if row["is_last"]:
            ended[user_id].append(row["session_id"])
        if row["is_young"]:
            denied[user_id].append(row["session_token"])
    for row in logins:
        login = Login(row["created_at"], row["address"], row["desk_id"], row["result"])
        tried[row["user_id"]].append(login)
    return [SignIns(each, live[each], ended[each], denied[each], tried[each]) for each in people]
