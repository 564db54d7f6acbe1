"""A venue of which the order book was recorded: an order trades with what stood there when it arrived.

The recording does not know us: what we take is not gone from it, so what was taken at a price counts as gone until the
recording changes that level. An order that rests fills when the other side of the book comes to or through its limit;
where we would stand in the queue of a level is not known, so a touch is not enough for a post-only order.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from heapq import nlargest, nsmallest

from engine.domain.instrument import Instrument
from engine.domain.market import OrderBook
from engine.domain.messages import VenueEvent
from engine.domain.money import ZERO
from engine.domain.order import Liquidity, Order, Side
from engine.lab.arbitrage.depth_recording import DepthChange
from engine.lab.arbitrage.leg_account import LegAccount
from engine.lab.arbitrage.leg_orders import LegOrders, Resting
from engine.venues.tape import instant

#: Levels of a side that are shown to the bot.
DEPTH = 50


class BookVenue:
    """One leg's venue over a recorded book."""

    def __init__(
        self,
        instrument: Instrument,
        changes: Sequence[DepthChange],
        deposits: Mapping[str, Decimal],
        latency_ms: int,
        name: str,
    ) -> None:
        self.account = LegAccount(instrument, deposits)
        self.orders = LegOrders(instrument, self.account, name)
        self.instrument = instrument
        self._changes = changes
        self._latency_ms = latency_ms
        self._next = 0
        self._sides: dict[Side, dict[Decimal, Decimal]] = {Side.BUY: {}, Side.SELL: {}}
        self._taken: dict[tuple[Side, Decimal], Decimal] = {}

    @property
    def first_ms(self) -> int:
        """When the book is known first."""
        return self._changes[0].at_ms

    @property
    def last_ms(self) -> int:
        """The last change that was recorded."""
        return self._changes[-1].at_ms

    @property
    def latency_ms(self) -> int:
        return self._latency_ms

    @property
    def next_ms(self) -> int | None:
        """The next change of the book while an order is open."""
        if not self.orders.resting or self._next >= len(self._changes):
            return None
        return self._changes[self._next].at_ms

    def arrive(self, order: Order, at_ms: int) -> list[VenueEvent]:
        """An order meets the book as it stands."""
        self.move_to(at_ms)
        present = self._best(order.side.opposite)
        limit = order.price
        is_marketable = limit is not None and (limit >= present if order.side is Side.BUY else limit <= present)
        events = self.orders.accept(order, at_ms, present, would_trade=is_marketable)
        if (resting := self.orders.resting.get(order.client_order_id)) is not None:
            events += self._match(resting, at_ms, Liquidity.TAKER)
        return events

    def cancel(self, client_order_id: str, at_ms: int) -> list[VenueEvent]:
        self.move_to(at_ms)
        return self.orders.cancel(client_order_id, at_ms)

    def step(self) -> list[VenueEvent]:
        """The next change happens, and whatever of our orders it reaches."""
        at_ms = self._changes[self._next].at_ms
        self._apply()
        events: list[VenueEvent] = []
        for resting in tuple(self.orders.resting.values()):
            events += self._match(resting, at_ms, Liquidity.MAKER)
        return events

    def move_to(self, at_ms: int) -> None:
        """The book as it stood at an instant. While orders are open, `step` comes first."""
        while self._next < len(self._changes) and self._changes[self._next].at_ms <= at_ms:
            self._apply()

    def book(self, at_ms: int) -> OrderBook:
        """The best levels at an instant."""
        self.move_to(at_ms)
        bids = nlargest(DEPTH, self._sides[Side.BUY].items())
        asks = nsmallest(DEPTH, self._sides[Side.SELL].items())
        at = instant(self._changes[self._next - 1].at_ms) if self._next else instant(at_ms)
        return OrderBook(self.instrument.venue, self.instrument.symbol, tuple(bids), tuple(asks), at)

    def last_price(self, at_ms: int) -> Decimal:
        """The middle of the book."""
        self.move_to(at_ms)
        return (self._best(Side.BUY) + self._best(Side.SELL)) / 2

    def _apply(self) -> None:
        change = self._changes[self._next]
        self._next += 1
        for side, rows in ((Side.BUY, change.bids), (Side.SELL, change.asks)):
            levels = self._sides[side]
            for price, quantity in rows:
                self._taken.pop((side, price), None)
                if quantity:
                    levels[price] = quantity
                else:
                    levels.pop(price, None)

    def _best(self, side: Side) -> Decimal:
        levels = self._sides[side]
        if not levels:
            return ZERO
        return max(levels) if side is Side.BUY else min(levels)

    def _match(self, resting: Resting, at_ms: int, liquidity: Liquidity) -> list[VenueEvent]:
        """Trade with the levels that the limit reaches, best first: on arrival at their prices, later at the limit."""
        order = resting.order
        limit = order.price
        assert limit is not None, "market orders are refused"
        is_buy = order.side is Side.BUY
        side = order.side.opposite
        best = self._best(side)
        if not best or (best > limit if is_buy else best < limit) or (order.post_only and best == limit):
            return []
        events: list[VenueEvent] = []
        for price, quantity in sorted(self._sides[side].items(), reverse=not is_buy):
            if (price > limit if is_buy else price < limit) or not resting.order.remaining:
                break
            left = quantity - self._taken.get((side, price), ZERO)
            amount = self.instrument.rules.floor_size(min(left, resting.order.remaining))
            if amount > 0:
                self._taken[(side, price)] = self._taken.get((side, price), ZERO) + amount
                at = price if liquidity is Liquidity.TAKER else limit
                events += self.orders.fill(resting, at, amount, liquidity, at_ms)
        return events
