# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""Seconds from the start of the program to its work, next to a bare `python -c pass` in the same run.

    python -m tests.bench.bench_cold_start

Each is a process of its own on a new data folder: help, a first start without a window (which makes the database), a
second one, and the window until it is on the screen (needs xdotool and a display; said so where they are missing).
"""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
RUNNING = "The engine runs with"
LONGEST_S = 60.0


def spent(command: list[str]) -> float:
    """Seconds until a command has ended."""
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def until_trading(folder: Path) -> float:
    """Seconds until the desk without a window says that its engine runs."""
    command = [sys.executable, "main.py", "--data-folder", str(folder), "--no-gui"]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        for line in desk.stdout:
            if RUNNING in line:
                took = time.perf_counter() - started
                desk.send_signal(signal.SIGTERM)
                return took
    raise RuntimeError("the desk ended before its engine ran")


def until_shown(folder: Path) -> float:
    """Seconds until the window is on the screen, as the X server sees it."""
    command = [sys.executable, "main.py", "--data-folder", str(folder)]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT) as desk:
        while time.perf_counter() - started < LONGEST_S:
            search = ["xdotool", "search", "--onlyvisible", "--name", "Gridwright"]
            if subprocess.run(search, capture_output=True, check=False).stdout.strip():
                took = time.perf_counter() - started
                desk.send_signal(signal.SIGTERM)
                return took
        desk.kill()
    raise RuntimeError("no window appeared")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / f"desk{number}" for number in range(ROUNDS)]
        bare = statistics.median(spent([sys.executable, "-c", "pass"]) for _ in range(ROUNDS))
        rows = {"--help": statistics.median(spent([sys.executable, "main.py", "--help"]) for _ in range(ROUNDS))}
        rows["--no-gui, first start"] = statistics.median([until_trading(place) for place in places])
        rows["--no-gui, again"] = statistics.median([until_trading(place) for place in places])
        if shutil.which("xdotool") and os.environ.get("DISPLAY"):
            rows["window, again"] = statistics.median([until_shown(place) for place in places])
        print(f"{'python -c pass':26}{bare:8.3f} s")
        for name, took in rows.items():
            print(f"{name:26}{took:8.3f} s  {took / bare:6.1f} x")
        if "window, again" not in rows:
            print("window: not measured, xdotool or a display is missing")


if __name__ == "__main__":
    main()
