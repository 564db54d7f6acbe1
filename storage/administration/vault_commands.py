"""The sub-commands of `vault`. What they tell contains no secret and nothing that was typed."""

import socket
from argparse import Namespace
from typing import TextIO

from engine.console.listing import Column, as_pairs, as_table, dump, json_row
from engine.domain import phrases
from engine.domain.codec import Json
from engine.domain.secret import Secret, UnlockSources, VaultState
from engine.domain.sentences import say
from engine.errors import UsageError, VaultLocked
from storage.administration.secret_input import SecretInput
from storage.database import Database
from storage.vault.key_file import write_secret
from storage.vault.rotation import rotate
from storage.vault.sources import unlock_by_itself
from storage.vault.vault import Vault
from storage.vault.wrapping import USUAL_COST, Cost, WrappedKey, Wrapping

TITLE = "Passphrase of the vault"
OPTION = "--passphrase-file FILE"

WAYS: tuple[Column[WrappedKey], ...] = (
    Column("id", "Opened by", lambda way: way.wrapping_id),
    Column("kind", "Kind", lambda way: way.wrapping.value),
    Column("label", "Where", lambda way: way.label or None),
)


class VaultCommands:
    """One run of the program on one vault."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        sources: UnlockSources,
        asked: SecretInput,
        out: TextIO,
        *,
        is_json: bool = False,
        cost: Cost = USUAL_COST,
    ) -> None:
        self._database = database
        self._vault = vault
        self._sources = sources
        self._asked = asked
        self._out = out
        self._is_json = is_json
        self._cost = cost

    async def run(self, options: Namespace) -> None:
        """Carry one out. Raises UsageError, StorageError with one sentence; then nothing was changed."""
        match options.vault_command:
            case "create":
                await self._create(options.passphrase_file)
            case "status":
                await self._status()
            case "unlock-test":
                await self.open(options.passphrase_file)
                self.tell("The vault opens.", {"opens": True})
            case "rotate":
                await self._rotate(options.passphrase_file)
            case "passphrase":
                await self._change(options.passphrase_file, options.new_passphrase_file)
            case "keychain" if options.keychain_command == "add":
                await self.open(options.passphrase_file)
                await self._vault.add_to_keychain(socket.gethostname())
                self.tell("This machine's keychain opens the vault from now on.", {"done": True})
            case "keychain":
                await self._vault.remove_from_keychain()
                self.tell("This machine's keychain opens the vault no more.", {"done": True})
            case "key-file":
                await self._key_file(options)
            case "forget":
                await self._forget(options.way)
            case _:
                raise AssertionError(f"nobody knows what to do with vault {options.vault_command}")

    async def open(self, passphrase_file: str | None) -> None:
        """Unlock: by the file that was named, else as a desk would, else by asking. Raises UsageError, VaultLocked."""
        if await self._vault.state() is VaultState.ABSENT:
            raise VaultLocked(say(phrases.VAULT_ABSENT))
        if passphrase_file is None:
            failure = await unlock_by_itself(self._vault, self._sources)
            if failure is not None:
                raise failure
            if self._vault.is_open:
                return
        await self._vault.unlock(self._asked.read(passphrase_file, TITLE, OPTION))

    def tell(self, sentence: str, answer: dict[str, Json]) -> None:
        """The outcome."""
        self._out.write((dump(answer) if self._is_json else sentence) + "\n")

    async def _create(self, file: str | None) -> None:
        if await self._vault.state() is not VaultState.ABSENT:
            raise UsageError(say(phrases.VAULT_EXISTS))
        given = self._sources.passphrase if file is None else None
        passphrase = given or self._asked.read_new(file, f"New {TITLE[:1].lower()}{TITLE[1:]}", OPTION)
        await self._vault.create(passphrase)
        warning = "Nobody can recover its passphrase: keep it somewhere else too."
        self.tell(f"The vault is there. {warning}", {"created": True, "warning": warning})

    async def _status(self) -> None:
        state = await self._vault.state()
        ways = [] if state is VaultState.ABSENT else await self._vault.ways()
        if self._is_json:
            version = ways[0].key_version if ways else None
            rows: list[Json] = [json_row(WAYS, way) for way in ways]
            self._out.write(
                dump({"exists": state is not VaultState.ABSENT, "key_version": version, "ways": rows}) + "\n"
            )
        elif state is VaultState.ABSENT:
            self._out.write(f"{say(phrases.VAULT_ABSENT)}\n")
        else:
            self._out.write(as_pairs([("Vault", "is there"), ("Key version", ways[0].key_version)]) + "\n\n")
            self._out.write(as_table(WAYS, ways, empty="") + "\n")

    async def _rotate(self, file: str | None) -> None:
        # Before a passphrase is typed for nothing.
        await self._vault.ways()
        done = await rotate(self._database, self._vault, await self._passphrase(file), self._cost)
        sentence = f"Everything is sealed under key {done.key_version}: {done.resealed} credentials."
        if done.dropped:
            sentence += f" These open the vault no more and have to be made again: {', '.join(done.dropped)}."
        dropped: list[Json] = list(done.dropped)
        self.tell(sentence, {"key_version": done.key_version, "resealed": done.resealed, "dropped": dropped})

    async def _change(self, file: str | None, new_file: str | None) -> None:
        old: Secret | None = None
        if any(way.wrapping is Wrapping.PASSPHRASE for way in await self._vault.ways()):
            old = await self._passphrase(file)
            # Before the new one is typed twice.
            await self._vault.unlock(old)
        else:
            await self.open(None)
        new = self._asked.read_new(new_file, "New passphrase", "--new-passphrase-file FILE")
        await self._vault.change_passphrase(old, new)
        self.tell("The passphrase is changed.", {"changed": True})

    async def _key_file(self, options: Namespace) -> None:
        file = options.file.expanduser()
        if file.exists():
            raise UsageError(say(phrases.SECRET_FILE_UNWRITABLE, file=str(file), cause="it exists"))
        await self.open(options.passphrase_file)
        wrapping_id, line = await self._vault.make_key(Wrapping.FILE, f"{socket.gethostname()}:{file.name}")
        try:
            write_secret(file, line)
        except BaseException:
            await self._vault.remove_way(wrapping_id)
            raise
        self.tell(f"{file} opens the vault; nobody else must read it.", {"file": str(file), "id": wrapping_id})

    async def _forget(self, way: str) -> None:
        if way not in {known.wrapping_id for known in await self._vault.ways()}:
            raise UsageError(f"Nothing with the id {way} opens the vault; see `vault status`.")
        await self._vault.remove_way(way)
        self.tell("It opens the vault no more.", {"done": True})

    async def _passphrase(self, file: str | None) -> Secret:
        given = self._sources.passphrase if file is None else None
        return given or self._asked.read(file, TITLE, OPTION)
