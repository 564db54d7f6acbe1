"""Numbers as exchanges take and give them in JSON. Pure."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from engine.domain.instrument import VenueRules
from engine.domain.money import ZERO
from engine.domain.order import Order, Purpose, Side
from engine.venues.exchanges.dialect import Urgency

#: How far behind the best price an order that stands in for a market order may trade: a fraction of that price.
REACH = Decimal("0.02")
#: Entry prices are told as long fractions; what they come to is exact again at this many digits.
CASH_STEP = Decimal("1E-12")


def written(value: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: object) -> Decimal:
    """A number that must be there. Raises TypeError or ValueError for everything else, NaN included."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError(f"{value!r} is no number")
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no number") from error
    if not found.is_finite():
        raise ValueError(f"{value!r} is no number")
    return found


def number_or_none(value: object) -> Decimal | None:
    """Exchanges leave out or write "" what they do not know."""
    return None if value in (None, "") else number(value)


def number_or_zero(value: object) -> Decimal:
    return ZERO if value in (None, "") else number(value)


def reaching(rules: VenueRules, side: Side, best: Decimal) -> Decimal:
    """The limit of an order that is to trade at once, on the increment: 2 % beyond the best price."""
    if side is Side.BUY:
        return rules.price_above(best * (1 + REACH))
    return max(rules.price_below(best * (1 - REACH)), rules.price_increment(best))


def urgency_of(order: Order) -> Urgency:
    """What ends a position may use the budget's reserve."""
    return Urgency.PROTECT if order.purpose is Purpose.LIQUIDATION else Urgency.ENTRY


def cash(wallet: Decimal, positions: list[tuple[Decimal, Decimal]]) -> Decimal:
    """What a futures account has in its ledger's terms: its wallet less what (quantity, entry price) of each cost."""
    spent = sum((quantity * price for quantity, price in positions), ZERO)
    told = (wallet - spent).quantize(CASH_STEP, ROUND_HALF_UP)
    return told.normalize() + ZERO
