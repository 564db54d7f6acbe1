"""Two-leg bots on the command line: from the first look to the last day, one bot and not two.

The program runs inside the test, once a sentence: that takes a tenth of the time of a process each.
"""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as Amount
from pathlib import Path
from typing import Any

import pytest

from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.market import Candle
from engine.domain.premium import Pair
from engine.domain.watching import WatchedPair
from engine.venues.ccxt_line import Route
from main import main
from storage.database import Database, connect
from storage.journal import PostgresJournal
from storage.market_recorder import PostgresRecorder
from storage.watched_pairs import PostgresWatchedPairs
from tests.storage.pair_builders import make_position
from tests.storage.test_premium_history import reading
from tests.support.exchange.town import build

Say = Callable[..., tuple[int, str, str]]
SETTINGS = ("--size", "0.01", "--entry", "1.5", "--exit", "0.2", "--fx-source", "static")
PLACE = ("--account", "simulated:home", "--hedge-account", "simulated:abroad")


@pytest.fixture
def say(tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    for name in os.environ:
        if name.startswith("GRIDWRIGHT_"):
            monkeypatch.delenv(name)

    def said(*words: str, route: Route | None = None) -> tuple[int, str, str]:
        code = main([*words, "--data-folder", str(tmp_path / "desk"), "--database-url", database_url], route)
        told = capsys.readouterr()
        return code, told.out, told.err

    return said


def asked(say: Say, *words: str, route: Route | None = None) -> Any:
    code, out, trouble = say(*words, "--json", route=route)
    assert (code, trouble) == (0, ""), words
    return json.loads(out)


def refused(say: Say, *words: str) -> str:
    code, out, trouble = say(*words)
    assert (code, out) == (2, ""), (words, out)
    return trouble.removeprefix("gridwright: ").rstrip("\n")


async def recorded(url: str, bot: str) -> None:
    """What a desk would have written meanwhile: a position, prices, a pair on the list and its last reading."""
    database: Database = await connect(url)
    try:
        async with database.question() as connection:
            desk: str = await connection.fetchval("SELECT desk_id FROM bot_instances LIMIT 1")
        journal = PostgresJournal(database, desk)
        await journal.commit([TwoLegRecorded(replace(make_position(7), position_id=f"{bot}P7", bot_id=bot))])
        await journal.close()
        pair = Pair("upbit", "BTC/KRW", "binance", "BTC/USDT", "USDTKRW")
        await PostgresWatchedPairs(database).watch(WatchedPair(pair, Amount("0.05")))
        recorder, now = PostgresRecorder(database), datetime.now(UTC)
        recorder.record(reading(now - timedelta(seconds=30), "4.5"))
        for venue, symbol, price in (("home", "BTC/KRW", 84_000_000), ("abroad", "BTC/USDT", 60_000)):
            minute = now.replace(second=0, microsecond=0) - timedelta(minutes=2)
            candle = Candle(f"simulated:{venue}", symbol, 60, minute, price, price, price, price, 1.0)
            recorder.record(candle, in_own_time=True)
        await recorder.flush()
        await recorder.close()
    finally:
        await database.close()


def test_a_two_leg_bot_from_its_first_to_its_last_day(say: Say, database_url: str) -> None:
    asked(say, "account", "open-simulated", "--name", "home", "--symbol", "BTC-KRW", "--start-price", "84000000",
          "--cash", "KRW=50000000", "--cash", "BTC=0.025")  # fmt: skip
    asked(say, "account", "open-simulated", "--name", "abroad", "--cash", "USDT=900", "--cash", "BTC=1")

    seen = asked(say, "arb", "preview", *PLACE, *SETTINGS)
    assert (seen["pair"]["fx_pair"], seen["round_trip_pct"], seen["refusals"]) == ("USDTKRW", "1.100", [])
    loses = "A round trip loses: 1.5 % at the entry less 2 % and fees of 0.2 % at the exit leave -0.7 %."
    seen = asked(say, "arb", "preview", *PLACE, *SETTINGS, "--exit", "2")
    assert seen["refusals"] == [{"field": "exit_pct", "sentence": loses}]
    assert refused(say, "arb", "add", *PLACE, *SETTINGS, "--exit", "2") == loses
    assert refused(say, "arb", "add", *PLACE, *SETTINGS, "--hedge-account", "nobody").startswith(
        "There is no account nobody; known are simulated:"
    )
    for verb in ("preview", "add"):
        assert refused(say, "arb", verb, *PLACE, *SETTINGS, "--fx-source", "moon").startswith(
            "There is no source of rates called moon; there are binance, binanceusdm, "
        )
    assert asked(say, "bot", "list") == [], "what is refused leaves nothing behind"

    added = asked(say, "arb", "add", *PLACE, *SETTINGS, "--name", "Kimchi", "--max-positions", "3")
    assert added["name"] == "Kimchi"
    [row] = asked(say, "bot", "list")
    assert (row["bot"], row["name"], row["lower"]) == (added["bot"], "Kimchi", None)
    [row] = asked(say, "arb", "list")
    assert (row["foreign"], row["hedge_symbol"], row["entry_pct"], row["open"], row["max_positions"]) == (
        "simulated:abroad", "BTC/USDT", "1.5", 0, 3
    )  # fmt: skip
    assert asked(say, "status")["bots"] == 1

    changed = asked(say, "arb", "edit", "Kimchi", "--entry", "2", "--ways", "both", "--max-value", "3000000")
    assert changed["changes"] == {
        "entry_pct": {"from": "1.5", "to": "2"}, "ways": {"from": "sell_home", "to": "both"},
        "max_value": {"from": None, "to": "3000000"},
    }  # fmt: skip
    assert refused(say, "arb", "edit", "Kimchi", "--entry", "2") == (
        "Nothing would change on Kimchi; name what should be different."
    )
    assert refused(say, "bot", "edit", "Kimchi", "--upper", "3") == (
        "Kimchi is no grid; `arb edit` changes two-leg bots."
    )
    assert refused(say, "arb", "close", "Kimchi", "7") == "Kimchi has no open position 7; none is open."
    assert say("premium")[1].startswith("No pair is watched;")

    asyncio.run(recorded(database_url, added["bot"]))
    [held] = asked(say, "arb", "positions", "Kimchi", "--open")
    assert (held["number"], held["stage"], held["home_filled"], held["home_price"], held["rate_source"]) == (
        7, "open", "100", "802", "bithumb"
    )  # fmt: skip
    assert asked(say, "arb", "positions", "--closed") == []
    assert asked(say, "arb", "list")[0]["open"] == 1
    assert "Kimchi" in say("bot", "show", "Kimchi")[1]
    assert refused(say, "arb", "close", "Kimchi", "8") == "Kimchi has no open position 8; open are 7."
    [premium] = asked(say, "premium", "btc")
    assert (premium["premium_pct"], premium["net_pct"], premium["back_pct"], premium["rate"]) == (
        "4.5", "4.25", "4.6", "1400"
    )  # fmt: skip
    assert refused(say, "premium", "XRP") == "No pair of XRP is watched."
    [stretch] = asked(say, "opportunities", "BTC")
    assert (stretch["best_net_pct"], stretch["readings"], stretch["entries"]) == ("4.25", 1, 0)
    assert refused(say, "opportunities", "--hours", "0") == "--hours must be 1 or more."
    assert asked(say, "arb", "pnl") == []
    assert refused(say, "arb", "pnl", "--zone", "Moon") == "There is no time zone 'Moon'."

    stopped = asked(say, "inventory")
    assert {(row["account"], row["asset"], row["free"]) for row in stopped["stocks"]} == {
        ("simulated:home", "KRW", "50000000"), ("simulated:home", "BTC", "0.025"),
        ("simulated:abroad", "USDT", "900"), ("simulated:abroad", "BTC", "1"),
    }  # fmt: skip
    assert stopped["advice"] == [], "a bot that does not run needs nothing"
    assert refused(say, "inventory", "--withdrawal", "BTC=1").startswith("--withdrawal must be EXCHANGE:ASSET=FEE")


def test_what_a_running_bot_runs_out_of(say: Say, database_url: str) -> None:
    """Three entries of 0.01 sell 0.03 BTC at home, where 0.025 lie, and buy for 1,801.8 USDT abroad, where 900 lie:
    5 millis can come from abroad; no other account has USDT.
    """
    asked(say, "account", "open-simulated", "--name", "home", "--symbol", "BTC-KRW", "--start-price", "84000000",
          "--cash", "KRW=50000000", "--cash", "BTC=0.025")  # fmt: skip
    asked(say, "account", "open-simulated", "--name", "abroad", "--cash", "USDT=900", "--cash", "BTC=1")
    bot = asked(say, "arb", "add", *PLACE, *SETTINGS, "--name", "Kimchi", "--max-positions", "4", "--start")["bot"]
    asyncio.run(recorded(database_url, bot))
    advice = {(each["account"], each["asset"]): each for each in asked(say, "inventory")["advice"]}
    home, abroad = advice["simulated:home", "BTC"], advice["simulated:abroad", "USDT"]
    assert (home["entries_left"], home["entries"], home["lacking"]) == (2, 3, "0.005")
    assert (home["transfer"], home["source"], home["fee"], home["arriving"]) == (
        "0.005", "simulated:abroad", None, "0.005"
    )  # fmt: skip
    assert (abroad["entries_left"], abroad["transfer"]) == (1, None)
    assert "this program never withdraws" in say("inventory")[1]
    asked(say, "bot", "pause", "Kimchi")
    asked(say, "bot", "stop", "Kimchi", "--keep")


NONE_WATCHED = "No pair is watched; `premium watch` puts pairs on the list."
#: What is typed after `premium watch`, and the one sentence that it gets.
NOT_WATCHED = {
    "upbit binance --value 9": (
        "Name the assets, such as BTC XRP, or say --all for every base that both exchanges trade."
    ),
    "upbit binance BTC --all --value 9": "Say --all or name BTC, not both.",
    "upbit binance BTC": "Say one of --size, --value.",
    "upbit binance BTC --size 1 --value 9": "--value and --size exclude each other.",
    "upbit binance --all --size 1": "One --size in base does not suit all assets; say a --value.",
    "upbit binance BTC --size 0": "A size or value must be above 0, not 0.",
    "upbit binance BTC --value 9 --without ETH": (
        "--without leaves bases out of --all; name the assets you want, or say --all."
    ),
    "upbit binance BTC B-C --value 9": "B-C/KRW is no symbol; write BASE/QUOTE, such as BTC/KRW.",
    "upbit upbit BTC --foreign-quote krw --value 9": (
        "A pair needs two different markets, not twice BTC/KRW on upbit."
    ),
    "upbit binance BTC --value 9 --record-every 0.01": "A reading is kept each 0.1 to 3,600 s, not each 0.01 s.",
    "upbit binance BTC --value 9 --fx-source moon": (
        "There is no source of rates called moon; there are binance, binanceusdm, bitget, bitgetmix, bithumb, okx, "
        "okxswap, upbit, endpoint, static, database."
    ),
}


def test_the_list_of_watched_pairs(say: Say, tmp_path: Path) -> None:
    """Named pairs need no exchange; all that two exchanges trade are asked of both, here upbit and binance with two
    invented coins beside BTC and ETH.
    """
    value = ("--value", "1000000")
    assert asked(say, "premium", "list") == []
    assert say("premium", "list")[1] == say("premium")[1] == f"{NONE_WATCHED}\n"
    for typed, sentence in NOT_WATCHED.items():
        assert refused(say, "premium", "watch", *typed.split()) == sentence
    assert refused(say, "premium", "unwatch", "--all") == NONE_WATCHED
    assert asked(say, "premium", "list") == [], "what is refused leaves nothing behind"

    typed = "Upbit binance btc xrp --size 0.05 --opportunity 1.5 --record-every 5 --fx-source bithumb --hold-days 2"
    done = asked(say, "premium", "watch", *typed.split(), "--home-fee", "0.0005")
    assert (done["added"], done["watched"], len(done["pairs"])) == (2, 2, 2)
    [row] = asked(say, "premium", "list", "btc")
    assert row == {
        "home": "upbit", "home_symbol": "BTC/KRW", "foreign": "binance", "foreign_symbol": "BTC/USDT",
        "fx_pair": "USDTKRW", "fx_source": "bithumb", "size": "0.05", "value": None, "opportunity_pct": "1.5",
        "record_every_s": "5", "hold_days": "2", "home_fee": "0.0005", "foreign_fee": None,
    }  # fmt: skip
    assert "Pairs without a reading: no running desk has had both books" in say("premium")[1]
    words = ("premium", "watch", "upbit", "binance", "BTC", *value, "--record-every", "none")
    assert say(*words) == (0, "0 pairs were put on the list, 1 changed; 2 are watched.\n", "")
    [row] = asked(say, "premium", "list", "BTC")
    assert (row["size"], row["value"], row["record_every_s"], row["opportunity_pct"]) == (None, "1000000", None, "0")
    again = asked(say, *words)
    assert (again["added"], [each["home_symbol"] for each in again["pairs"]]) == (0, ["BTC/KRW"])

    asyncio.run(watch_all(say, tmp_path, value))
    bases = ["BTC", "QAB", "XRP"]
    assert [each["home_symbol"].partition("/")[0] for each in asked(say, "premium", "list")] == bases
    assert "QAB/KRW" in say("premium", "list")[1]

    assert refused(say, "premium", "unwatch") == "Name the assets, such as BTC XRP, or say --all."
    assert refused(say, "premium", "unwatch", "BTC", "LUNA") == "No pair of LUNA is watched."
    assert refused(say, "premium", "unwatch", "--all", "--foreign", "okx") == "No pair with okx abroad is watched."
    assert refused(say, "premium", "list", "LUNA") == "No pair of LUNA is watched."
    assert len(asked(say, "premium", "list")) == 3, "what is refused leaves nothing behind"
    assert say("premium", "unwatch", "QAB", "XRP", "--home", "upbit") == (
        0, "2 pairs were taken off the list; 1 is watched.\n", ""
    )  # fmt: skip
    assert asked(say, "premium", "unwatch", "--all")["watched"] == 0
    assert asked(say, "premium", "list") == []


async def watch_all(say: Say, folder: Path, value: tuple[str, ...]) -> None:
    """All that both trade, but what is left out."""
    town = build(folder, ("upbit", "binance"), symbols=2, speed=None)
    async with town.server:
        route = town.server.route()
        words = ("premium", "watch", "upbit", "binance", "--all", *value, "--without", "qaa,BTC,ETH")
        done = await asyncio.to_thread(asked, say, *words, route=route)
        assert [each["home_symbol"] for each in done["pairs"]] == ["QAB/KRW"]
        assert (done["added"], done["watched"]) == (1, 3)
        code, out, trouble = await asyncio.to_thread(
            say, "premium", "watch", "upbit", "binance", "--all", *value, "--home-quote", "JPY", route=route
        )
        assert (code, out) == (2, "")
        assert trouble == "gridwright: upbit and binance have no base in common against JPY and USDT.\n"
