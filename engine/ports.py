"""What the engine needs from outside, as protocols. Storage and venues implement them; main.py puts them together."""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from engine.domain.bot import Account, Bot
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.market import Candle, Quote
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
from engine.domain.views import EngineView


@dataclass(frozen=True, slots=True)
class RecoveredState:
    """What the journal knows at start. `rungs` are those of each bot's present generation.

    `ledger_balances` are the sums of all ledger entries by (account_id, asset).
    `open_orders` are all orders not in a final state; `trade_ids` the fills already booked of those orders.
    """

    accounts: tuple[Account, ...]
    instruments: tuple[Instrument, ...]
    bots: tuple[Bot, ...]
    rungs: tuple[tuple[str, Rung], ...]
    open_orders: tuple[Order, ...]
    trade_ids: frozenset[tuple[str, str]]
    is_halted: bool
    recent_fills: tuple[FillRecorded, ...] = ()
    recent_log: tuple[DecisionLogged, ...] = ()
    equity_at_midnight: tuple[tuple[str, Decimal], ...] = ()
    ledger_balances: tuple[tuple[str, str, Decimal], ...] = ()


class Journal(Protocol):
    """Durable intents and events.

    `commit` makes all records durable in one transaction before it returns, in order, and may be called again with
    the same records after an error (every record is idempotent). It raises `StorageUnavailable` when the outcome is
    not certain to be durable (connection lost, disk full), `LeaseLost` when a bot's fencing token is no longer ours;
    then nothing of the batch is written.
    """

    async def load(self) -> RecoveredState: ...

    async def commit(self, records: Sequence[Record]) -> None: ...


@runtime_checkable
class ProbedJournal(Journal, Protocol):
    """A journal that can be asked whether its database answers, at a time when nothing is to be committed."""

    async def probe(self) -> None:
        """Ask it something that costs nothing. Raises StorageUnavailable when it does not answer in a few seconds."""
        ...


class CommandQueue(Protocol):
    """Commands of the window, the command line and other programs, in one place."""

    async def submit(self, received: CommandReceived) -> None:
        """Make a command durable and wake whoever handles it. Known command ids are left as they are."""
        ...

    def pending(self) -> AsyncIterator[CommandReceived]:
        """Unanswered commands for this desk, oldest first, each once; waits for more until cancelled."""
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


class EngineHandle(Protocol):
    """The one door into a running engine from another thread."""

    def view(self) -> EngineView:
        """The newest snapshot; costs nothing, never blocks."""
        ...

    def submit(self, command: Command) -> Future[CommandAnswered]:
        """Journal and handle a command. The future is done when it is answered, also with refusals."""
        ...


class MarketRecorder(Protocol):
    """Takes market data for the history. Never blocks: a bounded queue that drops quotes first and counts them."""

    def record(self, event: Candle | Quote) -> None: ...

    async def flush(self) -> None: ...


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


class Cache(Protocol):
    """Values with a time to live, and a bell. In process, or Redis. Never the truth; errors are swallowed and shown."""

    kind: str

    async def put(self, key: str, value: str, ttl_s: float) -> None: ...

    async def get(self, key: str) -> str | None: ...

    async def is_up(self) -> bool: ...

    async def close(self) -> None: ...
