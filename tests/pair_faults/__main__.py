"""Two-leg bots between two exchanges: every fault at every step of either leg, judged by both exchanges' auditors.

    python -m tests.pair_faults --all [--jobs 2]          the whole matrix
    python -m tests.pair_faults --sample 500 --seed 1     so many cases drawn from it
    python -m tests.pair_faults --case "upbit+binanceusdm: order reset after on the foreign leg's entry at request sent"

The exit code is 1 when a case has complaints.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from tests.pair_faults.matrix import PAIR_FAULTS, Case, Outcome, all_cases
from tests.pair_faults.playing import played
from tests.pair_faults.towns import TOWNS

#: How often a long run says how far it is.
SOME = 50


def report(outcomes: Sequence[Outcome], took_s: float) -> str:
    """The sums."""
    bad = [outcome for outcome in outcomes if outcome.complaints]
    towns = Counter(outcome.case.town for outcome in outcomes)
    where = Counter(f"{outcome.case.leg} {outcome.case.phase}" for outcome in outcomes)
    struck, orders, positions = (
        sum(getattr(outcome, name) for outcome in outcomes) for name in ("struck", "orders", "positions")
    )
    worst_s = max((each.worst_s for each in outcomes), default=0)
    worst_value = max((each.worst_value for each in outcomes), default=Decimal(0))
    lines = [
        f"{len(outcomes)} cases in {took_s:.0f} s: {_told(towns)}; {_told(where)}",
        f"faults injected {struck}, orders sent {orders}, positions {positions}",
        f"longest imbalance without trouble {worst_s:.2f} s, largest ever {worst_value:,.0f} KRW",
        f"cases with complaints {len(bad)}",
    ]
    return "\n".join(lines)


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def chosen(options: argparse.Namespace) -> list[Case]:
    """What is to be played."""
    cases = [
        case
        for case in all_cases()
        if (not options.town or case.town in options.town) and (not options.fault or case.fault in options.fault)
    ]
    if options.case:
        return [case for case in cases if str(case) in options.case]
    if options.all:
        return cases
    return random.Random(options.seed).sample(cases, min(options.sample, len(cases)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pair_faults", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", action="append")
    parser.add_argument("--fault", action="append", choices=list(PAIR_FAULTS))
    parser.add_argument("--town", action="append", choices=[town.name for town in TOWNS])
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets of texts are walked in another order with each start of Python otherwise.
        os.execve(sys.executable, [sys.executable, "-m", "tests.pair_faults", *sys.argv[1:]],
                  {**os.environ, "PYTHONHASHSEED": "0"})  # fmt: skip
    cases = chosen(options)
    began = time.monotonic()
    outcomes = []
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for outcome in pool.imap_unordered(played, cases, chunksize=2):
            outcomes.append(outcome)
            if len(outcomes) % SOME == 0:
                bad = sum(bool(each.complaints) for each in outcomes)
                sys.stdout.write(f"{len(outcomes)} of {len(cases)} cases, {bad} with complaints\n")
            if outcome.complaints:
                sys.stdout.write(f"{outcome.case}\n")
                sys.stdout.writelines(f"    {complaint}\n" for complaint in outcome.complaints[:6])
            sys.stdout.flush()
    sys.stdout.write(report(outcomes, time.monotonic() - began) + "\n")
    return 1 if any(outcome.complaints for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
