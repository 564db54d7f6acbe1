"""`engine.ports.Secrets` over a vault in PostgreSQL."""

import logging
import time

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.secret import Credential, CredentialKind, Secret, UnlockSources, VaultState
from engine.domain.sentences import say
from engine.errors import GridwrightError, UsageError, VaultLocked
from storage.database import Database
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.sources import unlock_by_itself
from storage.vault.vault import Vault

log = logging.getLogger(__name__)

#: The settings of a live account that name its credential before its row does, and its exchange.
CREDENTIAL_SETTING, EXCHANGE_SETTING = "credential", "exchange"


class VaultSecrets:
    """The secrets of whoever the database's connections belong to. Belongs to the loop of its database.

    A key that another program changed is noticed; then what opened the vault by itself opens it again.
    """

    def __init__(self, database: Database, vault: Vault, sources: UnlockSources) -> None:
        self._database = database
        self._sources = sources
        self._state = VaultState.LOCKED
        self._cause: GridwrightError | None = None
        self._used_at_s = 0.0
        self.vault = vault
        self.credentials = Credentials(database, vault)

    @classmethod
    async def open(cls, database: Database, keychain: Keychain, sources: UnlockSources) -> "VaultSecrets":
        """Found, and unlocked where it opens by itself. Raises StorageError."""
        secrets = cls(database, await Vault.of_this_user(database, keychain), sources)
        await secrets.unlock_by_itself()
        return secrets

    def state(self) -> VaultState:
        """As it was when last looked at."""
        return VaultState.LOCKED if self._state is VaultState.OPEN and not self.vault.is_open else self._state

    async def look(self) -> VaultState:
        """As it is now."""
        self._state = await self.vault.state()
        return self._state

    async def unlock_by_itself(self) -> None:
        """Open it without a person, where something was given for that. Raises StorageError."""
        if await self.look() is not VaultState.LOCKED:
            return
        self._cause = await unlock_by_itself(self.vault, self._sources)
        if self._cause is not None:
            log.warning("the vault did not open by itself: %s", self._cause)
        await self.look()

    async def unlock(self, passphrase: Secret) -> None:
        """As a person asks. Raises WrongPassphrase, VaultLocked when there is none, VaultBroken."""
        await self.vault.unlock(passphrase)
        self._cause = None
        await self.look()

    def lock(self) -> None:
        """Forget the key."""
        self.vault.lock()

    def used_at_s(self) -> float:
        """When a secret was last taken out, on this machine's clock; 0 before the first time."""
        return self._used_at_s

    async def credential(self, account: Account) -> Credential:
        """The secrets of a live account. Raises VaultLocked, VaultBroken, UsageError."""
        credential_id = await self._credential_of(account)
        credential = await self._opened(credential_id)
        wanted = account.setting(EXCHANGE_SETTING, account.venue)
        if credential.kind is not CredentialKind.EXCHANGE or credential.venue != wanted:
            # A row that was changed must not show one exchange another's secret.
            raise UsageError(
                say(phrases.CREDENTIAL_FOREIGN, label=credential.label, venue=credential.venue, wanted=wanted)
            )
        return credential

    async def labelled(self, kind: CredentialKind, label: str) -> Credential:
        """The secrets of a language model or a Telegram bot. Raises VaultLocked, VaultBroken, UsageError."""
        return await self._opened((await self.credentials.find(label, kind)).credential_id)

    async def _opened(self, credential_id: str) -> Credential:
        self._used_at_s = time.monotonic()
        if not self.vault.is_open:
            await self.unlock_by_itself()
        try:
            try:
                return await self.credentials.open(credential_id)
            except VaultLocked:
                await self.unlock_by_itself()
                if not self.vault.is_open:
                    raise
                return await self.credentials.open(credential_id)
        except VaultLocked:
            await self.look()
            if self._cause is not None and self._state is VaultState.LOCKED:
                raise VaultLocked(say(phrases.VAULT_LOCKED_BECAUSE, cause=self._cause.sentence)) from None
            raise

    async def _credential_of(self, account: Account) -> str:
        named = account.setting(CREDENTIAL_SETTING)
        async with self._database.question() as connection:
            # A new account has no row before its exchange has answered; at its next connection its setting becomes a
            # reference, so that a removed credential is missed. What `credential use` chose stays.
            found: str | None = await connection.fetchval(
                "UPDATE accounts a SET credential_id = $3 WHERE user_id = $1 AND account_id = $2 "
                "AND credential_id IS NULL AND EXISTS "
                "(SELECT FROM credentials c WHERE c.user_id = a.user_id AND c.credential_id = $3) "
                "RETURNING credential_id",
                self.vault.user_id, account.account_id, named,
            ) or await connection.fetchval(
                "SELECT credential_id FROM accounts WHERE user_id = $1 AND account_id = $2",
                self.vault.user_id, account.account_id,
            )  # fmt: skip
        credential_id = found or named
        if not credential_id:
            raise UsageError(say(phrases.CREDENTIAL_MISSING, account=account.account_id))
        return credential_id
