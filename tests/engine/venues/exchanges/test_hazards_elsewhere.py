"""Hazards F12 and F14 on the wire: what bare ccxt does by itself on Bitget and Binance USDM, and what we do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from engine.domain.messages import OrderAccepted
from engine.domain.order import Side
from tests.support.exchange.account import LoopbackAccount, loopback_account
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.venues_under_test import BINANCE_USDM, BITGET

#: Orders sent at once.
ORDERS = 8


@asynccontextmanager
async def bare(account: LoopbackAccount, **more: object) -> AsyncIterator[Any]:
    """ccxt.pro as it comes, on the same exchange with the same key."""
    # Heavy, and needed only where bare ccxt is the other side of a comparison.
    import ccxt.pro

    key = account.what.key
    async with aiohttp.ClientSession(connector=account.server.route().connector()) as session:
        client = getattr(ccxt.pro, account.what.exchange)(
            {"apiKey": key.key, "secret": key.secret, "password": key.passphrase, "session": session, **more}
        )
        client.timeout_on_exit = 0
        try:
            yield client
        finally:
            await client.close()


async def test_f12_a_question_that_failed_is_no_answer_about_the_kind_of_account(tmp_path: Path) -> None:
    async with loopback_account(BITGET, tmp_path) as account:
        rule = account.plan.add(Rule(Point.REQUEST, Action.STATUS, contains="/api/v3/account/settings", times=None))
        async with bare(account, enableRateLimit=False) as client:
            [is_unified, _] = await client.handle_uta_and_params({}, "fetchBalance")
            assert is_unified is False
            # One page of a proxy, and for the rest of the session the account is a classic one.
            assert rule.struck == 1
            assert client.options["uta"] is False
        await account.connect()
        assert isinstance(await account.venue.place(account.order(Side.BUY, account.below(50))), OrderAccepted)
        assert rule.struck == 1, "the adapter asked what it was told"


async def test_f14_ccxts_own_throttle_holds_up_a_hedge(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with loopback_account(BINANCE_USDM, tmp_path) as account:
        async with bare(
            account, options={"fetchMarkets": {"types": ["linear"]}}, has={"fetchCurrencies": False}
        ) as client:
            client.set_markets([swap(account)])
            began = loop.time()
            orders = [
                client.create_order("BTC/USDT:USDT", "limit", "buy", "0.01", str(account.below(50 + number)))
                for number in range(ORDERS)
            ]
            await asyncio.gather(*orders)
            bare_s = loop.time() - began
        await account.connect()
        began = loop.time()
        ours = [account.order(Side.BUY, account.below(50 + number)) for number in range(ORDERS)]
        outcomes = await asyncio.gather(*(account.venue.place(order) for order in ours))
        ours_s = loop.time() - began
    assert all(isinstance(outcome, OrderAccepted) for outcome in outcomes)
    # Five orders a second: it waits by the clock, however fast the machine is.
    assert bare_s > (ORDERS - 2) / 5.2
    assert ours_s < bare_s


def swap(account: LoopbackAccount) -> dict[str, Any]:
    """The market as ccxt wants it described."""
    return {
        "id": "BTCUSDT", "lowercaseId": "btcusdt", "symbol": "BTC/USDT:USDT", "base": "BTC", "quote": "USDT",
        "baseId": "BTC", "quoteId": "USDT", "settle": "USDT", "settleId": "USDT", "type": "swap", "spot": False,
        "swap": True, "future": False, "option": False, "contract": True, "linear": True, "inverse": False,
        "contractSize": 1, "active": True, "precision": {"amount": 0.001, "price": float(account.what.tick)},
        "limits": {}, "info": {"orderTypes": ["LIMIT"], "timeInForce": ["GTC"]},
    }  # fmt: skip
