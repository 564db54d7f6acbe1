"""Seeds that once found something, kept for ever: (venue, seed, hours) and what it was."""

import pytest

from tests.proof.towns import loaded
from tests.simulation.day import simulate

KEPT: tuple[tuple[str, int, float], ...] = (
    # Suspended for five minutes, and a bot stood still that only had to wait.
    ("okxswap", 4, 3.0),
)


@pytest.mark.parametrize(("venue", "seed", "hours"), KEPT)
def test_a_seed_that_found_something_finds_nothing_any_more(venue: str, seed: int, hours: float) -> None:
    assert simulate(loaded(venue), seed, hours).complaints == []
