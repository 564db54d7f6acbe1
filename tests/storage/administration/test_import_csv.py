"""CSV files go in once and exactly, or not at all; and a comparison names every difference."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UsageError
from storage.administration.compare import compare
from storage.administration.import_csv import CsvImport, import_csv
from storage.database import Database
from tests.storage.administration.csv_files import FILES, changed, write_files


async def rows_of(database: Database, query: str) -> list[tuple[Any, ...]]:
    async with database.question() as connection:
        return [tuple(row) for row in await connection.fetch(query)]


COUNTS = """
    SELECT (SELECT count(*) FROM two_leg_positions), (SELECT count(*) FROM order_legs),
        (SELECT count(*) FROM two_leg_trades), (SELECT count(*) FROM spreads)
"""


def counted(done: CsvImport) -> dict[str, tuple[int, int, int]]:
    """New, closed since, there already, by file."""
    return {each.file.name: (each.added, each.closed, each.present) for each in done.files}


async def test_every_value_arrives_exactly(database: Database, tmp_path: Path) -> None:
    done = await import_csv(database, [write_files(tmp_path)], "Asia/Seoul")
    assert (done.is_written, list(done.bad)) == (True, [])
    assert await rows_of(database, COUNTS) == [(2, 3, 3, 2)]
    positions = await rows_of(
        database,
        "SELECT reference, size, entry_foreign_price, exit_won_price, pnl_krw, status, opened_at, closed_at"
        " FROM two_leg_positions ORDER BY reference",
    )
    opened = datetime(2025, 11, 14, 18, 40, 15, tzinfo=UTC)
    closed = datetime(2025, 11, 14, 19, 40, 15, tzinfo=UTC)
    first, second = Decimal("100000.12345678"), Decimal("3200.5")
    assert positions == [
        ("1", Decimal("0.015"), first, Decimal(144500000), Decimal("12345.67"), "CLOSED", opened, closed),
        ("2", Decimal("0.1"), second, None, None, "OPEN", opened, None),
    ]
    legs = await rows_of(
        database,
        "SELECT l.leg_id, p.reference, l.price_effective, l.slippage_bps, l.venue_order_id FROM order_legs l"
        " LEFT JOIN two_leg_positions p ON p.id = l.position_id ORDER BY 1",
    )
    assert legs == [
        ("pos_001_leg_0", "1", Decimal(144990000), Decimal("0.69"), None),
        ("pos_001_leg_1", "1", None, None, "abc"),
        ("pos_009_leg_0", None, Decimal(1), Decimal(0), None),
    ]
    [(at,)] = await rows_of(database, "SELECT traded_at FROM two_leg_trades WHERE symbol = 'XRP'")
    assert at == opened
    spreads = await rows_of(database, "SELECT foreign_price, is_opportunity, timestamp FROM spreads ORDER BY timestamp")
    assert spreads == [
        (100000.12345678, True, opened.replace(microsecond=123456)),
        (100000.12345678, False, opened.replace(second=16)),
    ]


async def test_twice_is_once(database: Database, tmp_path: Path) -> None:
    folder = write_files(tmp_path)
    await import_csv(database, [folder], "Asia/Seoul")
    before = await rows_of(database, "SELECT * FROM two_leg_positions ORDER BY id")
    again = await import_csv(database, [folder], "Asia/Seoul")
    assert counted(again) == {
        "positions.csv": (0, 0, 2),
        "orders.csv": (0, 0, 3),
        "trades.csv": (0, 0, 3),
        "spreads.csv": (0, 0, 2),
    }
    assert await rows_of(database, "SELECT * FROM two_leg_positions ORDER BY id") == before
    assert await rows_of(database, COUNTS) == [(2, 3, 3, 2)]


async def test_a_position_that_closed_since_is_closed(database: Database, tmp_path: Path) -> None:
    header, opened, *_ = FILES["positions.csv"].splitlines(keepends=True)
    await import_csv(database, [write_files(tmp_path, positions=header + opened) / "positions.csv"], "UTC")
    done = await import_csv(database, [write_files(tmp_path) / "positions.csv"], "Asia/Seoul")
    assert counted(done) == {"positions.csv": (1, 1, 0)}
    closed = "SELECT reference FROM two_leg_positions WHERE status = 'CLOSED'"
    assert await rows_of(database, closed) == [("1",)]


BAD = [
    ("positions", "145000000", "1450x", "positions.csv:2: entry_upbit_price must be a number, not '1450x'."),
    ("positions", "0.015", "-0.015", "positions.csv:2: size must be above 0, not -0.015."),
    ("positions", "0.015", "NaN", "positions.csv:2: size must be a number of ordinary size, not 'NaN'."),
    ("positions", "0.015", "1e400", "positions.csv:2: size must be a number of ordinary size, not '1e400'."),
    (
        "positions",
        "OPEN,2025-11-15 03:40:15",
        "OPENED,2025-11-15 03:40:15",
        "positions.csv:4: status must be one of OPEN, CLOSED",
    ),
    ("positions", ",x\n", "\n", "positions.csv:2: It has 15 values and the header 16."),
    ("positions", "2025-11-15 03:40:15", "15.11.2025", "positions.csv:4: timestamp_open must be a time like"),
    ("positions", "2,ETH", "2,", "positions.csv:4: symbol is missing."),
    ("positions", "2,ETH", "2,E\x07H", "positions.csv:4: symbol must be printable text."),
    ("positions", "12345.67,0.55,CLOSED", "12345.67,0.55,OPEN", "positions.csv:3: A position that is OPEN cannot have"),
    ("positions", "2,ETH", "1,ETH", "positions.csv:4: It is the same position as line 3, which has another symbol."),
    ("orders", "pos_001_leg_0,1,", "pos_001_leg_0,77,", "orders.csv:2: position_id 77 is no position here"),
    ("orders", "sell", "give", "orders.csv:2: side must be one of buy, sell, long, short, not 'give'."),
    ("trades", "1763145615", "99999-01-01", "trades.csv:4: timestamp must be a time like"),
    ("spreads", "True", "maybe", "spreads.csv:2: is_opportunity must be true or false, not 'maybe'."),
    ("spreads", "145000000,100000.12345678,144000000.5", '"145000000', "spreads.csv:2: It"),
]


@pytest.mark.parametrize(("name", "old", "new", "sentence"), BAD)
async def test_one_bad_line_keeps_everything_out(
    database: Database, tmp_path: Path, name: str, old: str, new: str, sentence: str
) -> None:
    done = await import_csv(database, [write_files(tmp_path, **changed(name, old, new))], "Asia/Seoul")
    assert not done.is_written
    assert any(sentence in str(bad) for bad in done.bad), [str(bad) for bad in done.bad]
    assert await rows_of(database, COUNTS) == [(0, 0, 0, 0)]


async def test_bad_lines_are_left_out_when_told(database: Database, tmp_path: Path) -> None:
    folder = write_files(tmp_path, **changed("spreads", "True", "maybe"))
    done = await import_csv(database, [folder], "Asia/Seoul", skip_bad=True)
    assert (done.is_written, len(done.bad)) == (True, 1)
    assert await rows_of(database, COUNTS) == [(2, 3, 3, 1)]


async def test_a_dry_run_counts_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    done = await import_csv(database, [write_files(tmp_path)], "Asia/Seoul", dry_run=True)
    assert counted(done)["positions.csv"] == (2, 0, 0)
    assert await rows_of(database, COUNTS) == [(0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("zone", "wall", "is_good"),
    [
        ("America/New_York", "2025-11-02 01:30:00", False),
        ("America/New_York", "2025-03-09 02:30:00", False),
        ("America/New_York", "2025-11-02 03:30:00", True),
        ("Asia/Seoul", "2025-11-02 01:30:00", True),
    ],
)
async def test_hours_that_clocks_show_twice_or_never_are_refused(
    database: Database, tmp_path: Path, zone: str, wall: str, is_good: bool
) -> None:
    folder = write_files(tmp_path, **changed("positions", "2025-11-15 03:40:15", wall))
    done = await import_csv(database, [folder / "positions.csv"], zone)
    assert done.is_written is is_good


async def test_sql_in_every_text_is_text(database: Database, tmp_path: Path) -> None:
    attack = "x'); DROP TABLE two_leg_positions; --"
    folder = write_files(tmp_path, **changed("positions", "2,ETH", f"2,{attack}"))
    await import_csv(database, [folder], "UTC")
    assert await rows_of(database, "SELECT symbol FROM two_leg_positions WHERE reference = '2'") == [(attack,)]


HEADERS = [
    ("symbol,side\n", "lacks upbit_price, binance_price"),
    ("symbol,symbol,upbit_price\n", "has the column symbol twice"),
    ("", "lacks symbol"),
]


@pytest.mark.parametrize(("content", "words"), HEADERS)
async def test_a_header_that_does_not_fit_is_refused(
    database: Database, tmp_path: Path, content: str, words: str
) -> None:
    folder = write_files(tmp_path, spreads=content)
    with pytest.raises(UsageError, match=words):
        await import_csv(database, [folder], "UTC")
    assert await rows_of(database, COUNTS) == [(0, 0, 0, 0)]


async def test_files_that_cannot_be_are_one_sentence(database: Database, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "a")
    write_files(tmp_path / "b")
    (tmp_path / "other.csv").write_text("x\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "trades.csv").write_bytes(b"\xff\xfe\x00")
    for paths, words in (
        ([tmp_path / "gone.csv"], "There is no file"),
        ([tmp_path / "other.csv"], "is none of positions.csv"),
        ([tmp_path / "empty"], "has none of positions.csv"),
        ([folder, tmp_path / "b"], "was named twice"),
        ([tmp_path / "c"], "is not UTF-8 text"),
    ):
        with pytest.raises(UsageError, match=words):
            await import_csv(database, paths, "UTC")
    with pytest.raises(UsageError, match="There is no time zone Mars/North; zones are named like Asia/Seoul"):
        await import_csv(database, [folder], "Mars/North")


async def test_a_byte_order_mark_and_windows_lines_are_read(database: Database, tmp_path: Path) -> None:
    folder = write_files(tmp_path)
    for file in folder.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    done = await import_csv(database, [folder], "Asia/Seoul")
    assert (done.is_written, list(done.bad)) == (True, [])


async def test_the_comparison_names_every_difference(database: Database, tmp_path: Path) -> None:
    folder = write_files(tmp_path)
    await import_csv(database, [folder], "Asia/Seoul")
    assert all(each.is_equal for each in await compare(database, [folder], "Asia/Seoul"))
    write_files(tmp_path, **changed("trades", "12345.67", "12345.68"))
    async with database.question() as connection:
        await connection.execute("DELETE FROM order_legs WHERE leg_id = 'pos_009_leg_0'")
        await connection.execute(
            "INSERT INTO spreads (symbol, won_venue, foreign_venue, timestamp, won_price, foreign_price,"
            " foreign_price_krw, spread_pct, net_spread_pct) VALUES ('ETH', 'upbit', 'binance_futures',"
            " '2025-11-15T03:40:15.5+09:00', 1, 1, 1, 1, 1)"
        )
    positions, orders, trades, spreads = await compare(database, [folder], "Asia/Seoul")
    assert positions.is_equal
    assert (orders.same, orders.only_in_file) == (2, [(4, "pos_009_leg_0 2025-11-14T18:41:00+00:00")])
    [different] = trades.different
    assert (different.line, different.columns) == (3, (("pnl_krw", "12345.68", "12345.67"),))
    assert spreads.only_in_database == ["ETH 2025-11-14T18:40:15.500000+00:00"]
