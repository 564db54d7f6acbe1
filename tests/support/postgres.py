"""Fixtures with a real PostgreSQL: one server per test worker, one database per test."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from storage.embedded import EmbeddedPostgres
from storage.embedded.question import ask


@dataclass(frozen=True)
class PostgresCluster:
    """A running server whose databases a test may make and drop."""

    server: EmbeddedPostgres
    url: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def create_database(self, template: str = "template0") -> str:
        """The address of a new database; `template` is the name of one to copy, which nobody may be connected to."""
        name = f"test_{next(self._numbers)}"
        ask(self.url, f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return self.url.rsplit("/", 1)[0] + f"/{name}"

    def drop_database(self, url: str) -> None:
        """Whoever is still connected is thrown out."""
        ask(self.url, f'DROP DATABASE IF EXISTS "{database_name(url)}" WITH (FORCE)')


def database_name(url: str) -> str:
    """The last part of an address."""
    return url.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresCluster]:
    """One server for all tests of this worker; not durable, because nothing here outlives the run."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    try:
        yield PostgresCluster(server, server.start())
    finally:
        server.stop()


@pytest.fixture
def database_url(postgres_cluster: PostgresCluster) -> Iterator[str]:
    """A fresh, empty database of this test alone: `postgresql://user:password@127.0.0.1:port/test_n`."""
    postgres_cluster.server.ensure_running()
    url = postgres_cluster.create_database()
    try:
        yield url
    finally:
        postgres_cluster.drop_database(url)
