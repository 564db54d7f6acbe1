# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Who follows whom."""

from dataclasses import dataclass
from datetime import datetime

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import flag, row_id
from storage.repositories.rows import PAGE_ROWS, columns_of, page, refusing, value_of


@dataclass(frozen=True, slots=True)
class Follow:
    """`user_id` follows `followed_user_id`; a subscriber is told of everything new."""

    user_id: int
    followed_user_id: int
    is_subscribed: bool
    created_at: datetime


COLUMNS = columns_of(Follow)
FOLLOW = f"""
    INSERT INTO follows (user_id, followed_user_id, is_subscribed) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, followed_user_id) DO UPDATE SET is_subscribed = EXCLUDED.is_subscribed
    RETURNING {COLUMNS}
"""
UNFOLLOW = "DELETE FROM follows WHERE user_id = $1 AND followed_user_id = $2"
FOLLOWING = f"SELECT {COLUMNS} FROM follows WHERE user_id = $1 ORDER BY created_at DESC, followed_user_id LIMIT $2"
FOLLOWERS = f"SELECT {COLUMNS} FROM follows WHERE followed_user_id = $1 ORDER BY created_at DESC, user_id LIMIT $2"


class FollowRepository:
    """Following and followers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def follow(self, user_id: int, followed_user_id: int, *, is_subscribed: bool = False) -> Follow:
        """Follow somebody, or change the subscription. Raises UsageError for oneself and for nobody."""
        pair = row_id("user", user_id), row_id("followed user", followed_user_id)
        if pair[0] == pair[1]:
            raise UsageError("Nobody can follow himself.")
        nobody = {
            "fk_follows_user_id": f"There is no user {user_id}.",
            "fk_follows_followed_user_id": f"There is no user {followed_user_id}.",
        }
        async with self._database.question() as connection:
            with refusing(nobody):
                row = await connection.fetchrow(FOLLOW, *pair, flag("subscription", is_subscribed))
        return value_of(Follow, row)

    async def unfollow(self, user_id: int, followed_user_id: int) -> bool:
        """Follow somebody no longer; False when one did not."""
        pair = row_id("user", user_id), row_id("followed user", followed_user_id)
        async with self._database.question() as connection:
            done = await connection.execute(UNFOLLOW, *pair)
        return bool(done == "DELETE 1")

    async def following(self, user_id: int, limit: int = PAGE_ROWS) -> list[Follow]:
        """Whom a user follows, newest first."""
        return await self._list(FOLLOWING, user_id, limit)

    async def followers(self, user_id: int, limit: int = PAGE_ROWS) -> list[Follow]:
        """Who follows a user, newest first."""
        return await self._list(FOLLOWERS, user_id, limit)

    async def _list(self, sql: str, user_id: int, limit: int) -> list[Follow]:
        async with self._database.question() as connection:
            rows = await connection.fetch(sql, row_id("user", user_id), page(limit))
        return [value_of(Follow, row) for row in rows]
