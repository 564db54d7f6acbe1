"""`practice serve` as a program, alone and with the two desks of docs/practice.md."""

import json
import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage.embedded.question import ask
from tests.main.program import TestDesk, program, start_program
from tests.support.waiting import wait_until
from tests.support.warm_programs import Running

pytestmark = pytest.mark.slow

MARKET = ("--symbol", "AAA-BBB", "--start-price", "100", "--volatility", "2", "--seed", "3", "--speed", "20")
GRID = ("--lower", "80", "--upper", "120", "--grid-count", "20", "--investment", "1000", "--start")


@contextmanager
def exchange(folder: Path, *more: str, port: int = 0) -> Iterator[tuple[Running, dict[str, Any]]]:
    """The program, and where it says it is reached."""
    running = start_program("practice", "serve", "--folder", str(folder), "--port", str(port), "--json", *more)
    try:
        assert running.stdout is not None
        said = ""
        while not said.endswith("}\n"):
            line = running.stdout.readline()
            assert line, running.communicate()[1]
            said += line
        yield running, json.loads(said)
    finally:
        running.kill()
        running.communicate()


def end(running: Running, number: int) -> tuple[int, str]:
    """How it ends on a signal, and what it said on stderr."""
    os.kill(running.pid, number)
    _, errors = running.communicate(timeout=180)
    return running.wait(), errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_on_a_signal(tmp_path: Path, number: int) -> None:
    with exchange(tmp_path / "x", *MARKET) as (running, said):
        assert said["symbol"] == "AAA/BBB"
        assert end(running, number) == (0, "")


def test_what_cannot_be_is_refused_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    with exchange(folder, *MARKET) as (running, said):
        second = program("practice", "serve", "--folder", str(folder), "--port", "0")
        assert (second.returncode, second.stderr.count("\n")) == (5, 1)
        busy = program("practice", "serve", "--folder", str(tmp_path / "y"), "--port", str(said["port"]))
        assert (busy.returncode, busy.stderr.count("\n")) == (4, 1)
        assert "cannot be used" in busy.stderr
        end(running, signal.SIGTERM)
    other = program("practice", "serve", "--folder", str(folder), "--port", "0", "--seed", "4")
    assert other.returncode == 2
    assert "begun with seed 3, not 4" in other.stderr
    for wrong in (
        ("--port", "70000"),
        ("--seed", "x"),
        ("--volatility", "0"),
        ("--symbol", "AAA"),
        ("--cash", "-1"),
        ("--speed", "max"),
    ):
        refused = program("practice", "serve", "--folder", str(tmp_path / "z"), *wrong)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), wrong
        assert not (tmp_path / "z" / "exchange.sqlite").exists()


def test_an_account_needs_an_exchange_that_answers(tmp_path: Path, database_url: str) -> None:
    desk = TestDesk(tmp_path / "desk", database_url)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = str(nobody.getsockname()[1])
        done = desk.run("account", "open-practice", "alice", "--port", port)
    assert (done.returncode, done.stderr.count("\n")) == (4, 1)
    assert "There is no practice exchange at 127.0.0.1" in done.stderr
    assert desk.ask("account", "list") == []
    with exchange(tmp_path / "x", *MARKET) as (_, said):
        assert desk.run("account", "open-practice", "not a name", "--port", str(said["port"])).returncode == 2
        opened = desk.ask("account", "open-practice", "alice", "--port", str(said["port"]))
        assert opened["account"] == "practice:alice"
        assert opened["mode"] == "practice"
        again = desk.run("account", "open-practice", "alice", "--port", str(said["port"]))
        assert again.returncode == 2
        assert "open already" in again.stderr


def test_two_desks_and_the_exchange_as_the_page_says(tmp_path: Path) -> None:
    with exchange(tmp_path / "x", "--with-database", *MARKET) as (running, said):
        address = Path(said["database_url_file"])
        assert stat.S_IMODE(address.stat().st_mode) == 0o600
        url = address.read_text(encoding="ascii").strip()
        desks = [TestDesk(tmp_path / name, url) for name in ("one", "two")]
        first, second = (
            start_program("--no-gui", *desk.options, "--desk-name", desk.folder.name, "--lease", "3") for desk in desks
        )
        try:
            wait_until(lambda: _holders(url) is not None, what="the database", within_s=40)
            wait_until(lambda: _live(desks[0]) == {"one", "two"}, what="two desks", within_s=40)
            desks[0].ask("account", "open-practice", "alice", "--port", str(said["port"]))
            desks[0].ask("bot", "add", "grid", "--account", "practice:alice", *GRID)
            assert _holders(url) == ["one"]
            first.kill()
            wait_until(lambda: _holders(url) == ["two"], what="the takeover", within_s=30)
            trades = _count(url, "trades")
            wait_until(lambda: _count(url, "trades") > trades, what="the bot to trade on", within_s=60)
        finally:
            for desk in (first, second):
                desk.kill()
                desk.communicate()
        assert end(running, signal.SIGTERM) == (0, "")
    assert not address.exists()


def _holders(url: str) -> list[str] | None:
    """Who holds accounts now, by name; None while there are no tables."""
    try:
        return ask(
            url, "SELECT d.name FROM leases l JOIN desks d USING (desk_id) WHERE l.expires_at > clock_timestamp()"
        )
    except Exception:  # noqa: BLE001 - whatever it is, it is not there yet
        return None


def _count(url: str, table: str) -> int:
    return int(ask(url, f"SELECT count(*) FROM {table}")[0])


def _live(desk: TestDesk) -> set[str]:
    return {row["name"] for row in desk.ask("desks") if row["is_running"]}
