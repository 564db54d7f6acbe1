"""A tradable thing on a venue, and the rules the venue holds it to from a given day."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from engine.domain.money import ONE, ZERO, ceil_to, floor_to, is_multiple, nearest_to

#: Ends the name of a position in balances and ledger: "BTC/USDT:P".
POSITION_SUFFIX = ":P"
#: Ends the name of the short position that an account in hedge mode has beside it, which no bot trades.
SHORT_SUFFIX = f"{POSITION_SUFFIX}:SHORT"


class FeeAsset(StrEnum):
    """In which asset the venue takes its fee: always quote, or what the order receives (base for a buy)."""

    QUOTE = "quote"
    RECEIVED = "received"


class InstrumentKind(StrEnum):
    """SPOT: base is bought and held. PERP: a linear perpetual future, margined and settled in quote."""

    SPOT = "spot"
    PERP = "perp"


@dataclass(frozen=True, slots=True)
class PriceBand:
    """From this price upwards (inclusive) prices are multiples of `increment`."""

    from_price: Decimal
    increment: Decimal


@dataclass(frozen=True, slots=True)
class MarginBracket:
    """A position worth `from_value` to `to_value` (quote): the leverage allowed at most, the maintenance margin's rate.

    The maintenance margin of a position in the bracket is value x `maintenance_rate` - `maintenance_offset`.
    """

    from_value: Decimal
    to_value: Decimal
    max_leverage: int
    maintenance_rate: Decimal
    maintenance_offset: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class VenueRules:
    """What a venue accepts for one instrument.

    Quantities are in base, `min_notional` and `max_notional` in quote, fees as fractions (0.0005 is 0.05 %).
    `price_bands` ascends by `from_price` and starts at 0. `money_increment` is the smallest unit of the venue's own
    books; a fee is rounded to it, half up. `max_open_orders` counts open orders of one account on one instrument.
    Of a PERP, an order that opens holds back its value over `leverage`, which is the account's at the venue;
    `brackets` ascend from 0, and are empty where nothing is known of them. On spot `leverage` is 1.
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
    leverage: int = 1
    brackets: tuple[MarginBracket, ...] = ()

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
    """`symbol` is ours, BASE/QUOTE as in "XRP/KRW"; `venue` is the venue's unique name in this program.

    Quantities are in base everywhere; one contract of a PERP is `contract_size` base. With `is_hedged` the account
    keeps long and short positions of a PERP apart, and every order names the side it is for.
    """

    venue: str
    symbol: str
    base: str
    quote: str
    rules: VenueRules
    kind: InstrumentKind = InstrumentKind.SPOT
    contract_size: Decimal = ONE
    is_hedged: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return (self.venue, self.symbol)

    @property
    def position_asset(self) -> str:
        """What balances and ledger call the thing that is bought: base, or of a PERP a name that no coin can have."""
        return self.base if self.kind is InstrumentKind.SPOT else f"{self.symbol}{POSITION_SUFFIX}"

    @property
    def held_assets(self) -> tuple[str, ...]:
        """All that moves with its price in an account's balances: in hedge mode there is a short position, too."""
        if self.kind is InstrumentKind.SPOT or not self.is_hedged:
            return (self.position_asset,)
        return (self.position_asset, f"{self.symbol}{SHORT_SUFFIX}")
