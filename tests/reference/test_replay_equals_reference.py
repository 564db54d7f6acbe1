"""The real program replays recorded markets; the simple reference must get the same numbers to the last unit.

The ordinary run takes the first three days of each recording, GRIDWRIGHT_SWEEP=full the whole files.
"""

import os
from pathlib import Path

import pytest

from tests.reference.cases import CASES, Case, recording_path, report_of, run_reference
from tests.reference.program import first_days, numbers_of, replay

DAYS = 3
IS_FULL = os.environ.get("GRIDWRIGHT_SWEEP") == "full"


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_replay_of_a_recorded_market(case: Case, tmp_path: Path, database_url: str) -> None:
    recording = recording_path(case)
    if recording is None:
        pytest.skip(f"{case.recording} is not on this machine; set GRIDWRIGHT_DATA to the folder of recorded markets")
    if not IS_FULL:
        recording = first_days(recording, DAYS, tmp_path)
    desk = ["--data-folder", str(tmp_path / "a desk"), "--database-url", database_url]
    report = replay(recording, case.rules, case.config, *desk)
    expected = run_reference(recording, case.config)
    assert numbers_of(report) == report_of(expected)
    assert report["ledger_problems"] == []
    assert expected.cycles > 10, "a grid that hardly trades proves nothing"
