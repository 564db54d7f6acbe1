"""Our own PostgreSQL server: the binaries of a wheel, our process handling; must never need anything installed."""

from storage.embedded.binaries import find_binaries
from storage.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "find_binaries"]
