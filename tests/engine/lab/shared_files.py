"""Where the recorded markets are on this machine."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("GRIDWRIGHT_DATA", ROOT.parent / "shared" / "data"))

needs_recordings = pytest.mark.skipif(
    not (FOLDER / "candles").is_dir(),
    reason=f"no recorded markets in {FOLDER}; set GRIDWRIGHT_DATA to their folder",
)
