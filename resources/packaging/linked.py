"""Which libraries of a PyInstaller analysis are still needed after plugins and modules were left out."""

from collections.abc import Iterable
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path, PurePath

from PyInstaller.depend import bindepend

#: (name in the folder, path on this machine or target of a link, kind), as PyInstaller keeps them.
Entry = tuple[str, str, str]


def still_needed(entries: Iterable[Entry], roots: Iterable[str] = ()) -> list[Entry]:
    """The compiled modules, Qt's plugins and `roots` (file names), and every library that one of them links to.

    Libraries are told apart by their file name alone, as the system's loader does.
    """
    entries = list(entries)
    named = {PurePath(name).name for name in roots}
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(PurePath(entry[0]).name, []).append(entry)
    kept: set[Entry] = set()
    waiting = [
        entry for entry in entries
        if is_module(entry) or "/plugins/" in entry[0] or PurePath(entry[0]).name in named
    ]  # fmt: skip
    while waiting:
        entry = waiting.pop()
        if entry in kept:
            continue
        kept.add(entry)
        if entry[2] == "SYMLINK":
            waiting.extend(by_name.get(PurePath(entry[1]).name, ()))
        elif Path(entry[1]).is_file():
            for library, _ in bindepend.get_imports(entry[1]):
                waiting.extend(by_name.get(PurePath(library).name, ()))
    return [entry for entry in entries if entry in kept]


def is_module(entry: Entry) -> bool:
    """A compiled module; pyarrow's `lib` is taken for a mere library by its name."""
    # The last suffix is a plain .so, which every library has.
    return entry[2] == "EXTENSION" or entry[0].endswith(tuple(EXTENSION_SUFFIXES[:-1]))


def unresolved(folder: Path, from_the_system: Iterable[str]) -> dict[str, set[str]]:
    """Libraries that files of the built folder link to and that neither it nor the system brings: library -> files.

    `from_the_system` are beginnings of file names that every machine with a C library, or with a screen, has.
    """
    beginnings = tuple(from_the_system)
    present = {file.name for file in folder.rglob("*") if file.is_file()}
    missing: dict[str, set[str]] = {}
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.is_symlink() or not is_elf(file):
            continue
        for library, _ in bindepend.get_imports(str(file)):
            name = PurePath(library).name
            if name not in present and not name.startswith(beginnings):
                missing.setdefault(name, set()).add(file.relative_to(folder).as_posix())
    return missing


def is_elf(file: Path) -> bool:
    """Whether Linux's loader would read it."""
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"
