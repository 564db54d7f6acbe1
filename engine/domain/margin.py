"""Margin of linear perpetual futures: what a position may be worth, and at which price the venue would close it.

Formulas and their sources are in docs/futures.md.
"""

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from engine.domain.instrument import MarginBracket, VenueRules

#: Without the venue's brackets a maintenance margin of half the first one is assumed, which is more than venues ask.
ASSUMED_SHARE = Fraction(1, 2)


def allowed_value(rules: VenueRules) -> Decimal | None:
    """What a position and its opening orders may be worth in quote at the account's leverage; None: no limit known."""
    if not rules.brackets:
        return None
    return max((each.to_value for each in rules.brackets if each.max_leverage >= rules.leverage), default=Decimal(0))


def maintenance(value: Decimal, rules: VenueRules) -> Decimal:
    """The equity below which the venue closes a position worth `value`, in quote."""
    rate, offset = _rate_at(Fraction(value), rules)
    exact = Fraction(value) * rate - offset
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def liquidation_price(quantity: Decimal, cost: Decimal, collateral: Decimal, rules: VenueRules) -> Decimal | None:
    """The price at which equity falls to the maintenance margin; None when none above 0 does it.

    `quantity` in base, negative is short; `cost` is its signed quote value at entry (quantity x entry price), and
    `collateral` what stands behind it besides its own PnL. Rounded to the increment on the side that comes first.
    """
    if not quantity:
        return None
    for low, high, rate, offset in _pieces(rules):
        # collateral + quantity x price - cost = |quantity| x price x rate - offset
        slope = Fraction(quantity) - abs(Fraction(quantity)) * rate
        if not slope:
            continue
        price = (Fraction(cost) - Fraction(collateral) - offset) / slope
        value = abs(Fraction(quantity)) * price
        if price > 0 and low <= value and (high is None or value <= high):
            exact = Decimal(price.numerator) / Decimal(price.denominator)
            return rules.price_above(exact) if quantity > 0 else rules.price_below(exact)
    return None


def margin_of(value: Decimal, rules: VenueRules) -> Decimal:
    """What an order that opens, or a position, of this value holds back: rounded up to the money increment."""
    if rules.leverage == 1:
        return value
    return (value / rules.leverage).quantize(rules.money_increment, ROUND_CEILING)


def _rate_at(value: Fraction, rules: VenueRules) -> tuple[Fraction, Fraction]:
    for low, high, rate, offset in _pieces(rules):
        if low <= value and (high is None or value <= high):
            return rate, offset
    raise AssertionError("the last bracket has no end")


def _pieces(rules: VenueRules) -> list[tuple[Fraction, Fraction | None, Fraction, Fraction]]:
    """(from, to, rate, offset) of each bracket by value; the last has no end."""
    if not rules.brackets:
        rate = ASSUMED_SHARE / rules.leverage if rules.leverage > 1 else Fraction(0)
        return [(Fraction(0), None, rate, Fraction(0))]
    return [_piece(each, is_last=each is rules.brackets[-1]) for each in rules.brackets]


def _piece(bracket: MarginBracket, *, is_last: bool) -> tuple[Fraction, Fraction | None, Fraction, Fraction]:
    end = None if is_last else Fraction(bracket.to_value)
    return Fraction(bracket.from_value), end, Fraction(bracket.maintenance_rate), Fraction(bracket.maintenance_offset)
