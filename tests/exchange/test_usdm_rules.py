"""Many orders by the rules that our dialect reads of Binance USDM: none is refused for its numbers."""

import os
import random
from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.order import Order, OrderKind, Purpose, Side
from engine.domain.risk import ApprovedOrder, approve
from engine.venues.exchanges import usdm_words
from engine.venues.exchanges.binanceusdm import BinanceUsdm
from engine.venues.exchanges.dialect import Listed
from tests.support.exchange import values
from tests.support.exchange.checks import counted
from tests.support.exchange.skins.usdm_words import rules as listing_row
from tests.support.exchange.values import Kind, Listing

D = Decimal
#: So many that more than a hundred thousand are approved.
#: The whole number in a full run; the ordinary one takes the first of them.
ORDERS = 106_000 if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else 10_600
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def listing(symbol: str, tick: str, step: str, least: str, value: str) -> Listing:
    base, quote = symbol.split("/")
    return Listing(
        symbol, base, quote, Kind.PERP, ((D(0), D(tick)),), D(step), D(least), D(1_000_000), D(value), 200,
        D("0.0002"), D("0.0005"),
    )  # fmt: skip


#: With the increments and minimums of real symbols, cheap ones and dear ones.
LISTINGS = (
    (listing("BTC/USDT", "0.10", "0.001", "0.001", "100"), D(95_000)),
    (listing("ETH/USDT", "0.01", "0.001", "0.001", "20"), D(3_500)),
    (listing("XRP/USDT", "0.0001", "0.1", "0.1", "5"), D("2.3")),
    (listing("DOGE/USDT", "0.00001", "1", "1", "5"), D("0.31")),
    (listing("1000SHIB/USDT", "0.000001", "1", "1", "5"), D("0.0214")),
)


def test_no_order_that_we_approve_is_refused_for_its_numbers() -> None:
    chance = random.Random(20261129)
    dialect = BinanceUsdm()
    approved = denied = 0
    for number in range(ORDERS):
        there, middle = LISTINGS[number % len(LISTINGS)]
        rules = usdm_words.rules_of(listing_row(there), there.maker_fee, there.taker_fee)
        instrument = Instrument("v", there.symbol, there.base, there.quote, rules, kind=InstrumentKind.PERP)
        price = rules.nearest_price(middle * D(chance.randint(500_000, 1_500_000)) / 1_000_000)
        quantity = rules.floor_size(D(chance.randint(1, 20_000_000)) / 1_000 / price)
        is_market = chance.random() < 0.1
        order = Order(
            f"abcdefghG1R{number % 900}BC1A1", "abcdefgh", "v", "v", there.symbol, chance.choice(list(Side)),
            OrderKind.MARKET if is_market else OrderKind.LIMIT, None if is_market else price, quantity,
            not is_market and chance.random() < 0.5, Purpose.RUNG_BUY, 1, 1, 1, 1, NOW, NOW,
            is_reduce_only=chance.random() < 0.3,
        )  # fmt: skip
        if not isinstance(approve(order, instrument, price, None), ApprovedOrder):
            denied += 1
            continue
        approved += 1
        sent = dialect.place(order, Listed(instrument, there.symbol.replace("/", ""), True), price).params
        request = values.Request(
            there.symbol, values.Side(sent["side"].lower()),
            values.Type.MARKET if sent["type"] == "MARKET" else values.Type.LIMIT, D(sent["quantity"]),
            D(sent["price"]) if "price" in sent else None, client_order_id=sent["newClientOrderId"],
            is_reduce_only=sent.get("reduceOnly") == "true",
        )  # fmt: skip
        counted(there, request, int(price * 10**10))  # raises Refused for what breaks a rule
    assert approved + denied == ORDERS
    # What we deny ourselves is what is too small for a symbol; most is not.
    assert approved > ORDERS * 0.8
