"""Real money on the command line of the shipped program, against an exchange of the loopback."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.main.loopback import LiveDesk, exchange
from tests.main.program import environment
from tests.support.exchange.values import Status
from tests.support.exchange.venues_under_test import BINANCE
from tests.support.waiting import wait_until
from tests.support.warm_programs import run

pytestmark = pytest.mark.slow

NAME = "live:binance"
GRID = ["--symbol", "BTC/USDT", "--lower", "58000", "--upper", "62000", "--grid-count", "8", "--investment", "4000"]


def refused(desk: LiveDesk, *arguments: str) -> str:
    """The one sentence with which it was refused."""
    done = run(desk.command(*arguments), environment=environment())
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    [line] = done.stderr.splitlines()
    return line.removeprefix("gridwright: ")


def resting(desk: LiveDesk) -> list[str]:
    rows = desk.at.act("binance", "orders", account="owner")
    return [row["client_order_id"] for row in rows if row["status"] == Status.OPEN]


def test_an_account_goes_live_step_by_step_and_dark_again(tmp_path: Path, database_url: str) -> None:
    with exchange(tmp_path / "exchange", "binance") as at:
        desk = LiveDesk(tmp_path / "desk", database_url, at, BINANCE)
        desk.open_vault()
        desk.run("account", "open-live", "binance", "--credential", "binance", "--symbols", "BTC/USDT")
        assert "is not connected" in refused(desk, "account", "go-live", NAME, "--without-rehearsal", NAME)
        with desk.headless():
            key = desk.ask("account", "key", NAME)
            assert (key["is_on"], key["facts"]["can_trade"], key["facts"]["can_withdraw"]) == (False, True, False)
            assert "switched off" in key["hold"]
            shown = desk.run("account", "go-live", NAME, "--dry-run")
            assert "may withdraw" in shown
            assert "Rehearsal on paper: BTC/USDT is not there yet." in shown
            assert desk.ask("account", "go-live", NAME, "--dry-run")["rehearsed"] == []
            assert "maker fee" in shown
            sentence = refused(desk, "account", "go-live", NAME)
            assert sentence.startswith("BTC/USDT was not rehearsed: no grid of yours ran an hour on paper at binance")
            wrong = refused(desk, "account", "go-live", NAME, "--without-rehearsal", "live:upbit")
            assert wrong == f"--without-rehearsal needs the name of the account once more: {NAME}."
            assert "so there is nothing to allow" in refused(desk, "account", "allow-withdrawal-key", NAME, "--yes")
            assert "say --yes" in refused(desk, "account", "allow-withdrawal-key", NAME)
            assert "has changed" in refused(desk, "account", "accept-facts", NAME)
            desk.run("bot", "add", "grid", "--account", NAME, "--name", "First", *GRID)
            assert "is switched off" in refused(desk, "bot", "start", "First", "--yes")
            desk.run("account", "go-live", NAME, "--without-rehearsal", NAME)
            assert "It waits until its first orders with real money were seen" in desk.run("bot", "start", "First")
            assert resting(desk) == []
            plan = desk.ask("bot", "confirm", "First", "--dry-run")
            assert len(plan["lines"]) == 9
            assert desk.ask("bot", "confirm", "First", "--yes")["done"] is True
            wait_until(lambda: len(resting(desk)) >= 8, what="the ladder", within_s=30)
            assert "does not wait" in refused(desk, "bot", "confirm", "First", "--yes")
            assert "does not trade NONE/USDT" in refused(
                desk, "account", "symbols", NAME, "--add", "none-usdt", "--without-rehearsal", NAME
            )
            assert refused(desk, "account", "symbols", NAME, "--add", "ETH/USDT").startswith("ETH/USDT was not reh")
            added = ("--add", "ETH/USDT", "--without-rehearsal", NAME)
            assert desk.ask("account", "symbols", NAME, *added)["symbols"] == ["BTC/USDT", "ETH/USDT"]
            rules = desk.ask("account", "symbols", NAME)
            assert [(row["symbol"], row["size_increment"]) for row in rules][1] == ("ETH/USDT", "0.0001")
            assert "0.1 %" in desk.run("account", "symbols", NAME)
            assert desk.ask("account", "symbols", NAME, "--remove", "ETH/USDT")["symbols"] == ["BTC/USDT"]
            assert len(resting(desk)) >= 8
            desk.run("account", "go-dark", NAME)
            wait_until(lambda: resting(desk) == [], what="everything to be cancelled", within_s=30)
            log = [json.dumps(row) for row in desk.ask("log")]
            for words in ("without a rehearsal", "is switched off: its resting orders", "were seen and confirmed"):
                assert any(words in line for line in log), words


def test_orders_of_others_are_listed_and_ours_that_nobody_knows_are_mended(tmp_path: Path, database_url: str) -> None:
    with exchange(tmp_path / "exchange", "binance") as at:
        desk = LiveDesk(tmp_path / "desk", database_url, at, BINANCE)
        desk.open_vault()
        desk.run("account", "open-live", "binance", "--credential", "binance", "--symbols", "BTC/USDT")
        with desk.headless():
            desk.run("account", "go-live", NAME, "--without-rehearsal", NAME)
            bot = desk.ask("bot", "add", "grid", "--account", NAME, "--name", "First", *GRID, "--start", "--yes")["bot"]
            wait_until(lambda: len(resting(desk)) >= 8, what="the ladder", within_s=30)
            assert {row["whose"] for row in desk.ask("account", "orders", NAME)} == {"ours"}
            buys = [row for row in desk.ask("bot", "show", "First")["rungs"] if row["state"] == "buy_placed"]
            lowest = min(buys, key=lambda row: Decimal(row["buy_price"]))
            # The log and the window count rungs from 1, `bot show` from 0.
            rung, other_rung = str(int(lowest["rung"]) + 1), str(int(lowest["rung"]) + 2)

            def place(name: str, price: str) -> str:
                order = at.act(
                    "binance", "order", account="owner", symbol="BTC/USDT", side="buy", size="0.01", price=price,
                    client_order_id=name,
                )  # fmt: skip
                return str(order["order_id"])

            def whose() -> dict[str, str]:
                return {row["order"]: row["whose"] for row in desk.ask("account", "orders", NAME, "--foreign")}

            by_hand = place("web_1", "50000")
            ours = place(f"{bot}G1R0BC1A77", lowest["buy_price"])
            wait_until(lambda: len(whose()) == 2, what="both orders to be seen", within_s=40)
            assert whose() == {by_hand: "by hand", ours: "ours, unknown"}
            assert "is not what rung" in refused(desk, "account", "adopt", NAME, ours, "First", other_rung)
            no_such = refused(desk, "account", "adopt", NAME, by_hand, "First", rung)
            assert no_such.startswith(f"There is no open order {by_hand}")
            shown = desk.run("account", "adopt", NAME, ours, "First", rung, "--dry-run")
            assert f"It would be rung {rung} of First" in shown
            assert desk.ask("account", "cancel-unknown", NAME, "--dry-run")[0]["order"] == ours
            desk.run("account", "cancel-unknown", NAME)
            wait_until(lambda: f"{bot}G1R0BC1A77" not in resting(desk), what="its end", within_s=60)
            assert "web_1" in resting(desk)
            wait_until(lambda: set(whose()) == {by_hand}, what="the list to follow", within_s=60)


def test_a_key_that_is_not_taken_and_an_exchange_away_open_no_account(tmp_path: Path, database_url: str) -> None:
    with exchange(tmp_path / "exchange", "binance") as at:
        desk = LiveDesk(tmp_path / "desk", database_url, at, BINANCE)
        desk.open_vault()
        typed_wrong = tmp_path / "wrong"
        typed_wrong.write_text("not-the-secret-of-this-key")
        typed_wrong.chmod(0o600)
        desk.run(
            "credential", "add", "exchange", "binance", "--label", "wrong", "--key-file", str(desk.folder / "api"),
            "--secret-file", str(typed_wrong), "--passphrase-file", str(desk.folder / "pass"),
        )  # fmt: skip

        def failed(credential: str) -> str:
            opening = ["account", "open-live", "binance", "--credential", credential, "--symbols", "BTC/USDT"]
            done = run(desk.command(*opening), environment=environment())
            assert done.returncode == 4, (done.returncode, done.stdout, done.stderr)
            [line] = done.stderr.splitlines()
            return line.removeprefix("gridwright: ")

        said = "binance refused: -1022 Signature for this request is not valid."
        assert failed("wrong") == said
        with desk.headless():
            assert failed("wrong") == said
            at.act("binance", "fault", point="request", action="status", kind="", times=None)
            assert failed("binance") == "binance does not answer in time."
        assert desk.ask("account", "list") == []


def test_a_key_that_may_withdraw_trades_nothing_until_its_owner_says_so(tmp_path: Path, database_url: str) -> None:
    with exchange(tmp_path / "exchange", "binance") as at:
        desk = LiveDesk(tmp_path / "desk", database_url, at, BINANCE)
        desk.open_vault()
        at.act("binance", "key", key=BINANCE.key.key, can_withdraw=True)
        desk.run("account", "open-live", "binance", "--credential", "binance", "--symbols", "BTC/USDT")
        with desk.headless():
            wait_until(lambda: desk.ask("account", "key", NAME)["facts"] is not None, what="a look at the key")
            going = ("account", "go-live", NAME, "--without-rehearsal", NAME)
            assert refused(desk, *going).startswith("This key could withdraw money.")
            desk.run("account", "allow-withdrawal-key", NAME, "--yes")
            desk.run(*going)
            assert desk.ask("account", "key", NAME)["is_on"] is True
