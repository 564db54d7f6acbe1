"""What the sub-commands need of a desk, as a protocol; main.py puts storage, venues and the engine behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from engine.domain.bot import Bot
from engine.domain.messages import Command
from engine.ports import History, RecoveredState


@dataclass(frozen=True, slots=True)
class DayProfit:
    """Matched profit and fees of one bot on one day (UTC), in quote; base fees are counted at their fill's price."""

    day: date
    bot_id: str
    fills: int
    matched: Decimal
    fees: Decimal


@dataclass(frozen=True, slots=True)
class LedgerTotal:
    """All entries of an account in one asset, and its deposits among them."""

    account_id: str
    asset: str
    total: Decimal
    deposited: Decimal


class Desk(Protocol):
    """One desk's database, and somebody who answers commands on it."""

    desk_id: str

    @property
    def history(self) -> History: ...

    @property
    def is_engine_running(self) -> bool:
        """Whether a program with a window or without one trades on this desk now."""
        ...

    async def state(self) -> RecoveredState:
        """What the database knows now, removed bots included."""
        ...

    async def last_price(self, venue: str, symbol: str) -> Decimal | None:
        """The last price that was recorded, None when there was none."""
        ...

    async def ledger(self) -> Sequence[LedgerTotal]: ...

    async def profits_by_day(self, bot_id: str | None) -> Sequence[DayProfit]:
        """Oldest day first."""
        ...

    async def ask(self, command: Command, bot: Bot | None = None) -> None:
        """Have a command handled: by the running engine, or by one that is started for this moment.

        `bot` says whose desk it is for, this one when None. Returns when it is done. Raises UsageError with the
        refusal's sentence, StorageError, VenueUnavailable, or GridwrightError when nobody answered in time.
        """
        ...
