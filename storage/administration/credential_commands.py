"""The sub-commands of `credential`: secrets go in and never come out."""

import json
from argparse import Namespace
from typing import TextIO

from engine.console.listing import Column, as_json, as_table
from engine.domain.secret import CredentialKind, Secret
from storage.administration.secret_input import SecretInput
from storage.administration.vault_commands import VaultCommands
from storage.vault.credentials import CredentialListing, Credentials

CREDENTIALS: tuple[Column[CredentialListing], ...] = (
    Column("label", "Label", lambda row: row.label),
    Column("kind", "Kind", lambda row: row.kind.value),
    Column("venue", "Of", lambda row: row.venue),
    Column("key_hint", "Key", lambda row: f"...{row.key_hint}" if row.key_hint else None),
    Column("permissions", "May", lambda row: None if row.permissions is None else ", ".join(row.permissions)),
    Column("created_at", "Since", lambda row: row.created_at),
    Column("last_used_at", "Last used", lambda row: row.last_used_at),
    Column("id", "Id", lambda row: row.credential_id),
)

#: What each kind's key is called where it is asked for.
KEY_TITLES = {
    CredentialKind.EXCHANGE: "API key",
    CredentialKind.LLM: "API key",
    CredentialKind.TELEGRAM: "Bot token",
}


class CredentialCommands:
    """One run of the program. `vault` unlocks where that is needed, and tells."""

    def __init__(self, credentials: Credentials, vault: VaultCommands, asked: SecretInput, out: TextIO) -> None:
        self._credentials = credentials
        self._vault = vault
        self._asked = asked
        self._out = out

    async def run(self, options: Namespace) -> None:
        """Carry one out. Raises UsageError, StorageError with one sentence; then nothing was changed."""
        match options.credential_command:
            case "add":
                await self._add(options)
            case "list":
                rows = await self._credentials.listed()
                empty = "There are no credentials; `credential add exchange` seals the first."
                text = as_json(CREDENTIALS, rows) if options.json else as_table(CREDENTIALS, rows, empty=empty)
                self._out.write(text + "\n")
            case "remove":
                await self._remove(options)
            case "use":
                found = await self._credentials.find(options.label, CredentialKind.EXCHANGE)
                await self._credentials.give_to(found.credential_id, options.account)
                sentence = f"The account {options.account} uses {found.label} when it connects next."
                self._vault.tell(sentence, {"account": options.account, "credential": found.credential_id})
            case "test":
                found = await self._credentials.find(options.label, _kind(options.kind))
                await self._vault.open(options.passphrase_file)
                await self._credentials.open(found.credential_id)
                self._vault.tell(f"{found.label} can be opened.", {"opens": True})
            case _:
                raise AssertionError(f"nobody knows what to do with credential {options.credential_command}")

    async def _add(self, options: Namespace) -> None:
        kind = CredentialKind(options.kind)
        label = options.label or options.venue
        # Refused before a person has typed anything for nothing.
        self._credentials.refuse_known(await self._credentials.listed(), kind, label)
        await self._vault.open(options.passphrase_file)
        key = self._asked.read(options.key_file, KEY_TITLES[kind], "--key-file FILE")
        secret = passphrase = None
        if kind is CredentialKind.EXCHANGE:
            secret = self._asked.read(options.secret_file, "API secret", "--secret-file FILE", is_whole=True)
            passphrase = self._passphrase(options)
        credential_id = await self._credentials.add(kind, options.venue, label, key, secret, passphrase)
        self._vault.tell(f"{label} is sealed in the vault.", {"credential": credential_id, "label": label})

    def _passphrase(self, options: Namespace) -> Secret | None:
        """Only some exchanges have one: a person may leave it empty, a script leaves the option out."""
        if options.key_passphrase_file is None and options.key_file is not None:
            return None
        title = "Passphrase of the key (empty when it has none)"
        return self._asked.read(options.key_passphrase_file, title, "--key-passphrase-file FILE") or None

    async def _remove(self, options: Namespace) -> None:
        found = await self._credentials.find(options.label, _kind(options.kind))
        accounts = await self._credentials.remove(found.credential_id)
        sentence = f"{found.label} is deleted."
        if accounts:
            sentence += f" These accounts have no keys now: {', '.join(accounts)}."
        self._vault.tell(sentence, {"removed": found.credential_id, "accounts": json.loads(json.dumps(accounts))})


def _kind(name: str | None) -> CredentialKind | None:
    return None if name is None else CredentialKind(name)
