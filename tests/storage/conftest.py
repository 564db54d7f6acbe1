"""A migrated database for each test, and the storage over it."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database, connect
from storage.journal import PostgresJournal
from tests.storage.builders import DESK, NOW


@pytest.fixture
def migrated_url(database_url: str) -> str:
    """The address of a migrated database of this test alone."""
    return database_url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    database = await connect(migrated_url)
    yield database
    await database.close()


@pytest.fixture
async def journal(database: Database) -> AsyncIterator[PostgresJournal]:
    journal = PostgresJournal(database, DESK, "test desk", now=lambda: NOW)
    yield journal
    await journal.close()
