"""Two-leg bots in seeded markets that make trouble: thin candles, limits that are missed, gaps, short patience.

Whatever happens, money is conserved on both venues, and a position that has ended has no leg alone.
"""

import os
import random
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain.arbitrage import ImbalancePolicy, Leg, LegStyle, PairStage, TwoLegPosition, Ways
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.lab.arbitrage.experiment import Experiment, Outcome, run
from engine.lab.arbitrage.summary import summary_of
from tests.reference.test_pair_on_random_candles import experiment_of, tapes_of, world

SEEDS = range(400) if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else range(6)


def troubled(seed: int) -> tuple[Outcome, Experiment]:
    chance = random.Random(seed)
    made = replace(
        world(seed),
        slippage=chance.choice(("0", "0.02", "0.1")),
        latency_ms=(chance.choice((0, 500, 70_000)), chance.choice((0, 500, 400_000))),
        participation=chance.choice(("0.002", "0.01", "0.1")),
        min_depth=1,
        max_positions=chance.choice((1, 3)),
    )
    sound = experiment_of(made)
    asked = sound.with_config(
        ways=chance.choice((Ways.BOTH, sound.config.ways)),
        style=chance.choice(list(LegStyle)),
        policy=chance.choice(list(ImbalancePolicy)),
        max_slippage_pct=Decimal(chance.choice(("0.02", "0.1", "0.5"))),
        leg_timeout_s=Decimal(chance.choice((120, 600))),
        max_imbalance_s=Decimal(chance.choice((5, 60, 600))),
        max_imbalance_value=Decimal(chance.choice((0, 20_000, 10**9))),
        min_depth=Decimal("0.1"),
    )
    return run(asked, tapes_of(made)), asked


@pytest.mark.parametrize("seed", SEEDS)
def test_money_is_conserved_and_what_ended_is_level(seed: int) -> None:
    outcome, _ = troubled(seed)
    trace = outcome.trace
    # The kernel's ledger is what both venues have.
    assert trace.problems == []
    positions = list(trace.positions.values())
    for is_home in (True, False):
        fills = [each.fill for each in trace.fills if each.is_home is is_home]
        fees_base = sum((fill.fee for fill in fills if fill.fee_asset == "AAA"), ZERO)
        base = sum((fill.quantity if fill.side is Side.BUY else -fill.quantity for fill in fills), ZERO) - fees_base
        paid = sum((fill.fee for fill in fills if fill.fee_asset != "AAA"), ZERO)
        cash = sum((fill.value if fill.side is Side.SELL else -fill.value for fill in fills), ZERO) - paid
        assert base == sum((leg.base for each in positions for leg in legs_of(each, is_home=is_home)), ZERO)
        assert cash == sum((leg.cash for each in positions for leg in legs_of(each, is_home=is_home)), ZERO)
    closed = [each for each in positions if each.stage is PairStage.CLOSED]
    assert all(each.imbalance_since is None for each in closed)
    assert summary_of(outcome).parts.pnl == sum((each.pnl for each in closed if each.pnl is not None), ZERO)


def legs_of(position: TwoLegPosition, *, is_home: bool) -> list[Leg]:
    found = [position.entry] if position.exit is None else [position.entry, position.exit]
    return [legs.home if is_home else legs.foreign for legs in found]
