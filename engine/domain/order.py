"""Orders and fills: what was decided, what the venue did with it, and which changes of state are legal."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.money import ZERO

CLIENT_ORDER_ID_MAX = 32


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderKind(StrEnum):
    LIMIT = "limit"
    MARKET = "market"


class Liquidity(StrEnum):
    MAKER = "maker"
    TAKER = "taker"


class Purpose(StrEnum):
    """Why an order exists: one side of a rung, the base bought at start, the inventory sold at the end, or a leg of a
    two-leg position that opens or closes it (`generation` of its order is the position's number).
    """

    RUNG_BUY = "rung_buy"
    RUNG_SELL = "rung_sell"
    INITIAL_BUY = "initial_buy"
    REBALANCE_SELL = "rebalance_sell"
    LIQUIDATION = "liquidation"
    LEG_OPEN = "leg_open"
    LEG_CLOSE = "leg_close"


class OrderState(StrEnum):
    """INTENT: journaled, not known to be sent. OPEN: resting, maybe partly filled. UNKNOWN: sent, nobody knows.

    DENIED: our risk said no. REJECTED: the venue said no. LOST: the venue says for certain that it never arrived.
    """

    INTENT = "intent"
    OPEN = "open"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELED = "canceled"
    DENIED = "denied"
    REJECTED = "rejected"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        return self in FINAL_STATES


FINAL_STATES = frozenset(
    {OrderState.FILLED, OrderState.CANCELED, OrderState.DENIED, OrderState.REJECTED, OrderState.LOST}
)


@dataclass(frozen=True, slots=True)
class Order:
    """One order of ours. Quantities in base, values and prices in quote.

    `filled_quantity`, `filled_value` and `fee` sum the fills booked so far. `attempt` counts up within a rung and is
    never reused, so `client_order_id` is unique for ever. `fencing_token` is the lease under which it was decided.
    `is_reduce_only`: it may close a position of a PERP and never open one.
    """

    client_order_id: str
    bot_id: str
    account_id: str
    venue: str
    symbol: str
    side: Side
    kind: OrderKind
    price: Decimal | None
    quantity: Decimal
    post_only: bool
    purpose: Purpose
    generation: int
    rung: int
    cycle: int
    attempt: int
    created_at: datetime
    updated_at: datetime
    state: OrderState = OrderState.INTENT
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    fee: Decimal = ZERO
    fee_asset: str = ""
    venue_order_id: str = ""
    reason: str = ""
    is_cancel_requested: bool = False
    fencing_token: int = 0
    is_reduce_only: bool = False

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled_quantity

    def with_fill(self, fill: "Fill") -> "Order":
        """The order after one more fill; it becomes FILLED when nothing remains."""
        filled = self.filled_quantity + fill.quantity
        state = self.state
        if filled >= self.quantity:
            state = OrderState.FILLED
        elif state in (OrderState.INTENT, OrderState.UNKNOWN):
            state = OrderState.OPEN
        return replace(
            self,
            state=state,
            filled_quantity=filled,
            filled_value=self.filled_value + fill.value,
            fee=self.fee + fill.fee,
            fee_asset=fill.fee_asset,
            updated_at=fill.at,
        )


@dataclass(frozen=True, slots=True)
class Fill:
    """Our execution. Unique on (venue, trade_id). `fee` is positive when paid, in `fee_asset`."""

    venue: str
    trade_id: str
    client_order_id: str
    symbol: str
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    liquidity: Liquidity
    at: datetime

    @property
    def value(self) -> Decimal:
        """Price times quantity, in quote, before the fee."""
        return self.price * self.quantity


def client_order_id(bot_id: str, generation: int, leg: str, cycle: int, attempt: int) -> str:
    """Our identity of an order: bot, generation of its ladder, rung or leg, cycle, attempt.

    At most 32 of [A-Za-z0-9], which satisfies every venue. The leg carries the side ("R12B", "R12S", "P", "L").
    Raises ValueError when it would be longer or has other characters.
    """
    text = f"{bot_id}G{generation}{leg}C{cycle}A{attempt}"
    if len(text) > CLIENT_ORDER_ID_MAX or not (text.isascii() and text.isalnum()):
        raise ValueError(f"{text!r} cannot be a client order id")
    return text
