"""Opening a vault without a person: by a key, a passphrase, or this machine's keychain."""

import asyncio
from pathlib import Path

from engine.domain.secret import UnlockSources
from engine.errors import GridwrightError, StorageUnavailable
from storage.vault.key_file import read_secret
from storage.vault.vault import Vault
from storage.vault.wrapping import Wrapping


async def unlock_by_itself(vault: Vault, sources: UnlockSources) -> GridwrightError | None:
    """Open the vault by the first source there is. Answers with what went wrong; None also where nothing was given.

    Raises StorageUnavailable: the same may succeed later.
    """
    try:
        if sources.key_file is not None:
            await vault.unlock_by_line(await asyncio.to_thread(read_secret, Path(sources.key_file)))
        elif sources.key_line is not None:
            await vault.unlock_by_line(sources.key_line)
        elif sources.passphrase is not None:
            await vault.unlock(sources.passphrase)
        elif any(way.wrapping is Wrapping.KEYCHAIN for way in await vault.ways()):
            await vault.unlock_by_keychain()
    except StorageUnavailable:
        raise
    except GridwrightError as error:
        # A keychain of another machine is no failure of this one.
        return error if sources.is_given else None
    return None
