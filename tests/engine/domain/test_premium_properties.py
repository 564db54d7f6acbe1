"""What holds of every premium, whatever the books, the size and the fees."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.premium import Costs, Direction, executable, net_pct, premium_pct

prices = st.decimals("0.0001", "200000000", places=4)
quantities = st.decimals("0.0001", "10000", places=4)
fees = st.decimals("0", "0.01", places=5)
fundings = st.decimals("-0.01", "0.01", places=5)
days = st.decimals("0", "30", places=1)
levels = st.lists(st.tuples(prices, quantities), min_size=1, max_size=8)


@given(levels=levels, share=st.decimals("0.01", "1", places=2), is_buy=st.booleans())
def test_an_average_lies_between_the_best_and_the_worst_level_reached(
    levels: list[tuple[Decimal, Decimal]], share: Decimal, *, is_buy: bool
) -> None:
    book = sorted(levels, key=lambda level: level[0], reverse=not is_buy)
    whole = sum((quantity for _, quantity in book), Decimal(0))
    found = executable(book, whole * share)
    assert found is not None
    low, high = sorted((found.top, found.worst))
    # The quotient of two exact sums is rounded to 60 digits.
    assert low <= found.price.quantize(Decimal("1e-20")) <= high
    assert found.top == book[0][0]


@given(levels=levels, first=st.decimals("0.01", "1", places=2), second=st.decimals("0.01", "1", places=2))
def test_more_never_costs_less(levels: list[tuple[Decimal, Decimal]], first: Decimal, second: Decimal) -> None:
    asks = sorted(levels)
    whole = sum((quantity for _, quantity in asks), Decimal(0))
    small, large = (executable(asks, whole * share) for share in sorted((first, second)))
    assert small is not None
    assert large is not None
    assert small.price <= large.price + Decimal("1e-30")
    assert small.slippage_pct <= large.slippage_pct + Decimal("1e-30")


@given(home=prices, foreign=prices, rate=prices, factor=quantities)
def test_a_premium_is_a_ratio_it_knows_no_unit(home: Decimal, foreign: Decimal, rate: Decimal, factor: Decimal) -> None:
    plain = premium_pct(home, foreign, rate)
    assert abs(premium_pct(home * factor, foreign * factor, rate) - plain) < Decimal("1e-20")
    assert abs(premium_pct(home * factor, foreign, rate * factor) - plain) < Decimal("1e-20")
    assert plain > -100


@given(home=prices, foreign=prices, rate=prices, home_fee=fees, foreign_fee=fees, funding=fundings, hold=days)
def test_going_in_one_way_and_back_at_the_same_prices_costs_all_four_fees_and_nothing_else(
    home: Decimal, foreign: Decimal, rate: Decimal, home_fee: Decimal, foreign_fee: Decimal, funding: Decimal,
    hold: Decimal,
) -> None:  # fmt: skip
    costs = Costs(home_fee, foreign_fee, funding, hold)
    both = sum(net_pct(direction, home, foreign, rate, costs) for direction in Direction)
    ratio = 1 + premium_pct(home, foreign, rate) / 100
    expected = -200 * (home_fee * ratio + foreign_fee)
    assert abs(both - expected) < Decimal("1e-20")


@given(home=prices, foreign=prices, rate=prices, home_fee=fees, foreign_fee=fees)
def test_costs_only_ever_take(
    home: Decimal, foreign: Decimal, rate: Decimal, home_fee: Decimal, foreign_fee: Decimal
) -> None:
    free = Costs(Decimal(0), Decimal(0))
    for direction in Direction:
        charged = net_pct(direction, home, foreign, rate, Costs(home_fee, foreign_fee))
        assert charged <= net_pct(direction, home, foreign, rate, free)
    premium = premium_pct(home, foreign, rate)
    assert abs(net_pct(Direction.SELL_HOME, home, foreign, rate, free) - premium) < Decimal("1e-20")
    assert abs(net_pct(Direction.BUY_HOME, home, foreign, rate, free) + premium) < Decimal("1e-20")
