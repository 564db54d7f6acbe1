"""What storage refuses, on top of the engine's own errors; `str()` of each is one sentence for the user."""

from engine.errors import StorageError, StorageUnavailable

__all__ = ["EmbeddedPostgresError", "StorageError", "StorageUnavailable"]


class EmbeddedPostgresError(StorageError):
    """Our own PostgreSQL cannot be started, reached or used in this folder."""
