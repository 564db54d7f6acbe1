"""A two-leg bot on recorded candles of two venues, worked out the slow and obvious way from docs/research.md alone.

It imports nothing of the product and shares no idea with it: no orders, no events, no kernel, no accounts. There is a
table of closes, a rule that says in or out, and the next open of each venue. All numbers are fractions, so nothing is
rounded that a venue does not round. It assumes that every leg fills whole at its first open and that there is money for
it, and raises ValueError where that is not true.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil, floor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Candle = tuple[int, float, float, float]  # ts, open, close, volume


@dataclass(frozen=True)
class SimpleLeg:
    """One venue: its candles with volume, the step of prices at a price, its fee, and what is stated of it."""

    candles: list[Candle]
    span_ms: int
    increment: Callable[[Fraction], Fraction]
    size_step: Fraction
    fee: Fraction
    fee_in_base: bool
    is_perp: bool
    slippage: Fraction
    latency_ms: int


@dataclass(frozen=True)
class SimplePair:
    """What the bot is told. Percents are of the converted price; `sells_home` says which way it enters."""

    size: Fraction
    entry_pct: Fraction
    exit_pct: Fraction
    sells_home: bool
    max_positions: int
    step_pct: Fraction
    cooldown_ms: int
    min_depth: Fraction
    max_slippage: Fraction
    participation: Fraction
    max_rate_age_ms: int


@dataclass
class SimplePosition:
    """Entry and exit: when decided, both prices, the rate. `pnl` in the home quote once it has ended."""

    decided_ms: int
    home_in: Fraction
    foreign_in: Fraction
    rate_in: Fraction
    exit_ms: int = 0
    home_out: Fraction | None = None
    foreign_out: Fraction | None = None
    rate_out: Fraction | None = None
    pnl: Fraction | None = None
    ready_ms: int = 0


@dataclass
class SimpleRun:
    """`alone` are the stretches in which one leg had traded and the other not yet."""

    positions: list[SimplePosition] = field(default_factory=list)
    decisions: int = 0
    alone: set[tuple[int, int]] = field(default_factory=set)

    @property
    def alone_ms(self) -> int:
        """Their length; positions that are closed together are alone together."""
        whole = reached = 0
        for begin, end in sorted(self.alone):
            whole += max(0, end - max(begin, reached))
            reached = max(reached, end)
        return whole


def number(value: float) -> Fraction:
    """A recorded double as the decimal that was recorded."""
    return Fraction(repr(value))


def simulate_pair(
    home: SimpleLeg, foreign: SimpleLeg, rates: list[tuple[int, Fraction]], pair: SimplePair
) -> SimpleRun:
    """Rates are (known since, value), oldest first; none where both venues have one quote."""
    return _Walk(home, foreign, pair).run(rates)


class _Walk:
    """Both venues, what the bot is told, and what it did."""

    def __init__(self, home: SimpleLeg, foreign: SimpleLeg, pair: SimplePair) -> None:
        self.home, self.foreign, self.pair = home, foreign, pair
        self.done = SimpleRun()
        self.at_home = self.abroad = (Fraction(0), Fraction(0), Fraction(0))
        self.now = 0
        self.rate = Fraction(1)

    def run(self, rates: list[tuple[int, Fraction]]) -> SimpleRun:
        period_ms = max(self.home.span_ms, self.foreign.span_ms)
        ours, theirs = by_period(self.home.candles, period_ms), by_period(self.foreign.candles, period_ms)
        standing: list[SimplePosition] = []
        busy_until = wait_until = 0
        for begin in sorted(ours.keys() & theirs.keys()):
            self.now = begin + period_ms
            self.done.decisions += 1
            rate = rate_at(rates, self.now, self.pair.max_rate_age_ms)
            if rate is None:
                continue
            self.rate = rate
            self.at_home, self.abroad = self.shown(self.home, ours[begin]), self.shown(self.foreign, theirs[begin])
            leaving = [each for each in standing if each.ready_ms <= self.now and self.is_exit()]
            for position in leaving:
                busy_until = max(busy_until, self.leave(position))
                standing.remove(position)
            if self.now < max(busy_until, wait_until) or len(standing) >= self.pair.max_positions:
                continue
            if self.is_entry(len(standing)):
                position = self.enter()
                busy_until = max(busy_until, position.ready_ms)
                self.done.positions.append(position)
                standing.append(position)
                wait_until = self.now + self.pair.cooldown_ms
        return self.done

    def shown(self, leg: SimpleLeg, candle: Candle) -> tuple[Fraction, Fraction, Fraction]:
        """(bid, ask, quantity) that a close stands for."""
        close = number(candle[2])
        quantity = down(number(candle[3]) * self.pair.participation, leg.size_step)
        return worse(leg, close, is_buy=False), worse(leg, close, is_buy=True), quantity

    def is_entry(self, standing: int) -> bool:
        pair, home_fee, foreign_fee = self.pair, self.home.fee, self.foreign.fee
        if min(self.at_home[2], self.abroad[2]) < pair.size * pair.min_depth:
            return False
        if pair.sells_home:
            cost = self.abroad[1] * self.rate
            gain = self.at_home[0] * (1 - home_fee) - cost * (1 + foreign_fee)
        else:
            cost = self.abroad[0] * self.rate
            gain = cost * (1 - foreign_fee) - self.at_home[1] * (1 + home_fee)
        return gain / cost * 100 >= pair.entry_pct + standing * pair.step_pct

    def is_exit(self) -> bool:
        if min(self.at_home[2], self.abroad[2]) < min(self.pair.size, self.quantity_abroad()):
            return False
        if self.pair.sells_home:
            back = self.abroad[0] * self.rate
            return (self.at_home[1] - back) / back * 100 <= self.pair.exit_pct
        back = self.abroad[1] * self.rate
        return (self.at_home[0] - back) / back * 100 >= -self.pair.exit_pct

    def quantity_abroad(self) -> Fraction:
        """What a purchase abroad leaves to be sold, after a fee that was taken from it."""
        size = self.pair.size
        if not (self.pair.sells_home and self.foreign.fee_in_base):
            return size
        left = size - cents(size * self.foreign.fee)
        if left % self.foreign.size_step:
            raise ValueError("the fee leaves dust")
        return left

    def enter(self) -> SimplePosition:
        ready, at_home, abroad = self.both(buys_home=not self.pair.sells_home, quantity_abroad=self.pair.size)
        return SimplePosition(self.now, at_home, abroad, self.rate, ready_ms=ready)

    def leave(self, position: SimplePosition) -> int:
        """Close a position and work out what it brought; gives when both legs have traded."""
        pair, quantity = self.pair, self.quantity_abroad()
        ready, home_out, foreign_out = self.both(buys_home=pair.sells_home, quantity_abroad=quantity)
        position.home_out, position.foreign_out = home_out, foreign_out
        position.exit_ms, position.rate_out = self.now, self.rate
        first, last = position.rate_in, self.rate
        sign = 1 if pair.sells_home else -1
        pnl = sign * pair.size * (position.home_in - position.home_out)
        pnl -= cents(pair.size * position.home_in * self.home.fee) + cents(pair.size * home_out * self.home.fee)
        paid, got = sign * pair.size * position.foreign_in, sign * quantity * foreign_out
        # No money flows for the value of a future.
        pnl += (got - paid) * last if self.foreign.is_perp else got * last - paid * first
        if not (self.foreign.fee_in_base and pair.sells_home):
            pnl -= cents(pair.size * position.foreign_in * self.foreign.fee) * first
        pnl -= cents(quantity * foreign_out * self.foreign.fee) * last
        position.pnl = pnl
        return ready

    def both(self, *, buys_home: bool, quantity_abroad: Fraction) -> tuple[int, Fraction, Fraction]:
        """(when both have traded, home price, foreign price); notes the time between the two."""
        reach = self.pair.max_slippage
        limit_home = self.at_home[1] * (1 + reach) if buys_home else self.at_home[0] * (1 - reach)
        limit_abroad = self.abroad[0] * (1 - reach) if buys_home else self.abroad[1] * (1 + reach)
        here, price_here = self.first_open(self.home, self.pair.size, limit_home, is_buy=buys_home)
        there, price_there = self.first_open(self.foreign, quantity_abroad, limit_abroad, is_buy=not buys_home)
        self.done.alone.add((min(here, there), max(here, there)))
        return max(here, there), price_here, price_there

    def first_open(
        self, leg: SimpleLeg, quantity: Fraction, limit: Fraction, *, is_buy: bool
    ) -> tuple[int, Fraction]:  # fmt: skip
        """(when, price) of the first trade that surely came after a request of now."""
        for ts, open_, _, volume in leg.candles[bisect_left(leg.candles, (self.now + leg.latency_ms,)) :]:
            if volume > 0:
                price = worse(leg, number(open_), is_buy=is_buy)
                is_beyond = price > limit if is_buy else price < limit
                if is_beyond or down(number(volume) * self.pair.participation, leg.size_step) < quantity:
                    raise ValueError("a leg does not fill whole at its first open")
                return ts, price
        raise ValueError("the recording ends with a leg under way")


def by_period(candles: Iterable[Candle], period_ms: int) -> dict[int, Candle]:
    """The last candle that has volume in each period."""
    found: dict[int, Candle] = {}
    for candle in candles:
        if candle[3] > 0:
            found[candle[0] - candle[0] % period_ms] = candle
    return found


def rate_at(rates: list[tuple[int, Fraction]], now: int, max_age_ms: int) -> Fraction | None:
    """The last one known; 1 where none is needed."""
    if not rates:
        return Fraction(1)
    place = bisect_right(rates, now, key=lambda each: each[0]) - 1
    if place < 0 or now - rates[place][0] > max_age_ms:
        return None
    return rates[place][1]


def worse(leg: SimpleLeg, price: Fraction, *, is_buy: bool) -> Fraction:
    """A price with the stated slippage, rounded against us."""
    moved = price * (1 + leg.slippage) if is_buy else price * (1 - leg.slippage)
    step = leg.increment(moved)
    return ceil(moved / step) * step if is_buy else floor(moved / step) * step


def down(amount: Fraction, step: Fraction) -> Fraction:
    return floor(amount / step) * step


def cents(amount: Fraction) -> Fraction:
    """A fee, rounded half up to eight decimals."""
    return Fraction(floor(amount * 10**8 + Fraction(1, 2)), 10**8)


def weekdays(rows: list[tuple[int, float | None]], known_after_h: int) -> list[tuple[int, Fraction]]:
    """A daily rate as it was known: working days alone, from so many hours after the beginning of their day."""
    return [
        (ts + known_after_h * 3_600_000, number(rate))
        for ts, rate in rows
        if rate is not None and (EPOCH + timedelta(milliseconds=ts)).weekday() < 5
    ]
