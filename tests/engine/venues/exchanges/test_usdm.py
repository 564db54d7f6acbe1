"""What only Binance USDM does: its quantitative rules, post-only orders that expire, and how many orders it takes."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from engine.domain.messages import OrderAccepted, OrderRejected, RejectCode
from engine.domain.order import Side
from engine.venues.exchanges.budgets import Budgets
from engine.venues.exchanges.live_accounts import LiveVenues
from tests.engine.venues.exchanges.test_orders import placed
from tests.support.exchange.account import OWNER, QUICK, loopback_account
from tests.support.exchange.core import renamed
from tests.support.exchange.skins.binance_usdm import BinanceUsdm
from tests.support.exchange.venues_under_test import BINANCE_USDM

EXPIRING = replace(BINANCE_USDM, house=renamed(BINANCE_USDM.house, refuses_post_only=False))
ORDERS, CCXTS_ORDERS_A_SECOND = 60, 5


async def test_an_account_that_may_only_reduce_is_told_so_and_may_reduce(tmp_path: Path) -> None:
    async with loopback_account(BINANCE_USDM, tmp_path) as account:
        await account.connect()
        order = account.order(Side.BUY, None)
        assert isinstance(await account.venue.place(order), OrderAccepted)
        await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
        skin = account.server.skins[0]
        assert isinstance(skin, BinanceUsdm)
        skin.orders.restricted.add(OWNER)
        outcome = await account.venue.place(account.order(Side.BUY, account.below(50)))
        assert isinstance(outcome, OrderRejected)
        assert outcome.reason.code is RejectCode.OTHER
        assert "only reduceOnly order is allowed" in outcome.reason.text
        await placed(account, replace(account.order(Side.SELL, account.above(50)), is_reduce_only=True))


async def test_a_post_only_order_that_expires_at_once_is_refused_as_post_only(tmp_path: Path) -> None:
    async with loopback_account(EXPIRING, tmp_path) as account:
        await account.connect()
        order = account.order(Side.BUY, account.above(30))
        outcome = await account.venue.place(order)
        if isinstance(outcome, OrderAccepted):
            await account.until(lambda: account.heard.of(OrderRejected, order), "its refusal")
            [outcome] = account.heard.of(OrderRejected, order)
        assert isinstance(outcome, OrderRejected)
        assert outcome.reason.code is RejectCode.POST_ONLY
        assert account.heard.filled(order) == 0


async def test_our_budget_lets_through_what_the_exchange_takes(tmp_path: Path) -> None:
    """ccxt's own throttle needs twelve seconds for these; the exchange takes 300 in ten."""
    async with loopback_account(BINANCE_USDM, tmp_path) as account:
        account._venues = LiveVenues(account.server.route(), timing=QUICK, budget_of=Budgets(address="test").of)
        await account.connect()
        orders = [account.order(Side.BUY, account.below(50 + number)) for number in range(ORDERS)]
        began = time.monotonic()
        await asyncio.gather(*(placed(account, order) for order in orders))
        took_s = time.monotonic() - began
        assert took_s < ORDERS / CCXTS_ORDERS_A_SECOND
        assert account.core.history.received[-1].reason is None
