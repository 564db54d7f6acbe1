"""Numbers read as a trader writes them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.domain.phrases import UNKNOWN_BOT
from engine.domain.sentences import say
from gui import numbers
from gui.sentences import translate
from tests.support.views import instrument_of


@pytest.mark.parametrize(
    ("amount", "asset", "expected"),
    [
        ("12345678.9", "KRW", "12,345,679"),
        ("1000", "KRW", "1,000"),
        ("999.994", "KRW", "999.99"),
        ("604.656", "KRW", "604.66"),
        ("-1234567.4", "KRW", "\u22121,234,567"),
        ("0.1234567", "BTC", "0.12345670"),
        ("97412.355", "USDT", "97,412.36"),
        ("0", "KRW", "0.00"),
    ],
)
def test_amounts(amount: str, asset: str, expected: str) -> None:
    assert numbers.money(Decimal(amount), asset) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("67658", "+67,658 KRW"), ("-3.2", "\u22123.20 KRW"), ("0", "0.00 KRW"), ("-0.001", "0.00 KRW")],
)
def test_a_pnl_carries_its_sign_and_nothing_has_none(amount: str, expected: str) -> None:
    assert numbers.money_with_asset(Decimal(amount), "KRW", signed=True) == expected


def test_prices_and_quantities_follow_the_venues_increments() -> None:
    coin = instrument_of("paper:1", "BTC/USDT", "0.01")
    assert numbers.price(Decimal("97412.3"), coin) == "97,412.30"
    assert numbers.quantity(Decimal("0.5"), coin) == "0.5000"
    assert numbers.price(Decimal("812.0"), instrument_of()) == "812"
    assert numbers.price(None, coin) == numbers.NOTHING


def test_the_exact_value_has_every_digit_and_no_exponent() -> None:
    assert numbers.exact(Decimal("0.00000001")) == "0.00000001"
    assert numbers.exact(Decimal("604.65600")) == "604.656"
    assert numbers.exact(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.4, "0 s"), (59.9, "59 s"), (95, "1 min"), (7300, "2 h"), (172800, "2 d")]
)
def test_ages_in_the_largest_unit_that_says_enough(seconds: float, expected: str) -> None:
    assert numbers.age(seconds) == expected


def test_instants_stand_in_local_time() -> None:
    at = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
    assert numbers.instant(at) == at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    assert numbers.instant(None) == numbers.NOTHING


def test_a_sentence_without_translation_is_english() -> None:
    assert translate(say(UNKNOWN_BOT, bot="x1")) == "This desk runs no bot x1."


def test_a_quantity_loses_decimals_before_it_loses_its_meaning() -> None:
    market = instrument_of()
    whole = numbers.quantity(Decimal("0.0337"), market)
    assert numbers.quantity_within(Decimal("0.0337"), market, lambda text: True) == whole
    assert numbers.quantity_within(Decimal("0.0337"), market, lambda text: len(text) <= 4) == "0.03"
    assert numbers.quantity_within(Decimal("0.0337"), market, lambda text: len(text) <= 3) == ""
