"""A premium from two books and a rate, worked out by hand; and what may stand on the list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.domain import live_phrases, premium_phrases
from engine.domain.market import FxRate
from engine.domain.money import install_decimal_context
from engine.domain.premium import Costs, Pair
from engine.domain.watching import WatchedPair
from engine.spreads.list_rules import refusals_of
from engine.spreads.reckoning import LegBook, reckon

D = Decimal
AT = datetime(2026, 3, 1, tzinfo=UTC)
PAIR = Pair("upbit", "ABC/KRW", "binanceusdm", "ABC/USDT", "USDTKRW")
#: 3 base for 2,020 and 2,010 won at home, for 1.00 and 1.10 dollars abroad; a won rate of 1,600.
HOME = LegBook(
    "upbit", "ABC/KRW", ((D(2020), D(1)), (D(2010), D(9))), ((D(2040), D(2)), (D(2070), D(9))),
    AT + timedelta(seconds=2),
)  # fmt: skip
FOREIGN = LegBook("binanceusdm", "ABC/USDT", ((D("0.98"), D(3)),), ((D(1), D(1)), (D("1.1"), D(1))), AT)
RATE = FxRate("USDTKRW", D(1600), "upbit", AT)
WATCHED = WatchedPair(PAIR, size=D(2))


@pytest.fixture(autouse=True)
def _decimals() -> None:
    install_decimal_context()


def test_both_directions_are_worked_out_from_prices_at_which_the_size_can_be_traded() -> None:
    costs = Costs(D("0.0005"), D("0.001"), D("0.0003"), D(2))
    found = reckon(WATCHED, HOME, FOREIGN, RATE, costs)
    assert found.trouble is None
    sell, buy = found.sell, found.buy
    assert sell is not None
    assert buy is not None
    # Sold at home: (2,020 + 2,010) / 2; bought abroad: (1.0 + 1.1) / 2 = 1.05, which is 1,680 won.
    assert (sell.home.price, sell.foreign.price, sell.foreign_price_home) == (D(2015), D("1.05"), D(1680))
    # (2,015 - 1,680) / 1,680
    assert sell.premium_pct == pytest.approx(D("19.940476"), abs=D("1e-6"))
    # 0.05 % of 2,015 and 0.1 % of 1,680, in percent of 1,680.
    assert sell.fees_pct == pytest.approx(D("0.05997024") + D("0.1"), abs=D("1e-6"))
    # A long abroad pays 0.03 % a day, for two days.
    assert sell.funding_pct == D("0.06")
    assert sell.net_pct == pytest.approx(sell.premium_pct - sell.fees_pct - sell.funding_pct, abs=D("1e-20"))
    # 5 won of 2,020, and 0.05 of 1.
    assert sell.slippage_pct == pytest.approx(D("0.24752475") + 5, abs=D("1e-6"))
    # Bought at home at 2,040, sold abroad at 0.98, which is 1,568 won; a short is paid.
    assert (buy.home.price, buy.foreign.price, buy.funding_pct) == (D(2040), D("0.98"), D("-0.06"))
    assert buy.premium_pct == pytest.approx(D("30.102041"), abs=D("1e-6"))
    assert buy.net_pct == pytest.approx(-buy.premium_pct - buy.fees_pct - buy.funding_pct, abs=D("1e-20"))
    # The older leg says how old it is.
    assert sell.at == AT


def test_a_value_becomes_a_size_at_the_middle_of_the_home_book() -> None:
    # The middle is 2,030; 4,060 won are two.
    found = reckon(WatchedPair(PAIR, value=D(4060)), HOME, FOREIGN, RATE, Costs(D(0), D(0)))
    assert found.sell is not None
    assert found.sell.size == D(2)


def test_what_is_too_thin_is_said_and_the_other_direction_stands() -> None:
    found = reckon(replace(WATCHED, size=D("2.5")), HOME, FOREIGN, RATE, Costs(D(0), D(0)))
    assert found.sell is None
    assert found.buy is not None
    assert found.trouble is not None
    assert found.trouble.template == premium_phrases.BOOK_THIN
    assert dict(found.trouble.arguments)["exchange"] == "binanceusdm"


def test_two_markets_of_one_quote_need_no_rate() -> None:
    pair = Pair("upbit", "ABC/KRW", "bithumb", "ABC/KRW", "")
    other = LegBook("bithumb", "ABC/KRW", ((D(1990), D(9)),), ((D(2000), D(9)),), AT)
    found = reckon(WatchedPair(pair, size=D(1)), HOME, other, None, Costs(D(0), D(0)))
    assert found.sell is not None
    assert (found.sell.premium_pct, found.sell.rate) == (D(1), None)


@pytest.mark.parametrize(
    ("change", "field", "template"),
    [
        ({"pair": replace(PAIR, home_venue="mtgox")}, "home_venue", premium_phrases.PAIR_UNKNOWN_EXCHANGE),
        ({"pair": replace(PAIR, foreign_symbol="abc")}, "foreign_symbol", live_phrases.SYMBOLS_BAD),
        ({"pair": replace(PAIR, foreign_symbol="XYZ/USDT")}, "foreign_symbol", premium_phrases.PAIR_BASES),
        ({"pair": replace(PAIR, fx_pair="")}, "fx_pair", premium_phrases.PAIR_RATE_MISSING),
        ({"pair": replace(PAIR, fx_pair="USDTJPY")}, "fx_pair", premium_phrases.PAIR_RATE_MISSING),
        (
            {"pair": Pair("upbit", "ABC/KRW", "upbit", "ABC/KRW", "")},
            "foreign_venue",
            premium_phrases.PAIR_SAME,
        ),
        ({"fx_source": "my uncle"}, "fx_source", premium_phrases.RATE_SOURCE_UNKNOWN),
        ({"size": None}, "size", premium_phrases.SIZE_MISSING),
        ({"value": D(5)}, "value", premium_phrases.PAIR_SIZE_BOTH),
        ({"size": D(0)}, "size", premium_phrases.PAIR_SIZE_BAD),
        ({"size": D("NaN")}, "size", premium_phrases.PAIR_SIZE_BAD),
        ({"home_fee": D(1)}, "home_fee", premium_phrases.PAIR_FEE_BAD),
        ({"foreign_fee": D("-0.1")}, "foreign_fee", premium_phrases.PAIR_FEE_BAD),
        ({"hold_days": D(-1)}, "hold_days", premium_phrases.PAIR_DAYS_BAD),
        ({"record_every_s": D("0.01")}, "record_every_s", premium_phrases.PAIR_PACE_BAD),
    ],
)
def test_what_may_not_stand_on_the_list_is_refused_beside_its_field(
    change: dict[str, object], field: str, template: str
) -> None:
    assert refusals_of(WATCHED) == []
    refusals = refusals_of(replace(WATCHED, **change))  # type: ignore[arg-type]
    assert [(refusal.field, refusal.sentence.template) for refusal in refusals] == [(field, template)]
    assert "{" not in str(refusals[0])
