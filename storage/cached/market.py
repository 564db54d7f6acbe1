"""Last values of markets: tickers, order books, candles, FX rates, spreads. For looking; nobody trades on them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.market import Candle
from storage import cache_keys
from storage.cache_keys import CacheKey
from storage.cache_operations import Put, SharedCache
from storage.cached.values import packed, unpacked

#: Levels of an order book that are kept on each side.
MOST_LEVELS = 50

Levels = tuple[tuple[Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Ticker:
    """Prices in quote; `at` is the venue's time."""

    bid: Decimal
    ask: Decimal
    last: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderBook:
    """(price, quantity) from the best on; `at` is the venue's time."""

    bids: Levels
    asks: Levels
    at: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """A candle of `storage.cache_keys.CANDLE`, whose key says which one."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    is_closed: bool


@dataclass(frozen=True, slots=True)
class FxRate:
    """`rate` is quote for one base: won for one dollar in USDKRW. `source` says who says so."""

    rate: Decimal
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SpreadSnapshot:
    """Percents; `net_spread_pct` is after costs."""

    spread_pct: Decimal
    net_spread_pct: Decimal
    is_opportunity: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class HourlySpread:
    """Averages and extremes of one hour, in percent."""

    avg_spread_pct: Decimal
    avg_net_spread_pct: Decimal
    max_spread_pct: Decimal
    min_spread_pct: Decimal


def ticker_key(venue: str, symbol: str, own_of: int | None = None) -> CacheKey:
    """`own_of` is the user whose replayed or simulated market it is; None is a market that all see."""
    if own_of is None:
        return cache_keys.TICKER.of(venue=venue, symbol=symbol)
    return cache_keys.OWN_TICKER.of(user_id=own_of, venue=venue, symbol=symbol)


def candle_key(venue: str, symbol: str, timeframe_s: int, opened_at: datetime) -> CacheKey:
    return cache_keys.CANDLE.of(
        venue=venue, symbol=symbol, timeframe=timeframe_s, timestamp=int(opened_at.timestamp())
    )  # fmt: skip


def candle_change(candle: Candle) -> Put:
    """A candle as it is now."""
    bar = Bar(candle.open, candle.high, candle.low, candle.close, candle.volume, candle.is_closed)
    return Put(candle_key(candle.venue, candle.symbol, candle.timeframe_s, candle.opened_at), packed(bar))


class MarketCache:
    """Setters forget what cannot be kept; getters find None for what is not there, too old, or not such a value."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    async def set_ticker(self, venue: str, symbol: str, ticker: Ticker, own_of: int | None = None) -> None:
        await self._cache.apply(Put(ticker_key(venue, symbol, own_of), packed(ticker)))

    async def get_ticker(self, venue: str, symbol: str, own_of: int | None = None) -> Ticker | None:
        ticker = unpacked(Ticker, await self._cache.value(ticker_key(venue, symbol, own_of)))
        return ticker if ticker is not None and min(ticker.bid, ticker.ask, ticker.last) > 0 else None

    async def set_order_book(self, venue: str, symbol: str, book: OrderBook) -> None:
        """The best levels of each side."""
        kept = OrderBook(book.bids[:MOST_LEVELS], book.asks[:MOST_LEVELS], book.at)
        await self._cache.apply(Put(cache_keys.ORDERBOOK.of(venue=venue, symbol=symbol), packed(kept)))

    async def get_order_book(self, venue: str, symbol: str) -> OrderBook | None:
        key = cache_keys.ORDERBOOK.of(venue=venue, symbol=symbol)
        book = unpacked(OrderBook, await self._cache.value(key))
        return book if book is not None and all(min(level) > 0 for level in book.bids + book.asks) else None

    async def set_candle(self, candle: Candle) -> None:
        await self._cache.apply(candle_change(candle))

    async def get_candle(self, venue: str, symbol: str, timeframe_s: int, opened_at: datetime) -> Candle | None:
        bar = unpacked(Bar, await self._cache.value(candle_key(venue, symbol, timeframe_s, opened_at)))
        if bar is None:
            return None
        return Candle(
            venue, symbol, timeframe_s, opened_at, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.is_closed
        )  # fmt: skip

    async def set_fx_rate(self, pair: str, rate: FxRate) -> None:
        """`pair` as in USDKRW, in any case."""
        await self._cache.apply(Put(cache_keys.FX_RATE.of(pair=pair.lower()), packed(rate)))

    async def get_fx_rate(self, pair: str) -> FxRate | None:
        rate = unpacked(FxRate, await self._cache.value(cache_keys.FX_RATE.of(pair=pair.lower())))
        return rate if rate is not None and rate.rate > 0 else None

    async def set_spread_snapshot(self, symbol: str, spread: SpreadSnapshot) -> None:
        await self._cache.apply(Put(cache_keys.SPREAD_LAST.of(symbol=symbol), packed(spread)))

    async def get_spread_snapshot(self, symbol: str) -> SpreadSnapshot | None:
        return unpacked(SpreadSnapshot, await self._cache.value(cache_keys.SPREAD_LAST.of(symbol=symbol)))

    async def set_hourly_spread(self, hour: datetime, spread: HourlySpread) -> None:
        key = cache_keys.HOURLY_SPREAD.of(hour=cache_keys.hour_part(hour))
        await self._cache.apply(Put(key, packed(spread)))

    async def get_hourly_spread(self, hour: datetime) -> HourlySpread | None:
        key = cache_keys.HOURLY_SPREAD.of(hour=cache_keys.hour_part(hour))
        return unpacked(HourlySpread, await self._cache.value(key))
