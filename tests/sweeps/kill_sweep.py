"""The program is killed again and again while it trades a recording, and must end as if nothing had happened.

The whole sweep, about four minutes:

    .venv/bin/python -m tests.sweeps.kill_sweep --kills 200 --days 14

SIGKILL hits the program alone, never its database server. A kill comes a seeded number of lines (decisions that became
durable) and a seeded fraction of a second after the start, or in the middle of starting.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from storage.embedded import EmbeddedPostgres
from tests.reference.cases import CASES, Case, recording_path, run_reference
from tests.reference.program import ROOT, ask_program, first_days, grid_arguments, recording_arguments, run_program
from tests.reference.simple_grid import SimpleResult
from tests.support.warm_programs import start
from tests.sweeps.books import differences
from tests.sweeps.stored_books import StoredBot, read_bot, read_venue

#: Longest wait after the chosen line, and the span in which a starting program is killed.
LATER_S = 0.05
STARTING_S = 1.0
MOST_LINES = 3
RUN_S = 300


@dataclass(frozen=True)
class Kill:
    """After so many lines of output and then so many seconds; no lines means: counted from the start."""

    lines: int
    seconds: float


@dataclass(frozen=True)
class SweptDesk:
    """A data folder of its own with one replay account and one started grid on it."""

    folder: Path
    recording: Path
    case: Case

    @property
    def run_arguments(self) -> list[str]:
        return ["--no-gui", "--until-replay-ends", "--data-folder", str(self.folder)]


def seeded_kills(seed: int, count: int) -> list[Kill]:
    """One in five kills hits a program that is starting, the others one that trades."""
    chance = random.Random(seed)
    return [
        Kill(0, chance.uniform(0, STARTING_S))
        if chance.random() < 0.2
        else Kill(chance.randint(1, MOST_LINES), chance.uniform(0, LATER_S))
        for _ in range(count)
    ]


def open_desk(folder: Path, recording: Path, case: Case) -> SweptDesk:
    """Account, bot and speed by the commands that a person would type."""
    desk = ["--data-folder", str(folder)]
    name = ["--name", "sweep", "--speed", "0"]
    ask_program("account", "open-replay", str(recording), *name, *recording_arguments(case.config, case.rules), *desk)
    ask_program("bot", "add", "grid", "--account", "replay:sweep", "--start", *grid_arguments(case.config), *desk)
    ask_program("market", "speed", "replay:sweep", "max", *desk)
    return SweptDesk(folder, recording, case)


def run_and_kill(desk: SweptDesk, kill: Kill) -> bool:
    """True when the program was killed, False when it had ended before."""
    with (
        (desk.folder / "sweep.err").open("w+") as errors,
        start([str(ROOT / "main.py"), *desk.run_arguments], environment=os.environ, stderr=errors) as program,
    ):
        assert program.stdout is not None
        for _ in range(kill.lines):
            if not program.stdout.readline():
                break
        try:
            program.wait(kill.seconds)
        except subprocess.TimeoutExpired:
            program.kill()
        program.stdout.read()
        program.wait(RUN_S)
        errors.seek(0)
        assert program.returncode in (0, -9), f"ended by itself with {program.returncode}: {errors.read().strip()}"
        return program.returncode == -9


def run_to_end(desk: SweptDesk, *, within_s: float = RUN_S) -> None:
    """Let the recording end."""
    done = run_program(*desk.run_arguments, within_s=within_s)
    assert done.returncode == 0, f"the last run ended with {done.returncode}: {done.stderr.strip()}"


def complaints(desk: SweptDesk) -> list[str]:
    """Everything that is not as if the program had never been killed; empty when all is well."""
    with EmbeddedPostgres(desk.folder / "postgres") as server:
        bot = read_bot(server.ensure_running())
    [store] = (desk.folder / "venues").glob("*.sqlite")
    found = differences(bot.books, read_venue(store), bot.rungs)
    return found + _against_reference(bot, run_reference(desk.recording, desk.case.config))


def _against_reference(bot: StoredBot, expected: SimpleResult) -> list[str]:
    """The run that was never killed, by the independent reference, fill by fill."""
    found = []
    mine = [(fill.side, fill.price, fill.quantity, fill.fee, round(fill.at.timestamp() * 1000)) for fill in bot.fills]
    theirs = [(fill["side"], fill["price"], fill["quantity"], fill["fee"], fill["ts"]) for fill in expected.fills]
    if mine != theirs:
        at = next((i for i, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), None)
        where = f"from fill {at} on: {mine[at]} and not {theirs[at]}" if at is not None else "only in their number"
        found.append(f"{len(mine)} fills are not the {len(theirs)} of a run never killed, {where}.")
    facts: Sequence[tuple[str, Decimal | int, Decimal | int]] = (
        ("cycles", bot.cycles, expected.cycles),
        ("matched profit", bot.matched, expected.matched),
        ("profit of the rungs", bot.rung_profits, expected.matched),
        ("fees", bot.fees, expected.fees),
        ("fees in base", bot.fees_base, expected.fees_base),
    )
    found += [f"The {name} is {is_} and not {should}." for name, is_, should in facts if is_ != should]
    assets = sorted(bot.books.balances)
    amounts = sorted(bot.books.balances.values())
    if amounts != sorted([expected.base, expected.cash]):
        found.append(f"The ledger holds {amounts} of {assets} and not {expected.base} base and {expected.cash} quote.")
    return found


def sweep(folder: Path, case: Case, days: int, kills: Sequence[Kill]) -> list[str]:
    """What was wrong at the ends. When a recording has ended, a new desk begins it again, until all kills are done."""
    original = recording_path(case)
    assert original is not None, f"{case.recording} is not on this machine"
    recording = first_days(original, days, folder)
    pending, found = list(kills), []
    for number in range(1, len(kills) + 1):
        desk = open_desk(folder / f"desk {number}", recording, case)
        before = len(pending)
        while pending and run_and_kill(desk, pending[0]):
            del pending[0]
        run_to_end(desk)
        found += complaints(desk)
        assert len(pending) < before, f"{pending[0]} comes later than the whole recording takes"
        if not pending:
            break
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=14)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = sweep(Path(folder), CASES[0], options.days, seeded_kills(options.seed, options.kills))
    sys.stdout.write(f"{options.kills} kills (seed {options.seed}), {len(found)} complaints\n")
    sys.stdout.writelines(f"{sentence}\n" for sentence in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
