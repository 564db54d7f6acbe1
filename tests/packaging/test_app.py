"""The packaged program does what the program does: trades, stops, goes on after a kill, replays, opens its window."""

import ast
import csv
import importlib.util
import json
import math
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.packaging.conftest import ROOT
from tests.packaging.packaged import PackagedProgram
from tests.packaging.screen import Screen
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.slow]

COLUMNS = ("ts", "open", "high", "low", "close", "volume")
GRID = ("--lower", "55000", "--upper", "65000", "--grid-count", "60", "--investment", "5000")
TRADES_S = 90.0
STOPS_S = 30.0


def add_demo(program: PackagedProgram) -> None:
    """A grid on the simulated market, 300 times as fast as real time."""
    program.ask("account", "open-simulated", "--seed", "7", "--speed", "300")
    program.ask("bot", "add", "grid", "--account", "simulated:demo", *GRID, "--start")


def fills(program: PackagedProgram) -> set[str]:
    """Identities of all executions so far."""
    return {fill["trade_id"] for fill in program.ask("fills", "--limit", "2000")}


def wait_for_fills(program: PackagedProgram, desk: subprocess.Popen[bytes], output: Path, than: set[str]) -> None:
    """Until the desk has traded three times more than it had; fails with its words when it ends before that."""

    def has_traded() -> bool:
        assert desk.poll() is None, output.read_text(encoding="utf-8")
        return len(fills(program) - than) >= 3

    wait_until(has_traded, what="fills", within_s=TRADES_S)


def stop(process: subprocess.Popen[bytes], output: Path) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOPS_S) == 0, output.read_text(encoding="utf-8")


def test_it_says_its_version(program: PackagedProgram) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert program.run("--version") == f"gridwright {version}\n"
    assert not program.desk.exists()


def libraries_of_ours() -> list[str]:
    """Every foreign module that our code imports, wherever it does: what is loaded late is what a package lacks."""
    found = set()
    for file in [file for room in ("engine", "storage", "gui") for file in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                found.add(node.module)
                found |= {f"{node.module}.{alias.name}" for alias in node.names if is_module(node.module, alias.name)}
    known = sys.stdlib_module_names | {"engine", "storage", "gui", "main"}
    return sorted(name for name in found if name.split(".")[0] not in known)


def is_module(package: str, name: str) -> bool:
    """Whether `from package import name` means a module below a foreign package, such as `pyarrow.parquet`."""
    if package.split(".")[0] in {"engine", "storage", "gui"} | sys.stdlib_module_names:
        return False
    where = importlib.util.find_spec(package)
    below = where.submodule_search_locations if where is not None else None
    return any((Path(folder) / name).is_dir() or (Path(folder) / f"{name}.py").is_file() for folder in below or ())


def test_every_library_is_inside(program: PackagedProgram) -> None:
    wanted = libraries_of_ours()
    assert {"alembic.op", "asyncpg", "ccxt.pro", "pyarrow.parquet", "PySide6.QtWidgets"} <= set(wanted)
    assert program.run("--try-imports", *wanted) == ""


def modules_of_ours() -> set[str]:
    """Every module of ours that the program comes to from `main`, wherever on the way it is imported."""
    found: set[str] = set()
    left = ["main"]
    while left:
        file = file_of(left.pop())
        for node in [] if file is None else ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module), *(f"{node.module}.{name}" for name in names)]
            rooms = {"engine", "storage", "gui"}
            new = {name for name in names if name.split(".")[0] in rooms and file_of(name)} - found
            found |= new
            left += new
    return found


def file_of(module: str) -> Path | None:
    """The file of a module of ours; None for what is none."""
    place = ROOT.joinpath(*module.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def test_every_module_of_ours_is_inside(program: PackagedProgram) -> None:
    """PyInstaller leaves out without a word what it could not read."""
    ours = modules_of_ours()
    assert {"engine.kernel.kernel", "engine.lab.arbitrage.replay", "storage.desk_storage", "gui.main_window"} <= ours
    assert program.run("--try-imports", *sorted(ours)) == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--sideways"], 2, "Not understood: --sideways."),
        (["bot", "show", "nobody"], 2, "There is no bot nobody."),
        (["--database-url", "postgresql://a:b@127.0.0.1:1/x", "status"], 3, "No database answers at 127.0.0.1:1 "),
        (["--data-folder", "/proc/nowhere", "status"], 3, "The data folder /proc/nowhere cannot be made"),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else None,
)
def test_what_cannot_be_is_a_sentence_and_an_exit_code(
    program: PackagedProgram, arguments: list[str], code: int, sentence: str
) -> None:
    done = program.end_of(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"gridwright: {sentence}")


def test_a_second_one_on_its_data_folder_ends_with_5(program: PackagedProgram, tmp_path: Path) -> None:
    output = tmp_path / "words"
    desk = program.start("--no-gui", output=output)

    def is_running() -> bool:
        assert desk.poll() is None, output.read_text(encoding="utf-8")
        return "The engine runs" in output.read_text(encoding="utf-8")

    wait_until(is_running, what="the engine", within_s=TRADES_S)
    done = program.end_of("--no-gui")
    assert done.returncode == 5, done.stderr
    assert "already runs on the data folder" in done.stderr
    stop(desk, output)


def test_a_grid_trades_stops_and_goes_on_after_a_kill(program: PackagedProgram, tmp_path: Path) -> None:
    add_demo(program)
    output = tmp_path / "words"
    desk = program.start("--no-gui", output=output)
    wait_for_fills(program, desk, output, set())
    # One process of the desk, its supervisor, the server and its children: none of them knows this source or Python.
    assert len(program.processes()) >= 3
    assert program.foreign_code() == []
    assert [file for file in program.loaded() if "Qt" in file] == []
    stop(desk, output)
    wait_until(lambda: not program.processes(), what="the end of every process", within_s=STOPS_S)

    before = fills(program)
    desk = program.start("--no-gui", output=output)
    wait_for_fills(program, desk, output, before)
    desk.kill()
    desk.wait(STOPS_S)
    wait_until(lambda: not program.processes(), what="the end of the server after a kill", within_s=STOPS_S)

    killed_at = fills(program)
    assert before < killed_at
    desk = program.start("--no-gui", output=output)
    wait_for_fills(program, desk, output, killed_at)
    stop(desk, output)
    assert killed_at < fills(program)


def waves() -> list[tuple[str, str, str, str, str, str]]:
    """Eight hours of minutes that go up and down through the whole range."""
    rows = []
    last = 30_000
    for minute in range(480):
        close = 30_000 + round(1_500 * math.sin(minute / 17) + 400 * math.sin(minute / 3))
        high, low = max(last, close) + 5, min(last, close) - 5
        ts = f"2026-01-05T{minute // 60:02}:{minute % 60:02}:00Z"
        rows.append((ts, str(last), str(high), str(low), str(close), "12.5"))
        last = close
    return rows


def write_csv(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([COLUMNS, *waves()])


def write_parquet(file: Path) -> None:
    columns = list(zip(*waves(), strict=True))
    ts = pa.array(columns[0]).cast(pa.timestamp("ms", "UTC"))
    numbers = [pa.array([float(text) for text in column]) for column in columns[1:]]
    parquet.write_table(pa.table([ts, *numbers], names=list(COLUMNS)), file)


RULES = ("--rules", "plain", "--symbol", "BTC-USDT", "--cash", "10000", "--lower", "28500", "--upper", "31500")
REPLAY = (*RULES, "--grid-count", "20", "--investment", "9000", "--json")


def outcome(report: Any) -> Any:
    """A report without what depends on the file's name, the machine and the bot's chance identity."""
    own = {"file", "elapsed_s", "candles_per_s", "bot", "name", "account"}
    if isinstance(report, dict):
        return {key: outcome(value) for key, value in report.items() if key not in own}
    return report


@pytest.mark.parametrize(("name", "write"), [("waves.csv", write_csv), ("waves.parquet", write_parquet)])
def test_a_replay_gives_what_the_source_gives(
    program: PackagedProgram, tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    recording = program.home / name
    write(recording)
    packaged = json.loads(program.run("replay", str(recording), *REPLAY))
    source = (sys.executable, str(ROOT / "main.py"), "--data-folder", str(tmp_path / "desk"))
    done = subprocess.run(
        [*source, "replay", str(recording), *REPLAY], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert packaged["cycles"] > 20
    assert outcome(packaged) == outcome(json.loads(done.stdout))


def test_the_window_opens_and_closes(program: PackagedProgram, screen: Screen, tmp_path: Path) -> None:
    add_demo(program)
    output = tmp_path / "words"
    desk = program.start(output=output, DISPLAY=screen.name)
    wait_until(lambda: screen.colours() > 200 or desk.poll() is not None, what="a painted window", within_s=TRADES_S)
    assert desk.poll() is None, output.read_text(encoding="utf-8")
    wait_for_fills(program, desk, output, set())
    screen.save(ROOT / "build" / "screens" / "packaged.png")
    assert program.foreign_code() == []
    stop(desk, output)
