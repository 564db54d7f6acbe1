"""What lies in a vault: credentials, each sealed as one document that is bound to its row."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.domain import phrases
from engine.domain.secret import Credential, CredentialKind, Secret
from engine.domain.sentences import say
from engine.errors import UsageError, VaultBroken
from storage.database import Connection, Database
from storage.vault.sealing import FORMAT, Place, Sealed, seal, unseal
from storage.vault.vault import OpenKey, Vault

#: Documents are filled up to a multiple of this, so that their length tells nothing of a secret's.
BLOCK = 256
LONGEST = 8192
HINT = 4
#: Of shorter keys, four characters would be too much to show.
SHORTEST_TO_HINT = 16


@dataclass(frozen=True, slots=True)
class CredentialListing:
    """What may be shown of a credential. `key_hint` are the last four characters of an exchange's public key, or ""."""

    credential_id: str
    kind: CredentialKind
    venue: str
    label: str
    key_hint: str
    created_at: datetime
    last_used_at: datetime | None
    permissions: tuple[str, ...] | None


class Credentials:
    """The credentials of one vault. To list and to remove them it need not be open."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add(
        self,
        kind: CredentialKind,
        venue: str,
        label: str,
        key: Secret,
        secret: Secret | None = None,
        passphrase: Secret | None = None,
    ) -> str:
        """Seal and keep; returns its id. Raises VaultLocked, UsageError for texts that cannot be secrets."""
        _check(kind, key, secret, passphrase)
        hint = key.reveal()[-HINT:] if kind is CredentialKind.EXCHANGE and len(key) >= SHORTEST_TO_HINT else ""
        credential = Credential(uuid.uuid4().hex, kind, venue, label, key, secret, passphrase)
        async with self._database.question() as connection, connection.transaction():
            opened = await self._vault.key_in(connection, "FOR SHARE")
            place = _place(
                self._vault.user_id, credential.credential_id, kind, venue, label, hint, opened.version, FORMAT
            )
            sealed = seal(opened.key, _document(credential), place)
            status: str = await connection.execute(
                "INSERT INTO credentials (user_id, credential_id, kind, venue, label, key_hint, key_version, "
                "format, nonce, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                "ON CONFLICT (user_id, kind, label) DO NOTHING",
                self._vault.user_id, credential.credential_id, kind.value, venue, label, hint, opened.version,
                FORMAT, sealed.nonce, sealed.content,
            )  # fmt: skip
        if status == "INSERT 0 0":
            raise UsageError(say(phrases.CREDENTIAL_EXISTS, label=label))
        return credential.credential_id

    async def listed(self) -> list[CredentialListing]:
        """All of them by kind and label."""
        async with self._database.question() as connection:
            found = await connection.fetch(
                "SELECT credential_id, kind, venue, label, key_hint, created_at, last_used_at, permissions "
                "FROM credentials WHERE user_id = $1 ORDER BY kind, label",
                self._vault.user_id,
            )
        return [_listing(row) for row in found]

    async def find(self, label: str, kind: CredentialKind | None = None) -> CredentialListing:
        """The one with this label or id. Raises UsageError."""
        fitting = [row for row in await self.listed() if label in (row.label, row.credential_id)]
        fitting = [row for row in fitting if kind in (None, row.kind)]
        if not fitting:
            raise UsageError(say(phrases.CREDENTIAL_UNKNOWN, label=label))
        if len(fitting) > 1:
            raise UsageError(say(phrases.CREDENTIAL_AMBIGUOUS, label=label))
        return fitting[0]

    async def remove(self, credential_id: str) -> list[str]:
        """Delete one for good; returns the accounts that used it. Raises UsageError when there is none."""
        async with self._database.question() as connection, connection.transaction():
            accounts = await connection.fetch(
                "SELECT account_id FROM accounts WHERE user_id = $1 AND credential_id = $2 ORDER BY account_id",
                self._vault.user_id, credential_id,
            )  # fmt: skip
            status: str = await connection.execute(
                "DELETE FROM credentials WHERE user_id = $1 AND credential_id = $2",
                self._vault.user_id, credential_id,
            )  # fmt: skip
        if status == "DELETE 0":
            raise UsageError(say(phrases.CREDENTIAL_UNKNOWN, label=credential_id))
        return [row["account_id"] for row in accounts]

    async def open(self, credential_id: str) -> Credential:
        """The secrets. Raises VaultLocked, VaultBroken, UsageError when there is no such credential."""
        async with self._database.question() as connection, connection.transaction():
            opened = await self._vault.key_in(connection, "FOR SHARE")
            row = await connection.fetchrow(
                "SELECT * FROM credentials WHERE user_id = $1 AND credential_id = $2",
                self._vault.user_id, credential_id,
            )  # fmt: skip
            if row is None:
                raise UsageError(say(phrases.CREDENTIAL_UNKNOWN, label=credential_id))
            credential = _credential(row, opened)
            await connection.execute(
                "UPDATE credentials SET last_used_at = now() WHERE user_id = $1 AND credential_id = $2",
                self._vault.user_id, credential_id,
            )  # fmt: skip
        return credential

    async def give_to(self, credential_id: str, account_id: str) -> None:
        """Let an account use a credential from its next connection on. Raises UsageError when there is no account."""
        async with self._database.question() as connection:
            status: str = await connection.execute(
                "UPDATE accounts SET credential_id = $3, updated_at = now() WHERE user_id = $1 AND account_id = $2",
                self._vault.user_id, account_id, credential_id,
            )  # fmt: skip
        if status == "UPDATE 0":
            raise UsageError(say(phrases.UNKNOWN_ACCOUNT, account=account_id))

    @staticmethod
    def refuse_known(listed: Iterable[CredentialListing], kind: CredentialKind, label: str) -> None:
        """Refuse a label that is taken. Raises UsageError."""
        if any((row.kind, row.label) == (kind, label) for row in listed):
            raise UsageError(say(phrases.CREDENTIAL_EXISTS, label=label))

    async def note_permissions(self, credential_id: str, permissions: tuple[str, ...]) -> None:
        """What the exchange said that this key may do."""
        async with self._database.question() as connection:
            await connection.execute(
                "UPDATE credentials SET permissions = $3, checked_at = now() WHERE user_id = $1 AND credential_id = $2",
                self._vault.user_id, credential_id, json.dumps(permissions),
            )  # fmt: skip


async def reseal_all(connection: Connection, user_id: int, old: OpenKey, new: OpenKey) -> int:
    """Seal every credential again under another data key; how many they were. A part of the caller's transaction."""
    found = await connection.fetch(
        "SELECT * FROM credentials WHERE user_id = $1 ORDER BY credential_id FOR UPDATE", user_id
    )
    for row in found:
        place = _place_of(row, new.version, FORMAT)
        sealed = seal(new.key, _document(_credential(row, old)), place)
        await connection.execute(
            "UPDATE credentials SET key_version = $3, format = $4, nonce = $5, sealed = $6, updated_at = now() "
            "WHERE user_id = $1 AND credential_id = $2",
            user_id, row["credential_id"], new.version, FORMAT, sealed.nonce, sealed.content,
        )  # fmt: skip
    return len(found)


def _credential(row: Any, opened: OpenKey) -> Credential:
    place = _place_of(row, row["key_version"], row["format"])
    if row["key_version"] != opened.version:
        # A row of before a rotation: there is no key for it any more, and nobody of us leaves one behind.
        raise VaultBroken(say(phrases.VAULT_TAMPERED, what=place.title))
    fields = json.loads(unseal(opened.key, Sealed(row["nonce"], row["sealed"]), place))
    optional = {name: Secret(fields[name]) for name in ("secret", "passphrase") if name in fields}
    kind = CredentialKind(row["kind"])
    return Credential(row["credential_id"], kind, row["venue"], row["label"], Secret(fields["key"]), **optional)


def _document(credential: Credential) -> bytes:
    named = (("key", credential.key), ("secret", credential.secret), ("passphrase", credential.passphrase))
    fields = {name: value.reveal() for name, value in named if value is not None}
    document = json.dumps(fields, ensure_ascii=False).encode()
    # JSON may end with spaces.
    return document.ljust(-(-len(document) // BLOCK) * BLOCK)


def _place_of(row: Any, key_version: int, format_: int) -> Place:
    kind = CredentialKind(row["kind"])
    return _place(
        row["user_id"], row["credential_id"], kind, row["venue"], row["label"], row["key_hint"], key_version, format_
    )  # fmt: skip


def _place(
    user_id: int, credential_id: str, kind: CredentialKind, venue: str, label: str, hint: str, key_version: int,
    format_: int,
) -> Place:  # fmt: skip
    # Bound to the venue, so that a changed row cannot send one exchange's secret to another.
    bound = (kind.value, venue, label, hint)
    return Place(
        user_id, "credentials", credential_id, "sealed", key_version, bound, format_, f"the credential {label}"
    )


def _listing(row: Any) -> CredentialListing:
    permissions = None if row["permissions"] is None else tuple(map(str, json.loads(row["permissions"])))
    return CredentialListing(
        row["credential_id"], CredentialKind(row["kind"]), row["venue"], row["label"], row["key_hint"],
        row["created_at"], row["last_used_at"], permissions,
    )  # fmt: skip


def _check(kind: CredentialKind, key: Secret, secret: Secret | None, passphrase: Secret | None) -> None:
    named = {"The API key": key, "The API secret": secret, "The passphrase": passphrase}
    if kind is CredentialKind.TELEGRAM:
        named = {"The bot token": key}
    elif kind is CredentialKind.EXCHANGE and secret is None:
        named["The API secret"] = Secret("")
    for field, value in named.items():
        if value is None:
            continue
        text = value.reveal()
        if not text:
            raise UsageError(say(phrases.CREDENTIAL_EMPTY, field=field))
        if len(text) > LONGEST:
            raise UsageError(say(phrases.CREDENTIAL_LONG, field=field, maximum=LONGEST))
        # A private key in PEM has lines; nothing else has.
        lines = text.split("\n") if field == "The API secret" else [text]
        if text != text.strip() or not all(line.isprintable() for line in lines):
            raise UsageError(say(phrases.CREDENTIAL_BAD, field=field))
