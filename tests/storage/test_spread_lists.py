"""What the cache is told of premiums: rates, the last of each symbol, the present hour; the keys are the customer's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.arbitrage_views import FxView, PremiumsView, PremiumView
from engine.domain.market import FxRate
from engine.domain.premium import Direction, Executable, Pair, Premium
from storage.cache import ProcessCache
from storage.cached.market import MarketCache
from storage.spread_lists import RATE_AGAIN_S, SPREAD_AGAIN_S, SpreadLists

D = Decimal
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
RATE = FxRate("USDTKRW", D("1380.5"), "upbit", AT)


def row(base: str, premium: str, net: str, foreign: str = "binance") -> PremiumView:
    pair = Pair("upbit", f"{base}/KRW", foreign, f"{base}/USDT", "USDTKRW")
    at = Executable(D(1), D(1), D(1))
    told = Premium(
        pair, Direction.SELL_HOME, D(1), at, at, D(1380), RATE, D(premium), D(net), D("0.2"), D(0), D(0), AT, AT
    )  # fmt: skip
    return PremiumView(pair, told, None, None, D(1), D(1), 1.0, is_opportunity=D(net) > 1)


async def test_rates_premiums_and_the_hour_stand_under_the_customers_keys() -> None:
    now = [AT]
    lists, cache = SpreadLists(lambda: now[0]), ProcessCache()
    market = MarketCache(cache)
    rows = (row("BTC", "2.5", "2"), row("BTC", "1.5", "1", "okx"), row("ETH", "-1", "-1.5"))
    view = PremiumsView(rows, (FxView(RATE, "USDTKRW", "upbit", 1.0), FxView(None, "USDTKRW", "static", 0.0)))
    assert await cache.apply(*lists.changes(view, 100.0))
    rate = await market.get_fx_rate("USDTKRW")
    assert rate is not None
    assert (rate.rate, rate.source, rate.at) == (D("1380.5"), "upbit", AT)
    best = await market.get_spread_snapshot("BTC")
    assert best is not None
    assert (best.spread_pct, best.net_spread_pct, best.is_opportunity) == (D("2.5"), D(2), True)
    assert (await market.get_spread_snapshot("ETH")) is not None
    hour = await market.get_hourly_spread(AT)
    assert hour is not None
    assert (hour.avg_spread_pct, hour.max_spread_pct, hour.min_spread_pct) == (D(1), D("2.5"), D(-1))
    assert hour.avg_net_spread_pct == D("0.5")
    # Nothing new, and nothing that ends soon.
    assert lists.changes(view, 100.1) == []
    assert [change.key.name for change in lists.changes(view, 100.2 + RATE_AGAIN_S)] == ["fx:usdtkrw"]
    assert len(lists.changes(view, 100.0 + SPREAD_AGAIN_S)) == 3
    # A new hour begins anew.
    now[0] = AT + timedelta(hours=1)
    later = replace(view, rows=(row("BTC", "4", "3"),))
    assert await cache.apply(*lists.changes(later, 200.0))
    hour = await market.get_hourly_spread(now[0])
    assert hour is not None
    assert hour.avg_spread_pct == D(4)
    # Emptied: all is told again.
    lists.forget()
    assert len(lists.changes(later, 200.1)) == 3
