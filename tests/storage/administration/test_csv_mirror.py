"""What the database holds stands in the CSV files too, once, in their own columns, and after every crash."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.errors import StorageError, UsageError
from storage.administration.compare import compare
from storage.administration.import_csv import import_csv
from storage.database import Database
from storage.mirror.csv_mirror import CsvMirror
from tests.storage.administration.csv_files import write_files
from tests.support.waiting import wait_until_async

OPEN = """
    INSERT INTO two_leg_positions (symbol, direction, size, entry_won_price, entry_foreign_price, entry_spread_pct,
        opened_at) VALUES ('BTC', 'upbit_short_binance_long', 0.015, 145000000, 100000.12345678, 0.8123, now())
"""
CLOSE = "UPDATE two_leg_positions SET status = 'CLOSED', closed_at = now(), pnl_krw = 5, updated_at = now()"
SPREAD = """
    INSERT INTO spreads (symbol, won_venue, foreign_venue, timestamp, won_price, foreign_price, foreign_price_krw,
        spread_pct, net_spread_pct) VALUES ('BTC', 'upbit', 'binance_futures', now(), 1, 2, 3, 0.1, 0.05)
"""


@pytest.fixture
async def mirror(database: Database, tmp_path: Path) -> AsyncIterator[CsvMirror]:
    mirror = CsvMirror(database, tmp_path / "mirror", copy_every_s=0.05)
    yield mirror
    await mirror.close()


async def do(database: Database, *statements: str) -> None:
    async with database.question() as connection:
        for statement in statements:
            await connection.execute(statement)


def lines(folder: Path, name: str) -> list[dict[str, str]]:
    file = folder / f"{name}.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


async def test_a_position_is_written_when_it_opens_and_when_it_closes(
    database: Database, mirror: CsvMirror, tmp_path: Path
) -> None:
    await do(database, OPEN, SPREAD)
    assert await mirror.copy() == 2
    await do(database, CLOSE)
    assert (await mirror.copy(), await mirror.copy()) == (1, 0)
    positions = lines(tmp_path / "mirror", "positions")
    assert [(row["status"], row["size"], row["pnl_krw"]) for row in positions] == [
        ("OPEN", "0.015", ""), ("CLOSED", "0.015", "5"),
    ]  # fmt: skip
    assert [row["spread_pct"] for row in lines(tmp_path / "mirror", "spreads")] == ["0.1"]
    assert all(each.is_equal for each in await compare(database, [tmp_path / "mirror"], "UTC"))


async def test_it_follows_while_it_runs(database: Database, mirror: CsvMirror, tmp_path: Path) -> None:
    mirror.start()
    await do(database, OPEN)
    await wait_until_async(lambda: lines(tmp_path / "mirror", "positions"), what="the line of the position")
    await do(database, SPREAD)
    await mirror.close()
    assert len(lines(tmp_path / "mirror", "spreads")) == 1, "what is left is written at the end"


async def test_a_start_writes_nothing_twice_and_mends_a_torn_line(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    await do(database, OPEN, SPREAD)
    await CsvMirror(database, folder).copy()
    assert await CsvMirror(database, folder).copy() == 0
    for name in ("positions", "spreads"):
        file = folder / f"{name}.csv"
        file.write_bytes(file.read_bytes()[:-20])
    assert await CsvMirror(database, folder).copy() == 2
    assert [len(lines(folder, name)) for name in ("positions", "spreads")] == [1, 1]
    assert all(each.is_equal for each in await compare(database, [folder], "UTC"))


async def test_files_of_another_program_keep_their_columns(database: Database, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "theirs")
    await import_csv(database, [folder], "Asia/Seoul")
    await do(database, OPEN)
    assert await CsvMirror(database, folder).copy() == 1
    rows = lines(folder, "positions")
    assert (len(rows), rows[-1]["note"], rows[-1]["symbol"]) == (4, "", "BTC")
    found = await compare(database, [folder], "Asia/Seoul")
    assert all(each.is_equal for each in found)


async def test_its_own_files_can_be_imported_where_they_come_from(database: Database, tmp_path: Path) -> None:
    """A position made here has a name in the files by which it is known again."""
    await do(database, OPEN)
    await CsvMirror(database, tmp_path / "mirror").copy()
    done = await import_csv(database, [tmp_path / "mirror"], "UTC")
    assert [(each.added, each.present) for each in done.files] == [(0, 1)]


async def test_a_file_without_a_name_for_its_rows_is_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "positions.csv").write_text("symbol,direction\nBTC,x\n", encoding="utf-8")
    await do(database, OPEN)
    with pytest.raises(UsageError, match="has no column id"):
        await CsvMirror(database, tmp_path).copy()


async def test_a_folder_that_refuses_is_told_and_tried_again(database: Database, tmp_path: Path) -> None:
    (tmp_path / "mirror").write_text("a file where the folder should be", encoding="utf-8")
    mirror = CsvMirror(database, tmp_path / "mirror")
    await do(database, OPEN)
    with pytest.raises(StorageError, match="cannot be written"):
        await mirror.copy()
    (tmp_path / "mirror").unlink()
    assert await mirror.copy() == 1
