"""Sealed secrets: a user's vault, the ways to open it, and what lies in it. Nothing here can be read without a key."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, NoWords, OwnerId, Row, Words, WrittenAt, one_of

#: Ways in which a data key is wrapped, and kinds of secrets.
WRAPPINGS = ("passphrase", "keychain", "file")
KINDS = ("exchange", "llm", "telegram")

KDF_COLUMNS = "kdf_salt, kdf_iterations, kdf_memory_kib, kdf_lanes, kdf_check"


class VaultRow(Row):
    """A user's vault. `key_version` counts data keys from 1 and grows with each rotation.

    `failed_attempts` are wrong passphrases in a row, the last one at `last_failed_at`.
    """

    __tablename__ = "vaults"
    __table_args__ = (
        CheckConstraint("key_version >= 1", name="key_version"),
        CheckConstraint("failed_attempts >= 0", name="failed_attempts"),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key_version: Mapped[int]
    failed_attempts: Mapped[int] = mapped_column(server_default="0")
    last_failed_at: Mapped[Instant | None]
    created_at: Mapped[WrittenAt]
    rotated_at: Mapped[Instant | None]


class VaultKeyRow(Row):
    """One data key of a vault, wrapped in one way. A vault has at most one passphrase, and any number of others.

    `wrapped_key` is AES-256-GCM with its tag; `format` says what its associated data are made of. The `kdf_` columns
    are those of Argon2id and are NULL where the wrapping key is no passphrase's; `kdf_check` commits to the passphrase.
    `label` names the machine or the file, for people.
    """

    __tablename__ = "vault_keys"
    __table_args__ = (
        CheckConstraint(one_of("wrapping", WRAPPINGS), name="wrapping"),
        CheckConstraint("octet_length(nonce) = 12", name="nonce"),
        CheckConstraint(f"num_nonnulls({KDF_COLUMNS}) = CASE wrapping WHEN 'passphrase' THEN 5 ELSE 0 END", name="kdf"),
        Index(
            "unique_vault_keys_passphrase",
            "user_id",
            "key_version",
            unique=True,
            postgresql_where=text("wrapping = 'passphrase'"),
        ),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("vaults.user_id", ondelete="CASCADE"), primary_key=True)
    wrapping_id: Mapped[Words] = mapped_column(primary_key=True)
    wrapping: Mapped[Words]
    label: Mapped[NoWords]
    key_version: Mapped[int]
    format: Mapped[int]
    kdf_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    kdf_iterations: Mapped[int | None]
    kdf_memory_kib: Mapped[int | None]
    kdf_lanes: Mapped[int | None]
    kdf_check: Mapped[bytes | None] = mapped_column(LargeBinary)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[WrittenAt]


class CredentialRow(Row):
    """Secrets that belong together, sealed as one document: an exchange's key, secret and passphrase, or one key.

    `venue` is the exchange, or whose key it is. `key_hint` are the last four characters of an exchange's public key.
    `permissions` is what the exchange said of the key at `checked_at`.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "label"),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("octet_length(nonce) = 12", name="nonce"),
        CheckConstraint("octet_length(key_hint) <= 16", name="key_hint"),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("vaults.user_id", ondelete="CASCADE"), primary_key=True)
    credential_id: Mapped[Words] = mapped_column(primary_key=True)
    kind: Mapped[Words]
    venue: Mapped[Words]
    label: Mapped[Words]
    key_hint: Mapped[NoWords]
    key_version: Mapped[int]
    format: Mapped[int]
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    permissions: Mapped[Any | None] = mapped_column(JSONB)
    checked_at: Mapped[Instant | None]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
    last_used_at: Mapped[Instant | None]
