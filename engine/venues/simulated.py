"""An invented market: a seeded random walk whose calm and wild times follow each other, with a spread and prints."""

import math
import random
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.instrument import Instrument
from engine.domain.market import Candle, OrderBook, PublicTrade, Quote
from engine.domain.messages import MarketEvent
from engine.domain.order import Side
from engine.venues.bars import MinuteBars
from engine.venues.clearing import Change
from engine.venues.market import Step
from engine.venues.matching import Matching
from engine.venues.tape import Print, TopOfBook, instant

DAY_MS = 86_400_000
#: How much of the present unrest is left a tick later, and how much new unrest a tick brings.
UNREST_KEPT, UNREST_NEW = 0.995, 0.08
#: Part of the distance to the first price (in logarithms) that a tick takes back, so that a demo stays near its grid.
PULL = 2e-5
#: Half the spread as a part of the price, at least one increment in all.
HALF_SPREAD = 5e-5


@dataclass(frozen=True, slots=True)
class SimulatedSettings:
    """`volatility`: standard deviation of a day's return (0.06 is 6 %). `value`: what one print moves, in quote."""

    seed: int
    start_price: Decimal
    volatility: Decimal
    tick_ms: int
    started_at_ms: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Tick:
    """One moment of the market: the quote moves, then somebody trades at it. `events` tell both, with what is offered
    at the quote, and a closed candle.

    It is the same for every account that trades on it.
    """

    top: TopOfBook
    print_: Print
    events: tuple[MarketEvent, ...]

    def meet(self, matching: Matching) -> Change:
        """What the moment does to the orders of one account."""
        matching.move_time(self.top.at_ms)
        change = matching.show(self.top)
        traded, _ = matching.trade(self.print_)
        change.orders.update(traded.orders)
        change.fills.extend(traded.fills)
        change.assets.update(traded.assets)
        return change


class SimulatedMarket:
    """A `Market` without end. Each tick draws from (seed, number of the tick), so a restart goes on as it would have.

    Its position is "ticks log-price unrest" and the minute under construction.
    """

    def __init__(self, settings: SimulatedSettings, instrument: Instrument) -> None:
        self._settings = settings
        self._instrument = instrument
        self._bars = MinuteBars(instrument)
        self._start = math.log(float(settings.start_price))
        self._tick_deviation = float(settings.volatility) * math.sqrt(settings.tick_ms / DAY_MS)
        self._ticks, self._log_price, self._unrest = 0, self._start, 0.0

    @property
    def position(self) -> str:
        return f"{self._ticks} {self._log_price!r} {self._unrest!r} {self._bars.bar or ''}"

    def restore(self, position: str) -> None:
        """Go on from a stored position; "" is the beginning. Raises ValueError when it is not one of ours."""
        words = position.split()
        if words:
            self._ticks, self._log_price, self._unrest = int(words[0]), float(words[1]), float(words[2])
            self._bars.restore(words[3:])

    @property
    def usual_ms(self) -> int:
        return self._settings.tick_ms

    def first_at_ms(self) -> int:
        return self._settings.started_at_ms

    def next_at_ms(self) -> int | None:
        return self._settings.started_at_ms + self._ticks * self._settings.tick_ms

    @property
    def ticks(self) -> int:
        """How many ticks there were; two markets made alike stand at the same place after as many."""
        return self._ticks

    def step(self, matching: Matching) -> Step:
        tick = self.draw()
        return Step(tick.meet(matching), tick.events)

    def draw(self) -> Tick:
        """The next tick."""
        at_ms = self._settings.started_at_ms + self._ticks * self._settings.tick_ms
        chance = random.Random(f"{self._settings.seed}:{self._ticks}")
        drawn = self._move(chance)
        top = self._top(at_ms, chance)
        is_buy = chance.random() < (0.7 if drawn > 0 else 0.3)
        price, side = (top.ask, Side.BUY) if is_buy else (top.bid, Side.SELL)
        print_ = Print(at_ms, price, self._quantity(chance, top.ask), side)
        venue, symbol, at = self._instrument.venue, self._instrument.symbol, instant(at_ms)
        quote = Quote(venue, symbol, top.bid, top.ask, at)
        book = OrderBook(venue, symbol, ((top.bid, top.bid_quantity),), ((top.ask, top.ask_quantity),), at)
        trade = PublicTrade(venue, symbol, print_.price, print_.quantity, print_.side, at)
        closed = self._bars.add(at_ms, float(print_.price), float(print_.quantity))
        return Tick(top, print_, (quote, book, trade) if closed is None else (quote, book, trade, closed))

    def recent_candles(self, most: int) -> tuple[Candle, ...]:  # noqa: ARG002 - they were told when they closed
        return ()

    def _move(self, chance: random.Random) -> float:
        """The next price; gives the return that was drawn."""
        drawn = self._tick_deviation * math.exp(self._unrest) * chance.gauss(0.0, 1.0)
        self._log_price += drawn + PULL * (self._start - self._log_price)
        self._unrest = UNREST_KEPT * self._unrest + UNREST_NEW * chance.gauss(0.0, 1.0)
        # Without a bound a long run would sooner or later meet a day that no market ever had.
        self._unrest = min(max(self._unrest, -1.5), 1.5)
        self._ticks += 1
        return drawn

    def _top(self, at_ms: int, chance: random.Random) -> TopOfBook:
        rules = self._instrument.rules
        middle = math.exp(self._log_price)
        ask = rules.price_above(Decimal(repr(middle * (1.0 + HALF_SPREAD))))
        bid = rules.price_below(Decimal(repr(middle * (1.0 - HALF_SPREAD))))
        if bid >= ask:
            ask = rules.price_above(bid + rules.price_increment(bid))
        if bid <= 0:
            bid = rules.price_increment(bid)
            ask = bid + rules.price_increment(bid)
        return TopOfBook(at_ms, bid, ask, self._quantity(chance, bid), self._quantity(chance, ask))

    def _quantity(self, chance: random.Random, price: Decimal) -> Decimal:
        """A size as markets have them: many small, few large; at least one size increment."""
        rules = self._instrument.rules
        value = float(self._settings.value) * chance.lognormvariate(0.0, 1.0)
        return max(rules.floor_size(Decimal(repr(value)) / price), rules.size_increment)
