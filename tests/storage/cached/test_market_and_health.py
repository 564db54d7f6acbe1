"""Last values of markets, heartbeats and metrics: what was put is found, what is none is not."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.domain.market import Candle
from storage import cache_keys
from storage.cache_keys import CacheKey
from storage.cache_operations import Put, SharedCache
from storage.cached.health import COLLECTOR, DailyPnl, DayResult, HealthCache, daily_pnl_change, desk_heartbeat_change
from storage.cached.market import FxRate, HourlySpread, MarketCache, OrderBook, SpreadSnapshot, Ticker
from storage.cached.values import packed, unpacked

AT = datetime(2025, 11, 15, 3, 40, 15, tzinfo=UTC)
D = Decimal
TICKER = Ticker(D("811.5"), D(812), D("811.5"), AT)


async def test_a_ticker(cache: SharedCache) -> None:
    markets = MarketCache(cache)
    await markets.set_ticker("upbit", "BTC/KRW", TICKER)
    assert await markets.get_ticker("upbit", "BTC/KRW") == TICKER
    assert await markets.get_ticker("upbit", "ETH/KRW") is None


async def test_an_own_market_is_its_users_alone(cache: SharedCache) -> None:
    markets = MarketCache(cache)
    await markets.set_ticker("simulated:demo", "BTC/KRW", TICKER, own_of=1)
    assert await markets.get_ticker("simulated:demo", "BTC/KRW", own_of=1) == TICKER
    assert await markets.get_ticker("simulated:demo", "BTC/KRW", own_of=2) is None
    assert await markets.get_ticker("simulated:demo", "BTC/KRW") is None


async def test_an_order_book_keeps_its_best_levels(cache: SharedCache) -> None:
    markets = MarketCache(cache)
    levels = tuple((D(100 - at), D("0.5")) for at in range(80))
    await markets.set_order_book("upbit", "BTC/KRW", OrderBook(levels, levels[:1], AT))
    found = await markets.get_order_book("upbit", "BTC/KRW")
    assert found == OrderBook(levels[:50], levels[:1], AT)


async def test_a_candle(cache: SharedCache) -> None:
    candle = Candle("upbit", "BTC/KRW", 60, AT, 1.0, 3.0, 0.5, 2.0, 10.5, is_closed=False)
    markets = MarketCache(cache)
    await markets.set_candle(candle)
    assert await markets.get_candle("upbit", "BTC/KRW", 60, AT) == candle
    assert await markets.get_candle("upbit", "BTC/KRW", 180, AT) is None


async def test_rates_and_spreads(cache: SharedCache) -> None:
    markets = MarketCache(cache)
    rate = FxRate(D("1350.0"), "upbit", AT)
    await markets.set_fx_rate("USDKRW", rate)
    assert await markets.get_fx_rate("usdkrw") == rate
    spread = SpreadSnapshot(D("0.8"), D("0.5"), True, AT)
    await markets.set_spread_snapshot("BTC", spread)
    assert await markets.get_spread_snapshot("BTC") == spread
    hour = HourlySpread(D("0.8"), D("0.5"), D("1.2"), D("-0.1"))
    await markets.set_hourly_spread(AT, hour)
    assert await markets.get_hourly_spread(AT.replace(minute=59)) == hour
    assert await markets.get_hourly_spread(AT.replace(hour=4)) is None


async def test_hearts_beat(cache: SharedCache) -> None:
    health = HealthCache(cache)
    assert await health.get_health_heartbeat(COLLECTOR) is None
    await health.set_health_heartbeat(COLLECTOR, AT)
    assert await health.get_health_heartbeat(COLLECTOR) == AT
    await cache.apply(desk_heartbeat_change("desk-1", AT))
    assert await health.get_desk_heartbeat("desk-1") == AT
    assert await health.get_desk_heartbeat("desk-2") is None


async def test_a_days_result_is_one_desks(cache: SharedCache) -> None:
    result = DailyPnl((DayResult("paper:a", "KRW", D("10000604.656"), D("604.656")),))
    day = date(2025, 11, 15)
    await cache.apply(daily_pnl_change(1, "desk-1", day, result))
    health = HealthCache(cache)
    assert await health.get_daily_pnl(1, "desk-1", day) == result
    assert await health.get_daily_pnl(2, "desk-1", day) is None
    assert await health.get_daily_pnl(1, "desk-2", day) is None


GOOD = packed(TICKER)
LIES = {
    "no JSON": "lie",
    "nothing": "",
    "another value": '{"rate":"1350","source":"upbit","at":"2025-11-15T03:40:15+00:00"}',
    "a value of a newer version": GOOD[:-1] + ',"volume":"1"}',
    "a value of an older version": '{"bid":"811.5","ask":"812","at":"2025-11-15T03:40:15+00:00"}',
    "a number that is none": GOOD.replace('"811.5"', '"NaN"'),
    "an infinite number": GOOD.replace('"811.5"', '"Infinity"'),
    "a price of nothing": GOOD.replace('"811.5"', '"0"'),
    "a negative price": GOOD.replace('"811.5"', '"-811.5"'),
    "a float": GOOD.replace('"811.5"', "811.5"),
    "a list": "[1,2,3]",
    "a deep one": "[" * 100_000,
    "a long number": GOOD.replace('"812"', "9" * 50_000),
    "a day that is none": GOOD.replace("2025-11-15", "2025-11-32"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_is_no_ticker(cache: SharedCache, lie: str) -> None:
    await cache.apply(Put(cache_keys.TICKER.of(venue="upbit", symbol="BTC/KRW"), LIES[lie]))
    assert await MarketCache(cache).get_ticker("upbit", "BTC/KRW") is None


def reads(markets: MarketCache) -> dict[CacheKey, Callable[[], Awaitable[object]]]:
    return {
        cache_keys.ORDERBOOK.of(venue="v", symbol="s"): lambda: markets.get_order_book("v", "s"),
        cache_keys.CANDLE.of(venue="v", symbol="s", timeframe=60, timestamp=int(AT.timestamp())): (
            lambda: markets.get_candle("v", "s", 60, AT)
        ),
        cache_keys.FX_RATE.of(pair="usdkrw"): lambda: markets.get_fx_rate("USDKRW"),
        cache_keys.SPREAD_LAST.of(symbol="BTC"): lambda: markets.get_spread_snapshot("BTC"),
        cache_keys.HOURLY_SPREAD.of(hour="2025-11-15-03"): lambda: markets.get_hourly_spread(AT),
    }


# "another value" is a rate, and so no lie for one of these.
@pytest.mark.parametrize("lie", [*(name for name in LIES if name != "another value"), "a ticker"])
async def test_a_lie_is_nothing_else_either(cache: SharedCache, lie: str) -> None:
    for key, read in reads(MarketCache(cache)).items():
        await cache.apply(Put(key, LIES.get(lie, GOOD)))
        assert await read() is None, key


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_candle_with_a_number_that_is_none_is_none(value: float) -> None:
    candle = Candle("v", "s", 60, AT, value, 1.0, 1.0, 1.0, 1.0)
    assert unpacked(Candle, packed(candle)) is None
