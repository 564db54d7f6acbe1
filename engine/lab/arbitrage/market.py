"""What drives a backtest: two recorded venues, instants to decide at, and funding that falls due."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from engine.domain.instrument import Instrument
from engine.domain.market import FxRate, OrderBook
from engine.domain.messages import VenueEvent
from engine.domain.order import Order
from engine.lab.arbitrage.leg_account import LegAccount
from engine.lab.arbitrage.leg_orders import LegOrders


class LegVenue(Protocol):
    """A recorded venue of one instrument. `next_ms` is when an open order may trade, `step` lets it."""

    instrument: Instrument
    account: LegAccount
    orders: LegOrders

    @property
    def latency_ms(self) -> int: ...
    @property
    def next_ms(self) -> int | None: ...
    def arrive(self, order: Order, at_ms: int) -> list[VenueEvent]: ...
    def cancel(self, client_order_id: str, at_ms: int) -> list[VenueEvent]: ...
    def step(self) -> list[VenueEvent]: ...
    def last_price(self, at_ms: int) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """An instant at which the bot may decide: what both venues showed, and the rate known then (None: none yet)."""

    at_ms: int
    home: OrderBook
    foreign: OrderBook
    rate: FxRate | None


class Decisions(Protocol):
    """Instants to decide at, oldest first, each once. `period_s` is how far apart they are as a rule."""

    period_s: int

    @property
    def next_ms(self) -> int | None: ...
    def take(self) -> Decision:
        """The next one. Asked when its time has come and not before, because what is looked at then moves on."""
        ...


@dataclass(frozen=True, slots=True)
class FundingDue:
    """Funding at an instant: a long abroad pays `rate` of its value at `mark` (None: at the last price)."""

    at_ms: int
    rate: Decimal
    mark: Decimal | None
