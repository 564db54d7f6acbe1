"""Backup, everything lost, restore: the ledger and every ladder are the same, and the bots go on trading."""

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from storage.administration.fresh_database import with_database
from storage.embedded.question import ask
from tests.main.desks import desk as desk
from tests.main.program import TestDesk, start_program
from tests.support.postgres import database_name
from tests.support.waiting import wait_until
from tests.support.warm_programs import Running

pytestmark = pytest.mark.slow

#: The invented market of each bot: its name, its seed and its grid, wide enough for the price to stay.
MARKETS = (
    ("north", "7", ("--lower", "3000", "--upper", "5300")),
    ("south", "8", ("--lower", "2900", "--upper", "5500")),
)
SIZE = ("--grid-count", "200", "--mode", "geometric", "--investment", "4000000")
SOON_S = 90.0


def open_markets(desk: TestDesk) -> None:
    """Two bots on two simulated markets that run as fast as they go."""
    for name, seed, prices in MARKETS:
        opened = ("--name", name, "--seed", seed, "--symbol", "XRP-KRW", "--start-price", "4000")
        desk.ask("account", "open-simulated", *opened, "--cash", "KRW=10000000", "--speed", "max")
        account = ("--account", f"simulated:{name}")
        desk.ask("bot", "add", "grid", *account, "--name", name, "--allocation", "40", "--start", *prices, *SIZE)


def fills_of(url: str) -> dict[str, int]:
    """Executions by bot."""
    rows = ask(
        url, "SELECT name || ' ' || (SELECT count(*) FROM trades t WHERE t.bot_uid = b.bot_uid) FROM bot_instances b"
    )
    return {row.split()[0]: int(row.split()[1]) for row in rows}


def wait_for_fills(url: str, more_than: dict[str, int], by: int) -> None:
    wait_until(
        lambda: all(count >= more_than.get(name, 0) + by for name, count in fills_of(url).items()),
        what=f"{by} more executions of every bot",
        within_s=SOON_S,
    )


def stop(running: Running) -> None:
    running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=180)
    assert (running.returncode, err) == (0, "")


def ladders(desk: TestDesk) -> dict[str, Any]:
    return {name: desk.ask("bot", "show", name) for name, _, _ in MARKETS}


def lose_everything(desk: TestDesk) -> None:
    """The database and the whole data folder with the venues' books."""
    ask(with_database(desk.url, "postgres"), f'DROP DATABASE "{database_name(desk.url)}" WITH (FORCE)')
    shutil.rmtree(desk.folder)


def trade_on(desk: TestDesk, by: int = 10) -> None:
    """Start the real program again until every bot has traded, and stop it in order; then everything adds up."""
    before = fills_of(desk.url)
    running = start_program("--no-gui", *desk.options)
    try:
        wait_for_fills(desk.url, before, by)
    finally:
        stop(running)
    checked = desk.run("db", "check")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert checked.stdout.endswith("Everything adds up.\n")


def test_backup_lose_everything_restore_and_go_on(desk: TestDesk, tmp_path: Path) -> None:
    open_markets(desk)
    trade_on(desk)
    file = tmp_path / "desk.gwbackup"
    saved = desk.ask("db", "backup", str(file))
    before, checksum = ladders(desk), desk.ask("db", "check")["ledger"]
    assert (saved["ledger"], len(saved["books"])) == (checksum, 2)
    lose_everything(desk)
    restored = desk.ask("db", "restore", str(file))
    assert (restored["ledger"], restored["complaints"], restored["old_database"]) == (checksum, [], None)
    assert desk.ask("db", "check") == {"complaints": [], "notes": [], "ledger": checksum}
    assert ladders(desk) == before
    trade_on(desk)
    assert desk.ask("db", "check")["ledger"] != checksum, "they traded"


@pytest.mark.slow
def test_a_backup_of_a_desk_that_trades_is_of_one_instant(desk: TestDesk, tmp_path: Path) -> None:
    """Taken again and again in the middle of trading; each is taken up by the program as after a power cut."""
    open_markets(desk)
    running = start_program("--no-gui", *desk.options)
    files = [tmp_path / f"{number}.gwbackup" for number in range(2)]
    ledgers = []
    try:
        for file in files:
            wait_for_fills(desk.url, fills_of(desk.url), 7)
            ledgers.append(desk.ask("db", "backup", str(file))["ledger"])
        wait_for_fills(desk.url, fills_of(desk.url), 7)
    finally:
        stop(running)
    assert len(set(ledgers)) == len(files), "every backup is of another instant"
    for file, ledger in zip(files, ledgers, strict=True):
        lose_everything(desk)
        assert desk.ask("db", "restore", str(file))["ledger"] == ledger
        checked = desk.run("db", "check")
        assert checked.returncode == 0, checked.stdout
        trade_on(desk)
        told = [row["sentence"] for row in desk.ask("log", "--limit", "2000")]
        assert [line for line in told if "Not traded" in line] == []


def test_a_restore_waits_for_no_desk_and_replaces_none(desk: TestDesk, tmp_path: Path) -> None:
    open_markets(desk)
    file = tmp_path / "desk.gwbackup"
    running = start_program("--no-gui", *desk.options)
    try:
        wait_for_fills(desk.url, {}, 1)
        desk.ask("db", "backup", str(file))
        mine = desk.run("db", "restore", str(file))
        assert mine.returncode == 5
        assert f"(process {running.pid}) already runs on the data folder" in mine.stderr
        other = TestDesk(tmp_path / "other folder", desk.url)
        theirs = other.run("db", "restore", str(file))
        assert theirs.returncode == 3
        assert "is in use (gridwright" in theirs.stderr
        assert theirs.stderr.count("\n") == 1
        wait_for_fills(desk.url, fills_of(desk.url), 3)
    finally:
        stop(running)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("backup", "/no/such/folder/a.gwbackup"), 2, "There is no folder /no/such/folder."),
        (("restore", "/no/such/file"), 2, "There is no file /no/such/file."),
        (("backup",), 2, "Missing: FILE."),
        (("restore", "a", "--take-desk", "--database-only"), 2, "exclude each other."),
        (("import-csv", "/no/such/file.csv"), 2, "There is no file /no/such/file.csv."),
        (("import-sqlite", "/no/such/file.db"), 2, "There is no file /no/such/file.db."),
        (("compare", "/no/such/folder"), 2, "There is no file /no/such/folder."),
        (("backup", "/dev/full"), 2, "exists already"),
    ],
)
def test_bad_words_are_one_sentence(desk: TestDesk, arguments: tuple[str, ...], code: int, words: str) -> None:
    desk.ask("account", "list")
    done = desk.run("db", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_positions_go_to_csv_files_as_well_while_a_desk_runs(desk: TestDesk, tmp_path: Path) -> None:
    desk.ask("account", "list")
    running = start_program("--no-gui", *desk.options, more={"GRIDWRIGHT_CSV_FOLDER": str(tmp_path / "csv")})
    file = tmp_path / "csv" / "positions.csv"
    try:
        ask(
            desk.url,
            "INSERT INTO two_leg_positions (symbol, direction, size, entry_won_price, entry_foreign_price,"
            " entry_spread_pct, opened_at) VALUES ('BTC', 'upbit_short_binance_long', 0.015, 145000000, 100000.5, 0.8,"
            " now())",
        )
        wait_until(lambda: file.exists() and file.read_text(encoding="utf-8"), what="the position", within_s=SOON_S)
    finally:
        stop(running)
    assert ",BTC,upbit_short_binance_long,0.015,145000000,100000.5,0.8," in file.read_text(encoding="utf-8")
    assert desk.run("db", "compare", str(tmp_path / "csv")).returncode == 0


def test_the_report_has_every_section_as_text_and_as_json(desk: TestDesk) -> None:
    open_markets(desk)
    found = desk.ask("db", "report")
    assert {"active_users", "jobs", "symbol_lists", "tables", "slow_queries", "redis", "closed_positions"} <= set(found)
    assert {"daily_pnl", "hourly_spreads", "connections", "disk", "partitions", "desks", "data_folder"} <= set(found)
    assert found["active_users"]["rows"] == [
        {"venue": "simulated:north", "users": 1},
        {"venue": "simulated:south", "users": 1},
    ]
    assert found["jobs"] == {"rows": [], "note": "There are no jobs."}, "bots that wait for a price have not run yet"
    assert found["redis"] == {"rows": [], "note": "No Redis is configured; the cache is in this program."}
    text = desk.run("db", "report").stdout
    assert "Active users by venue\n  Venue" in text
