"""`arb backtest` and `arb sweep` on small recordings: the report, its JSON and CSV, and one sentence for bad input."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.console.arguments import parse
from engine.console.backtests import run_research
from engine.errors import GridwrightError
from tests.engine.lab.test_replay import FOREIGNS, HOMES, HOUR_MS
from tests.engine.venues.builders import START_MS

BOT = ("--size", "2", "--entry", "5", "--exit", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings of seven hours, a rate, and files that cannot be used."""
    place = tmp_path_factory.mktemp("recordings")
    candles(place / "upbit_BTC-KRW_1h.csv", [price * 1000 for price in HOMES])
    candles(place / "binance_BTC-USDT_1h.csv", [price * 1000 for price in FOREIGNS])
    candles(place / "binance_ETH-USDT_1h.csv", [price * 1000 for price in FOREIGNS])
    candles(place / "binance_BTC-USDT_1d.csv", [price * 1000 for price in FOREIGNS], start_ms=START_MS + 10**10)
    (place / "fx.csv").write_text(f"ts,rate\n{START_MS},100\n{START_MS + 4 * HOUR_MS},102\n", encoding="utf-8")
    (place / "wide.csv").write_text(f"ts,a,b\n{START_MS},100,1\n", encoding="utf-8")
    (place / "broken_BTC-KRW_1h.csv").write_text("ts,open,high,low,close,volume\n1,2\n", encoding="utf-8")
    (place / "nameless.csv").write_text((place / "upbit_BTC-KRW_1h.csv").read_text(encoding="utf-8"), encoding="utf-8")
    return place


def candles(path: Path, closes: Sequence[float], start_ms: int = START_MS) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("ts", "open", "high", "low", "close", "volume"))
        before = closes[0]
        for at, close in enumerate(closes):
            low, high = sorted((before, close))
            rows.writerow((start_ms + at * HOUR_MS, before, high, low, close, 1000))
            before = close


def files(folder: Path, **changed: str) -> list[str]:
    named = {"home": "upbit_BTC-KRW_1h.csv", "foreign": "binance_BTC-USDT_1h.csv", "fx": "fx.csv"} | changed
    return [part for option, name in named.items() for part in (f"--{option}", str(folder / name))]


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def asked(command: str, *arguments: str) -> str:
    out = io.StringIO()
    options = parse(("arb", command, *arguments))
    assert run_research(options, out) == 0
    return out.getvalue()


EXACT = ("--home-slippage", "0", "--foreign-slippage", "0", "--home-latency-ms", "0", "--foreign-latency-ms", "0")


def test_the_report_as_json(folder: Path) -> None:
    """In at 1,100,000 against 1,000,000, out at 1,005,000; fees 0.05 % at home, 0.1 % of the base bought abroad."""
    found: dict[str, Any] = json.loads(asked("backtest", *files(folder), *BOT, *EXACT, "--json"))
    assert found["quote"] == "KRW"
    assert found["trades"]["closed"] == found["trades"]["won"] == 1
    # 2 x 95,000 at home. Abroad 2 are bought, 1.998 sold at the same price: the fee of 0.002 is a fee.
    assert found["premium"] == "190000"
    # 0.05 % of 2,200,000 and 2,010,000; 20 dollars at 100 won; 19.98 dollars at 102 won.
    assert found["fees"] == "-6142.96"
    # 19,980 dollars come back at 2 won more each.
    assert found["fx"] == "39960"
    assert found["funding"] == found["other"] == "0"
    assert found["pnl"] == "223817.04"
    assert found["tied"] == "40000"
    assert found["periods"] == {
        "span": 7, "decided": 7, "home_alone": 0, "foreign_alone": 0, "neither": 0, "longest_gap_s": 0
    }  # fmt: skip
    assert found["exposure"]["alone_s"] == "0"
    assert found["exposure"]["in_position_s"] == "10800"
    assert found["is_ledger_exact"] is True
    assert [day["closed"] for day in found["days"]] == [1]
    assert sum(found["waits"].values()) == 6
    assert found["settings"]["confirmations"] == 1


def test_the_report_for_a_person_says_what_is_not_known(folder: Path) -> None:
    text = asked("backtest", *files(folder), *BOT)
    assert "BTC/KRW of upbit_BTC-KRW_1h.csv against BTC/USDT of binance_BTC-USDT_1h.csv" in text
    assert "Candles tell no depth and no simultaneous prices" in text
    assert "Funding: none on spot." in text
    assert "Ledger exact to the last unit." in text
    assert "{" not in text


def test_positions_as_csv(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "positions.csv"
    asked("backtest", *files(folder), *BOT, *EXACT, "--csv", str(path))
    [row] = read(path)
    assert (row["direction"], row["stage"], row["entry_home_price"]) == ("sell_home", "closed", "1100000")
    assert (row["entry_rate"], row["exit_rate"], row["pnl"]) == ("100", "102", "223817.04")


def test_a_sweep_says_how_many_were_tried(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    varied = ("--vary", "entry=5,9,20", "--vary", "exit=1,4.9", "--size", "2")
    text = asked("sweep", *files(folder), *varied, *EXACT, "--processes", "1", "--csv", str(path))
    assert "6 trials, 1 refused, 3 with a gain. The first line is the best of 5" in text
    assert "A round trip loses" in text
    rows = read(path)
    assert [(row["entry_pct"], row["exit_pct"]) for row in rows] == [
        ("5", "1"), ("5", "4.9"), ("9", "1"), ("9", "4.9"), ("20", "1"), ("20", "4.9")
    ]  # fmt: skip
    assert [row["closed"] for row in rows] == ["1", "", "1", "1", "0", "0"]


def test_processes_change_nothing_but_the_time(folder: Path) -> None:
    varied = ("--vary", "entry=5,9", "--exit", "1", "--size", "2", "--json")
    one, two = (asked("sweep", *files(folder), *varied, "--processes", count) for count in ("1", "2"))
    assert one == two


def test_walk_forward_judges_on_what_was_not_seen(folder: Path) -> None:
    varied = ("--vary", "entry=5,9", "--vary", "exit=1,2", "--size", "2", "--processes", "1", "--json")
    found = json.loads(asked("sweep", *files(folder), *varied, *EXACT, "--split", "80"))
    assert found["trials"] == 4
    # Five of seven periods; the entry at the second and the exit at the fifth close are in the first part.
    assert found["split_at"] == "2025-09-01T05:00:00+00:00"
    assert found["best"]["entry_pct"] == found["judged"]["entry_pct"]
    assert found["judged"]["closed"] == 0
    assert len(found["rest"]) == 4


BAD: tuple[tuple[dict[str, str], tuple[str, ...], str], ...] = (
    ({"home": "gone_BTC-KRW_1h.csv"}, BOT, "There is no file"),
    ({"home": "broken_BTC-KRW_1h.csv"}, BOT, "cannot be read"),
    ({"home": "nameless.csv"}, BOT, "does not name its market as venue_BASE-QUOTE_timeframe"),
    ({"fx": "wide.csv"}, BOT, "Say with --fx-column which column"),
    ({"foreign": "binance_ETH-USDT_1h.csv"}, BOT, "are not the same thing"),
    ({"foreign": "binance_BTC-USDT_1d.csv"}, BOT, "no period in common"),
    ({}, (*BOT, "--fx-column", "euro"), "lacks the column euro"),
    ({}, ("--size", "2", "--entry", "1", "--exit", "1"), "A round trip loses"),
    ({}, ("--size", "0.000000001", "--entry", "5", "--exit", "1"), "in which both venues trade"),
    ({}, ("--size", "0.00001", "--entry", "5", "--exit", "1"), "below the minimum"),
    ({}, (*BOT, "--participation", "0"), "--participation must lie above 0"),
    ({}, (*BOT, "--home-slippage", "-1"), "A slippage must lie between 0 and 50 percent, not -1."),
    ({}, (*BOT, "--home-latency-ms", "-1"), "A latency must lie between 0 ms and a day, not -1 ms."),
    ({}, (*BOT, "--home-rule", "maker_fee=2"), "maker_fee"),
    ({}, (*BOT, "--from", "yesterday"), "--from must be a time such as 2021-04-01"),
    ({}, (*BOT, "--from", "2030-01-01"), "no period in common"),
    ({}, (*BOT, "--csv", "/no/such/folder/x.csv"), "cannot be written"),
    ({}, (*BOT, "--max-positions", "0"), "must be at least 1"),
    ({}, ("--entry", "5", "--exit", "1"), "Missing: --size."),
)


@pytest.mark.parametrize(("changed", "arguments", "said"), BAD, ids=lambda value: str(value)[-40:])
def test_bad_input_is_one_sentence(
    folder: Path, changed: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:  # fmt: skip
    with pytest.raises(GridwrightError, match="(?s)" + said) as refused:
        asked("backtest", *files(folder, **changed), *arguments)
    assert refused.value.exit_code == 2
    assert str(refused.value).endswith(".")


def test_a_sweep_refuses_what_it_cannot_vary(folder: Path) -> None:
    for arguments, said in (
        (("--vary", "luck=1,2"), "must be NAME=A,B,C with one of entry, exit, size"),
        (("--vary", "entry=1,2", "--size", "2"), "Say --exit, or vary it."),
        (("--vary", "entry=5", "--exit", "1", "--size", "2", "--split", "100"), "--split must lie between"),
    ):
        with pytest.raises(GridwrightError, match=said):
            asked("sweep", *files(folder), *arguments)
