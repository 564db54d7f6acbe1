"""A bot: who it is, what it was told, where it stands, and what it earned."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.arbitrage import ArbitrageConfig, HedgeConfig
from engine.domain.grid import GridConfig, Inventory
from engine.domain.money import ZERO
from engine.domain.sentences import Sentence


class BotKind(StrEnum):
    """ARBITRAGE is the home half of a two-leg bot, which people see; HEDGE its foreign half."""

    GRID = "grid"
    ARBITRAGE = "arbitrage"
    HEDGE = "arbitrage_hedge"


class BotState(StrEnum):
    """STOPPED also before the first start. WAITING for the trigger price. STARTING: buying the first base.

    REBALANCING: an edit was applied, old orders go, base is bought or sold to fit the new ladder.
    STOPPING: orders go, inventory is sold if asked. ERROR: not traded until a person looked.
    """

    STOPPED = "stopped"
    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    REBALANCING = "rebalancing"
    PAUSED = "paused"
    STOPPING = "stopping"
    ERROR = "error"


#: States in which the database says that the bot should run, so that a restart takes it up again. A bot in ERROR holds
#: its inventory and its claim on money until a person ends it.
ACTIVE_STATES = frozenset(BotState) - {BotState.STOPPED}


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot. `bot_id` is 8 of [a-z0-9], chosen by whoever added it, and starts every client order id of the bot.

    `run` counts starts, `generation` counts ladders (a start or an edit makes a new one). Amounts are of the
    present run, in quote: `matched_profit` of closed cycles after fees; `spare_base` is base on no rung (dust,
    left-overs) and `spare_cash` the quote flow that belongs to it; `fees_quote` and `fees_base` were paid, and
    `fees_other` by asset in what is neither; their worth is in `fees_quote` where they have a price. `funding` was
    received, less what was paid. `start_price` values adopted base; it is None while no ladder stands, from an edit
    or a stop on. `leg_attempt` counts orders of the bot that are no rung's. `final_pnl` is set when the run ended.
    """

    bot_id: str
    name: str
    kind: BotKind
    account_id: str
    venue: str
    symbol: str
    desk_id: str
    allocation_percent: Decimal
    config: GridConfig | ArbitrageConfig | HedgeConfig
    created_at: datetime
    state: BotState = BotState.STOPPED
    run: int = 0
    generation: int = 0
    leg_attempt: int = 0
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    start_price: Decimal | None = None
    matched_profit: Decimal = ZERO
    closed_cycles: int = 0
    buy_fills: int = 0
    sell_fills: int = 0
    spare_base: Decimal = ZERO
    spare_cash: Decimal = ZERO
    fees_quote: Decimal = ZERO
    fees_base: Decimal = ZERO
    fees_other: tuple[tuple[str, Decimal], ...] = ()
    funding: Decimal = ZERO
    target_base: Decimal = ZERO
    final_pnl: Decimal | None = None
    stop_inventory: Inventory = Inventory.KEEP
    consecutive_rejects: int = 0
    fencing_token: int = 0
    last_event: Sentence | None = None
    last_event_at: datetime | None = None
    last_trade_at: datetime | None = None
    is_removed: bool = False

    @property
    def grid(self) -> GridConfig:
        """The settings of a grid. Asked of no other kind."""
        assert isinstance(self.config, GridConfig), f"{self.bot_id} is no grid"
        return self.config

    @property
    def is_grid(self) -> bool:
        return self.kind is BotKind.GRID

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def is_in_run(self) -> bool:
        """Whether a run has begun and not ended, so that there is a ladder to go on with."""
        return self.run > 0 and self.final_pnl is None


class AccountMode(StrEnum):
    """What kind of money it is: recorded market, live market with paper money, invented market, real money, or the
    paper money of a practice exchange that several desks reach.
    """

    REPLAY = "replay"
    PAPER = "paper"
    SIMULATED = "simulated"
    LIVE = "live"
    PRACTICE = "practice"


#: Markets whose time is their own: recorded and invented ones. What they say is no fact of today's market.
OWN_TIME_MODES = frozenset({AccountMode.REPLAY, AccountMode.SIMULATED, AccountMode.PRACTICE})
#: Markets whose time is invented, too: that of one says nothing about that of another.
INVENTED_TIME_MODES = OWN_TIME_MODES - {AccountMode.REPLAY}


@dataclass(frozen=True, slots=True)
class Account:
    """A user's account on a venue. `venue` is unique, so `account_id` equals it for every venue of this issue."""

    account_id: str
    venue: str
    name: str
    mode: AccountMode
    quote: str
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def exchange(self) -> str:
        """The exchange on whose present market it trades, live or on paper; "" for any other market."""
        return self.setting("exchange") or self.setting("feed").rpartition(":")[2]

    @property
    def leverage(self) -> int:
        """What the trader wants of a futures account; 1 elsewhere, and where nothing was said."""
        text = self.setting("leverage", "1")
        return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else 1

    @property
    def symbols(self) -> tuple[str, ...]:
        """The instruments that a live account trades, BASE/QUOTE each; () where its venue alone says so."""
        return tuple(symbol.strip() for symbol in self.setting("symbols").split(",") if symbol.strip())

    def trades(self, symbol: str) -> bool:
        """Whether bots may trade this instrument on it."""
        return not self.symbols or symbol in self.symbols

    def with_symbols(self, symbols: Iterable[str]) -> "Account":
        """The same account with other instruments."""
        kept = [pair for pair in self.settings if pair[0] != "symbols"]
        return replace(self, settings=tuple(sorted([*kept, ("symbols", ",".join(symbols))])))

    def setting(self, name: str, default: str = "") -> str:
        """One setting by name, or `default`."""
        return dict(self.settings).get(name, default)
