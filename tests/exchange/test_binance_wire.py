"""ccxt.pro's own Binance client against the loopback exchange's Binance: real addresses, real signatures, TLS."""

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

from tests.exchange.houses import HOUSE, SPOT
from tests.support.exchange.core import Exchange, renamed
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.server import Server
from tests.support.exchange.skins.binance_spot import BinanceSpot
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import ApiKey, FeeRule
from tests.support.waiting import wait_until_async

KEY = ApiKey("k" * 64, "s" * 64)


@dataclass
class Wire:
    """The exchange, its server, and a way to it."""

    core: Exchange
    skin: BinanceSpot
    server: Server
    session: aiohttp.ClientSession

    def client(self, **more: object) -> Any:
        made = ccxt.pro.binance(
            {
                "session": self.session,
                "apiKey": KEY.key,
                "secret": KEY.secret,
                "enableRateLimit": False,
                "has": {"fetchCurrencies": False},
                "options": {"fetchMarkets": {"types": ["spot"]}, "fetchMargins": False},
                **more,
            }
        )
        made.timeout_on_exit = 0
        return made


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    house = renamed(
        HOUSE, name="binance", listings=(SPOT,), fee_rule=FeeRule.RECEIVED,
        request_limit=(6000, 60_000), order_limit=(100, 10_000),
    )  # fmt: skip
    core = Exchange(house, LoopTimers(time.time_ns() // 1_000_000))
    core.open_account("alice", KEY)
    core.transfer("alice", "USDT", Decimal(10_000))
    core.transfer("alice", "BTC", Decimal(1))
    Strangers(core).move_to("BTC/USDT", Decimal(50_000), size=Decimal("0.5"))
    skin = BinanceSpot(core)
    async with (
        Server([skin], tmp_path) as server,
        aiohttp.ClientSession(connector=server.route().connector()) as session,
    ):
        yield Wire(core, skin, server, session)


async def test_orders_go_in_are_seen_and_come_out(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    placed = await client.create_order("BTC/USDT", "limit", "buy", 0.01, 49_000, {"clientOrderId": "mine"})
    assert (placed["clientOrderId"], placed["status"]) == ("mine", "open")
    assert (await client.fetch_balance())["USDT"]["used"] == 490
    found = await client.fetch_order(None, "BTC/USDT", {"clientOrderId": "mine"})
    assert found["id"] == placed["id"]
    bought = await client.create_order("BTC/USDT", "market", "buy", 0.01)
    assert (bought["status"], bought["fee"]["currency"], bought["fee"]["cost"]) == ("closed", "BTC", 0.00002)
    assert [order["clientOrderId"] for order in await client.fetch_open_orders("BTC/USDT")] == ["mine"]
    assert [trade["order"] for trade in await client.fetch_my_trades("BTC/USDT")] == [bought["id"]]
    assert (await client.cancel_order(None, "BTC/USDT", {"clientOrderId": "mine"}))["status"] == "canceled"
    await client.close()


async def test_streams_tell_orders_balances_and_the_market(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    watches = [
        asyncio.create_task(watch)
        for watch in (
            client.watch_orders("BTC/USDT"),
            client.watch_balance(),
            client.watch_bids_asks(["BTC/USDT"]),
            client.watch_order_book("BTC/USDT"),
            client.watch_trades("BTC/USDT"),
            client.watch_ohlcv("BTC/USDT", "1m"),
        )
    ]
    await wait_until_async(lambda: wire.core.listeners("alice") == 1, what="a user stream")
    await wait_until_async(lambda: len(wire.core.markets["BTC/USDT"].hearers) == 4, what="four market streams")
    await client.create_order("BTC/USDT", "market", "buy", 0.01)
    async with asyncio.timeout(60):
        orders, balance, best, _, trades, candles = await asyncio.gather(*watches)
    assert orders[0]["filled"] in (0, 0.01)
    assert balance["total"]["USDT"] in (9499.9999, 10_000)
    assert best["BTC/USDT"]["askVolume"] == 0.49
    await wait_until_async(
        lambda: client.orderbooks["BTC/USDT"]["asks"][0] == [50000.01, 0.49], what="the difference after the snapshot"
    )
    assert (trades[0]["price"], trades[0]["side"]) == (50000.01, "buy")
    assert candles[-1][5] == 0.01
    await client.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "wrong" * 8}, -1022),
        ({"apiKey": "unknown" * 8}, -2015),
        ({"options": {"timeDifference": 60_000, "fetchMarkets": {"types": ["spot"]}, "fetchMargins": False}}, -1021),
    ],
)
async def test_who_is_not_known_is_not_let_in(wire: Wire, change: dict[str, Any], code: int) -> None:
    client = wire.client(**change)
    await client.load_markets()
    with pytest.raises(ccxt.BaseError, match=str(code)):
        await client.fetch_balance()
    assert client.last_http_response.startswith(f'{{"code":{code}')
    await client.close()


async def test_a_lost_answer_leaves_the_order_and_a_lost_request_none(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    wire.server.plan.add(Rule(Point.REQUEST, Action.RESET, kind="order", skip=1, is_processed=True))
    wire.server.plan.add(Rule(Point.REQUEST, Action.RESET, kind="order", skip=1))
    names = []
    for number in range(3):
        try:
            await client.create_order("BTC/USDT", "limit", "buy", 0.001, 40_000, {"clientOrderId": f"n{number}"})
            names.append(number)
        except ccxt.NetworkError:
            pass
    assert names == [0]
    assert [order.client_order_id for order in wire.core.truth("alice")] == ["n0", "n1"]
    assert wire.server.plan.counts() == {"request reset after": 1, "request reset": 1}
    await client.close()


async def test_hosts_that_nobody_plays_are_refused_and_remembered(wire: Wire) -> None:
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        await wire.session.get("https://api.example.com/")
    async with wire.session.get("https://api.binance.com/api/v3/ping", headers={"Host": "api.example.com"}) as answer:
        assert answer.status == 421
    assert wire.server.strays == ["GET api.example.com/api/v3/ping"]
    with pytest.raises(aiohttp.ClientConnectionError, match="is a number"):
        await wire.session.get("https://192.0.2.1/")
