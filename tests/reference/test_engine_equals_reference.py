"""The real engine on the real replay venue against the reference, on seeded random markets and grids.

The ordinary run takes 60 seeds, GRIDWRIGHT_SWEEP=full takes 1,000.
"""

import os
from pathlib import Path

import pytest

from tests.reference.in_process import run_in_process, write_recording
from tests.reference.random_cases import random_candles, random_config
from tests.reference.simple_grid import simulate

SEEDS = 1000 if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else 60
CANDLES = 150


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_engine_and_reference_get_the_same_numbers(seed: int, tmp_path: Path) -> None:
    candles, config = random_candles(seed, CANDLES), random_config(seed)
    ts, opens, highs, lows, closes, volumes = zip(*candles, strict=True)
    expected = simulate(ts, opens, highs, lows, closes, volumes, config)
    recording = tmp_path / "market.csv"
    write_recording(candles, recording)
    bot, journal = await run_in_process(recording, config, tmp_path)
    fills = [recorded.fill for recorded in journal.fills]
    assert [(f.side.value, f.price, f.quantity, f.fee, round(f.at.timestamp() * 1000)) for f in fills] == [
        (row["side"], row["price"], row["quantity"], row["fee"], row["ts"]) for row in expected.fills
    ]
    assert bot.bot.closed_cycles == expected.cycles
    assert bot.matched_profit == expected.matched
    assert bot.floating_pnl == expected.floating
    assert bot.bot.fees_quote == expected.fees
    assert bot.bot.fees_base == expected.fees_base
