"""Sub-commands of the real program on a real database, with and without a running desk."""

from tests.main.desks import desk as desk
from tests.main.program import GRID, TestDesk, recording


def test_a_bot_from_its_first_to_its_last_day(desk: TestDesk) -> None:
    folder = desk.folder.parent
    opened = desk.ask("account", "open-replay", str(recording(folder)), "--name", "small", "--cash", "10000000")
    assert opened == {"done": True, "account": "replay:small", "venue": "replay:small", "mode": "replay"}
    added = desk.ask("bot", "add", "grid", "--account", "replay:small", "--name", "격자", *GRID)
    (listed,) = desk.ask("bot", "list")
    assert (listed["bot"], listed["name"], listed["state"]) == (added["bot"], "격자", "stopped")
    shown = desk.ask("bot", "show", "격자")
    assert (shown["config"]["lower"], shown["allocation_percent"], shown["rungs"]) == ("3800", "10", [])
    desk.ask("bot", "edit", "격자", "--upper", "4300", "--name", "Wider")
    assert desk.ask("bot", "show", added["bot"])["upper"] == "4300"
    desk.ask("bot", "start", "Wider")
    assert desk.ask("status")["active_bots"] == 1
    desk.ask("bot", "stop", "Wider", "--keep")
    desk.ask("bot", "remove", "Wider")
    assert desk.ask("bot", "list") == []
    assert [row["state"] for row in desk.ask("bot", "list", "--removed")] == ["removed"]
    desk.ask("bot", "restore", added["bot"])
    assert [row["state"] for row in desk.ask("bot", "list")] == ["stopped"]
    assert len(desk.ask("log")) >= 6


def test_accounts_show_their_money_and_a_halt_is_remembered(desk: TestDesk) -> None:
    desk.ask(
        "account",
        "open-simulated",
        "--symbol",
        "XRP-KRW",
        "--start-price",
        "4000",
        "--cash",
        "KRW=500",
        "--cash",
        "XRP=2.5",
    )
    rows = desk.ask("account", "list")
    assert [(row["asset"], row["total"], row["deposited"]) for row in rows] == [
        ("KRW", "500", "500"),
        ("XRP", "2.5", "2.5"),
    ]
    desk.ask("halt")
    assert desk.ask("status")["is_halted"] is True
    desk.ask("resume")
    assert desk.ask("status")["is_halted"] is False
    refused = desk.run("resume")
    assert (refused.returncode, refused.stderr) == (2, "gridwright: Trading is not halted.\n")


def test_a_dry_run_shows_orders_and_changes_nothing(desk: TestDesk) -> None:
    file = recording(desk.folder.parent)
    desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
    before = desk.written()
    seen = desk.ask("bot", "add", "grid", "--account", "replay:small", "--dry-run", *GRID)
    assert (len(seen["lines"]), seen["refusals"]) == (21, [])
    assert desk.written() == before
    text = desk.run("bot", "add", "grid", "--account", "replay:small", "--dry-run", *GRID).stdout
    assert text.startswith("No price of XRP/KRW is known before a desk has run it: this is a start at ")
    assert "Capital needed (KRW)" in text
    desk.ask("account", "open-simulated", "--symbol", "XRP-KRW", "--start-price", "4000", "--rules", "upbit")
    grid = ("--lower", "3800", "--upper", "4200", "--grid-count", "20", "--investment", "4000000")
    seen = desk.ask("bot", "add", "grid", "--account", "simulated:demo", "--dry-run", *grid)
    # A market that has not begun yet begins at its own price: the buy lines 4,020 to 4,180 are above it.
    assert (seen["price"], sum(order["side"] == "sell" for order in seen["orders"])) == ("4000", 9)


def test_an_edit_is_shown_as_a_difference_before_it_is_applied(desk: TestDesk) -> None:
    file = recording(desk.folder.parent)
    desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
    desk.ask("bot", "add", "grid", "--account", "replay:small", "--name", "Resting", *GRID)
    before = desk.written()
    seen = desk.ask("bot", "edit", "Resting", "--grid-count", "10", "--dry-run")
    assert seen == {"changes": {"grid_count": {"from": 20, "to": 10}}, "orders": None}
    assert "grid-count: 20 -> 10" in desk.run("bot", "edit", "Resting", "--grid-count", "10", "--dry-run").stdout
    assert desk.written() == before


def test_the_pace_of_a_market_is_kept_without_a_running_desk(desk: TestDesk) -> None:
    file = recording(desk.folder.parent)
    desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
    desk.ask("bot", "add", "grid", "--account", "replay:small", "--start", *GRID)
    assert desk.ask("market", "speed", "replay:small", "max") == {"done": True, "venue": "replay:small", "speed": None}
    done = desk.run("--no-gui", "--until-replay-ends")
    assert done.returncode == 0
    assert "Ledger exact to the last unit." in done.stdout


def test_a_replay_reports_the_same_when_asked_again_and_begins_anew_when_told(desk: TestDesk) -> None:
    file = recording(desk.folder.parent)
    command = ("replay", str(file), "--cash", "2000000", *GRID)
    first = desk.ask(*command)
    assert (first["candles"], first["is_ledger_exact"], first["account"]) == (243, True, "replay:upbit_XRP-KRW_1m")
    assert first["fills"] > 50
    timing = ("elapsed_s", "candles_per_s")
    again = desk.ask(*command)
    assert {k: v for k, v in again.items() if k not in timing} == {k: v for k, v in first.items() if k not in timing}
    fresh = desk.ask(*command, "--fresh")
    assert fresh["account"] == "replay:upbit_XRP-KRW_1m-2"
    numbers = ("fills", "cycles", "matched", "floating", "fees", "cash", "base_held", "equity_end")
    assert {key: fresh[key] for key in numbers} == {key: first[key] for key in numbers}
    other = desk.run(*command, "--stop-upper", "9000")
    assert (other.returncode, other.stdout) == (2, "")
    assert "was run with another grid; use --fresh" in other.stderr
    (mine,) = [row for row in desk.ask("pnl") if row["bot"] == first["bot"]]
    assert (mine["matched"], mine["floating"], mine["fees"]) == (first["matched"], first["floating"], first["fees"])
    days = desk.ask("pnl", "--by", "day", "--bot", first["bot"])
    assert sum(row["fills"] for row in days) == first["fills"]
    assert len(desk.ask("fills", "--bot", first["bot"], "--limit", "2000")) == first["fills"]
