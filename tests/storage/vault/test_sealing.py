"""Sealed bytes open only whole, only with their key, and only in their place."""

import copy
import logging
import pickle
import traceback
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.domain.codec import to_json
from engine.domain.secret import Credential, CredentialKind, Secret
from engine.errors import VaultBroken
from storage.vault.key import Key
from storage.vault.sealing import FORMAT, Place, Sealed, seal, unseal

PLACE = Place(7, "credentials", "c1", "sealed", 3, ("exchange", "upbit"), title="the credential main")
SENTENCE = r"^What is stored of the credential main was changed or belongs elsewhere, so it is not used\.$"


@given(content=some.binary(max_size=2000), parts=some.lists(some.text(), max_size=4))
def test_what_was_sealed_is_unsealed(content: bytes, parts: list[str]) -> None:
    key, place = Key.random(), replace(PLACE, bound=tuple(parts))
    sealed = seal(key, content, place)
    assert unseal(key, sealed, place) == content
    assert len(sealed.content) == len(content) + 16


def test_every_single_bit_counts() -> None:
    key = Key.random()
    sealed = seal(key, b"secret", PLACE)
    for field in ("nonce", "content"):
        good: bytes = getattr(sealed, field)
        for position in range(len(good) * 8):
            bad = bytearray(good)
            bad[position // 8] ^= 1 << position % 8
            changed = replace(sealed, **{field: bytes(bad)})
            with pytest.raises(VaultBroken, match=SENTENCE):
                unseal(key, changed, PLACE)


def test_a_piece_or_more_than_all_does_not_open() -> None:
    key = Key.random()
    sealed = seal(key, b"secret", PLACE)
    pieces = [sealed.content[:length] for length in range(len(sealed.content))]
    for content in (*pieces, sealed.content + b"\0", b"\0" + sealed.content, sealed.content * 2):
        with pytest.raises(VaultBroken, match=SENTENCE):
            unseal(key, Sealed(sealed.nonce, content), PLACE)
    for nonce in (b"", sealed.nonce[:11], sealed.nonce + b"\0", bytes(8)):
        with pytest.raises(VaultBroken, match=SENTENCE):
            unseal(key, Sealed(nonce, sealed.content), PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, user_id=8),
        replace(PLACE, table="vault_keys"),
        replace(PLACE, row="c2"),
        replace(PLACE, field="nonce"),
        replace(PLACE, key_version=2),
        replace(PLACE, bound=("exchange", "binance")),
        replace(PLACE, bound=("llm", "upbit")),
        replace(PLACE, bound=("exchange",)),
        replace(PLACE, bound=("exchange", "upbit", "")),
        # The same letters, cut elsewhere.
        replace(PLACE, bound=("exchangeu", "pbit")),
        replace(PLACE, row="c", field="1sealed"),
    ],
)
def test_it_opens_nowhere_else(elsewhere: Place) -> None:
    key = Key.random()
    sealed = seal(key, b"secret", PLACE)
    with pytest.raises(VaultBroken, match=SENTENCE):
        unseal(key, sealed, elsewhere)


def test_another_key_opens_nothing() -> None:
    sealed = seal(Key.random(), b"secret", PLACE)
    with pytest.raises(VaultBroken, match=SENTENCE):
        unseal(Key.random(), sealed, PLACE)


@pytest.mark.parametrize("number", [FORMAT - 1, FORMAT + 1])
def test_another_format_is_not_tried(number: int) -> None:
    key, place = Key.random(), replace(PLACE, format=number)
    with pytest.raises(VaultBroken, match=f"has the format {number}, which this program does not read"):
        unseal(key, seal(key, b"secret", place), place)


@given(first=some.lists(some.text(max_size=3), max_size=4), second=some.lists(some.text(max_size=3), max_size=4))
def test_two_places_are_never_alike(first: list[str], second: list[str]) -> None:
    same = replace(PLACE, bound=tuple(first)).identity() == replace(PLACE, bound=tuple(second)).identity()
    assert same == (first == second)


def test_no_nonce_comes_twice() -> None:
    key = Key.random()
    nonces = {seal(key, b"the same", PLACE).nonce for _ in range(20_000)}
    assert len(nonces) == 20_000
    assert {len(nonce) for nonce in nonces} == {12}


def test_a_wiped_key_is_gone() -> None:
    key = Key(bytes(range(32)))
    inside = key._bytes
    key.wipe()
    assert key.is_wiped
    assert bytes(inside).strip(b"\0") == b""
    with pytest.raises(ValueError, match="wiped"):
        key.reveal()
    with pytest.raises(ValueError, match="32 bytes"):
        Key(b"short")


CANARY = "canary-Zx81-do-not-show"


def silent_things() -> list[object]:
    secret = Secret(CANARY)
    opened = Credential("c1", CredentialKind.EXCHANGE, "upbit", "main", secret, secret, secret)
    return [secret, opened, [secret], {"a": secret}, Key(CANARY.ljust(32).encode())]


def test_nothing_shows_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    for thing in silent_things():
        for text in (repr(thing), str(thing), f"{thing}", f"{thing!r:>40}", "%s %r" % (thing, thing)):  # noqa: UP031
            assert CANARY not in text
        with caplog.at_level("DEBUG"):
            logging.getLogger("test").error("found %s %r", thing, thing)
    assert CANARY not in caplog.text


def test_nothing_copies_or_stores_a_secret() -> None:
    for thing in (Secret(CANARY), Key(bytes(32))):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="never copied or stored"):
                pickle.dumps(thing, protocol)
        for way in (copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="never copied or stored"):
                way(thing)
        with pytest.raises(TypeError):
            vars(thing)
        with pytest.raises(TypeError, match="has no JSON form"):
            to_json(thing)


def test_a_failure_with_all_its_frames_shows_no_secret() -> None:
    """As a crash reporter would write it: with the local variables of every frame."""
    key, content = Key(CANARY.ljust(32).encode()), Secret(CANARY)
    sealed = seal(Key.random(), content.typed(), PLACE)
    with pytest.raises(VaultBroken) as broken:
        unseal(key, sealed, PLACE)
    text = "".join(traceback.TracebackException.from_exception(broken.value, capture_locals=True).format())
    assert CANARY not in text
    assert "key = Key(...)" in text


def test_secrets_are_compared_without_being_shown() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")
    assert len(Secret("abc")) == 3
    # Hangul that a Mac sends in parts and Windows as a whole is the same passphrase.
    assert Secret("\u1112\u1161\u11ab\u1100\u1173\u11af").typed() == Secret("한글").typed()
