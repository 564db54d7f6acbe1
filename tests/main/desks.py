"""Fixtures: a desk with a replay account, a bot that rests and a bot that was started."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.main.program import GRID, TestDesk, recording
from tests.support.postgres import PostgresCluster


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> TestDesk:
    """An empty desk."""
    return TestDesk(tmp_path / "a desk", database_url)


@pytest.fixture(scope="module")
def busy_desk(
    tmp_path_factory: pytest.TempPathFactory, postgres_cluster: PostgresCluster, migrated_template: str
) -> Iterator[TestDesk]:
    """Account replay:small with 10,000,000 KRW; bots Resting (stopped) and Started (waits, 60 % allocated)."""
    folder = tmp_path_factory.mktemp("busy")
    url = postgres_cluster.create_database(migrated_template)
    desk = TestDesk(folder / "desk", url)
    file = recording(folder)
    desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
    desk.ask("bot", "add", "grid", "--account", "replay:small", "--name", "Resting", *GRID)
    desk.ask(
        "bot", "add", "grid", "--account", "replay:small", "--name", "Started", "--allocation", "60", "--start", *GRID
    )
    yield desk
    postgres_cluster.drop_database(url)
