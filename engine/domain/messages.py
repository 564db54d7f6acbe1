"""Everything the kernel can be told (commands, venue events) and everything it answers with (records, effects)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.arbitrage_messages import ArbitrageCommand, ClockTicked, MarketStatus, TwoLegRecorded
from engine.domain.bot import Account, Bot
from engine.domain.grid import GridConfig, Inventory, Rung
from engine.domain.instrument import Instrument
from engine.domain.lease_requests import LeaseRequest
from engine.domain.ledger import LedgerEntry
from engine.domain.live import KeyFacts
from engine.domain.live_messages import LiveCommand, LiveEvent, LiveRecorded
from engine.domain.market import Candle, FxRate, OrderBook, PublicTrade, Quote
from engine.domain.order import Fill, Order, OrderState
from engine.domain.positions import FundingPaid, PositionReported
from engine.domain.rejections import RejectCode as RejectCode
from engine.domain.rejections import RejectReason as RejectReason
from engine.domain.sentences import Sentence
from engine.domain.truth_requests import TruthRequest
from engine.domain.watching import WatchCommand

# Commands: what a person may ask. Each is journaled before it is handled and answered once.


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Add an account and connect its venue. Settings "cash.KRW" and the like are its first deposits (not live).

    A known account_id is connected again with its stored settings; nothing is deposited twice.
    """

    account: Account


@dataclass(frozen=True, slots=True)
class SetMarketSpeed:
    """Pace of a replayed or simulated market: 0 stands still, 1 is real time, None as fast as possible."""

    venue: str
    speed: Decimal | None


@dataclass(frozen=True, slots=True)
class AddGrid:
    """Add a grid bot. `bot_id` is new: 8 of [a-z0-9]. `allocation_percent` None: investment over equity, or less."""

    bot_id: str
    name: str
    account_id: str
    symbol: str
    config: GridConfig
    allocation_percent: Decimal | None = None
    start: bool = False
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class StartBot:
    """`is_confirmed`: the person saw the orders to come, where a bot's first ones on real money would ask."""

    bot_id: str
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class PauseBot:
    """Cancel the bot's resting orders and place no new ones until it is started again; inventory stays."""

    bot_id: str


@dataclass(frozen=True, slots=True)
class StopBot:
    bot_id: str
    inventory: Inventory


@dataclass(frozen=True, slots=True)
class EditGrid:
    """New settings for a grid. A running one is rebalanced onto the new ladder."""

    bot_id: str
    config: GridConfig
    name: str = ""
    allocation_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RemoveBot:
    """Hide a stopped bot. Its history stays; `RestoreBot` brings it back."""

    bot_id: str


@dataclass(frozen=True, slots=True)
class RestoreBot:
    bot_id: str


@dataclass(frozen=True, slots=True)
class HaltAll:
    """Cancel every resting order and send nothing new until `LiftHalt`. Bots keep their state."""


@dataclass(frozen=True, slots=True)
class LiftHalt:
    pass


Command = (
    OpenAccount
    | SetMarketSpeed
    | AddGrid
    | StartBot
    | PauseBot
    | StopBot
    | EditGrid
    | RemoveBot
    | RestoreBot
    | HaltAll
    | LiftHalt
    | LiveCommand
    | TruthRequest
    | LeaseRequest
    | WatchCommand
    | ArbitrageCommand
)


@dataclass(frozen=True, slots=True)
class CommandReceived:
    """A command, its identity, and when the engine took it; `is_symbol_allowed` for a start, by the user's lists.

    `rehearsed` are the symbols that a grid of the user has traded on paper long enough, for a command to go live.
    """

    command_id: str
    command: Command
    at: datetime
    is_symbol_allowed: bool = True
    rehearsed: frozenset[str] = frozenset()


# Events from a venue.


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    client_order_id: str
    venue_order_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderRejected:
    client_order_id: str
    reason: RejectReason
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderUnknown:
    """Nobody knows whether it arrived. It is asked for, never sent again."""

    client_order_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderFilled:
    fill: Fill


@dataclass(frozen=True, slots=True)
class OrderCanceled:
    """The venue closed it. `filled_quantity` is the venue's own sum: fewer booked fills means some are to come."""

    client_order_id: str
    filled_quantity: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderReport:
    """A venue's answer about one order, with all its fills. `state` is OPEN, FILLED, CANCELED, REJECTED or LOST."""

    client_order_id: str
    venue_order_id: str
    state: OrderState
    filled_quantity: Decimal
    fills: tuple[Fill, ...]
    at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether all that the venue says was filled is among its fills; otherwise some are to come, so ask again."""
        return sum(fill.quantity for fill in self.fills) >= self.filled_quantity


@dataclass(frozen=True, slots=True)
class BalancesReported:
    """Balances of an account by asset: (asset, total, of which reserved by open orders). docs/futures.md for PERP."""

    account_id: str
    balances: tuple[tuple[str, Decimal, Decimal], ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class InstrumentChanged:
    instrument: Instrument


@dataclass(frozen=True, slots=True)
class AccountConnected:
    """The venue of an account answered; its instruments with the rules of today, and what it says of a live key."""

    account: Account
    instruments: tuple[Instrument, ...]
    at: datetime
    facts: KeyFacts | None = None


@dataclass(frozen=True, slots=True)
class AccountFailed:
    """The venue of an account cannot be used: its bots wait. `is_unreachable`: not because of what was asked for."""

    account: Account
    sentence: Sentence
    at: datetime
    is_unreachable: bool = False


@dataclass(frozen=True, slots=True)
class FeedEnded:
    """A recorded market has no more to say."""

    venue: str
    at: datetime


MarketEvent = Quote | PublicTrade | Candle | OrderBook
OrderEvent = OrderAccepted | OrderRejected | OrderUnknown | OrderFilled | OrderCanceled | OrderReport
AccountEvent = BalancesReported | FundingPaid | PositionReported | AccountConnected | AccountFailed | LiveEvent
VenueEvent = MarketEvent | OrderEvent | AccountEvent | InstrumentChanged | FeedEnded | MarketStatus
Message = CommandReceived | VenueEvent | FxRate | ClockTicked

# Records: facts that the journal makes durable, in this order, in one transaction.


@dataclass(frozen=True, slots=True)
class AccountRecorded:
    """Insert or update by account_id."""

    account: Account


@dataclass(frozen=True, slots=True)
class InstrumentRecorded:
    """Insert or update by (venue, symbol); changed rules are a new dated row."""

    instrument: Instrument


@dataclass(frozen=True, slots=True)
class OrderRecorded:
    """Insert or update by client_order_id."""

    order: Order


@dataclass(frozen=True, slots=True)
class FillRecorded:
    """Insert once; unique on (venue, trade_id). `profit` is the matched profit this fill closed, else None."""

    fill: Fill
    order: Order
    entries: tuple[LedgerEntry, ...]
    profit: Decimal | None


@dataclass(frozen=True, slots=True)
class LedgerRecorded:
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class RungRecorded:
    """Insert or update by (bot_id, generation, index)."""

    bot_id: str
    generation: int
    rung: Rung


@dataclass(frozen=True, slots=True)
class BotRecorded:
    bot: Bot


@dataclass(frozen=True, slots=True)
class CommandAnswered:
    """`refusals` empty means done. `body` is the JSON of what was asked for, "" for a command that asks nothing."""

    command_id: str
    refusals: tuple[tuple[str, Sentence], ...]
    at: datetime
    body: str = ""


class Level(StrEnum):
    INFO = "info"
    LOOK = "look"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class DecisionLogged:
    """One line of the log: what was decided and why. `bot_id` "" speaks of the whole engine."""

    bot_id: str
    level: Level
    sentence: Sentence
    at: datetime


@dataclass(frozen=True, slots=True)
class EquitySampled:
    """A point of the equity curve, insert or update by (account_id, bot_id, at). May be written late, in batches.

    `bot_id` "" is the whole account. `equity` in quote; for a bot it is investment + matched + floating.
    """

    account_id: str
    bot_id: str
    at: datetime
    equity: Decimal
    matched_profit: Decimal
    floating_pnl: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class HaltRecorded:
    is_halted: bool
    at: datetime


Record = (
    AccountRecorded
    | InstrumentRecorded
    | OrderRecorded
    | FillRecorded
    | LedgerRecorded
    | RungRecorded
    | BotRecorded
    | CommandAnswered
    | DecisionLogged
    | EquitySampled
    | HaltRecorded
    | LiveRecorded
    | TwoLegRecorded
)

# Effects: what must happen outside after the records are durable.


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    order: Order


@dataclass(frozen=True, slots=True)
class CancelOrder:
    order: Order


@dataclass(frozen=True, slots=True)
class AskOrder:
    """Find out what became of an order whose state nobody knows."""

    order: Order


@dataclass(frozen=True, slots=True)
class ConnectAccount:
    account: Account


@dataclass(frozen=True, slots=True)
class PaceMarket:
    venue: str
    speed: Decimal | None


Effect = PlaceOrder | CancelOrder | AskOrder | ConnectAccount | PaceMarket
