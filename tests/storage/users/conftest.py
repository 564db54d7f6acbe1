"""The tests of this folder that know nothing of users run as one of them: a trader on a shared database."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.shared import share


@pytest.fixture
def migrated_url(migrated_url: str) -> Iterator[str]:
    """The database as alice sees it. She has no password to sign in with: the storage is what is tested."""

    async def prepare() -> str:
        shared = await share(migrated_url)
        await shared.add_role("alice")
        return shared.url("alice")

    async def tidy() -> None:
        await (await share(migrated_url)).leave()

    yield asyncio.run(prepare())
    asyncio.run(tidy())
