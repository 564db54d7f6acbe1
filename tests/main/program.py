"""The real program for tests: how it is started, and a desk with something on it."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.embedded.question import ask
from tests.support.processes import site_packages
from tests.support.warm_programs import Running, run, start

ROOT = Path(__file__).resolve().parents[2]
FIRST_MS = int(datetime(2025, 9, 1, tzinfo=UTC).timestamp()) * 1000

#: A grid on `recording`, whose price goes from 4,000 down to 3,900, up to 4,100 and back.
GRID = ("--lower", "3800", "--upper", "4200", "--grid-count", "20", "--investment", "1000000")


def environment(**more: str) -> dict[str, str]:
    """Ours without anybody's settings and without a display."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GRIDWRIGHT_", "DISPLAY", "WAYLAND"))
    }
    kept.pop("QT_QPA_PLATFORM", None)
    return kept | {"PYTHONWARNINGS": "error"} | more


def program(
    *arguments: str,
    more: Mapping[str, str] | None = None,
    uid: int | None = None,
    python: str = sys.executable,
    within_s: float = 300,
) -> subprocess.CompletedProcess[str]:
    """`main.py` with these arguments, to its end; `uid` runs it as another user, with a Python that one may start."""
    command = [str(ROOT / "main.py"), *arguments]
    if uid is None:
        return run(command, environment=environment(**(more or {})), folder=Path("/"), within_s=within_s)
    return subprocess.run(
        [python, *command],
        env=environment(PYTHONPATH=os.pathsep.join(site_packages()), **(more or {})),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
        user=uid,
        group=uid,
        extra_groups=[],
    )


def start_program(*arguments: str, more: Mapping[str, str] | None = None) -> Running:
    """`main.py` with these arguments, running, its words in pipes."""
    return start([str(ROOT / "main.py"), *arguments], environment=environment(**(more or {})))


@dataclass(frozen=True)
class TestDesk:
    """A desk on a database of its own. `run` and `ask` are its sub-commands."""

    __test__ = False

    folder: Path
    url: str

    @property
    def options(self) -> list[str]:
        return ["--data-folder", str(self.folder), "--database-url", self.url]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return program(*arguments, *self.options)

    def ask(self, *arguments: str) -> Any:
        """The answer as JSON; a failed program is a failed test with its own words."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr}"
        return json.loads(done.stdout)

    def written(self) -> dict[str, object]:
        """What is stored: rows of every table, and files with their sizes. Equal means that nothing was written.

        The log is not counted, nor the lock's note of who held it, and of PostgreSQL only what tables hold.
        """
        names = ask(
            self.url,
            "SELECT string_agg(format('SELECT %L, count(*) FROM %I', tablename, tablename), ' UNION ALL ')"
            " FROM pg_tables WHERE schemaname = 'public'",
        )
        counted = ask(self.url, f"SELECT json_object_agg(n, c) FROM ({names[0]}) AS counts(n, c)")
        files = {
            str(path.relative_to(self.folder)): path.stat().st_size
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and "logs" not in path.parts and path.name not in {"desk.owner", "desk.lock"}
        }
        return {"rows": json.loads(counted[0]), "files": files}


def candles(prices: Sequence[float]) -> list[list[float]]:
    """Minutes whose open is the close before; volume enough for everything."""
    opens = [prices[0], *prices[:-1]]
    return [
        [FIRST_MS + at * 60_000, start, max(start, end) + 1, min(start, end) - 1, end, 1_000_000.0]
        for at, (start, end) in enumerate(zip(opens, prices, strict=True))
    ]


def write_csv(path: Path, rows: Sequence[Sequence[object]], header: Sequence[str] | None = None) -> Path:
    """A recording as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header or ("ts", "open", "high", "low", "close", "volume"))
        writer.writerows(rows)
    return path


def recording(folder: Path, name: str = "upbit_XRP-KRW_1m.csv") -> Path:
    """Four hours: 4,000 down to 3,900, up to 4,100 and back to 4,000, in steps of 5."""
    down = [4000.0 - 5 * step for step in range(21)]
    up = [3900.0 + 5 * step for step in range(1, 41)]
    back = [4100.0 - 5 * step for step in range(1, 21)]
    return write_csv(folder / name, candles([*down, *up, *back] * 3))


def child_of(pid: int) -> int:
    """The window program that xvfb-run started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text(encoding="utf-8")
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if int(status.rpartition(")")[2].split()[1]) == pid and str(ROOT / "main.py").encode() in words:
                return int(entry.name)
    raise AssertionError(f"process {pid} has no window program")
