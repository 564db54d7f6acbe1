"""What is kept of a password, and how it is proved without being sent.

Signing in is SCRAM (RFC 5802) with Argon2id instead of PBKDF2: the database keeps SHA-256 of a key that only the
password makes, and a proof is good for one nonce. So neither a dump nor a log of statements opens anything.
"""

import base64
import hashlib
import hmac
import re
import secrets
import stringprep
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from engine.errors import StorageError, UsageError

SALT_BYTES = 16
KEY_BYTES = 32
SHORTEST = 12
LONGEST = 256
#: What PostgreSQL itself uses; its clients repeat it at every connection.
SCRAM_ITERATIONS = 4096

_KEPT = re.compile(r"\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})\$([0-9a-f]{32})\$([0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: memory in KiB, passes over it, lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __str__(self) -> str:
        return f"m={self.memory_kib},t={self.passes},p={self.lanes}"


COST = Cost()
#: No honest database says less: it would let guesses be cheap. No honest one asks for more than this machine has.
LEAST = Cost(memory_kib=19 * 1024, passes=2, lanes=1)
MOST = Cost(memory_kib=1024 * 1024, passes=20, lanes=16)


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """What the column `users.hashed_password` says: the cost, the salt and SHA-256 of the client's key."""

    cost: Cost
    salt: bytes
    stored_key: bytes

    def __str__(self) -> str:
        return f"$argon2id$v=19${self.cost}${self.salt.hex()}${self.stored_key.hex()}"


def check_password(password: str, name: str) -> str:
    """A password that may be set. Raises UsageError."""
    if len(prepared(password)) < SHORTEST:
        raise UsageError(f"A password needs at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise UsageError(f"A password has at most {LONGEST} characters.")
    if not password.isprintable():
        raise UsageError("A password must not contain line breaks or control characters.")
    if len(set(password)) < 5 or (name and name in password.casefold()):
        raise UsageError("This password is too easy to guess: it must not contain the name or repeat a few characters.")
    return password


def prepared(password: str) -> str:
    """One spelling of a password however it was typed (SASLprep, RFC 4013), as PostgreSQL's clients have it too."""
    mapped = "".join(
        " " if stringprep.in_table_c12(one) else one for one in password if not stringprep.in_table_b1(one)
    )
    return unicodedata.normalize("NFKC", mapped)


def keep(password: str, cost: Cost = COST, salt: bytes | None = None) -> Kept:
    """What to keep of a password. Takes a fifth of a second and 64 MiB on purpose: call it off the loop."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return Kept(cost, salt, hashlib.sha256(client_key(password, salt, cost)).digest())


def client_key(password: str, salt: bytes, cost: Cost) -> bytes:
    """The key that only the password makes. Raises StorageError for a cost no honest database asks for."""
    check_cost(cost)
    stretched = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    ).derive(prepared(password).encode())
    return hmac.digest(stretched, b"Client Key", "sha256")


def prove(key: bytes, message: str) -> bytes:
    """The proof for this message (attempt, name, nonce) that its sender has the key."""
    signature = hmac.digest(hashlib.sha256(key).digest(), message.encode(), "sha256")
    return bytes(one ^ other for one, other in zip(key, signature, strict=True))


def sign_in_message(attempt: int, name: str, nonce: bytes) -> str:
    """What a proof is made for; the database puts the same together."""
    return f"gridwright sign-in|{attempt}|{name}|{nonce.hex()}"


def read_cost(text: str) -> Cost:
    """`m=65536,t=3,p=4` as a cost. Raises StorageError."""
    found = re.fullmatch(r"m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,2})", text)
    if found is None:
        raise StorageError("The database asks for a password in a way that this program does not know.")
    cost = Cost(*(int(part) for part in found.groups()))
    check_cost(cost)
    return cost


def check_cost(cost: Cost) -> None:
    """Refuse a cost outside `LEAST` and `MOST` with one sentence (StorageError)."""
    pairs = zip(_numbers(LEAST), _numbers(cost), _numbers(MOST), strict=True)
    if not all(least <= asked <= most for least, asked, most in pairs):
        raise StorageError(f"The database asks for a password at a cost ({cost}) that this program refuses.")


def is_cheaper(cost: Cost, than: Cost = COST) -> bool:
    """Whether what was kept at this cost should be made anew."""
    return any(old < new for old, new in zip(_numbers(cost)[:2], _numbers(than)[:2], strict=True))


def read_kept(text: str) -> Kept:
    """The column as a value. Raises StorageError."""
    found = _KEPT.match(text)
    if found is None:
        raise StorageError("What the database keeps of this password cannot be read.")
    memory, passes, lanes, salt, stored_key = found.groups()
    return Kept(Cost(int(memory), int(passes), int(lanes)), bytes.fromhex(salt), bytes.fromhex(stored_key))


def postgres_verifier(password: str, salt: bytes | None = None) -> str:
    """The password of a database role as PostgreSQL keeps it, so that it never crosses the line or a log."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, SCRAM_ITERATIONS)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    parts = (base64.b64encode(part).decode() for part in (salt, stored_key, server_key))
    return "SCRAM-SHA-256${}:{}${}:{}".format(SCRAM_ITERATIONS, *parts)


def _numbers(cost: Cost) -> tuple[int, int, int]:
    return (cost.memory_kib, cost.passes, cost.lanes)
