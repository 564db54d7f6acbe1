"""A backup as one file: a zip with the database's dump, the venues' books and a manifest that vouches for both.

The file appears whole, readable by its owner alone, or not at all.
"""

import errno
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import StorageError, UsageError
from storage.administration.ledger_checksum import LedgerChecksum
from storage.administration.venue_books import FOLDER as BOOKS
from storage.migrations import HEAD

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
CHUNK = 1 << 20
#: What may be inside; a name that leads out of its folder is no book.
KNOWN_PIECES = re.compile(rf"{re.escape(DUMP)}|{BOOKS}/[^/\\\\]+\.sqlite")
#: No manifest is larger; whatever claims to be is none.
LARGEST_MANIFEST = 16 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One file inside: its length in bytes and its SHA-256."""

    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself. `rows` counts every table; `desk_id` is "" when no desk's folder was there.

    `revision` is the shape of the tables, `server` and `dumped_by` are major versions of PostgreSQL.
    """

    made_at: str
    program: str
    revision: str
    server: int
    dumped_by: int
    database: str
    desk_id: str
    ledger: LedgerChecksum
    rows: Mapping[str, int]
    roles: tuple[str, ...]
    extensions: tuple[str, ...]
    pieces: Mapping[str, Piece] = field(default_factory=dict)

    @property
    def books(self) -> list[str]:
        """File names of the venues' books inside."""
        return sorted(name.removeprefix(f"{BOOKS}/") for name in self.pieces if name.startswith(f"{BOOKS}/"))

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        shown = {name: getattr(self, name) for name in self.__slots__}
        pieces = {name: asdict(piece) for name, piece in self.pieces.items()}
        return {**shown, "format": FORMAT, "ledger": self.ledger.as_json(), "pieces": pieces}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Manifest":
        """Raises KeyError, TypeError, ValueError or AttributeError when it is none."""
        return cls(
            made_at=str(found["made_at"]),
            program=str(found["program"]),
            revision=str(found["revision"]),
            server=int(found["server"]),
            dumped_by=int(found["dumped_by"]),
            database=str(found["database"]),
            desk_id=str(found["desk_id"]),
            ledger=LedgerChecksum.from_json(found["ledger"]),
            rows={str(name): int(count) for name, count in found["rows"].items()},
            roles=tuple(str(role) for role in found["roles"]),
            extensions=tuple(str(name) for name in found["extensions"]),
            pieces={str(name): Piece(int(p["length"]), str(p["sha256"])) for name, p in found["pieces"].items()},
        )


class BundleDraft:
    """A bundle that is being written. Made by `new_bundle`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.pieces: dict[str, Piece] = {}

    @contextmanager
    def piece(self, name: str, *, is_packed: bool) -> Iterator[Callable[[bytes], None]]:
        """A file inside, written by calls of what this gives; `is_packed` says that squeezing it gains nothing."""
        about = zipfile.ZipInfo(name)
        about.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        about.external_attr = 0o600 << 16
        digest = hashlib.sha256()
        length = 0

        with self._archive.open(about, "w", force_zip64=True) as file:

            def write(content: bytes) -> None:
                nonlocal length
                file.write(content)
                digest.update(content)
                length += len(content)

            yield write
        self.pieces[name] = Piece(length, digest.hexdigest())

    def add_file(self, name: str, source: Path) -> None:
        """A file of the disk."""
        with self.piece(name, is_packed=False) as write, source.open("rb") as file:
            while content := file.read(CHUNK):
                write(content)

    def seal(self, manifest: Manifest) -> None:
        """The last piece."""
        self._archive.writestr(MANIFEST, json.dumps(manifest.as_json(), indent=1), zipfile.ZIP_DEFLATED)


@contextmanager
def new_bundle(target: Path, *, is_replacing: bool) -> Iterator[BundleDraft]:
    """Write a bundle beside its place and put it there when the block ends well; else nothing of it stays.

    Raises UsageError for a place that is taken or cannot be, StorageError for a disk that is full.
    """
    if target.is_dir():
        raise UsageError(f"{target} is a folder; say the name of a file in it.")
    if target.exists() and not is_replacing:
        raise UsageError(f"{target} exists already; --replace overwrites it.")
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent}.")
    fresh = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        try:
            fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(fd, "w+b") as file:
                with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
                    yield BundleDraft(archive)
                file.flush()
                os.fsync(file.fileno())
            read_manifest(fresh)
            fresh.replace(target)
            _sync_folder(target.parent)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(f"There is no room for the backup in {target.parent}; nothing of it is kept.") from error
        raise StorageError(f"The backup {target} cannot be written: {error.strerror or error}.") from error


def _sync_folder(folder: Path) -> None:
    if os.name != "nt":
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def read_manifest(file: Path) -> Manifest:
    """The manifest of a bundle whose every piece is there and unchanged.

    Raises UsageError with one sentence when it is none, broken, or newer than this program.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            about = archive.getinfo(MANIFEST)
            if about.file_size > LARGEST_MANIFEST:
                raise ValueError("its manifest is too large")
            found = json.loads(archive.read(about))
            if int(found["format"]) > FORMAT or str(found["revision"]) > HEAD:
                raise UsageError(f"The backup {file} was made by a newer Gridwright ({found['program']}).")
            manifest = Manifest.from_json(found)
            for name, piece in manifest.pieces.items():
                if not KNOWN_PIECES.fullmatch(name):
                    raise ValueError(f"it contains {name}")
                if _measured(archive, name) != piece:
                    raise UsageError(f"The backup {file} is damaged: {name} in it is not what was saved.")
            return manifest
    except FileNotFoundError:
        raise UsageError(f"There is no file {file}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UsageError(f"{file} is no complete backup: {_cause(error)}.") from error
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"{file} is no backup of Gridwright: {_cause(error)}.") from error
    except OSError as error:
        raise UsageError(f"The backup {file} cannot be read: {error.strerror or error}.") from error


def _cause(error: Exception) -> str:
    said = str(error.args[0] if error.args else error).strip().rstrip(".")
    return said or type(error).__name__


def _measured(archive: zipfile.ZipFile, name: str) -> Piece:
    digest, length = hashlib.sha256(), 0
    with archive.open(name) as inside:
        while content := inside.read(CHUNK):
            digest.update(content)
            length += len(content)
    return Piece(length, digest.hexdigest())


def extract(file: Path, manifest: Manifest, name: str, target: Path) -> None:
    """One piece as a file that only its owner reads, checked again on its way. Raises StorageError, OSError."""
    digest = hashlib.sha256()
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as out, zipfile.ZipFile(file) as archive, archive.open(name) as inside:
        while content := inside.read(CHUNK):
            out.write(content)
            digest.update(content)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != manifest.pieces[name].sha256:
        raise StorageError(f"The backup {file} changed while it was read.")
