"""The database of `tests.storage.conftest` with a journal of a desk that has a data folder."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from storage.journal import PostgresJournal
from tests.storage.administration.books import DESK_ID
from tests.storage.builders import NOW


@pytest.fixture
async def journal(database: Database) -> AsyncIterator[PostgresJournal]:
    journal = PostgresJournal(database, DESK_ID, "test desk", now=lambda: NOW)
    yield journal
    await journal.close()
