"""What a backtest came to, worked out from its trace: trades, PnL by part and day, exposure, refusals, drawdown."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from engine.domain.arbitrage import PairStage, TwoLegPosition
from engine.domain.instrument import InstrumentKind
from engine.domain.money import HUNDRED, ZERO
from engine.lab.arbitrage.experiment import Outcome
from engine.lab.arbitrage.exposure import Drawdown, Exposure, drawdown_of, exposure_of
from engine.lab.arbitrage.parts import Parts, parts_of, tied_of


@dataclass(frozen=True, slots=True)
class Day:
    """Positions that closed on a day (UTC)."""

    day: date
    closed: int
    parts: Parts


@dataclass(frozen=True, slots=True)
class Summary:
    """Amounts in the home quote. `entered` positions had a fill on a leg at least, `vain` decisions had none.

    `closed` ended level, `unwound` are those of them whose entry was taken back, `open` were not closed at the end and
    are in no part; `open_pnl` is what they would have added at the last closes. `won` of the closed brought something.
    `mean_pct` is the average result of a closed position in percent of its value at home. `tied` is what the money that
    closed positions paid abroad would have gained by the change of the rate without them: it is in the PnL, because
    both accounts are counted in the home quote, and no merit of the bot.
    """

    entered: int
    vain: int
    closed: int
    unwound: int
    open: int
    won: int
    parts: Parts
    open_pnl: Decimal
    tied: Decimal
    mean_pct: Decimal
    exposure: Exposure
    drawdown: Drawdown
    waits: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    days: tuple[Day, ...] = ()
    problems: tuple[str, ...] = ()


def summary_of(outcome: Outcome) -> Summary:
    """Count and add up."""
    trace = outcome.trace
    positions = list(trace.positions.values())
    traded = [each for each in positions if has_traded(each)]
    closed = [each for each in traded if each.stage is PairStage.CLOSED]
    parts = {each.position_id: parts_of(each, is_perp=is_perp(outcome)) for each in closed}
    days: dict[date, list[Parts]] = {}
    for each in closed:
        assert each.closed_at is not None, "a closed position has its time"
        days.setdefault(each.closed_at.date(), []).append(parts[each.position_id])
    total = _sum(list(parts.values()))
    last_pnl = trace.equity[-1].pnl if trace.equity else ZERO
    percents = [each.pnl_pct for each in closed if each.pnl_pct is not None]
    return Summary(
        entered=len(traded),
        vain=len(positions) - len(traded),
        closed=len(closed),
        unwound=sum(each.opened_at is None for each in closed),
        open=len(traded) - len(closed),
        won=sum(parts[each.position_id].pnl > 0 for each in closed),
        parts=total,
        open_pnl=last_pnl - total.pnl if len(traded) > len(closed) else ZERO,
        tied=ZERO if is_perp(outcome) else sum((tied_of(each) for each in closed), ZERO),
        mean_pct=sum(percents, ZERO) / len(percents) if percents else ZERO,
        exposure=exposure_of(trace.fills, trace.last_ms, smallest_of(outcome)),
        drawdown=drawdown_of(trace.equity),
        waits=trace.waits,
        refused=trace.refused,
        days=tuple(Day(day, len(each), _sum(each)) for day, each in sorted(days.items())),
        problems=tuple(trace.problems),
    )


def has_traded(position: TwoLegPosition) -> bool:
    """Whether a leg of its entry was filled at all."""
    return bool(position.entry.home.filled or position.entry.foreign.filled)


def is_perp(outcome: Outcome) -> bool:
    """Whether the foreign leg is a future, of whose value no money flows."""
    return outcome.tapes.foreign.instrument.kind is InstrumentKind.PERP


def smallest_of(outcome: Outcome) -> Callable[[Decimal], Decimal]:
    """The base of the smallest order that both venues take, at a home price."""
    home, foreign = outcome.tapes.home.instrument.rules, outcome.tapes.foreign.instrument.rules
    return lambda price: max(home.smallest_tradable(price), foreign.min_quantity) if price else ZERO


def share_pct(part: int | Decimal, whole: int | Decimal) -> Decimal:
    """A part in percent of the whole, ZERO of nothing."""
    return Decimal(part) / Decimal(whole) * HUNDRED if whole else ZERO


def _sum(parts: list[Parts]) -> Parts:
    total = Parts()
    for each in parts:
        total = total + each
    return total
