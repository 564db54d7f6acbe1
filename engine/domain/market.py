"""What the market says: quotes, public trades, candles. All prices in quote, all quantities in base."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.order import Side


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and ask. `at` is the venue's time (virtual time on a replay)."""

    venue: str
    symbol: str
    bid: Decimal
    ask: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """Anyone's print. `side` is the taker's; `trade_id` is the venue's number of it, "" where it gives none."""

    venue: str
    symbol: str
    price: Decimal
    quantity: Decimal
    side: Side
    at: datetime
    trade_id: str = ""


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar. `opened_at` is its open time; series are display data, so doubles; volume in base.

    `vwap` is the volume-weighted price of its trades, None where the venue does not tell it.
    """

    venue: str
    symbol: str
    timeframe_s: int
    opened_at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float
    is_closed: bool = True
    vwap: float | None = None


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Levels of a book at an instant: (price, quantity), best first on both sides. A side may be empty."""

    venue: str
    symbol: str
    bids: tuple[tuple[Decimal, Decimal], ...]
    asks: tuple[tuple[Decimal, Decimal], ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Spread:
    """What the won market cost above the foreign one at an instant.

    `foreign_price` is in the foreign quote and `foreign_price_krw` the same in won. `spread_pct` is the premium in
    percent before, `net_spread_pct` after all costs; `back_...` the same of the way back. Prices are those at which
    `size` can be traded, `slippage_pct` is what that costs on both books, `funding_pct` what a long abroad pays a day.
    `fx_source` said the rate `fx_age_s` before `at`. None where it is not known.
    """

    symbol: str
    won_venue: str
    foreign_venue: str
    won_price: Decimal
    foreign_price: Decimal
    foreign_price_krw: Decimal
    spread_pct: Decimal
    net_spread_pct: Decimal
    is_opportunity: bool
    at: datetime
    back_spread_pct: Decimal | None = None
    back_net_spread_pct: Decimal | None = None
    size: Decimal | None = None
    slippage_pct: Decimal | None = None
    funding_pct: Decimal | None = None
    fx_source: str | None = None
    fx_age_s: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FxRate:
    """A rate as a source said it. `pair` names base and quote without a mark between: USDKRW is won for one dollar."""

    pair: str
    rate: Decimal
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FundingRate:
    """What longs pay shorts at `at`, as a fraction of the position; negative: shorts pay. `mark_price` in quote."""

    venue: str
    symbol: str
    rate: Decimal
    at: datetime
    mark_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class IndicatorValues:
    """Indicators of the bar that opened at `opened_at`: (name, value) as the table's columns name them."""

    venue: str
    symbol: str
    timeframe_s: int
    opened_at: datetime
    values: tuple[tuple[str, float], ...]


#: Everything that a history of the market can hold.
Recorded = Candle | Quote | OrderBook | PublicTrade | Spread | FxRate | FundingRate | IndicatorValues
