"""What a venue refuses, in the order of docs/matching.md: the first check that fails is the refusal."""

from decimal import Decimal

from engine.domain import phrases
from engine.domain.instrument import FeeAsset, Instrument, VenueRules
from engine.domain.messages import RejectCode, RejectReason
from engine.domain.money import ZERO, is_multiple
from engine.domain.order import OrderKind, Side
from engine.domain.sentences import Argument, say
from engine.venues.balances import Balances
from engine.venues.book import Request


def refuse(code: RejectCode, template: str, **arguments: Argument) -> RejectReason:
    """A refusal with the venue's sentence."""
    return RejectReason(code, str(say(template, **arguments)))


def needed(rules: VenueRules, order_price: Decimal, quantity: Decimal, *, post_only: bool) -> Decimal:
    """Quote that a buy of `quantity` at `order_price` holds back, its fee included where fees are taken in quote."""
    value = order_price * quantity
    if rules.fee_asset is FeeAsset.RECEIVED:
        return value
    rate = rules.maker_fee if post_only else rules.taker_fee
    # A rebate is not yet earned, so it does not make the reserve smaller than the value.
    return value + max(rules.fee(value, rate), ZERO)


def refusal_by_rules(order: Request, instrument: Instrument, present: Decimal | None) -> RejectReason | None:
    """Checks 2 to 5: price, size, quantity and value. `present` is the price a market order would trade at, if any."""
    rules = instrument.rules
    price = order.price if order.kind is OrderKind.LIMIT else present
    if order.kind is OrderKind.LIMIT and (price is None or not price.is_finite() or not rules.is_price_allowed(price)):
        increment = ZERO if price is None or not price.is_finite() else rules.price_increment(price)
        return refuse(
            RejectCode.PRICE_INCREMENT,
            phrases.VENUE_PRICE_INCREMENT,
            price=ZERO if price is None else price,
            increment=increment,
        )
    quantity = order.quantity
    if not quantity.is_finite() or quantity <= 0 or not is_multiple(quantity, rules.size_increment):
        return refuse(
            RejectCode.SIZE_INCREMENT,
            phrases.VENUE_SIZE_INCREMENT,
            quantity=quantity,
            increment=rules.size_increment,
        )
    if quantity < rules.min_quantity:
        return refuse(
            RejectCode.MIN_QUANTITY, phrases.VENUE_MIN_QUANTITY, quantity=quantity, minimum=rules.min_quantity
        )
    if rules.max_quantity is not None and quantity > rules.max_quantity:
        return refuse(
            RejectCode.MAX_QUANTITY, phrases.VENUE_MAX_QUANTITY, quantity=quantity, maximum=rules.max_quantity
        )
    if price is None:
        return refuse(RejectCode.NO_MARKET, phrases.VENUE_NO_MARKET, symbol=instrument.symbol)
    if price * quantity < rules.min_notional:
        return refuse(
            RejectCode.MIN_NOTIONAL,
            phrases.VENUE_MIN_NOTIONAL,
            value=price * quantity,
            minimum=rules.min_notional,
            asset=instrument.quote,
        )
    return None


def refusal_by_funds(order: Request, instrument: Instrument, price: Decimal, balances: Balances) -> RejectReason | None:
    """Check 8: free balance for what the order holds back. `price` is its limit, or the present price."""
    if order.side is Side.BUY:
        asset = instrument.quote
        amount = needed(instrument.rules, price, order.quantity, post_only=order.post_only)
    else:
        asset, amount = instrument.base, order.quantity
    if amount <= balances.free(asset):
        return None
    return refuse(
        RejectCode.INSUFFICIENT_FUNDS,
        phrases.VENUE_INSUFFICIENT_FUNDS,
        needed=amount,
        free=balances.free(asset),
        asset=asset,
    )
