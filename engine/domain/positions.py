"""What a venue tells of positions in perpetual futures: how they stand, and the funding that they pay or receive."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class PositionSide(StrEnum):
    """BOTH in one-way mode; an account in hedge mode has a LONG and a SHORT position of the same PERP."""

    BOTH = "both"
    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class PositionReported:
    """A position as the venue has it. `quantity` in base, negative is short, 0 none; prices and amounts in quote.

    `at` is when it last changed at the venue. What the venue does not tell is None.
    """

    account_id: str
    venue: str
    symbol: str
    side: PositionSide
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal | None
    liquidation_price: Decimal | None
    unrealized: Decimal | None
    leverage: int | None
    is_isolated: bool | None
    at: datetime


@dataclass(frozen=True, slots=True)
class FundingPaid:
    """Funding of a position: `amount` in `asset`, positive came in. `reference` is unique for ever.

    `at` is the instant for whose position it was paid.
    """

    account_id: str
    venue: str
    symbol: str
    asset: str
    amount: Decimal
    reference: str
    at: datetime
