"""The reference against numbers worked out by hand. Each test says in its comments how the numbers come about.

The small grid of most tests: 4 cells from 100 to 140, so lines 100 110 120 130 140, and an investment of 450. Started
at 120 the rungs cost 100, 110, 120 (resting buys) and 120 (rung 3 starts holding, its buy line 130 is above): 450
together, which is a quantity of exactly 1 without fees.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.reference.simple_grid import SimpleResult, simulate
from tests.reference.simple_ladder import UPBIT_TICKS, SimpleConfig, lines_of

D = Decimal
SMALL = SimpleConfig(lower=D(100), upper=D(140), count=4, investment=D(450), cash=D(450), size_increment=D("0.1"))
#: open, high, low, close, volume. It rises first of all, so that the buy at 120 is resting at its end.
OPENING = (120, 125, 120, 122, 100)


def run(config: SimpleConfig, *candles: tuple[float, float, float, float, float]) -> SimpleResult:
    """Candles of one minute, the first at 0."""
    opens, highs, lows, closes, volumes = ([candle[i] for candle in candles] for i in range(5))
    return simulate([60_000 * i for i in range(len(candles))], opens, highs, lows, closes, volumes, config)


def trades(result: SimpleResult) -> list[tuple[str, Decimal, Decimal]]:
    return [(fill["side"], fill["price"], fill["quantity"]) for fill in result.fills]


def amounts(result: SimpleResult, names: str) -> tuple[object, ...]:
    return tuple(getattr(result, name) for name in names.split())


def resting(result: SimpleResult) -> list[tuple[object, ...]]:
    return [(row["side"], row["price"]) for row in result.resting]


def bought(price: str, quantity: str = "1") -> tuple[str, Decimal, Decimal]:
    return ("buy", D(price), D(quantity))


def sold(price: str, quantity: str = "1") -> tuple[str, Decimal, Decimal]:
    return ("sell", D(price), D(quantity))


def test_arithmetic_lines_of_the_issue() -> None:
    config = replace(SMALL, lower=D(10_000), upper=D(30_000), count=5)
    assert lines_of(config) == [10_000, 14_000, 18_000, 22_000, 26_000, 30_000]


def test_geometric_lines_of_the_issue() -> None:
    config = replace(SMALL, lower=D(20_000), upper=D(30_000), count=5, geometric=True)
    lines = lines_of(config)
    assert lines == [D(x) for x in ("20000", "21689.44", "23521.58", "25508.49", "27663.24", "30000")]
    assert [f"{lines[i + 1] / lines[i]:.5f}" for i in range(5)] == ["1.08447"] * 5


def test_geometric_line_half_way_between_two_ticks_goes_to_the_even_one() -> None:
    # 1, 2, 4 on a tick of 0.8: 1.25, 2.5 and 5 ticks.
    config = replace(SMALL, lower=D(1), upper=D(4), count=2, geometric=True, ticks=((D(0), D("0.8")),))
    assert lines_of(config) == [D("0.8"), D("1.6"), D(4)]


def test_lines_on_upbit_ticks_change_increment_at_the_band() -> None:
    # 4,985 to 5,025 in 8 cells of 5: below 5,000 the tick is 1, from 5,000 on it is 5. In 16 cells of 2.5 the lines
    # below 5,000 round to the nearest 1 with ties to even (4,987.5 -> 4,988; 4,992.5 -> 4,992), above to the nearest
    # 5, ties to even multiples (5,002.5 = 1,000.5 ticks -> 5,000; 5,007.5 = 1,001.5 ticks -> 5,010).
    config = replace(SMALL, lower=D(4985), upper=D(5025), count=16, ticks=UPBIT_TICKS)
    lines = lines_of(config)
    assert lines[:5] == [4985, 4988, 4990, 4992, 4995]
    assert lines[6:11] == [5000, 5000, 5005, 5010, 5010]


def test_cycle_of_the_issue_costs_and_earns_to_the_last_unit() -> None:
    # Units at 20,000: 10,000 + 14,000 + 18,000 rest, two times 20,000 at the market; x 1.00055 = 82,045.1. 12,480 /
    # 82,045.1 = 0.15211, cut to 0.152. Rung 2 buys 0.152 at 18,000 (2,736, fee 1.5048) and sells at 22,000 (3,344,
    # fee 1.8392): fees 3.344, profit 608 - 3.344 = 604.656. The first purchase of 0.304 at 20,000 = 6,080 pays 3.344
    # as well.
    rate = D("0.00055")
    config = SimpleConfig(
        lower=D(10_000), upper=D(30_000), count=5, investment=D(12_480), cash=D(12_480),
        size_increment=D("0.001"), maker=rate, taker=rate,
    )  # fmt: skip
    result = run(config, (20_000, 22_000, 17_000, 22_000, 50))
    assert trades(result) == [bought("20000", "0.304"), bought("18000", "0.152"), sold("22000", "0.152")]
    assert amounts(result, "cycles matched fees") == (1, D("604.656"), D("6.688"))
    # Held: 0.304 for 6,083.344, worth 6,688 at 22,000.
    assert result.floating == D("604.656")
    assert result.equity == D(12_480) + D("1209.312")


def test_reserve_of_the_issue() -> None:
    config = SimpleConfig(
        lower=D("0.7484"), upper=D("0.7749"), count=5, investment=D("53.13"), cash=D("53.13"),
        ticks=((D(0), D("0.0001")),), size_increment=D(1),
    )  # fmt: skip
    result = run(config, (0.77, 0.77, 0.77, 0.77, 1e6))
    assert [(row["price"], row["left"]) for row in result.resting] == [
        (D(price), D(14)) for price in ("0.7696", "0.7643", "0.7590", "0.7537", "0.7484")
    ]
    assert sum(row["price"] * row["left"] for row in result.resting) == D("53.13")


def test_rising_candle_goes_low_first() -> None:
    # Path 120 105 125 122. Rung 2 waits at 120. Down: 110 buys. Up: its sell at 120 fills, profit 10; at 125 the buy
    # at 120 may rest. Rung 3 holds 1 for 120, worth 122.
    result = run(SMALL, (120, 125, 105, 122, 100))
    assert trades(result) == [bought("120"), bought("110"), sold("120")]
    assert [fill["ts"] for fill in result.fills] == [0, 15_000, 30_000]
    assert amounts(result, "cycles matched floating") == (1, 10, 2)
    assert amounts(result, "cash base equity") == (340, 1, 462)
    assert sorted(resting(result)) == [
        ("buy", 100), ("buy", 110), ("buy", 120), ("sell", 140)
    ]  # fmt: skip


def test_falling_candle_goes_high_first() -> None:
    # Path 120 125 105 118. At 125 the buy at 120 may rest; down: 120 and 110 buy. Held 3 for 350, worth 354.
    result = run(SMALL, (120, 125, 105, 118, 100))
    assert trades(result) == [bought("120"), bought("120"), bought("110")]
    assert [fill["ts"] for fill in result.fills] == [0, 30_000, 30_000]
    assert amounts(result, "cycles matched floating") == (0, 0, 4)


def test_close_equal_to_open_goes_low_first() -> None:
    # Path 120 110 120 120: 110 buys, then its sell at 120 is touched at the high.
    result = run(SMALL, (120, 120, 110, 120, 100))
    assert trades(result) == [bought("120"), bought("110"), sold("120")]


def test_jump_fills_at_own_prices_before_anybody_acts() -> None:
    # 122 -> 95: buys at 120, 110, 100 fill at their own prices at the open. Then 95 111 111: the sell of rung 0 at
    # 110.
    result = run(SMALL, OPENING, (95, 111, 95, 111, 100))
    assert trades(result) == [bought("120"), bought("120"), bought("110"), bought("100"), sold("110")]
    assert [fill["ts"] for fill in result.fills] == [0, 60_000, 60_000, 60_000, 90_000]
    # Held: rung 3 for 120, rung 2 for 120, rung 1 for 110; at 111 that is 333 - 350.
    assert amounts(result, "matched floating") == (10, -17)


def test_an_open_that_only_touches_an_order_fills_it() -> None:
    result = run(SMALL, OPENING, (120, 120, 120, 120, 100))
    assert trades(result) == [bought("120"), bought("120")]
    assert [fill["ts"] for fill in result.fills] == [0, 60_000]


def test_jump_upwards_sells_from_the_lowest() -> None:
    # 95, then an open at 135: sells at 110, 120, 130 fill; 140 does not. Three cycles of 10 each.
    result = run(SMALL, OPENING, (95, 95, 95, 95, 100), (135, 135, 135, 135, 100))
    assert trades(result)[4:] == [sold("110"), sold("120"), sold("130")]
    assert amounts(result, "cycles matched floating") == (3, 30, 15)


def test_volume_is_shared_and_rests_are_filled_at_later_opens() -> None:
    # Candle 2 has 1.25, cut to 1.2: 120 buys 1, 110 buys 0.2 (its sell of 0.2 rests at once), 0.8 stays at 110.
    # Candle 3 opens at 106 with 0.5: 0.5 of it. Candle 4 opens at 107 with 1: the last 0.3; going up to 121 the sells
    # at 120 in their order 0.2 and 0.5, then nothing is left. Candle 5 opens at 121: the last 0.3, and the cycle
    # closes.
    result = run(
        SMALL, OPENING, (122, 122, 105, 106, 1.25), (106, 106, 106, 106, 0.5), (107, 121, 107, 121, 1.0),
        (121, 121, 121, 121, 5.0),
    )  # fmt: skip
    assert trades(result)[1:] == [
        bought("120"), bought("110", "0.2"), bought("110", "0.5"), bought("110", "0.3"),
        sold("120", "0.2"), sold("120", "0.5"), sold("120", "0.3"),
    ]  # fmt: skip
    assert [fill["ts"] for fill in result.fills[1:]] == [90_000, 90_000, 120_000, 180_000, 210_000, 210_000, 240_000]
    # Rungs 2 and 3 hold 2 for 240, worth 242.
    assert amounts(result, "cycles matched floating") == (1, 10, 2)


def test_counter_order_waits_for_the_minimum() -> None:
    # As before, with a minimum of 50: 0.2 at 120 is 24, too little to sell; with 0.5 more, 0.7 is 84 and goes on
    # sale; the last 0.3 is 36 and never reaches it. When 0.7 is sold the cycle closes: 84 - 0.7 of 110 = 7, and 0.3
    # stays on the rung with the other 33.
    result = run(
        replace(SMALL, min_notional=D(50)), OPENING, (122, 122, 105, 106, 1.25), (106, 106, 106, 106, 0.5),
        (107, 121, 107, 121, 5.0),
    )  # fmt: skip
    assert trades(result)[2:] == [bought("110", "0.2"), bought("110", "0.5"), bought("110", "0.3"), sold("120", "0.7")]
    assert amounts(result, "cycles matched") == (1, 7)
    # Rungs 2 and 3 hold 2 for 240, worth 242; rung 1 holds 0.3 for 33, worth 36.3.
    assert result.floating == D("5.3")


def test_first_purchase_goes_on_at_the_next_volume_and_its_cost_is_shared() -> None:
    # Started at 100: rungs 1, 2, 3 hold; every rung costs 100, 450 / 400 = 1.125, cut to 1.1; needed 3.3. Candle 1
    # gives 2 at 100, candle 2 opens at 104 and gives the other 1.3: 335.2 in all, 111.73333333 each for the first
    # two, 111.73333334 for the last. The price is 104: the buy at 100 rests, the sells at 120, 130, 140 too.
    result = run(SMALL, (100, 100, 100, 100, 2), (104, 104, 104, 104, 9))
    assert trades(result) == [bought("100", "2"), bought("104", "1.3")]
    assert [rung["cost"] for rung in result.rungs] == [0, D("111.73333333"), D("111.73333333"), D("111.73333334")]
    assert resting(result) == [
        ("buy", 100), ("sell", 120), ("sell", 130), ("sell", 140)
    ]  # fmt: skip


def test_small_missing_rest_is_bought_as_the_least_the_venue_takes() -> None:
    # Needed 3.3, candle 1 gives 3.2; the missing 0.1 is worth 10.4 at 104, the minimum is 20: 0.2 (20 / 104 =
    # 0.192..) is bought and 0.1 is spare. The whole cost 320 + 20.8 = 340.8 lies on the three rungs, 113.6 each.
    result = run(replace(SMALL, min_notional=D(20)), (100, 100, 100, 100, 3.2), (104, 104, 104, 104, 9))
    assert trades(result) == [bought("100", "3.2"), bought("104", "0.2")]
    assert [rung["cost"] for rung in result.rungs[1:]] == [D("113.6")] * 3
    assert result.base == D("3.4")
    assert result.floating == D("3.4") * 104 - D("340.8")


def test_a_line_at_the_price_is_a_resting_buy() -> None:
    # Without maker fee and 50 % taker fee: 100 + 110 + 120 rest, 120 x 1.5 is bought at once: 510.
    config = replace(SMALL, taker=D("0.5"), investment=D(510), cash=D(510), size_increment=D("0.001"))
    assert [rung["quantity"] for rung in run(config, OPENING).rungs] == [1, 1, 1, 1]


def test_equal_quote_sizes_each_rung_by_its_own_cost() -> None:
    # 450 / 4 = 112.5 a rung: / 100 = 1.1, / 110 = 1.0, / 120 = 0.9 (0.9375), / 120 = 0.9.
    result = run(replace(SMALL, equal_quote=True), OPENING)
    assert [rung["quantity"] for rung in result.rungs] == [D("1.1"), D("1"), D("0.9"), D("0.9")]


def test_fees_in_base_leave_dust_that_is_kept() -> None:
    # Taker 0.1 %: to have 1, 1 / 0.999 = 1.001.. -> 1.002 is bought, 0.001002 is the fee, 0.000998 is spare, cost
    # 120.24. Maker 0.15 %: rung 1 buys 1, receives 0.9985, sells 0.998 for 119.76 less 0.17964 = 119.58036; that
    # 0.998 cost 110 x 0.998 / 0.9985 = 109.94491737.., profit 9.63544263; 0.0005 stays with 0.05508263 of the cost.
    # Base: 1 + 0.000998 + 0.0005.
    # Sized with 120 / 0.999 = 120.1201.. for the rung that starts holding: 450.2 / 450.1201 = 1.0001 -> 1.
    config = replace(
        SMALL, fee_in_base=True, maker=D("0.0015"), taker=D("0.001"), size_increment=D("0.001"),
        investment=D("450.2"), cash=D(1000),
    )  # fmt: skip
    result = run(config, (120, 122, 105, 122, 100))
    assert trades(result) == [bought("120", "1.002"), bought("110"), sold("120", "0.998")]
    assert amounts(result, "cycles matched") == (1, D("9.63544263"))
    assert amounts(result, "fees fees_base") == (D("0.17964"), D("0.002502"))
    assert result.base == D("1.001498")
    assert result.floating == D("1.001498") * 122 - D("120.24") - D("0.05508263")


def test_fees_round_half_up_at_the_eighth_decimal() -> None:
    # 0.1 x 0.5 at 0.00000010 is 0.000000005 exactly: half a unit, so one unit. 0.4 of a unit is nothing.
    one = SimpleConfig(
        lower=D("0.5"), upper=D(1), count=1, investment=D(1), cash=D(2), size_increment=D("0.1"),
        maker=D("0.0000001"), ticks=((D(0), D("0.1")),),
    )  # fmt: skip
    result = run(one, (0.6, 0.6, 0.5, 0.6, 0.1))
    assert [fill["fee"] for fill in result.fills] == [D("0.00000001")]
    result = run(replace(one, maker=D("0.00000008")), (0.6, 0.6, 0.5, 0.6, 0.1))
    assert [fill["fee"] for fill in result.fills] == [0]


def test_compounding_never_shrinks_a_rung() -> None:
    # As in test_counter_order_waits_for_the_minimum only 0.7 was sold: 84 / 110 = 0.7; the buy comes again with 1.
    result = run(
        replace(SMALL, min_notional=D(50), compounding=True), OPENING, (122, 122, 105, 106, 1.25),
        (106, 106, 106, 106, 0.5), (107, 121, 107, 121, 5.0),
    )  # fmt: skip
    assert amounts(result, "cycles matched") == (1, 7)
    assert [row["left"] for row in result.resting if row["price"] == 110] == [1]


def test_compounding_grows_the_rung_by_what_it_earned() -> None:
    # One cell 100 to 200 at 1 %: 101 buys 1 (cost 101), sells for 198: profit 97. Next: 198 / 101 = 1.96 -> 1.9,
    # cost 191.9, proceeds 376.2, profit 184.3; then 376.2 / 101 = 3.72 -> 3.7.
    config = SimpleConfig(
        lower=D(100), upper=D(200), count=1, investment=D(101), cash=D(101), size_increment=D("0.1"),
        maker=D("0.01"), taker=D("0.01"), compounding=True,
    )  # fmt: skip
    swing = (150, 200, 100, 150, 100)
    result = run(config, swing, swing, swing)
    assert trades(result) == [
        bought("100"), sold("200"), bought("100", "1.9"), sold("200", "1.9"), bought("100", "3.7"), sold("200", "3.7")
    ]  # fmt: skip
    # Third: cost 373.7, proceeds 732.6, profit 358.9.
    assert amounts(result, "cycles matched floating") == (3, D("640.2"), 0)
    flat = run(replace(config, compounding=False), swing, swing, swing)
    assert amounts(flat, "cycles matched") == (3, 291)


def test_lower_stop_keeps_the_base_and_ends_the_run() -> None:
    # Down to 88: 110 and 100 buy, 120 waits for ever; at 88 the stop: held 3 for 330, worth 264. What comes later is
    # nobody's.
    result = run(replace(SMALL, stop_lower=D(88)), (120, 120, 88, 89, 100), (140, 145, 90, 120, 100))
    assert trades(result) == [bought("120"), bought("110"), bought("100")]
    assert amounts(result, "stopped_by matched floating base") == ("stop_lower", 0, -66, 3)
    assert result.resting == []


def test_lower_stop_sells_over_several_candles_when_volume_is_short() -> None:
    # A jump to 85 fills 120, 110, 100 and then stops: 4 held for 450. Volume 5 leaves 2 to sell at 85; the other 2 at
    # 84.
    config = replace(SMALL, stop_lower=D(90), sell_on=("stop_lower",))
    result = run(config, OPENING, (85, 85, 85, 85, 5), (84, 84, 84, 84, 50), (200, 200, 80, 80, 50))
    assert trades(result)[1:] == [bought("120"), bought("110"), bought("100"), sold("85", "2"), sold("84", "2")]
    assert amounts(result, "matched floating base") == (0, 338 - 450, 0)
    assert result.equity == 450 - 112


def test_upper_stop_wins_over_what_the_price_would_reach_later() -> None:
    # Up to 140: rung 3 sells there (+20); 150 is the stop, nothing is held any more. Down again: nothing buys.
    result = run(replace(SMALL, stop_upper=D(150)), (120, 150, 100, 101, 100))
    assert trades(result) == [bought("120"), sold("140")]
    assert amounts(result, "stopped_by matched floating equity") == ("stop_upper", 20, 0, 470)


def test_stop_loss_and_take_profit_are_measured_on_the_run() -> None:
    # 4 % of 450 is 18. Down to 106: held 120 and 110, worth 212: -18, so it stops there and sells both at 106. At 110
    # it was -10.
    result = run(replace(SMALL, stop_loss_pct=D(4)), (120, 120, 106, 120, 100))
    assert trades(result) == [bought("120"), bought("110"), sold("106", "2")]
    assert amounts(result, "stopped_by matched floating") == ("stop_loss", 0, -18)
    # 2 % is 9: rung 3 bought at 120 is worth 9 more at 129.
    result = run(replace(SMALL, take_profit_pct=D(2)), (120, 129, 120, 129, 100))
    assert trades(result) == [bought("120"), sold("129")]
    assert amounts(result, "stopped_by floating") == ("take_profit", 9)


def test_order_cap_takes_the_buy_at_equal_distance() -> None:
    # At 120 the buy at 100 and the sell at 140 are both 20 away; the third place of three is the buy's.
    result = run(replace(SMALL, order_cap=3), OPENING)
    assert sorted(resting(result)) == [("buy", 100), ("buy", 110), ("buy", 120)]


def test_order_cap_is_chosen_again_after_a_fill_in_the_same_cell() -> None:
    # Started at 125 (100 + 110 + 120 + 125 = 455) with one place: 120. Volume 0.4 of it; at 118 the rest of it is still
    # the nearest. It fills at the open of 119, in the same cell; now 110 (9 away) comes before the sell at 130 (11).
    config = replace(SMALL, order_cap=1, investment=D(455), cash=D(455))
    result = run(config, (125, 125, 125, 125, 9), (125, 125, 118, 119, 0.4), (119, 119, 119, 119, 9))
    assert trades(result) == [bought("125"), bought("120", "0.4"), bought("120", "0.6")]
    assert resting(result) == [("buy", 110)]


def test_order_cap_keeps_the_nearest_and_moves_with_the_price() -> None:
    # Cap 2 at 120: wanted are 120 (waits), 110, 100 and the sell at 140; the nearest two are 120 and 110. At 125 the
    # buy at 120 rests. At 131, another cell, 140 (9) and 120 (11) are nearest: 110 goes. 140 fills; then 130 and 120.
    capped = replace(SMALL, order_cap=2)
    first = run(capped, OPENING)
    assert resting(first) == [("buy", 110), ("buy", 120)]
    moved = run(capped, OPENING, (131, 131, 131, 131, 100))
    assert resting(moved) == [("buy", 120), ("sell", 140)]
    later = run(capped, OPENING, (131, 141, 131, 141, 100))
    assert trades(later) == [bought("120"), sold("140")]
    assert resting(later) == [("buy", 120), ("buy", 130)]


def test_without_post_only_a_crossing_order_trades_at_once_as_taker() -> None:
    # Investment 459 because resting buys are now costed with the taker fee: 450 x 1.02. The buy at 120 takes at once.
    config = replace(
        SMALL, post_only=False, investment=D(459), cash=D(459), taker=D("0.02"), maker=D("0.01"),
        size_increment=D("0.001"),
    )  # fmt: skip
    result = run(config, (120, 120, 120, 120, 100))
    assert trades(result) == [bought("120"), bought("120")]
    assert [fill["fee"] for fill in result.fills] == [D("2.4"), D("2.4")]


def test_volume_in_quote_is_divided_by_the_open() -> None:
    # 160 at an open of 100 is 1.6 base.
    result = run(replace(SMALL, volume_in_quote=True), (100, 100, 100, 100, 160))
    assert trades(result) == [bought("100", "1.6")]


def test_an_account_that_cannot_pay_is_no_case_for_the_reference() -> None:
    with pytest.raises(ValueError, match="cannot pay"):
        run(replace(SMALL, cash=D(200)), OPENING, (95, 95, 95, 95, 100))
