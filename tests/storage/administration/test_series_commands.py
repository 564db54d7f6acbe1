"""`db keep`, `db convert` and what `db check` says of the series."""

import io
import json
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.config import RETENTION_DAYS, Settings, load_settings
from engine.errors import StorageError
from storage.administration.series import check_series, run_series
from storage.database import Database
from storage.series.layout import BY_NAME
from storage.series.retention import parts_of
from storage.series.upkeep import LOCK
from tests.storage.series.market import minutes, now_of, value_of, write


def settings(folder: Path, keep_days: Mapping[str, int] = RETENTION_DAYS) -> Settings:
    return replace(load_settings({"data_folder": str(folder)}, {}), retention_days=keep_days)


async def run(url: str, given: Settings, **options: object) -> tuple[int, str]:
    out = io.StringIO()
    code = await run_series(Namespace(**({"json": False} | options)), given, url, out)
    return code, out.getvalue()


async def test_keep_does_now_what_a_desk_does_by_itself(database: Database, migrated_url: str, tmp_path: Path) -> None:
    now = await now_of(database)
    await write(database, minutes(now - timedelta(days=50), 100))
    for_ever = settings(tmp_path, dict(RETENTION_DAYS) | {"candles": 0})
    code, said = await run(migrated_url, for_ever, db_command="keep")
    assert code == 0
    assert said == (
        "Made 1 parts, dropped 0, removed 0 minutes of spreads and 0 orders that came to nothing, changed 0 policies.\n"
    )
    assert await value_of(database, "SELECT count(*) FROM candles") > 0
    code, said = await run(migrated_url, settings(tmp_path), db_command="keep", json=True)
    done = {"made": 0, "dropped": 1, "minutes": 0, "orders": 0, "policies": 0, "troubles": []}
    assert (code, json.loads(said)) == (0, done)
    assert await value_of(database, "SELECT count(*) FROM candles") == 0


async def test_keep_says_that_another_one_does_it(database: Database, migrated_url: str, tmp_path: Path) -> None:
    connection = await database.own_connection("other desk")
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
    with pytest.raises(StorageError, match=r"^The series are kept by another program just now"):
        await run(migrated_url, settings(tmp_path), db_command="keep")
    await connection.close()


async def test_convert(migrated_url: str, tmp_path: Path) -> None:
    asked = {"db_command": "convert", "form": "partitions"}
    assert await run(migrated_url, settings(tmp_path), **asked) == (0, "The series are kept as partitions now.\n")
    _, said = await run(migrated_url, settings(tmp_path), **asked, json=True)
    assert json.loads(said) == {"form": "partitions", "timescaledb": None, "licence": None}
    with pytest.raises(StorageError, match="has no TimescaleDB"):
        await run(migrated_url, settings(tmp_path), db_command="convert", form="hypertables")


async def test_check_misses_todays_part(database: Database) -> None:
    async with database.question() as connection:
        assert await check_series(connection) == ([], [])
        for part in await parts_of(connection, BY_NAME["spreads"]):
            await connection.execute(f"DROP TABLE partitions.{part.name}")
        found, [better] = await check_series(connection)
    assert found == []
    assert better.startswith("There is no part of partitions.spreads for today; its rows wait in the default part")
