"""Before an order reaches the socket a connection may have to be dialled: the last word is asked after that."""

import asyncio

import aiohttp

from engine.domain.messages import OrderAccepted, OrderRejected, RejectCode
from engine.domain.order import Side
from engine.venues.ccxt_line import Route
from tests.support.exchange.account import LoopbackAccount
from tests.support.exchange.dialling import NamesOnly
from tests.support.waiting import wait_until_async


async def test_an_order_that_was_called_off_while_the_line_was_dialled_never_leaves(account: LoopbackAccount) -> None:
    order, later = account.order(Side.BUY, account.below(50)), account.order(Side.BUY, account.below(60))
    asked: list[str] = []

    def never() -> bool:
        asked.append("while nothing of it had arrived" if not account.there(order) else "too late")
        return False

    outcome = await account.venue.place(order, never)
    assert isinstance(outcome, OrderRejected)
    assert outcome.reason.code is RejectCode.NOT_SENT
    assert asked == ["while nothing of it had arrived"]
    assert account.there(order) == []
    # The line is as good as before, and nothing of the first order comes with the second.
    assert isinstance(await account.venue.place(later, lambda: True), OrderAccepted)
    assert account.there(order) == []
    assert len(account.there(later)) == 1


class HeldDials:
    """A way to the exchange on which a dial can be held."""

    def __init__(self, way: Route) -> None:
        self.is_holding = False
        self.is_held = asyncio.Event()
        self.go_on = asyncio.Event()
        self.route = Route(way.address, lambda: self._holding(way.connector()))

    def _holding(self, connector: aiohttp.BaseConnector) -> aiohttp.BaseConnector:
        assert isinstance(connector, NamesOnly)
        connector.before_connect = self._wait
        return connector

    async def _wait(self) -> None:
        if self.is_holding:
            self.is_held.set()
            await self.go_on.wait()


async def test_the_last_word_is_asked_when_the_connection_stands(unconnected: LoopbackAccount) -> None:
    """While a connection is dialled the lease may be lost: then the order stays here."""
    dials, is_ours = HeldDials(unconnected.server.route()), True
    await unconnected.connect(dials.route)
    order = unconnected.order(Side.BUY, unconnected.below(50))
    dials.is_holding = True
    placing = asyncio.create_task(unconnected.venue.place(order, lambda: is_ours))
    await wait_until_async(dials.is_held.is_set, what="the dial")
    is_ours = False  # another desk has the account now
    dials.go_on.set()
    outcome = await placing
    assert isinstance(outcome, OrderRejected)
    assert outcome.reason.code is RejectCode.NOT_SENT
    assert unconnected.there(order) == []
