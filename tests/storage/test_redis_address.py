"""Redis URLs: what is refused, with which sentence, and that a password is in none of them."""

from pathlib import Path

import pytest

from engine.errors import UsageError
from storage.redis_address import RedisAddress, parse_redis_address

PASSWORD = "p4ssw0rd-of-redis"


def test_everything_in_a_url() -> None:
    address = parse_redis_address(f"redis://alice:{PASSWORD}%2F%40@cache.example:7000/3")
    assert (address.host, address.port, address.database) == ("cache.example", 7000, 3)
    assert (address.username, address.password) == ("alice", f"{PASSWORD}/@")
    assert address.place == "cache.example:7000"


def test_what_is_left_out_is_usual() -> None:
    assert parse_redis_address("redis://localhost") == RedisAddress("redis", "localhost", 6379, "", 0, "", "")


def test_a_socket() -> None:
    address = parse_redis_address("unix:///run/redis/redis.sock?db=2")
    assert (address.path, address.database, address.place) == ("/run/redis/redis.sock", 2, "/run/redis/redis.sock")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "The Redis URL must look like redis://name:password@host:6379/0, with rediss for TLS or unix"),
        ("localhost:6379", "The Redis URL must look like"),
        (f"http://:{PASSWORD}@localhost", "The Redis URL must look like"),
        ("redis:localhost", "The Redis URL must look like"),
        (f"redis://:{PASSWORD}@", "The Redis URL names no host"),
        ("unix://", "The Redis URL names no socket"),
        (f"redis://:{PASSWORD}/x@localhost", "The Redis URL cannot be read"),
        (f"redis://:{PASSWORD}@localhost:70000", "The Redis URL cannot be read"),
        (f"redis://:{PASSWORD}@localhost:port", "The Redis URL cannot be read"),
        (f"redis://:{PASSWORD}@[localhost", "The Redis URL cannot be read"),
        (f"redis://:{PASSWORD}@localhost#{PASSWORD}", "The Redis URL has a #"),
        (f"redis://:{PASSWORD}@localhost/first", "The database of the Redis URL must be a number"),
        ("redis://localhost/-1", "The database of the Redis URL must be a number"),
        ("redis://localhost/²", "The database of the Redis URL must be a number"),
        ("redis://localhost/0?socket_timeout=900", "The Redis URL has the option 'socket_timeout'; a redis URL may"),
        ("rediss://localhost/0?ssl_cert_reqs=none", "The Redis URL has the option 'ssl_cert_reqs'; a rediss URL may"),
        ("redis://localhost/0?ssl_ca_certs=/x", "The Redis URL has the option 'ssl_ca_certs'"),
        (
            "rediss://localhost?ssl_ca_certs=/nowhere/ca.pem",
            "The Redis URL says ssl_ca_certs=/nowhere/ca.pem, and",
        ),
    ],
)
def test_a_url_that_cannot_be_one(url: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_redis_address(url)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(".")
    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate", encoding="ascii")
    with pytest.raises(UsageError, match="The certificate files that the Redis URL names cannot be used"):
        parse_redis_address(f"rediss://localhost?ssl_ca_certs={file}")


def test_a_password_is_never_told() -> None:
    address = parse_redis_address(f"redis://alice:{PASSWORD}@localhost")
    assert PASSWORD not in repr(address)
    assert PASSWORD not in str(address)
    said = f"ERR unknown command 'AUTH',\r\nwith args beginning with: 'alice' '{PASSWORD}'"
    assert address.told(said) == "ERR unknown command 'AUTH', with args beginning with: 'alice' '***'"
    assert len(address.told("x" * 10_000)) == 200


def test_a_password_with_quotes_is_not_told_either() -> None:
    address = parse_redis_address("redis://:it%27s%5Cn%22secret@localhost")
    assert address.password == "it's\\n\"secret"
    said = f"-ERR {address.password!r} and {address.password}"
    assert "secret" not in address.told(said)
