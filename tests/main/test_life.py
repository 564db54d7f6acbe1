"""How the program starts, runs and ends: without a display, on its own database, by signals, in a window."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.main.desks import desk as desk
from tests.main.program import GRID, ROOT, TestDesk, child_of, environment, program, recording, start_program
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

#: Runs the program in this interpreter and says which parts of Qt it loaded.
WITNESS = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import main

try:
    code = main.main(sys.argv[1:])
except SystemExit as end:
    code = end.code
heavy = set() if "--help" not in sys.argv else {"asyncpg", "sqlalchemy", "numpy", "pyarrow", "storage", "redis", "ccxt"}
heavy |= {"PySide6", "shiboken6", "qasync", "pyqtgraph", "gui"}
print("loaded:", sorted({name.split(".")[0] for name in sys.modules} & heavy), file=sys.stderr)
sys.exit(code)
"""


def witnessed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program, and at its end on stderr which heavy parts it loaded."""
    command = [sys.executable, "-c", WITNESS, str(ROOT), *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)


def play_to_the_end(desk: TestDesk) -> None:
    file = recording(desk.folder.parent)
    desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000", "--speed", "max")
    desk.ask("bot", "add", "grid", "--account", "replay:small", "--name", "Walker", "--start", *GRID)


def test_without_a_window_no_part_of_qt_is_loaded(desk: TestDesk) -> None:
    play_to_the_end(desk)
    for arguments in (("status",), ("--no-gui", "--until-replay-ends")):
        done = witnessed(*arguments, *desk.options)
        assert (done.returncode, done.stderr) == (0, "loaded: []\n")


def test_the_desk_without_a_window_tells_each_decision_and_the_report(desk: TestDesk) -> None:
    play_to_the_end(desk)
    done = desk.run("--no-gui", "--until-replay-ends")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    told = [line for line in lines if "  Walker  " in line]
    assert len(told) == len(desk.ask("log", "--bot", "Walker", "--limit", "2000")) - 2, "all but what the clerk did"
    assert told[0].startswith("2025-09-01 00:00:00  Walker  Started at ")
    assert "Ledger exact to the last unit." in lines


def test_reports_as_json_stand_alone_on_stdout(desk: TestDesk) -> None:
    play_to_the_end(desk)
    (report,) = desk.ask("--no-gui", "--until-replay-ends")
    assert (report["name"], report["is_ledger_exact"]) == ("Walker", True)


def test_waiting_for_replays_that_do_not_exist_is_refused(desk: TestDesk) -> None:
    done = desk.run("--no-gui", "--until-replay-ends")
    assert done.returncode == 2
    assert done.stderr == "gridwright: There is no replay to wait for; `account open-replay` opens one.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_in_order(desk: TestDesk, number: signal.Signals) -> None:
    running = start_program("--no-gui", *desk.options)
    try:
        wait_until(lambda: desk.ask("status")["is_engine_running"], what="the desk to run", within_s=30)
    finally:
        running.send_signal(number)
        out, err = running.communicate(timeout=180)
    assert (running.returncode, err) == (0, "")
    assert "The engine runs with 0 bots." in out
    assert out.splitlines()[-1] == "running | 0 of 0 bots run | 0 orders rest"
    assert desk.ask("status")["is_engine_running"] is False


def test_without_a_display_the_desk_says_so_and_runs(desk: TestDesk) -> None:
    running = start_program(*desk.options)
    try:
        wait_until(lambda: desk.ask("status")["is_engine_running"], what="the desk to run", within_s=30)
    finally:
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=180)
    assert running.returncode == 0
    assert err == "gridwright: There is no display, so the desk runs without a window; Ctrl+C stops it.\n"
    assert "The engine runs" in out


def test_a_desk_on_its_own_database_in_a_folder_with_a_space_and_hangul(tmp_path: Path) -> None:
    folder = tmp_path / "my desk 거래"
    file = recording(tmp_path)
    done = program("replay", str(file), *GRID, "--cash", "2000000", "--data-folder", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    assert '"is_ledger_exact": true' in done.stdout
    assert not (folder / "postgres" / "cluster" / "postmaster.pid").exists(), "the server stopped with its last program"


def test_a_killed_replay_is_taken_up_again_to_the_same_end(desk: TestDesk) -> None:
    """Killed once at about the middle; the report is that of a run that was never killed."""
    file = recording(desk.folder.parent)
    command = ("replay", str(file), *GRID, "--cash", "2000000")
    whole = TestDesk(desk.folder.parent / "never killed", desk.url)
    expected = whole.ask(*command, "--name", "whole")
    # Both desks are in one database, and `fills` without a bot lists those of both.
    all_fills = ("fills", "--limit", "2000")
    others = len(desk.ask(*all_fills))
    running = start_program(*command, "--name", "killed", "--speed", "3600", *desk.options)
    try:
        wait_until(lambda: len(desk.ask(*all_fills)) > others + 5, what="some fills", within_s=30)
    finally:
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=180)
    assert running.returncode == -signal.SIGKILL
    found = desk.ask(*command, "--name", "killed")
    numbers = ("fills", "cycles", "matched", "floating", "fees", "cash", "base_held", "equity_end", "ledger_problems")
    assert {key: found[key] for key in numbers} == {key: expected[key] for key in numbers}


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="no virtual display on this machine")
def test_the_window_opens_and_a_signal_closes_it(desk: TestDesk) -> None:
    play_to_the_end(desk)
    command = ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", sys.executable, str(ROOT / "main.py"), *desk.options]
    running = subprocess.Popen(
        command, env=environment(LIBGL_ALWAYS_SOFTWARE="1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        # The replay runs at full speed behind the window, so fills show that the engine of the window trades.
        wait_until(lambda: len(desk.ask("fills")) > 20, what="fills of the window's engine", within_s=40)
    finally:
        os.kill(child_of(running.pid), signal.SIGTERM)
        out, err = running.communicate(timeout=180)
    assert (running.returncode, out, err) == (0, "", "")


def test_help_loads_nothing_heavy() -> None:
    """That is what makes it answer in a tenth of a second."""
    done = witnessed("--help")
    assert (done.returncode, done.stderr) == (0, "loaded: []\n")
    assert done.stdout.startswith("usage: gridwright")
