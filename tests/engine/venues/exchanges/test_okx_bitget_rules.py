"""Random orders on random markets of OKX and Bitget, written by the dialect and judged by the exchange's own rules."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from engine.domain.instrument import Instrument, VenueRules
from engine.domain.order import Order, OrderKind, Purpose, Side
from engine.venues.exchanges.bitget import Bitget
from engine.venues.exchanges.bitget_mix import BitgetMix
from engine.venues.exchanges.dialect import Call, Dialect, Listed
from engine.venues.exchanges.okx import Okx
from engine.venues.exchanges.okx_swap import OkxSwap
from tests.exchange.houses import HOUSE
from tests.support.exchange.amounts import count
from tests.support.exchange.checks import counted
from tests.support.exchange.core import Exchange, renamed
from tests.support.exchange.skins import bitget_rows, okx_rows
from tests.support.exchange.skins.bitget_trading import BitgetTrading
from tests.support.exchange.skins.okx_trading import Place, request_of
from tests.support.exchange.timers import HandTimers
from tests.support.exchange.values import Kind, Listing, Request

#: A hundred thousand orders in a full run; the ordinary one takes the first of these markets.
MARKETS, ORDERS = 200 if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else 20, 500
NOW = datetime(2026, 11, 29, tzinfo=UTC)
FEES = Decimal("0.001"), Decimal("0.002")
TEMPLATE = Order(
    "", "loopbot1", "live:test", "live:test", "BTC/USDT", Side.BUY, OrderKind.LIMIT, Decimal(1), Decimal(1), True,
    Purpose.RUNG_BUY, 1, 1, 0, 1, NOW, NOW,
)  # fmt: skip
Read = Callable[[Call], Request]


@dataclass(frozen=True, slots=True)
class Market:
    """A market as the exchange lists it and as we read it. `read` is how the exchange takes a call of ours."""

    listing: Listing
    listed: Listed
    read: Read


def step(chance: Random, low: int, high: int, digits: tuple[int, ...] = (1, 2, 5)) -> Decimal:
    """A number with one digit, such as 0.005."""
    return Decimal(chance.choice(digits)).scaleb(-chance.randint(low, high))


def listing_of(chance: Random, *, kind: Kind, contract: Decimal, is_power_of_ten: bool) -> Listing:
    """Any increments that exchanges have; smallest sizes are some of the size increments."""
    digits = (1,) if is_power_of_ten else (1, 2, 5)
    size = step(chance, 0, 6, digits)
    return Listing(
        "BTC/USDT", "BTC", "USDT", kind, ((Decimal(0), step(chance, 0, 6, digits)),), size,
        size * chance.choice((1, 1, 10, 25)), size * 10_000_000, chance.choice((Decimal(0), Decimal(1), Decimal(5))),
        500, FEES[0], FEES[1], contract,
    )  # fmt: skip


def core_of(listing: Listing) -> Exchange:
    core = Exchange(renamed(HOUSE, listings=(listing,)), HandTimers())
    core.open_account("ann")
    return core


def okx(chance: Random, kind: Kind) -> Market:
    contract = step(chance, -2, 3, (1,)) if kind is Kind.PERP else Decimal(1)
    listing = replace(
        listing_of(chance, kind=kind, contract=contract, is_power_of_ten=False), min_notional=Decimal(0)
    )  # fmt: skip
    dialect: Okx = OkxSwap() if kind is Kind.PERP else Okx()
    row = okx_rows.instrument(listing)
    listed = Listed(dialect.described("live:test", "BTC/USDT", row, FEES), row["instId"], True)
    place = Place(core_of(listing), "ann", listing)
    return Market(listing, listed, lambda call: request_of(place, dict(call.params), str(call.params["clOrdId"])))


def bitget(chance: Random, kind: Kind) -> Market:
    listing = listing_of(chance, kind=kind, contract=Decimal(1), is_power_of_ten=kind is Kind.SPOT)
    dialect: Bitget = BitgetMix() if kind is Kind.PERP else Bitget()
    row = bitget_rows.contract(listing) if kind is Kind.PERP else bitget_rows.spot_symbol(listing)
    listed = Listed(dialect.described("live:test", "BTC/USDT", row, FEES)[0], row["symbol"], True)
    trading = BitgetTrading(core_of(listing), kind)

    def read(call: Call) -> Request:
        return trading.request_of("ann", listing, dict(call.params), str(call.params["clientOid"]))

    return Market(listing, listed, read)


VENUES: Mapping[str, tuple[Callable[[], Dialect], Callable[[Random], Market]]] = {
    "okx": (Okx, lambda chance: okx(chance, Kind.SPOT)),
    "okxswap": (OkxSwap, lambda chance: okx(chance, Kind.PERP)),
    "bitget": (Bitget, lambda chance: bitget(chance, Kind.SPOT)),
    "bitgetmix": (BitgetMix, lambda chance: bitget(chance, Kind.PERP)),
}


def orders(chance: Random, instrument: Instrument) -> Iterator[tuple[Order, Decimal]]:
    """Orders that keep the rules as we read them, with the price they trade at: over six powers of ten."""
    rules: VenueRules = instrument.rules
    tick, most = rules.price_bands[0].increment, rules.max_quantity
    assert most is not None
    for number in range(ORDERS):
        least, price = most + 1, tick
        while least > most:
            price = rules.nearest_price(tick * int(10 ** chance.uniform(0.5, 6.5)))
            least = rules.smallest_tradable(price)
        wanted = rules.floor_size(least + rules.size_increment * int(10 ** chance.uniform(0, 7)))
        is_market = chance.random() < 0.2
        order = replace(
            TEMPLATE, client_order_id=f"loopbot1G1R{number}BC0A1", side=chance.choice((Side.BUY, Side.SELL)),
            price=None if is_market else price, kind=OrderKind.MARKET if is_market else OrderKind.LIMIT,
            post_only=not is_market and chance.random() < 0.5, quantity=min(wanted, most),
        )  # fmt: skip
        yield order, price


@pytest.mark.parametrize("venue", VENUES)
def test_no_order_that_keeps_our_rules_breaks_the_exchanges(venue: str) -> None:
    chance = Random(venue)
    kind, make = VENUES[venue]
    dialect, sent = kind(), 0
    for _ in range(MARKETS):
        market = make(chance)
        for order, price in orders(chance, market.listed.instrument):
            request = market.read(dialect.place(order, market.listed, price))
            numbers = counted(market.listing, request, count(price))
            assert request.size is not None, "of base, never of money"
            assert request.size * market.listing.contract_size == order.quantity
            assert numbers.cost is None
            assert (request.price is None) or order.price in (None, request.price)
            sent += 1
    assert sent == MARKETS * ORDERS
