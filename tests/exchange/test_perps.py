"""Hand-worked numbers of the loopback exchange's perps: one contract is a thousandth of a bitcoin."""

from collections import Counter
from decimal import Decimal

import pytest

from tests.exchange.houses import PERP, exchange, limit, market, timers, total
from tests.support.exchange.amounts import amount
from tests.support.exchange.core import Exchange
from tests.support.exchange.ledger import STRANGERS
from tests.support.exchange.office import Office
from tests.support.exchange.perps import CLEARING, FUNDING_MS
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import (
    AccountEvent,
    OrderEvent,
    Position,
    PositionEvent,
    PositionSide,
    Reason,
    Refused,
    Side,
    Status,
)

BTC = "BTC/USDT"
LONG, SHORT, BOTH = PositionSide.LONG, PositionSide.SHORT, PositionSide.BOTH


def perp() -> Exchange:
    """Strangers rest far away, so that only what a test trades moves the last price."""
    return exchange(PERP)


def only(made: Exchange, who: str = "alice") -> Position:
    [position] = made.positions(who)
    return position


def trade(made: Exchange, side: Side, size: str, price: str, position_side: PositionSide = BOTH) -> None:
    """Alice's order rests, and Bob meets it."""
    limit(made, "alice", side, size, price, position_side=position_side)
    Strangers(made).take(BTC, side.opposite, Decimal(size))


def test_a_position_its_margin_and_its_fee() -> None:
    made = perp()
    trade(made, Side.BUY, "20", "50000")
    held = only(made)
    assert (held.size, held.entry_price, held.side, held.leverage) == (Decimal(20), Decimal(50_000), BOTH, 20)
    # 0.02 BTC for 1,000; a twentieth of it is margin, 0.02 % the maker's fee.
    assert (held.margin, total(made, "alice", "USDT")) == (Decimal(50), Decimal("9999.8"))
    assert made.balances("alice")[0].locked == 50
    made.perps.set_mark(BTC, Decimal("51000.5"))
    assert only(made).unrealized == Decimal("20.01")
    assert only(made).margin == Decimal("51.0005")


def test_what_closing_realizes_is_rounded_and_the_rest_stays_in_the_cost() -> None:
    made = perp()
    for price in ("50000.1", "50000.2", "50000.4"):
        trade(made, Side.BUY, "1", price)
    limit(made, "alice", Side.SELL, "1", "50001")
    Strangers(made).take(BTC, Side.BUY, Decimal(1))
    # Cost 150.0007; a third of it is 50.00023333..., sold for 50.001.
    [first] = made.truth("alice")[-1].fills
    assert first.realized == Decimal("0.00076667")
    assert amount(made.perps.cost_of("alice")[BTC, BOTH][1]) == Decimal("100.00046667")
    limit(made, "alice", Side.SELL, "2", "50001")
    Strangers(made).take(BTC, Side.BUY, Decimal(2))
    [second] = made.truth("alice")[-1].fills
    assert second.realized == Decimal("0.00153333")
    assert first.realized + second.realized == Decimal("0.0023")
    assert made.positions("alice") == []


def test_an_order_larger_than_the_position_turns_it_round() -> None:
    made = perp()
    trade(made, Side.BUY, "10", "50000")
    trade(made, Side.SELL, "30", "50100")
    held = only(made)
    assert (held.size, held.entry_price) == (Decimal(-20), Decimal(50_100))
    assert made.truth("alice")[-1].fills[0].realized == 1
    made.perps.set_mark(BTC, Decimal(50_000))
    assert only(made).unrealized == 2


def test_hedge_mode_holds_both_sides_and_closes_each_with_its_own() -> None:
    made = perp()
    made.set_hedge_mode("alice", is_hedged=True)
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.BUY, "1", "50000")
    assert refused.value.reason is Reason.POSITION_SIDE
    trade(made, Side.BUY, "10", "50000", position_side=LONG)
    trade(made, Side.SELL, "4", "50000", position_side=SHORT)
    assert {(held.side, held.size) for held in made.positions("alice")} == {(LONG, Decimal(10)), (SHORT, Decimal(-4))}
    limit(made, "alice", Side.SELL, "7", "50500", position_side=LONG)
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.SELL, "4", "50500", position_side=LONG)
    assert refused.value.reason is Reason.REDUCE_ONLY
    Strangers(made).take(BTC, Side.BUY, Decimal(7))
    assert {(held.side, held.size) for held in made.positions("alice")} == {(LONG, Decimal(3)), (SHORT, Decimal(-4))}
    with pytest.raises(Refused):
        made.set_hedge_mode("alice", is_hedged=False)


def test_the_mode_cannot_be_changed_with_orders_open() -> None:
    made = perp()
    order = limit(made, "alice", Side.BUY, "1", "40000")
    with pytest.raises(Refused):
        made.set_hedge_mode("alice", is_hedged=True)
    made.cancel("alice", order.order_id)
    made.set_hedge_mode("alice", is_hedged=True)
    assert made.is_hedged("alice")


def test_funding_is_paid_at_its_time_by_the_mark() -> None:
    made = perp()
    trade(made, Side.BUY, "20", "50000")
    made.perps.set_mark(BTC, Decimal(50_500))
    before = total(made, "alice", "USDT")
    rate, at_ms = made.funding(BTC)
    assert (rate, at_ms % FUNDING_MS) == (Decimal("0.0001"), 0)
    timers(made).advance(at_ms - made.now_ms() - 1)
    assert made.funding_paid("alice") == []
    timers(made).advance(1)
    [event] = made.funding_paid("alice", BTC)
    # 0.02 x 50,500 x 0.01 %.
    assert (event.amount, event.at_ms) == (Decimal("-0.101"), at_ms)
    assert total(made, "alice", "USDT") == before - Decimal("0.101")
    made.markets[BTC].funding_rate = Decimal("-0.0002")
    timers(made).advance(FUNDING_MS)
    assert made.funding_paid("alice")[-1].amount == Decimal("0.202")


def test_an_isolated_position_is_liquidated_where_it_says() -> None:
    made = perp()
    made.set_isolated("alice", BTC, is_isolated=True)
    trade(made, Side.BUY, "100", "50000")
    held = only(made)
    # 5,000 at 20 fold: 250 of margin. (5000 - 250) / (0.1 x (1 - 0.004)).
    assert held.liquidation_price is not None
    assert held.liquidation_price.quantize(Decimal("0.0001")) == Decimal("47690.7631")
    made.perps.set_mark(BTC, Decimal("47690.8"))
    assert only(made).size == 100
    resting = limit(made, "alice", Side.BUY, "1", "40000")
    made.perps.set_mark(BTC, Decimal("47690.7"))
    assert made.positions("alice") == []
    assert made.find("alice", order_id=resting.order_id).status is Status.EXPIRED  # type: ignore[union-attr]
    last = made.truth("alice")[-1]
    assert last.client_order_id.startswith("autoclose-")
    assert last.order_id in made.history.foreign
    # 0.1 x (47690.7 - 50000), the taker's fee of 0.05 %, and the maker's of before.
    assert total(made, "alice", "USDT") == Decimal(10_000) - Decimal("230.93") - Decimal("2.384535") - Decimal(1)


def test_a_crossed_position_lives_on_the_whole_wallet() -> None:
    made = perp()
    trade(made, Side.SELL, "100", "50000")
    held = only(made)
    # Short 0.1 for 5,000, 9,999 in the wallet: (-5000 - 9999) / (-0.1 x 1.004).
    assert held.liquidation_price is not None
    assert held.liquidation_price.quantize(Decimal("0.01")) == Decimal("149392.43")
    made.perps.set_mark(BTC, Decimal(140_000))
    assert only(made).size == -100


def test_larger_positions_have_lower_leverage_and_more_maintenance() -> None:
    made = perp()
    made.transfer("alice", "USDT", Decimal(100_000))
    made.set_leverage("alice", BTC, 100)
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.BUY, "1100", "50000")
    assert refused.value.reason is Reason.LEVERAGE
    with pytest.raises(Refused):
        made.set_leverage("alice", BTC, 101)
    made.set_leverage("alice", BTC, 50)
    trade(made, Side.BUY, "1100", "50000")
    # 55,000: 1 % less 50,000 x (1 % - 0.4 %).
    assert made.perps.margins.maintenance(PERP, 55_000 * 10**20) == (10**8, 300 * 10**20)
    with pytest.raises(Refused):
        made.set_leverage("alice", BTC, 100)
    Office(made, Counter()).change_brackets(BTC, 20, Decimal("0.5"))
    # Half of 55,000 is needed now, and there are 110,000 in the wallet.
    assert only(made).size == 1100


def test_margin_limits_what_can_be_opened_and_not_what_closes() -> None:
    made = perp()
    trade(made, Side.BUY, "3900", "50000")
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.BUY, "200", "50000")
    assert refused.value.reason is Reason.INSUFFICIENT_FUNDS
    closing = limit(made, "alice", Side.SELL, "3900", "50100")
    assert closing.status is Status.OPEN


def test_an_amended_order_needs_its_new_margin() -> None:
    made = perp()
    order = limit(made, "alice", Side.BUY, "3900", "50000")
    with pytest.raises(Refused) as refused:
        made.amend("alice", order.order_id, Decimal(4100), None)
    assert refused.value.reason is Reason.INSUFFICIENT_FUNDS
    assert made.amend("alice", order.order_id, Decimal(3950), None).size == 3950
    assert made.book(BTC, 1).bids == ((Decimal(50_000), Decimal(3950)),)


def test_orders_that_only_reduce() -> None:
    made = perp()
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.SELL, "10", "50000", is_reduce_only=True)
    assert refused.value.reason is Reason.REDUCE_ONLY
    trade(made, Side.BUY, "10", "50000")
    stop = limit(made, "alice", Side.SELL, "10", "51000", is_reduce_only=True)
    more = limit(made, "alice", Side.SELL, "8", "52000", is_reduce_only=True)
    Strangers(made).place(BTC, Side.BUY, Decimal(49_000), Decimal(100))
    # Closing half of it by hand leaves 5 to close.
    market(made, "alice", Side.SELL, "5")
    Strangers(made).place(BTC, Side.BUY, Decimal(51_000), Decimal(10), rests=False)
    assert made.positions("alice") == []
    ended = {order.order_id: (order.status, order.filled) for order in made.truth("alice")}
    assert ended[stop.order_id] == (Status.EXPIRED, Decimal(5))
    assert ended[more.order_id] == (Status.EXPIRED, Decimal(0))


def test_a_market_order_that_only_reduces_ends_where_the_position_does() -> None:
    made = perp()
    trade(made, Side.BUY, "10", "50000")
    Strangers(made).place(BTC, Side.BUY, Decimal(49_000), Decimal(100))
    order = market(made, "alice", Side.SELL, "30", is_reduce_only=True)
    assert (order.status, order.filled) == (Status.EXPIRED, Decimal(10))
    assert made.positions("alice") == []


def test_auto_deleveraging_closes_against_the_venue_and_is_told() -> None:
    made = perp()
    trade(made, Side.SELL, "10", "50000")
    heard: list[AccountEvent] = []
    made.listen_account("alice", heard.append)
    office = Office(made, Counter())
    office.liquidate("alice", BTC)
    assert made.positions("alice") == []
    assert [event.order.status for event in heard if isinstance(event, OrderEvent)] == [Status.OPEN, Status.FILLED]
    told = [event for event in heard if isinstance(event, PositionEvent)]
    assert told[-1].positions[0].size == 0


def test_positions_and_costs_of_everybody_sum_to_nothing() -> None:
    made = perp()
    trade(made, Side.BUY, "7", "50000.1")
    trade(made, Side.SELL, "3", "50123.4")
    limit(made, "alice", Side.SELL, "10", "50010.7")
    market(made, "bob", Side.BUY, "2")
    everybody = ("alice", "bob", STRANGERS)
    assert sum(made.perps.cost_of(who).get((BTC, BOTH), (0, 0))[0] for who in everybody) == 0
    costs = sum(made.perps.cost_of(who).get((BTC, BOTH), (0, 0))[1] for who in everybody)
    assert costs + made.ledger.total(CLEARING, "USDT") == 0
    assert made.ledger.sum_of("USDT") == 0
