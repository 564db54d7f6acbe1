"""How long one leg stood alone, how long a position was open, how far the curve of the PnL fell: from fills alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.lab.arbitrage.trace import EquityPoint, LegFill


@dataclass(frozen=True, slots=True)
class Exposure:
    """Seconds of market time. A fill counts from the beginning of the candle that filled it, so `alone_s` is what is
    proven: within their candles the legs may have been further apart, or closer.

    `alone_s` is the time in which the legs differed by more than what can be traded, in `stretches` of which the
    longest took `longest_s`; `worst_value` is the most by which they differed, in the home quote.
    """

    alone_s: Decimal = ZERO
    longest_s: Decimal = ZERO
    stretches: int = 0
    worst_value: Decimal = ZERO
    in_position_s: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of the PnL from an earlier height, in the home quote, and when it was (UTC ms; 0 if never)."""

    amount: Decimal = ZERO
    top_ms: int = 0
    bottom_ms: int = 0


def exposure_of(fills: Iterable[LegFill], end_ms: int, smallest: Callable[[Decimal], Decimal]) -> Exposure:
    """Fills in order of time; `smallest` gives at a home price the base below which no venue takes an order: so much
    is no difference, nor is what fees took of the base that an entry bought.
    """
    legs = _Legs(smallest)
    alone = _Stretches()
    position = _Stretches()
    worst = ZERO
    for at_ms, group in _moments(fills):
        for each in group:
            legs.take(each)
        apart = legs.apart
        worst = max(worst, apart * legs.price)
        alone.note(at_ms, is_on=apart > 0)
        position.note(at_ms, is_on=legs.is_open)
    alone.note(end_ms, is_on=False)
    position.note(end_ms, is_on=False)
    return Exposure(
        _seconds(alone.whole_ms), _seconds(alone.longest_ms), alone.count, worst, _seconds(position.whole_ms)
    )


class _Legs:
    """What both legs have, fill by fill."""

    def __init__(self, smallest: Callable[[Decimal], Decimal]) -> None:
        self.price = ZERO
        self._smallest = smallest
        self._home = self._foreign = self._fees = ZERO

    def take(self, each: LegFill) -> None:
        fill = each.fill
        fee = fill.fee if fill.fee_asset == fill.symbol.partition("/")[0] else ZERO
        change = (fill.quantity if fill.side is Side.BUY else -fill.quantity) - fee
        self._fees += fee
        if each.is_home:
            self._home += change
            self.price = fill.price
        else:
            self._foreign += change
            self.price = self.price or fill.price * each.rate
        if not self.is_open:
            # What an exit leaves, because fees took it or nobody trades so little, belongs to no later position.
            self._home = self._foreign = self._fees = ZERO

    @property
    def is_open(self) -> bool:
        """Whether a leg has more than what fees took and nobody trades."""
        return max(abs(self._home), abs(self._foreign)) > self._smallest(self.price) + self._fees

    @property
    def apart(self) -> Decimal:
        """The base by which the legs differ, ZERO where nobody could change it."""
        excess = abs(self._home + self._foreign) - self._fees
        return excess if excess > self._smallest(self.price) else ZERO


class _Stretches:
    """How long something was so, in milliseconds of market time."""

    def __init__(self) -> None:
        self.whole_ms = self.longest_ms = self.count = 0
        self._since_ms: int | None = None

    def note(self, at_ms: int, *, is_on: bool) -> None:
        if is_on and self._since_ms is None:
            self._since_ms = at_ms
            self.count += 1
        elif not is_on and self._since_ms is not None:
            lasted_ms = at_ms - self._since_ms
            self.whole_ms += lasted_ms
            self.longest_ms = max(self.longest_ms, lasted_ms)
            self._since_ms = None


def _seconds(ms: int) -> Decimal:
    return Decimal(ms) / 1000


def drawdown_of(points: Sequence[EquityPoint]) -> Drawdown:
    """From a PnL of 0 on."""
    top, top_ms = ZERO, points[0].at_ms if points else 0
    deepest = Drawdown()
    for point in points:
        if point.pnl >= top:
            top, top_ms = point.pnl, point.at_ms
        elif top - point.pnl > deepest.amount:
            deepest = Drawdown(top - point.pnl, top_ms, point.at_ms)
    return deepest


def _moments(fills: Iterable[LegFill]) -> list[tuple[int, list[LegFill]]]:
    """Fills of one instant together: between them no time passes."""
    found: list[tuple[int, list[LegFill]]] = []
    for each in fills:
        if not found or found[-1][0] != each.at_ms:
            found.append((each.at_ms, []))
        found[-1][1].append(each)
    return found
