"""The built folder, copied to a path with a space and Hangul; skipped with the reason where there is none."""

import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.packaged import PackagedProgram, give
from tests.packaging.screen import Screen, open_screen
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "dist" / "gridwright"
SOURCES = ("main.py", "engine/**/*.py", "storage/**/*.py", "gui/**/*.py", "resources/packaging/*")
GONE_S = 60.0


def why_not() -> str:
    """The reason to skip, empty when there is a folder worth trying. GRIDWRIGHT_APP=1 insists on trying it."""
    if not sys.platform.startswith("linux"):
        return "the packaged program is tried out on Linux only"
    if os.environ.get("GRIDWRIGHT_APP") == "1":
        return ""
    if not (BUILT / "gridwright").is_file():
        return "dist/gridwright is not built; make app does that, and runs these tests"
    newest = max(file.stat().st_mtime for pattern in SOURCES for file in ROOT.glob(pattern))
    if newest > (BUILT / "gridwright").stat().st_mtime:
        return "dist/gridwright is older than the source; make app builds it again, and runs these tests"
    return ""


@pytest.fixture(scope="session")
def unpacked() -> Iterator[Path]:
    """Where everybody can reach it: a user's own temp folders are closed to the user we also try it as."""
    if reason := why_not():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="gridwright-", dir="/tmp") as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "Grid wright 한글"
        shutil.copytree(BUILT, folder, symlinks=True)
        yield folder


@pytest.fixture(params=["as ourselves", "as a normal user"])
def program(request: pytest.FixtureRequest, unpacked: Path) -> Iterator[PackagedProgram]:
    """A fresh desk; afterwards nothing of the program may be left alive."""
    uid = None
    if request.param == "as a normal user":
        if os.geteuid() != 0:
            pytest.skip("whoever runs the tests is a normal user already")
        uid = pwd.getpwnam("nobody").pw_uid
    home = give(Path(tempfile.mkdtemp(prefix="home ", dir=unpacked.parent)) / "user", uid)
    home.parent.chmod(0o755)
    made = PackagedProgram(unpacked, home, uid)
    try:
        yield made
        # A test that failed leaves its desk running; `end` is for that.
        if not made.is_running:
            wait_until(lambda: not made.processes(), what="the end of every process", within_s=GONE_S)
    finally:
        made.end()


@pytest.fixture
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """An empty one."""
    yield from open_screen(tmp_path_factory.mktemp("screen"))
