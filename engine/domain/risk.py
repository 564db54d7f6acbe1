"""The last look at an order before it becomes an intent. Only an `ApprovedOrder` can be sent."""

from dataclasses import dataclass
from decimal import Decimal

from engine.domain import phrases
from engine.domain.instrument import FeeAsset, Instrument, InstrumentKind
from engine.domain.margin import margin_of
from engine.domain.money import ZERO, is_multiple
from engine.domain.order import Order, OrderKind, Side
from engine.domain.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class ApprovedOrder:
    """An order that passed. Made by `approve` alone."""

    order: Order


@dataclass(frozen=True, slots=True)
class Denied:
    """Our own no, with its reason."""

    order: Order
    sentence: Sentence


def reserve_of(order: Order, instrument: Instrument, price: Decimal) -> tuple[str, Decimal]:
    """(asset, amount) that the rest of an order holds back: quote with its fee for a buy, base for a sell.

    Of a PERP, margin with the fee for an order that opens, the position for one that closes. `price` stands in for the
    limit of a market order.
    """
    rules = instrument.rules
    is_perp = instrument.kind is InstrumentKind.PERP
    if order.is_reduce_only if is_perp else order.side is Side.SELL:
        return instrument.position_asset, order.remaining
    value = (order.price if order.price is not None else price) * order.remaining
    if is_perp:
        fee = rules.fee(value, rules.maker_fee if order.post_only else rules.taker_fee)
        return instrument.quote, margin_of(value, rules) + max(fee, ZERO)
    if rules.fee_asset is FeeAsset.RECEIVED:
        return instrument.quote, value
    return instrument.quote, value + rules.fee(value, rules.maker_fee if order.post_only else rules.taker_fee)


def approve(
    order: Order, instrument: Instrument, market_price: Decimal, free: Decimal | None, hold: Sentence | None = None
) -> ApprovedOrder | Denied:
    """Check an order against the venue's rules and the account's free balance (None: not known, not checked).

    `hold` is why the account may send nothing at all.
    """
    if hold is not None:
        return Denied(order, hold)
    rules = instrument.rules
    price = order.price if order.price is not None else market_price
    on_price = order.kind is OrderKind.MARKET or rules.is_price_allowed(price)
    if not on_price or order.quantity <= ZERO or not is_multiple(order.quantity, rules.size_increment):
        return Denied(order, say(phrases.DENIED_INCREMENT, price=price, quantity=order.quantity))
    if not rules.is_tradable(order.quantity, price):
        return Denied(order, say(phrases.DENIED_MINIMUM, quantity=order.quantity, price=price))
    if rules.max_quantity is not None and order.quantity > rules.max_quantity:
        return Denied(order, say(phrases.DENIED_MAXIMUM, quantity=order.quantity, maximum=rules.max_quantity))
    asset, needed = reserve_of(order, instrument, market_price)
    if free is not None and needed > free:
        return Denied(order, say(phrases.DENIED_FUNDS, needed=needed, free=free, asset=asset))
    return ApprovedOrder(order)
