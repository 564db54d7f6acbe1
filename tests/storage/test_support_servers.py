"""The fixtures other tests stand on: fresh databases and a cache that can go away."""

import asyncpg
import pytest
import redis

from storage.embedded.question import ask
from tests.support.postgres import PostgresCluster, database_name
from tests.support.redis import RedisServer


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_database(empty_database_url: str, turn: int) -> None:
    assert ask(empty_database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [0]
    ask(empty_database_url, f"CREATE TABLE mine AS SELECT {turn} AS turn")


async def test_a_database_is_dropped_under_its_connections(postgres_cluster: PostgresCluster) -> None:
    url = postgres_cluster.create_database()
    connection = await asyncpg.connect(url)
    postgres_cluster.drop_database(url)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetch("SELECT 1")
    connection.terminate()


def test_a_database_can_be_copied(postgres_cluster: PostgresCluster, empty_database_url: str) -> None:
    ask(empty_database_url, "CREATE TABLE mine AS SELECT 7 AS number")
    copy = postgres_cluster.create_database(template=database_name(empty_database_url))
    assert ask(copy, "SELECT number FROM mine") == [7]
    postgres_cluster.drop_database(copy)


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_cache(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("turn", turn)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_cache_may_be_left_stopped(redis_server: RedisServer, turn: int) -> None:
    assert redis_server.answers()
    redis_server.stop()
    assert not redis_server.answers()
