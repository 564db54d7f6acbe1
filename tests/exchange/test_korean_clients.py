"""Clients of Upbit and Bithumb that are not ccxt, against the loopback exchange's: a mistake that ccxt shares would
be seen here.
"""

import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support import foreign_clients
from tests.support.exchange.core import Exchange
from tests.support.exchange.server import Server
from tests.support.exchange.skins import bithumb, upbit
from tests.support.exchange.skins.korean_limits import Limit
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import Side
from tests.support.korean_client import KEY

SCRIPTS = Path(__file__).with_name("clients")


@pytest.fixture
async def upbits(tmp_path: Path) -> AsyncIterator[tuple[Exchange, Server]]:
    """A market at 100 million won; the account has 10 million and half a bitcoin."""
    core = Exchange(upbit.house(upbit.listing("BTC/KRW")), LoopTimers(time.time_ns() // 1_000_000))
    core.open_account("ours", KEY)
    core.transfer("ours", "KRW", Decimal(10_000_000))
    core.transfer("ours", "BTC", Decimal("0.5"))
    others = Strangers(core)
    others.move_to("BTC/KRW", Decimal(100_000_000), size=Decimal(1))
    others.take("BTC/KRW", Side.SELL, Decimal("0.1"))
    skin = upbit.UpbitSkin(core, {"order": Limit(1000, 1000)})
    async with Server([skin], tmp_path) as server:
        yield core, server


@pytest.fixture
async def bithumbs(tmp_path: Path) -> AsyncIterator[tuple[Exchange, Server]]:
    """The same market and account."""
    core = Exchange(bithumb.house(bithumb.listing("BTC/KRW")), LoopTimers(time.time_ns() // 1_000_000))
    core.open_account("ours", KEY)
    core.transfer("ours", "KRW", Decimal(10_000_000))
    core.transfer("ours", "BTC", Decimal("0.5"))
    others = Strangers(core)
    others.move_to("BTC/KRW", Decimal(100_000_000), size=Decimal(1))
    others.take("BTC/KRW", Side.SELL, Decimal("0.1"))
    async with Server([bithumb.BithumbSkin(core)], tmp_path) as server:
        yield core, server


@pytest.mark.slow
async def test_pyupbit_trades_and_listens(upbits: tuple[Exchange, Server]) -> None:
    core, server = upbits
    script = (SCRIPTS / "pyupbit.txt").read_text(encoding="utf-8")
    told = await foreign_clients.run(script, server.port, server.ca_file, KEY.key, KEY.secret)
    assert told["tickers"] == ["KRW-BTC"]
    assert told["price"] == 99_999_000
    assert told["book"] == ["KRW-BTC", 100_001_000, 0.9]
    assert told["candles"] == [99_999_000, 99_999_000]
    assert told["chance"] == {"currency": "KRW", "min_total": "5000"}
    assert told["limits"] == {"group": "default", "min": 1800, "sec": 28}
    assert told["placed"] == ["wait", "90000000", "0.001", "45"]
    assert told["waiting"] == [True]
    assert told["krw"] == [10_000_000 - 90_045, 10_000_000]
    assert (told["order"], told["cancelled"], told["after"]) == ("wait", True, "cancel")
    # 50,000 won at 100,001,000, in whole hundred-millionths, and a twentieth of a percent of what that costs.
    funds = Decimal("0.00049999") * 100_001_000
    assert told["bought"] == [
        "price",
        "0.00049999",
        f"{funds * Decimal('0.0005'):f}".rstrip("0"),
        f"{funds:f}".rstrip("0"),
    ]
    assert told["sold"] == ["market", "done", "0.0002", "99999000"]
    assert told["btc"] == pytest.approx(0.5 + 0.00049999 - 0.0002)
    assert told["refused"] == {
        "funds": "InsufficientFundsBid", "minimum": "UnderMinTotalBid", "parameters": "CreateBidError",
        "secret": "JwtVerification",
        # pyupbit has no name for an unknown key, and stumbles over what is not in the answer.
        "key": "RemainingReqParsingError",
    }  # fmt: skip
    assert told["frame"] == ["orderbook", "KRW-BTC", "REALTIME", ["ask_price", "ask_size", "bid_price", "bid_size"]]
    assert server.strays == []
    assert core.ledger.sum_of("KRW") == core.ledger.sum_of("BTC") == 0


@pytest.mark.slow
async def test_pybithumb_trades_by_the_api_before(bithumbs: tuple[Exchange, Server]) -> None:
    core, server = bithumbs
    script = (SCRIPTS / "pybithumb.txt").read_text(encoding="utf-8")
    told = await foreign_clients.run(script, server.port, server.ca_file, KEY.key, KEY.secret)
    assert told["tickers"] == ["BTC"]
    assert told["price"] == 99_999_000
    assert told["book"] == [99_999_000, 0.9, 100_001_000, 1.0]
    assert told["history"] == ["ask", 0.1, 99_999_000]
    assert told["candles"] == [99_999_000, 99_999_000]
    assert told["fee"] == 0.0025
    assert told["placed"] == ["bid", "BTC", "KRW"]
    assert told["left"] == "0.001"
    assert told["held"] == [0.5, 0, 10_000_000, 90_225]
    assert told["cancelled"] is True
    assert told["gone"] is None
    # A quantity at market, at 100,001,000; the fee to the hundredth of a won.
    assert told["bought"] == ["Completed", "0.002", "100001000", "500.01", "200002"]
    assert told["sold"] == ["Completed", "0.001"]
    assert told["after"][0] == pytest.approx(0.501)
    assert told["after"][2] == pytest.approx(10_000_000 - 200_002 - 500.01 + 99_999 - 250)
    assert told["poor"] == ["5600", "주문가능한 금액이 부족합니다."]
    assert told["guessed"] == ["5100", "Bad Request.(Auth Data)"]
    assert told["unknown"] == ["5300", "Invalid Apikey"]
    assert server.strays == []
    assert core.ledger.sum_of("KRW") == core.ledger.sum_of("BTC") == 0
