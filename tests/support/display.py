"""A screen for tests of the window: the present one, or an Xvfb of our own where there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def display() -> Iterator[str]:
    """DISPLAY, set before the first QApplication. Xvfb chooses a free number itself and tells it when it is ready."""
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM"):
        yield os.environ.get("DISPLAY", "")
        return
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("there is no display and no Xvfb")
    reads, writes = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writes), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
        pass_fds=[writes],
        stderr=subprocess.DEVNULL,
    )
    os.close(writes)
    with os.fdopen(reads) as told:
        number = told.readline().strip()
    os.environ["DISPLAY"] = f":{number}"
    yield os.environ["DISPLAY"]
    del os.environ["DISPLAY"]
    server.terminate()
    server.wait(timeout=180)
