"""Where the refresh token waits for the next start: this machine's keychain, or a file that only its owner reads."""

import contextlib
import hashlib
import logging
import os
import secrets
from pathlib import Path
from typing import Protocol

from engine.domain.secret import Secret
from engine.errors import UsageError
from storage.address import DatabaseAddress
from storage.errors import StorageError
from storage.vault.keychain import Keychain

log = logging.getLogger(__name__)


class TokenStore(Protocol):
    """Keeps one text. All calls may block; none belongs on a loop's thread."""

    def load(self) -> str | None: ...

    def save(self, token: str) -> None: ...

    def clear(self) -> None: ...


class FileTokens:
    """A file of mode 0600. One that others can read is not trusted: its token is as good as stolen."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> str | None:
        """The token, None when there is none or it was open to others."""
        try:
            with self._path.open(encoding="ascii") as file:
                if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                    log.warning("The file %s was readable by others, so its session is not taken up.", self._path)
                    return None
                return file.read().strip() or None
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        except OSError as error:
            raise StorageError(f"The file {self._path} cannot be read: {error.strerror}.") from error

    def save(self, token: str) -> None:
        """Replace it at once and for certain. Raises StorageError."""
        fresh = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "w", encoding="ascii") as file:
                file.write(token)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise StorageError(f"The session cannot be kept in {self._path}: {error.strerror}.") from error

    def clear(self) -> None:
        """Forget it."""
        self._path.unlink(missing_ok=True)


class KeychainTokens:
    """An entry of the machine's keychain; where there is none, or it refuses, the file does it."""

    def __init__(self, keychain: Keychain, name: str, otherwise: TokenStore) -> None:
        self._keychain = keychain
        self._name = name
        self._otherwise = otherwise

    def load(self) -> str | None:
        """The keychain's token, else the file's."""
        with contextlib.suppress(UsageError):
            found = self._keychain.find(self._name)
            if found is not None:
                return found.reveal()
        return self._otherwise.load()

    def save(self, token: str) -> None:
        """Into the keychain, and then out of the file."""
        try:
            self._keychain.put(self._name, Secret(token))
        except UsageError:
            self._otherwise.save(token)
        else:
            self._otherwise.clear()

    def clear(self) -> None:
        """Forget it in both."""
        with contextlib.suppress(UsageError):
            self._keychain.remove(self._name)
        self._otherwise.clear()


def token_store(address: DatabaseAddress, data_folder: Path) -> TokenStore:
    """Where the session of this desk, database and user is kept between two starts."""
    # One folder is one desk; two desks with one token would end each other's session.
    name = f"session {address} {hashlib.sha256(str(data_folder).encode()).hexdigest()[:16]}"
    file = data_folder / f"session-{hashlib.sha256(str(address).encode()).hexdigest()[:16]}"
    return KeychainTokens(Keychain(), name, FileTokens(file))
