"""Who has the data folder: one program at a time runs an engine on it, and the others know whom to ask."""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from engine.errors import AlreadyRunning, StorageError


class Lock(Protocol):
    """A lock that the system takes back when its process dies."""

    def try_acquire(self, *, shared: bool) -> bool: ...

    def release(self) -> None: ...


class Role(StrEnum):
    """ENGINE trades until it is told to stop. CLERK handles one command and is gone in a moment."""

    ENGINE = "engine"
    CLERK = "clerk"


class DataFolder:
    """The folder of one desk. `make_lock` makes the lock on a file in it."""

    def __init__(self, path: Path, make_lock: Callable[[Path], Lock]) -> None:
        self.path = path
        self._lock = make_lock(path / "desk.lock")
        self._note = path / "desk.owner"

    def prepare(self) -> None:
        """Make the folder, for this user alone. Raises StorageError when it cannot hold anything."""
        if self.path.exists() and not self.path.is_dir():
            raise StorageError(f"The data folder {self.path} is a file.")
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"The data folder {self.path} cannot be made: {error.strerror}.") from None
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise StorageError(f"The data folder {self.path} cannot be written to.")

    def occupy(self, role: Role) -> None:
        """Become the only engine here. Raises AlreadyRunning naming who is, StorageError when the folder refuses."""
        if not self.try_occupy(role):
            raise AlreadyRunning(f"Another Gridwright{self._who()} already runs on the data folder {self.path}.")

    def try_occupy(self, role: Role) -> bool:
        """The same; False when another program has it."""
        try:
            if not self._lock.try_acquire(shared=False):
                return False
            self._note.write_text(f"{role.value} {os.getpid()}\n", encoding="ascii")
        except OSError as error:
            self._lock.release()
            raise StorageError(f"The data folder {self.path} cannot be written to: {error.strerror}.") from None
        return True

    def vacate(self) -> None:
        """Let others have it."""
        self._lock.release()

    @property
    def occupant(self) -> Role | None:
        """The role of whoever has, or last had, the folder."""
        word = self._words()
        return Role(word[0]) if word and word[0] in set(Role) else None

    def _who(self) -> str:
        word = self._words()
        return f" (process {word[1]})" if len(word) == 2 else ""

    def _words(self) -> list[str]:
        try:
            return self._note.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError):
            return []
