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
    """Anyone's print. `side` is the taker's."""

    venue: str
    symbol: str
    price: Decimal
    quantity: Decimal
    side: Side
    at: datetime


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar. `opened_at` is its open time; series are display data, so doubles; volume in base."""

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
