"""What a venue refuses an order for, and what was never sent to it."""

from dataclasses import dataclass
from enum import StrEnum


class RejectCode(StrEnum):
    """NOT_SENT is nobody's no: the order never left this program, because its venue takes no request now.

    NO_MARKET: there is nothing to trade with, or no such instrument. SUSPENDED: the instrument is there, and its venue
    lets nobody trade it now.
    """

    POST_ONLY = "post_only"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    PRICE_INCREMENT = "price_increment"
    SIZE_INCREMENT = "size_increment"
    MIN_QUANTITY = "min_quantity"
    MAX_QUANTITY = "max_quantity"
    MIN_NOTIONAL = "min_notional"
    MAX_OPEN_ORDERS = "max_open_orders"
    DUPLICATE_ID = "duplicate_id"
    NO_MARKET = "no_market"
    SUSPENDED = "suspended"
    NOT_SENT = "not_sent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RejectReason:
    """What a venue refuses, by the names of the field; `text` is the venue's own word. `wait_s`: no next try before."""

    code: RejectCode
    text: str
    wait_s: int = 0
