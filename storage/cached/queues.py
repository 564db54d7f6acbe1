"""Queues of what is to be told to people. They only hurry: the table `notifications` knows what was told and what not.

A queue holds ids of rows, never words. An id that is lost with Redis is found in the table by whoever sends, who looks
there every so often; an id that comes twice, or names nothing, is a row that was told already or is none.
"""

from collections.abc import Sequence

from storage import cache_keys
from storage.cache_keys import CacheKey
from storage.cache_operations import Append, Change, SharedCache

#: An id of the table has no more digits.
MOST_DIGITS = 19


class NotificationQueues:
    """One queue a user for the window, and one for all of Telegram."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    async def take(self, user_id: int) -> int | None:
        """The id of the oldest notification that waits for a user; None when none is known here."""
        return await self._take(_of_user(user_id))

    async def take_telegram(self) -> int | None:
        """The id of the oldest one that waits for Telegram."""
        return await self._take(cache_keys.TELEGRAM_QUEUE.of())

    async def waiting(self, user_id: int) -> int:
        """How many are known here to wait for a user."""
        return len(await self._cache.items(_of_user(user_id)))

    async def _take(self, key: CacheKey) -> int | None:
        for _ in range(key.most):
            text = await self._cache.take(key)
            if text is None:
                return None
            if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
                return int(text)
        return None


def told(user_id: int, on_desk: Sequence[int], by_telegram: Sequence[int]) -> list[Change]:
    """Ids of committed rows at the end of their queues: those of the user's window, and those of Telegram.

    The oldest of a full queue is forgotten, and found in the table.
    """
    waiting = ((_of_user(user_id), on_desk), (cache_keys.TELEGRAM_QUEUE.of(), by_telegram))
    return [Append(key, tuple(str(number) for number in numbers)) for key, numbers in waiting if numbers]


def _of_user(user_id: int) -> CacheKey:
    return cache_keys.NOTIFICATIONS.of(user_id=user_id)
