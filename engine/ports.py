"""What the engine needs from outside, as protocols. Storage and venues implement them; main.py puts them together."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.market import Candle
from engine.domain.messages import (
    Command,
    CommandAnswered,
    CommandReceived,
    DecisionLogged,
    EquitySampled,
    FillRecorded,
    OrderAccepted,
    OrderRejected,
    OrderReport,
    OrderUnknown,
    Record,
    VenueEvent,
)
from engine.domain.order import Order
from engine.domain.secret import Credential, Secret, VaultState
from engine.domain.sentences import Refusal
from engine.domain.truth import TruthReport
from engine.domain.venue_picture import VenuePicture
from engine.domain.views import EngineView
from engine.premium_history import PremiumHistory as PremiumHistory
from engine.premium_history import WatchedPairs as WatchedPairs
from engine.recorder_port import MarketRecorder as MarketRecorder
from engine.recovered import RecoveredState


class Journal(Protocol):
    """Durable intents and events.

    `commit` makes all records durable in one transaction before it returns, in order, and may be called again with
    the same records after an error (every record is idempotent). It raises `StorageUnavailable` when the outcome is
    not certain to be durable (connection lost, disk full), `LeaseLost` when a bot's fencing token is no longer ours;
    then nothing of the batch is written.
    """

    async def load(self, account_ids: Sequence[str] | None = None) -> RecoveredState:
        """What is known of the desk, or only of these accounts of it."""
        ...

    async def commit(self, records: Sequence[Record]) -> None: ...


@dataclass(frozen=True, slots=True)
class LeaseTurn:
    """What a renewal found: accounts that another desk has now, and accounts that another desk asks for."""

    lost: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()


class Leases(Protocol):
    """Which accounts this desk may trade. The database's clock decides; this machine's clock only ever says no."""

    lease_s: float

    async def take(self) -> Sequence[str]:
        """Take every account that is free and meant for this desk; returns those newly held. Raises StorageError."""
        ...

    async def renew(self) -> LeaseTurn:
        """Keep what is held, where that is due. Raises StorageError; then what is held is held until it expires.

        Raises LeaseLost when another copy of the program is this desk now.
        """
        ...

    async def give(self, account_ids: Collection[str]) -> None:
        """Give accounts up at once, to the desk that asked for them or to nobody. Raises StorageError."""
        ...

    async def is_known(self, account_id: str) -> bool:
        """Whether the account exists, whoever holds it. Raises StorageError."""
        ...

    async def request(self, request: HandOver | PreferDesk) -> tuple[Refusal, ...]:
        """Ask that another desk, or this one, runs an account; refusals where it never can. Raises StorageError."""
        ...

    def forget(self, account_id: str) -> None:
        """An account that was taken is not run here after all: unless another desk takes it first, we take it anew."""
        ...

    def is_held(self, account_id: str) -> bool:
        """Whether no other desk can have the account now. Costs nothing; counts while this machine sleeps."""
        ...

    async def wait(self, timeout_s: float) -> None:
        """Until somebody rings because a lease is free or wanted, or the time is over."""
        ...


@dataclass(frozen=True, slots=True)
class OthersState:
    """What the journal knows of accounts that this desk does not hold.

    `places` are (account_id, name of the desk that holds it, "" for none), `prices` are (venue, symbol, last recorded
    price, its time).
    """

    recovered: RecoveredState
    places: tuple[tuple[str, str], ...] = ()
    prices: tuple[tuple[str, str, Decimal, datetime], ...] = ()


class OtherDesks(Protocol):
    """A look at what this user's other desks run."""

    async def look(self, own_accounts: Sequence[str]) -> OthersState | None:
        """Everything but the own accounts; None when nothing changed since the last look. Raises StorageError."""
        ...


@runtime_checkable
class ProbedJournal(Journal, Protocol):
    """A journal that can be asked whether its database answers, at a time when nothing is to be committed."""

    async def probe(self) -> None:
        """Ask it something that costs nothing. Raises StorageUnavailable when it does not answer in a few seconds."""
        ...


class CommandQueue(Protocol):
    """Commands of the window, the command line and other programs, in one place."""

    async def submit(self, received: CommandReceived) -> bool:
        """Make a command durable and wake the desk that holds its bot or account. Known ids are left as they are.

        True when that is this desk: also where no desk holds it, and then it is refused here.
        """
        ...

    async def spread(self, received: CommandReceived) -> None:
        """Ask the same of every other desk of the user that runs. Raises StorageUnavailable."""
        ...

    async def answer_of(self, command_id: str, timeout_s: float) -> CommandAnswered | None:
        """The answer of whatever desk, None when there was none in time. Raises StorageUnavailable."""
        ...

    def pending(self) -> AsyncIterator[CommandReceived]:
        """Unanswered commands for this desk, oldest first, each once; waits for more until cancelled."""
        ...

    def again(self, command_ids: Collection[str]) -> None:
        """Look at once, and hand these over once more where they are still unanswered and this desk's."""
        ...


class SymbolLists(Protocol):
    """Which symbols the user lets bots trade."""

    async def is_allowed(self, venue: str, symbol: str) -> bool:
        """Whether the lists kept under this name, of an account's venue or an exchange, let a bot start on BASE/QUOTE.

        Raises StorageError.
        """
        ...


class VenueSink(Protocol):
    """Where a venue delivers its events."""

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        """Hand events over, in order; they are handled at once. True when something is now to be journaled or sent."""
        ...

    async def settled(self) -> None:
        """Wait until all decided so far is journaled, sent and answered. A replay waits here, a live feed does not."""
        ...


class Venue(Protocol):
    """An account's way to one exchange, real or not.

    `place` returns OrderUnknown instead of raising when nobody knows; it never retries. Fills may be delivered to the
    sink before `place` returns. All calls are made on the engine's loop.
    """

    name: str

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        """Open, and return the instruments with today's rules. Delivers nothing yet. Raises VenueUnavailable."""
        ...

    async def run(self) -> None:
        """Deliver balances and the present quote, then the market, until cancelled or ended (FeedEnded)."""
        ...

    async def place(self, order: Order) -> OrderAccepted | OrderRejected | OrderUnknown: ...

    async def cancel(self, order: Order) -> None:
        """Ask to cancel. The outcome arrives as an event. An order that is gone already is no error."""
        ...

    async def report(self, order: Order) -> OrderReport | None:
        """What the venue knows of an order and all its fills, by client_order_id. None: it cannot say now, ask again.

        LOST is answered only where the venue is certain that the order never arrived.
        """
        ...

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        """All open orders of the account on an instrument by client order id ("" for orders that carry none)."""
        ...

    async def balances(self) -> Sequence[tuple[str, Decimal, Decimal]]:
        """(asset, total, reserved)."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class PacedVenue(Venue, Protocol):
    """A venue whose market time we own: replayed or simulated."""

    def set_speed(self, speed: Decimal | None) -> None:
        """0 stands still, 1 real time, None as fast as possible. Kept in the venue's store over restarts."""
        ...


@runtime_checkable
class RationedVenue(Venue, Protocol):
    """A venue that may let an order wait before it is sent, because its exchange takes only so many."""

    async def turn(self, order: Order) -> None:
        """Wait until `place` can send the order at once. Raises VenueUnavailable when the line ended meanwhile."""
        ...

    async def place(
        self, order: Order, may_leave: Callable[[], bool] | None = None
    ) -> OrderAccepted | OrderRejected | OrderUnknown:
        """`may_leave` is asked when nothing is waited for any more, not even a connection; its no is NOT_SENT."""
        ...


@runtime_checkable
class InspectableVenue(Venue, Protocol):
    """A venue that can be asked for everything at once, to be compared with our books."""

    async def inspect(self, orders: Sequence[Order]) -> VenuePicture:
        """The account as it is now. `orders` are our live ones: those that do not rest there are looked up.

        Raises VenueUnavailable when the venue does not answer all of it; half a picture is none.
        """
        ...


class EngineHandle(Protocol):
    """The one door into a running engine from another thread."""

    def view(self) -> EngineView:
        """The newest snapshot; costs nothing, never blocks."""
        ...

    def submit(self, command: Command) -> Future[CommandAnswered]:
        """Journal and handle a command. The future is done when it is answered, also with refusals."""
        ...


class TruthDoor(Protocol):
    """The way to the truth about an account, of this desk or another, from another thread."""

    def truth(self, account_id: str, rows: tuple[str, ...] = ()) -> Future[TruthReport]:
        """Ask the venue what it has and compare; never blocks. The future fails with GridwrightError."""
        ...


class Secrets(Protocol):
    """The user's vault, as far as trading needs it. What it hands out is never logged, kept or sent anywhere else."""

    def state(self) -> VaultState:
        """As it was when last looked at. Costs nothing and may be called from any thread."""
        ...

    async def credential(self, account: Account) -> Credential:
        """The secrets of an account. Raises VaultLocked, VaultBroken, and UsageError when it has none."""
        ...

    async def unlock(self, passphrase: Secret) -> None:
        """Open the vault. Raises WrongPassphrase, also when it is too soon to try; VaultLocked when there is none."""
        ...

    def lock(self) -> None:
        """Forget the key. Venues that are connected stay so; none can be connected until somebody unlocks."""
        ...

    def used_at_s(self) -> float:
        """When a secret was last taken out, by `time.monotonic`."""
        ...


class VaultDoor(Protocol):
    """The way to the vault of a running engine from another thread. A passphrase is never a command: those are kept."""

    def vault_state(self) -> VaultState:
        """Costs nothing, never blocks."""
        ...

    def unlock_vault(self, passphrase: Secret) -> Future[None]:
        """Open it, and connect the accounts that waited for it. The future fails with WrongPassphrase, VaultLocked."""
        ...

    def lock_vault(self) -> Future[None]: ...


class History(Protocol):
    """Pages of the past for a window or the command line, at most 2,000 rows a call."""

    async def candles(
        self, venue: str, symbol: str, timeframe_s: int, before: datetime | None, limit: int
    ) -> list[Candle]:
        """The last `limit` closed candles before an instant, oldest first."""
        ...

    async def fills(self, bot_id: str | None, before: datetime | None, limit: int) -> list[FillRecorded]:
        """Newest first."""
        ...

    async def orders(self, bot_id: str | None, before: datetime | None, limit: int) -> list[Order]:
        """Newest first."""
        ...

    async def equity(self, bot_id: str, account_id: str, since: datetime | None, limit: int) -> list[EquitySampled]:
        """Oldest first, thinned to at most `limit` points over the whole span. bot_id "" is the account's curve."""
        ...

    async def log(self, bot_id: str | None, before: datetime | None, limit: int) -> list[DecisionLogged]:
        """Newest first."""
        ...


class Mirror(Protocol):
    """Shows this desk to other programs. Never in trading's way: both calls return at once and raise nothing."""

    def committed(self, records: Sequence[Record]) -> None:
        """Facts that are durable now, in order."""
        ...

    def start(self, view: Callable[[], EngineView]) -> None:
        """Show what `view` gives from now on."""
        ...


class Cache(Protocol):
    """Values with a time to live, and a bell. In process, or Redis. Never the truth; errors are swallowed and shown."""

    kind: str

    async def put(self, key: str, value: str, ttl_s: float) -> None: ...

    async def get(self, key: str) -> str | None: ...

    async def is_up(self) -> bool: ...

    async def close(self) -> None: ...
