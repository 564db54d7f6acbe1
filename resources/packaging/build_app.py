"""Builds the folder that runs without Python and tries it out. Run by `make app`.

build_app.py [--no-test]    writes dist/gridwright; says its size; starts it as a trader would (tests/packaging)
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import left_out
import linked

ROOT = Path(__file__).resolve().parents[2]
SPEC = Path(__file__).with_name("gridwright.spec")
DIST = ROOT / "dist"
FOLDER = DIST / "gridwright"
WORK = ROOT / "build" / "packaging"
LARGEST = 8
LINUX = sys.platform.startswith("linux")


def refuse(sentence: str) -> NoReturn:
    """Nothing sensible can follow."""
    print(f"gridwright: {sentence}", file=sys.stderr)
    sys.exit(2)


def build() -> None:
    """PyInstaller, from the spec beside this file."""
    command = [sys.executable, "-m", "PyInstaller", str(SPEC), "--noconfirm", "--log-level", "ERROR"]
    folders = ["--distpath", str(DIST), "--workpath", str(WORK)]
    # The same sources give the same folder.
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    started = time.monotonic()
    if subprocess.run([*command, *folders], cwd=ROOT, env=environment, check=False).returncode != 0:
        refuse("PyInstaller could not build the program; its own words are above.")
    print(f"gridwright: built {FOLDER} in {time.monotonic() - started:.0f} s.")


def strip() -> None:
    """Take out what only a debugger reads: a sixth of the folder."""
    if not LINUX:
        return
    for file in sorted((FOLDER / "_internal").rglob("*")):
        is_library = file.is_file() and not file.is_symlink() and linked.is_elf(file)
        if is_library and not left_out.UNSTRIPPABLE.search(file.relative_to(FOLDER).as_posix()):
            subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)


def check_libraries() -> None:
    """A library that only this machine has would be missed by the trader, not by us."""
    if not LINUX:
        return
    if missing := linked.unresolved(FOLDER, left_out.FROM_THE_SYSTEM):
        lines = (f"  {library}, for {', '.join(sorted(files)[:3])}" for library, files in sorted(missing.items()))
        refuse("These libraries are neither in the folder nor on every system:\n" + "\n".join(lines))


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; links cost nothing."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


def print_sizes() -> None:
    """The whole, and the largest parts."""
    parts = sorted(((size_of(part), part.name) for part in (FOLDER / "_internal").iterdir()), reverse=True)
    largest = ", ".join(f"{name} {size / 1e6:.0f}" for size, name in parts[:LARGEST])
    print(f"gridwright: {size_of(FOLDER) / 1e6:.0f} MB; the largest parts in MB: {largest}.")


def try_out() -> int:
    """The tests of the packaged program; on Linux on a screen of their own."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/packaging"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"GRIDWRIGHT_APP": "1"}, check=False).returncode


def main(arguments: list[str]) -> int:
    """Build, check, measure, try out."""
    parser = argparse.ArgumentParser(prog="make app", description="A folder that runs without Python.")
    parser.add_argument("--no-test", action="store_true", help="do not try the folder out afterwards")
    options = parser.parse_args(arguments)
    build()
    strip()
    check_libraries()
    print_sizes()
    return 0 if options.no_test else try_out()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
