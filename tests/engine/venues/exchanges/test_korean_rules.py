"""The steps of Upbit's and Bithumb's markets, against numbers written by hand from the exchange's page."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.domain.instrument import FeeAsset, PriceBand
from engine.venues.exchanges.korean_rules import EXACT, TABLE_SINCE, Chance, anchored, bands_of, rules_from

TODAY = datetime(2026, 11, 29, tzinfo=UTC)
CHANCE = Chance(True, Decimal("0.0004"), Decimal("0.0005"), Decimal(5000), None)

#: (market, price, step). docs.upbit.com/kr/docs/krw-market-info: each band at its first and last price.
DOCUMENTED = [
    ("BTC/KRW", "151000000", "1000"), ("BTC/KRW", "1000000", "1000"), ("BTC/KRW", "999500", "500"),
    ("BTC/KRW", "500000", "500"), ("BTC/KRW", "499900", "100"), ("BTC/KRW", "100000", "100"),
    ("BTC/KRW", "99950", "50"), ("BTC/KRW", "50000", "50"), ("BTC/KRW", "49990", "10"), ("BTC/KRW", "10000", "10"),
    ("XRP/KRW", "9995", "5"), ("XRP/KRW", "5000", "5"), ("XRP/KRW", "4999", "1"), ("XRP/KRW", "1000", "1"),
    ("XRP/KRW", "999", "1"), ("XRP/KRW", "100", "1"), ("XRP/KRW", "99.9", "0.1"), ("XRP/KRW", "10", "0.1"),
    ("XRP/KRW", "9.99", "0.01"), ("XRP/KRW", "1", "0.01"), ("XRP/KRW", "0.999", "0.001"), ("XRP/KRW", "0.1", "0.001"),
    ("XRP/KRW", "0.0999", "0.0001"), ("XRP/KRW", "0.01", "0.0001"), ("XRP/KRW", "0.00999", "0.00001"),
    ("XRP/KRW", "0.001", "0.00001"), ("XRP/KRW", "0.000999", "0.000001"), ("XRP/KRW", "0.0001", "0.000001"),
    ("XRP/KRW", "0.0000999", "0.0000001"), ("XRP/KRW", "0.00001", "0.0000001"), ("XRP/KRW", "0.00000999", "0.00000001"),
    ("USDT/KRW", "1450.5", "0.5"), ("USDT/KRW", "1000", "0.5"), ("USDT/KRW", "9999.5", "0.5"),
    ("USDT/KRW", "10000", "10"), ("USDT/KRW", "999", "1"), ("USDC/KRW", "1450.5", "0.5"),
    ("ETH/BTC", "0.03141592", "0.00000001"),
    ("XRP/USDT", "10", "0.01"), ("XRP/USDT", "2.345", "0.001"), ("XRP/USDT", "0.1234", "0.0001"),
    ("XRP/USDT", "0.01234", "0.00001"), ("XRP/USDT", "0.001234", "0.000001"), ("XRP/USDT", "0.0001234", "0.0000001"),
    ("XRP/USDT", "0.00001234", "0.00000001"),
]  # fmt: skip


@pytest.mark.parametrize(("symbol", "price", "step"), DOCUMENTED)
def test_the_step_of_every_band(symbol: str, price: str, step: str) -> None:
    base, quote = symbol.split("/")
    rules = rules_from(CHANCE, bands_of(base, quote), Decimal(price), Decimal(step), today=TODAY, money_increment=EXACT)
    assert rules.price_increment(Decimal(price)) == Decimal(step)
    assert rules.is_price_allowed(Decimal(price))
    assert not rules.is_price_allowed(Decimal(price) + Decimal(step) / 2)
    assert rules.effective_from == TABLE_SINCE, "the exchange says the same"


def test_fees_and_minimum_are_those_of_the_account() -> None:
    rules = rules_from(CHANCE, bands_of("BTC", "KRW"), None, None, today=TODAY, money_increment=EXACT)
    assert (rules.maker_fee, rules.taker_fee) == (Decimal("0.0004"), Decimal("0.0005"))
    assert (rules.min_notional, rules.fee_asset) == (Decimal(5000), FeeAsset.QUOTE)
    assert rules.fee(Decimal("7394.19175"), rules.taker_fee) == Decimal("3.697095875"), "never rounded"


def test_what_the_exchange_says_now_wins_from_today() -> None:
    rules = rules_from(CHANCE, bands_of("XRP", "KRW"), Decimal(3000), Decimal(5), today=TODAY, money_increment=EXACT)
    assert rules.effective_from == TODAY
    steps = [rules.price_increment(Decimal(price)) for price in ("50", "150", "3000", "7000", "20000")]
    assert steps == [Decimal("0.1"), 5, 5, 5, 10]


def test_a_finer_step_holds_where_it_was_said() -> None:
    rules = rules_from(
        CHANCE, bands_of("XRP", "KRW"), Decimal(7000), Decimal("0.5"), today=TODAY, money_increment=EXACT
    )
    assert [rules.price_increment(Decimal(price)) for price in ("3000", "7000", "20000")] == [1, Decimal("0.5"), 10]


def test_a_coarser_step_reaches_as_far_up_as_it_is_the_coarser_one() -> None:
    bands = anchored(bands_of("XRP", "KRW"), Decimal(3000), Decimal(50))
    assert [band.increment for band in bands if band.from_price >= 100] == [50, 50, 50, 50, 100, 500, 1000]


def test_without_a_price_the_table_is_all_there_is() -> None:
    table = (PriceBand(Decimal(0), Decimal(1)),)
    assert anchored(table, None, Decimal(5)) == table
    assert anchored(table, Decimal(5), None) == table
