"""What a backtest leaves behind: positions, fills of both legs, funding, its worth over time, and why not more."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from engine.domain.arbitrage import TwoLegPosition
from engine.domain.order import Fill


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """What the bot had made at an instant, in the home quote: every flow at the rate of its time, and what is open at
    the closes and the rate of that instant.
    """

    at_ms: int
    pnl: Decimal


@dataclass(frozen=True, slots=True)
class LegFill:
    """A fill of one leg with the rate of its time; `is_home` says of which. Rate 1 at home."""

    at_ms: int
    is_home: bool
    fill: Fill
    rate: Decimal


@dataclass(slots=True)
class Trace:
    """`waits` counts decisions by why nothing was entered, `refused` orders by who refused them and why, `problems` are
    differences between our books and the venues'. `funding` is (when, amount in the foreign quote, rate).
    """

    first_ms: int = 0
    last_ms: int = 0
    decisions: int = 0
    positions: dict[str, TwoLegPosition] = field(default_factory=dict)
    fills: list[LegFill] = field(default_factory=list)
    funding: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    equity: list[EquityPoint] = field(default_factory=list)
    waits: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    problems: list[str] = field(default_factory=list)
