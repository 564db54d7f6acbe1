"""The own books of paper, replayed and simulated venues (`venues/*.sqlite`) on their way into a backup and back."""

import contextlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Self

from engine.errors import StorageError

FOLDER = "venues"
#: An engine holds a book for as long as one commit takes, so the turn comes soon.
TURN_S = 10.0


def book_files(data_folder: Path) -> list[Path]:
    """Every venue's book in a data folder, by name."""
    return sorted((data_folder / FOLDER).glob("*.sqlite"))


class FrozenBooks:
    """All books of a data folder as they were at one instant.

    From `with` on no venue can write; `let_write` ends that, and what is copied is still what was there before it.
    What was written elsewhere between the two belongs to the same instant: as after a power cut, only without one.
    """

    def __init__(self, data_folder: Path) -> None:
        self._files = book_files(data_folder)
        self._writers = contextlib.ExitStack()
        self._readers: dict[str, sqlite3.Connection] = {}

    def __enter__(self) -> Self:
        """Raises StorageError when a book cannot be read or its venue does not let go of it."""
        folder = self._files[0].parent if self._files else None
        try:
            for file in self._files:
                self._writers.enter_context(closing(_open(file))).execute("BEGIN IMMEDIATE")
            for file in self._files:
                reader = self._readers[file.name] = _open(file)
                reader.execute("BEGIN")
                # A transaction sees its book from its first question on.
                reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            self._close()
            raise StorageError(f"A venue's book in {folder} cannot be read: {error}.") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def names(self) -> list[str]:
        """File names, without the folder."""
        return sorted(self._readers)

    def let_write(self) -> None:
        """The venues go on."""
        self._writers.close()

    def copy(self, name: str, target: Path) -> None:
        """One book as one file without a journal beside it. Raises StorageError."""
        try:
            with closing(sqlite3.connect(target, isolation_level=None)) as copied:
                self._readers[name].backup(copied)
                # A book in a bundle is one file: its next owner makes a journal for it when it is opened.
                copied.execute("PRAGMA journal_mode = DELETE")
                check_book(copied, name)
        except sqlite3.Error as error:
            raise StorageError(f"The book {name} cannot be copied: {error}.") from error

    def _close(self) -> None:
        self._writers.close()
        for reader in self._readers.values():
            reader.close()


def _open(file: Path) -> sqlite3.Connection:
    # Read and write, because a book that was left in the middle has to be recovered before it can be read.
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=TURN_S)


def check_book(book: sqlite3.Connection, name: str) -> None:
    """Raises StorageError when SQLite finds a damaged page, or it is not the book of a venue."""
    try:
        said = book.execute("PRAGMA quick_check").fetchone()[0]
        venue = book.execute("SELECT value FROM facts WHERE name = 'venue'").fetchone()
    except sqlite3.Error as error:
        raise StorageError(f"The book {name} is damaged: {error}.") from error
    if said != "ok" or venue is None:
        raise StorageError(f"The book {name} is damaged: {said if said != 'ok' else 'it names no venue'}.")


def swap_in(data_folder: Path, fresh: Path, old: Path) -> None:
    """Put the folder `fresh` in the place of the books, and what was there at `old`. Raises OSError, then as before."""
    present = data_folder / FOLDER
    if present.exists():
        present.rename(old)
    try:
        fresh.rename(present)
    except OSError:
        if old.exists():
            old.rename(present)
        raise
