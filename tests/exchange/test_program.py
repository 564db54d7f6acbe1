"""The loopback exchange as a program of its own, steered from another process over its control host."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.pro
import pytest
import yarl

from engine.venues.ccxt_line import Route
from tests.support.exchange.dialling import route_to
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.recorded import FOLDER, SPOT_BOOK
from tests.support.exchange.town import build
from tests.support.exchange.venues_under_test import VENUES

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def running(folder: Path, *more: str) -> AsyncIterator[tuple[dict[str, Any], Route]]:
    """What it said, and the way there."""
    command = [sys.executable, "-m", "tests.support.exchange", "--folder", str(folder), "--with-parent", *more]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            told = json.loads(await process.stdout.readline())
        yield told, route_to(told["port"], told["ca"])
    finally:
        process.stdin.close()
        async with asyncio.timeout(60):
            assert await process.wait() == 0


class Steering:
    """The control host."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def act(self, name: str, **told: object) -> Any:
        async with self._session.post(f"https://control.test/binance/{name}", json=told) as answer:
            body = await answer.json()
            assert answer.status == 200, body
            return body


@pytest.mark.slow
async def test_it_trades_is_steered_and_audits(tmp_path: Path) -> None:
    async with (
        running(tmp_path, "--venues", "binance", "--flow", "none") as (told, route),
        aiohttp.ClientSession(connector=route.connector()) as session,
    ):
        [venue] = told["venues"]
        steer = Steering(session)
        client = ccxt.pro.binance(
            {
                "session": session, "apiKey": venue["key"], "secret": venue["secret"], "enableRateLimit": False,
                "has": {"fetchCurrencies": False},
                "options": {"fetchMarkets": {"types": ["spot"]}, "fetchMargins": False},
            }
        )  # fmt: skip
        client.timeout_on_exit = 0
        await client.load_markets()
        await steer.act("fault", point="request", action="reset", kind="order", is_processed=True)
        with pytest.raises(ccxt.NetworkError):
            await client.create_order("BTC/USDT", "limit", "buy", 0.01, 59_000, {"clientOrderId": "lost1"})
        await steer.act("move", symbol="BTC/USDT", price="58990", size="0.5")
        [order] = await steer.act("orders", account=venue["account"])
        assert (order["client_order_id"], order["status"], order["filled"]) == ("lost1", "filled", "0.01")
        assert await steer.act("counts") == {"request reset after": 1}
        intent = {
            "client_order_id": "lost1", "symbol": "BTC/USDT", "side": "buy", "quantity": "0.01", "price": "59000",
            "committed_ms": 1, "state": "lost", "filled": "0",
        }  # fmt: skip
        complaints = await steer.act("audit", account=venue["account"], intents=[intent], trades=[], balances={})
        assert [complaint[:4] for complaint in complaints] == ["I10:", "I3: ", "I5: ", "I5: ", "I5: "]
        async with session.post("https://control.test/binance/halt", json={"symbol": "NO/SUCH"}) as answer:
            assert answer.status == 400
        await client.close()


QUESTIONS = {
    "binance": "https://api.binance.com/api/v3/ticker/bookTicker?symbol=BTCUSDT",
    "binanceusdm": "https://fapi.binance.com/fapi/v1/ticker/bookTicker?symbol=BTCUSDT",
    "okx": "https://www.okx.com/api/v5/market/books?instId=BTC-USDT&sz=1",
    "okxswap": "https://www.okx.com/api/v5/market/books?instId=BTC-USDT-SWAP&sz=1",
    "bitget": "https://api.bitget.com/api/v2/spot/market/orderbook?symbol=BTCUSDT&limit=1",
    "bitgetmix": "https://api.bitget.com/api/v2/mix/market/merge-depth?symbol=BTCUSDT&productType=USDT-FUTURES&limit=1",
    "upbit": "https://api.upbit.com/v1/orderbook?markets=KRW-BTC",
    "bithumb": "https://api.bithumb.com/v1/orderbook?markets=KRW-BTC",
}


@pytest.mark.slow
async def test_it_plays_every_venue_behind_one_port(tmp_path: Path) -> None:
    async with (
        running(tmp_path, "--speed", "0") as (told, route),
        aiohttp.ClientSession(connector=route.connector()) as session,
    ):
        assert [venue["exchange"] for venue in told["venues"]] == [what.exchange for what in VENUES]
        assert set(QUESTIONS) == {what.exchange for what in VENUES}
        for venue in told["venues"]:
            question = QUESTIONS[venue["exchange"]]
            assert yarl.URL(question).host in venue["hosts"]
            async with session.get(question) as answer:
                text = await answer.text()
                assert answer.status == 200, text
                assert f"{venue['price'][:3]}" in text


@pytest.mark.slow
async def test_its_markets_move_by_themselves(tmp_path: Path) -> None:
    async with (
        running(tmp_path, "--venues", "binance", "--speed", "200", "--seed", "3") as (_, route),
        aiohttp.ClientSession(connector=route.connector()) as session,
        session.ws_connect("wss://stream.binance.com:9443/ws/btcusdt@trade") as stream,
    ):
        async with asyncio.timeout(60):
            told = [json.loads((await stream.receive()).data) for _ in range(20)]
        assert [frame["t"] for frame in told] == list(range(told[0]["t"], told[0]["t"] + 20))
        assert len({frame["p"] for frame in told}) > 5


@pytest.mark.skipif(not (FOLDER / SPOT_BOOK).exists(), reason="no recorded market: set GRIDWRIGHT_DATA")
async def test_a_recorded_book_is_played(tmp_path: Path) -> None:
    town = build(tmp_path, ["binance"], flow="book", speed=None)
    market = town.exchanges["binance"].markets["BTC/USDT"]
    assert market.book.bids.best() == 61_837_63 * 10**8
    [player, _] = town.players["binance"]
    player.step(2000)
    assert len(town.exchanges["binance"].prints("BTC/USDT", 1000)) == 1000


async def test_a_ban_is_in_the_history_of_every_core_that_a_skin_plays_over(tmp_path: Path) -> None:
    town = build(tmp_path, ["okx", "okxswap"], flow="none")
    async with town.server, aiohttp.ClientSession(connector=town.server.route().connector()) as session:
        town.plan.add(Rule(Point.REQUEST, Action.TOO_MANY))
        async with session.get("https://www.okx.com/api/v5/public/time") as answer:
            assert answer.status == 429
    assert [town.exchanges[name].history.refused_for_limits for name in ("okx", "okxswap")] == [1, 1]
    assert [town.exchanges[name].history.over_limits for name in ("okx", "okxswap")] == [0, 0]
    assert [path for _, _, path in town.server.recent] == ["www.okx.com/api/v5/public/time"]
