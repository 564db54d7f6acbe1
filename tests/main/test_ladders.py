"""What is said of a ladder whose orders are not exactly those that its rungs ask for."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.domain.grid import Rung
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side
from tests.main.ladders import ladder_of
from tests.proof.books import OurBooks
from tests.support.exchange.told import Wish
from tests.support.exchange.venues_under_test import BINANCE, OKX_SWAP

D = Decimal
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BID, ASK = D("59999.99"), D("60000.01")
BUYS = Rung(0, D(59_000), D(59_500), D("0.01"), D("0.01"))
#: A fee in base left a little less than a whole step.
SELLS = Rung(1, D(60_500), D(61_000), D("0.01"), D("0.01"), bought=D("0.00999123"), bought_gross=D("0.01"))


def order(rung: Rung, side: Side, quantity: str, *, attempt: int = 1) -> Order:
    price = rung.buy_price if side is Side.BUY else rung.sell_price
    purpose = Purpose.RUNG_BUY if side is Side.BUY else Purpose.RUNG_SELL
    return Order(
        f"R{rung.index}{side.value}A{attempt}", "abcd1234", "live:binance", "live:binance", "BTC/USDT", side,
        OrderKind.LIMIT, price, D(quantity), True, purpose, 1, rung.index, 1, attempt, NOW, NOW, OrderState.OPEN,
    )  # fmt: skip


BUY, SELL = order(BUYS, Side.BUY, "0.01"), order(SELLS, Side.SELL, "0.00999")


def complaints(*orders: Order, rungs: tuple[Rung, ...] = (BUYS, SELLS), ask: Decimal = ASK) -> list[str]:
    books = OurBooks(
        {each.client_order_id: each for each in orders}, (), {}, (), [("abcd1234", each) for each in rungs]
    )
    return ladder_of(books, BINANCE.listing, BID, ask).complaints


def test_a_whole_ladder_is_what_should_rest() -> None:
    books = OurBooks({each.client_order_id: each for each in (BUY, SELL)}, (), {}, (), [("b", BUYS), ("b", SELLS)])
    found = ladder_of(books, BINANCE.listing, BID, ASK)
    assert found.complaints == []
    assert found.wishes == [
        Wish("BTC/USDT", "buy", D(59_000), D("0.01")),
        Wish("BTC/USDT", "sell", D(61_000), D("0.00999")),
    ]


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ((SELL,), "Rung 0 does not buy 0.01 at 59000"),
        ((BUY,), "Rung 1 does not sell 0.00999 at 61000"),
        ((BUY, order(SELLS, Side.SELL, "0.005")), "Rung 1 does not sell 0.00499 at 61000"),
        ((order(BUYS, Side.BUY, "0.009"), SELL), "Rung 0 buys 0.009, and misses 0.01."),
        ((BUY, SELL, order(BUYS, Side.BUY, "0.01", attempt=2)), "Rung 0 buys with 2 orders."),
        ((BUY, SELL, order(SELLS, Side.SELL, "0.001", attempt=2)), "Rung 1 sells 0.01099, and holds 0.00999123."),
        ((replace(BUY, price=D(58_999)), SELL), "R0buyA1 stands at 58999, and its line is 59000."),
        ((BUY, replace(SELL, cycle=2)), "R1sellA1 is a rung_sell of cycle 2."),
        ((BUY, SELL, replace(BUY, client_order_id="L", rung=-1)), "L rests and belongs to no rung."),
    ],
)
def test_each_difference_is_a_sentence(orders: tuple[Order, ...], said: str) -> None:
    assert any(said in each for each in complaints(*orders))


def test_parts_that_a_sell_follows_may_rest_beside_each_other() -> None:
    assert complaints(BUY, order(SELLS, Side.SELL, "0.004"), order(SELLS, Side.SELL, "0.00599", attempt=2)) == []


def test_an_order_that_would_trade_at_once_waits() -> None:
    assert complaints(SELL, ask=D(59_000)) == []
    assert complaints(SELL, ask=D("59000.01")) != []


def test_a_missing_rung_is_seen() -> None:
    assert complaints(SELL, rungs=(SELLS,)) == ["The rungs are [1]."]


def test_a_ladder_that_the_exchange_has_no_room_for_is_not_taken_for_whole() -> None:
    most = BINANCE.listing.max_open_orders
    rungs = [replace(BUYS, index=index, buy_price=D(59_000 - index)) for index in range(most + 1)]
    orders = [order(rung, Side.BUY, "0.01") for rung in rungs]
    assert complaints(*orders[:most], rungs=tuple(rungs[:most])) == []
    assert complaints(*orders, rungs=tuple(rungs)) == ["201 orders are wanted, and 200 may rest."]


def test_a_futures_sizes_are_contracts() -> None:
    books = OurBooks({}, (), {}, (), [("b", replace(BUYS, quantity=D("0.0009")))])
    # A tenth of a contract of 0.01 BTC is the least, so 0.001 is asked for instead.
    [said] = ladder_of(books, OKX_SWAP.listing, BID, ASK).complaints
    assert said.startswith("Rung 0 does not buy 0.001 at 59000")
