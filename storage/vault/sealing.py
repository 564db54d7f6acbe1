"""Sealing: AES-256-GCM with a random nonce, bound to the one place where the sealed bytes may lie."""

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import VaultBroken
from storage.vault.key import Key

#: What associated data are made of, and how; a change of either is another number.
FORMAT = 1
NONCE_BYTES = 12
PURPOSE = "gridwright vault"


@dataclass(frozen=True, slots=True)
class Place:
    """Where sealed bytes belong. `bound` is what else of the row must be as it was when they were sealed.

    `title` names it in a sentence for a person and is not part of the identity.
    """

    user_id: int
    table: str
    row: str
    field: str
    key_version: int
    bound: tuple[str, ...] = ()
    format: int = FORMAT
    title: str = ""

    def identity(self) -> bytes:
        """The associated data. Each part is preceded by its length, so that no two places have the same."""
        parts = (PURPOSE, self.format, self.user_id, self.table, self.row, self.field, self.key_version, *self.bound)
        texts = [str(part).encode() for part in parts]
        return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored: the nonce, and the ciphertext with its tag."""

    nonce: bytes
    content: bytes


def seal(key: Key, content: bytes, place: Place) -> Sealed:
    """Seal under a fresh random nonce. 1 us."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(nonce, AESGCM(key.reveal()).encrypt(nonce, content, place.identity()))


def unseal(key: Key, sealed: Sealed, place: Place) -> bytes:
    """What was sealed in this very place. Raises VaultBroken when a single bit of it, or the place, is another."""
    if place.format != FORMAT:
        raise VaultBroken(say(phrases.VAULT_FORMAT, what=place.title, format=place.format))
    try:
        return AESGCM(key.reveal()).decrypt(sealed.nonce, sealed.content, place.identity())
    except (InvalidTag, ValueError):
        # The library says nothing more, and the chain of errors would keep the key alive in a traceback's frames.
        raise VaultBroken(say(phrases.VAULT_TAMPERED, what=place.title)) from None
