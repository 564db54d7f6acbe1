"""`account truth` and `account repair` of the shipped program, on a paper account whose venue lost some money."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest

from engine.venues.factory import store_path
from tests.main.desks import desk as desk
from tests.main.program import GRID, TestDesk, recording, start_program
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

ACCOUNT = "replay:small"


@contextlib.contextmanager
def headless(desk: TestDesk) -> Iterator[None]:
    """The desk runs, and its account is connected."""
    running = start_program("--no-gui", *desk.options)
    try:
        wait_until(lambda: desk.run("account", "truth", ACCOUNT).returncode == 0, what="the account", within_s=40)
        yield
    finally:
        running.terminate()
        running.communicate(timeout=180)


def withdraw(desk: TestDesk, amount: Decimal) -> None:
    """Take money from the venue's own file."""
    with closing(sqlite3.connect(store_path(desk.folder, ACCOUNT))) as store, store:
        [total] = store.execute("SELECT total FROM balances WHERE asset = 'KRW'").fetchone()
        store.execute("UPDATE balances SET total = ? WHERE asset = 'KRW'", (str(Decimal(total) - amount),))


def test_what_a_venue_lost_is_found_shown_and_entered(desk: TestDesk) -> None:
    file = recording(desk.folder.parent)
    desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000", "--speed", "max")
    desk.ask("bot", "add", "grid", "--account", ACCOUNT, "--name", "Walker", "--start", *GRID)
    refused = desk.run("account", "truth", ACCOUNT)
    assert refused.returncode != 0
    assert refused.stderr == f"gridwright: The account {ACCOUNT} is not connected now, so its venue cannot be asked.\n"
    with headless(desk):
        # While the recording is walked through, what was asked at two moments may differ.
        wait_until(lambda: desk.ask("account", "truth", ACCOUNT)["differences"] == 0, what="its end", within_s=60)
        everything = desk.ask("account", "truth", ACCOUNT, "--all")
        assert everything["differences"] == 0
        assert {row["cause"] for row in everything["rows"]} == {"nothing"}
        assert len(everything["rows"]) >= 22, "20 rungs and two assets"
    withdraw(desk, Decimal("250.5"))
    with headless(desk):
        found = desk.ask("account", "truth", ACCOUNT)
        [row] = found["rows"]
        assert (row["key"], row["difference"], row["cause"]) == ("asset:KRW", "-250.5", "money_moved")
        dry = desk.run("account", "repair", ACCOUNT, "--dry-run")
        assert dry.stdout.splitlines() == [
            "It would:",
            "  enter -250.5 KRW into our ledger",
            "",
            f"account repair {ACCOUNT} --plan {found['plan']}",
        ]
        stale = desk.run("account", "repair", ACCOUNT, "--plan", "0123456789ab")
        assert stale.returncode == 2
        assert "is not what the plan 0123456789ab was made for; look again." in stale.stderr
        assert desk.ask("account", "repair", ACCOUNT, "--plan", found["plan"])["done"] is True
        assert desk.ask("account", "truth", ACCOUNT)["differences"] == 0
        unknown = desk.run("account", "truth", "nowhere")
        assert unknown.stderr == f"gridwright: There is no account nowhere; known are {ACCOUNT}.\n"
