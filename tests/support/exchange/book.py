"""A book of resting orders in price-time priority, whoever they are. Prices and sizes are counted (amounts.py)."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Protocol

from tests.support.exchange.values import Side


class Resting(Protocol):
    """Something in a queue: `left` is what of it is still to trade. `price` does not change while it rests."""

    side: Side
    left: int

    @property
    def resting_price(self) -> int: ...


class Stranger:
    """An order of another trader, of whom nobody knows more."""

    __slots__ = ("left", "resting_price", "side")

    def __init__(self, side: Side, price: int, left: int) -> None:
        self.side = side
        self.resting_price = price
        self.left = left


class Level:
    """A queue, first come first."""

    __slots__ = ("queue", "total")

    def __init__(self) -> None:
        self.queue: dict[Resting, None] = {}
        self.total = 0


class HalfBook:
    """One side. Keys are prices for bids and negative prices for asks, so that the best is always the last."""

    def __init__(self, side: Side) -> None:
        self._sign = 1 if side is Side.BUY else -1
        self._keys: list[int] = []
        self._levels: dict[int, Level] = {}

    def __bool__(self) -> bool:
        return bool(self._keys)

    def best(self) -> int | None:
        return self._sign * self._keys[-1] if self._keys else None

    def first(self) -> Resting | None:
        """Whose turn it is."""
        return next(iter(self._levels[self._keys[-1]].queue)) if self._keys else None

    def is_reached(self, price: int) -> bool:
        """Whether an order of the other side at this price would trade."""
        return bool(self._keys) and self._keys[-1] >= self._sign * price

    def add(self, order: Resting) -> None:
        key = self._sign * order.resting_price
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = Level()
            insort(self._keys, key)
        level.queue[order] = None
        level.total += order.left

    def take(self, order: Resting, size: int) -> None:
        """Trade or withdraw so much of an order; what has nothing left is gone."""
        key = self._sign * order.resting_price
        level = self._levels[key]
        order.left -= size
        level.total -= size
        if order.left == 0:
            del level.queue[order]
            self._tidy(key, level)

    def remove(self, order: Resting) -> None:
        """Out of the queue with all that is left."""
        key = self._sign * order.resting_price
        level = self._levels[key]
        level.total -= order.left
        del level.queue[order]
        self._tidy(key, level)

    def total_at(self, price: int) -> int:
        level = self._levels.get(self._sign * price)
        return level.total if level else 0

    def queue_at(self, price: int) -> list[Resting]:
        level = self._levels.get(self._sign * price)
        return list(level.queue) if level else []

    def levels(self, depth: int | None = None) -> Iterator[tuple[int, int]]:
        """(price, total), best first."""
        keys = self._keys if depth is None else self._keys[-depth:] if depth else []
        for key in reversed(keys):
            yield self._sign * key, self._levels[key].total

    def orders(self) -> Iterator[Resting]:
        """All, best first, in turn."""
        for key in reversed(self._keys):
            yield from tuple(self._levels[key].queue)

    def _tidy(self, key: int, level: Level) -> None:
        if not level.queue:
            del self._levels[key]
            del self._keys[bisect_left(self._keys, key)]


class Book:
    """Both sides, and which levels changed since somebody looked."""

    def __init__(self) -> None:
        self.bids = HalfBook(Side.BUY)
        self.asks = HalfBook(Side.SELL)
        self.sequence = 1
        self._touched: dict[tuple[Side, int], None] = {}

    def half(self, side: Side) -> HalfBook:
        return self.bids if side is Side.BUY else self.asks

    def add(self, order: Resting) -> None:
        self.half(order.side).add(order)
        self._touch(order)

    def take(self, order: Resting, size: int) -> None:
        self.half(order.side).take(order, size)
        self._touch(order)

    def remove(self, order: Resting) -> None:
        self.half(order.side).remove(order)
        self._touch(order)

    def crosses(self, side: Side, price: int) -> bool:
        """Whether an order of this side at this price would trade at once."""
        return self.half(side.opposite).is_reached(price)

    def changes(self) -> list[tuple[Side, int, int]]:
        """(side, price, present total) of what changed since the last call; each call is a new sequence."""
        touched, self._touched = self._touched, {}
        if touched:
            self.sequence += 1
        return [(side, price, self.half(side).total_at(price)) for side, price in touched]

    def is_touched(self) -> bool:
        return bool(self._touched)

    def _touch(self, order: Resting) -> None:
        self._touched[order.side, order.resting_price] = None
