"""What a ladder shows of its rungs: each by itself where there is room, several together where there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.grid import Rung
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState, Side


@dataclass(frozen=True, slots=True)
class Resting:
    """Orders of one side on one rung: base to be filled; not `is_sure` while the venue's answer is awaited."""

    quantity: Decimal
    count: int
    is_sure: bool


NOTHING_RESTS = Resting(ZERO, 0, is_sure=True)


@dataclass(frozen=True, slots=True)
class RungGroup:
    """Neighbouring rungs `first` to `last` (inclusive) between two lines. Quantities in base, profit in quote.

    `held_share` is held base over the base that the rungs aim at, 0 to 1.
    """

    first: int
    last: int
    low: float
    high: float
    buys: Resting
    sells: Resting
    held: Decimal
    held_share: float
    closed_cycles: int
    profit: Decimal


def resting_orders(orders: Sequence[Order]) -> dict[tuple[int, Side], Resting]:
    """What rests on each rung and side, by (rung, side)."""
    found: dict[tuple[int, Side], Resting] = {}
    for order in orders:
        if order.rung < 0 or order.state.is_final:
            continue
        key = (order.rung, order.side)
        before = found.get(key, NOTHING_RESTS)
        is_sure = before.is_sure and order.state is OrderState.OPEN
        found[key] = Resting(before.quantity + order.remaining, before.count + 1, is_sure)
    return found


def grouped(rungs: Sequence[Rung], resting: Mapping[tuple[int, Side], Resting], size: int) -> tuple[RungGroup, ...]:
    """Rungs, lowest first, in groups of `size`; the last group may be smaller."""
    return tuple(_group(rungs[at : at + size], resting) for at in range(0, len(rungs), size))


def held_share(rung: Rung) -> float:
    """Held base of a rung over what it aims at, 0 to 1."""
    if rung.quantity <= 0:
        return 0.0
    return min(max(float(rung.held / rung.quantity), 0.0), 1.0)


def _group(rungs: Sequence[Rung], resting: Mapping[tuple[int, Side], Resting]) -> RungGroup:
    aimed = sum((rung.quantity for rung in rungs), ZERO)
    held = sum((rung.held for rung in rungs), ZERO)
    return RungGroup(
        first=rungs[0].index,
        last=rungs[-1].index,
        low=float(rungs[0].buy_price),
        high=float(rungs[-1].sell_price),
        buys=_together([resting.get((rung.index, Side.BUY), NOTHING_RESTS) for rung in rungs]),
        sells=_together([resting.get((rung.index, Side.SELL), NOTHING_RESTS) for rung in rungs]),
        held=held,
        held_share=min(max(float(held / aimed), 0.0), 1.0) if aimed > 0 else 0.0,
        closed_cycles=sum(rung.cycle - 1 for rung in rungs),
        profit=sum((rung.profit for rung in rungs), ZERO),
    )


def _together(parts: Sequence[Resting]) -> Resting:
    return Resting(
        sum((part.quantity for part in parts), ZERO),
        sum(part.count for part in parts),
        all(part.is_sure for part in parts),
    )
