"""Kills at seeded moments and once at every await of the order protocol; the end is as if there had been none.

The ordinary run takes a few kills; the whole sweep is the command in kill_sweep.py, or GRIDWRIGHT_SWEEP=full here.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.reference.cases import CASES, recording_path, run_reference
from tests.reference.program import first_days
from tests.support.killpoints import MOMENTS
from tests.support.warm_programs import run
from tests.sweeps.kill_sweep import SweptDesk, complaints, open_desk, run_to_end, seeded_kills, sweep

IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"
SEED, KILLS, DAYS = (1, 200, 14) if IS_FULL else (1, 6, 1)
CASE = CASES[0]


def around(number: int, *places: str) -> list[tuple[str, int]]:
    """The moment before and the moment after each place, at its n-th passing."""
    return [(f"{when} {place}", number) for place in places for when in ("before", "after")]


#: In the first day it earns 1 %; then everything is cancelled and sold, so that this can be cut as well.
STOPPING = replace(CASE, name="stopping", config=replace(CASE.config, take_profit_pct=Decimal(1)))
#: Each moment with its number, in an order in which every one is reached: the first purchase, the ladder in its midst,
#: single fills and their counter orders, the questions at a start, the cancelling and selling at the end.
CUTS = (
    *around(1, "commit of intent", "place", "commit of outcome"),
    ("after place", 20),
    *around(1, "commit of fill", "report", "commit of note"),
    ("after report", 17),
    *around(1, "commit of intent", "place"),
    *around(100, "deliver"),
    *around(2, "settled"),
)
#: While the stop cancels 40 orders and then sells.
CUTS_OF_A_STOP = (*around(1, "cancel"), *around(12, "cancel"), *around(1, "place", "commit of fill"))


def recorded() -> Path:
    path = recording_path(CASE)
    if path is None:
        pytest.skip(f"{CASE.recording} is not on this machine; set GRIDWRIGHT_DATA to the folder of recorded markets")
    return path


@pytest.mark.sweep
def test_killed_at_seeded_moments(tmp_path: Path) -> None:
    recorded()
    assert sweep(tmp_path, CASE, DAYS, seeded_kills(SEED, KILLS)) == []


def test_every_moment_of_the_protocol_is_cut() -> None:
    assert {moment for moment, _ in (*CUTS, *CUTS_OF_A_STOP)} == set(MOMENTS)


@pytest.mark.sweep
def test_killed_at_every_await_of_the_protocol(tmp_path: Path) -> None:
    assert cut(tmp_path, CUTS) == []


@pytest.mark.sweep
def test_killed_at_every_await_of_a_stop(tmp_path: Path) -> None:
    assert cut(tmp_path, CUTS_OF_A_STOP) == []


def cut(folder: Path, cuts: Sequence[tuple[str, int]]) -> list[str]:
    """What is wrong after one desk was killed at all these moments, one run after the other."""
    recording = first_days(recorded(), 1, folder)
    assert run_reference(recording, STOPPING.config).stopped_by == "take_profit"
    desk = open_desk(folder / "desk", recording, STOPPING)
    missed = [f"{moment} {number} is not reached." for moment, number in cuts if not is_killed_at(desk, moment, number)]
    run_to_end(desk)
    return complaints(desk) + missed


def is_killed_at(desk: SweptDesk, moment: str, number: int) -> bool:
    """Run with the trap set; False when the recording ended without passing that moment so often."""
    command = ["-m", "tests.support.killpoints", moment, str(number), "--", *desk.run_arguments]
    done = run(command, environment=os.environ)
    assert done.returncode in (0, -9), f"{moment} {number}: ended by itself with {done.returncode}: {done.stderr}"
    return done.returncode == -9
