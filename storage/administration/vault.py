"""`vault` and `credential` on a database: opened, one sub-command carried out, closed."""

import getpass
from argparse import Namespace
from collections.abc import Callable
from typing import TextIO

from engine.domain.secret import UnlockSources
from storage.administration.credential_commands import CredentialCommands
from storage.administration.secret_input import SecretInput
from storage.administration.vault_commands import VaultCommands
from storage.database import connect, migrate
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import Vault
from storage.vault.wrapping import USUAL_COST, Cost

COMMANDS = ("vault", "credential")


async def run_vault(
    options: Namespace,
    sources: UnlockSources,
    url: str,
    stdin: TextIO | None,
    out: TextIO,
    *,
    keychain: Keychain | None = None,
    prompt: Callable[[str], str] = getpass.getpass,
    cost: Cost = USUAL_COST,
) -> int:
    """Carry one sub-command out; returns the exit code. Raises UsageError, VaultLocked, WrongPassphrase, StorageError.

    The vault is locked again before this returns.
    """
    await migrate(url)
    database = await connect(url, application_name=f"gridwright {options.command}", pool_size=2)
    try:
        asked = SecretInput(stdin, prompt)
        vault = await Vault.of_this_user(database, keychain or Keychain(), cost)
        try:
            commands = VaultCommands(database, vault, sources, asked, out, is_json=options.json, cost=cost)
            if options.command == "vault":
                await commands.run(options)
            else:
                await CredentialCommands(Credentials(database, vault), commands, asked, out).run(options)
        finally:
            vault.lock()
    finally:
        await database.close()
    return 0
