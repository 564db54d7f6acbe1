"""What the command line needs of a desk and its storage, as protocols; main.py puts the real ones behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from engine.domain.messages import Command, CommandAnswered
from engine.ports import Cache, CommandQueue, History, Journal, MarketRecorder, RecoveredState


@dataclass(frozen=True, slots=True)
class DayProfit:
    """One bot's day (UTC): profit of closed cycles after fees, in quote, and the fees paid by asset."""

    day: date
    bot_id: str
    fills: int
    matched: Decimal
    fees: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class LedgerTotal:
    """All entries of an account in one asset, and its deposits among them."""

    account_id: str
    asset: str
    total: Decimal
    deposited: Decimal


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One desk of the database. `started_at` of its engine's last start, None when it never ran."""

    desk_id: str
    name: str
    is_running: bool
    started_at: datetime | None


class DeskReads(Protocol):
    """What a desk's database can be asked."""

    desk_id: str

    @property
    def history(self) -> History: ...

    async def is_engine_running(self) -> bool:
        """Whether a program with a window or without one trades on this desk now."""
        ...

    async def desks(self) -> Sequence[DeskRow]:
        """All desks of the database."""
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


class Desk(DeskReads, Protocol):
    """The same, and somebody who answers commands."""

    async def ask(self, command: Command) -> None:
        """Have a command handled: by the running engine, or by one that is started for this moment.

        Returns when it is done. Raises UsageError with the refusal's sentence, StorageError, VenueUnavailable, or
        GridwrightError when nobody answered in time.
        """
        ...


class AnsweredCommands(CommandQueue, Protocol):
    """Commands as a program without an engine sees them."""

    async def answer_of(self, command_id: str, timeout_s: float) -> CommandAnswered | None:
        """The answer, None when there was none in time."""
        ...


class OpenStorage(Protocol):
    """Everything of one desk that is stored, opened on the running loop.

    `is_other`: it is not the desk of this data folder, so no engine of it can be started here.
    """

    desk_id: str
    is_other: bool

    @property
    def journal(self) -> Journal: ...

    @property
    def recorder(self) -> MarketRecorder: ...

    @property
    def cache(self) -> Cache: ...

    @property
    def reads(self) -> DeskReads: ...

    def commands_of(self, desk_id: str) -> AnsweredCommands:
        """The commands of a desk."""
        ...

    async def is_live(self, desk_id: str) -> bool:
        """Whether that desk's engine runs now."""
        ...

    async def take_desk(self) -> None:
        """Become the desk's engine. Raises AlreadyRunning."""
        ...

    async def close(self) -> None: ...
