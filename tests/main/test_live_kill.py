"""Kills at seeded moments while the shipped program trades real keys; all of them: `python -m tests.live_kills`."""

import os
from pathlib import Path

import pytest

from tests.live_kills import seeded_kills, sweep
from tests.support.exchange.venues_under_test import VENUES

IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
KILLS = 200 if IS_FULL else 3
RUNGS = 40


@pytest.mark.sweep
@pytest.mark.timeout(6_000 if IS_FULL else 300)
def test_killed_while_trading_with_real_keys(tmp_path: Path, database_url: str) -> None:
    outcome = sweep(VENUES[0], tmp_path, database_url, seeded_kills(1, KILLS), RUNGS)
    assert outcome.complaints == []
    assert outcome.fills > 0
    assert outcome.exits > 0
