"""A small trader with a memory that survives: buys below, sells above, and can be killed at any of its moments."""

import asyncio
import dataclasses
import random
from collections.abc import Sequence

from engine.domain.market import Quote
from engine.domain.messages import FeedEnded, OrderFilled, OrderRejected, OrderUnknown, VenueEvent
from engine.domain.order import Fill, Order, OrderState, Side
from engine.ports import Venue
from tests.engine.venues.builders import D, order


class KilledError(Exception):
    """The program is gone."""


class Trader:
    """A sink that answers each fill with the opposite order one step away.

    `orders` and `seen` are its journal. It dies at its `dies_at`-th moment; moments are: events told and not yet
    handled, an order decided and not yet sent, an order answered. A new life begins with `recover`.
    """

    def __init__(self, step: str, rungs: Sequence[str], thinks: random.Random | None = None) -> None:
        """With `thinks` it takes a few turns of the loop, drawn anew each time, before an order goes out."""
        self.orders: dict[str, Order] = {}
        self.done: set[str] = set()
        self.seen: set[str] = set()
        self.ended = False
        self.dies_at: int | None = None
        self.moments = 0
        self._step = D(step)
        self._rungs = rungs
        self._thinks = thinks
        self._venue: Venue | None = None
        self._wanted: list[Order] = []

    def attach(self, venue: Venue) -> None:
        self._venue = venue

    async def recover(self) -> None:
        """Ask the venue about everything that the journal does not know the end of."""
        venue = self._venue
        assert venue is not None
        self._wanted.clear()
        fills: list[Fill] = []
        for known in list(self.orders.values()):
            report = await venue.report(known)
            assert report is not None
            if report.state is OrderState.LOST:
                self._wanted.append(known)
            fills += report.fills
        for fill in sorted(fills, key=lambda fill: fill.trade_id):
            self._react(fill)
        await self._send()

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        self._moment()
        for event in events:
            if isinstance(event, OrderFilled):
                self._react(event.fill)
            elif isinstance(event, Quote) and not self.orders:
                for number, price in enumerate(self._rungs):
                    self._want(f"first{number}", Side.BUY, price)
            elif isinstance(event, FeedEnded):
                self.ended = True
        return bool(self._wanted)

    async def settled(self) -> None:
        await self._send()

    def _react(self, fill: Fill) -> None:
        if fill.trade_id in self.seen:
            return
        self.seen.add(fill.trade_id)
        away = self._step if fill.side is Side.BUY else -self._step
        self._want(f"c{fill.trade_id.replace('-', 'x')}", fill.side.opposite, str(fill.price + away), fill)

    def _want(self, identity: str, side: Side, price: str, fill: Fill | None = None) -> None:
        wanted = order(identity, side, price, "1", post_only=False)
        if fill is not None:
            wanted = dataclasses.replace(wanted, quantity=fill.quantity)
        self.orders[identity] = wanted
        self._wanted.append(wanted)

    async def _send(self) -> None:
        venue = self._venue
        assert venue is not None
        while self._wanted:
            for _ in range(self._thinks.randint(0, 9) if self._thinks else 0):
                await asyncio.sleep(0)
            wanted = self._wanted.pop(0)
            self._moment()
            answer = await venue.place(wanted)
            assert not isinstance(answer, OrderRejected | OrderUnknown), answer
            self._moment()
            await asyncio.sleep(0)

    def _moment(self) -> None:
        self.moments += 1
        if self.moments == self.dies_at:
            raise KilledError
