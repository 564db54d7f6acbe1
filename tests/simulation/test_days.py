"""Hours of trouble on every venue: nothing lost, nothing doubled, ledgers exact, and the same seed the same story.

The whole proof is `python -m tests.simulation --seeds 1-100 --hours 24`.
"""

import pytest

from tests.proof.towns import loaded, names
from tests.simulation.day import simulate

HOURS = 0.5


@pytest.mark.parametrize("venue", names())
def test_hours_of_trouble_end_well(venue: str) -> None:
    report = simulate(loaded(venue), 1, HOURS)
    assert report.complaints == []
    assert report.faults >= 4
    assert report.orders > 25
    assert report.fills > 5


def test_the_same_seed_tells_the_same_story() -> None:
    first, second = (simulate(loaded("binance"), 2, HOURS) for _ in range(2))
    other = simulate(loaded("binance"), 3, HOURS)
    assert first.trace == second.trace
    assert (first.faults, first.orders, first.fills) == (second.faults, second.orders, second.fills)
    assert other.trace != first.trace
