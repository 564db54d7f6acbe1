"""What the command line needs of a desk and its storage, as protocols; main.py puts the real ones behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from engine.domain.bot import Account
from engine.domain.messages import Command
from engine.domain.secret import UnlockSources
from engine.domain.watching import WatchedPair
from engine.live_ports import Rehearsals, SharedBudget
from engine.ports import (
    Cache,
    CommandQueue,
    History,
    Journal,
    Leases,
    MarketRecorder,
    Mirror,
    OtherDesks,
    PremiumHistory,
    Secrets,
    SymbolLists,
    WatchedPairs,
)
from engine.recovered import RecoveredState
from engine.spreads.rates import StoredRates


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


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An exchange key in the vault, by what may be shown of it. `hint` are its last characters, "" for none."""

    credential_id: str
    exchange: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """Who runs an account, by names of desks, "" for none. `expires_at` None when nobody does; `bots` are running ones.

    `bound` is the only desk that ever can, `preferred` gets it back, `requested` is to get it next.
    """

    account_id: str
    desk: str
    expires_at: datetime | None
    bots: int
    token: int
    preferred: str
    bound: str
    requested: str


class DeskReads(Protocol):
    """What a desk's database can be asked."""

    desk_id: str

    @property
    def history(self) -> History: ...

    @property
    def premiums(self) -> PremiumHistory: ...

    async def watched(self) -> Sequence[WatchedPair]:
        """The user's list of pairs."""
        ...

    async def is_engine_running(self) -> bool:
        """Whether a program with a window or without one trades on this desk now."""
        ...

    async def desks(self) -> Sequence[DeskRow]:
        """All desks of the database."""
        ...

    async def leases(self) -> Sequence[LeaseRow]:
        """All accounts of the user with the desks that run them."""
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

    async def rehearsed(self, account: Account) -> frozenset[str]:
        """Symbols whose rehearsal at the exchange of an account is there."""
        ...

    async def ask(self, command: Command) -> str:
        """Have a command handled: by the running engine, or by one that is started for this moment.

        Returns when it is done, with what was asked for as JSON, "" for most commands. Raises UsageError with the
        refusal's sentence, StorageError, VenueUnavailable, or GridwrightError when nobody answered in time.
        """
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
    def mirror(self) -> Mirror | None:
        """Shows the desk to programs that share the cache; None when none does."""
        ...

    @property
    def leases(self) -> Leases: ...

    @property
    def other_desks(self) -> OtherDesks: ...

    @property
    def symbol_lists(self) -> SymbolLists: ...

    @property
    def watched_pairs(self) -> WatchedPairs: ...

    @property
    def rates(self) -> StoredRates: ...

    @property
    def shared_budget(self) -> SharedBudget:
        """Counts what all desks of the database ask of exchanges."""
        ...

    @property
    def rehearsals(self) -> Rehearsals: ...

    @property
    def reads(self) -> DeskReads: ...

    def commands_of(self, desk_id: str) -> CommandQueue:
        """The commands of a desk."""
        ...

    async def is_live(self, desk_id: str) -> bool:
        """Whether that desk's engine runs now."""
        ...

    async def open_secrets(self, sources: UnlockSources) -> Secrets:
        """The user's vault, unlocked where it opens by itself. Raises StorageError."""
        ...

    async def take_desk(self) -> None:
        """Become the desk's engine. Raises AlreadyRunning."""
        ...

    async def close(self) -> None: ...
