"""The store: nothing told is ever lost, nothing half done is ever kept, and a bad file is one sentence."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.market import Quote
from engine.domain.messages import OrderUnknown
from engine.domain.order import OrderState
from engine.errors import VenueUnavailable
from engine.venues.balances import Balances
from engine.venues.factory import store_path
from engine.venues.matching import MarketState
from engine.venues.store import VenueStore
from tests.engine.venues.builders import FREE, START, D, ListeningSink, buy, matching
from tests.engine.venues.test_paced import account_for, connected
from tests.support.waiting import wait_until_async

ROOT = Path(__file__).resolve().parents[3]

COUNTING = """
import sys
from decimal import Decimal
from pathlib import Path
from engine.venues.balances import Balances
from engine.venues.matching import MarketState
from engine.venues.store import VenueStore
store = VenueStore("replay:k", Path(sys.argv[1]), is_synchronous=False)
store.open("aa", {"KRW": Decimal(1)}, {})
number = int(store.load().position or 0)
while True:
    number += 1
    store.commit(None, Balances({}), MarketState(number), str(number))
    print(number, flush=True)
"""


def opened(path: Path, venue: str = "replay:t") -> VenueStore:
    store = VenueStore(venue, path, is_synchronous=False)
    store.open("aa", {"KRW": D("100000"), "BTC": D(0)}, {"account": venue})
    return store


def test_all_that_was_committed_is_there_again(tmp_path: Path) -> None:
    engine = matching(FREE, krw="100000", btc="0")
    store = opened(tmp_path / "s.sqlite")
    for request in (buy("rests", "90.5", "2.25"), buy("taker", None, "3"), buy("refused", "90.3", "1")):
        store.commit(engine.place(request).change, engine.balances, engine.market, "here")
    fill = store.fills("taker")[0]
    store.close()
    stored = opened(tmp_path / "s.sqlite").load()
    assert (stored.store_id, stored.position, stored.market) == ("aa", "here", engine.market)
    assert stored.totals == {"KRW": D("99700"), "BTC": D(3)}
    assert stored.open_orders == (engine.book.get("rests"),)
    assert (stored.last_order_number, stored.last_trade_number) == (3, 1)
    assert (fill.price, fill.quantity, fill.at) == (D(100), D(3), START)
    refused = opened(tmp_path / "s.sqlite").order("refused")
    assert refused is not None
    assert refused.state is OrderState.REJECTED
    assert refused.reason.startswith("price_increment: ")


def test_decimals_come_back_as_they_went(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    amount = D("123456789012345678901234567890.123456789012345678901234567890")
    store = VenueStore("replay:t", path, is_synchronous=True)
    store.open("aa", {"KRW": amount}, {})
    store.close()
    assert opened(path).load().totals == {"KRW": amount}


def test_facts_are_kept(tmp_path: Path) -> None:
    store = opened(tmp_path / "s.sqlite")
    store.keep("speed", "12")
    store.keep("speed", "13")
    store.close()
    again = opened(tmp_path / "s.sqlite")
    assert (again.fact("speed"), again.fact("other", "none"), again.deposits()["KRW"]) == ("13", "none", D(100_000))


def test_what_was_told_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "dir with space" / "스토어.sqlite"
    least = 0
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", COUNTING, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(200):
            told = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        rest = child.stdout.read().split("\n")
        child.stdout.close()
        child.wait()
        told = max([told, *(int(line) for line in rest[:-1])])
        store = VenueStore("replay:k", path, is_synchronous=False)
        store.open("", {}, {})
        assert int(store.load().position) in (told, told + 1)
        assert told > least
        least = told
        store.close()


def make_text(path: Path) -> None:
    path.write_text("this is not a database, only some text that is long enough to be looked at as one" * 20)


def make_newer(path: Path) -> None:
    store = opened(path)
    store.keep("format", "99")
    store.close()


def make_foreign(path: Path) -> None:
    opened(path, "replay:somebody").close()


def make_torn(path: Path) -> None:
    store = opened(path)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE market SET buy_room = 'much'")
    connection.commit()
    connection.close()


def make_other(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE cats (name TEXT)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (make_text, "file is not a database"),
        (make_newer, "was written by a newer version"),
        (make_foreign, "is the book of replay:somebody, not of replay:t"),
        (make_torn, "cannot be read or written"),
        (make_other, "no such table"),
        (Path.mkdir, "unable to open database file"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, spoil: Callable[[Path], object], part: str) -> None:
    path = tmp_path / "s.sqlite"
    spoil(path)
    store = VenueStore("replay:t", path, is_synchronous=False)

    def use() -> None:
        store.open("aa", {}, {})
        store.load()

    with pytest.raises(VenueUnavailable) as caught:
        use()
    sentence = str(caught.value)
    assert part in sentence
    assert str(path) in sentence
    assert "\n" not in sentence
    store.close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = VenueStore("replay:t", tmp_path / "file" / "s.sqlite", is_synchronous=False)
    with pytest.raises(VenueUnavailable, match="cannot be read or written"):
        store.open("aa", {}, {})


def test_a_failed_commit_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    store = opened(path)
    engine = matching(FREE, krw="100000", btc="0")
    change = engine.place(buy("a", None, "1")).change
    other = sqlite3.connect(path)
    other.execute("CREATE TRIGGER no_fills BEFORE INSERT ON fills BEGIN SELECT raise(ABORT, 'disk on fire'); END")
    other.commit()
    with pytest.raises(VenueUnavailable, match="disk on fire"):
        store.commit(change, engine.balances, engine.market, "later")
    assert other.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert store.load().position == ""
    other.close()


async def test_a_full_disk_stops_the_venue_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """The page limit of SQLite is its own full disk. Memory must not run ahead of the file."""
    account = account_for(tmp_path, [(100, 101, 99, 100, 50)] * 30, speed="0")
    sink = ListeningSink()
    venue = await connected(account, tmp_path, sink)
    connection = venue._store._connection
    assert connection is not None
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    running = asyncio.ensure_future(venue.run())
    await wait_until_async(lambda: sink.events, what="the balances")
    number = 0
    while not isinstance(answer := await venue.place(buy(f"o{number}", "90", "0.01")), OrderUnknown):
        number += 1
    assert "database or disk is full" in answer.text
    assert isinstance(await venue.place(buy("later", "90", "1")), OrderUnknown)
    with pytest.raises(VenueUnavailable, match="database or disk is full"):
        await running
    # Opening it again has no such limit: all that was answered is there, the last one never arrived.
    await venue.connect(sink)
    assert await venue.open_client_order_ids("BTC/KRW") == {f"o{at}" for at in range(number)}
    lost = await venue.report(buy(f"o{number}", "90", "0.01"))
    assert lost is not None
    assert lost.state is OrderState.LOST
    venue.set_speed(None)
    await venue.run()
    assert any(isinstance(event, Quote) for event in sink.events)
    await venue.close()


def test_store_files_of_different_venues_never_meet(tmp_path: Path) -> None:
    names = ["replay:a b", "replay:a_b", "replay:a/b", "replay:업비트", "replay:" + "x" * 200, "replay:" + "x" * 201]
    paths = {store_path(tmp_path, name) for name in names}
    assert len(paths) == len(names)
    assert all(path.parent == tmp_path / "venues" and len(path.name) < 100 for path in paths)


def test_balances_rows_are_by_name() -> None:
    balances = Balances({"KRW": D(5), "BTC": D(1)})
    balances.hold("KRW", D(2))
    assert balances.rows() == (("BTC", D(1), D(0)), ("KRW", D(5), D(2)))
    assert MarketState().bid is None
