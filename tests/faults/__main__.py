"""The fault matrix: every fault at every step of an order's life on every venue, judged by the exchange's auditor.

    python -m tests.faults --all [--jobs 2]          the whole matrix
    python -m tests.faults --sample 200 --seed 7     so many cases drawn from it
    python -m tests.faults --all --fault killed --fault restarted
    python -m tests.faults --case "okx: killed at response read"

The exit code is 1 when a case has complaints.
"""

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.faults.matrix import Case, Outcome, all_cases
from tests.faults.playing import played
from tests.proof.fault_list import FAULTS
from tests.proof.towns import names

#: How often a long run says how far it is.
SOME = 100


def report(outcomes: Sequence[Outcome], took_s: float) -> str:
    """The sums."""
    bad = [outcome for outcome in outcomes if outcome.complaints]
    numbers = Counter(complaint.split(":")[0] for outcome in bad for complaint in outcome.complaints)
    venues = Counter(outcome.case.venue for outcome in outcomes)
    struck, orders = sum(outcome.struck for outcome in outcomes), sum(outcome.orders for outcome in outcomes)
    each = ", ".join(f"{name} {count}" for name, count in sorted(venues.items()))
    lines = [
        f"{len(outcomes)} cases in {took_s:.0f} s: {each}",
        f"faults injected {struck}, orders sent {orders}",
        f"duplicates {numbers['I2']}, lost {numbers['I3'] + numbers['I10']}, ledger differences {numbers['I5']}",
        f"worst time to a correct ladder {max((outcome.took_s for outcome in outcomes), default=0):.1f} s",
        f"cases with complaints {len(bad)}",
    ]
    return "\n".join(lines)


def chosen(options: argparse.Namespace) -> list[Case]:
    """What is to be played."""
    cases = [
        case
        for case in all_cases()
        if (not options.venue or case.venue in options.venue) and (not options.fault or case.fault in options.fault)
    ]
    if options.case:
        return [case for case in cases if str(case) in options.case]
    if options.all:
        return cases
    return random.Random(options.seed).sample(cases, min(options.sample, len(cases)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", action="append")
    parser.add_argument("--fault", action="append", choices=list(FAULTS))
    parser.add_argument("--venue", action="append", choices=names())
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    cases = chosen(options)
    began = time.monotonic()
    outcomes = []
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for outcome in pool.imap_unordered(played, cases, chunksize=4):
            outcomes.append(outcome)
            if len(outcomes) % SOME == 0:
                bad = sum(bool(each.complaints) for each in outcomes)
                sys.stdout.write(f"{len(outcomes)} of {len(cases)} cases, {bad} with complaints\n")
                sys.stdout.flush()
            if outcome.complaints:
                sys.stdout.write(f"{outcome.case}\n")
                sys.stdout.writelines(f"    {complaint}\n" for complaint in outcome.complaints[:6])
                sys.stdout.flush()
    sys.stdout.write(report(outcomes, time.monotonic() - began) + "\n")
    return 1 if any(outcome.complaints for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
