"""What is kept of passwords, against the RFCs' own examples and the servers that have to take it."""

import base64
import hashlib
import hmac
import unicodedata

import asyncpg
import pytest

from engine.errors import StorageError, UsageError
from storage.users.passwords import (
    COST,
    LEAST,
    Cost,
    check_password,
    client_key,
    is_cheaper,
    keep,
    postgres_verifier,
    prepared,
    prove,
    read_cost,
    read_kept,
)

#: Cheap, so that a test takes milliseconds; the server takes nothing below `COST`.
QUICK = LEAST
SALT = bytes(range(16))


def test_what_is_kept_comes_back_and_proves_one_message() -> None:
    kept = keep("a good Password 1", QUICK, SALT)
    assert read_kept(str(kept)) == kept
    key = client_key("a good Password 1", SALT, QUICK)
    assert hashlib.sha256(key).digest() == kept.stored_key
    proof = prove(key, "message")
    # The server's side of RFC 5802: the proof without the signature is the key, whose digest is kept.
    signature = hmac.digest(kept.stored_key, b"message", "sha256")
    assert bytes(one ^ other for one, other in zip(proof, signature, strict=True)) == key
    assert prove(key, "another message") != proof
    assert client_key("a good Password 2", SALT, QUICK) != key
    assert client_key("a good Password 1", SALT[::-1], QUICK) != key


def test_a_verifier_is_what_postgres_makes_of_the_example_of_rfc_7677() -> None:
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    said = postgres_verifier("pencil", salt)
    stored, _, server = said.rpartition("$")[2].partition(":")
    message = (
        b"n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    signature = hmac.digest(base64.b64decode(stored), message, "sha256")
    key = bytes(one ^ other for one, other in zip(proof, signature, strict=True))
    assert hashlib.sha256(key).digest() == base64.b64decode(stored)
    signed = base64.b64encode(hmac.digest(base64.b64decode(server), message, "sha256"))
    assert signed == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


@pytest.mark.parametrize(
    "password", ["plain ascii words", "비밀번호가 아주 길어요", "ﬁne ligature №1", "soft\u00adhyphen word"]
)
async def test_postgres_takes_it_however_it_is_typed(empty_database_url: str, password: str) -> None:
    role = f"typed_{empty_database_url.rpartition('/')[2]}"
    owner = await asyncpg.connect(empty_database_url)
    await owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{postgres_verifier(password)}'")
    place = empty_database_url.rpartition("@")[2]
    for typed in {password, unicodedata.normalize("NFD", password), prepared(password)}:
        connection = await asyncpg.connect(f"postgresql://{role}@{place}", password=typed)
        await connection.close()
    await owner.execute(f"DROP ROLE {role}")
    await owner.close()


@pytest.mark.parametrize(
    "cost", ["m=8,t=3,p=4", "m=65536,t=1,p=4", "m=99999999,t=3,p=4", "m=65536,t=999,p=4", "m=65536,t=3,p=0", "", "x"]
)
def test_a_cost_that_no_honest_server_asks_for_is_refused(cost: str) -> None:
    with pytest.raises(StorageError, match=r"^The database asks for a password "):
        read_cost(cost)


def test_an_older_cost_is_cheaper() -> None:
    assert is_cheaper(LEAST)
    assert not is_cheaper(COST)
    assert not is_cheaper(Cost(memory_kib=128 * 1024, passes=4))
    assert is_cheaper(COST, Cost(memory_kib=128 * 1024))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "at least 12 characters"),
        ("x" * 257, "at most 256 characters"),
        ("aaaaaaaaaaaaaaaa", "too easy to guess"),
        ("my Name is Alice", "too easy to guess"),
        ("two lines\nof words", "line breaks"),
        ("\u00ad" * 20 + "short", "at least 12"),
    ],
)
def test_weak_passwords_are_refused(password: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_password(password, "alice")


def test_nothing_shows_what_is_kept() -> None:
    kept = keep("a good Password 1", QUICK, SALT)
    assert kept.stored_key.hex() not in repr(kept)
    assert SALT.hex() not in repr(kept)
