"""What may be asked of two-leg bots, what they are told beside prices, and what is recorded of them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.arbitrage import ArbitrageConfig, TwoLegPosition


@dataclass(frozen=True, slots=True)
class AddArbitrage:
    """Add a two-leg bot. `bot_id` trades the home leg on `account_id`, `hedge_bot_id` the foreign one; both are new.

    Allocations are percents of each account's equity, None: what `max_value` comes to there.
    """

    bot_id: str
    hedge_bot_id: str
    name: str
    account_id: str
    symbol: str
    config: ArbitrageConfig
    allocation_percent: Decimal | None = None
    hedge_allocation_percent: Decimal | None = None
    start: bool = False
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class EditArbitrage:
    """New settings; positions that are open go on under them. The bot keeps its accounts and symbols."""

    bot_id: str
    config: ArbitrageConfig
    name: str = ""


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """Close one open position at the book now, whatever the premium is."""

    bot_id: str
    position_id: str


ArbitrageCommand = AddArbitrage | EditArbitrage | ClosePosition


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """What an exchange says about an instrument of a venue beside its prices; None where it does not tell.

    `is_trading`: orders are taken. Deposits and withdrawals are those of its base. `notice` is its own word on why not,
    or that it is about to be delisted; "" when there is none. `daily_funding` is what a long of a future pays a day, as
    a fraction of its value; negative: is paid.
    """

    venue: str
    symbol: str
    is_trading: bool | None
    can_deposit: bool | None
    can_withdraw: bool | None
    is_delisting: bool
    notice: str
    at: datetime
    daily_funding: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ClockTicked:
    """Time went on. Told while two-leg bots have work, because they count seconds in which nothing else may happen."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TwoLegRecorded:
    """Insert or update a position by position_id."""

    position: TwoLegPosition
