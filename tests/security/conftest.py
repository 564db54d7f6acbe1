"""A shared database with people in it: alice and bob trade, vera looks, adam administers."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg
import pytest

from storage.database import Connection
from tests.storage.conftest import migrated_url
from tests.support.shared import SharedDatabase, share

__all__ = ["migrated_url"]

PEOPLE = (("alice", "trader"), ("bob", "trader"), ("vera", "viewer"), ("adam", "admin"))

Enter = Callable[[str], AbstractAsyncContextManager[Connection]]


@pytest.fixture
async def shared(migrated_url: str) -> AsyncIterator[SharedDatabase]:
    """The database, with everybody in it. They connect; a test in which somebody signs in sets the password itself."""
    database = await share(migrated_url)
    for name, role in PEOPLE:
        await database.add_role(name, role)
    yield database
    await database.leave()


@pytest.fixture
def enter(shared: SharedDatabase) -> Enter:
    """A connection as somebody; "" is the owner."""

    @contextlib.asynccontextmanager
    async def connected(name: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(shared.url(name) if name else shared.owner_url)
        try:
            yield connection
        finally:
            await connection.close()

    return connected
