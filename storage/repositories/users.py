# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""How a user trades on one venue: capital, direction, grid, symbols that run, and whom to tell."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import (
    checked,
    flag,
    number,
    one_of,
    positive,
    row_id,
    share_of_hundred,
    whole,
    words,
)
from storage.repositories.rows import assignments_of, columns_of, insert_of, refusing, value_of

#: Who keeps copies of a user hears of each change after it is durable: user and venue.
OnChange = Callable[[int, str], Awaitable[None]]

DIRECTIONS = ("long", "short")
TABLE = "user_trading_settings"


async def _nobody(user_id: int, venue: str) -> None:
    """Nobody keeps copies."""


@dataclass(frozen=True, slots=True)
class TradingUser:
    """A user's settings on one venue.

    `initial_capital` is in the venue's quote, `stop_loss` in percent (None is none), `tasks` and `running_symbols`
    are in the order in which they were added.
    """

    user_id: int
    venue: str
    initial_capital: Decimal
    direction: str
    numbers_to_entry: int
    leverage: Decimal
    stop_loss: Decimal | None
    grid_num: int
    is_running: bool
    tasks: tuple[str, ...]
    running_symbols: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TelegramId:
    """Whom to tell by Telegram about what happens on a venue."""

    user_id: int
    venue: str
    telegram_id: str
    created_at: datetime
    updated_at: datetime


def _texts(name: str, values: Sequence[str]) -> list[str]:
    if isinstance(values, str):
        raise UsageError(f"The {name}s must be a list.")
    return list(dict.fromkeys(words(name, value) for value in values))


RULES: Mapping[str, Callable[[Any], Any]] = {
    "initial_capital": partial(positive, "initial capital"),
    "direction": lambda value: one_of("direction", value, DIRECTIONS),
    "numbers_to_entry": lambda value: whole("number of entries", value, 1),
    "leverage": lambda value: number("leverage", value, Decimal(1), Decimal(125)),
    "stop_loss": lambda value: None if value is None else share_of_hundred("stop loss", value),
    "grid_num": lambda value: whole("number of grids", value, 2),
    "is_running": partial(flag, "running state"),
    "tasks": partial(_texts, "task"),
    "running_symbols": partial(_texts, "symbol"),
}

COLUMNS = columns_of(TradingUser)
ONE = f"SELECT {COLUMNS} FROM {TABLE} WHERE user_id = $1 AND venue = $2"
OF_VENUE = f"SELECT {COLUMNS} FROM {TABLE} WHERE venue = $1 ORDER BY user_id"
RUNNING = f"SELECT {COLUMNS} FROM {TABLE} WHERE venue = $1 AND is_running ORDER BY user_id"
#: Lists grow and shrink inside the row, so that two who add at once both have their way.
ADD = {
    column: f"""
        UPDATE {TABLE} SET {column} = {column} || ARRAY(
            SELECT one FROM unnest($3::text[]) WITH ORDINALITY AS added(one, at) WHERE one <> ALL ({column}) ORDER BY at
        ), updated_at = now() WHERE user_id = $1 AND venue = $2 RETURNING {COLUMNS}
    """
    for column in ("tasks", "running_symbols")
}
REMOVE = {
    column: f"""
        UPDATE {TABLE} SET {column} = array_remove({column}, $3), updated_at = now()
        WHERE user_id = $1 AND venue = $2 RETURNING {COLUMNS}
    """
    for column in ("tasks", "running_symbols")
}
RESET = f"""
    UPDATE {TABLE} SET is_running = DEFAULT, tasks = DEFAULT, running_symbols = DEFAULT, updated_at = now()
    WHERE user_id = $1 AND venue = $2 RETURNING {COLUMNS}
"""
DELETE = f"DELETE FROM {TABLE} WHERE user_id = $1 AND venue = $2"
TELEGRAM = "SELECT telegram_id FROM telegram_ids WHERE user_id = $1 AND venue = $2"
SET_TELEGRAM = f"""
    INSERT INTO telegram_ids (user_id, venue, telegram_id) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, venue) DO UPDATE SET telegram_id = EXCLUDED.telegram_id, updated_at = now()
    RETURNING {columns_of(TelegramId)}
"""


class UserRepository:
    """Users as they trade on venues. `on_change(user_id, venue)` is awaited after each change is durable.

    `on_change` must not raise: the change has happened.
    """

    def __init__(self, database: Database, on_change: OnChange = _nobody) -> None:
        self._database = database
        self._on_change = on_change

    async def get_by_id(self, user_id: int, venue: str) -> TradingUser | None:
        """A user's settings on a venue, None when there are none."""
        async with self._database.question() as connection:
            row = await connection.fetchrow(ONE, *_key(user_id, venue))
        return None if row is None else value_of(TradingUser, row)

    async def get_all_by_exchange(self, venue: str) -> list[TradingUser]:
        """Everybody with settings on a venue, by number."""
        return await self._of_venue(OF_VENUE, venue)

    async def get_running_users(self, venue: str) -> list[TradingUser]:
        """Everybody who runs on a venue, by number."""
        return await self._of_venue(RUNNING, venue)

    async def create(self, user_id: int, venue: str, settings: Mapping[str, Any] | None = None) -> TradingUser:
        """Write settings, what is not named as the database's defaults. Raises UsageError, also for a second time."""
        columns = dict(zip(("user_id", "venue"), _key(user_id, venue), strict=True))
        columns |= checked("trading user", settings or {}, RULES)
        sql = f"{insert_of(TABLE, columns)} RETURNING {COLUMNS}"
        async with self._database.question() as connection:
            with refusing(_sentences(user_id, venue)):
                row = await connection.fetchrow(sql, *columns.values())
        await self._on_change(user_id, venue)
        return value_of(TradingUser, row)

    async def update(self, user_id: int, venue: str, updates: Mapping[str, Any]) -> TradingUser | None:
        """Set some settings; None when there are none yet. Raises UsageError."""
        columns = checked("trading user", updates, RULES)
        if not columns:
            raise UsageError("Say what to change about the trading user.")
        sql = f"UPDATE {TABLE} SET {assignments_of(columns, 3)} WHERE user_id = $1 AND venue = $2 RETURNING {COLUMNS}"
        return await self._changed(sql, user_id, venue, *columns.values())

    async def update_running_status(self, user_id: int, venue: str, is_running: bool) -> TradingUser | None:
        """Say whether the user runs on the venue; None when there are no settings."""
        return await self.update(user_id, venue, {"is_running": is_running})

    async def add_task(self, user_id: int, venue: str, task: str) -> TradingUser | None:
        """Add a task behind the others; one that is there already stays where it is."""
        return await self._changed(ADD["tasks"], user_id, venue, [words("task", task)])

    async def remove_task(self, user_id: int, venue: str, task: str) -> TradingUser | None:
        """Take a task away; one that is not there is no mistake."""
        return await self._changed(REMOVE["tasks"], user_id, venue, words("task", task))

    async def add_running_symbol(self, user_id: int, venue: str, symbols: str | Sequence[str]) -> TradingUser | None:
        """Add a symbol, or several in their order; those that are there already stay where they are."""
        added = _texts("symbol", [symbols] if isinstance(symbols, str) else symbols)
        return await self._changed(ADD["running_symbols"], user_id, venue, added)

    async def remove_running_symbol(self, user_id: int, venue: str, symbol: str) -> TradingUser | None:
        """Take a symbol away; one that is not there is no mistake."""
        return await self._changed(REMOVE["running_symbols"], user_id, venue, words("symbol", symbol))

    async def reset_user_data(self, user_id: int, venue: str) -> TradingUser | None:
        """As after a stop: not running, no tasks, no symbols. The settings stay."""
        return await self._changed(RESET, user_id, venue)

    async def delete(self, user_id: int, venue: str) -> bool:
        """Remove the settings with the lists and ids that hang on them; False when there are none."""
        async with self._database.question() as connection:
            done = await connection.execute(DELETE, *_key(user_id, venue))
        if done != "DELETE 1":
            return False
        await self._on_change(user_id, venue)
        return True

    async def get_telegram_id(self, user_id: int, venue: str) -> str | None:
        """Whom to tell by Telegram about this venue, None for nobody."""
        async with self._database.question() as connection:
            found: str | None = await connection.fetchval(TELEGRAM, *_key(user_id, venue))
        return found

    async def update_telegram_id(self, user_id: int, venue: str, telegram_id: str) -> TelegramId:
        """Set whom to tell. Raises UsageError when the user has no settings on the venue."""
        async with self._database.question() as connection:
            with refusing(_sentences(user_id, venue)):
                row = await connection.fetchrow(
                    SET_TELEGRAM, *_key(user_id, venue), words("Telegram id", telegram_id, 100)
                )
        await self._on_change(user_id, venue)
        return value_of(TelegramId, row)

    async def _of_venue(self, sql: str, venue: str) -> list[TradingUser]:
        async with self._database.question() as connection:
            rows = await connection.fetch(sql, words("venue", venue))
        return [value_of(TradingUser, row) for row in rows]

    async def _changed(self, sql: str, user_id: int, venue: str, *values: Any) -> TradingUser | None:
        async with self._database.question() as connection:
            row = await connection.fetchrow(sql, *_key(user_id, venue), *values)
        if row is None:
            return None
        await self._on_change(user_id, venue)
        return value_of(TradingUser, row)


def _key(user_id: int, venue: str) -> tuple[int, str]:
    return row_id("user", user_id), words("venue", venue)


def _sentences(user_id: int, venue: str) -> dict[str, str]:
    return {
        f"pk_{TABLE}": f"User {user_id} already has settings on {venue}.",
        f"fk_{TABLE}_user_id": f"There is no user {user_id}.",
        "fk_telegram_ids_user_id_venue": f"User {user_id} has no settings on {venue}.",
    }
