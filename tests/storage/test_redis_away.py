"""What a Redis that is away costs: a second once, then nothing; and what is told of it, without its password."""

import asyncio
import datetime as dt
import logging
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis.exceptions import NoPermissionError

from storage.cache_keys import CacheKey, KeyKind
from storage.cache_operations import Append, Put
from storage.redis_cache import RedisCache
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until_async

TEXT = CacheKey("text", KeyKind.STRING, 60)
LIST = CacheKey("list", KeyKind.LIST, 60, most=3)
BELL = CacheKey("bell:x", KeyKind.CHANNEL, 0)
TIMEOUT_S = 0.3
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "redis.md"
#: Calls at once return in microseconds; a machine with other work to do gets this much for a thousand of them.
#: Each of the thousands of questions would cost the bound, were it waited for.
AT_ONCE_S = 30
#: What a busy machine adds to a bound.
BUSY_S = 20

CALLS: dict[str, Callable[[RedisCache], Awaitable[object]]] = {
    "put": lambda cache: cache.put("key", "value", 10),
    "get": lambda cache: cache.get("key"),
    "apply": lambda cache: cache.apply(Put(TEXT, "value"), Append(LIST, ("a",))),
    "value": lambda cache: cache.value(TEXT),
    "fields": lambda cache: cache.fields(TEXT),
    "items": lambda cache: cache.items(LIST),
    "members": lambda cache: cache.members(TEXT),
    "take": lambda cache: cache.take(LIST),
    "count": lambda cache: cache.count(TEXT),
    "publish": lambda cache: cache.publish(BELL, "x"),
    "is_up": lambda cache: cache.is_up(),
}


@pytest.fixture
async def cache(redis_server: RedisServer) -> AsyncIterator[RedisCache]:
    made = RedisCache(redis_server.url, timeout_s=TIMEOUT_S)
    assert await made.is_up()
    yield made
    redis_server.go_on()
    await made.close()


async def bounded(work: Awaitable[object]) -> object:
    """The answer, which must come within the bound and what a busy machine adds."""
    async with asyncio.timeout(TIMEOUT_S + BUSY_S):
        return await work


@pytest.mark.parametrize("call", CALLS)
async def test_a_redis_that_stands_still_costs_its_bound_once_and_then_nothing(
    cache: RedisCache, redis_server: RedisServer, call: str
) -> None:
    redis_server.stand_still()
    assert not await bounded(CALLS[call](cache))
    assert cache.is_away
    begin_s = time.monotonic()
    for _ in range(1000):
        assert not await CALLS["get"](cache)
        assert not await CALLS["apply"](cache)
    assert time.monotonic() - begin_s < AT_ONCE_S
    redis_server.go_on()
    await wait_until_async(lambda: not cache.is_away, what="Redis to be found again by itself")
    assert await cache.apply(Put(TEXT, "value"))
    assert await cache.value(TEXT) == "value"


async def test_many_callers_wait_together(cache: RedisCache, redis_server: RedisServer) -> None:
    redis_server.stand_still()
    found = await bounded(asyncio.gather(*(cache.value(TEXT) for _ in range(200))))
    assert found == [None] * 200


async def test_a_redis_that_was_started_again_is_found_without_being_asked_for(
    cache: RedisCache, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    redis_server.stop()
    assert await cache.value(TEXT) is None
    assert cache.is_away
    redis_server.start()
    await wait_until_async(lambda: not cache.is_away, what="Redis to be found again by itself")
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "Redis does not answer",
        "Redis answers again.",
    ]


async def test_a_bell_goes_on_after_every_outage(cache: RedisCache, redis_server: RedisServer) -> None:
    heard: list[str] = []
    async with cache.listening(BELL, heard.append):
        await wait_until_async(lambda: heard == [""], what="listening")
        redis_server.stop()
        redis_server.start()
        await wait_until_async(lambda: heard == ["", ""], what="listening again, which says that rings may be missed")
        await wait_until_async(lambda: not cache.is_away, what="Redis to be found again by itself")
        await cache.is_up()
        await cache.publish(BELL, "desk")
        await wait_until_async(lambda: heard[-1] == "desk", what="the ring")


class Stranger:
    """Answers whatever is asked with the same bytes, or drips them one by one and never ends."""

    def __init__(self, words: bytes, *, drips: bool = False) -> None:
        self._words = words
        self._drips = drips
        self._talks: set[asyncio.Task[None]] = set()
        self.heard = b""
        self.port = 0

    async def __aenter__(self) -> "Stranger":
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = asyncio.current_task()
        assert own is not None
        self._talks.add(own)
        try:
            while asked := await reader.read(4096):
                self.heard += asked
                while True:
                    writer.write(self._words)
                    await writer.drain()
                    if not self._drips:
                        break
                    await asyncio.sleep(0)
        except OSError:
            pass
        finally:
            self._talks.discard(own)
            writer.close()


NONSENSE = {
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "no text": b"$5\r\n\xff\xfe\xfd\xfc\xfb\r\n",
    "a length that cannot be": b"*2\r\n$99999999999999999999\r\n",
    "a negative length": b"*-7\r\n",
    "the wrong kind": b"*1\r\n*1\r\n*0\r\n",
    "always a number": b":7\r\n",
    "always OK": b"+OK\r\n",
    "always PONG": b"+PONG\r\n",
    "always QUEUED": b"+QUEUED\r\n",
    "always nothing": b"$-1\r\n",
    "always an error": b"-ERR no\r\n",
    "always busy": b"-LOADING Redis is loading the dataset in memory\r\n",
    "another language": b"%1\r\n+a\r\n+b\r\n",
    "silence": b"",
}


@pytest.mark.parametrize("words", NONSENSE)
@pytest.mark.parametrize("call", CALLS)
async def test_whatever_a_stranger_says_nothing_is_found_in_time_and_nothing_raised(call: str, words: str) -> None:
    async with Stranger(NONSENSE[words]) as stranger:
        # On a machine that does nothing for a while the time may be over before anything was asked.
        while not stranger.heard:
            cache = RedisCache(f"redis://127.0.0.1:{stranger.port}", timeout_s=TIMEOUT_S)
            found = await bounded(CALLS[call](cache))
            # A stranger that always says PONG is a Redis as far as `is_up` can know.
            assert not found or (call == "is_up" and words == "always PONG")
            await bounded(cache.close())


async def test_an_answer_without_end_is_not_waited_for() -> None:
    async with Stranger(b"$400000000\r\n" + b"x" * 1000, drips=True) as stranger:
        cache = RedisCache(f"redis://127.0.0.1:{stranger.port}", timeout_s=TIMEOUT_S)
        assert await bounded(cache.value(TEXT)) is None
        assert cache.is_away
        await bounded(cache.close())


async def test_a_stranger_rings_no_bell() -> None:
    heard: list[str] = []
    async with Stranger(b"*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$-1\r\n") as stranger:
        cache = RedisCache(f"redis://127.0.0.1:{stranger.port}", timeout_s=TIMEOUT_S)
        async with cache.listening(BELL, heard.append):
            await wait_until_async(lambda: b"SUBSCRIBE" in stranger.heard, what="the stranger to be listened to")
        await cache.close()
    assert heard == []


PASSWORD = "p4ssw0rd-of-redis"


async def test_a_server_that_repeats_our_password_does_not_get_it_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    heard: list[str] = []
    async with Stranger(f"-ERR unknown command 'AUTH', beginning with: '{PASSWORD}'\r\n".encode()) as stranger:
        cache = RedisCache(f"redis://:{PASSWORD}@127.0.0.1:{stranger.port}", timeout_s=TIMEOUT_S)
        assert not await cache.is_up()
        assert PASSWORD.encode() in stranger.heard
        async with cache.listening(BELL, heard.append):
            await wait_until_async(lambda: stranger.heard.count(b"AUTH") > 1, what="the bell to sign in")
        await cache.close()
    assert PASSWORD not in caplog.text
    assert "Redis does not answer: 127.0.0.1:" in caplog.text


async def test_a_user_who_may_not_is_told_so(redis_server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with redis.Redis(port=redis_server.port) as client:
        client.acl_setuser("poor", enabled=True, passwords=[f"+{PASSWORD}"], commands=["+ping", "+select"])
        try:
            where = f"127.0.0.1:{redis_server.port}"
            poor = RedisCache(f"redis://poor:{PASSWORD}@{where}")
            assert await poor.is_up()
            assert not await poor.apply(Put(TEXT, "value"))
            wrong = RedisCache(f"redis://poor:{PASSWORD}x@{where}")
            assert not await wrong.is_up()
            assert [record.message for record in caplog.records] == [
                f"Redis does not answer: the one at {where} does not let this user do what the cache needs.",
                f"Redis does not answer: the one at {where} refused the name or the password.",
            ]
            await poor.close()
            await wrong.close()
        finally:
            client.acl_deluser("poor")


async def test_the_rights_that_the_document_names_are_enough(redis_server: RedisServer) -> None:
    [rules] = re.findall(r"needs: `([^`]+)`", DOCUMENT.read_text("utf-8"))
    with redis.Redis(port=redis_server.port) as client:
        client.execute_command("ACL", "SETUSER", "desk", "on", f">{PASSWORD}", *rules.split())
        cache = RedisCache(f"redis://desk:{PASSWORD}@127.0.0.1:{redis_server.port}/0", space="0123abcd")
        heard: list[str] = []
        try:
            async with cache.listening(BELL, heard.append):
                await wait_until_async(lambda: heard == [""], what="listening")
                for call in CALLS.values():
                    await call(cache)
                await wait_until_async(lambda: heard[-1] == "x", what="the ring")
            assert await cache.apply(Put(TEXT, "value"), Append(LIST, ("a",)))
            assert (await cache.value(TEXT), await cache.take(LIST)) == ("value", "a")
            with pytest.raises(NoPermissionError):
                await cache._client.set("elsewhere", "value")
        finally:
            await cache.close()
            client.acl_deluser("desk")


def write_certificate(folder: Path, name: str) -> None:
    """A certificate that signs itself, for 127.0.0.1 under this name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def tls_port(tmp_path: Path) -> Iterator[int]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    write_certificate(tmp_path, "localhost")
    port = free_port()
    files = ("--tls-cert-file", str(tmp_path / "cert.pem"), "--tls-key-file", str(tmp_path / "key.pem"))
    options = ("--tls-port", str(port), *files, "--tls-auth-clients", "no")
    # The usual user may still say PING without a password, by which the fixture knows that the server answers.
    who = ("--user", "alice", "on", f">{PASSWORD}", "~*", "&*", "+@all")
    server = RedisServer(tmp_path, program, (*options, *who))
    server.start()
    yield port
    server.stop()


async def test_an_encrypted_redis_is_used_when_its_certificate_is_known(tls_port: int, tmp_path: Path) -> None:
    url = f"rediss://alice:{PASSWORD}@localhost:{tls_port}/0"
    known = RedisCache(f"{url}?ssl_ca_certs={tmp_path / 'cert.pem'}")
    assert await known.apply(Put(TEXT, "value"))
    assert await known.value(TEXT) == "value"
    heard: list[str] = []
    async with known.listening(BELL, heard.append):
        await wait_until_async(lambda: heard == [""], what="listening")
        await known.publish(BELL, "desk")
        await wait_until_async(lambda: heard[-1] == "desk", what="the ring")
    await known.close()


@pytest.mark.parametrize(
    ("scheme", "host", "is_known"),
    [("rediss", "localhost", False), ("rediss", "127.0.0.1", True), ("redis", "localhost", False)],
    ids=["unknown certificate", "another host's certificate", "without encryption"],
)
async def test_an_encrypted_redis_that_proves_nothing_is_not_used(
    tls_port: int, tmp_path: Path, scheme: str, host: str, *, is_known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    file = f"?ssl_ca_certs={tmp_path / 'cert.pem'}" if is_known else ""
    cache = RedisCache(f"{scheme}://alice:{PASSWORD}@{host}:{tls_port}/0{file}", timeout_s=TIMEOUT_S)
    assert not await cache.is_up()
    assert not await cache.apply(Put(TEXT, "value"))
    assert "Redis does not answer" in caplog.text
    assert PASSWORD not in caplog.text
    await cache.close()
