"""Encryption to a real PostgreSQL with OpenSSL: a certificate that fits is believed, any other refused in words."""

import asyncio
import datetime as dt
import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.errors import StorageError, UsageError
from storage.database import connect, migrate
from storage.tls import secured
from tests.support.postgres import PostgresCluster
from tests.support.waiting import wait_until

BINARIES = Path("/usr/lib/postgresql/15/bin")
DAY = dt.timedelta(days=1)
PASSWORD = "of the server"


@dataclass(frozen=True)
class Authority:
    """Somebody who signs certificates."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, name: str) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 30 * DAY)
            .not_valid_after(now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    def write(self, path: Path) -> str:
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)

    def sign(self, folder: Path, *, name: str = "localhost", since: dt.timedelta, until: dt.timedelta) -> None:
        """A key and a certificate for a server, as PostgreSQL wants to find them."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = dt.datetime.now(dt.UTC)
        names: list[x509.GeneralName] = [x509.DNSName(name)]
        if name == "localhost":
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + since)
            .not_valid_after(now + until)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        (folder / "server.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "server.key").write_bytes(pem)
        (folder / "server.key").chmod(0o600)


class TlsServer:
    """Debian's PostgreSQL in a temporary folder; `give` shows it another certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cluster"
        self._user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self._user is not None:
            # The server's own user has to get to its folder through ours.
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        password = folder / "password"
        password.write_text(PASSWORD, encoding="ascii")
        password.chmod(0o644)
        self._run(
            "initdb", "-D", str(self.folder), "-U", "owner", "-A", "scram-sha-256", "--pwfile", str(password),
            "--no-sync", "-E", "UTF8", "--locale=C",
        )  # fmt: skip
        (self.folder / "postgresql.auto.conf").write_text(
            f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n"
            "log_min_messages = panic\n",
            encoding="ascii",
        )
        (self.folder / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n", encoding="ascii")
        self.process: subprocess.Popen[bytes] | None = None

    def give(self, authority: Authority | None, **certificate: object) -> None:
        """Start anew with a certificate of this authority, without encryption for None."""
        self.stop()
        if authority is not None:
            authority.sign(
                self.folder,
                name=str(certificate.get("name", "localhost")),
                since=certificate.get("since", -DAY),  # type: ignore[arg-type]
                until=certificate.get("until", DAY),  # type: ignore[arg-type]
            )
            if self._user is not None:
                for name in ("server.crt", "server.key"):
                    os.chown(self.folder / name, self._user.pw_uid, self._user.pw_gid)
        self.process = subprocess.Popen(
            [str(BINARIES / "postgres"), "-D", str(self.folder), "-c", f"ssl={'off' if authority is None else 'on'}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            extra_groups=None if self._user is None else [],
        )
        wait_until(self._answers, what="PostgreSQL to listen", within_s=30)
        self.url = f"postgresql://owner:{PASSWORD.replace(' ', '%20')}@localhost:{self.port}/postgres"

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.terminate()
            process.wait(timeout=180)

    def _answers(self) -> bool:
        ready = [str(BINARIES / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(BINARIES / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            user=None if self._user is None else self._user.pw_uid,
            group=None if self._user is None else self._user.pw_gid,
            extra_groups=None if self._user is None else [],
            cwd="/",
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    if not (BINARIES / "postgres").is_file():
        pytest.skip(f"there is no PostgreSQL with OpenSSL in {BINARIES}")
    # Every folder above a server's must let its user pass, so not below pytest's own.
    folder = Path(f"/tmp/gridwright-tls-{os.getpid()}")
    folder.mkdir(mode=0o755)
    server = TlsServer(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make("the right one")


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path) -> str:
    return authority.write(tmp_path / "authority.pem")


async def is_encrypted(url: str) -> bool:
    database = await connect(url, pool_size=1)
    try:
        async with database.question() as connection:
            return bool(await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    finally:
        await database.close()


def refusal(url: str) -> str:
    with pytest.raises(StorageError) as caught:
        asyncio.run(is_encrypted(url))
    with pytest.raises(StorageError) as again:
        asyncio.run(migrate(url))
    assert str(again.value) == str(caught.value), "whoever connects first says the same"
    return str(caught.value)


def test_a_certificate_that_fits_is_believed(server: TlsServer, authority: Authority, trusted: str) -> None:
    server.give(authority)
    for mode in ("require", "verify-ca", "verify-full"):
        assert asyncio.run(is_encrypted(secured(server.url, mode, trusted)))
    assert asyncio.run(is_encrypted(f"{server.url}?sslmode=verify-full&sslrootcert={trusted}"))
    asyncio.run(migrate(secured(server.url, "verify-full", trusted)))


def test_another_host_is_refused(server: TlsServer, authority: Authority, trusted: str) -> None:
    server.give(authority, name="elsewhere.example")
    said = refusal(secured(server.url, "verify-full", trusted))
    assert said == (
        f"The certificate of the database server at localhost:{server.port} is not for localhost, "
        "so nothing was sent to it."
    )
    assert asyncio.run(is_encrypted(secured(server.url, "verify-ca", trusted))), "that mode does not look at the name"


def test_an_unknown_authority_is_refused(server: TlsServer, authority: Authority, tmp_path: Path) -> None:
    server.give(authority)
    other = Authority.make("somebody else").write(tmp_path / "other.pem")
    for mode in ("verify-ca", "verify-full"):
        assert refusal(secured(server.url, mode, other)) == (
            f"The certificate of the database server at localhost:{server.port} is not signed by an authority that is "
            "trusted here, so nothing was sent to it."
        )


@pytest.mark.parametrize(
    ("since", "until", "said"), [(-3 * DAY, -2 * DAY, "has expired"), (2 * DAY, 3 * DAY, "is not valid yet")]
)
def test_a_certificate_out_of_its_time_is_refused(
    server: TlsServer, authority: Authority, trusted: str, since: dt.timedelta, until: dt.timedelta, said: str
) -> None:
    server.give(authority, since=since, until=until)
    assert refusal(secured(server.url, "verify-full", trusted)) == (
        f"The certificate of the database server at localhost:{server.port} {said}, so nothing was sent to it."
    )


def test_a_server_without_encryption_is_refused(server: TlsServer, trusted: str) -> None:
    server.give(None)
    for mode in ("require", "verify-ca", "verify-full"):
        assert refusal(secured(server.url, mode, trusted)) == (
            f"The database server at localhost:{server.port} offers no encryption."
        )
    assert not asyncio.run(is_encrypted(secured(server.url, "prefer", None)))


def test_the_embedded_server_has_no_encryption_to_offer(postgres_cluster: PostgresCluster, trusted: str) -> None:
    assert "offers no encryption" in refusal(secured(postgres_cluster.url, "verify-full", trusted))


@pytest.mark.parametrize("asked", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_a_url_cannot_ask_for_less_than_the_setting(asked: str) -> None:
    with pytest.raises(UsageError, match=rf"^The database URL says sslmode={asked}, and the setting database_sslmode "):
        secured(f"postgresql://a:b@localhost/c?sslmode={asked}", "verify-full", None)


def test_a_url_keeps_what_it_says_itself(trusted: str) -> None:
    url = f"postgresql://a:p%40ss@localhost/c?sslmode=verify-full&sslrootcert={quote(trusted, safe='')}"
    assert unquote(secured(url, "require", "/nowhere")) == unquote(url)
    assert secured("postgresql://a:b@localhost/c", None, None) == "postgresql://a:b@localhost/c"


def test_files_of_authorities_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("", encoding="ascii")
    (tmp_path / "words.pem").write_text("no certificate", encoding="ascii")
    with pytest.raises(UsageError, match=r"^There is no file of authorities .*missing\.pem\.$"):
        secured("postgresql://a:b@localhost/c", "verify-full", str(tmp_path / "missing.pem"))
    for name in ("empty.pem", "words.pem"):
        with pytest.raises(UsageError, match=r"cannot be used: it holds no readable certificate\.$"):
            secured("postgresql://a:b@localhost/c", "verify-full", str(tmp_path / name))
