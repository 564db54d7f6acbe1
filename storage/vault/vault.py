"""A user's vault: made, unlocked, locked, and its key changed. The data key is in memory only while it is open."""

import asyncio
from dataclasses import dataclass

from engine.domain import phrases
from engine.domain.secret import Secret, VaultState
from engine.domain.sentences import say
from engine.errors import UsageError, VaultBroken, VaultLocked, WrongPassphrase
from storage.database import Connection, Database
from storage.desk import current_user_id
from storage.vault import rows
from storage.vault.key import Key
from storage.vault.key_file import key_line, parse_key_line
from storage.vault.keychain import Keychain
from storage.vault.wrapping import (
    USUAL_COST,
    Cost,
    WrappedKey,
    Wrapping,
    unwrap_by_key,
    unwrap_by_passphrase,
    wrap_by_key,
    wrap_by_passphrase,
)

SHORTEST, LONGEST = 12, 1024
#: Wrong passphrases that cost nothing; each further one doubles the wait.
FREE_FAILURES = 3
LONGEST_WAIT_S = 60


@dataclass(frozen=True, slots=True)
class OpenKey:
    """The data key of an open vault and its number."""

    version: int
    key: Key


class Vault:
    """The vault of one user in one database. Argon2id and keychains run in threads, never on the loop.

    Nothing but the data key is remembered, and that only from an unlock to `lock`. A key that another program changed
    meanwhile is noticed at its next use, and locks.
    """

    def __init__(self, database: Database, keychain: Keychain, user_id: int, cost: Cost = USUAL_COST) -> None:
        self._database = database
        self._keychain = keychain
        self._cost = cost
        self._open: OpenKey | None = None
        self._turn = asyncio.Lock()
        self.user_id = user_id

    @classmethod
    async def of_this_user(cls, database: Database, keychain: Keychain, cost: Cost = USUAL_COST) -> "Vault":
        """The vault of whoever the database's connections belong to, locked. Raises StorageError."""
        async with database.question() as connection:
            return cls(database, keychain, await current_user_id(connection), cost)

    @property
    def is_open(self) -> bool:
        return self._open is not None

    async def state(self) -> VaultState:
        """Whether there is a vault and whether it is open."""
        async with self._database.question() as connection:
            head = await rows.read_head(connection, self.user_id)
        if head is None:
            self.lock()
            return VaultState.ABSENT
        if self._open is not None and self._open.version != head.key_version:
            self.lock()
        return VaultState.OPEN if self._open is not None else VaultState.LOCKED

    async def ways(self) -> list[WrappedKey]:
        """What opens the vault, the oldest first. Raises VaultLocked when there is no vault."""
        async with self._database.question() as connection:
            await self._head(connection)
            return await rows.read_wrapped(connection, self.user_id)

    async def create(self, passphrase: Secret) -> None:
        """Make the vault and leave it open. Raises UsageError when there is one or the passphrase is too short."""
        check_passphrase(passphrase)
        if await self.state() is not VaultState.ABSENT:
            raise UsageError(say(phrases.VAULT_EXISTS))
        key = Key.random()
        wrapped = await asyncio.to_thread(wrap_by_passphrase, key, passphrase, self.user_id, 1, self._cost)
        async with self._database.question() as connection, connection.transaction():
            # Another program may have been quicker.
            if not await rows.insert_head(connection, self.user_id):
                raise UsageError(say(phrases.VAULT_EXISTS))
            await rows.insert_wrapped(connection, wrapped)
        self._take(OpenKey(1, key))

    async def unlock(self, passphrase: Secret) -> None:
        """Open it. Raises WrongPassphrase, at once while it is too soon; VaultBroken, VaultLocked when there is none.

        Wrong passphrases are counted in the database, so that starting the program again does not begin anew.
        """
        async with self._turn:
            self._take(await self._try(passphrase))

    async def unlock_by_line(self, line: Secret) -> None:
        """Open it by the line of a key file. Raises UsageError, WrongPassphrase for a key of another vault."""
        wrapping_id, wrapping_key = parse_key_line(line)
        async with self._database.question() as connection:
            head = await self._head(connection)
            wrapped = [way for way in await rows.read_wrapped(connection, self.user_id) if way.stretching is None]
        fitting = next((way for way in wrapped if way.wrapping_id == wrapping_id), None)
        if fitting is None:
            raise WrongPassphrase(say(phrases.VAULT_KEY_FOREIGN))
        self._take(_opened(fitting, unwrap_by_key(fitting, wrapping_key), head.key_version))

    async def unlock_by_keychain(self) -> None:
        """Open it by this machine's keychain. Raises UsageError when that has no key of this vault."""
        for way in await self.ways():
            if way.wrapping is Wrapping.KEYCHAIN:
                line = await self._in_keychain(way.wrapping_id)
                if line is not None:
                    await self.unlock_by_line(line)
                    return
        raise UsageError(say(phrases.VAULT_KEYCHAIN_EMPTY))

    def lock(self) -> None:
        """Forget the data key."""
        if self._open is not None:
            self._open.key.wipe()
            self._open = None

    async def change_passphrase(self, old: Secret | None, new: Secret) -> None:
        """Wrap the same data key under another passphrase, or under a first one where the vault has none and is open.

        Raises WrongPassphrase, UsageError, VaultLocked. The secrets themselves are not sealed again.
        """
        check_passphrase(new)
        async with self._turn:
            if any(way.wrapping is Wrapping.PASSPHRASE for way in await self.ways()):
                self._take(await self._try(old or Secret("")))
            opened = await self.open_key()
            args = (opened.key, new, self.user_id, opened.version, self._cost)
            wrapped = await asyncio.to_thread(wrap_by_passphrase, *args)
            async with self._database.question() as connection, connection.transaction():
                await self.key_in(connection, "FOR UPDATE")
                ways = await rows.read_wrapped(connection, self.user_id)
                old_ids = [way.wrapping_id for way in ways if way.wrapping is Wrapping.PASSPHRASE]
                await rows.delete_wrapped(connection, self.user_id, old_ids)
                await rows.insert_wrapped(connection, wrapped)

    async def make_key(self, wrapping: Wrapping, label: str) -> tuple[str, Secret]:
        """One more way to open the vault: its id, and the line that opens it. Raises VaultLocked."""
        wrapping_key = Key.random()
        try:
            async with self._database.question() as connection, connection.transaction():
                opened = await self.key_in(connection, "FOR UPDATE")
                wrapped = wrap_by_key(opened.key, wrapping_key, self.user_id, opened.version, wrapping, label)
                await rows.insert_wrapped(connection, wrapped)
            return wrapped.wrapping_id, key_line(wrapped.wrapping_id, wrapping_key)
        finally:
            wrapping_key.wipe()

    async def add_to_keychain(self, label: str) -> None:
        """Let this machine's keychain open the vault, which must be open. Raises UsageError, VaultLocked."""
        # Asked first, so that no way is left behind that nobody holds.
        await self._in_keychain("")
        wrapping_id, line = await self.make_key(Wrapping.KEYCHAIN, label)
        try:
            await asyncio.to_thread(self._keychain.put, wrapping_id, line)
        except BaseException:
            await self.remove_way(wrapping_id)
            raise

    async def remove_from_keychain(self) -> None:
        """This machine's keychain opens the vault no more. Raises UsageError when it would be the last way."""
        for way in await self.ways():
            if way.wrapping is Wrapping.KEYCHAIN and await self._in_keychain(way.wrapping_id) is not None:
                await self.remove_way(way.wrapping_id)
                await asyncio.to_thread(self._keychain.remove, way.wrapping_id)
                return
        raise UsageError(say(phrases.VAULT_KEYCHAIN_EMPTY))

    async def remove_way(self, wrapping_id: str) -> None:
        """What held this wrapping's key opens the vault no more. Raises UsageError when it would be the last way."""
        async with self._database.question() as connection, connection.transaction():
            await self._head(connection, "FOR UPDATE")
            ways = await rows.read_wrapped(connection, self.user_id)
            if {way.wrapping_id for way in ways} <= {wrapping_id}:
                raise UsageError(say(phrases.VAULT_LAST_WAY))
            await rows.delete_wrapped(connection, self.user_id, [wrapping_id])

    async def open_key(self) -> OpenKey:
        """The data key. Raises VaultLocked."""
        async with self._database.question() as connection:
            return await self.key_in(connection)

    async def key_in(self, connection: Connection, lock: str = "") -> OpenKey:
        """The data key; with `lock` FOR SHARE it stays the vault's until the transaction ends. Raises VaultLocked."""
        head = await self._head(connection, lock)
        if self._open is None:
            raise VaultLocked(say(phrases.VAULT_LOCKED))
        if self._open.version != head.key_version:
            self.lock()
            raise VaultLocked(say(phrases.VAULT_ROTATED))
        return self._open

    def replace_key(self, opened: OpenKey) -> None:
        """From now on the data key is this one; the one before is forgotten. After a rotation was committed."""
        self._take(opened)

    async def verify(self, passphrase: Secret) -> None:
        """Make sure that it is the passphrase. Raises as `unlock` does, and changes nothing."""
        async with self._turn:
            (await self._try(passphrase)).key.wipe()

    async def _in_keychain(self, wrapping_id: str) -> Secret | None:
        return await asyncio.to_thread(self._keychain.find, wrapping_id)

    async def _try(self, passphrase: Secret) -> OpenKey:
        failure: WrongPassphrase | None = None
        opened: OpenKey | None = None
        async with self._database.question() as connection, connection.transaction():
            # Locked, so that many who guess at once guess one after the other.
            head = await self._head(connection, "FOR UPDATE")
            check_wait(head)
            ways = await rows.read_wrapped(connection, self.user_id)
            way = next((way for way in ways if way.wrapping is Wrapping.PASSPHRASE), None)
            if way is None:
                raise UsageError(say(phrases.VAULT_NO_PASSPHRASE))
            try:
                key = await asyncio.to_thread(unwrap_by_passphrase, way, passphrase)
                opened = _opened(way, key, head.key_version)
                await rows.forget_failures(connection, self.user_id)
            except WrongPassphrase as error:
                await rows.count_failure(connection, self.user_id)
                failure = error
        if opened is None:
            raise failure or WrongPassphrase(say(phrases.VAULT_WRONG_PASSPHRASE))
        return opened

    async def _head(self, connection: Connection, lock: str = "") -> rows.VaultHead:
        head = await rows.read_head(connection, self.user_id, lock)
        if head is None:
            self.lock()
            raise VaultLocked(say(phrases.VAULT_ABSENT))
        return head

    def _take(self, opened: OpenKey) -> None:
        self.lock()
        self._open = opened


def check_passphrase(passphrase: Secret) -> None:
    """Refuse one that is guessed too easily. Raises UsageError."""
    if len(passphrase) < SHORTEST:
        raise UsageError(say(phrases.VAULT_PASSPHRASE_SHORT, minimum=SHORTEST))
    if len(passphrase) > LONGEST:
        raise UsageError(say(phrases.VAULT_PASSPHRASE_LONG, maximum=LONGEST))


def check_wait(head: rows.VaultHead) -> None:
    """Refuse a passphrase that comes too soon after wrong ones. Raises WrongPassphrase with the seconds to wait."""
    excess = head.failed_attempts - FREE_FAILURES
    if excess < 0:
        return
    left_s = min(2.0 ** min(excess, 10), LONGEST_WAIT_S) - head.quiet_s
    if left_s > 0:
        count, seconds = head.failed_attempts, int(left_s) + 1
        raise WrongPassphrase(say(phrases.VAULT_TRY_LATER, count=count, seconds=seconds))


def _opened(way: WrappedKey, key: Key, key_version: int) -> OpenKey:
    """A key that was wrapped under an older number was put back by somebody after a rotation."""
    if way.key_version != key_version:
        key.wipe()
        raise VaultBroken(say(phrases.VAULT_TAMPERED, what=way.place.title))
    return OpenKey(key_version, key)
