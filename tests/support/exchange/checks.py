"""The rules of a listing, on an order as it came. Every no is a `Refused` with its reason."""

from dataclasses import dataclass
from decimal import Decimal

from tests.support.exchange.amounts import atoms, count
from tests.support.exchange.orders import value_of
from tests.support.exchange.values import Kind, Life, Listing, Reason, Refused, Request, Side, Type


@dataclass(frozen=True, slots=True)
class Counted:
    """The numbers of a request."""

    size: int
    price: int | None
    cost: int | None


def increment_at(listing: Listing, price: Decimal) -> Decimal:
    """The price increment that holds at a price."""
    found = listing.price_bands[0][1]
    for floor, increment in listing.price_bands:
        if price >= floor:
            found = increment
    return found


def counted(listing: Listing, request: Request, worth: int | None) -> Counted:
    """The numbers of a request that keeps the rules; `worth` is the counted price that a market order is judged by."""
    price = _price(listing, request)
    cost = _cost(listing, request)
    if cost is not None:
        if cost < atoms(listing.min_notional):
            raise Refused(Reason.MIN_NOTIONAL)
        return Counted(0, price, cost)
    if request.size is None:
        raise Refused(Reason.BAD_REQUEST, "an order needs a size")
    size = checked_size(listing, request.size)
    at = price if price is not None else worth
    if at is not None and not request.is_reduce_only:
        check_notional(listing, at, size)
    return Counted(size, price, None)


def checked_size(listing: Listing, size: Decimal) -> int:
    if size <= 0:
        raise Refused(Reason.MIN_QUANTITY)
    counted_size = _multiple(size, listing.size_increment)
    if counted_size is None:
        raise Refused(Reason.SIZE_INCREMENT)
    if size < listing.min_size:
        raise Refused(Reason.MIN_QUANTITY)
    if size > listing.max_size:
        raise Refused(Reason.MAX_QUANTITY)
    return counted_size


def checked_price(listing: Listing, price: Decimal) -> int:
    counted_price = _multiple(price, increment_at(listing, price)) if price > 0 else None
    if counted_price is None:
        raise Refused(Reason.PRICE_INCREMENT)
    return counted_price


def _multiple(value: Decimal, increment: Decimal) -> int | None:
    """The counted value; None unless it is a whole number of increments."""
    try:
        counted_value = count(value)
    except ValueError:
        return None
    return None if counted_value % count(increment) else counted_value


def check_notional(listing: Listing, price: int, size: int) -> None:
    if value_of(listing, price, size) < atoms(listing.min_notional):
        raise Refused(Reason.MIN_NOTIONAL)


def _price(listing: Listing, request: Request) -> int | None:
    if request.type is Type.MARKET:
        return None
    if request.price is None:
        raise Refused(Reason.BAD_REQUEST, "a limit order needs a price")
    return checked_price(listing, request.price)


def _cost(listing: Listing, request: Request) -> int | None:
    if request.cost is None:
        return None
    is_fit = request.type is Type.MARKET and request.side is Side.BUY and listing.kind is Kind.SPOT
    if not is_fit or request.size is not None or request.life is Life.POST_ONLY:
        raise Refused(Reason.BAD_REQUEST, "only a market buy is by money")
    if request.cost <= 0:
        raise Refused(Reason.MIN_NOTIONAL)
    try:
        return atoms(request.cost)
    except ValueError as error:
        raise Refused(Reason.BAD_REQUEST, str(error)) from error
