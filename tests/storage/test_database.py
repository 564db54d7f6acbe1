"""Every way in which an address can be wrong gives one sentence that names what is wrong, and never the password."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from engine.errors import StorageError, StorageUnavailable
from storage.address import parse_address
from storage.database import Database, connect, migrate

EXAMPLE = "postgresql://name:password@host:5432/database"
SSL_MODES = "disable, allow, prefer, require, verify-ca, verify-full"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", f"The database URL must look like {EXAMPLE}."),
        ("localhost/gridwright", f"The database URL must look like {EXAMPLE}."),
        ("mysql://u:p@h/d", "Gridwright keeps its records in PostgreSQL, so a mysql:// URL cannot be used."),
        ("sqlite:///file.db", "Gridwright keeps its records in PostgreSQL, so a sqlite:// URL cannot be used."),
        (
            "postgresql://u:p@h:port/d",
            f"The host or port in the database URL cannot be read; it must look like {EXAMPLE}.",
        ),
        (
            "postgresql://u:p@h:99999/d",
            f"The host or port in the database URL cannot be read; it must look like {EXAMPLE}.",
        ),
        (
            "postgresql://u:p@[::1/d",
            f"The host or port in the database URL cannot be read; it must look like {EXAMPLE}.",
        ),
        ("postgresql:///d", f"The database URL names no host; it must look like {EXAMPLE}."),
        ("postgresql://u:p@h", f"The database URL names no database; it must look like {EXAMPLE}."),
        ("postgresql://u:p@h/", f"The database URL names no database; it must look like {EXAMPLE}."),
        ("postgresql://u:p@h/d?sslmode=always", f"The database URL says sslmode=always, which is none of {SSL_MODES}."),
    ],
)
def test_a_url_that_cannot_be_one(url: str, sentence: str) -> None:
    with pytest.raises(StorageError) as caught:
        parse_address(url)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "POSTGRESQL"])
def test_an_address_hides_its_password(scheme: str) -> None:
    address = parse_address(f"{scheme}://me:s%40cret@db.example:6000/gridwright?sslmode=require")
    assert str(address) == "me@db.example:6000/gridwright"
    assert "cret" not in repr(address)
    assert address.url == "postgresql://me:s%40cret@db.example:6000/gridwright?sslmode=require"


def changed(
    url: str, *, user: str = "", password: str = "", host: str = "", database: str = "", query: str = ""
) -> str:
    parts = urlsplit(url)
    netloc = f"{user or parts.username}:{password or parts.password}@{host or f'{parts.hostname}:{parts.port}'}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}" if database else parts.path, query=query))


@contextlib.asynccontextmanager
async def stranger(reply: bytes) -> AsyncIterator[str]:
    """Something that listens, and is no PostgreSQL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("call", [connect, migrate])
async def test_a_wrong_password(empty_database_url: str, call: object) -> None:
    with pytest.raises(StorageError, match=r"refused the user 'gridwright' or the password\.$") as caught:
        await call(changed(empty_database_url, password="wrong-word"))  # type: ignore[operator]
    assert "wrong-word" not in str(caught.value)
    assert not isinstance(caught.value, StorageUnavailable)


@pytest.mark.parametrize("call", [connect, migrate])
async def test_an_unknown_user(empty_database_url: str, call: object) -> None:
    with pytest.raises(StorageError, match=r"refused the user 'nobody' or the password\.$"):
        await call(changed(empty_database_url, user="nobody"))  # type: ignore[operator]


@pytest.mark.parametrize("call", [connect, migrate])
async def test_an_unknown_database(empty_database_url: str, call: object) -> None:
    with pytest.raises(StorageError, match=r"^The database server at 127\.0\.0\.1:\d+ has no database 'nowhere'\.$"):
        await call(changed(empty_database_url, database="nowhere"))  # type: ignore[operator]


@pytest.mark.parametrize("call", [connect, migrate])
async def test_nobody_listens(empty_database_url: str, call: object) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    free = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(StorageUnavailable, match=rf"^No database answers at 127\.0\.0\.1:{free} \(.*\)\.$"):
        await call(changed(empty_database_url, host=f"127.0.0.1:{free}"))  # type: ignore[operator]


async def test_a_host_that_is_none(empty_database_url: str) -> None:
    with pytest.raises(StorageUnavailable, match=r"^No database answers at no-such-host\.invalid:5432 \(.*\)\.$"):
        await connect(changed(empty_database_url, host="no-such-host.invalid"))


@pytest.mark.parametrize("reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-ERR unknown command\r\n", b""])
async def test_something_else_listens(empty_database_url: str, reply: bytes) -> None:
    async with stranger(reply) as host:
        with pytest.raises(StorageError) as caught:
            await connect(changed(empty_database_url, host=host, query="sslmode=disable"))
    assert str(caught.value) == f"What answers at {host} hung up; is it PostgreSQL?"


async def test_encryption_that_the_server_does_not_have(empty_database_url: str) -> None:
    with pytest.raises(StorageError, match=r"^The database server at 127\.0\.0\.1:\d+ offers no encryption\.$"):
        await connect(changed(empty_database_url, query="sslmode=require"))


async def test_sessions_say_who_they_are_and_wait_for_the_disk(migrated_url: str) -> None:
    database = await connect(migrated_url, application_name="gridwright test", statement_timeout_s=7)
    async with database.question() as connection:
        shown = {
            name: await connection.fetchval(f"SHOW {name}")
            for name in ("application_name", "statement_timeout", "synchronous_commit", "timezone")
        }
    own = await database.own_connection("watcher")
    assert await own.fetchval("SHOW application_name") == "gridwright test watcher"
    await own.close()
    await database.close()
    assert shown == {
        "application_name": "gridwright test", "statement_timeout": "7s", "synchronous_commit": "on", "timezone": "UTC",
    }  # fmt: skip


async def test_a_slow_question_ends(migrated_url: str) -> None:
    database = await connect(migrated_url, statement_timeout_s=0.2)
    with pytest.raises(StorageUnavailable):
        async with database.question() as connection:
            await connection.fetchval("SELECT pg_sleep(30)")
    async with database.question() as connection:
        assert await connection.fetchval("SELECT 1") == 1
    await database.close()


async def test_a_killed_session_of_the_pool_is_replaced(database: Database) -> None:
    with pytest.raises(StorageUnavailable):
        async with database.question() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    async with database.question() as connection:
        assert await connection.fetchval("SELECT 1") == 1


def test_a_database_belongs_to_one_loop(migrated_url: str) -> None:
    loop = asyncio.new_event_loop()
    database = loop.run_until_complete(connect(migrated_url))

    async def ask() -> None:
        async with database.question():
            pass

    with pytest.raises(RuntimeError, match="belongs to the loop that opened it"):
        asyncio.run(ask())
    loop.run_until_complete(database.close())
    loop.close()


async def test_a_closed_database_says_so(migrated_url: str) -> None:
    database = await connect(migrated_url)
    await database.close()
    await database.close()
    with pytest.raises(StorageError, match=r"^The database connection is closed\.$"):
        async with database.question():
            pass
