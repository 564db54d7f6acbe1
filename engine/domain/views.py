"""What the engine shows: immutable snapshots that a window, a status line or a test reads at its own pace."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.bot import Account, Bot
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.market import Candle
from engine.domain.messages import DecisionLogged, FillRecorded
from engine.domain.order import Order
from engine.domain.sentences import Sentence


class EngineState(StrEnum):
    """DEGRADED: trading stands still because the database cannot be written; the program tries again by itself."""

    STARTING = "starting"
    RUNNING = "running"
    HALTED = "halted"
    DEGRADED = "degraded"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class MarketView:
    """`received_at_s` is the monotonic clock at the last event: age = now - received_at_s. `at` is market time.

    `candle` is the one-minute bar under construction, `closed_candles` the last closed ones, oldest first, at most 500.
    """

    instrument: Instrument
    bid: Decimal
    ask: Decimal
    last: Decimal
    at: datetime
    received_at_s: float
    candle: Candle | None
    closed_candles: tuple[Candle, ...]
    is_ended: bool = False


@dataclass(frozen=True, slots=True)
class BotView:
    """A bot with everything a row or a ladder shows. Money in quote; `apr_pct` None until an hour has passed.

    matched_profit + floating_pnl = total_pnl, to the last unit. `average_entry` is the average cost of held base.
    """

    bot: Bot
    rungs: tuple[Rung, ...]
    open_orders: tuple[Order, ...]
    price: Decimal | None
    matched_profit: Decimal
    floating_pnl: Decimal
    total_pnl: Decimal
    base_held: Decimal
    average_entry: Decimal | None
    apr_pct: Decimal | None
    cycles_per_day: Decimal | None


@dataclass(frozen=True, slots=True)
class PositionView:
    """Base that a bot holds. `unrealized` at the mark, `realized` is the matched profit of the run."""

    bot_id: str
    bot_name: str
    venue: str
    symbol: str
    quantity: Decimal
    average_entry: Decimal
    mark: Decimal
    value: Decimal
    unrealized: Decimal
    realized: Decimal


@dataclass(frozen=True, slots=True)
class AccountView:
    """`equity` in the account's quote at the marks; `today_pnl` since the last midnight of the user (local time).

    `balances` rows are (asset, total, reserved).
    """

    account: Account
    balances: tuple[tuple[str, Decimal, Decimal], ...]
    equity: Decimal
    today_pnl: Decimal


@dataclass(frozen=True, slots=True)
class EngineView:
    """One consistent picture. `sequence` grows with each change; equal sequence means nothing changed.

    `fills` and `log` are the most recent ones, newest last, at most 500 each; older ones are in the history.
    """

    sequence: int
    state: EngineState
    trouble: Sentence | None
    is_database_up: bool
    is_cache_up: bool
    cache_kind: str
    pending_records: int
    accounts: tuple[AccountView, ...]
    markets: tuple[MarketView, ...]
    bots: tuple[BotView, ...]
    positions: tuple[PositionView, ...]
    fills: tuple[FillRecorded, ...]
    log: tuple[DecisionLogged, ...]
