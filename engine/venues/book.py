"""Our own open orders on one instrument, by price and then by acceptance."""

from bisect import bisect_left, insort
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from engine.domain.money import ZERO
from engine.domain.order import OrderKind, OrderState, Side


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order as the venue knows it.

    `number` counts requests of this venue and is the time priority. Quantities in base. `reserved` is what the order
    holds back: quote for a buy, base for a sell. `state` is OPEN, FILLED, CANCELED or REJECTED, or INTENT while the
    request is on its way to the venue (latency); then `at_ms` is when it arrives, else when it was answered.
    """

    number: int
    client_order_id: str
    side: Side
    kind: OrderKind
    price: Decimal | None
    quantity: Decimal
    post_only: bool
    state: OrderState
    filled: Decimal = ZERO
    reserved: Decimal = ZERO
    reason: str = ""
    at_ms: int = 0

    @property
    def remaining(self) -> Decimal:
        """Base that is not filled yet."""
        return self.quantity - self.filled

    @property
    def limit(self) -> Decimal:
        """The limit price of an order that rests; every resting order has one."""
        assert self.price is not None, "only limit orders rest"
        return self.price


class Request(Protocol):
    """What a venue reads of an order it is sent; orders of the domain and recorded ones on their way both have it."""

    @property
    def client_order_id(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def kind(self) -> OrderKind: ...
    @property
    def price(self) -> Decimal | None: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def post_only(self) -> bool: ...


class Book:
    """Price-time priority: the best price first, at one price the oldest first."""

    def __init__(self) -> None:
        self._orders: dict[str, VenueOrder] = {}
        # (price, number) as sort key; bids carry the negative price so that both sides run from best to worst.
        self._bids: list[tuple[Decimal, int, str]] = []
        self._asks: list[tuple[Decimal, int, str]] = []

    def __len__(self) -> int:
        return len(self._orders)

    def get(self, client_order_id: str) -> VenueOrder | None:
        return self._orders.get(client_order_id)

    def ids(self) -> frozenset[str]:
        return frozenset(self._orders)

    def orders(self) -> tuple[VenueOrder, ...]:
        """All of them, the oldest first."""
        return tuple(sorted(self._orders.values(), key=lambda order: order.number))

    def put(self, order: VenueOrder) -> None:
        """Add an order, or replace it with its newer self; its price and number never change."""
        if order.client_order_id not in self._orders:
            insort(self._side(order.side), self._key(order))
        self._orders[order.client_order_id] = order

    def remove(self, order: VenueOrder) -> None:
        """Take an open order off the book."""
        del self._orders[order.client_order_id]
        rows = self._side(order.side)
        del rows[bisect_left(rows, self._key(order))]

    def best_buy(self) -> VenueOrder | None:
        """The highest buy, the oldest of them."""
        return self._orders[self._bids[0][2]] if self._bids else None

    def best_sell(self) -> VenueOrder | None:
        """The lowest sell, the oldest of them."""
        return self._orders[self._asks[0][2]] if self._asks else None

    def buy_between(self, low: Decimal, high: Decimal) -> VenueOrder | None:
        """The highest buy with low <= price <= high: the first one a price falling from high to low reaches."""
        return self._first(self._bids, -high, -low)

    def sell_between(self, low: Decimal, high: Decimal) -> VenueOrder | None:
        """The lowest sell with low <= price <= high: the first one a price rising from low to high reaches."""
        return self._first(self._asks, low, high)

    def _first(self, rows: list[tuple[Decimal, int, str]], start: Decimal, end: Decimal) -> VenueOrder | None:
        if not rows:
            return None
        # Nearly always the best order is not crossed, and no search is needed.
        at = 0 if rows[0][0] >= start else bisect_left(rows, (start, 0, ""))
        return self._orders[rows[at][2]] if at < len(rows) and rows[at][0] <= end else None

    def _side(self, side: Side) -> list[tuple[Decimal, int, str]]:
        return self._bids if side is Side.BUY else self._asks

    def _key(self, order: VenueOrder) -> tuple[Decimal, int, str]:
        return (-order.limit if order.side is Side.BUY else order.limit, order.number, order.client_order_id)
