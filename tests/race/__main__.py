"""`python -m tests.race --minutes 10 --seed 1`: the long race, by hand. Ends with 1 when something was wrong."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from engine.domain.money import install_decimal_context
from storage.embedded import EmbeddedPostgres
from storage.embedded.question import ask
from tests.race.chaos import Disturbance
from tests.race.checker import Verdict
from tests.race.exchange import Size
from tests.race.race import race
from tests.support.redis import RedisServer


def main() -> int:
    """Run a race and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.race", description="desks under seeded chaos")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--accounts", type=int, default=12)
    parser.add_argument("--bots", type=int, default=50)
    parser.add_argument("--lease", type=float, default=10.0)
    parser.add_argument("--speed", type=int, default=8)
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs, audit and database")
    options = parser.parse_args()
    install_decimal_context()
    redis = shutil.which("redis-server")
    if redis is None:
        say("redis-server is not installed (Debian: apt-get install redis-server)")
        return 2
    # In memory where that is possible: a disk that others write to would be measured, not the desks.
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="gridwright-race-", dir=memory if os.access(memory, os.W_OK) else None))
    (folder / "redis").mkdir()
    cache = RedisServer(folder / "redis", redis)
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    size = Size(options.accounts, options.bots, options.lease, options.speed, options.seed)
    try:
        base = server.start()
        cache.start()
        ask(base, "CREATE DATABASE race")
        url = base.rsplit("/", 1)[0] + "/race"
        run = race(size, options.minutes * 60, options.seed, folder, url, cache.url, say)
        verdict, happened = asyncio.run(run)
    finally:
        cache.stop()
        server.stop()
        if options.keep:
            say(f"everything is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    say(table(verdict, happened))
    return 1 if verdict.complaints else 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def table(verdict: Verdict, happened: list[Disturbance]) -> str:
    """What a person wants to read at the end."""
    kinds = sorted({each.kind for each in happened})
    lines = ["", "what happened"]
    lines += [f"  {kind:18} {sum(1 for each in happened if each.kind == kind):5}" for kind in kinds]
    lines += ["", "what was seen", *(f"  {name:18} {count:5}" for name, count in verdict.numbers.items())]
    lengths = sorted(gap.length_s for gap in verdict.gaps)
    lines += ["", "accounts run by nobody"]
    if lengths:
        longest = max(verdict.gaps, key=lambda gap: gap.length_s)
        lines += [
            f"  times              {len(lengths):5}",
            f"  median             {lengths[len(lengths) // 2]:7.2f} s",
            f"  longest            {lengths[-1]:7.2f} s ({longest.account_id})",
        ]
        worst = max(verdict.gaps, key=lambda gap: gap.excess_s)
        lines.append(f"  beyond the promise {max(worst.excess_s, 0.0):7.2f} s")
    lines += ["", *(verdict.complaints or ("nothing was wrong",))]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
