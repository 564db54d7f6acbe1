"""The symbol lists of the user whose desk this is, as the engine asks them before a bot starts."""

from storage.database import Database
from storage.repositories.symbol_lists import SymbolListRepository


class OwnSymbolLists:
    """`engine.ports.SymbolLists`: read anew at every question, so that a change counts from the next start on."""

    def __init__(self, database: Database, user_id: int) -> None:
        self._lists = SymbolListRepository(database)
        self._user_id = user_id

    async def is_allowed(self, venue: str, symbol: str) -> bool:
        """Whether a bot may start on it there. Raises StorageError."""
        return await self._lists.is_allowed(self._user_id, venue, symbol)
