"""What a database error means for us: ask again later, or a sentence for a person.

The line between the two decides whether trading waits or stops, so every case is written down here and nowhere else.
"""

import ssl

import asyncpg
from asyncpg import exceptions

from engine.errors import StorageError, StorageUnavailable
from storage.address import DatabaseAddress
from storage.tls import certificate_sentence

#: How the SQLSTATE of our own triggers and functions begins; their messages are written for people.
OUR_STATES = "GW"

#: Repeating the same request may succeed, by SQLSTATE or its class: connection, resources (disk full, too many
#: connections), intervention (shutdown, cancel), system (I/O error), rollback (deadlock), lock not available,
#: read-only (a standby was promoted or the disk watchdog closed the server).
TRANSIENT_CLASSES = ("08", "53", "57", "58", "40")
TRANSIENT_STATES = frozenset({"55P03", "25006", "25P03"})

Failure = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


def is_transient(error: BaseException) -> bool:
    """Whether asking the same again is safe and may help."""
    if isinstance(error, exceptions.PostgresError):
        state = error.sqlstate or ""
        return state[:2] in TRANSIENT_CLASSES or state in TRANSIENT_STATES
    if isinstance(error, exceptions.DataError | ssl.SSLCertVerificationError):
        return False
    # InterfaceError is asyncpg's word for a connection that is closed, closing or was cut in the middle.
    return isinstance(error, OSError | TimeoutError | EOFError | asyncpg.InterfaceError | asyncpg.InternalClientError)


def storage_error(error: BaseException) -> StorageError:
    """The error to raise instead of a driver's one, with one sentence."""
    if isinstance(error, StorageError):
        return error
    if is_transient(error):
        return StorageUnavailable(f"The database does not answer now ({_cause(error)}).")
    if isinstance(error, exceptions.PostgresError):
        if (error.sqlstate or "").startswith(OUR_STATES):
            return StorageError(str(error.args[0]))
        if (error.sqlstate or "").startswith("23"):
            return StorageError(
                f"The database refused a record that breaks the rule {error.constraint_name or _cause(error)}."
            )
        if isinstance(error, exceptions.InsufficientPrivilegeError):
            return StorageError(f"The database user lacks a right: {_cause(error)}.")
        if isinstance(error, exceptions.UndefinedTableError | exceptions.UndefinedColumnError):
            return StorageError(f"The database has not been prepared for this program: {_cause(error)}.")
    return StorageError(f"The database refused a request: {_cause(error)}.")


def connection_error(error: BaseException, address: DatabaseAddress) -> StorageError:
    """The same for an attempt to connect, where the address explains most failures."""
    match error:
        case exceptions.InvalidCatalogNameError():
            return StorageError(
                f"The database server at {address.host}:{address.port} has no database {address.database!r}."
            )
        case exceptions.InvalidAuthorizationSpecificationError():
            return StorageError(f"The database at {address.place} refused the user {address.user!r} or the password.")
        case exceptions.TooManyConnectionsError():
            return StorageUnavailable(f"The database at {address.place} has no connection left.")
        case ssl.SSLCertVerificationError():
            return StorageError(certificate_sentence(error, f"{address.host}:{address.port}", address.host))
        case ssl.SSLError():
            return StorageError(
                f"The encryption with {address.host}:{address.port} could not be agreed: {_cause(error)}."
            )
        case exceptions.ProtocolError() | exceptions.InternalClientError():
            return StorageError(f"What answers at {address.host}:{address.port} is not PostgreSQL.")
        case ConnectionError(errno=None) if "SSL" in str(error):
            return StorageError(f"The database server at {address.host}:{address.port} offers no encryption.")
        case exceptions.PostgresConnectionError():
            return StorageUnavailable(f"What answers at {address.host}:{address.port} hung up; is it PostgreSQL?")
        case OSError() | TimeoutError():
            return StorageUnavailable(f"No database answers at {address.host}:{address.port} ({_cause(error)}).")
    return storage_error(error)


def _cause(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = str(error.args[0] if error.args else error).strip().splitlines()
    return (text[0] if text else type(error).__name__).rstrip(".")
