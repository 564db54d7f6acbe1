"""Where Redis is, read from a URL that may hold a password, which is in no sentence, repr or log line."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from redis.asyncio import Connection, SSLConnection, UnixDomainSocketConnection

from engine.errors import UsageError

EXAMPLE = "redis://name:password@host:6379/0"
SCHEMES = ("redis", "rediss", "unix")
DEFAULT_PORT = 6379
#: Files that a rediss URL may name; the server's certificate and name are always checked.
FILE_OPTIONS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`path` is a Unix socket and "" otherwise; `files` are TLS files by option, for `rediss` alone."""

    scheme: str
    host: str
    port: int
    path: str
    database: int
    username: str
    password: str = field(repr=False)
    files: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """For sentences."""
        return self.path or f"{self.host}:{self.port}"

    def connection(self) -> tuple[type[Any], dict[str, Any]]:
        """What redis-py connects with."""
        options: dict[str, Any] = {
            "db": self.database,
            "username": self.username or None,
            "password": self.password or None,
        }
        if self.path:
            return UnixDomainSocketConnection, options | {"path": self.path}
        options |= {"host": self.host, "port": self.port, "socket_keepalive": True}
        if self.scheme == "rediss":
            checked = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
            return SSLConnection, options | checked | dict(self.files)
        return Connection, options

    def told(self, text: str) -> str:
        """What a server said, fit for a log: on one line, short, without our password."""
        for secret in sorted({self.password, repr(self.password)[1:-1]}, key=len, reverse=True):
            if secret:
                text = text.replace(secret, "***")
        return " ".join(text.split())[:MOST_TOLD]


def parse_redis_address(url: str) -> RedisAddress:
    """The address in a URL. Raises UsageError with one sentence that repeats nothing of the URL but its scheme."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        port = parts.port or DEFAULT_PORT
    except ValueError:
        # A password with an unescaped / or @ ends up as a port; the error would repeat it.
        raise UsageError(
            f"The Redis URL cannot be read; it must look like {EXAMPLE}, with special characters of the password "
            "written as %XX."
        ) from None
    if parts.scheme not in SCHEMES or "://" not in url:
        raise UsageError(f"The Redis URL must look like {EXAMPLE}, with rediss for TLS or unix for a socket.")
    is_socket = parts.scheme == "unix"
    if is_socket and not parts.path:
        raise UsageError("The Redis URL names no socket; it must look like unix:///run/redis/redis.sock?db=0.")
    if not is_socket and not parts.hostname:
        raise UsageError(f"The Redis URL names no host; it must look like {EXAMPLE}.")
    if parts.fragment:
        raise UsageError("The Redis URL has a #; write it as %23 when it belongs to the password.")
    allowed = {"db", *(FILE_OPTIONS if parts.scheme == "rediss" else ())}
    if unknown := sorted(set(query) - allowed):
        raise UsageError(
            f"The Redis URL has the option {unknown[0]!r}; a {parts.scheme} URL may have {', '.join(sorted(allowed))}."
        )
    number = query["db"][-1] if "db" in query else "" if is_socket else parts.path.removeprefix("/")
    if number and not (number.isascii() and number.isdigit() and len(number) <= 5):
        raise UsageError("The database of the Redis URL must be a number, as the 0 in redis://host:6379/0.")
    files = tuple((name, query[name][-1]) for name in FILE_OPTIONS if name in query)
    for name, file in files:
        if not Path(file).is_file():
            raise UsageError(f"The Redis URL says {name}={file}, and there is no such file.")
    _check_certificates(dict(files))
    return RedisAddress(
        parts.scheme,
        "" if is_socket else unquote(parts.hostname or ""),
        port,
        unquote(parts.path) if is_socket else "",
        int(number or 0),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        files,
    )


def _check_certificates(files: dict[str, str]) -> None:
    """Refuse now what would only fail at the first connection."""
    context = ssl.create_default_context()
    try:
        if "ssl_ca_certs" in files:
            context.load_verify_locations(files["ssl_ca_certs"])
        if "ssl_certfile" in files:
            context.load_cert_chain(files["ssl_certfile"], files.get("ssl_keyfile"))
    except (ssl.SSLError, OSError):
        raise UsageError("The certificate files that the Redis URL names cannot be used.") from None
