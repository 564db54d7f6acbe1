"""A seeded part of the matrix of two legs; the whole is `python -m tests.pair_faults --all`."""

import os
import random

import pytest

from tests.faults.test_matrix import Forgetful
from tests.pair_faults.matrix import PAIR_FAULTS, Case, Phase, Step, all_cases, run_case
from tests.pair_faults.towns import TOWNS

IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
SEED = 5
FEW = 2

#: Cases that once found something.
KEPT = (
    # Frames about legs were taken for somebody else's, on every exchange.
    Case("upbit+binanceusdm", "foreign", "frame dropped", Phase.ENTRY, Step.ACCEPTED),
    # A bot whose hedge was taken away never came to an end.
    Case("upbit+okxswap", "foreign", "position taken away", Phase.ENTRY, Step.PERSISTED),
    Case("upbit+binanceusdm", "foreign", "half of a position taken away", Phase.EXIT, Step.SENT),
)


def drawn(town: str) -> list[Case]:
    """Some of a pair's cases, many of them in a full run."""
    cases = [case for case in all_cases() if case.town == town]
    return random.Random(f"{SEED} {town}").sample(cases, 200 if IS_FULL else FEW)


@pytest.mark.parametrize("case", [*KEPT, *(case for town in TOWNS for case in drawn(town.name))], ids=str)
def test_after_a_fault_no_leg_stands_alone(case: Case) -> None:
    outcome = run_case(case)
    assert outcome.complaints == []
    assert outcome.positions > 0


def test_the_matrix_is_as_big_as_it_says() -> None:
    assert len(PAIR_FAULTS) >= 100
    assert len(all_cases()) >= 19_000
    assert len(all_cases()) == len(set(all_cases()))


@pytest.mark.parametrize(("leg", "phase"), [("foreign", Phase.ENTRY), ("home", Phase.EXIT)])
def test_a_leg_whose_lost_answer_is_taken_for_a_no_is_caught(leg: str, phase: Phase) -> None:
    outcome = run_case(Case("upbit+binanceusdm", leg, "order reset after", phase, Step.INTENT), Forgetful)
    assert outcome.complaints
