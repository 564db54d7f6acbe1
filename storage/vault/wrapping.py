"""Wrapping a data key: by a passphrase through Argon2id, or by a random key that a keychain or a file holds."""

import hmac
import secrets
import uuid
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import say
from engine.errors import VaultBroken, WrongPassphrase
from storage.vault.key import KEY_BYTES, Key
from storage.vault.sealing import FORMAT, Place, Sealed, seal, unseal

SALT_BYTES = 16
CHECK_BYTES = 32


class Wrapping(StrEnum):
    """What opens a wrapped key."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a kind, not a passphrase
    KEYCHAIN = "keychain"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Cost:
    """How hard a passphrase is to guess: Argon2id's passes, memory in KiB and lanes."""

    iterations: int
    memory_kib: int
    lanes: int

    def is_within(self, lowest: "Cost", highest: "Cost") -> bool:
        """Whether each of the three lies between the other two's."""
        return (
            lowest.iterations <= self.iterations <= highest.iterations
            and lowest.memory_kib <= self.memory_kib <= highest.memory_kib
            and lowest.lanes <= self.lanes <= highest.lanes
        )


#: A quarter of a second and 64 MiB for one guess on a desk's computer.
USUAL_COST = Cost(iterations=3, memory_kib=64 * 1024, lanes=4)
#: Nothing weaker is believed, whatever a row says; nothing stronger is tried, because it would take the memory away.
LOWEST_COST = Cost(iterations=2, memory_kib=19 * 1024, lanes=1)
HIGHEST_COST = Cost(iterations=16, memory_kib=1024 * 1024, lanes=16)


@dataclass(frozen=True, slots=True)
class Stretching:
    """How a passphrase becomes a key. `check` tells a wrong passphrase from a changed row."""

    salt: bytes
    cost: Cost
    check: bytes


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """One row of `vault_keys`: a data key that only the right passphrase or wrapping key opens."""

    user_id: int
    wrapping_id: str
    wrapping: Wrapping
    label: str
    key_version: int
    format: int
    stretching: Stretching | None
    sealed: Sealed

    @property
    def place(self) -> Place:
        return _place(
            self.user_id, self.wrapping_id, self.wrapping, self.key_version, self.stretching, self.format
        )  # fmt: skip


def wrap_by_passphrase(data_key: Key, passphrase: Secret, user_id: int, key_version: int, cost: Cost) -> WrappedKey:
    """Wrap under a passphrase with a fresh salt. Takes as long as `cost` says: not for a loop's thread."""
    salt = secrets.token_bytes(SALT_BYTES)
    wrapping_key, check = _stretch(passphrase, salt, cost)
    try:
        stretching = Stretching(salt, cost, check)
        return _wrap(data_key, wrapping_key, user_id, _new_id(), Wrapping.PASSPHRASE, "", key_version, stretching)
    finally:
        wrapping_key.wipe()


def wrap_by_key(
    data_key: Key, wrapping_key: Key, user_id: int, key_version: int, wrapping: Wrapping, label: str
) -> WrappedKey:
    """Wrap under a random key that is kept elsewhere under the `wrapping_id` of what is returned."""
    return _wrap(data_key, wrapping_key, user_id, _new_id(), wrapping, label, key_version, None)


def unwrap_by_passphrase(wrapped: WrappedKey, passphrase: Secret) -> Key:
    """The data key. As slow as wrapping. Raises WrongPassphrase, and VaultBroken for a row that was changed."""
    found = wrapped.stretching
    if found is None or not found.cost.is_within(LOWEST_COST, HIGHEST_COST) or len(found.salt) != SALT_BYTES:
        raise VaultBroken(say(phrases.VAULT_WEAKENED))
    wrapping_key, check = _stretch(passphrase, found.salt, found.cost)
    try:
        if not hmac.compare_digest(check, found.check):
            raise WrongPassphrase(say(phrases.VAULT_WRONG_PASSPHRASE))
        return unwrap_by_key(wrapped, wrapping_key)
    finally:
        wrapping_key.wipe()


def unwrap_by_key(wrapped: WrappedKey, wrapping_key: Key) -> Key:
    """The data key. Raises VaultBroken when the row was changed or the wrapping key is another's."""
    content = unseal(wrapping_key, wrapped.sealed, wrapped.place)
    if len(content) != KEY_BYTES:
        raise VaultBroken(say(phrases.VAULT_TAMPERED, what=wrapped.place.title))
    return Key(content)


def _wrap(
    data_key: Key, wrapping_key: Key, user_id: int, wrapping_id: str, wrapping: Wrapping, label: str, key_version: int,
    stretching: Stretching | None,
) -> WrappedKey:  # fmt: skip
    place = _place(user_id, wrapping_id, wrapping, key_version, stretching, FORMAT)
    sealed = seal(wrapping_key, data_key.reveal(), place)
    return WrappedKey(user_id, wrapping_id, wrapping, label, key_version, FORMAT, stretching, sealed)


def _place(
    user_id: int, wrapping_id: str, wrapping: Wrapping, key_version: int, stretching: Stretching | None, format_: int
) -> Place:
    bound: tuple[str, ...] = (wrapping.value,)
    if stretching is not None:
        cost = stretching.cost
        numbers = (cost.iterations, cost.memory_kib, cost.lanes)
        bound += ("argon2id", *map(str, numbers), stretching.salt.hex(), stretching.check.hex())
    title = f"the vault's key ({wrapping.value})"
    return Place(user_id, "vault_keys", wrapping_id, "wrapped_key", key_version, bound, format_, title)


def _stretch(passphrase: Secret, salt: bytes, cost: Cost) -> tuple[Key, bytes]:
    """The wrapping key, and what commits to it: with GCM alone one row could be made to fit many passphrases."""
    argon = Argon2id(
        salt=salt,
        length=KEY_BYTES + CHECK_BYTES,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    derived = argon.derive(passphrase.typed())
    return Key(derived[:KEY_BYTES]), derived[KEY_BYTES:]


def _new_id() -> str:
    return uuid.uuid4().hex
