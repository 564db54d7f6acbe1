"""The real program's replay as a child process, and its answer in the words of the reference."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet

from tests.reference.simple_ladder import SimpleConfig
from tests.support.warm_programs import run

ROOT = Path(__file__).resolve().parents[2]
#: Field of the program's JSON for each number of the reference. Both write amounts as plain exact decimal text.
FIELDS = {
    "fills": "fills",
    "cycles": "cycles",
    "matched": "matched",
    "floating": "floating",
    "fees": "fees",
    "fees_base": "fees_base",
    "base": "base_held",
    "cash": "cash",
    "equity": "equity_end",
}


def recording_arguments(config: SimpleConfig, rules: str) -> list[str]:
    """Options of `replay` and `account open-replay` that say what the market is."""
    return [
        "--rules", rules,
        "--cash", str(config.cash),
        "--volume-unit", "quote" if config.volume_in_quote else "base",
        "--participation", str(config.participation),
    ]  # fmt: skip


def grid_arguments(config: SimpleConfig) -> list[str]:
    """Options of `replay` and `bot add grid` that say what the bot is."""
    arguments = [
        "--lower", str(config.lower),
        "--upper", str(config.upper),
        "--grid-count", str(config.count),
        "--investment", str(config.investment),
        "--mode", "geometric" if config.geometric else "arithmetic",
        "--sizing", "equal_quote" if config.equal_quote else "equal_base",
        "--post-only", "on" if config.post_only else "off",
        "--compounding", "on" if config.compounding else "off",
    ]  # fmt: skip
    stops = {
        "stop_lower": ("--stop-lower", config.stop_lower),
        "stop_upper": ("--stop-upper", config.stop_upper),
        "stop_loss": ("--stop-loss", config.stop_loss_pct),
        "take_profit": ("--take-profit", config.take_profit_pct),
    }
    for name, (flag, value) in stops.items():
        if value is not None:
            arguments += [flag, str(value), f"{flag}-inventory", "sell" if name in config.sell_on else "keep"]
    return arguments


def run_program(*arguments: str, within_s: float = 240) -> subprocess.CompletedProcess[str]:
    """`main.py` with these arguments to its end."""
    return run([str(ROOT / "main.py"), *arguments], environment=os.environ, within_s=within_s)


def ask_program(*arguments: str, within_s: float = 240) -> dict[str, object]:
    """What the program answers as JSON; a failed program is a failed test with its own words."""
    done = run_program(*arguments, "--json", within_s=within_s)
    assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr.strip()}"
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def replay(recording: Path, rules: str, config: SimpleConfig, *desk: str) -> dict[str, object]:
    """The program's own report of one replay; `desk` are the options that say where its desk lives."""
    return ask_program("replay", str(recording), *recording_arguments(config, rules), *grid_arguments(config), *desk)


def numbers_of(report: Mapping[str, object]) -> dict[str, str]:
    """The numbers that must agree with `cases.report_of`."""
    return {name: str(report[field]) for name, field in FIELDS.items()}


def first_days(recording: Path, days: int, folder: Path) -> Path:
    """A copy of the beginning of a recording, under its own name in another folder."""
    table = pyarrow.parquet.read_table(recording)
    end = table["ts"][0].as_py() + days * 86_400_000
    count = sum(1 for ts in table["ts"].to_pylist() if ts < end)
    path = folder / recording.name
    pyarrow.parquet.write_table(table.slice(0, count), path)
    return path
