# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""What a user chose for himself: address, whom to tell, how much risk. Names, roles and passwords are elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import checked, flag, number, optional_words, row_id, whole
from storage.repositories.rows import assignments_of, columns_of, refusing, value_of

LEAST, HUNDRED = Decimal("0.01"), Decimal(100)


@dataclass(frozen=True, slots=True)
class Profile:
    """A user without anything that signs him in. Risks are in percent of his money."""

    id: int
    username: str
    email: str | None
    is_active: bool
    is_verified: bool
    telegram_chat_id: str | None
    email_notifications: bool
    telegram_notifications: bool
    max_risk_per_trade: Decimal
    max_total_risk: Decimal
    max_positions: int
    manual_tier: str | None
    created_at: datetime
    updated_at: datetime
    last_login: datetime | None


#: What a user may change about himself.
RULES: Mapping[str, Callable[[Any], Any]] = {
    "email": partial(optional_words, "e-mail address"),
    "telegram_chat_id": partial(optional_words, "Telegram chat"),
    "email_notifications": partial(flag, "e-mail setting"),
    "telegram_notifications": partial(flag, "Telegram setting"),
    "max_risk_per_trade": partial(number, "most risk per trade", least=LEAST, most=HUNDRED),
    "max_total_risk": partial(number, "most total risk", least=LEAST, most=HUNDRED),
    "max_positions": partial(whole, "most positions", least=1),
}
SENTENCES = {
    "unique_users_email": "Another user has that e-mail address.",
    "check_users_max_total_risk": "The most total risk must not be below the most risk per trade.",
}
COLUMNS = columns_of(Profile)
GET = f"SELECT {COLUMNS} FROM users WHERE id = $1"


class ProfileRepository:
    """Profiles by the user's number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, user_id: int) -> Profile | None:
        """A user's profile, None for nobody."""
        async with self._database.question() as connection:
            row = await connection.fetchrow(GET, row_id("user", user_id))
        return None if row is None else value_of(Profile, row)

    async def update(self, user_id: int, changes: Mapping[str, Any]) -> Profile | None:
        """Set some of what a user may choose; None for nobody. Raises UsageError."""
        columns = checked("profile", changes, RULES)
        if not columns:
            raise UsageError("Say what to change about the profile.")
        sql = f"UPDATE users SET {assignments_of(columns, 2)} WHERE id = $1 RETURNING {COLUMNS}"
        async with self._database.question() as connection:
            with refusing(SENTENCES):
                row = await connection.fetchrow(sql, row_id("user", user_id), *columns.values())
        return None if row is None else value_of(Profile, row)
