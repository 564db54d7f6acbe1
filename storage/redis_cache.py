"""The same over Redis, for programs that share one."""

import contextlib
import logging
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from engine.errors import UsageError

SCHEMES = ("redis", "rediss", "unix")
#: Everybody who uses one Redis sees all keys; ours begin with this.
PREFIX = "gridwright:"
MOST_CONNECTIONS = 4
TIMEOUT_S = 1.0

#: Whatever answers on that port may say anything: text that is none, lengths that cannot be.
GONE = (RedisError, OSError, ValueError, ArithmeticError, MemoryError)

log = logging.getLogger(__name__)


class RedisCache:
    """`engine.ports.Cache` over Redis 7. A Redis that is away costs at most a second, loses nothing and is shown.

    A `put` that fails is forgotten, a `get` that fails finds nothing. No secret is ever put in.
    """

    kind = "redis"

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        """Raises UsageError for a URL that cannot be one; whether a server answers is `is_up`."""
        if urlsplit(url).scheme not in SCHEMES:
            raise UsageError("The Redis URL must look like redis://name:password@host:6379/0.")
        try:
            # Blocking: the call that finds all connections busy waits its turn instead of failing.
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=MOST_CONNECTIONS,
                timeout=timeout_s,
                socket_timeout=timeout_s,
                socket_connect_timeout=timeout_s,
                decode_responses=True,
            )
        except ValueError as error:
            raise UsageError(f"The Redis URL cannot be read: {error}.") from error
        self._client: Redis = Redis.from_pool(pool)
        self._is_up = True

    async def put(self, key: str, value: str, ttl_s: float) -> None:
        """Keep a value for `ttl_s` seconds, to the millisecond."""
        try:
            if ttl_s <= 0:
                await self._client.delete(PREFIX + key)
            else:
                await self._client.set(PREFIX + key, value, px=max(1, round(ttl_s * 1000)))
            self._noted(None)
        except GONE as error:
            await self._lost(error)

    async def get(self, key: str) -> str | None:
        """The value, while it lives and Redis answers."""
        try:
            value = await self._client.get(PREFIX + key)
            self._noted(None)
        except GONE as error:
            await self._lost(error)
            return None
        return None if value is None else str(value)

    async def is_up(self) -> bool:
        """Whether Redis answers now."""
        try:
            await self._client.ping()
            self._noted(None)
        except GONE as error:
            await self._lost(error)
        return self._is_up

    async def close(self) -> None:
        """Close all connections."""
        try:
            await self._client.aclose()
        except (RedisError, OSError) as error:
            log.debug("Redis went away before it was closed: %s", error)

    async def _lost(self, error: Exception) -> None:
        """What cannot be understood leaves connections behind that nobody closes but we."""
        self._noted(error)
        if not isinstance(error, RedisError | OSError):
            with contextlib.suppress(*GONE):
                await self._client.connection_pool.disconnect()

    def _noted(self, error: Exception | None) -> None:
        """Say once that it went and once that it came back."""
        is_up = error is None
        if is_up != self._is_up:
            log.warning("Redis answers again." if is_up else f"Redis does not answer: {error}")
        self._is_up = is_up
