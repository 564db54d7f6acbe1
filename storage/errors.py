"""What storage refuses, on top of the engine's own errors; `str()` of each is one sentence for the user."""

from engine.errors import StorageError, StorageUnavailable

__all__ = ["EmbeddedPostgresError", "SignInRefused", "StorageError", "StorageUnavailable", "WrongPassword"]


class EmbeddedPostgresError(StorageError):
    """Our own PostgreSQL cannot be started, reached or used in this folder."""


class SignInRefused(StorageError):
    """The server does not take this program for the person it says it is: password, lock, session, role."""


class WrongPassword(SignInRefused):
    """What was typed is not the password; the attempt was counted."""
