"""Binance's own client, and ccxt's, against the loopback exchange's USDM: real addresses, real signatures, TLS."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.pro
import pytest

from tests.exchange.houses import HOUSE
from tests.exchange.test_usdm_books import LISTING
from tests.support import foreign_clients
from tests.support.exchange.core import Exchange, renamed
from tests.support.exchange.server import Server
from tests.support.exchange.skins.binance_usdm import BinanceUsdm
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import ApiKey

KEY = ApiKey("k" * 64, "s" * 64)
SCRIPT = Path(__file__).with_name("clients") / "binance_usdm.txt"
BTC = "BTC/USDT"


@dataclass
class Wire:
    """The exchange, its server, and a way to it."""

    core: Exchange
    skin: BinanceUsdm
    server: Server
    session: aiohttp.ClientSession

    def client(self, **more: object) -> Any:
        made = ccxt.pro.binanceusdm(
            {
                "session": self.session,
                "apiKey": KEY.key,
                "secret": KEY.secret,
                "enableRateLimit": False,
                "has": {"fetchCurrencies": False},
                "options": {"fetchMarkets": {"types": ["linear"]}, "fetchMargins": False},
                **more,
            }
        )
        made.timeout_on_exit = 0
        return made


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    house = renamed(
        HOUSE, name="binanceusdm", listings=(LISTING,), request_limit=(2400, 60_000), order_limit=(300, 10_000)
    )
    core = Exchange(house, LoopTimers(time.time_ns() // 1_000_000))
    core.open_account("alice", KEY)
    core.transfer("alice", "USDT", Decimal(10_000))
    Strangers(core).move_to(BTC, Decimal(50_000), size=Decimal("0.5"))
    skin = BinanceUsdm(core)
    async with (
        Server([skin], tmp_path) as server,
        aiohttp.ClientSession(connector=server.route().connector()) as session,
    ):
        yield Wire(core, skin, server, session)


@pytest.mark.slow
async def test_binances_own_client_trades_and_listens(wire: Wire) -> None:
    told = await foreign_clients.run(
        SCRIPT.read_text(encoding="utf-8"), wire.server.port, wire.server.ca_file, KEY.key, KEY.secret
    )
    assert abs(told["time"] - wire.core.now_ms()) < 60_000
    assert (told["tick"], told["fees"], told["leverage"], told["config"]) == ("0.1", "0.0005", 10, [10, "CROSSED"])
    assert told["brackets"] == [[100, "0.0"], [50, "300.0"]]
    assert told["mode"] is False
    assert told["placed"] == ["NEW", "sdk-1", "0.020", "GTX"]
    assert told["bought"] == ["FILLED", "0.020", "BOTH"]
    assert (told["open"], told["query"]) == (["sdk-1"], "NEW")
    # 0.02 x 50000.1 at half a thousandth.
    assert told["trade"] == ["0.020", "0.50000100", "USDT", "BOTH"]
    assert told["position"][:2] == ["0.020", "BOTH"]
    assert Decimal(told["position"][2]) == Decimal("50000.1")
    assert Decimal(told["wallet"]) == Decimal(told["balance"]) == 10_000 - Decimal("0.500001")
    assert told["armed"] == "100000"
    assert told["canceled"] == "CANCELED"
    assert "could not be executed as maker" in told["maker"]
    assert "ReduceOnly Order is rejected" in told["reduce"]
    assert "position side does not match" in told["side"]
    assert "notional must be no smaller" in told["small"]
    assert told["heard"] == ["AccountUpdate", "OrderTradeUpdate", "OrderTradeUpdate"]
    assert told["best"] == ["A", "B", "E", "T", "a", "b", "e", "s", "u"]
    assert wire.server.strays == []


async def test_ccxts_throttle_lets_five_orders_a_second_through_and_the_exchange_thirty(wire: Wire) -> None:
    """What our budget is for: the exchange takes 300 orders in ten seconds, and ccxt's own throttle sends 51."""
    slow, quick = wire.client(enableRateLimit=True), wire.client()
    for client in (slow, quick):
        await client.load_markets()
    took = {}
    for name, client, count in (("slow", slow, 10), ("quick", quick, 60)):
        began = time.monotonic()
        orders = [client.create_order(f"{BTC}:USDT", "limit", "buy", 0.001, 40_000 - at) for at in range(count)]
        await asyncio.gather(*orders)
        took[name] = count / (time.monotonic() - began)
        await client.close()
    assert took["slow"] < 8
    # Thirty a second and more on a machine that has nothing else to do.
    assert took["quick"] > took["slow"]
