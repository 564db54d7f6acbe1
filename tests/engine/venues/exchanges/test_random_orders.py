"""Random orders on random markets of Binance spot, written by the dialect and judged by the exchange's own rules."""

from decimal import Decimal
from random import Random

from engine.domain.instrument import Instrument
from engine.venues.exchanges.binance import BinanceSpot
from engine.venues.exchanges.binance_words import rules_of
from engine.venues.exchanges.dialect import Listed
from tests.engine.venues.exchanges.test_okx_bitget_rules import MARKETS, ORDERS, core_of, listing_of, orders
from tests.support.exchange.amounts import count
from tests.support.exchange.checks import counted
from tests.support.exchange.skins.binance_keys import Caller
from tests.support.exchange.skins.binance_orders import SpotOrders
from tests.support.exchange.skins.binance_words import rules
from tests.support.exchange.values import ApiKey, Kind


def test_no_order_that_keeps_our_rules_breaks_binances() -> None:
    chance, dialect, sent = Random("binance"), BinanceSpot(), 0
    for _ in range(MARKETS):
        listing = listing_of(chance, kind=Kind.SPOT, contract=Decimal(1), is_power_of_ten=False)
        row = rules(listing)
        ours = rules_of(row["filters"], listing.maker_fee, listing.taker_fee)
        listed = Listed(Instrument("live:test", "BTC/USDT", "BTC", "USDT", ours), row["symbol"], True)
        skin, caller = SpotOrders(core_of(listing)), Caller("ann", ApiKey("key", "secret"))
        for order, price in orders(chance, listed.instrument):
            call = dialect.place(order, listed, price)
            request = skin.read(caller, {name: str(value) for name, value in call.params.items()})
            counted(listing, request, count(price))
            assert request.size == order.quantity, "of base, never of money"
            assert request.price == order.price
            assert request.client_order_id == order.client_order_id
            sent += 1
    assert sent == MARKETS * ORDERS
