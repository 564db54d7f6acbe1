"""Runs every measurement of this folder, or those named: `python -m tests.bench [kernel replay ...]`.

Each runs in a process of its own, so that none inherits what another has loaded or heated. The exit code is 1 when one
of them failed.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]


def main(names: list[str]) -> int:
    found = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    if unknown := sorted(set(names) - set(found)):
        sys.stderr.write(f"There is no measurement {', '.join(unknown)}; there are {', '.join(found)}.\n")
        return 2
    failed = []
    for name in names or found:
        sys.stdout.write(f"\n{name}\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, "-m", f"tests.bench.bench_{name}"], cwd=ROOT, check=False)
        if done.returncode != 0:
            failed.append(name)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
