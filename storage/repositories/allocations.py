"""What share of a user's money each bot may use. The journal writes it; here it is read."""

from dataclasses import dataclass
from decimal import Decimal

from storage.database import Database
from storage.repositories.arguments import row_id
from storage.repositories.rows import columns_of, value_of

ALL = Decimal(100)


@dataclass(frozen=True, slots=True)
class BotAllocation:
    """One bot that was not removed. `allocation_percent` counts against the user's 100 while the bot is running."""

    bot_uid: str
    account_id: str
    name: str
    venue: str
    symbol: str
    bot_type: str
    allocation_percent: Decimal
    is_running: bool


@dataclass(frozen=True, slots=True)
class Allocation:
    """A user's bots in the order of their making, and what the running ones take of 100 %."""

    bots: tuple[BotAllocation, ...]

    @property
    def used_percent(self) -> Decimal:
        """What running bots have, 0 to 100."""
        return sum((bot.allocation_percent for bot in self.bots if bot.is_running), Decimal(0))

    @property
    def free_percent(self) -> Decimal:
        """What a bot that starts now may have at most."""
        return ALL - self.used_percent


OF_USER = f"""
    SELECT {columns_of(BotAllocation)} FROM bot_instances WHERE user_id = $1 AND is_active
    ORDER BY created_at, bot_uid
"""  # noqa: S608 - put together from the fields above


class AllocationRepository:
    """Allocations of bots. The rule that running bots never pass 100 % is a trigger of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: int) -> Allocation:
        """All bots of a user that were not removed; nobody's is empty."""
        async with self._database.question() as connection:
            rows = await connection.fetch(OF_USER, row_id("user", user_id))
        return Allocation(tuple(value_of(BotAllocation, row) for row in rows))
