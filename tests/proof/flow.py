"""Other people's trading, coarse on purpose: a seeded price that wanders through the ladder, some of it in parts."""

import random
from dataclasses import dataclass
from decimal import Decimal

from tests.support.exchange.amounts import number
from tests.support.exchange.checks import increment_at
from tests.support.exchange.core import Exchange
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import Side
from tests.support.waiting import last

#: A nibble reaches no further from the price than this part of it.
REACH = 0.004


@dataclass(frozen=True)
class Wander:
    """A price around `centre`. Each step, of `step_s` on average, it moves by `spread` of the centre, normally."""

    centre: Decimal
    spread: float
    step_s: float
    depth: Decimal
    pull: float = 0.02


class Flow:
    """Moves one market until cancelled. While it `is_calm` nothing moves."""

    def __init__(self, exchange: Exchange, symbol: str, wander: Wander, chance: random.Random) -> None:
        self._exchange = exchange
        self._strangers = Strangers(exchange)
        self._symbol = symbol
        self._wander = wander
        self._chance = chance
        self._price = float(wander.centre)
        self.is_calm = False
        self.steps = 0
        self._go(self._price)

    @property
    def price(self) -> float:
        """Where the market stands."""
        return self._price

    async def run(self) -> None:
        """For ever."""
        while True:
            await last(self._wander.step_s * self._chance.uniform(0.5, 1.5))
            if not self.is_calm:
                self.step()

    def step(self) -> None:
        """One move: a nibble at what rests nearest, or a new price with everything in between traded through."""
        self.steps += 1
        wander, chance = self._wander, self._chance
        if chance.random() < 0.2:
            self.nibble()
            return
        centre = float(wander.centre)
        self._price += chance.gauss(0, wander.spread) * centre + wander.pull * (centre - self._price)
        self._go(self._price)

    def nibble(self) -> None:
        """Part of whatever rests nearest to the market, when everybody else has stepped aside, is taken."""
        chance = self._chance
        market = self._exchange.markets[self._symbol]
        self._strangers.clear(self._symbol)
        side = chance.choice((Side.BUY, Side.SELL))
        half = market.book.half(side.opposite)
        best = half.best()
        if best is not None and abs(float(number(best)) / self._price - 1) < REACH:
            increment = market.listing.size_increment
            whole = number(half.total_at(best))
            part = whole * Decimal(chance.randint(1, 90)) / 100 // increment * increment
            self._strangers.take(self._symbol, side, max(part, market.listing.min_size))
            self._price = float(number(best))
        self._go(self._price)

    def go_to(self, price: float) -> None:
        """Everything between here and a price is traded through."""
        self._price = price
        self._go(price)

    def _go(self, price: float) -> None:
        listing = self._exchange.markets[self._symbol].listing
        increment = increment_at(listing, Decimal(price))
        self._strangers.move_to(
            self._symbol, Decimal(price) // increment * increment, size=self._wander.depth, levels=2
        )  # fmt: skip
