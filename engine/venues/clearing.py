"""What a fill does to money: the fee, both balances, what the order still holds back, and the trade id."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.domain.instrument import FeeAsset, Instrument
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, OrderState, Side
from engine.venues.balances import Balances
from engine.venues.book import VenueOrder
from engine.venues.refusals import needed
from engine.venues.tape import instant


@dataclass(slots=True)
class Change:
    """What an operation changed: orders by id in their newest state, fills in order, assets whose balance moved."""

    orders: dict[str, VenueOrder] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    assets: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.orders)


class Clearing:
    """Books orders and fills on the balances of one account. Sums stay exact; only fees are rounded."""

    def __init__(self, instrument: Instrument, balances: Balances, store_id: str, last_trade_number: int) -> None:
        """Trade ids are `store_id` and a counter, so that they stay unique when a book is begun anew."""
        self.balances = balances
        self.last_trade_number = last_trade_number
        self._instrument = instrument
        self._store_id = store_id

    def hold(self, order: VenueOrder, price: Decimal, change: Change) -> VenueOrder:
        """Reserve what an accepted order may need at `price` at most."""
        reserved = self._need(order, price)
        self._reserve(order.side, reserved, change)
        held = replace(order, reserved=reserved)
        change.orders[order.client_order_id] = held
        return held

    def end(self, order: VenueOrder, change: Change) -> VenueOrder:
        """Close an open order unfilled or partly filled, and release what it holds back."""
        self._reserve(order.side, -order.reserved, change)
        ended = replace(order, state=OrderState.CANCELED, reserved=ZERO)
        change.orders[order.client_order_id] = ended
        return ended

    def fill(
        self, order: VenueOrder, price: Decimal, quantity: Decimal, liquidity: Liquidity, at_ms: int, change: Change
    ) -> VenueOrder:
        """One execution of `quantity` base at `price`; gives the order after it."""
        base, quote, rules = self._instrument.base, self._instrument.quote, self._instrument.rules
        rate = rules.maker_fee if liquidity is Liquidity.MAKER else rules.taker_fee
        value = price * quantity
        left = order.reserved + self.balances.free(quote) - value
        if order.side is Side.SELL:
            fee, fee_asset = rules.fee(value, rate), quote
            self.balances.add(base, -quantity)
            self.balances.add(quote, value - fee)
        elif rules.fee_asset is FeeAsset.RECEIVED:
            fee, fee_asset = rules.fee(quantity, rate), base
            self.balances.add(base, quantity - fee)
            self.balances.add(quote, -value)
        else:
            # Rounded part by part, fees can exceed the fee of the whole by a last unit that the account may not have.
            fee, fee_asset = min(rules.fee(value, rate), left), quote
            self.balances.add(base, quantity)
            self.balances.add(quote, -value - fee)
            left -= fee
        self.last_trade_number += 1
        trade_id = f"{self._store_id}-{self.last_trade_number:08d}"
        change.fills.append(
            Fill(
                self._instrument.venue, trade_id, order.client_order_id, self._instrument.symbol,
                order.side, price, quantity, fee, fee_asset, liquidity, instant(at_ms),
            )
        )  # fmt: skip
        change.assets.update((base, quote))
        return self._after_fill(order, price, quantity, left, change)

    def _after_fill(
        self, order: VenueOrder, price: Decimal, quantity: Decimal, left: Decimal, change: Change
    ) -> VenueOrder:
        filled = order.filled + quantity
        is_open = filled < order.quantity
        after = replace(order, filled=filled, state=OrderState.OPEN if is_open else OrderState.FILLED)
        reserved = ZERO
        if is_open:
            reserved = self._need(after, price if after.price is None else after.price)
            if after.side is Side.BUY:
                reserved = min(reserved, left)
        self._reserve(order.side, reserved - order.reserved, change)
        after = replace(after, reserved=reserved)
        change.orders[order.client_order_id] = after
        return after

    def _need(self, order: VenueOrder, price: Decimal) -> Decimal:
        if order.side is Side.SELL:
            return order.remaining
        return needed(self._instrument.rules, price, order.remaining, post_only=order.post_only)

    def _reserve(self, side: Side, amount: Decimal, change: Change) -> None:
        asset = self._instrument.quote if side is Side.BUY else self._instrument.base
        self.balances.hold(asset, amount)
        change.assets.add(asset)
