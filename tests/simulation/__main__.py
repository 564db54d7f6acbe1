"""Simulated days of live trading with faults, and the report of them.

    python -m tests.simulation --seeds 1-100 --hours 24 --venue binance [--venue upbit ...] [--twice] [--jobs 2]
    python -m tests.simulation --seeds 1-100 --hours 24 --results FILE

Without --venue the seeds go round over all venues under test. The same seed gives the same trace: --twice plays each
seed again and compares. With --results each day is written into a file with the commit of the code that it was played
on, days that are in it without a complaint are not played again, and the sums are of all that is in it. The exit code
is 1 when anything was lost, doubled or wrong, or took too long.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.proof.towns import names
from tests.simulation.day import Report
from tests.simulation.playing import played

#: Invariants that have words of their own in the report.
TOLD_APART = frozenset({"I2", "I3", "I5", "I10"})


def seeds_of(text: str) -> list[int]:
    """`7`, `1-100` or `1-5,9`."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def told(report: Report) -> str:
    """One line."""
    complaints = f", {len(report.complaints)} COMPLAINTS" if report.complaints else ""
    return (
        f"{report.venue:12} seed {report.seed:4}: {report.hours:g} h in {report.took_s:5.1f} s, "
        f"{report.faults} faults, {report.orders} orders, {report.fills} fills, {report.lives} lives, "
        f"slowest {report.slowest_s:.1f} s, trace {report.trace[:16]}{complaints}"
    )


def summed(reports: Sequence[Report]) -> str:
    """The report over all days."""
    kinds: Counter[str] = Counter()
    for report in reports:
        kinds.update(report.kinds)
    sums = {name: sum(getattr(report, name) for report in reports) for name in ("faults", "orders", "fills", "lives")}
    by_number = Counter(complaint.split(":")[0] for report in reports for complaint in report.complaints)
    hours, took_s = sum(report.hours for report in reports), sum(report.took_s for report in reports)
    lost = by_number["I3"] + by_number["I10"]
    others = sum(count for number, count in by_number.items() if number not in TOLD_APART)
    times = hours * 3600 / max(took_s, 0.001)
    lines = [
        f"{len(reports)} days, {hours:g} simulated hours in {took_s:.0f} s ({times:.0f} times as fast)",
        f"faults injected {sums['faults']}, at least {min(report.faults for report in reports)} a day",
        f"orders sent {sums['orders']}, fills {sums['fills']}, lives of the program {sums['lives']}",
        f"duplicates {by_number['I2']}, lost {lost}, ledger differences {by_number['I5']}, others {others}",
        f"worst time to a correct ladder {max(report.slowest_s for report in reports):.1f} s",
        "faults: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
    ]
    return "\n".join(lines)


def keep(file: Path, report: Report) -> None:
    """One more line of a file of results."""
    with file.open("a", encoding="utf-8") as results:
        results.write(json.dumps({"commit": commit(), **asdict(report)}) + "\n")


def kept(file: Path) -> list[Report]:
    """The last word on each day of a file of results, where it is a good one."""
    found: dict[tuple[str, int, float], Report] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        row = json.loads(line)
        row.pop("commit")
        report = Report(**row)
        found[report.venue, report.seed, report.hours] = report
    return [report for report in found.values() if not report.complaints]


def commit() -> str:
    """Of the code that is played; a plus where something of it is not committed."""
    git = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seeds", default="1-3")
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--venue", action="append", choices=names())
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--results", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets of texts are walked in another order with each start of Python otherwise.
        os.execve(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]],
                  {**os.environ, "PYTHONHASHSEED": "0"})  # fmt: skip
    venues = options.venue or names()
    days = [
        (venues[number % len(venues)], seed, options.hours, options.twice)
        for number, seed in enumerate(seeds_of(options.seeds))
    ]
    reports = [] if options.results is None else kept(options.results)
    there = {(report.venue, report.seed, report.hours) for report in reports}
    days = [day for day in days if day[:3] not in there]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for report in pool.imap_unordered(played, days, chunksize=1):
            sys.stdout.write(told(report) + "\n")
            sys.stdout.writelines(f"    {complaint}\n" for complaint in report.complaints[:10])
            sys.stdout.flush()
            reports.append(report)
            if options.results is not None:
                keep(options.results, report)
    sys.stdout.write(summed(reports) + "\n")
    return 1 if any(report.complaints for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
