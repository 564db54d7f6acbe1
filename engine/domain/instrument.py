"""A tradable thing on a venue, and the rules the venue holds it to from a given day."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from engine.domain.money import ONE, ZERO, ceil_to, floor_to, is_multiple, nearest_to


class FeeAsset(StrEnum):
    """In which asset the venue takes its fee: always quote, or what the order receives (base for a buy)."""

    QUOTE = "quote"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class PriceBand:
    """From this price upwards (inclusive) prices are multiples of `increment`."""

    from_price: Decimal
    increment: Decimal


@dataclass(frozen=True, slots=True)
class VenueRules:
    """What a venue accepts for one instrument.

    Quantities are in base, `min_notional` and `max_notional` in quote, fees as fractions (0.0005 is 0.05 %).
    `price_bands` ascends by `from_price` and starts at 0. `money_increment` is the smallest unit of the venue's own
    books; a fee is rounded to it, half up. `max_open_orders` counts open orders of one account on one instrument.
    """

    price_bands: tuple[PriceBand, ...]
    size_increment: Decimal
    min_quantity: Decimal
    max_quantity: Decimal | None
    min_notional: Decimal
    max_open_orders: int
    maker_fee: Decimal
    taker_fee: Decimal
    fee_asset: FeeAsset = FeeAsset.QUOTE
    money_increment: Decimal = Decimal("0.00000001")
    effective_from: datetime = field(default=datetime(1970, 1, 1, tzinfo=UTC))

    def price_increment(self, price: Decimal) -> Decimal:
        """The increment that holds at this price."""
        at = bisect_right(self.price_bands, price, key=lambda band: band.from_price) - 1
        return self.price_bands[max(at, 0)].increment

    def nearest_price(self, price: Decimal) -> Decimal:
        """The allowed price nearest to `price`."""
        return nearest_to(price, self.price_increment(price))

    def price_below(self, price: Decimal) -> Decimal:
        """The highest allowed price not above `price`."""
        return floor_to(price, self.price_increment(price))

    def price_above(self, price: Decimal) -> Decimal:
        """The lowest allowed price not below `price`."""
        return ceil_to(price, self.price_increment(price))

    def is_price_allowed(self, price: Decimal) -> bool:
        """Whether the price is positive and on the increment of its band."""
        return price > 0 and is_multiple(price, self.price_increment(price))

    def floor_size(self, quantity: Decimal) -> Decimal:
        """The largest quantity on the size increment that is not above `quantity`, at least 0."""
        return floor_to(quantity, self.size_increment) if quantity > 0 else ZERO

    def is_tradable(self, quantity: Decimal, price: Decimal) -> bool:
        """Whether an order of this quantity at this price reaches the venue's minimums."""
        return quantity > 0 and quantity >= self.min_quantity and quantity * price >= self.min_notional

    def smallest_tradable(self, price: Decimal) -> Decimal:
        """The smallest quantity on the increment that reaches both minimums at this price."""
        return ceil_to(max(self.min_quantity, self.min_notional / price), self.size_increment)

    def fee(self, amount: Decimal, rate: Decimal) -> Decimal:
        """The fee on an amount, in the amount's own asset, rounded half up to the venue's money increment."""
        return (amount * rate).quantize(self.money_increment, ROUND_HALF_UP)

    def gross_up(self, quantity: Decimal, rate: Decimal) -> Decimal:
        """What must be bought so that `quantity` is left after a fee taken in base; `quantity` itself otherwise."""
        if self.fee_asset is FeeAsset.QUOTE or quantity <= 0:
            return quantity
        gross = ceil_to(quantity / (ONE - rate), self.size_increment)
        while gross - self.fee(gross, rate) < quantity:
            gross += self.size_increment
        return gross


@dataclass(frozen=True, slots=True)
class Instrument:
    """`symbol` is ours, BASE/QUOTE as in "XRP/KRW"; `venue` is the venue's unique name in this program."""

    venue: str
    symbol: str
    base: str
    quote: str
    rules: VenueRules

    @property
    def key(self) -> tuple[str, str]:
        return (self.venue, self.symbol)
