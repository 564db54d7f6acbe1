"""A vault in a migrated database, as cheap to open as the program accepts at all."""

import pytest

from engine.domain.secret import CredentialKind, Secret
from storage.database import Database
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import Vault
from storage.vault.wrapping import LOWEST_COST
from tests.support.keychain import MemoryKeychain

PASSPHRASE = Secret("correct horse battery staple")
OTHER = Secret("a quite different sentence")


@pytest.fixture
def machine() -> MemoryKeychain:
    return MemoryKeychain()


async def vault_of(database: Database, machine: MemoryKeychain, user_id: int = 1) -> Vault:
    """As another program would see it: locked."""
    return Vault(database, Keychain(machine), user_id, LOWEST_COST)


@pytest.fixture
async def vault(database: Database, machine: MemoryKeychain) -> Vault:
    """An open one."""
    vault = await vault_of(database, machine)
    await vault.create(PASSPHRASE)
    return vault


@pytest.fixture
def credentials(database: Database, vault: Vault) -> Credentials:
    return Credentials(database, vault)


async def add_upbit(credentials: Credentials, label: str = "main") -> str:
    """An exchange's key, of the usual form."""
    return await credentials.add(
        CredentialKind.EXCHANGE,
        "upbit",
        label,
        Secret(f"PUBLICkey{label}0123456789abcd"),
        Secret(f"deepSECRET-{label}"),
    )
