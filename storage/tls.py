"""Encryption to PostgreSQL as the settings ask for it, and what a certificate that does not fit is called."""

import ssl
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from engine.errors import UsageError
from storage.address import SSL_MODES, parse_address

VERIFYING = frozenset({"verify-ca", "verify-full"})

#: OpenSSL's numbers of what is wrong with a certificate.
NOT_YET, EXPIRED = 9, 10
OTHER_NAMES = frozenset({62, 64})
UNKNOWN_SIGNERS = frozenset({2, 18, 19, 20, 21, 24, 26, 27})


def secured(url: str, least_mode: str | None, authority: str | None) -> str:
    """The URL with the encryption that the settings `database_sslmode` and `database_ca` ask for.

    What the URL itself says is kept where it is not weaker. Raises StorageError for a URL that cannot be one and
    UsageError for one that asks for less than the setting, or for a file of authorities that cannot be used.
    """
    parse_address(url)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if least_mode is not None:
        asked = query.setdefault("sslmode", least_mode)
        if SSL_MODES.index(asked) < SSL_MODES.index(least_mode):
            raise UsageError(
                f"The database URL says sslmode={asked}, and the setting database_sslmode asks for {least_mode}."
            )
    if authority is not None:
        query.setdefault("sslrootcert", str(Path(authority).expanduser().absolute()))
    if query.get("sslmode") in VERIFYING and "sslrootcert" not in query:
        query["sslrootcert"] = _authorities_of_the_system()
    if "sslrootcert" in query:
        _check_authorities(query["sslrootcert"])
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def certificate_sentence(error: ssl.SSLCertVerificationError, place: str, host: str) -> str:
    """Why the certificate of a server is not believed."""
    code = error.verify_code
    if code in OTHER_NAMES:
        return f"The certificate of the database server at {place} is not for {host}, so nothing was sent to it."
    if code == EXPIRED:
        return f"The certificate of the database server at {place} has expired, so nothing was sent to it."
    if code == NOT_YET:
        return f"The certificate of the database server at {place} is not valid yet, so nothing was sent to it."
    if code in UNKNOWN_SIGNERS:
        return (
            f"The certificate of the database server at {place} is not signed by an authority that is trusted here, "
            "so nothing was sent to it."
        )
    return f"The certificate of the database server at {place} is not accepted ({error.verify_message})."


def _authorities_of_the_system() -> str:
    own = Path("~/.postgresql/root.crt").expanduser()
    known = ssl.get_default_verify_paths().cafile
    for path in (own, Path(known) if known else own):
        if path.is_file():
            return str(path)
    raise UsageError("There is no file of authorities to check the database's certificate with; set database_ca.")


def _check_authorities(path: str) -> None:
    try:
        ssl.create_default_context(cafile=path)
    except FileNotFoundError:
        raise UsageError(f"There is no file of authorities {path}.") from None
    except (ssl.SSLError, OSError) as error:
        raise UsageError(f"The file of authorities {path} cannot be used: it holds no readable certificate.") from error
