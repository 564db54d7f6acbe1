"""Two people on one database."""

import pytest

from storage.database import Database


async def add_user(database: Database, name: str) -> int:
    """The number of a new user."""
    async with database.question() as connection:
        number: int = await connection.fetchval("INSERT INTO users (username) VALUES ($1) RETURNING id", name)
    return number


@pytest.fixture
async def alice(database: Database) -> int:
    """The number of a user."""
    return await add_user(database, "alice")


@pytest.fixture
async def bob(database: Database) -> int:
    """The number of another user."""
    return await add_user(database, "bob")
