"""ccxt.pro's own OKX client against the loopback exchange's OKX, spot and swap: real addresses, signatures, TLS."""

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

from tests.exchange.houses import HOUSE, PERP, SPOT
from tests.support.exchange.core import Exchange, renamed
from tests.support.exchange.server import Server
from tests.support.exchange.skins.limits import Windows
from tests.support.exchange.skins.okx import OkxSkin
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import ApiKey, FeeRule, Listing, Side
from tests.support.waiting import wait_until_async

KEY = ApiKey("okx-key", "okx-secret", "okx-passphrase")
SWAP = "BTC/USDT:USDT"


@dataclass
class Wire:
    """The exchange with both its markets, and a way to it."""

    spot: Exchange
    swap: Exchange
    skin: OkxSkin
    server: Server
    session: aiohttp.ClientSession

    def client(self, **more: object) -> Any:
        made = ccxt.pro.okx(
            {
                "session": self.session,
                "apiKey": KEY.key,
                "secret": KEY.secret,
                "password": KEY.passphrase,
                "enableRateLimit": False,
                "has": {"fetchCurrencies": False},
                "options": {"fetchMarkets": {"types": ["spot", "swap"]}},
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
    size = Decimal("0.5") if listing is SPOT else Decimal(500)
    Strangers(core).move_to("BTC/USDT", Decimal(50_000), size=size)
    return core


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    spot, swap = market(SPOT, "okx"), market(PERP, "okxswap")
    skin = OkxSkin(spot, swap)
    async with (
        Server([skin], tmp_path) as server,
        aiohttp.ClientSession(connector=server.route().connector()) as session,
    ):
        yield Wire(spot, swap, skin, server, session)


async def test_spot_orders_go_in_are_seen_and_come_out(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    placed = await client.create_order("BTC/USDT", "limit", "buy", 0.01, 49_000, {"clientOrderId": "mine"})
    assert placed["clientOrderId"] == "mine"
    found = await client.fetch_order(None, "BTC/USDT", {"clientOrderId": "mine"})
    assert (found["id"], found["status"], found["price"]) == (placed["id"], "open", 49_000)
    # One account holds both markets' money.
    assert (await client.fetch_balance())["USDT"]["total"] == 20_000
    bought = await client.create_order("BTC/USDT", "market", "buy", 0.01)
    filled = await client.fetch_order(bought["id"], "BTC/USDT")
    assert (filled["status"], filled["filled"], filled["fee"]["currency"]) == ("closed", 0.01, "BTC")
    assert filled["fee"]["cost"] == 0.00002
    assert [order["clientOrderId"] for order in await client.fetch_open_orders("BTC/USDT")] == ["mine"]
    assert [trade["order"] for trade in await client.fetch_my_trades("BTC/USDT")] == [bought["id"]]
    edited = await client.edit_order(placed["id"], "BTC/USDT", "limit", "buy", 0.02, 48_000)
    assert edited["id"] == placed["id"]
    await client.cancel_order(None, "BTC/USDT", {"clientOrderId": "mine"})
    assert (await client.fetch_order(placed["id"], "BTC/USDT"))["status"] == "canceled"
    await client.close()


async def test_what_would_trade_though_it_is_post_only_is_taken_and_ended(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    placed = await client.create_order("BTC/USDT", "limit", "buy", 0.01, 51_000, {"postOnly": True})
    found = await client.fetch_order(placed["id"], "BTC/USDT")
    assert (found["status"], found["filled"], found["info"]["cancelSource"]) == ("canceled", 0, "31")
    await client.close()


async def test_swaps_are_sized_in_contracts_and_told_as_positions(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    assert client.market(SWAP)["contractSize"] == 0.001
    await client.set_leverage(10, SWAP, {"mgnMode": "cross"})
    await client.create_order(SWAP, "market", "buy", 20)
    held = (await client.fetch_positions([SWAP]))[0]
    assert (held["contracts"], held["side"], held["entryPrice"], held["leverage"]) == (20, "long", 50_000.1, 10)
    await client.create_order(SWAP, "market", "sell", 5, None, {"reduceOnly": True})
    assert (await client.fetch_positions([SWAP]))[0]["contracts"] == 15
    await client.close()


async def test_positions_of_both_sides_in_hedge_mode(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    await client.set_position_mode(True)
    await client.create_order(SWAP, "market", "buy", 20, None, {"posSide": "long", "tdMode": "cross"})
    await client.create_order(SWAP, "market", "sell", 10, None, {"posSide": "short", "tdMode": "cross"})
    held = {each["side"]: each["contracts"] for each in await client.fetch_positions([SWAP])}
    assert held == {"long": 20, "short": 10}
    with pytest.raises(ccxt.BadRequest, match="51000"):
        await client.create_order(SWAP, "market", "sell", 10, None, {"posSide": "net", "tdMode": "cross"})
    await client.close()


async def test_streams_tell_orders_balances_positions_and_the_market(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    watches = [
        asyncio.create_task(watch)
        for watch in (
            client.watch_orders(),
            client.watch_balance(),
            client.watch_positions(),
            client.watch_bids_asks(["BTC/USDT"]),
            client.watch_order_book("BTC/USDT"),
            client.watch_trades("BTC/USDT"),
            client.watch_ohlcv("BTC/USDT", "1m"),
        )
    ]
    await wait_until_async(lambda: wire.spot.listeners("ann") == 1, what="a private stream")
    await wait_until_async(lambda: len(wire.spot.markets["BTC/USDT"].hearers) == 4, what="four market streams")
    await client.create_order("BTC/USDT", "market", "buy", 0.01)
    async with asyncio.timeout(60):
        orders, balance, positions, best, book, trades, candles = await asyncio.gather(*watches)
    assert orders[0]["filled"] in (0, 0.01)
    assert balance["total"]["USDT"] in (19_499.9999, 20_000)
    assert positions == []
    assert best["BTC/USDT"]["ask"] == 50_000.01
    assert book["asks"][0][0] == 50_000.01
    assert (trades[0]["price"], trades[0]["side"]) == (50_000.01, "buy")
    assert candles[-1][5] == 0.01
    await client.close()


async def test_a_book_is_followed_by_its_changes(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    await client.watch_order_book("BTC/USDT")
    strangers = Strangers(wire.spot)
    for number in range(5):
        strangers.place("BTC/USDT", Side.BUY, Decimal("49999.99") - number, Decimal("0.1"))
    async with asyncio.timeout(60):
        while (book := await client.watch_order_book("BTC/USDT"))["bids"][-1][0] != 49_995.99:
            pass
    assert book["bids"][0] == [49_999.99, 0.6]
    await client.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "wrong"}, "50113"),
        ({"apiKey": "unknown"}, "50111"),
        ({"password": "wrong"}, "50105"),
        ({"options": {"timeDifference": 60_000, "fetchMarkets": {"types": ["spot"]}}}, "50102"),
    ],
)
async def test_who_is_not_known_is_not_let_in(wire: Wire, change: dict[str, Any], code: str) -> None:
    client = wire.client(**change)
    await client.load_markets()
    with pytest.raises(ccxt.BaseError, match=code):
        await client.fetch_balance()
    # The time of a stream's sign-in is this computer's.
    if "options" not in change:
        with pytest.raises(ccxt.BaseError, match=r"6000\d|60024"):
            await client.watch_balance()
    await client.close()


@pytest.mark.parametrize(
    ("price", "size", "more", "code"),
    [
        ("49000.001", "0.01", {}, "51006"),
        ("49000", "0.000001", {}, "51121"),
        ("49000", "0.00001", {}, "51020"),
        ("49000", "1", {}, "51008"),
        ("49000", "0.01", {"clOrdId": "has-dash"}, "51000"),
        ("49000", "0.01", {"clOrdId": "a" * 33}, "51000"),
        ("49000", "0.01", {"clOrdId": "there"}, "51016"),
        ("49000", "0.01", {"instId": "XYZ-USDT"}, "51001"),
        ("49000", "0.01", {"tdMode": "cross"}, "51000"),
    ],
)
async def test_refusals_say_why(wire: Wire, price: str, size: str, more: dict[str, str], code: str) -> None:
    client = wire.client()
    asked = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit"}
    await client.private_post_trade_order({**asked, "px": "48000", "sz": "0.001", "clOrdId": "there"})
    with pytest.raises(ccxt.BaseError) as refused:
        await client.private_post_trade_order({**asked, "px": price, "sz": size, **more})
    assert f'"sCode":"{code}"' in str(refused.value)
    await client.close()


async def test_an_id_may_be_used_again_once_its_order_is_done(wire: Wire) -> None:
    client = wire.client()
    asked = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.001", "clOrdId": "one"}
    first = await client.private_post_trade_order({**asked, "px": "51000"})
    second = await client.private_post_trade_order({**asked, "px": "51000"})
    assert first["data"][0]["ordId"] != second["data"][0]["ordId"]
    await client.close()


async def test_the_dead_man_switch_and_the_facts_of_a_key(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    await client.create_order("BTC/USDT", "limit", "buy", 0.01, 49_000)
    armed = await client.cancel_all_orders_after(10_000)
    assert armed["data"][0]["triggerTime"] != "0"
    config = (await client.private_get_account_config())["data"][0]
    assert (config["perm"], config["posMode"], config["acctLv"]) == ("read_only,trade", "net_mode", "2")
    fees = (await client.private_get_account_trade_fee({"instType": "SWAP", "instId": "BTC-USDT-SWAP"}))["data"][0]
    assert (fees["makerU"], fees["takerU"]) == ("-0.0002", "-0.0005")
    assert (await client.fetch_status())["status"] == "ok"
    await client.close()


async def test_what_anybody_may_ask(wire: Wire) -> None:
    client = wire.client()
    await client.load_markets()
    Strangers(wire.spot).take("BTC/USDT", Side.BUY, Decimal("0.1"))
    Strangers(wire.swap).take("BTC/USDT", Side.SELL, Decimal(10))
    ticker = await client.fetch_ticker("BTC/USDT")
    assert (ticker["bid"], ticker["ask"], ticker["last"]) == (49_999.99, 50_000.01, 50_000.01)
    [trade] = await client.fetch_trades("BTC/USDT")
    assert (trade["price"], trade["amount"], trade["side"]) == (50_000.01, 0.1, "buy")
    assert (await client.fetch_ohlcv("BTC/USDT", "1m"))[-1][1:] == [50_000.01] * 4 + [0.1]
    book = await client.fetch_order_book(SWAP, 1)
    assert (book["bids"][0][:2], book["asks"][0][:2]) == ([49_999.9, 490], [50_000.1, 500])
    assert (await client.fetch_funding_rate(SWAP))["fundingRate"] == 0.0001
    assert (await client.fetch_funding_rate_history(SWAP))[0]["fundingRate"] == 0.0001
    assert [tier["maxLeverage"] for tier in await client.fetch_market_leverage_tiers(SWAP)] == [100, 50]
    assert (await client.fetch_mark_price(SWAP))["markPrice"] == 49_999.9
    wire.skin.maintenance.append(
        {
            "state": "ongoing",
            "title": "Spot matching",
            "begin": "1",
            "end": "2",
            "serviceType": "5",
            "system": "unified",
        }
    )
    assert (await client.fetch_status())["status"] == "maintenance"
    await client.close()


async def test_who_asks_too_often_is_turned_away(wire: Wire) -> None:
    client = wire.client()
    wire.skin._order_count = Windows((1, 60_000), wire.spot.now_ms)
    asked = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.001", "px": "48000"}
    await client.private_post_trade_order(dict(asked))
    with pytest.raises(ccxt.ExchangeError, match="50061"):
        await client.private_post_trade_order(dict(asked))
    assert len(wire.spot.truth("ann")) == 1
    wire.skin._requests = Windows((1, 60_000), wire.spot.now_ms)
    await client.public_get_public_time()
    with pytest.raises(ccxt.RateLimitExceeded, match="50011"):
        await client.public_get_public_time()
    await client.close()
