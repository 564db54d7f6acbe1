"""pg_dump and pg_restore: which of those on this computer fits a server, and running one without showing a password."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from engine.errors import StorageError
from storage.address import DatabaseAddress
from storage.embedded.binaries import EXE, clean_environment, find_binaries
from storage.embedded.cluster import why
from storage.errors import EmbeddedPostgresError

#: Where Debian and its family keep one folder for each major version.
SYSTEM_FOLDER = Path("/usr/lib/postgresql")
CHUNK = 1 << 20
#: What a URL may say about the way to the server, and the variable of libpq that says the same.
URL_VARIABLES = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
    "host": "PGHOST",
    "port": "PGPORT",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The client programs of one PostgreSQL, in one folder."""

    folder: Path
    major: int

    @property
    def dump(self) -> Path:
        """pg_dump."""
        return self.folder / f"pg_dump{EXE}"

    @property
    def restore(self) -> Path:
        """pg_restore."""
        return self.folder / f"pg_restore{EXE}"

    @property
    def shell(self) -> Path:
        """psql."""
        return self.folder / f"psql{EXE}"


def installed_programs(system: Path = SYSTEM_FOLDER) -> list[PostgresPrograms]:
    """All that are here: our own, those on PATH, those of the system; one a major version, ours first."""
    found: dict[int, PostgresPrograms] = {}
    for folder in _folders(system):
        major = _major(folder / f"pg_dump{EXE}")
        if major is not None and (folder / f"pg_restore{EXE}").is_file():
            found.setdefault(major, PostgresPrograms(folder, major))
    return list(found.values())


def _folders(system: Path) -> Iterable[Path]:
    # A program that was installed without its own may still use the system's.
    with contextlib.suppress(EmbeddedPostgresError):
        yield find_binaries() / "bin"
    yield from sorted(system.glob("*/bin"))
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent


def _major(program: Path) -> int | None:
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, env=clean_environment(), check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else None


def fitting(programs: Sequence[PostgresPrograms], server: int, at_least: int = 0) -> PostgresPrograms:
    """The programs for a server of this major version: its own, else the next newer.

    `at_least` is the version whose files have to be read too. Raises StorageError when all that are here are older.
    """
    lowest = max(server, at_least)
    fit = sorted((each for each in programs if each.major >= lowest), key=lambda each: each.major)
    if not fit:
        here = ", ".join(str(major) for major in sorted(each.major for each in programs)) or "none"
        raise StorageError(
            f"This needs pg_dump and pg_restore of PostgreSQL {lowest} or newer, and this computer has {here}."
        )
    return fit[0]


def environment_of(address: DatabaseAddress, database: str | None = None) -> dict[str, str]:
    """How libpq finds the server: in variables, because a command line is shown to every user of the computer."""
    parts = urlsplit(address.url)
    environment = clean_environment() | {
        "PGHOST": address.host,
        "PGPORT": str(address.port),
        "PGDATABASE": database or address.database,
        "PGAPPNAME": "gridwright backup",
        "PGCLIENTENCODING": "UTF8",
    }
    if address.user:
        environment["PGUSER"] = address.user
    if parts.password is not None:
        environment["PGPASSWORD"] = unquote(parts.password)
    for name, values in parse_qs(parts.query).items():
        if name in URL_VARIABLES:
            environment[URL_VARIABLES[name]] = values[-1]
    for name in ("PGPASSFILE", "PGSERVICEFILE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"):
        if name in os.environ:
            environment.setdefault(name, os.environ[name])
    return environment


async def run(
    program: Path,
    arguments: Sequence[str | Path],
    environment: Mapping[str, str],
    take: Callable[[bytes], object] | None = None,
) -> None:
    """Run one program to its end; `take` gets what it writes, piece by piece.

    Raises StorageError with the reason it gave. Whatever ends this call ends the program too.
    """
    process = await asyncio.create_subprocess_exec(
        program, *arguments, env=dict(environment), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if take is not None else subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    words = asyncio.create_task(process.stderr.read())
    try:
        if take is not None:
            assert process.stdout is not None
            while piece := await process.stdout.read(CHUNK):
                # A file that is written in a thread would gain nothing: pg_dump waits for us either way.
                take(piece)
        code = await process.wait()
        said = (await words).decode("utf-8", errors="replace")
    finally:
        words.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code != 0:
        raise StorageError(f"{program.stem} failed: {why(said)}.")
