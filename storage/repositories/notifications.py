# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""What a user is to be told: on the desk unread until read, by a messenger due until that has handed it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from engine.domain.messages import Level
from storage.database import Database
from storage.repositories.arguments import LONG_TEXT, one_of, optional_words, row_id, whole, words
from storage.repositories.owned import OwnedRows, Table
from storage.repositories.rows import PAGE_ROWS, columns_of, count_of, page, value_of

CHANNELS = ("desk", "email", "telegram")


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one channel. `attempts` counts deliveries that failed, `last_error` is what was said last."""

    id: int
    user_id: int
    channel: str
    level: str
    title: str
    body: str
    bot_uid: str | None
    created_at: datetime
    read_at: datetime | None
    sent_at: datetime | None
    attempts: int
    last_error: str | None


NOTIFICATIONS = Table(
    "notifications",
    "notification",
    Notification,
    {
        "channel": partial(one_of, "channel", choices=CHANNELS),
        "level": partial(one_of, "level", choices=tuple(level.value for level in Level)),
        "title": partial(words, "title"),
        "body": partial(words, "body", most=LONG_TEXT, may_be_empty=True),
        "bot_uid": partial(optional_words, "bot"),
    },
    sentences={"fk_notifications_user_id_bot_uid": "There is no such bot to tell about."},
    needed=("title",),
    is_changed=False,
)
COLUMNS = columns_of(Notification)
UNREAD = f"""
    SELECT {COLUMNS} FROM notifications
    WHERE user_id = $1 AND read_at IS NULL AND channel = 'desk' ORDER BY id DESC LIMIT $2
"""
COUNT_UNREAD = "SELECT count(*) FROM notifications WHERE user_id = $1 AND read_at IS NULL AND channel = 'desk'"
MARK_READ = """
    UPDATE notifications SET read_at = now()
    WHERE user_id = $1 AND read_at IS NULL AND channel = 'desk' AND ($2::bigint[] IS NULL OR id = ANY($2))
"""
DUE = f"""
    SELECT {COLUMNS} FROM notifications
    WHERE channel = $1 AND sent_at IS NULL AND channel <> 'desk' AND attempts < $2 ORDER BY id LIMIT $3
"""
MARK_SENT = """
    UPDATE notifications SET sent_at = now(), last_error = NULL WHERE user_id = $1 AND id = $2 AND sent_at IS NULL
"""
MARK_FAILED = """
    UPDATE notifications SET attempts = attempts + 1, last_error = $3
    WHERE user_id = $1 AND id = $2 AND sent_at IS NULL
"""


class NotificationRepository:
    """Notifications. The table is the truth; a queue elsewhere may lose what it has."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = OwnedRows(database, NOTIFICATIONS)

    async def create(self, user_id: int, notification: Mapping[str, Any]) -> Notification:
        """Write one; `title` is needed, `channel` is "desk" and `level` is "info" unless named. Raises UsageError."""
        return await self._rows.add(user_id, notification)

    async def get(self, user_id: int, number: int) -> Notification | None:
        """One of a user's, None when he has none of this number."""
        return await self._rows.get(user_id, number)

    async def get_all(
        self, user_id: int, limit: int = PAGE_ROWS, before: int | None = None, channel: str | None = None
    ) -> list[Notification]:
        """All of a user, or those of one channel, newest first."""
        chosen = None if channel is None else one_of("channel", channel, CHANNELS)
        return await self._rows.newest(user_id, limit, before, channel=chosen)

    async def unread(self, user_id: int, limit: int = PAGE_ROWS) -> list[Notification]:
        """What a user has not read on the desk, newest first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(UNREAD, row_id("user", user_id), page(limit))
        return [value_of(Notification, row) for row in rows]

    async def count_unread(self, user_id: int) -> int:
        """How many a user has not read."""
        async with self._database.question() as connection:
            count: int = await connection.fetchval(COUNT_UNREAD, row_id("user", user_id))
        return count

    async def mark_read(self, user_id: int, numbers: Sequence[int] | None = None) -> int:
        """Mark these as read, or all of the user (None); how many were unread."""
        chosen = None if numbers is None else [row_id("notification", one) for one in numbers]
        async with self._database.question() as connection:
            return count_of(await connection.execute(MARK_READ, row_id("user", user_id), chosen))

    async def due(self, channel: str, limit: int = PAGE_ROWS, most_attempts: int = 10) -> list[Notification]:
        """What a messenger has not handed over and did not fail at `most_attempts` times, oldest first."""
        asked = one_of("channel", channel, CHANNELS), whole("number of attempts", most_attempts, 1), page(limit)
        async with self._database.question() as connection:
            rows = await connection.fetch(DUE, *asked)
        return [value_of(Notification, row) for row in rows]

    async def mark_sent(self, user_id: int, number: int) -> bool:
        """It was handed over; False when it was before, or is not there."""
        return await self._mark(MARK_SENT, row_id("user", user_id), row_id("notification", number))

    async def mark_failed(self, user_id: int, number: int, error: str) -> bool:
        """It was not; False when it was handed over before, or is not there."""
        said = words("error", error, LONG_TEXT)
        return await self._mark(MARK_FAILED, row_id("user", user_id), row_id("notification", number), said)

    async def _mark(self, sql: str, *values: Any) -> bool:
        async with self._database.question() as connection:
            return count_of(await connection.execute(sql, *values)) == 1
