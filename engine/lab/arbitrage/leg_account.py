"""The money of one leg at its venue: what it has, what its orders hold back, and what a fill or funding does to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind
from engine.domain.margin import margin_of
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, Side
from engine.domain.risk import reserve_of
from engine.venues.balances import Balances


@dataclass(frozen=True, slots=True)
class Charge:
    """What a fill costs: the fee in its asset."""

    fee: Decimal
    asset: str


class LegAccount:
    """Balances of an account that trades one instrument, spot or PERP; a position is booked as docs/futures.md says.

    Exact sums; only fees are rounded, to the venue's money increment.
    """

    def __init__(self, instrument: Instrument, deposits: Mapping[str, Decimal]) -> None:
        self.balances = Balances({instrument.quote: ZERO, instrument.position_asset: ZERO, **deposits})
        self._instrument = instrument
        self._held: dict[str, tuple[str, Decimal]] = {}

    @property
    def quote(self) -> Decimal:
        """All of the quote, reserved or not."""
        return self.balances.total(self._instrument.quote)

    @property
    def base(self) -> Decimal:
        """All of the base, or of a PERP its position; negative is short."""
        return self.balances.total(self._instrument.position_asset)

    def lacks(self, order: Order, price: Decimal) -> tuple[str, Decimal, Decimal] | None:
        """(asset, needed, free) where the order cannot be held back for; `price` is where the market stands."""
        asset, needed = reserve_of(order, self._instrument, price)
        free = self._free(asset, price)
        return None if needed <= free else (asset, needed, free)

    def hold(self, order: Order, price: Decimal) -> None:
        """Reserve what the rest of an order may need, in place of what it held before."""
        self.release(order.client_order_id)
        asset, amount = reserve_of(order, self._instrument, price)
        self._held[order.client_order_id] = (asset, amount)
        self.balances.hold(asset, amount)

    def release(self, client_order_id: str) -> None:
        """Give back what an order held."""
        if (held := self._held.pop(client_order_id, None)) is not None:
            self.balances.hold(held[0], -held[1])

    def charge(self, side: Side, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Charge:
        """The fee of a fill: of a buy in base where the venue takes it from what is received, else in quote."""
        rules = self._instrument.rules
        rate = rules.maker_fee if liquidity is Liquidity.MAKER else rules.taker_fee
        is_in_base = (
            side is Side.BUY
            and rules.fee_asset is FeeAsset.RECEIVED
            and self._instrument.kind is InstrumentKind.SPOT
        )  # fmt: skip
        if is_in_base:
            return Charge(rules.fee(quantity, rate), self._instrument.base)
        return Charge(rules.fee(price * quantity, rate), self._instrument.quote)

    def book(self, fill: Fill) -> None:
        """Move what a fill moves."""
        sign = 1 if fill.side is Side.BUY else -1
        self.balances.add(self._instrument.position_asset, sign * fill.quantity)
        self.balances.add(self._instrument.quote, -sign * fill.value)
        self.balances.add(fill.fee_asset, -fill.fee)

    def pay(self, amount: Decimal) -> None:
        """Funding: positive came in."""
        self.balances.add(self._instrument.quote, amount)

    def _free(self, asset: str, price: Decimal) -> Decimal:
        if self._instrument.kind is InstrumentKind.SPOT:
            return self.balances.free(asset)
        if asset == self._instrument.quote:
            worth = self.base * price
            return self.balances.free(asset) + worth - margin_of(abs(worth), self._instrument.rules)
        # What closes a position: as much of it as no other closing order has.
        return abs(self.base) - self.balances.reserved(asset)
