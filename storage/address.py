"""Where a database is: a URL a person wrote, looked at before anything is tried, and shown without its password."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from engine.errors import StorageError

SCHEMES = frozenset({"postgresql", "postgres"})
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
EXAMPLE = "postgresql://name:password@host:5432/database"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A parsed database URL. `url` is what asyncpg is given; it contains the password, `str()` does not."""

    url: str
    host: str
    port: int
    user: str
    database: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}" if self.user else self.place

    def __repr__(self) -> str:
        return f"DatabaseAddress({self})"

    @property
    def place(self) -> str:
        """Host, port and database, for sentences."""
        return f"{self.host}:{self.port}/{self.database}"


def parse_address(url: str) -> DatabaseAddress:
    """The address in a URL. Raises StorageError with one sentence when it cannot be one."""
    if "://" not in url:
        raise StorageError(f"The database URL must look like {EXAMPLE}.")
    # SQLAlchemy's spelling names a driver after the scheme; people copy it from other programs.
    scheme, rest = url.split("://", 1)
    scheme = scheme.split("+", 1)[0].lower()
    if scheme not in SCHEMES:
        raise StorageError(f"Gridwright keeps its records in PostgreSQL, so a {scheme}:// URL cannot be used.")
    plain = f"postgresql://{rest}"
    try:
        parts = urlsplit(plain)
        port = parts.port or 5432
        host = unquote(parts.hostname or "")
    except ValueError:
        raise StorageError(
            f"The host or port in the database URL cannot be read; it must look like {EXAMPLE}."
        ) from None
    query = parse_qs(parts.query)
    database = unquote(parts.path.removeprefix("/"))
    host = host or query.get("host", [""])[0]
    if not host:
        raise StorageError(f"The database URL names no host; it must look like {EXAMPLE}.")
    if not database:
        raise StorageError(f"The database URL names no database; it must look like {EXAMPLE}.")
    mode = query.get("sslmode", ["prefer"])[0]
    if mode not in SSL_MODES:
        raise StorageError(f"The database URL says sslmode={mode}, which is none of {', '.join(SSL_MODES)}.")
    return DatabaseAddress(plain, host, port, unquote(parts.username or ""), database)
