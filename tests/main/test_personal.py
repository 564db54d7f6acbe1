"""`symbols`, `jobs` and `notifications` of the real program."""

import pytest

from storage.embedded.question import ask
from tests.main.desks import busy_desk as busy_desk
from tests.main.desks import desk as desk
from tests.main.program import GRID, TestDesk, recording

REFUSED = "gridwright: Your lists for replay:small do not allow XRP/KRW.\n"


@pytest.fixture
def small(desk: TestDesk) -> TestDesk:
    """A desk with the account replay:small."""
    desk.ask("account", "open-replay", str(recording(desk.folder.parent)), "--name", "small", "--cash", "10000000")
    return desk


def test_a_blocked_symbol_starts_no_bot_until_it_is_taken_off(small: TestDesk) -> None:
    assert "every symbol is allowed" in small.run("symbols", "list").stdout
    done = small.ask("symbols", "block", "REPLAY:small", "XRP-KRW-SWAP")
    assert done == {"done": True, "venue": "replay:small", "symbol": "XRP-KRW-SWAP", "list": "black"}
    refused = small.run("bot", "add", "grid", "--account", "replay:small", "--start", *GRID)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", REFUSED)
    assert small.ask("bot", "list") == []
    small.ask("bot", "add", "grid", "--account", "replay:small", "--name", "Waits", *GRID)
    assert small.run("bot", "start", "Waits").stderr == REFUSED
    assert [row["symbol"] for row in small.ask("symbols", "list", "replay:small")] == ["XRP-KRW-SWAP"]
    assert small.ask("symbols", "list", "okx") == []
    assert small.ask("symbols", "remove", "replay:small", "xrp/krw")["removed"] == ["XRP-KRW-SWAP"]
    small.ask("bot", "start", "Waits")
    assert [row["state"] for row in small.ask("bot", "list")] == ["waiting"]


def test_a_white_list_allows_nothing_else(small: TestDesk) -> None:
    small.ask("symbols", "allow", "replay:small", "BTC/KRW")
    start = ("bot", "add", "grid", "--account", "replay:small", "--start", *GRID)
    assert small.run(*start).stderr == REFUSED
    for _ in range(2):
        small.ask("symbols", "allow", "replay:small", "XRP/KRW")
    assert [(row["list"], row["symbol"]) for row in small.ask("symbols", "list")] == [
        ("white", "BTC/KRW"), ("white", "XRP/KRW")
    ]  # fmt: skip
    small.ask(*start)


def test_lists_of_an_exchange_need_no_account(desk: TestDesk) -> None:
    said = desk.run("symbols", "block", "OKX", "DOGE-USDT-SWAP").stdout
    assert said == "No bot starts on DOGE-USDT-SWAP on okx any more; those that run go on.\n"
    (row,) = desk.ask("symbols", "list")
    assert (row["venue"], row["list"], row["symbol"]) == ("okx", "black", "DOGE-USDT-SWAP")
    # The same pair in other letters is there already.
    desk.ask("symbols", "block", "okx", "dogeusdt")
    assert len(desk.ask("symbols", "list", "OKX")) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("block", "nowhere", "BTC/KRW"), "There is no venue nowhere; there are "),
        (("list", "nowhere"), "There is no venue nowhere; there are "),
        (("remove", "okx", "BTC/KRW"), "BTC/KRW is on none of your lists for okx."),
        (("allow", "okx", "DOGE/USDT"), "DOGE/USDT is blocked on okx; `symbols remove` takes it "),
        (("block", "okx", "';--"), "SYMBOL must be a symbol like DOGE/USDT or DOGE-USDT-SWAP, not "),
        (("block", "okx"), "Missing: SYMBOL."),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_written(
    blocking_desk: TestDesk, typed: tuple[str, ...], sentence: str
) -> None:
    before = blocking_desk.written()["rows"]
    done = blocking_desk.run("symbols", *typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"gridwright: {sentence}")
    assert done.stderr.count("\n") == 1
    assert blocking_desk.written()["rows"] == before


@pytest.fixture(scope="module")
def blocking_desk(busy_desk: TestDesk) -> TestDesk:
    """The busy desk, where DOGE/USDT is blocked on okx."""
    busy_desk.ask("symbols", "block", "okx", "DOGE/USDT")
    return busy_desk


def test_jobs_are_the_runs_of_bots(busy_desk: TestDesk) -> None:
    (started,) = [row for row in busy_desk.ask("bot", "list") if row["name"] == "Started"]
    # A bot that waits for its first price has not begun a run.
    assert busy_desk.ask("jobs") == []
    runs = (("running", "NULL"), ("stopped", "now()"), ("error", "NULL"))
    for number, (status, ended) in enumerate(runs, start=1):
        said = "'Broken.'" if status == "error" else "NULL"
        sql = (
            "INSERT INTO jobs (user_id, venue, job_id, bot_uid, run, status, start_time, stopped_at, error) "
            f"VALUES (1, 'replay:small', '{started['bot']}@{number}', '{started['bot']}', {number}, '{status}', "
            f"now(), {ended}, {said})"
        )
        ask(busy_desk.url, sql)
    rows = busy_desk.ask("jobs", "--bot", "Started")
    assert [(row["run"], row["status"], row["error"]) for row in rows] == [
        (3, "error", "Broken."), (2, "stopped", None), (1, "running", None)
    ]  # fmt: skip
    assert [row["run"] for row in busy_desk.ask("jobs", "--limit", "1")] == [3]
    assert busy_desk.ask("jobs", "--bot", "Resting") == []
    text = busy_desk.run("jobs").stdout
    assert "Status" in text
    assert "Broken." in text
    refused = busy_desk.run("jobs", "--bot", "Nobody")
    assert (refused.returncode, refused.stderr) == (2, "gridwright: There is no bot Nobody.\n")


def test_notifications_are_listed_and_read(busy_desk: TestDesk) -> None:
    assert busy_desk.run("notifications").stdout == "There are no notifications.\n"
    for title in ("first", "second", "third"):
        ask(busy_desk.url, f"INSERT INTO notifications (user_id, level, title) VALUES (1, 'look', '{title}')")
    ask(busy_desk.url, "INSERT INTO notifications (user_id, channel, title) VALUES (1, 'telegram', 'elsewhere')")
    rows = busy_desk.ask("notifications")
    assert [(row["title"], row["level"], row["is_read"]) for row in rows] == [
        ("third", "look", False), ("second", "look", False), ("first", "look", False)
    ]  # fmt: skip
    assert busy_desk.ask("notifications", "read", rows[1]["id"]) == {"done": True, "marked": 1}
    assert [row["title"] for row in busy_desk.ask("notifications", "--unread")] == ["third", "first"]
    refused = busy_desk.run("notifications", "read", rows[0]["id"], "999999")
    assert (refused.returncode, refused.stderr) == (2, "gridwright: There is no notification 999999.\n")
    assert len(busy_desk.ask("notifications", "--unread")) == 2
    assert busy_desk.run("notifications", "read").stdout == "2 notifications were marked as read.\n"
    assert busy_desk.ask("notifications", "--unread", "--limit", "5") == []
