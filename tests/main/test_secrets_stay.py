"""A full run with every kind of secret, by the real program; then everything that anybody could read is searched."""

import base64
import gzip
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from storage.address import parse_address
from storage.administration.postgres_programs import environment_of, fitting, installed_programs
from storage.embedded.question import ask
from tests.main.program import GRID, ROOT, TestDesk, environment, recording
from tests.support.postgres import PostgresCluster
from tests.support.redis import RedisServer
from tests.support.redis_capture import captured, forms
from tests.support.warm_programs import run

PASSPHRASE = "canary passphrase Qx7 vault öäü"
NEW_PASSPHRASE = "canary passphrase Wz3 changed"
SECRETS = {
    "exchange key": "CanaryExchangeKey0a1b2c3d4e5f6g7h",
    "exchange secret": "CanaryExchangeSecret/+9i8j7k6l5m4n",
    "exchange passphrase": "CanaryExchangePass&phrase=3o2p",
    "model key": "sk-CanaryModelKey-1q2r3s4t5u6v7w",
    "bot token": "123456789:CanaryTelegramToken8x9y",
    "private key": "-----BEGIN PRIVATE KEY-----\nCanaryPrivateKeyLine0z1A2b3C\n-----END PRIVATE KEY-----",
    "passphrase": PASSPHRASE,
    "new passphrase": NEW_PASSPHRASE,
    "wrong passphrase": "canary WRONG passphrase Er5",
}


def spellings(secret: str) -> Iterator[bytes]:
    """Plain, and in every form in which it may have been written down: also where it stands amid other bytes."""
    for text in {secret, *secret.splitlines()[1:2]}:
        raw = text.encode()
        yield from (form for name, form in forms(text).items() if "half" not in name)
        yield raw[::-1]
        yield raw.hex().upper().encode()
        yield from (quote(text).encode(), quote_plus(text).lower().encode())
        yield text.encode("utf-16-le")
        for shift in range(3):
            # Base64 of a longer text that contains it: the inner characters are the same whatever surrounds it.
            whole = base64.b64encode(bytes(shift) + raw + bytes(3))
            yield whole[4 + 4 * bool(shift) : 4 * ((shift + len(raw)) // 3)]


def found_in(content: bytes, where: str) -> list[str]:
    return [
        f"{name} in {where}"
        for name, secret in SECRETS.items()
        if any(spelling in content for spelling in spellings(secret))
    ]


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, unpacked where that is known."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            yield str(file), gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


class Run:
    """The program on one desk, its words kept."""

    def __init__(self, desk: TestDesk, redis_url: str) -> None:
        self.desk = desk
        self.redis_url = redis_url
        self.said = b""

    def __call__(
        self, *arguments: str, lines: tuple[str, ...] = (), code: int = 0, more: Mapping[str, str] | None = None
    ) -> str:
        where = ["--data-folder", str(self.desk.folder), "--database-url", self.desk.url, "--log-level", "debug"]
        with tempfile.TemporaryFile("w+") as typed:
            typed.writelines(f"{line}\n" for line in lines)
            typed.seek(0)
            done = run(
                [str(ROOT / "main.py"), *arguments, *where, "--redis-url", self.redis_url],
                environment=environment(**(more or {})), stdin=typed,
            )  # fmt: skip
        self.said += f"{done.stdout}\n{done.stderr}\n".encode()
        assert done.returncode == code, done.stderr
        return done.stdout


def test_the_search_finds_what_is_there() -> None:
    secret = SECRETS["exchange secret"]
    hidden = (
        secret.encode(), secret.encode().hex().encode(), base64.b64encode(b"ab" + secret.encode() + b"c"),
        base64.b64encode(b"abc" + secret.encode()), secret[::-1].encode(), quote_plus(secret).encode(),
        secret.encode("utf-16-le"), base64.urlsafe_b64encode(secret.encode()), secret.encode().hex().upper().encode(),
    )  # fmt: skip
    for content in hidden:
        assert found_in(b"\0" + content + b"\0", "here") == ["exchange secret in here"]
    assert found_in(b"nothing of it", "here") == []


def dump_of(url: str) -> bytes:
    """What `pg_dump` of the server's own version writes, as text."""
    address = parse_address(url)
    version = int(ask(url, "SELECT current_setting('server_version_num')::int / 10000")[0])
    dump = fitting(installed_programs(), version).dump
    done = subprocess.run(
        [str(dump), "--inserts"], env=os.environ | environment_of(address), capture_output=True, check=True
    )
    return done.stdout


@pytest.mark.slow
def test_no_secret_leaves_the_vault(
    tmp_path: Path, postgres_cluster: PostgresCluster, database_url: str, redis_server: RedisServer
) -> None:
    desk = TestDesk(tmp_path / "desk", database_url)
    run = Run(desk, redis_server.url)
    private = tmp_path / "key.pem"
    private.write_text(SECRETS["private key"] + "\n", encoding="utf-8")
    private.chmod(0o600)
    key_file = tmp_path / "desk.key"
    stdin = ("--passphrase-file", "-")
    key, secret = SECRETS["exchange key"], SECRETS["exchange secret"]
    with captured(redis_server) as capture:
        run("vault", "create", *stdin, lines=(PASSPHRASE,))
        exchange = ("credential", "add", "exchange", "upbit", "--label", "main", *stdin, "--key-file", "-")
        whole = ("--secret-file", "-", "--key-passphrase-file", "-")
        given = (PASSPHRASE, key, secret, SECRETS["exchange passphrase"])
        run(*exchange, *whole, lines=given)
        run(*exchange, *whole, lines=given, code=2)
        run(
            "credential", "add", "exchange", "binance", *stdin, "--key-file", "-", "--secret-file", str(private),
            lines=(PASSPHRASE, key),
        )  # fmt: skip
        run("credential", "add", "llm", "model", *stdin, "--key-file", "-", lines=(PASSPHRASE, SECRETS["model key"]))
        run("credential", "add", "telegram", "bot", *stdin, "--key-file", "-", lines=(PASSPHRASE, SECRETS["bot token"]))
        run("vault", "unlock-test", *stdin, lines=(SECRETS["wrong passphrase"],), code=2)
        run("vault", "unlock-test", code=2, more={"GRIDWRIGHT_VAULT_PASSPHRASE": SECRETS["wrong passphrase"]})
        # What people try, and what they must not see again.
        run("credential", "add", "llm", "other", "--api-key", SECRETS["model key"], code=2)
        run("vault", "create", "--passphrase", PASSPHRASE, code=2)
        run("vault", "key-file", str(key_file), *stdin, lines=(PASSPHRASE,))
        changed = ("vault", "passphrase", *stdin, "--new-passphrase-file", "-")
        run(*changed, lines=(PASSPHRASE, NEW_PASSPHRASE))
        with_key = {"GRIDWRIGHT_VAULT_KEY": key_file.read_text(encoding="utf-8").strip()}
        run("credential", "test", "main", more=with_key)
        file = recording(tmp_path)
        run("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
        run("bot", "add", "grid", "--account", "replay:small", "--start", *GRID)
        run("credential", "use", "main", "replay:small")
        run("market", "speed", "replay:small", "max")
        run("--no-gui", "--until-replay-ends", more={"GRIDWRIGHT_VAULT_PASSPHRASE": NEW_PASSPHRASE})
        run("--no-gui", "--until-replay-ends", more=with_key)
        run("vault", "rotate", more={"GRIDWRIGHT_VAULT_PASSPHRASE": NEW_PASSPHRASE})
        listed = run("credential", "list")
        assert "...7h"[-2:] in listed
        run("credential", "list", "--json")
        run("vault", "status", "--json")
        run("db", "check")
        run("db", "report")
        run("db", "backup", str(tmp_path / "all.gwbackup"))
        run("credential", "remove", "bot")
        redis_heard = capture.text()
    tables = ask(database_url, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
    rows = "\n".join(str(ask(database_url, f"SELECT t::text FROM {table} t")) for table in tables).encode()
    assert b"replay:small" in rows
    dump = dump_of(database_url)
    assert b"credentials" in dump
    private.unlink()
    words = {"words": run.said, "Redis": redis_heard, "pg_dump": dump, "rows": rows}
    # Each of them said something; a desk on the embedded or a quick market tells its Redis little.
    assert {name: len(content) for name, content in words.items() if len(content) <= 1_000} == {}
    files = dict(contents(tmp_path))
    assert any("gridwright.log" in name for name in files)
    assert [leak for where, content in (words | files).items() for leak in found_in(content, where)] == []
    # The server's own pages, write-ahead log and messages, in the one form in which it could have been given them.
    server = dict(contents(postgres_cluster.server.data_dir))
    plain = [secret.splitlines()[-2 if "\n" in secret else 0].encode() for secret in SECRETS.values()]
    assert [name for name, content in server.items() if any(secret in content for secret in plain)] == []
