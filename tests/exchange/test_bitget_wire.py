"""ccxt.pro's own Bitget client against the loopback exchange's Bitget, spot and futures: addresses, signatures, TLS."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.pro
import pytest

from tests.exchange.houses import HOUSE, PERP, SPOT
from tests.support.exchange.core import Exchange, renamed
from tests.support.exchange.server import Server
from tests.support.exchange.skins.bitget import BitgetSkin
from tests.support.exchange.skins.limits import Windows
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import ApiKey, FeeRule, Listing, Side
from tests.support.waiting import wait_until_async

KEY = ApiKey("bitget-key", "bitget-secret", "bitget-passphrase")
SWAP = "BTC/USDT:USDT"
#: Bitget's futures are sized in base.
FUTURE = replace(
    PERP, contract_size=Decimal(1), size_increment=Decimal("0.001"), min_size=Decimal("0.001"), max_size=Decimal(1000)
)


@dataclass
class Wire:
    """The exchange with both its markets, and a way to it."""

    spot: Exchange
    mix: Exchange
    skin: BitgetSkin
    server: Server
    session: aiohttp.ClientSession

    def client(self, **more: object) -> Any:
        made = ccxt.pro.bitget(
            {
                "session": self.session,
                "apiKey": KEY.key,
                "secret": KEY.secret,
                "password": KEY.passphrase,
                "enableRateLimit": False,
                "has": {"fetchCurrencies": False},
                "options": {"uta": False},
                **more,
            }
        )
        made.timeout_on_exit = 0
        return made


def market(listing: Listing, name: str) -> Exchange:
    """Ann has 10,000 USDT and on spot 1 BTC; strangers stand around 50,000."""
    house = renamed(HOUSE, name=name, listings=(listing,), fee_rule=FeeRule.RECEIVED, refuses_post_only=False)
    core = Exchange(house, LoopTimers(time.time_ns() // 1_000_000))
    core.open_account("ann", KEY)
    core.transfer("ann", "USDT", Decimal(10_000))
    if listing is SPOT:
        core.transfer("ann", "BTC", Decimal(1))
    Strangers(core).move_to("BTC/USDT", Decimal(50_000), size=Decimal("0.5"))
    return core


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    spot, mix = market(SPOT, "bitget"), market(FUTURE, "bitgetmix")
    skin = BitgetSkin(spot, mix)
    async with (
        Server([skin], tmp_path) as server,
        aiohttp.ClientSession(connector=server.route().connector()) as session,
    ):
        yield Wire(spot, mix, skin, server, session)


async def test_spot_orders_go_in_are_seen_and_come_out(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    placed = await client.create_order("BTC/USDT", "limit", "buy", 0.01, 49_000, {"clientOid": "mine"})
    assert placed["clientOrderId"] == "mine"
    found = await client.fetch_order(placed["id"], "BTC/USDT")
    assert (found["clientOrderId"], found["status"], found["price"]) == ("mine", "open", 49_000)
    assert (await client.fetch_balance({"type": "spot"}))["USDT"]["used"] == 490
    # A market buy is of money.
    bought = await client.create_market_buy_order_with_cost("BTC/USDT", 500)
    filled = await client.fetch_order(bought["id"], "BTC/USDT")
    assert (filled["status"], filled["filled"], filled["fee"]["currency"]) == ("closed", 0.00999, "BTC")
    pending = await client.fetch_open_orders("BTC/USDT")
    assert [order["clientOrderId"] for order in pending] == ["mine"]
    assert "price" not in pending[0]["info"]
    assert pending[0]["info"]["priceAvg"] == "49000"
    assert [trade["order"] for trade in await client.fetch_my_trades("BTC/USDT")] == [bought["id"]]
    await client.cancel_order(placed["id"], "BTC/USDT")
    assert (await client.fetch_order(placed["id"], "BTC/USDT"))["status"] == "canceled"
    await client.close()


async def test_futures_are_sized_in_base_and_told_as_positions(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    await client.set_leverage(10, SWAP)
    bought = await client.create_order(SWAP, "market", "buy", 0.02)
    filled = await client.fetch_order(bought["id"], SWAP)
    assert (filled["status"], filled["filled"]) == ("closed", 0.02)
    held = (await client.fetch_positions([SWAP]))[0]
    assert (held["contracts"], held["side"], held["entryPrice"], held["leverage"]) == (0.02, "long", 50_000.1, 10)
    await client.create_order(SWAP, "market", "sell", 0.005, None, {"reduceOnly": True})
    assert (await client.fetch_positions([SWAP]))[0]["contracts"] == 0.015
    await client.close()


async def test_in_hedge_mode_the_side_names_the_position(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    await client.set_position_mode(True, SWAP)
    await client.create_order(SWAP, "market", "buy", 0.02, None, {"hedged": True})
    await client.create_order(SWAP, "market", "sell", 0.01, None, {"hedged": True})
    await client.create_order(SWAP, "market", "sell", 0.005, None, {"hedged": True, "reduceOnly": True})
    held = {each["side"]: each["contracts"] for each in await client.fetch_positions([SWAP])}
    assert held == {"long": 0.015, "short": 0.01}
    closed = wire.mix.orders("ann")[-1]
    assert (closed.side, closed.position_side) == ("sell", "long")
    with pytest.raises(ccxt.BaseError, match="40774"):
        await client.create_order(SWAP, "market", "buy", 0.02)
    await client.close()


async def test_streams_tell_orders_balances_positions_and_the_market(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    watches = [
        asyncio.create_task(watch)
        for watch in (
            client.watch_orders("BTC/USDT"),
            client.watch_balance({"type": "spot"}),
            client.watch_my_trades("BTC/USDT"),
            client.watch_bids_asks(["BTC/USDT"]),
            client.watch_order_book("BTC/USDT"),
            client.watch_trades("BTC/USDT"),
            client.watch_ohlcv("BTC/USDT", "1m"),
        )
    ]
    await wait_until_async(lambda: wire.spot.listeners("ann") == 3, what="private streams")
    await wait_until_async(lambda: len(wire.spot.markets["BTC/USDT"].hearers) == 4, what="four market streams")
    await client.create_market_buy_order_with_cost("BTC/USDT", 500)
    async with asyncio.timeout(60):
        orders, balance, fills, best, book, trades, candles = await asyncio.gather(*watches)
    assert orders[0]["id"] == fills[0]["order"]
    assert balance["free"]["USDT"] in (9500.4999001, 10_000)
    assert best["BTC/USDT"]["ask"] == 50_000.01
    assert book["asks"][0][0] == 50_000.01
    assert (trades[0]["price"], trades[0]["side"]) == (50_000.01, "buy")
    assert candles[-1][4] == 50_000.01
    await client.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [({"secret": "wrong"}, "40009"), ({"apiKey": "unknown"}, "40037"), ({"password": "wrong"}, "40012")],
)
async def test_who_is_not_known_is_not_let_in(wire: Wire, change: dict[str, Any], code: str) -> None:
    client = wire.client(**change)
    await client.load_markets()
    with pytest.raises(ccxt.BaseError, match=code):
        await client.fetch_balance({"type": "spot"})
    with pytest.raises(ccxt.BaseError, match=r"3001\d"):
        await client.watch_balance({"type": "spot"})
    await client.close()


@pytest.mark.parametrize(
    ("price", "size", "more", "code"),
    [
        ("49000.001", "0.01", {}, "40808"),
        ("49000", "0.000001", {}, "40808"),
        ("49000", "0.00001", {}, "45110"),
        ("49000", "1", {}, "43012"),
        ("49000", "0.01", {"clientOid": "a" * 65}, "40305"),
        ("49000", "0.01", {"clientOid": "there"}, "43118"),
        ("49000", "0.01", {"symbol": "XYZUSDT"}, "40309"),
        ("49000", "0.01", {"force": "sometimes"}, "40017"),
    ],
)
async def test_refusals_say_why(wire: Wire, price: str, size: str, more: dict[str, str], code: str) -> None:
    client = wire.client()
    asked = {"symbol": "BTCUSDT", "side": "buy", "orderType": "limit", "force": "gtc"}
    place = client.private_spot_post_v2_spot_trade_place_order
    await place({**asked, "price": "48000", "size": "0.001", "clientOid": "there"})
    with pytest.raises(ccxt.BaseError) as refused:
        await place({**asked, "price": price, "size": size, **more})
    assert f'"code":"{code}"' in str(refused.value)
    await client.close()


async def test_orders_that_are_not_there_are_an_empty_list_on_spot_and_an_error_on_futures(wire: Wire) -> None:
    client = wire.client()
    found = await client.private_spot_get_v2_spot_trade_orderinfo({"clientOid": "nobody"})
    assert (found["code"], found["data"]) == ("00000", [])
    asked = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "clientOid": "nobody"}
    with pytest.raises(ccxt.OrderNotFound, match="40109"):
        await client.private_mix_get_v2_mix_order_detail(asked)
    await client.close()


async def test_the_facts_of_a_key(wire: Wire) -> None:
    client = wire.client()
    told = (await client.private_spot_get_v2_spot_account_info())["data"]
    assert told["ips"]
    assert "stow" in told["authorities"]
    assert "wwow" not in told["authorities"]
    rate = await client.private_common_get_v2_common_trade_rate({"symbol": "BTCUSDT", "businessType": "mix"})
    assert (rate["data"]["makerFeeRate"], rate["data"]["takerFeeRate"]) == ("0.0002", "0.0005")
    await client.close()


async def test_what_anybody_may_ask(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    Strangers(wire.spot).take("BTC/USDT", Side.BUY, Decimal("0.1"))
    Strangers(wire.mix).take("BTC/USDT", Side.SELL, Decimal("0.1"))
    ticker = await client.fetch_ticker("BTC/USDT")
    assert (ticker["bid"], ticker["ask"], ticker["last"]) == (49_999.99, 50_000.01, 50_000.01)
    [trade] = await client.fetch_trades("BTC/USDT")
    assert (trade["price"], trade["amount"], trade["side"]) == (50_000.01, 0.1, "buy")
    for symbol, price in (("BTC/USDT", 50_000.01), (SWAP, 49_999.9)):
        candles = await client.fetch_ohlcv(symbol, "1m", None, 5)
        assert candles[-1][1:] == [price] * 4 + [0.1]
    book = await client.fetch_order_book(SWAP, 1)
    assert (book["bids"], book["asks"]) == ([[49_999.9, 0.4]], [[50_000.1, 0.5]])
    assert (await client.fetch_funding_rate(SWAP))["fundingRate"] == 0.0001
    assert (await client.fetch_funding_rate_history(SWAP))[0]["fundingRate"] == 0.0001
    assert [tier["maxLeverage"] for tier in await client.fetch_market_leverage_tiers(SWAP)] == [100, 50]
    assert (await client.fetch_mark_price(SWAP))["markPrice"] == 49_999.9
    await client.close()


async def test_who_asks_too_often_is_turned_away(wire: Wire) -> None:
    client = wire.client()
    wire.skin._order_count = Windows((1, 60_000), wire.spot.now_ms)
    asked = {
        "symbol": "BTCUSDT",
        "side": "buy",
        "orderType": "limit",
        "force": "gtc",
        "price": "48000",
        "size": "0.001",
    }
    place = client.private_spot_post_v2_spot_trade_place_order
    await place(asked)
    with pytest.raises(ccxt.DDoSProtection, match="429"):
        await place(asked)
    assert len(wire.spot.truth("ann")) == 1
    await client.close()
