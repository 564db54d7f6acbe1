"""Fills with hand-worked numbers: fees in quote and in base, partial fills, priority, quotes and prints."""

import dataclasses
from decimal import Decimal

from engine.domain.messages import RejectCode
from engine.domain.order import Liquidity, OrderState, Side
from engine.venues.tape import Print, TopOfBook
from tests.engine.venues.builders import (
    FREE,
    IN_BASE,
    RULES,
    START_MS,
    D,
    buy,
    code_of,
    matching,
    rows_of,
    sell,
    short,
)


def top(bid: str, ask: str, bid_quantity: str = "100", ask_quantity: str = "100") -> TopOfBook:
    return TopOfBook(START_MS, D(bid), D(ask), D(bid_quantity), D(ask_quantity))


def trade(price: str, quantity: str, side: Side) -> Print:
    return Print(START_MS, D(price), D(quantity), side)


def test_taker_pays_the_taker_fee_in_quote() -> None:
    engine = matching()
    placement = engine.place(buy("a", None, "2"))
    assert rows_of(placement.change.fills) == [("a", "100", "2", "0.4")]
    assert placement.change.fills[0].liquidity is Liquidity.TAKER
    assert placement.order.state is OrderState.FILLED
    assert [short(engine.balances.total(asset)) for asset in ("KRW", "BTC")] == ["799.6", "12"]


def test_maker_pays_the_maker_fee_in_quote() -> None:
    engine = matching()
    engine.place(buy("a", "90", "2"))
    change, has_arrived = engine.move(D(80))
    assert rows_of(change.fills) == [("a", "90", "2", "0.18")]
    assert change.fills[0].liquidity is Liquidity.MAKER
    assert not has_arrived
    assert [short(engine.balances.total(asset)) for asset in ("KRW", "BTC")] == ["819.82", "12"]
    assert engine.balances.reserved("KRW") == 0


def test_fee_in_base_is_taken_from_what_a_buy_receives_and_from_the_quote_of_a_sell() -> None:
    engine = matching(IN_BASE)
    bought = engine.place(buy("a", None, "2")).change.fills
    assert [(short(fill.fee), fill.fee_asset) for fill in bought] == [("0.004", "BTC")]
    assert [short(engine.balances.total(asset)) for asset in ("KRW", "BTC")] == ["800", "11.996"]
    sold = engine.place(sell("b", None, "1")).change.fills
    assert [(short(fill.fee), fill.fee_asset) for fill in sold] == [("0.2", "KRW")]
    assert [short(engine.balances.total(asset)) for asset in ("KRW", "BTC")] == ["899.8", "10.996"]
    # A resting buy reserves its value alone.
    engine.place(buy("c", "90", "2"))
    assert engine.balances.reserved("KRW") == 180


def test_fees_are_rounded_half_up_to_the_eighth_decimal() -> None:
    engine = matching(dataclasses.replace(RULES, taker_fee=D("0.00033335")), price="0.5", volume="100")
    # 0.5 x 20.01 = 10.005, of which 0.00033335 is 0.00333516675.
    assert short(engine.place(buy("a", None, "20.01")).change.fills[0].fee) == "0.00333517"
    assert RULES.fee(D("0.000005"), D("0.001")) == D("0.00000001"), "exactly half a unit goes up"
    assert RULES.fee(D("0.00000499"), D("0.001")) == 0


def test_a_limit_order_that_crosses_trades_at_the_present_price_and_its_rest_rests() -> None:
    engine = matching(volume="3")
    placement = engine.place(buy("a", "110", "5", post_only=False))
    assert rows_of(placement.change.fills) == [("a", "100", "3", "0.6")]
    assert placement.order.state is OrderState.OPEN
    # The rest of 2 holds back 220 and the taker fee of 0.44.
    assert short(engine.balances.reserved("KRW")) == "220.44"
    assert engine.book.ids() == {"a"}


def test_a_market_order_that_is_filled_in_part_loses_its_rest_at_once() -> None:
    engine = matching(volume="3")
    placement = engine.place(buy("a", None, "5"))
    assert rows_of(placement.change.fills) == [("a", "100", "3", "0.6")]
    assert placement.order.state is OrderState.CANCELED
    assert placement.order.filled == 3
    assert engine.balances.reserved("KRW") == 0
    assert code_of(engine, buy("b", None, "1")) == RejectCode.NO_MARKET


def test_the_better_price_goes_first_and_at_one_price_the_older_order() -> None:
    engine = matching(FREE, krw="100000")
    for identity, price in (("late", "90"), ("high", "95"), ("later", "90"), ("low", "85")):
        engine.place(buy(identity, price, "1"))
    reached: list[str] = []
    for _ in range(4):
        change, _ = engine.move(D(80))
        reached += [fill.client_order_id for fill in change.fills]
    assert reached == ["high", "late", "later", "low"]
    assert engine.move(D(80))[1]


def test_a_partial_fill_keeps_its_place_in_time() -> None:
    engine = matching(FREE, krw="100000", volume="3")
    engine.place(buy("first", "90", "2"))
    engine.place(buy("second", "90", "2"))
    engine.trade(trade("90", "1", Side.SELL))
    change, _ = engine.trade(trade("90", "2", Side.SELL))
    assert rows_of(change.fills) == [("first", "90", "1", "0"), ("second", "90", "1", "0")]


def test_a_jump_fills_all_it_jumped_over_at_their_own_prices() -> None:
    engine = matching(FREE, krw="100000")
    for identity, price in (("b95", "95"), ("b90", "90"), ("b80", "80")):
        engine.place(buy(identity, price, "1"))
    engine.place(sell("s120", "120", "1"))
    change = engine.jump(D(85))
    assert [(fill.client_order_id, short(fill.price)) for fill in change.fills] == [("b95", "95"), ("b90", "90")]
    change = engine.jump(D(125))
    assert [fill.client_order_id for fill in change.fills] == ["s120"]


def test_where_a_jump_reaches_both_sides_buys_go_first() -> None:
    """A buy left behind at 100 for want of volume, a sell at 95 above the price of 90: an open at 97 is beyond both."""
    engine = matching(FREE, krw="100000", volume="0")
    engine.jump(D(110))
    engine.place(buy("b100", "100", "2"))
    engine.move(D(90))
    engine.place(sell("s95", "95", "2"))
    engine.set_volume(D(3))
    change = engine.jump(D(97))
    assert rows_of(change.fills) == [("b100", "100", "2", "0"), ("s95", "95", "1", "0")]


def test_a_quote_fills_what_it_crosses_up_to_the_size_displayed() -> None:
    engine = matching(FREE, krw="100000", price=None)
    engine.show(top("99", "101"))
    for identity, price in (("b98", "98"), ("b97", "97")):
        engine.place(buy(identity, price, "2"))
    change = engine.show(top("96", "97", ask_quantity="3"))
    assert rows_of(change.fills) == [("b98", "98", "2", "0"), ("b97", "97", "1", "0")]
    # The displayed size is used up, so a taker finds nothing to buy, but can still sell.
    assert code_of(engine, buy("t", None, "1")) == RejectCode.NO_MARKET
    assert rows_of(engine.place(sell("u", None, "1")).change.fills) == [("u", "96", "1", "0")]


def test_takers_trade_at_their_own_side_of_the_quote() -> None:
    engine = matching(FREE, krw="100000", price=None)
    engine.show(top("99", "101"))
    assert rows_of(engine.place(buy("a", None, "1")).change.fills) == [("a", "101", "1", "0")]
    assert rows_of(engine.place(sell("b", None, "1")).change.fills) == [("b", "99", "1", "0")]


def test_a_print_fills_only_the_side_it_hit_from_the_best_price_up_to_its_quantity() -> None:
    engine = matching(FREE, krw="100000", price=None)
    engine.show(top("90", "110"))
    for identity, price in (("b95", "95"), ("b94", "94"), ("b93", "93")):
        engine.place(buy(identity, price, "2"))
    engine.place(sell("s105", "105", "2"))
    change, left = engine.trade(trade("94", "3", Side.SELL))
    assert rows_of(change.fills) == [("b95", "95", "2", "0"), ("b94", "94", "1", "0")]
    assert left == 0
    change, left = engine.trade(trade("106", "5", Side.BUY))
    assert rows_of(change.fills) == [("s105", "105", "2", "0")]
    assert left == 3
    assert not engine.trade(trade("94", "5", Side.BUY))[0], "a bought print does not hit buys"


def test_when_parts_round_up_the_account_never_pays_what_it_does_not_have() -> None:
    """Two parts whose fees round up each cost a unit more than the fee of the whole; the account has not got it."""
    rules = dataclasses.replace(FREE, size_increment=D("0.00000001"), min_quantity=D(0), maker_fee=D("0.0005"))
    # Value 0.00001 each: 0.5 x 0.00002; its fee is 0.000000005, half a unit, which goes up to a whole one.
    krw = D("0.5") * D("0.00004") + rules.fee(D("0.00002"), D("0.0005"))
    engine = matching(rules, krw=str(krw), btc="0", price="1")
    assert code_of(engine, buy("a", "0.5", "0.00004")) is None
    for _ in range(2):
        engine.trade(trade("0.5", "0.00002", Side.SELL))
        assert engine.balances.free("KRW") == 0, "the rest holds back all that is left, and not more"
    assert engine.balances.total("BTC") == D("0.00004")
    assert engine.balances.total("KRW") == 0
    assert engine.balances.reserved("KRW") == 0


def test_a_rebate_is_paid_out_but_not_counted_on() -> None:
    engine = matching(dataclasses.replace(RULES, maker_fee=D("-0.001")))
    engine.place(buy("a", "90", "2"))
    assert engine.balances.reserved("KRW") == 180
    change, _ = engine.move(D(80))
    assert rows_of(change.fills) == [("a", "90", "2", "-0.18")]
    assert short(engine.balances.total("KRW")) == "820.18"


def test_the_book_skips_what_the_price_has_passed() -> None:
    engine = matching(FREE, krw="100000", volume="0", price="110")
    for identity, price in (("b100", "100"), ("b85", "85"), ("b86", "86")):
        engine.place(buy(identity, price, "1"))
    for identity, price in (("s120", "120"), ("s130", "130")):
        engine.place(sell(identity, price, "1"))
    reached = [engine.book.buy_between(D(80), D(90)), engine.book.sell_between(D(125), D(140))]
    assert [found and found.client_order_id for found in reached] == ["b86", "s130"]
    assert engine.book.buy_between(D(87), D(99)) is None
    assert engine.book.sell_between(D(131), D(140)) is None
    touched = [engine.book.buy_between(D(100), D(100)), engine.book.sell_between(D(120), D(120))]
    assert [found and found.client_order_id for found in touched] == ["b100", "s120"]


def test_trade_ids_count_up_and_carry_the_books_own_mark() -> None:
    engine = matching(FREE)
    ids = [engine.place(buy(f"o{at}", None, "1")).change.fills[0].trade_id for at in range(3)]
    assert ids == ["aa-00000001", "aa-00000002", "aa-00000003"]


def test_volume_is_cut_to_the_size_increment() -> None:
    engine = matching(FREE, price="100", volume="1.239")
    assert rows_of(engine.place(sell("a", None, "5")).change.fills) == [("a", "100", "1.23", "0")]
    assert isinstance(engine.market.buy_room, Decimal)
