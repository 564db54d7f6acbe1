"""A new data key: every secret is sealed again under it, all or none."""

import asyncio
from dataclasses import dataclass

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import say
from engine.errors import UsageError
from storage.database import Database
from storage.vault import rows
from storage.vault.credentials import reseal_all
from storage.vault.key import Key
from storage.vault.vault import OpenKey, Vault
from storage.vault.wrapping import USUAL_COST, Cost, Wrapping, wrap_by_passphrase


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did. `dropped` are the labels of keychains and key files that open the vault no more."""

    key_version: int
    resealed: int
    dropped: tuple[str, ...]


async def rotate(database: Database, vault: Vault, passphrase: Secret, cost: Cost = USUAL_COST) -> Rotation:
    """Give the vault a new data key in one transaction; until it is committed the old one is valid, and alone.

    Cut off anywhere, it can simply be done again. Keychains and key files hold keys that only wrapped the old one, so
    they open the vault no more: whoever copied one has nothing. Raises WrongPassphrase, UsageError, VaultBroken when
    a secret cannot be opened; then nothing was changed.
    """
    if not any(way.wrapping is Wrapping.PASSPHRASE for way in await vault.ways()):
        raise UsageError(say(phrases.VAULT_NO_PASSPHRASE))
    await vault.unlock(passphrase)
    key = Key.random()
    try:
        async with database.question() as connection, connection.transaction():
            old = await vault.key_in(connection, "FOR UPDATE")
            version = old.version + 1
            args = (key, passphrase, vault.user_id, version, cost)
            wrapped = await asyncio.to_thread(wrap_by_passphrase, *args)
            resealed = await reseal_all(connection, vault.user_id, old, OpenKey(version, key))
            ways = await rows.read_wrapped(connection, vault.user_id)
            await rows.delete_wrapped(connection, vault.user_id, [way.wrapping_id for way in ways])
            await rows.insert_wrapped(connection, wrapped)
            await rows.turn_version(connection, vault.user_id, version)
    except BaseException:
        key.wipe()
        raise
    vault.replace_key(OpenKey(version, key))
    others = (way.label or way.wrapping.value for way in ways if way.wrapping is not Wrapping.PASSPHRASE)
    return Rotation(version, resealed, tuple(others))
