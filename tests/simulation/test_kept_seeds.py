"""Seeds that once found something, kept for ever. What each found has a short test of its own as well.

Whole days are for the full run: `GRIDWRIGHT_SWEEP=full`.
"""

import os

import pytest

from tests.proof.towns import loaded
from tests.simulation.day import simulate

IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
#: (venue, seed, hours)
KEPT: tuple[tuple[str, int, float], ...] = (
    # Suspended for five minutes, and a bot stood still that only had to wait.
    ("okxswap", 4, 3.0),
)
DAYS: tuple[tuple[str, int], ...] = (
    # Suspended for five minutes: on OKX and Bitget, and on Bithumb, whose word for it was unknown.
    ("okxswap", 4),
    ("bitgetmix", 6),
    ("bithumb", 58),
    # A second buy for a rung after the size step had become finer again.
    ("binanceusdm", 10),
    # Funding that nobody spoke of was booked only after minutes.
    ("bitgetmix", 14),
    # Each look at a clock that was right made it look less so.
    ("upbit", 15),
    # The countdown of a killed program cancelled what the owner had ordered since.
    ("binanceusdm", 26),
    # Orders by hand that were refused were held against the program (by the stage).
    ("bithumb", 32),
    ("okx", 35),
    # A fill that came late hid why a bot stood still.
    ("binanceusdm", 34),
    ("okxswap", 76),
    # After a reconnect entries waited for a quote in a market that stood still.
    ("okx", 61),
    # The owner sold by hand off a step that was coarser for a while (the stage's).
    ("okxswap", 68),
)


@pytest.mark.parametrize(("venue", "seed", "hours"), KEPT)
def test_a_seed_that_found_something_finds_nothing_any_more(venue: str, seed: int, hours: float) -> None:
    assert simulate(loaded(venue), seed, hours).complaints == []


@pytest.mark.skipif(not IS_FULL, reason="whole days are for GRIDWRIGHT_SWEEP=full")
@pytest.mark.parametrize(("venue", "seed"), DAYS)
def test_a_day_that_found_something_finds_nothing_any_more(venue: str, seed: int) -> None:
    assert simulate(loaded(venue), seed, 24.0).complaints == []
