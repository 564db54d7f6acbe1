"""The reference on random markets: whatever happens, nothing is made and nothing is lost."""

from collections import defaultdict
from decimal import Decimal

import pytest

from tests.reference.random_cases import Candle, random_candles, random_config
from tests.reference.simple_grid import SimpleResult, simulate
from tests.reference.simple_ladder import SimpleConfig

SEEDS = range(60)


def run(seed: int) -> tuple[list[Candle], SimpleConfig, SimpleResult]:
    candles, config = random_candles(seed, 150), random_config(seed)
    ts, opens, highs, lows, closes, volumes = zip(*candles, strict=True)
    return candles, config, simulate(ts, opens, highs, lows, closes, volumes, config)


@pytest.mark.parametrize("seed", SEEDS)
def test_money_and_base_are_conserved(seed: int) -> None:
    candles, config, result = run(seed)
    cash, base, fees, fees_base = config.cash, Decimal(0), Decimal(0), Decimal(0)
    for fill in result.fills:
        sign = 1 if fill["side"] == "buy" else -1
        base += sign * fill["quantity"]
        cash -= sign * fill["quantity"] * fill["price"]
        if fill["fee_in_base"]:
            base -= fill["fee"]
            fees_base += fill["fee"]
        else:
            cash -= fill["fee"]
            fees += fill["fee"]
    assert (result.cash, result.base, result.fees, result.fees_base) == (cash, base, fees, fees_base)
    last = Decimal(repr(candles[-1][4]))
    assert result.equity == cash + base * last
    assert result.matched == sum((rung["profit"] for rung in result.rungs), Decimal(0))
    assert result.cycles == sum(rung["cycles"] for rung in result.rungs)
    if not result.stopped_by:
        # Floating is summed rung by rung, equity over the account: two ways to one number.
        assert result.matched + result.floating == result.equity - config.cash


@pytest.mark.parametrize("seed", SEEDS)
def test_no_candle_trades_more_than_it_had_and_no_fill_leaves_the_candle(seed: int) -> None:
    candles, _, result = run(seed)
    traded: defaultdict[int, Decimal] = defaultdict(Decimal)
    by_open = {candle[0]: candle for candle in candles}
    for fill in result.fills:
        opened = fill["ts"] - fill["ts"] % 60_000
        traded[opened] += fill["quantity"]
        is_inside_the_candle = fill["ts"] > opened
        if is_inside_the_candle:
            _, _, high, low, _, _ = by_open[opened]
            assert Decimal(repr(low)) <= fill["price"] <= Decimal(repr(high))
    for opened, quantity in traded.items():
        assert quantity <= Decimal(repr(by_open[opened][5]))


def test_the_random_markets_reach_the_corners() -> None:
    results = [run(seed) for seed in SEEDS]
    reached = {
        "cycles": sum(result.cycles > 5 for _, _, result in results),
        "stops": len({result.stopped_by for _, _, result in results}) - 1,
        "dust": sum(result.fees_base > 0 and result.cycles > 0 for _, _, result in results),
        "partial fills": sum(
            any(fill["quantity"] not in {rung["quantity"] for rung in result.rungs} for fill in result.fills[5:])
            for _, _, result in results
        ),
        "grown rungs": sum(any(rung["quantity"] > rung["first"] for rung in result.rungs) for _, _, result in results),
        "full windows": sum(len(result.resting) == config.order_cap for _, config, result in results),
    }
    assert reached["stops"] >= 3, reached
    assert all(count >= 3 for count in reached.values()), reached
