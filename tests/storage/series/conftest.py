"""One database for each way of keeping the series: partitions here, TimescaleDB where a server with it is named."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from storage.database import Database, connect, migrate
from storage.embedded.question import ask
from tests.support.waiting import wait_until

#: The address of a superuser on a server with TimescaleDB preloaded; its licence is switched by the tests.
VARIABLE = "GRIDWRIGHT_TIMESCALE_URL"
LICENCES = {"hypertables": "apache", "continuous aggregates": "timescale"}


class Timescale:
    """A server whose licence and databases a test may change."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._number = 0

    def set_licence(self, licence: str) -> None:
        """New sessions have it from now on."""
        ask(self.url, f"ALTER SYSTEM SET timescaledb.license = '{licence}'")
        ask(self.url, "SELECT pg_reload_conf()")
        wait_until(lambda: self.licence() == licence, what=f"the licence {licence}")

    def licence(self) -> str:
        # The library is loaded, and tells its licence, only where the extension is.
        ask(self.url, "CREATE EXTENSION IF NOT EXISTS timescaledb")
        return str(ask(self.url, "SHOW timescaledb.license")[0])

    def create_database(self) -> str:
        self._number += 1
        name = f"series_{os.getpid()}_{self._number}"
        ask(self.url, f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url.rsplit("/", 1)[0] + f"/{name}"

    def drop_database(self, url: str) -> None:
        ask(self.url, f'DROP DATABASE IF EXISTS "{url.rsplit("/", 1)[1]}" WITH (FORCE)')


@pytest.fixture(scope="session")
def timescale() -> Iterator[Timescale]:
    url = os.environ.get(VARIABLE)
    if not url:
        pytest.skip(f"{VARIABLE} names no server with TimescaleDB; it is in no package registry")
    server = Timescale(url)
    yield server
    server.set_licence("timescale")


@pytest.fixture
def timescale_url(timescale: Timescale) -> Iterator[str]:
    """An empty database on that server."""
    url = timescale.create_database()
    try:
        yield url
    finally:
        timescale.drop_database(url)


@pytest.fixture(params=["partitions", *LICENCES])
def kind(request: pytest.FixtureRequest) -> str:
    """How the series are kept."""
    return str(request.param)


@pytest.fixture
def kept_url(kind: str, request: pytest.FixtureRequest) -> str:
    """A migrated database that keeps its series in that way."""
    if kind == "partitions":
        return str(request.getfixturevalue("migrated_url"))
    timescale: Timescale = request.getfixturevalue("timescale")
    timescale.set_licence(LICENCES[kind])
    url = str(request.getfixturevalue("timescale_url"))
    asyncio.run(migrate(url))
    return url


@pytest.fixture
async def kept(kept_url: str) -> AsyncIterator[Database]:
    """It, connected."""
    database = await connect(kept_url)
    yield database
    await database.close()
