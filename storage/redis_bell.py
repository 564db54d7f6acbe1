"""Listening on one Redis channel, through every outage."""

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from storage.cache_operations import Hear

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

#: Longer rings are none of ours: a payload is an id.
MOST_PAYLOAD = 200
#: A server that has said nothing for so long is asked whether it lives, and left when it does not answer.
SILENCE_S = 5.0
TRY_AGAIN_S = (0.1, 0.5, 1.0, 2.0, 4.0)

GONE = (RedisError, OSError, ValueError, ArithmeticError, MemoryError, TypeError, LookupError, AttributeError)

log = logging.getLogger(__name__)


async def listen(client: "Redis", channel: str, hear: Hear, timeout_s: float, silence_s: float = SILENCE_S) -> None:
    """Call `hear` with each payload, and with "" whenever rings may have been missed. Ends only by being cancelled.

    `client` is closed at the end.
    """
    tries = 0
    try:
        while True:
            ear = client.pubsub(ignore_subscribe_messages=False)
            try:
                async with asyncio.timeout(timeout_s):
                    await ear.subscribe(channel)
                while True:
                    message = await _next(ear, timeout_s, silence_s)
                    if message is not None:
                        hear(message)
                        tries = 0
            except GONE as error:
                log.debug("the bell %s is silent: %s", channel, type(error).__name__)
            finally:
                await _leave(ear)
            await asyncio.sleep(TRY_AGAIN_S[min(tries, len(TRY_AGAIN_S) - 1)])
            tries += 1
    finally:
        with contextlib.suppress(*GONE):
            await client.aclose()


async def _next(ear: "PubSub", timeout_s: float, silence_s: float) -> str | None:
    """A payload, "" when listening has begun, None for anything else. Raises when the server is gone."""
    message = await ear.get_message(timeout=silence_s)
    if message is None:
        async with asyncio.timeout(timeout_s):
            await ear.ping()
        message = await ear.get_message(timeout=timeout_s)
        if message is None:
            raise TimeoutError("no answer to a ping")
    if message["type"] == "subscribe":
        return ""
    data = message["data"]
    if message["type"] != "message" or not isinstance(data, bytes) or len(data) > MOST_PAYLOAD:
        return None
    return data.decode(errors="replace")


async def _leave(ear: "PubSub") -> None:
    with contextlib.suppress(*GONE):
        await ear.aclose()  # type: ignore[no-untyped-call]
