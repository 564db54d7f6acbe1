"""Fixtures with a real PostgreSQL: one server per test worker, one database per test."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from storage.embedded import EmbeddedPostgres
from storage.embedded.question import ask
from storage.migrate import migrate
from tests.support.fast_folder import fast_folder
from tests.support.system_postgres import SystemPostgres, asked_for

EMPTY = "template0"


@dataclass(frozen=True)
class PostgresCluster:
    """A running server whose databases a test may make and drop."""

    server: EmbeddedPostgres | SystemPostgres
    url: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def create_database(self, template: str = EMPTY) -> str:
        """The address of a new database; `template` is the name of one to copy, which nobody may be connected to."""
        name = f"test_{next(self._numbers)}"
        # Half the time of the default way, which writes every file into the log first.
        ask(self.url, f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url.rsplit("/", 1)[0] + f"/{name}"

    def drop_database(self, url: str) -> None:
        """Whoever is still connected is thrown out."""
        ask(self.url, f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)')


def database_name(url: str) -> str:
    """The last part of an address."""
    return url.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """One server for all tests of this worker; not durable, because nothing here outlives the run.

    It is the one we bring, or the system's own where the environment names one.
    """
    programs = asked_for()
    server: EmbeddedPostgres | SystemPostgres
    with fast_folder("postgres") as folder:
        server = EmbeddedPostgres(folder / "postgres", durable=False) if programs is None else SystemPostgres(programs)
        try:
            yield PostgresCluster(server, server.start())
        finally:
            server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_cluster: PostgresCluster) -> str:
    """The name of a database with our tables and nothing in them, to copy: migrating takes seconds each time."""
    url = postgres_cluster.create_database()
    asyncio.run(migrate(url))
    return database_name(url)


@pytest.fixture
def database_url(postgres_cluster: PostgresCluster, migrated_template: str) -> Iterator[str]:
    """A fresh database of this test alone, with our tables: `postgresql://user:password@127.0.0.1:port/test_n`."""
    yield from _database(postgres_cluster, migrated_template)


@pytest.fixture
def empty_database_url(postgres_cluster: PostgresCluster) -> Iterator[str]:
    """The same without any tables."""
    yield from _database(postgres_cluster, EMPTY)


def _database(cluster: PostgresCluster, template: str) -> Iterator[str]:
    cluster.server.ensure_running()
    url = cluster.create_database(template)
    try:
        yield url
    finally:
        cluster.drop_database(url)
