"""The other traders' day: acts in market time, played at a speed. One kind is invented from a seed; see recorded.py."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tests.support.exchange.amounts import count, number
from tests.support.exchange.checks import increment_at
from tests.support.exchange.core import Exchange
from tests.support.exchange.market import MINUTE_MS, Bar
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import Side

Act = Callable[[], object]
#: (milliseconds since the flow began, what happens then), in order.
Acts = Iterable[tuple[int, Act]]

#: How many acts are done at once before others get their turn, when there is no pace to keep.
MOST_AT_ONCE = 50


class Player:
    """Plays acts by the exchange's timers: `speed` 1 is real time, 10 ten times as fast, None without waiting."""

    def __init__(self, exchange: Exchange, acts: Acts, speed: float | None = 1.0) -> None:
        self._exchange = exchange
        self._acts = iter(acts)
        self._next = next(self._acts, None)
        self._cancel: Callable[[], None] | None = None
        self._began_ms = 0.0
        self.speed = speed
        self.played = 0
        #: Market time so far, in milliseconds.
        self.market_ms = 0

    @property
    def is_over(self) -> bool:
        return self._next is None

    def start(self) -> None:
        """From where it stands."""
        self._rebase()
        self._schedule()

    def stop(self) -> None:
        """Stand still."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def set_speed(self, speed: float | None) -> None:
        is_playing = self._cancel is not None
        self.stop()
        self.speed = speed
        if is_playing:
            self.start()

    def step(self, acts: int = 1) -> int:
        """So many acts at once, whatever the pace; how many there were."""
        done = 0
        while done < acts and self._next is not None:
            self.market_ms, act = self._next
            with self._exchange.turn():
                act()
            self.played += 1
            done += 1
            self._next = next(self._acts, None)
        return done

    def _rebase(self) -> None:
        speed = self.speed or 1.0
        self._began_ms = self._exchange.timers.true_ms() - self.market_ms / speed

    def _schedule(self) -> None:
        if self._next is None:
            self._cancel = None
            return
        timers = self._exchange.timers
        wait_ms = 0.0
        if self.speed is not None:
            wait_ms = max(0.0, self._began_ms + self._next[0] / self.speed - timers.true_ms())
        self._cancel = timers.call_at(timers.now_ms() + wait_ms, self._play)

    def _play(self) -> None:
        if self.speed is None:
            self.step(MOST_AT_ONCE)
        else:
            due_ms = (self._exchange.timers.true_ms() - self._began_ms) * self.speed
            while self._next is not None and self._next[0] <= due_ms:
                self.step()
        self._schedule()


@dataclass(frozen=True, slots=True)
class Weather:
    """How an invented market behaves, by a step of `step_ms`.

    The price wanders by `swing` of itself (one standard deviation) and is pulled back to `centre` by `pull` of the
    distance. On each side `levels` prices, `gap` increments apart, hold about `depth` each. With a chance of `taking`
    somebody takes up to `bite` of a level.
    """

    centre: Decimal
    depth: Decimal
    step_ms: int = 1000
    swing: float = 0.0005
    pull: float = 0.01
    levels: int = 8
    gap: int = 1
    taking: float = 0.6
    bite: float = 1.5


def invented_past(weather: Weather, seed: int, now_ms: int, minutes: int) -> list[Bar]:
    """Minutes before now that end at the centre, for whoever asks for candles."""
    chance = random.Random(f"past {seed}")
    bars: list[Bar] = []
    closed = float(weather.centre)
    begin_ms = now_ms - now_ms % MINUTE_MS
    for back in range(1, minutes + 1):
        opened = closed * (1 + chance.gauss(0, weather.swing))
        high, low = max(opened, closed) * (1 + weather.swing), min(opened, closed) * (1 - weather.swing)
        prices = [Decimal(f"{price:.8g}") for price in (opened, high, low, closed)]
        bars.append((begin_ms - back * MINUTE_MS, *prices, weather.depth))  # type: ignore[arg-type]
        closed = opened
    return bars[::-1]


class InventedFlow:
    """Real orders of strangers around a price that always comes back. The same seed is the same day."""

    def __init__(self, exchange: Exchange, symbol: str, weather: Weather, seed: int) -> None:
        self._exchange = exchange
        self._market = exchange.markets[symbol]
        self._symbol = symbol
        self._strangers = Strangers(exchange)
        self._weather = weather
        self._random = random.Random(f"{seed} {symbol}")
        self.price = float(weather.centre)

    def acts(self, steps: int | None = None) -> Iterator[tuple[int, Act]]:
        """For ever, or so many steps. The first makes the book."""
        yield 0, self._settle
        done = 0
        while steps is None or done < steps:
            done += 1
            yield done * self._weather.step_ms, self._step

    def _step(self) -> None:
        weather, chance = self._weather, self._random
        centre = float(weather.centre)
        self.price += weather.pull * (centre - self.price) + chance.gauss(0, weather.swing) * self.price
        self.price = min(max(self.price, centre / 4), centre * 4)
        if not self._market.listing.is_trading:
            return
        self._settle()
        if chance.random() < weather.taking:
            side = Side.BUY if chance.random() < 0.5 else Side.SELL
            self._strangers.take(self._symbol, side, self._size(chance.random() * weather.bite))

    def _settle(self) -> None:
        """Trade through what stands in the way of the price, then stand around it."""
        weather = self._weather
        fair = Decimal(self.price)
        increment = increment_at(self._market.listing, fair)
        fair = fair // increment * increment
        wanted: dict[Side, list[Decimal]] = {}
        for side, sign in ((Side.BUY, -1), (Side.SELL, 1)):
            at, prices = fair, []
            for level in range(weather.levels):
                at += sign * (weather.gap if level else 1) * increment_at(self._market.listing, at)
                # Into another band of prices.
                at -= at % increment_at(self._market.listing, at)
                if at > 0:
                    prices.append(at)
            wanted[side] = prices
        for side in (Side.BUY, Side.SELL):
            self._withdraw(side, {count(price) for price in wanted[side]})
        for side in (Side.BUY, Side.SELL):
            self._cross(side.opposite, fair)
        for side in (Side.BUY, Side.SELL):
            for price in wanted[side]:
                if not self._strangers.stands(self._symbol, side, price):
                    self._strangers.place(self._symbol, side, price, self._size(0.5 + self._random.random()))

    def _withdraw(self, side: Side, kept: set[int]) -> None:
        for price, _ in list(self._market.book.half(side).levels()):
            if price not in kept:
                self._strangers.set_level(self._symbol, side, number(price), Decimal(0))

    def _cross(self, side: Side, price: Decimal) -> None:
        """Somebody takes all that rests on the wrong side of a price."""
        half = self._market.book.half(side.opposite)
        while (best := half.best()) is not None and half.is_reached(count(price)):
            total = number(half.total_at(best))
            if self._strangers.place(self._symbol, side, number(best), total, rests=False).left:
                return

    def _size(self, share: float) -> Decimal:
        listing = self._market.listing
        size = self._weather.depth * Decimal(share)
        return max(size // listing.size_increment * listing.size_increment, listing.size_increment)
