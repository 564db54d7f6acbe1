"""Each refusal of docs/matching.md, alone and in the stated order."""

import dataclasses

import pytest

from engine.domain.messages import RejectCode
from engine.domain.order import Order, OrderState
from tests.engine.venues.builders import RULES, D, buy, code_of, matching, sell, short

# The market stands at 100. Prices are multiples of 0.5 below 1,000 and of 1 from there; sizes of 0.01 from 0.05 to 100;
# orders from 10 KRW; maker 0.1 %, taker 0.2 %; the account has 1,000 KRW and 10 BTC.
CASES = [
    ("price zero", buy("a", "0", "1"), RejectCode.PRICE_INCREMENT),
    ("price negative", buy("a", "-99", "1"), RejectCode.PRICE_INCREMENT),
    ("price off the increment", buy("a", "99.3", "1"), RejectCode.PRICE_INCREMENT),
    ("price off the increment of its band", sell("a", "1000.5", "1"), RejectCode.PRICE_INCREMENT),
    ("price on the increment of its band", sell("a", "1001", "1"), None),
    ("price not a number", buy("a", "NaN", "1"), RejectCode.PRICE_INCREMENT),
    ("price without end", sell("a", "Infinity", "1"), RejectCode.PRICE_INCREMENT),
    ("size zero", buy("a", "99", "0"), RejectCode.SIZE_INCREMENT),
    ("size negative", sell("a", "101", "-1"), RejectCode.SIZE_INCREMENT),
    ("size off the increment", buy("a", "99", "1.005"), RejectCode.SIZE_INCREMENT),
    ("size not a number", buy("a", "99", "NaN"), RejectCode.SIZE_INCREMENT),
    ("below the minimum size", buy("a", "99", "0.04"), RejectCode.MIN_QUANTITY),
    ("at the minimum size but too cheap", buy("a", "99", "0.05"), RejectCode.MIN_NOTIONAL),
    ("above the maximum size", sell("a", "101", "100.01"), RejectCode.MAX_QUANTITY),
    ("value one step below the minimum", buy("a", "99.5", "0.1"), RejectCode.MIN_NOTIONAL),
    ("value at the minimum", buy("a", "50", "0.2"), None),
    ("market order valued at the present price", sell("a", None, "0.09"), RejectCode.MIN_NOTIONAL),
    ("market order at the minimum", sell("a", None, "0.1"), None),
    ("post-only buy above the ask", buy("a", "100.5", "1"), RejectCode.POST_ONLY),
    ("post-only buy at the ask", buy("a", "100", "1"), RejectCode.POST_ONLY),
    ("post-only buy below the ask", buy("a", "99.5", "1"), None),
    ("post-only sell at the bid", sell("a", "100", "1"), RejectCode.POST_ONLY),
    ("post-only sell above the bid", sell("a", "100.5", "1"), None),
    # 9.99 x 100 = 999; the maker fee 0.999 still fits into 1,000, the taker fee 1.998 does not.
    ("fee at the maker rate fits", buy("a", "99.5", "10.04"), None),
    ("fee at the taker rate does not", buy("a", "99.5", "10.04", post_only=False), RejectCode.INSUFFICIENT_FUNDS),
    ("market buy counts the taker fee", buy("a", None, "9.99"), RejectCode.INSUFFICIENT_FUNDS),
    ("market buy that just fits", buy("a", None, "9.98"), None),
    ("sell of more than there is", sell("a", "101", "10.01"), RejectCode.INSUFFICIENT_FUNDS),
    ("sell of all there is", sell("a", "101", "10"), None),
]


@pytest.mark.parametrize(("request_", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_check(request_: Order, code: RejectCode | None) -> None:
    assert code_of(matching(), request_) == code


def test_the_first_check_that_fails_is_the_refusal() -> None:
    """One order breaks every rule; mending them one after the other shows the next refusal each time."""
    engine = matching(dataclasses.replace(RULES, max_open_orders=1), used=["used"])
    assert code_of(engine, buy("rests", "50", "1")) is None
    bad = buy("used", "1000.3", "0.001")
    steps = [
        (bad, RejectCode.DUPLICATE_ID),
        (dataclasses.replace(bad, client_order_id="n1"), RejectCode.PRICE_INCREMENT),
        (dataclasses.replace(bad, client_order_id="n2", price=D(1001)), RejectCode.SIZE_INCREMENT),
        (dataclasses.replace(bad, client_order_id="n3", price=D(1001), quantity=D("0.01")), RejectCode.MIN_QUANTITY),
        (dataclasses.replace(bad, client_order_id="n4", price=D(1001), quantity=D(200)), RejectCode.MAX_QUANTITY),
        (dataclasses.replace(bad, client_order_id="n5", price=D("0.5"), quantity=D(1)), RejectCode.MIN_NOTIONAL),
        (dataclasses.replace(bad, client_order_id="n6", price=D(1001), quantity=D(50)), RejectCode.MAX_OPEN_ORDERS),
    ]
    for request, code in steps:
        assert code_of(engine, request) == code
    assert engine.cancel("rests") is not None
    last = dataclasses.replace(bad, client_order_id="n7", price=D(1001), quantity=D(50))
    assert code_of(engine, last) == RejectCode.POST_ONLY
    resting = dataclasses.replace(last, client_order_id="n8", price=D(99))
    assert code_of(engine, resting) == RejectCode.INSUFFICIENT_FUNDS


def test_order_cap_counts_open_limit_orders_and_lets_market_orders_through() -> None:
    engine = matching()
    for number, price in enumerate(("90", "91", "92")):
        assert code_of(engine, buy(f"b{number}", price, "1")) is None
    assert code_of(engine, buy("b4", "93", "1")) == RejectCode.MAX_OPEN_ORDERS
    assert code_of(engine, sell("m", None, "1")) is None
    assert engine.cancel("b0") is not None
    assert code_of(engine, buy("b5", "93", "1")) is None


def test_market_order_without_volume_or_price_finds_no_market() -> None:
    assert code_of(matching(volume="0"), sell("a", None, "1")) == RejectCode.NO_MARKET
    assert code_of(matching(price=None), sell("a", None, "1")) == RejectCode.NO_MARKET
    # Volume below one size increment is none.
    assert code_of(matching(volume="0.009"), sell("a", None, "1")) == RejectCode.NO_MARKET


def test_before_the_first_price_limit_orders_rest() -> None:
    engine = matching(price=None)
    assert code_of(engine, buy("a", "99", "1", post_only=False)) is None
    assert engine.book.ids() == {"a"}


def test_a_refused_id_is_used_and_its_reason_is_kept() -> None:
    engine = matching()
    placement = engine.place(buy("a", "100", "1"))
    assert placement.order.state is OrderState.REJECTED
    assert placement.order.reason.startswith("post_only: A post-only order at 100 would trade at once")
    assert list(placement.change.orders) == ["a"], "the store gets it, so the id counts as used"


def test_a_doubled_id_leaves_the_first_order_as_it_is() -> None:
    engine = matching(used=["a"])
    placement = engine.place(buy("a", "99", "1"))
    assert placement.reason is not None
    assert not placement.change
    assert engine.last_order_number == 0


def test_what_rests_is_reserved_and_given_back() -> None:
    engine = matching()
    engine.place(buy("a", "90", "2"))
    engine.place(sell("s", "110", "3"))
    # 180 and 0.1 % of it.
    assert short(engine.balances.reserved("KRW")) == "180.18"
    assert short(engine.balances.reserved("BTC")) == "3"
    engine.place(buy("b", "80", "1", post_only=False))
    # 80 and 0.2 % of it on top.
    assert short(engine.balances.reserved("KRW")) == "260.34"
    for identity in ("a", "b", "s"):
        assert engine.cancel(identity) is not None
    assert engine.balances.reserved("KRW") == engine.balances.reserved("BTC") == 0
    assert engine.cancel("a") is None
