"""`arb backtest` in the real program: no desk, no database, one report on stdout, one sentence for what is wrong."""

import json
from pathlib import Path

from tests.engine.console.test_backtests import candles
from tests.engine.lab.test_replay import FOREIGNS, HOMES
from tests.engine.venues.builders import START_MS
from tests.main.program import program
from tests.main.test_bad_input import one_sentence


def test_a_backtest_needs_files_alone(tmp_path: Path) -> None:
    home, foreign, fx = (tmp_path / name for name in ("upbit_BTC-KRW_1h.csv", "binance_BTC-USDT_1h.csv", "fx.csv"))
    candles(home, [price * 1000 for price in HOMES])
    candles(foreign, [price * 1000 for price in FOREIGNS])
    fx.write_text(f"ts,rate\n{START_MS},100\n", encoding="utf-8")
    desk = tmp_path / "desk"
    place = ("--data-folder", str(desk), "--home", str(home), "--foreign", str(foreign))
    command = ("arb", "backtest", *place, "--size", "2", "--exit", "1")
    done = program(*command, "--fx", str(fx), "--entry", "5", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trades"]["closed"] == 1
    assert not desk.exists(), "nothing is written"
    one_sentence(program(*command, "--entry", "5"), 2, "say which rate does, such as USDTKRW")
    one_sentence(program(*command, "--fx", str(fx), "--entry", "1"), 2, "A round trip loses")
