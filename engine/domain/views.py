"""What the engine shows: immutable snapshots that a window, a status line or a test reads at its own pace."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.arbitrage_views import NO_PREMIUMS, ArbitrageView, PremiumsView
from engine.domain.bot import Account, Bot
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder, KeyFacts
from engine.domain.market import Candle
from engine.domain.messages import DecisionLogged, FillRecorded
from engine.domain.money import ZERO
from engine.domain.order import Order
from engine.domain.positions import PositionReported
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
    0 is the market of another desk's account, which is not heard here: its price is the last recorded one.

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
    `elsewhere` is None for a bot of this desk, else the name of the desk that runs it, "" when no desk does.
    `needs_confirmation`: its first orders on real money wait until a person has seen them (`ConfirmBot`).
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
    elsewhere: str | None = None
    needs_confirmation: bool = False


@dataclass(frozen=True, slots=True)
class PositionView:
    """Base that a bot holds. `unrealized` at the mark, `realized` is the matched profit of the run.

    Of a PERP `reported` is the account's whole position as its venue tells it, and `funding` what the bot received, or
    paid where it is negative.
    """

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
    reported: PositionReported | None = None
    funding: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LiveView:
    """Real money on an account. It may send orders where it `is_on` and there is no `hold`, which is why it may not.

    `facts` are what the exchange said of the key at `checked_at`, `pinned` what was accepted; `changes` say where they
    differ (`AcceptFacts` takes them), `warnings` what is to be looked at and stops nothing. `foreign` orders are not
    ours; those of kind UNKNOWN carry our name (`AdoptOrder`, `CancelUnknown`).
    """

    is_on: bool
    hold: Sentence | None
    is_withdrawal_allowed: bool
    facts: KeyFacts | None
    pinned: KeyFacts | None
    checked_at: datetime | None
    changes: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    foreign: tuple[ForeignOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountView:
    """`equity` in the account's quote at the marks; `today_pnl` since the last midnight of the user (local time).

    `balances` rows are (asset, total, reserved). While the venue has not told them (`is_told` False: another desk's
    account, one that waits for its venue) they are what our own ledger says. `elsewhere` as in BotView. `trouble` is
    why this desk cannot use the account now. `free_margin` is what new orders may use on futures, None on spot.
    """

    account: Account
    balances: tuple[tuple[str, Decimal, Decimal], ...]
    equity: Decimal
    today_pnl: Decimal
    elsewhere: str | None = None
    is_told: bool = True
    trouble: Sentence | None = None
    live: LiveView | None = None
    free_margin: Decimal | None = None

    @property
    def is_live_on(self) -> bool:
        """Whether orders with real money may be sent now."""
        return self.live is not None and self.live.is_on and self.live.hold is None

    def free(self, asset: str) -> Decimal | None:
        """What new orders may use of an asset: total less reserved, or margin; None where there is none of it."""
        if asset == self.account.quote and self.free_margin is not None:
            return self.free_margin
        return next((total - reserved for name, total, reserved in self.balances if name == asset), None)


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
    arbitrage: tuple[ArbitrageView, ...] = ()
    premiums: PremiumsView = NO_PREMIUMS
