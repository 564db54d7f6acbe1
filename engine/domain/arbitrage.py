"""Values of a two-leg bot: what the trader asks for, its positions, and each leg from theory to what was filled."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.market import FxRate
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.domain.premium import Direction


class Ways(StrEnum):
    """In which directions the bot may enter."""

    SELL_HOME = "sell_home"
    BUY_HOME = "buy_home"
    BOTH = "both"


class LegStyle(StrEnum):
    """TAKER_TAKER sends both legs at once. MAKER_TAKER rests the home leg and hedges abroad what is filled of it."""

    TAKER_TAKER = "taker_taker"
    MAKER_TAKER = "maker_taker"


class ImbalancePolicy(StrEnum):
    """When the legs differ for too long or by too much: fill the leg that lacks, or take the other one back."""

    COMPLETE = "complete"
    UNWIND = "unwind"


@dataclass(frozen=True, slots=True)
class ArbitrageConfig:
    """What the trader asks for. `size` in base, per entry; values in the home quote; percents of the converted price.

    The bot's own account is the home leg, `hedge_account_id` with `hedge_symbol` the foreign one. It enters where the
    net premium (`Premium.net_pct`) of a direction is at least `entry_pct`, again for each further `entry_step_pct`
    above it, at most `max_positions` times and `max_value` in all, `confirmations` times in a row and not within
    `cooldown_s` of the last entry. It closes where the premium of the way back is at most `exit_pct` for SELL_HOME (at
    least -`exit_pct` for BUY_HOME). Nothing is decided on books older than `max_book_age_s` or a rate older than
    `max_fx_age_s`, nor where either book holds less than `size` x `min_depth` within `max_slippage_pct`. Legs are
    limit orders `max_slippage_pct` behind the theoretical price; what is unfilled after `leg_timeout_s` is taken back.
    The legs may differ by `max_imbalance_value` for `max_imbalance_s`; beyond either `policy` acts.
    """

    hedge_account_id: str
    hedge_symbol: str
    size: Decimal
    entry_pct: Decimal
    exit_pct: Decimal
    fx_pair: str
    fx_source: str
    ways: Ways = Ways.SELL_HOME
    style: LegStyle = LegStyle.TAKER_TAKER
    entry_step_pct: Decimal = ZERO
    max_positions: int = 1
    max_value: Decimal | None = None
    cooldown_s: Decimal = Decimal(10)
    confirmations: int = 2
    min_depth: Decimal = Decimal(2)
    max_slippage_pct: Decimal = Decimal("0.2")
    max_book_age_s: Decimal = Decimal(2)
    max_fx_age_s: Decimal = Decimal(10)
    leg_timeout_s: Decimal = Decimal(2)
    max_imbalance_value: Decimal = Decimal(50_000)
    max_imbalance_s: Decimal = Decimal(5)
    policy: ImbalancePolicy = ImbalancePolicy.COMPLETE
    hold_days: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class HedgeConfig:
    """Settings of the foreign half of a two-leg bot: whose half it is. All else is in that bot's own settings."""

    pair_bot_id: str


class PairStage(StrEnum):
    """Where a position stands. UNWINDING: an entry that did not come together is taken back. CLOSED is final."""

    ENTERING = "entering"
    OPEN = "open"
    EXITING = "exiting"
    UNWINDING = "unwinding"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry or an exit. Quantities in base; `value` and `fee` (at its worth) in the leg's own quote.

    `theoretical_price` is the executable price at the decision. `filled` and `value` sum the fills of all its orders
    on this side, and may so exceed `quantity` where a leg was taken back and sent again. `fee_base` is what of the fees
    was taken in base, in base, and `fee_paid` what of `fee` is not that: the quote, or the worth of another asset, that
    left the account.
    """

    side: Side
    quantity: Decimal
    theoretical_price: Decimal
    filled: Decimal = ZERO
    value: Decimal = ZERO
    fee: Decimal = ZERO
    fee_base: Decimal = ZERO
    fee_paid: Decimal = ZERO

    @property
    def cash(self) -> Decimal:
        """The quote that its fills brought, after fees that were not taken in base; negative is paid."""
        return (-self.value if self.side is Side.BUY else self.value) - self.fee_paid

    @property
    def base(self) -> Decimal:
        """The base that its fills brought, after fees taken in it; negative was sold."""
        return (self.filled if self.side is Side.BUY else -self.filled) - self.fee_base

    @property
    def effective_price(self) -> Decimal | None:
        """The average price of its fills, None before the first."""
        return self.value / self.filled if self.filled else None

    @property
    def slippage_bps(self) -> Decimal | None:
        """How much worse than in theory, in hundredths of a percent; negative is better. None before the first fill."""
        if self.effective_price is None:
            return None
        worse = self.effective_price - self.theoretical_price
        return (worse if self.side is Side.BUY else -worse) / self.theoretical_price * 10_000


@dataclass(frozen=True, slots=True)
class Legs:
    """Both sides of an entry or an exit, with the rate and the premium at which it was decided."""

    home: Leg
    foreign: Leg
    rate: FxRate | None
    premium_pct: Decimal
    net_pct: Decimal
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class TwoLegPosition:
    """One position of a two-leg bot, from its decision to its close. `position_id` is unique for ever.

    `size` in base is what the entry aimed at. `exit` sums every order that takes the position back, whatever the cause;
    `pnl` is in the home quote after all fees and funding, at the rates of entry and exit, None until it is CLOSED;
    `pnl_pct` is of the entry's value at home. `funding` is in the foreign quote, positive came in. `imbalance_since` is
    when the legs last began to differ by more than the venues' smallest orders, None while they do not.
    """

    position_id: str
    bot_id: str
    number: int
    direction: Direction
    size: Decimal
    stage: PairStage
    entry: Legs
    exit: Legs | None = None
    funding: Decimal = ZERO
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    imbalance_since: datetime | None = None
    pnl: Decimal | None = None
    pnl_pct: Decimal | None = None
