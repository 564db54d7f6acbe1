"""The keychain of this machine: Keychain, Credential Locker or Secret Service, through the library keyring."""

import contextlib
from collections.abc import Callable
from typing import Protocol, TypeVar

from keyring import get_keyring
from keyring.errors import PasswordDeleteError

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import say
from engine.errors import UsageError

SERVICE = "gridwright vault"
#: Keychains that encrypt rate themselves 1 or more; below are files in plain text and those that keep nothing.
LOWEST_PRIORITY = 1
Answer = TypeVar("Answer")


class Backend(Protocol):
    """What the library keyring has for each system. `priority` is how well it keeps secrets, by its own word."""

    @property
    def priority(self) -> float: ...

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Keychain:
    """Texts by name. Every call may wait for a person whom the system asks, so none belongs on a loop's thread.

    All raise UsageError with one sentence where this machine has no keychain or the person said no.
    """

    def __init__(self, backend: Backend | None = None) -> None:
        self._backend = backend

    def put(self, name: str, secret: Secret) -> None:
        """Keep a text, and make sure that it is there."""
        backend = self._found()
        self._asked(lambda: backend.set_password(SERVICE, name, secret.reveal()))
        # A keychain that keeps nothing says nothing.
        if self.find(name) != secret:
            raise UsageError(say(phrases.VAULT_KEYCHAIN_ABSENT))

    def find(self, name: str) -> Secret | None:
        """A text, None when it is not there."""
        backend = self._found()
        found = self._asked(lambda: backend.get_password(SERVICE, name))
        return None if found is None else Secret(found)

    def remove(self, name: str) -> None:
        """Forget a text; one that is not there is no error."""
        backend = self._found()
        with contextlib.suppress(PasswordDeleteError):
            self._asked(lambda: backend.delete_password(SERVICE, name))

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except PasswordDeleteError:
            raise
        except Exception as error:  # noqa: BLE001 - each system's library has errors of its own
            cause = type(error).__name__
        # Outside of `except`: what a library says might repeat what it was given, and must not hang on our error.
        raise UsageError(say(phrases.VAULT_KEYCHAIN_REFUSED, cause=cause))

    def _found(self) -> Backend:
        try:
            if self._backend is None:
                self._backend = get_keyring()
            priority = float(self._backend.priority)
        except Exception:  # noqa: BLE001 - likewise
            priority = 0.0
        if self._backend is None or priority < LOWEST_PRIORITY:
            raise UsageError(say(phrases.VAULT_KEYCHAIN_ABSENT))
        return self._backend
