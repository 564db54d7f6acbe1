"""One ticker a minute of market time, for each instrument."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.market import Quote
from engine.ticker_sampler import TickerSampler

START = datetime(2026, 1, 1, tzinfo=UTC)


def quote(symbol: str, second: int) -> Quote:
    return Quote("v", symbol, Decimal(1), Decimal(2), START + timedelta(seconds=second))


def test_the_first_quote_of_each_minute_is_a_ticker() -> None:
    sampler = TickerSampler()
    due = [second for second in range(0, 200, 15) if sampler.is_due(quote("A/B", second))]
    assert due == [0, 60, 120, 180]


def test_instruments_do_not_share_their_minutes() -> None:
    sampler = TickerSampler()
    assert sampler.is_due(quote("A/B", 0))
    assert sampler.is_due(quote("C/D", 1))
    assert not sampler.is_due(quote("A/B", 2))
