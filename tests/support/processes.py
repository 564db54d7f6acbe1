"""Real programs as child processes, and what the system says about any process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def is_running(pid: int) -> bool:
    """Alive, and not merely waiting for somebody to read its exit code."""
    try:
        status = (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def start_python(
    code: str, *arguments: str, uid: int | None = None, python: str = sys.executable
) -> subprocess.Popen[str]:
    """A Python program of a few lines that finds our code; its words come back through pipes."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *site_packages()]), "HOME": "/nonexistent"}
    return subprocess.Popen(
        [python, "-c", code, *arguments],
        cwd="/",
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )


def site_packages() -> list[str]:
    """Where this Python keeps what it installed."""
    return [path for path in sys.path if path.endswith("site-packages")]
