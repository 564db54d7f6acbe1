"""An account as its venue has it at one instant: what rests, what is there, what was traded lately."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.money import ZERO
from engine.domain.order import Fill, Side
from engine.domain.positions import FundingPaid


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """An open order at the venue, ours or anybody's; quantities in base. `client_order_id` "" where it carries none.

    `filled_quantity` is the venue's own sum of its fills.
    """

    client_order_id: str
    venue_order_id: str
    symbol: str
    side: Side
    price: Decimal | None
    quantity: Decimal
    filled_quantity: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled_quantity


@dataclass(frozen=True, slots=True)
class VenuePicture:
    """`orders` are all open orders of the account on the instruments that it trades, other people's among them.

    `balances` are rows (asset, total, reserved) by the rules of `Venue.balances`: a perpetual's position is a row too.
    `fills` are recent executions, ours with our client order id, other people's with theirs or "": at least all that
    the venue counts on the orders that were asked about. Unless `are_fills_whole`, other people may have traded and it
    did not tell. `funding` is what positions were paid lately. `at` is by the clock of the venue's events; what changed
    less than `lag_s` before may be missing.
    """

    at: datetime
    orders: tuple[RestingOrder, ...]
    balances: tuple[tuple[str, Decimal, Decimal], ...]
    fills: tuple[Fill, ...]
    lag_s: float = 0
    are_fills_whole: bool = True
    funding: tuple[FundingPaid, ...] = ()
