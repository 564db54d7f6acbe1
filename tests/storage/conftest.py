"""A migrated database for each test, and the storage over it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from storage.database import Database, connect, migrate
from storage.journal import PostgresJournal
from tests.storage.builders import DESK, NOW
from tests.support.postgres import PostgresCluster, database_name


@pytest.fixture(scope="session")
def migrated_template(postgres_cluster: PostgresCluster) -> str:
    """The name of a migrated, empty database to copy."""
    url = postgres_cluster.create_database()
    asyncio.run(migrate(url))
    return database_name(url)


@pytest.fixture
def migrated_url(postgres_cluster: PostgresCluster, migrated_template: str) -> Iterator[str]:
    """The address of a migrated database of this test alone."""
    postgres_cluster.server.ensure_running()
    url = postgres_cluster.create_database(template=migrated_template)
    try:
        yield url
    finally:
        postgres_cluster.drop_database(url)


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
