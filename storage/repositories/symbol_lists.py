# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Which symbols a user trades on a venue: a white list, which is all symbols while it is empty, less a black list."""

from dataclasses import dataclass
from datetime import datetime

from engine.domain.symbol_lists import allows
from storage.database import Database
from storage.repositories.arguments import one_of, row_id, words
from storage.repositories.rows import columns_of, refusing, value_of

BLACK, WHITE = "black", "white"


@dataclass(frozen=True, slots=True)
class ListedSymbol:
    """A symbol on one of the lists; `list` is "black" or "white"."""

    user_id: int
    venue: str
    list: str
    symbol: str
    created_at: datetime


GET = "SELECT symbol FROM symbol_lists WHERE user_id = $1 AND venue = $2 AND list = $3 ORDER BY symbol"
#: The update changes nothing; it makes the row that is there already come back.
ADD = f"""
    INSERT INTO symbol_lists (user_id, venue, list, symbol) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id, venue, list, symbol) DO UPDATE SET symbol = EXCLUDED.symbol
    RETURNING {columns_of(ListedSymbol)}
"""
#: Lists hang on the user's settings at the venue; without any, those of somebody who says nothing are made.
PUT = f"""
    WITH settings AS (INSERT INTO user_trading_settings (user_id, venue) VALUES ($1, $2) ON CONFLICT DO NOTHING)
    {ADD}
"""
REMOVE = "DELETE FROM symbol_lists WHERE user_id = $1 AND venue = $2 AND list = $3 AND symbol = $4"
COLUMNS = columns_of(ListedSymbol)
EVERYTHING = f"SELECT {COLUMNS} FROM symbol_lists WHERE user_id = $1 ORDER BY venue, list, symbol"
ENTRIES = "SELECT list, symbol FROM symbol_lists WHERE user_id = $1 AND lower(venue) = lower($2)"


class SymbolListRepository:
    """Black and white lists. A symbol is kept as it was written; what it means is in `engine.domain.symbol_lists`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get_blacklist(self, user_id: int, venue: str) -> list[str]:
        """Symbols that are never traded, in alphabetical order."""
        return await self._get(user_id, venue, BLACK)

    async def add_to_blacklist(self, user_id: int, venue: str, symbol: str) -> ListedSymbol:
        """Forbid a symbol; twice is once. Raises UsageError when the user has no settings on the venue."""
        return await self._add(user_id, venue, BLACK, symbol)

    async def remove_from_blacklist(self, user_id: int, venue: str, symbol: str) -> bool:
        """Forbid a symbol no longer; False when it was not forbidden."""
        return await self._remove(user_id, venue, BLACK, symbol)

    async def get_whitelist(self, user_id: int, venue: str) -> list[str]:
        """The only symbols that are traded, in alphabetical order; empty is all."""
        return await self._get(user_id, venue, WHITE)

    async def add_to_whitelist(self, user_id: int, venue: str, symbol: str) -> ListedSymbol:
        """Allow a symbol, and after the first one only those that are allowed. Raises UsageError as above."""
        return await self._add(user_id, venue, WHITE, symbol)

    async def remove_from_whitelist(self, user_id: int, venue: str, symbol: str) -> bool:
        """Take a symbol from the white list; False when it was not there. Without the last one all are allowed."""
        return await self._remove(user_id, venue, WHITE, symbol)

    async def is_allowed(self, user_id: int, venue: str, symbol: str) -> bool:
        """Whether a bot of the user may trade it: a white list that is not empty has it, the black list has it not.

        Entries are compared by what they mean, and capitals do not count in the venue's name.
        """
        wanted = words("symbol", symbol)
        async with self._database.question() as connection:
            rows = await connection.fetch(ENTRIES, *_key(user_id, venue))
        listed = {kind: [row["symbol"] for row in rows if row["list"] == kind] for kind in (WHITE, BLACK)}
        return allows(listed[WHITE], listed[BLACK], wanted)

    async def put(self, user_id: int, venue: str, kind: str, symbol: str) -> ListedSymbol:
        """Add to the "black" or the "white" list, also for a user without settings on the venue. Raises UsageError."""
        chosen = one_of("list", kind, (BLACK, WHITE))
        async with self._database.question() as connection:
            with refusing({"fk_user_trading_settings_user_id": f"There is no user {user_id}."}):
                row = await connection.fetchrow(PUT, *_key(user_id, venue), chosen, words("symbol", symbol))
        return value_of(ListedSymbol, row)

    async def get_all(self, user_id: int) -> list[ListedSymbol]:
        """Everything on the user's lists, by venue, list and symbol."""
        async with self._database.question() as connection:
            rows = await connection.fetch(EVERYTHING, row_id("user", user_id))
        return [value_of(ListedSymbol, row) for row in rows]

    async def _get(self, user_id: int, venue: str, kind: str) -> list[str]:
        async with self._database.question() as connection:
            return [row["symbol"] for row in await connection.fetch(GET, *_key(user_id, venue), kind)]

    async def _add(self, user_id: int, venue: str, kind: str, symbol: str) -> ListedSymbol:
        missing = {"fk_symbol_lists_user_id_venue": f"User {user_id} has no settings on {venue}."}
        async with self._database.question() as connection:
            with refusing(missing):
                row = await connection.fetchrow(ADD, *_key(user_id, venue), kind, words("symbol", symbol))
        return value_of(ListedSymbol, row)

    async def _remove(self, user_id: int, venue: str, kind: str, symbol: str) -> bool:
        async with self._database.question() as connection:
            done = await connection.execute(REMOVE, *_key(user_id, venue), kind, words("symbol", symbol))
        return bool(done == "DELETE 1")


def _key(user_id: int, venue: str) -> tuple[int, str]:
    return row_id("user", user_id), words("venue", venue)
