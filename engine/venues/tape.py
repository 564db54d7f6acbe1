"""What a market says, in the form matching works with: the best of the book, and prints. Times are UTC milliseconds."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.order import Side

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TopOfBook:
    """Best bid and ask in quote with the base quantities displayed there."""

    at_ms: int
    bid: Decimal
    ask: Decimal
    bid_quantity: Decimal
    ask_quantity: Decimal


@dataclass(frozen=True, slots=True)
class Print:
    """Anyone's trade: price in quote, quantity in base, `side` of the taker."""

    at_ms: int
    price: Decimal
    quantity: Decimal
    side: Side


def instant(at_ms: int) -> datetime:
    """Milliseconds since 1970 as a UTC instant, exactly."""
    return EPOCH + timedelta(milliseconds=at_ms)


def milliseconds(at: datetime) -> int:
    """An instant as milliseconds since 1970, cut to the millisecond."""
    return (at - EPOCH) // timedelta(milliseconds=1)
