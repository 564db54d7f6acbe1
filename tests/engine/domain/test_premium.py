"""The premium by hand: published numbers, books of several levels, both directions with fees and funding."""

from decimal import ROUND_HALF_UP, Decimal

import pytest

from engine.domain.premium import Costs, Direction, executable, net_pct, premium_pct

D = Decimal
NO_COSTS = Costs(D(0), D(0))


def rounded(value: Decimal, digits: str) -> Decimal:
    return value.quantize(D(digits), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("home", "foreign", "rate", "expected"),
    [
        ("4369000", "3928", "1134.8", "-1.98529"),
        ("107233000", "77974", "1384.23", "-0.64942"),
        ("107233000", "77974", "1375", "0.01749"),
        ("145000000", "105000", "1380", "0.06901"),
    ],
)
def test_premiums_that_others_published(home: str, foreign: str, rate: str, expected: str) -> None:
    """The second and third are one moment: against the dollar -0.65 %, against USDT bought for 1,375 won +0.02 %."""
    assert rounded(premium_pct(D(home), D(foreign), D(rate)), "0.00001") == D(expected)


def test_the_same_moment_has_two_premiums_of_opposite_signs_by_dollar_and_by_usdt() -> None:
    by_dollar = premium_pct(D(107_233_000), D(77_974), D("1384.23"))
    by_usdt = premium_pct(D(107_233_000), D(77_974), D(1375))
    assert (rounded(by_dollar, "0.01"), rounded(by_usdt, "0.01")) == (D("-0.65"), D("0.02"))
    # Between them lies what USDT costs below the dollar in Korea: 1,375 against 1,384.23 is -0.667 %.
    assert rounded((1 + by_dollar / 100) / (1 + by_usdt / 100) * 100 - 100, "0.001") == D("-0.667")


BIDS = [(D(1000), D(2)), (D(990), D(3)), (D(980), D(5))]


@pytest.mark.parametrize(
    ("size", "price", "worst"),
    [("1", "1000", "1000"), ("2", "1000", "1000"), ("4", "995", "990"), ("10", "987", "980"), ("2.5", "998", "990")],
)
def test_a_size_gets_the_weighted_price_of_the_levels_it_reaches(size: str, price: str, worst: str) -> None:
    """4 are 2 at 1,000 and 2 at 990: 3,980 / 4 = 995. 10 are 2,000 + 2,970 + 4,900 = 9,870 / 10."""
    found = executable(BIDS, D(size))
    assert found is not None
    assert (found.price, found.worst, found.top) == (D(price), D(worst), D(1000))


def test_slippage_is_from_the_best_level_to_the_average_and_never_negative() -> None:
    bids, asks = executable(BIDS, D(4)), executable([(D(1000), D(2)), (D(1010), D(2))], D(4))
    assert bids is not None
    assert asks is not None
    assert bids.slippage_pct == D("0.5")
    assert asks.slippage_pct == D("0.5")


def test_a_book_that_is_too_thin_has_no_price() -> None:
    assert executable(BIDS, D("10.00000001")) is None
    assert executable([], D(1)) is None


def test_net_of_selling_at_home_by_hand() -> None:
    """Sell at 1,500,000 home, buy 1,000 abroad at 1,400 won: 1,400,000 converted, premium 7.142857 %.

    Fees 0.05 % at home are 750, 0.1 % abroad 1,400: (1,500,000 - 750 - 1,400,000 - 1,400) / 1,400,000 = 6.989285 %.
    """
    costs = Costs(D("0.0005"), D("0.001"))
    assert rounded(premium_pct(D(1_500_000), D(1000), D(1400)), "0.000001") == D("7.142857")
    net = net_pct(Direction.SELL_HOME, D(1_500_000), D(1000), D(1400), costs)
    assert rounded(net, "0.000001") == D("6.989286")


def test_net_of_buying_at_home_by_hand() -> None:
    """Buy at 1,386,000 home, sell 1,000 abroad at 1,400 won: (1,400,000 - 1,400 - 1,386,000 - 693) / 1,400,000."""
    costs = Costs(D("0.0005"), D("0.001"))
    net = net_pct(Direction.BUY_HOME, D(1_386_000), D(1000), D(1400), costs)
    assert rounded(net, "0.0000001") == D("0.8505000")


def test_funding_is_paid_by_who_is_long_abroad_and_paid_to_who_is_short() -> None:
    """0.03 % a day over 4 days are 0.12 points: less for SELL_HOME (long abroad), more for BUY_HOME (short abroad)."""
    funding = Costs(D(0), D(0), D("0.0003"), D(4))
    assert net_pct(Direction.SELL_HOME, D(101), D(100), D(1), funding) == D("0.88")
    assert net_pct(Direction.BUY_HOME, D(99), D(100), D(1), funding) == D("1.12")
    assert funding.funding_pct(Direction.SELL_HOME) == D("0.12")
    assert funding.funding_pct(Direction.BUY_HOME) == D("-0.12")


def test_two_venues_of_one_quote_need_no_rate() -> None:
    assert premium_pct(D("100.5"), D(100), D(1)) == D("0.5")
    assert net_pct(Direction.SELL_HOME, D("100.5"), D(100), D(1), NO_COSTS) == D("0.5")
