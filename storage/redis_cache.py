"""The cache over Redis, for programs that share one."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from storage.cache_keys import PREFIX, CacheKey
from storage.cache_operations import Change, Drop, Hear, acceptable
from storage.ending import end
from storage.redis_address import RedisAddress, parse_redis_address
from storage.redis_bell import listen
from storage.redis_commands import (
    changed,
    executed,
    is_ours,
    is_small,
    is_strange,
    milliseconds,
    read_values,
    text_of,
)

MOST_CONNECTIONS = 4
#: What one call may cost when Redis has just gone. Once that is known, a call costs nothing.
TIMEOUT_S = 1.0
#: How long after a failure Redis is asked again, by nobody's call; then ever more slowly up to the last.
ASK_AGAIN_S = (0.1, 0.5, 1.0, 2.0, 4.0)

#: Whatever answers on that port may say anything: text that is none, lengths that cannot be.
GONE = (RedisError, OSError, ValueError, ArithmeticError, MemoryError, TypeError, LookupError, AttributeError)

T = TypeVar("T")

log = logging.getLogger(__name__)


class RedisCache:
    """`storage.cache_operations.SharedCache` over Redis 7, for one event loop.

    The first call that finds Redis away costs at most `timeout_s`. From then on calls return at once with nothing, and
    a task of ours asks until it is back. No secret is ever put in.
    """

    kind = "redis"
    is_shared = True

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S, space: str = "") -> None:
        """`space` keeps programs of one Redis and different databases apart.

        Raises UsageError for a URL that cannot be one; whether a server answers is `is_up`.
        """
        self._address = parse_redis_address(url)
        self._timeout_s = timeout_s
        self._prefix = f"{PREFIX}{space}:" if space else PREFIX
        self._client = open_client(self._address, timeout_s, MOST_CONNECTIONS)
        self._is_up = True
        self._asking: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def is_away(self) -> bool:
        return not self._is_up

    async def put(self, key: str, value: str, ttl_s: float) -> None:
        """Keep a value for `ttl_s` seconds, to the millisecond."""

        async def work() -> None:
            if ttl_s <= 0:
                await self._client.delete(self._prefix + key)
            else:
                await self._client.set(self._prefix + key, value, px=milliseconds(ttl_s))

        await self._ask(work, None)

    async def get(self, key: str) -> str | None:
        """The value, while it lives and Redis answers. One that never dies was not put there by `put`."""

        async def work() -> str | None:
            pipeline = self._client.pipeline(transaction=True)
            pipeline.get(self._prefix + key)
            pipeline.pttl(self._prefix + key)
            value, lives_ms = await executed(pipeline)
            return text_of(value) if isinstance(lives_ms, int) and lives_ms >= 0 else None

        return await self._ask(work, None)

    async def apply(self, *changes: Change) -> bool:
        """One transaction. A key that held something strange is dropped, so that the next change of it succeeds."""
        accepted = [kept for change in changes if (kept := acceptable(change)) is not None]

        async def work() -> bool:
            strange = await changed(self._client, self._name, accepted)
            for key in strange:
                log.warning("The Redis key %s held something else and was dropped.", self._name(key))
            await changed(self._client, self._name, [Drop(key) for key in strange])
            return not strange

        return await self._ask(work, False)

    async def value(self, key: CacheKey) -> str | None:
        return (await self.values(key))[0]

    async def values(self, *keys: CacheKey) -> list[str | None]:
        return await self._ask(lambda: read_values(self._client, self._name, keys), [None] * len(keys))

    async def fields(self, key: CacheKey) -> dict[str, str]:
        async def work() -> dict[str, str]:
            if not await is_small(self._client, self._name, key):
                return {}
            pairs = await self._read("HGETALL", key)
            texts = {text_of(name): text_of(value) for name, value in (pairs or {}).items()}
            return {name: value for name, value in texts.items() if name is not None and value is not None}

        return await self._ask(work, {})

    async def items(self, key: CacheKey) -> list[str]:
        async def work() -> list[str]:
            if not await is_small(self._client, self._name, key):
                return []
            found = await self._read("LRANGE", key, -key.most, -1)
            return [text for item in found or () if (text := text_of(item)) is not None]

        return await self._ask(work, [])

    async def members(self, key: CacheKey) -> frozenset[str]:
        async def work() -> frozenset[str]:
            if not await is_small(self._client, self._name, key):
                return frozenset()
            found = await self._read("SMEMBERS", key)
            return frozenset(text for item in found or () if (text := text_of(item)) is not None)

        return await self._ask(work, frozenset())

    async def take(self, key: CacheKey) -> str | None:
        async def work() -> str | None:
            if not await is_small(self._client, self._name, key):
                return None
            return text_of(await self._read("LPOP", key))

        return await self._ask(work, None)

    async def count(self, key: CacheKey) -> int | None:
        name = self._name(key)

        async def work() -> int | None:
            pipeline = self._client.pipeline(transaction=True)
            pipeline.set(name, 0, nx=True, px=milliseconds(key.ttl_s))
            pipeline.incr(name)
            pipeline.pttl(name)
            _, counted, lives_ms = await executed(pipeline)
            if isinstance(counted, int) and counted > 0 and is_ours(lives_ms, key):
                return counted
            # It would count for ever, or never.
            await self._client.delete(name)
            return None

        return await self._ask(work, None)

    async def publish(self, channel: CacheKey, payload: str) -> None:
        await self._ask(lambda: self._client.publish(self._name(channel), payload), 0)

    @asynccontextmanager
    async def listening(self, channel: CacheKey, hear: Hear) -> AsyncGenerator[None]:
        client = open_client(self._address, self._timeout_s, 1)
        ear = asyncio.create_task(listen(client, self._name(channel), hear, self._timeout_s), name="redis bell")
        try:
            yield
        finally:
            await end(ear)

    async def is_up(self) -> bool:
        """Whether Redis answers now; it is asked even when it was away a moment ago."""
        return await self._asked_now()

    async def close(self) -> None:
        """Close all connections."""
        self._is_closed = True
        if self._asking is not None:
            await end(self._asking)
        await close_client(self._client)

    def _name(self, key: CacheKey) -> str:
        return self._prefix + key.name

    async def _read(self, command: str, key: CacheKey, *arguments: int) -> Any:
        """One answer as Redis gives it; None where the key holds something else than it should."""
        pipeline = self._client.pipeline(transaction=False)
        pipeline.execute_command(command, self._name(key), *arguments)
        [answer] = await executed(pipeline)
        return None if is_strange(answer) else answer

    async def _ask(self, work: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """What `work` brings; `otherwise` at once while Redis is away, and when it goes away now."""
        if not self._is_up:
            return otherwise
        try:
            async with asyncio.timeout(self._timeout_s):
                return await work()
        except GONE as error:
            await self._lost(error)
            return otherwise

    async def _asked_now(self) -> bool:
        try:
            async with asyncio.timeout(self._timeout_s):
                if not await self._client.ping():
                    raise RedisError("what answers there is not Redis")
        except GONE as error:
            await self._lost(error)
        else:
            if not self._is_up:
                log.warning("Redis answers again.")
            self._is_up = True
        return self._is_up

    async def _lost(self, error: Exception) -> None:
        if self._is_up:
            log.warning("%s", told(error, self._address))
        self._is_up = False
        # What could not be understood leaves connections behind that nobody closes but we.
        with contextlib.suppress(*GONE):
            await self._client.connection_pool.disconnect()
        if not self._is_closed and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._ask_again(), name="redis, away")

    async def _ask_again(self) -> None:
        tries = 0
        while not self._is_up:
            await asyncio.sleep(ASK_AGAIN_S[min(tries, len(ASK_AGAIN_S) - 1)])
            tries += 1
            if not self._is_up:
                await self._asked_now()


def open_client(address: RedisAddress, timeout_s: float, most_connections: int) -> "Redis":
    """A client that tries once and waits no longer than it is told, on connections that it owns."""
    kind, options = address.connection()
    pool = BlockingConnectionPool(
        max_connections=most_connections,
        timeout=timeout_s,
        connection_class=kind,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        # The older of its two languages: every server and every proxy speaks it, and nothing arrives unasked.
        protocol=2,
        driver_info=None,
        **options,
    )
    return Redis.from_pool(pool)


async def close_client(client: "Redis") -> None:
    """Close it, whatever state its server is in."""
    try:
        await client.aclose()
    except GONE as error:
        log.debug("Redis went away before it was closed: %s", type(error).__name__)


def told(error: Exception, address: RedisAddress) -> str:
    """One sentence for the log, without anything secret."""
    if isinstance(error, AuthenticationError):
        return f"Redis does not answer: the one at {address.place} refused the name or the password."
    if isinstance(error, NoPermissionError):
        return f"Redis does not answer: the one at {address.place} does not let this user do what the cache needs."
    cause = "it took too long" if isinstance(error, TimeoutError) else address.told(str(error)) or type(error).__name__
    return f"Redis does not answer: {address.place}: {cause.rstrip('.')}."
