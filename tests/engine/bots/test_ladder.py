"""Lines, quantities and profits of a ladder, worked out by hand."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bots.grid_rules import preview
from engine.bots.ladder import base_to_hold, cycle_profit, lines_of, rungs_of, spread_over
from engine.domain.grid import GridConfig, GridMode, Sizing
from engine.domain.instrument import FeeAsset, Instrument, PriceBand, VenueRules
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderKind, Purpose, Side
from engine.domain.risk import reserve_of

D = Decimal
AT = datetime(2026, 1, 1, tzinfo=UTC)
RULES = VenueRules(
    price_bands=(PriceBand(D(0), D("0.01")),),
    size_increment=D("0.001"),
    min_quantity=D("0.001"),
    max_quantity=None,
    min_notional=D(5),
    max_open_orders=200,
    maker_fee=D("0.00055"),
    taker_fee=D("0.00055"),
)
BTC = Instrument("v", "BTC/USDT", "BTC", "USDT", RULES)


def grid(lower: str, upper: str, count: int, investment: str = "10000", **more: object) -> GridConfig:
    return GridConfig(D(lower), D(upper), count, D(investment), **more)  # type: ignore[arg-type]


def test_five_cells_from_10000_to_30000_are_4000_apart() -> None:
    lines = lines_of(grid("10000", "30000", 5), RULES)
    assert list(lines) == [10000, 14000, 18000, 22000, 26000, 30000]


def test_a_cycle_from_18000_to_22000_of_0_152_costs_3_344_in_fees_and_earns_604_656() -> None:
    # Bought for 2,736, sold for 3,344; fees 1.5048 + 1.8392.
    quantity = D("0.152")
    fees = RULES.fee(18000 * quantity, RULES.maker_fee) + RULES.fee(22000 * quantity, RULES.maker_fee)
    assert fees == D("3.344")
    assert cycle_profit(D(18000), D(22000), quantity, RULES, RULES.maker_fee) == D("604.656")


def test_geometric_lines_have_a_constant_ratio() -> None:
    lines = lines_of(grid("20000", "30000", 5, mode=GridMode.GEOMETRIC), RULES)
    assert list(lines) == [20000, D("21689.44"), D("23521.58"), D("25508.49"), D("27663.24"), 30000]
    assert ((D(30000) / 20000) ** (D(1) / 5)).quantize(D("0.00001")) == D("1.08447")


def test_five_buys_of_14_xrp_reserve_53_13_usdt() -> None:
    rules = replace(RULES, price_bands=(PriceBand(D(0), D("0.0001")),), fee_asset=FeeAsset.RECEIVED)
    xrp = Instrument("v", "XRP/USDT", "XRP", "USDT", rules)
    prices = ("0.7696", "0.7643", "0.7590", "0.7537", "0.7484")
    orders = [
        Order("id", "b", "a", "v", "XRP/USDT", Side.BUY, OrderKind.LIMIT, D(price), D(14), post_only=True,
              purpose=Purpose.RUNG_BUY, generation=1, rung=0, cycle=1, attempt=1, created_at=AT, updated_at=AT)
        for price in prices
    ]  # fmt: skip
    assert sum(reserve_of(order, xrp, ZERO)[1] for order in orders) == D("53.13")
    config = grid("0.7484", "0.7749", 5, "53.13")
    seen = preview(config, xrp, D("0.7749"), D("53.13"), None)
    assert [str(rung.buy_price) for rung in seen.rungs] == list(reversed(prices))
    assert {rung.quantity for rung in seen.rungs} == {D(14)}
    assert seen.capital_quote == D("53.13")
    assert seen.refusals == ()


def test_lines_fall_on_the_increment_of_their_own_band() -> None:
    rules = replace(RULES, price_bands=(PriceBand(D(0), D(1)), PriceBand(D(1000), D(5))))
    assert list(lines_of(grid("990", "1020", 4), rules)) == [990, 998, 1005, 1010, 1020]


def test_equal_quote_buys_more_where_it_is_cheaper() -> None:
    config = grid("100", "200", 2, "300.165", sizing=Sizing.EQUAL_QUOTE)
    # Half of the money each: 150.0825 / 100.055 = 1.5 and 150.0825 / 150.0825 = 1.
    assert [rung.quantity for rung in rungs_of(config, RULES, D(200))] == [D("1.5"), D(1)]


def test_the_cost_of_the_first_purchase_is_spread_to_the_last_unit() -> None:
    rungs = rungs_of(grid("100", "130", 3, "1000"), RULES, D(95))
    held = base_to_hold(rungs, D(95))
    spread = spread_over(rungs, D(95), D("100.00000001"))
    assert [rung.cost for rung in spread] == [D("33.33333333"), D("33.33333333"), D("33.33333335")]
    assert sum(rung.held for rung in spread) == held


@given(
    lower=st.integers(100, 50_000),
    width=st.integers(50, 50_000),
    count=st.integers(2, 100),
    mode=st.sampled_from(GridMode),
    sizing=st.sampled_from(Sizing),
    investment=st.integers(1_000, 10_000_000),
    price=st.integers(50, 120_000),
    fee_asset=st.sampled_from(FeeAsset),
)
def test_a_grid_that_is_not_refused_never_needs_more_than_the_investment(
    lower: int, width: int, count: int, mode: GridMode, sizing: Sizing, investment: int, price: int, fee_asset: FeeAsset
) -> None:
    config = grid(str(lower), str(lower + width), count, str(investment), mode=mode, sizing=sizing)
    instrument = replace(BTC, rules=replace(RULES, fee_asset=fee_asset))
    seen = preview(config, instrument, D(price), D(investment), None)
    assert all(below <= above for below, above in zip(seen.lines, seen.lines[1:], strict=False))
    if seen.refusals:
        return
    # A grossed-up purchase is rounded up to the size increment.
    slack = 2 * price * RULES.size_increment if fee_asset is FeeAsset.RECEIVED else 0
    assert seen.capital_quote <= investment + slack
    assert seen.profit_low > 0
    for rung in seen.rungs:
        assert instrument.rules.is_tradable(rung.quantity, rung.buy_price)
        assert instrument.rules.is_price_allowed(rung.buy_price)


@pytest.mark.parametrize(
    ("config", "field", "sentence"),
    [
        (grid("200", "100", 5), "lower", "The lower price 200 must be below the upper price 100."),
        (grid("100", "100", 5), "lower", "The lower price 100 must be below the upper price 100."),
        (grid("0", "100", 5), "lower", "This must be above 0, not 0."),
        (grid("-5", "100", 5), "lower", "This must be above 0, not -5."),
        (grid("NaN", "100", 5), "lower", "This must be a number."),
        (grid("100", "Infinity", 5), "upper", "This must be a number."),
        (grid("100", "200", 1), "grid_count", "The number of grids must be from 2 to 1,000, not 1."),
        (grid("100", "200", 10_000), "grid_count", "The number of grids must be from 2 to 1,000, not 10,000."),
        (
            grid("100", "100.05", 100),
            "grid_count",
            "With 100 grids two lines fall on the same price 100, because prices here move in steps of 0.01.",
        ),
        (
            grid("100", "101", 10),
            "grid_count",
            "A cycle bought at 100.9 and sold at 101 would lose 0.10988671 USDT",
        ),
        (
            grid("100", "200", 10, "20"),
            "investment",
            "Each order must reach 5 USDT; with 10 grids invest at least 67.54 USDT.",
        ),
        (
            grid("100", "200", 4, stop_lower=D(150)),
            "stop_lower",
            "The lower stop 150 must be below the lowest line 100.",
        ),
        (
            grid("100", "200", 4, stop_upper=D(200)),
            "stop_upper",
            "The upper stop 200 must be above the highest line 200.",
        ),
        (
            grid("100", "200", 4, stop_loss_pct=D(101)),
            "stop_loss_pct",
            "The stop loss must be above 0 % and at most 100 %",
        ),
        (grid("100", "200", 4, take_profit_pct=D(-1)), "take_profit_pct", "This must be above 0, not -1."),
        (grid("100", "200", 4, "20000"), "investment", "The grid needs 19,99"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_beside_its_field(config: GridConfig, field: str, sentence: str) -> None:
    seen = preview(config, BTC, D(150), D(10_000), None)
    assert any(refusal.field == field and str(refusal).startswith(sentence) for refusal in seen.refusals), [
        (refusal.field, str(refusal)) for refusal in seen.refusals
    ]
