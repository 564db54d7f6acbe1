"""Many more markets for the venues of a town: invented coins that all of them trade, and dollar coins against won."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from tests.support.exchange.checks import increment_at
from tests.support.exchange.skins import upbit
from tests.support.exchange.values import Kind, Listing
from tests.support.exchange.venues_under_test import VenueUnderTest, future, spot

#: Won for one dollar coin.
RATE = Decimal(1380)
DOLLAR_COIN = "USDT/KRW"
KOREAN = frozenset({"upbit", "bithumb"})
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: What a level of an invented market is worth, in dollars.
LEVEL_VALUE = Decimal(5000)
INCREMENT = Decimal("0.0001")


def invented_bases(count: int) -> list[str]:
    """QAA, QAB, ... which no exchange has."""
    return [f"Q{LETTERS[at // 26 % 26]}{LETTERS[at % 26]}" for at in range(count)]


def dollar_price(base: str) -> Decimal:
    """Where it stands abroad: the same on every venue, from its name alone."""
    return Decimal(str(round(random.Random(base).uniform(2, 200), 2)))


def widened(what: VenueUnderTest, count: int) -> VenueUnderTest:
    """The same venue with so many common markets more. Won prices stand up to 2 % above the converted ones or below."""
    if not count:
        return what
    listings, prices, depths = list(what.house.listings), dict(what.prices), dict(what.depths)
    for listing, price in _markets(what, count):
        listings.append(listing)
        prices[listing.symbol] = price
        dollars = price / RATE if listing.quote == "KRW" else price
        depths[listing.symbol] = LEVEL_VALUE / dollars / listing.contract_size
    return replace(what, house=replace(what.house, listings=tuple(listings)), prices=prices, depths=depths)


def _markets(what: VenueUnderTest, count: int) -> Iterator[tuple[Listing, Decimal]]:
    is_korean = what.exchange in KOREAN
    if is_korean:
        yield _korean(DOLLAR_COIN), RATE
    for base in invented_bases(count):
        price = dollar_price(base)
        if is_korean:
            listing = _korean(f"{base}/KRW")
            won = price * RATE * Decimal(str(1 + random.Random(f"{what.exchange} {base}").uniform(-0.02, 0.02)))
            step = increment_at(listing, won)
            yield listing, (won / step).to_integral_value(ROUND_HALF_UP) * step
        elif what.listing.kind is Kind.PERP:
            contract = what.listing.contract_size
            listing = replace(future(str(INCREMENT), "0.1", "0.1", str(contract), "5", 200))
            yield replace(listing, symbol=f"{base}/USDT", base=base), price
        else:
            yield spot(f"{base}/USDT", str(INCREMENT), "0.0001", "5", str(what.listing.taker_fee)), price


def _korean(symbol: str) -> Listing:
    return upbit.listing(symbol)
