"""Seeded candles of two venues with gaps, jumps and rates that grow old: program and reference, to the last unit."""

import os
import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.domain.arbitrage import ArbitrageConfig, Ways
from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind, PriceBand, VenueRules
from engine.lab.arbitrage.candle_venue import Terms
from engine.lab.arbitrage.experiment import FOREIGN, HOME, CandleTape, Experiment, LegSource, Outcome, Tapes, run
from engine.lab.arbitrage.summary import summary_of
from engine.lab.rates import RateHistory
from engine.venues.recording import CandleRecording
from tests.reference.simple_pair import Candle, SimpleLeg, SimplePair, SimpleRun, simulate_pair
from tests.reference.test_pair_equals_reference import numbers_of, numbers_of_simple

START_MS = 1_756_684_800_000
MINUTE_MS = 60_000
MINUTES = 1500
#: The last half hour has no fresh rate, so that no leg is under way at the end.
RATES_AT = (0, 240, 480, 720, 960, 1170)
RATE_AGE_MS = 300 * MINUTE_MS
SIZE = "0.5"
SEEDS = range(300) if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else range(8)


@dataclass(frozen=True)
class World:
    """What a seed makes: candles of both venues, rates, and the bot."""

    home: list[Candle]
    foreign: list[Candle]
    rates: list[tuple[int, float]]
    is_perp: bool
    sells_home: bool
    entry: str
    exit: str
    max_positions: int
    step: str
    min_depth: int
    latency_ms: tuple[int, int]
    slippage: str
    participation: str = "0.1"


def world(seed: int) -> World:
    chance = random.Random(seed)
    price, premium = 100.0, 0.0
    rates = [(START_MS + at * MINUTE_MS, round(1000 * (1 + chance.gauss(0, 0.01)), 2)) for at in RATES_AT]
    home: list[Candle] = []
    foreign: list[Candle] = []
    opens = (price * 1000, price)
    closes = opens
    for minute in range(MINUTES):
        price *= 1 + chance.gauss(0, 0.001)
        premium += chance.gauss(0, 0.002) - 0.01 * premium
        closes = (round(price * 1000 * (1 + premium)), round(price, 2))
        ts = START_MS + minute * MINUTE_MS
        if chance.random() > 0.05:
            home.append((ts, opens[0], closes[0], volume(chance)))
        if minute % 5 == 4 and chance.random() > 0.05:
            foreign.append((ts - 4 * MINUTE_MS, chance.choice((opens[1], closes[1])), closes[1], volume(chance)))
        opens = closes
    is_perp = chance.random() < 0.4
    return World(
        home, foreign, rates, is_perp, not is_perp or chance.random() < 0.5, chance.choice(("0.5", "1", "2")),
        chance.choice(("-0.5", "0", "0.1")), chance.choice((1, 2, 4)), chance.choice(("0", "0.3")),
        chance.choice((1, 5)), (chance.choice((0, 200, 61_000)), chance.choice((0, 200))), chance.choice(("0", "0.03")),
    )  # fmt: skip


def volume(chance: random.Random) -> float:
    """Nothing, or enough for all positions at once and not for the depth that may be asked, mostly enough for all."""
    return chance.choice((0.0, 22.0, 24.0, *(100.0,) * 10))


@pytest.mark.parametrize("seed", SEEDS)
def test_program_and_reference_agree(seed: int) -> None:
    made = world(seed)
    outcome, expected = of_program(made), of_reference(made)
    assert outcome.trace.decisions == expected.decisions
    found = [numbers_of(each) for each in outcome.trace.positions.values()]
    assert found == [numbers_of_simple(each) for each in expected.positions]
    summary = summary_of(outcome)
    assert Fraction(summary.parts.pnl) == sum((each.pnl for each in expected.positions if each.pnl is not None), 0)
    assert Fraction(summary.exposure.alone_s) * 1000 == expected.alone_ms
    assert summary.problems == ()


def test_the_seeds_trade_in_every_way() -> None:
    made = [world(seed) for seed in SEEDS]
    closed = [sum(each.pnl is not None for each in of_reference(one).positions) for one in made]
    assert sum(count > 2 for count in closed) >= len(made) // 2
    assert {one.is_perp for one in made} == {True, False}
    assert {one.max_positions for one in made} == {1, 2, 4}


def of_program(made: World) -> Outcome:
    return run(experiment_of(made), tapes_of(made))


def experiment_of(made: World) -> Experiment:
    """The bot of a world, patient and with wide limits."""
    config = ArbitrageConfig(
        FOREIGN, "AAA/USDT", Decimal(SIZE), Decimal(made.entry), Decimal(made.exit), "USDKRW", "seeded",
        ways=Ways.SELL_HOME if made.sells_home else Ways.BUY_HOME, entry_step_pct=Decimal(made.step),
        max_positions=made.max_positions, confirmations=1, min_depth=Decimal(made.min_depth),
        max_slippage_pct=Decimal(40), max_fx_age_s=Decimal(RATE_AGE_MS // 1000), leg_timeout_s=Decimal(10**7),
        max_imbalance_value=Decimal(10**12), max_imbalance_s=Decimal(10**7),
    )  # fmt: skip
    legs = [
        LegSource(Path("seeded"), Terms(Decimal(made.slippage), latency_ms, Decimal(made.participation)))
        for latency_ms in made.latency_ms
    ]
    return Experiment(legs[0], legs[1], None, config)


def tapes_of(made: World) -> Tapes:
    """What the files of a world would hold."""
    kind = InstrumentKind.PERP if made.is_perp else InstrumentKind.SPOT
    home = Instrument(HOME, "AAA/KRW", "AAA", "KRW", rules("1", "0.0005", FeeAsset.QUOTE))
    fee_asset = FeeAsset.QUOTE if made.is_perp else FeeAsset.RECEIVED
    foreign = Instrument(FOREIGN, "AAA/USDT", "AAA", "USDT", rules("0.01", "0.001", fee_asset), kind)
    known = RateHistory(
        "USDKRW", "seeded", np.array([at for at, _ in made.rates], np.int64), np.array([rate for _, rate in made.rates])
    )
    return Tapes(CandleTape(home, recording(made.home, 60)), CandleTape(foreign, recording(made.foreign, 300)), known)


def rules(increment: str, fee: str, fee_asset: FeeAsset) -> VenueRules:
    return VenueRules(
        (PriceBand(Decimal(0), Decimal(increment)),), Decimal("0.0001"), Decimal("0.0001"), None, Decimal(1), 200,
        Decimal(fee), Decimal(fee), fee_asset,
    )  # fmt: skip


def recording(rows: list[Candle], timeframe_s: int) -> CandleRecording:
    ts, opens, closes, volumes = (np.array(column) for column in zip(*rows, strict=True))
    low, high = np.minimum(opens, closes), np.maximum(opens, closes)
    return CandleRecording(timeframe_s, ts.astype(np.int64), opens, high, low, closes.astype(float), volumes)


def of_reference(made: World) -> SimpleRun:
    home, foreign = (
        SimpleLeg(
            rows, span * MINUTE_MS, lambda _, step=step: Fraction(step), Fraction("0.0001"), Fraction(fee),  # type: ignore[misc]
            fee_in_base=in_base, is_perp=is_perp, slippage=Fraction(made.slippage) / 100, latency_ms=latency_ms,
        )
        for rows, span, step, fee, in_base, is_perp, latency_ms in (
            (made.home, 1, "1", "0.0005", False, False, made.latency_ms[0]),
            (made.foreign, 5, "0.01", "0.001", not made.is_perp, made.is_perp, made.latency_ms[1]),
        )
    )  # fmt: skip
    pair = SimplePair(
        Fraction(SIZE), Fraction(made.entry), Fraction(made.exit), made.sells_home, made.max_positions,
        Fraction(made.step), 10_000, Fraction(made.min_depth), Fraction("0.4"), Fraction("0.1"), RATE_AGE_MS,
    )  # fmt: skip
    return simulate_pair(home, foreign, [(at, Fraction(repr(rate))) for at, rate in made.rates], pair)
