"""The fee of an order among its trades: Upbit and Bithumb tell only the sum. Pure and exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from engine.domain.money import ZERO

#: Fee rates have at most so many decimals: 0.05 % is 0.0005.
RATE = Decimal("0.000001")
#: Shares that do not come out even are cut here; the last trade takes what is left over.
CUT = Decimal("0.00000001")
#: Doubles tell a fee to about 15 digits.
DOUBLE_ERROR = Decimal("1E-9")


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade of an order, without its fee."""

    trade_id: str
    price: Decimal
    quantity: Decimal
    at: datetime

    @property
    def value(self) -> Decimal:
        return self.price * self.quantity


def split_fee(
    trades: Sequence[Trade], paid: Decimal, booked_quantity: Decimal = ZERO, booked_fee: Decimal = ZERO
) -> list[Decimal]:
    """The fee of each trade, oldest first; their sum is `paid` exactly.

    Trades that were booked before, with `booked_fee` for `booked_quantity`, keep theirs: the rest gets the rest. So
    the ledger holds what was paid, however often an order was looked at while it filled.
    """
    booked = _prefix(trades, booked_quantity)
    return [*_share(trades[:booked], booked_fee if booked else ZERO),
            *_share(trades[booked:], paid - (booked_fee if booked else ZERO))]  # fmt: skip


def exact_fee(value: Decimal, told: Decimal) -> Decimal | None:
    """A fee that a stream tells as a double, to its last digit: by the rate that it comes from; None without one."""
    if value <= 0:
        return None
    fee = value * (told / value).quantize(RATE, ROUND_HALF_UP)
    return fee if abs(fee - told) <= max(abs(told) * DOUBLE_ERROR, DOUBLE_ERROR) else None


def _prefix(trades: Sequence[Trade], quantity: Decimal) -> int:
    """How many trades make up `quantity`; 0 when no beginning of them does."""
    total = ZERO
    for count, trade in enumerate(trades, 1):
        total += trade.quantity
        if total == quantity:
            return count
    return 0


def _share(trades: Sequence[Trade], fee: Decimal) -> list[Decimal]:
    value = sum((trade.value for trade in trades), ZERO)
    if not trades or value == 0:
        return [fee, *[ZERO] * (len(trades) - 1)] if trades else []
    rate = (fee / value).quantize(RATE, ROUND_HALF_UP)
    if rate * value == fee:
        return [rate * trade.value for trade in trades]
    shares, seen, given = [], ZERO, ZERO
    for trade in trades:
        seen += trade.value
        upto = fee if seen == value else (fee * seen / value).quantize(CUT, ROUND_HALF_UP)
        shares.append(upto - given)
        given = upto
    return shares
