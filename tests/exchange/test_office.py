"""What venues do to their markets and traders do by hand, each counted under its name."""

from collections import Counter
from decimal import Decimal

import pytest

from tests.exchange.houses import PERP, exchange, limit, market, timers, total
from tests.support.exchange.core import Exchange
from tests.support.exchange.office import Hand, Office
from tests.support.exchange.values import Kind, Reason, Refused, Side, Status

BTC = "BTC/USDT"


def refused(act: object, *what: object) -> Reason:
    with pytest.raises(Refused) as caught:
        act(*what)  # type: ignore[operator]
    return caught.value.reason


def buy(made: Exchange, size: str, price: str) -> None:
    limit(made, "alice", Side.BUY, size, price)


def test_rules_change_under_a_ladder_and_what_rests_rests() -> None:
    made, acts = exchange(), Counter[str]()
    office = Office(made, acts)
    old = limit(made, "alice", Side.BUY, "0.00123", "40000.01", "old")
    office.change_tick(BTC, Decimal("0.5"))
    assert refused(buy, made, "0.001", "40000.01") is Reason.PRICE_INCREMENT
    buy(made, "0.001", "40000.5")
    office.change_step(BTC, Decimal("0.001"))
    assert refused(buy, made, "0.0011", "40000") is Reason.SIZE_INCREMENT
    office.change_least(BTC, Decimal(100))
    assert refused(buy, made, "0.002", "40000") is Reason.MIN_NOTIONAL
    assert made.find("alice", order_id=old.order_id).status is Status.OPEN  # type: ignore[union-attr]
    office.halt(BTC)
    assert refused(buy, made, "0.003", "40000") is Reason.HALTED
    made.cancel("alice", old.order_id)
    office.resume(BTC)
    buy(made, "0.003", "40000")
    office.delist(BTC)
    assert made.open_orders("alice") == []
    assert acts == {"tick change": 1, "step change": 1, "min notional change": 1, "halt": 1, "delist": 1}


def test_the_venue_ends_an_order_once() -> None:
    made, acts = exchange(), Counter[str]()
    office = Office(made, acts)
    order = limit(made, "alice", Side.BUY, "0.01", "40000")
    assert office.end_order(order.order_id).status is Status.EXPIRED
    assert refused(office.end_order, order.order_id) is Reason.ALREADY_DONE


def test_one_order_is_filled_whoever_stands_before_it_in_parts_that_sum_up() -> None:
    made, acts = exchange(), Counter[str]()
    office = Office(made, acts)
    limit(made, "bob", Side.BUY, "0.01", "40000")
    order = limit(made, "alice", Side.BUY, "0.00100", "40000")
    filled = office.fill(order.order_id, Decimal("0.0007"), parts=3)
    assert [fill.size for fill in filled.fills] == [Decimal("0.00023"), Decimal("0.00023"), Decimal("0.00024")]
    assert made.truth("bob")[0].filled == 0
    assert office.fill(order.order_id).status is Status.FILLED
    with pytest.raises(ValueError, match="does not rest"):
        office.fill(order.order_id)


def test_lag_begins_and_ends() -> None:
    made, acts = exchange(), Counter[str]()
    office = Office(made, acts)
    office.lag(1000)
    limit(made, "alice", Side.BUY, "0.01", "40000")
    assert made.open_orders("alice") == []
    office.lag(0)
    assert len(made.open_orders("alice")) == 1
    assert acts == {"lag": 1}


def test_higher_maintenance_liquidates_at_once() -> None:
    made, acts = exchange(PERP), Counter[str]()
    limit(made, "bob", Side.SELL, "3000", "50000")
    market(made, "alice", Side.BUY, "3000")
    Office(made, acts).change_brackets(BTC, 20, Decimal("0.07"))
    # Seven hundredths of 150,000 are more than what is left of the 10,000, on either side.
    assert made.positions("alice") == made.positions("bob") == []
    assert acts == {"bracket change": 1}


def test_a_hand_orders_cancels_and_moves_money() -> None:
    made, acts = exchange(), Counter[str]()
    hand = Hand(made, "alice", acts)
    program = limit(made, "alice", Side.BUY, "0.01", "40000", "program")
    own = hand.order(BTC, Side.SELL, Decimal("0.01"), Decimal(60_000))
    assert made.history.foreign == {own.order_id}
    assert hand.cancel(program.order_id).status is Status.CANCELED
    hand.move_money("USDT", Decimal(-9_000))
    assert refused(hand.move_money, "USDT", Decimal(-1_001)) is Reason.INSUFFICIENT_FUNDS
    hand.move_money("USDT", Decimal(5))
    assert total(made, "alice", "USDT") == 1005
    assert acts == {"hand order": 1, "hand cancel": 1, "withdrawal": 2, "transfer": 1}


def test_time_stands_in_the_stamps() -> None:
    made = exchange()
    assert made.listings()[0].kind is Kind.SPOT
    order = limit(made, "alice", Side.BUY, "0.01", "40000")
    timers(made).advance(1234)
    assert made.cancel("alice", order.order_id).updated_ms - order.created_ms == 1234
