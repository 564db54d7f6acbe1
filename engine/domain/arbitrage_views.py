"""What the engine shows of premiums and two-leg bots: immutable, read at the window's own pace."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.arbitrage import TwoLegPosition
from engine.domain.market import FxRate
from engine.domain.money import ZERO
from engine.domain.premium import Pair, Premium
from engine.domain.sentences import Sentence


@dataclass(frozen=True, slots=True)
class PremiumView:
    """One row of the spread board. `sell` and `buy` are the two directions, None where `trouble` says why not.

    `received_at_s` is the monotonic clock at the last book of either leg; `home_last` and `foreign_last` are the
    middles of the books. `notes` are what the exchanges say beside prices: wallets that are closed, a delisting.
    `is_opportunity`: the better direction brings what the trader calls one. `funding_day_pct` is what a long abroad
    pays a day, in percent (negative: is paid), None where the foreign market has no funding or does not tell it.
    """

    pair: Pair
    sell: Premium | None
    buy: Premium | None
    trouble: Sentence | None
    home_last: Decimal | None
    foreign_last: Decimal | None
    received_at_s: float
    notes: tuple[Sentence, ...] = ()
    is_opportunity: bool = False
    funding_day_pct: Decimal | None = None

    @property
    def best(self) -> Premium | None:
        """The direction that brings more."""
        if self.sell is None or self.buy is None:
            return self.sell or self.buy
        return self.sell if self.sell.net_pct >= self.buy.net_pct else self.buy


@dataclass(frozen=True, slots=True)
class FxView:
    """A source of a rate: what it said last and when it was heard (monotonic); `trouble` why it says nothing now."""

    rate: FxRate | None
    pair: str
    source: str
    received_at_s: float
    trouble: Sentence | None = None


@dataclass(frozen=True, slots=True)
class TwoLegView:
    """A position that is not closed. Values in the home quote: `pnl_now` at the middles, `pnl_if_closed` at the books
    for its size after fees (None while a book or the rate is missing); `imbalance` is the home value by which the legs
    differ, positive where more was bought than sold, since `imbalance_since`.
    """

    position: TwoLegPosition
    pnl_now: Decimal | None
    pnl_if_closed: Decimal | None
    imbalance: Decimal = ZERO
    imbalance_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArbitrageView:
    """A two-leg bot beside its `BotView`s: `bot_id` of the home leg, `hedge_bot_id` of the foreign one.

    `premiums` are the directions it looks at now; `waits` is why it does not enter now, None where it may.
    """

    bot_id: str
    hedge_bot_id: str
    positions: tuple[TwoLegView, ...]
    premiums: tuple[Premium, ...]
    waits: Sentence | None


@dataclass(frozen=True, slots=True)
class PremiumsView:
    """The spread desk: rows of the board, rates by source, and why it does not work where it does not."""

    rows: tuple[PremiumView, ...] = ()
    rates: tuple[FxView, ...] = ()
    trouble: Sentence | None = None


NO_PREMIUMS = PremiumsView()
