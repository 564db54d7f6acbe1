"""Hand-worked numbers of the loopback exchange's ledger: what trades cost, who is first, what is reserved."""

from decimal import Decimal

import pytest

from tests.exchange.houses import exchange, limit, locked, market, timers, total
from tests.support.exchange.amounts import atoms, rounded
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import (
    ZERO,
    FeeRule,
    IdRule,
    Life,
    Reason,
    Refused,
    Request,
    SelfTrade,
    Side,
    Status,
    Type,
)


def test_a_trade_moves_exactly_price_times_size_and_both_fees() -> None:
    made = exchange()
    limit(made, "alice", Side.BUY, "0.12345", "50000.01")
    taken = limit(made, "bob", Side.SELL, "0.1", "49000")
    # 0.1 x 50000.01 = 5000.001; maker 0.1 % = 5.000001, taker 0.2 % = 10.000002.
    assert (taken.status, taken.value) == (Status.FILLED, Decimal("5000.001"))
    assert total(made, "alice", "USDT") == Decimal(10_000) - Decimal("5000.001") - Decimal("5.000001")
    assert total(made, "bob", "USDT") == Decimal(10_000) + Decimal("5000.001") - Decimal("10.000002")
    assert total(made, "alice", "BTC") == Decimal("1.1")
    assert total(made, "bob", "BTC") == Decimal("0.9")
    # 0.02345 x 50000.01 = 1172.5002345 rests, and 0.2 % of it rounded up to 10^-8.
    assert locked(made, "alice", "USDT") == Decimal("1172.5002345") + Decimal("2.34500047")


def test_the_taker_gets_the_makers_price_and_the_rest_of_the_reserve_back() -> None:
    made = exchange()
    limit(made, "bob", Side.SELL, "0.1", "49000")
    bought = limit(made, "alice", Side.BUY, "0.1", "50000")
    assert bought.fills[0].price == 49_000
    assert total(made, "alice", "USDT") == Decimal(10_000) - Decimal(4900) - Decimal("9.8")
    assert locked(made, "alice", "USDT") == 0


@pytest.mark.parametrize(
    ("rule", "asset", "fee"),
    [(FeeRule.QUOTE, "USDT", "9.9"), (FeeRule.RECEIVED, "BTC", "0.000198"), (FeeRule.THIRD, "BNB", "0.0165")],
)
def test_the_fee_is_in_the_asset_that_the_rule_says(rule: FeeRule, asset: str, fee: str) -> None:
    made = exchange(fee_rule=rule, fee_asset="BNB", fee_asset_price=Decimal(600))
    made.transfer("alice", "BNB", Decimal(1))
    limit(made, "bob", Side.SELL, "0.099", "50000")
    fill = market(made, "alice", Side.BUY, "0.099").fills[0]
    assert (fill.fee_asset, fill.fee) == (asset, Decimal(fee))


def test_the_third_asset_pays_while_there_is_some() -> None:
    made = exchange(fee_rule=FeeRule.THIRD, fee_asset="BNB", fee_asset_price=Decimal(600))
    made.transfer("alice", "BNB", Decimal("0.02"))
    limit(made, "bob", Side.SELL, "0.2", "50000")
    first = market(made, "alice", Side.BUY, "0.099").fills[0]
    second = market(made, "alice", Side.BUY, "0.099").fills[0]
    assert (first.fee_asset, second.fee_asset) == ("BNB", "BTC")
    assert total(made, "alice", "BNB") == Decimal("0.0035")


def test_fees_are_rounded_half_up_to_the_houses_step() -> None:
    assert rounded(5, 10, 1) == 1
    assert rounded(-5, 10, 1) == -1
    assert rounded(4, 10, 1) == 0
    assert rounded(149, 1, 100) == 100
    assert rounded(150, 1, 100) == 200
    made = exchange(money_step=Decimal(1))
    limit(made, "bob", Side.SELL, "0.005", "50000")
    # 250 x 0.2 % = 0.5 and 250 x 0.1 % = 0.25.
    assert market(made, "alice", Side.BUY, "0.005").fills[0].fee == 1
    assert total(made, "bob", "USDT") == Decimal(10_250)


def test_first_come_first_served_at_a_price_and_better_prices_before() -> None:
    made = exchange()
    made.transfer("bob", "USDT", Decimal(10_000))
    first = limit(made, "alice", Side.SELL, "0.1", "50000", "first")
    Strangers(made).place("BTC/USDT", Side.SELL, Decimal(50_000), Decimal("0.1"))
    last = limit(made, "alice", Side.SELL, "0.1", "50000", "last")
    better = limit(made, "alice", Side.SELL, "0.1", "49999", "better")
    market(made, "bob", Side.BUY, "0.15")
    filled = {record.client_order_id: record.filled for record in made.orders("alice")}
    assert filled == {"first": Decimal("0.05"), "last": 0, "better": Decimal("0.1")}
    market(made, "bob", Side.BUY, "0.05")
    assert made.find("alice", order_id=last.order_id).filled == 0  # type: ignore[union-attr]
    assert {first.order_id, better.order_id}.isdisjoint(o.order_id for o in made.open_orders("alice"))


def test_an_amended_order_goes_to_the_end_of_the_queue_and_keeps_what_it_traded() -> None:
    made = exchange()
    mine = limit(made, "alice", Side.SELL, "0.1", "50000", "mine")
    market(made, "bob", Side.BUY, "0.04")
    Strangers(made).place("BTC/USDT", Side.SELL, Decimal(50_000), Decimal("0.1"))
    changed = made.amend("alice", mine.order_id, Decimal("0.2"), Decimal(50_000))
    assert (changed.filled, changed.size, locked(made, "alice", "BTC")) == (
        Decimal("0.04"),
        Decimal("0.2"),
        Decimal("0.16"),
    )
    market(made, "bob", Side.BUY, "0.1")
    assert made.find("alice", order_id=mine.order_id).filled == Decimal("0.04")  # type: ignore[union-attr]
    with pytest.raises(Refused) as refused:
        made.amend("alice", mine.order_id, Decimal("0.04"), None)
    assert refused.value.reason is Reason.MIN_QUANTITY


def test_a_market_buy_by_money_spends_no_more_and_takes_whole_steps() -> None:
    made = exchange()
    limit(made, "bob", Side.SELL, "0.01", "50000")
    limit(made, "bob", Side.SELL, "0.01", "51000")
    bought = made.place("alice", Request("BTC/USDT", Side.BUY, Type.MARKET, None, cost=Decimal(700)))
    # 0.01 x 50000 = 500; 200 / 51000 = 0.00392 in steps of 0.00001.
    assert (bought.status, bought.filled, bought.value) == (Status.FILLED, Decimal("0.01392"), Decimal("699.92"))
    assert bought.size == bought.filled
    assert locked(made, "alice", "USDT") == 0


@pytest.mark.parametrize(
    ("life", "status", "filled"),
    [(Life.IOC, Status.EXPIRED, "0.1"), (Life.FOK, Status.EXPIRED, "0"), (Life.GTC, Status.OPEN, "0.1")],
)
def test_what_cannot_trade_at_once_rests_or_ends(life: Life, status: Status, filled: str) -> None:
    made = exchange()
    limit(made, "bob", Side.SELL, "0.1", "50000")
    order = limit(made, "alice", Side.BUY, "0.11", "50000", life=life)
    assert (order.status, order.filled) == (status, Decimal(filled))
    assert (locked(made, "alice", "USDT") > 0) is (status is Status.OPEN)


def test_post_only_is_refused_or_taken_and_ended_as_the_house_does() -> None:
    made = exchange()
    limit(made, "bob", Side.SELL, "0.1", "50000")
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.BUY, "0.1", "50000", life=Life.POST_ONLY)
    assert refused.value.reason is Reason.POST_ONLY
    other = exchange(refuses_post_only=False)
    limit(other, "bob", Side.SELL, "0.1", "50000")
    ended = limit(other, "alice", Side.BUY, "0.1", "50000", life=Life.POST_ONLY)
    assert (ended.status, ended.filled, locked(other, "alice", "USDT")) == (Status.EXPIRED, ZERO, ZERO)


@pytest.mark.parametrize(
    ("size", "price", "reason"),
    [
        ("0.1", "50000.001", Reason.PRICE_INCREMENT),
        ("0.1", "50000.00000000001", Reason.PRICE_INCREMENT),
        ("0.1", "-50000", Reason.PRICE_INCREMENT),
        ("0.1", "1" + "0" * 40, Reason.INSUFFICIENT_FUNDS),
        ("0.000001", "50000", Reason.SIZE_INCREMENT),
        ("0.00000000001", "50000", Reason.SIZE_INCREMENT),
        ("0", "50000", Reason.MIN_QUANTITY),
        ("9000.00001", "50000", Reason.MAX_QUANTITY),
        ("0.00009", "50000", Reason.MIN_NOTIONAL),
        ("0.2", "50000", Reason.INSUFFICIENT_FUNDS),
    ],
)
def test_rules_are_kept_and_a_no_changes_nothing(size: str, price: str, reason: Reason) -> None:
    made = exchange()
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.BUY, size, price)
    assert refused.value.reason is reason
    assert (locked(made, "alice", "USDT"), len(made.orders("alice"))) == (ZERO, 0)
    assert made.history.received[-1].reason is reason


def test_open_orders_have_a_cap() -> None:
    made = exchange()
    for number in range(5):
        limit(made, "alice", Side.BUY, "0.001", str(40_000 + number))
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.BUY, "0.001", "39000")
    assert refused.value.reason is Reason.MAX_OPEN_ORDERS


def test_an_id_is_free_again_after_its_order_or_never() -> None:
    made = exchange()
    one = limit(made, "alice", Side.BUY, "0.001", "40000", "id")
    with pytest.raises(Refused):
        limit(made, "alice", Side.BUY, "0.001", "40000", "id")
    made.cancel("alice", one.order_id)
    two = limit(made, "alice", Side.BUY, "0.001", "40000", "id")
    assert made.find("alice", client_order_id="id").order_id == two.order_id  # type: ignore[union-attr]
    strict = exchange(id_rule=IdRule.EVER)
    with pytest.raises(Refused):
        limit(strict, "alice", Side.BUY, "0.001", "40000.001", "id")
    with pytest.raises(Refused) as refused:
        limit(strict, "alice", Side.BUY, "0.001", "40000", "id")
    assert refused.value.reason is Reason.DUPLICATE_ID


def test_an_account_does_not_trade_with_itself_unless_it_may() -> None:
    for mode, resting, new in (
        (SelfTrade.CANCEL_RESTING, Status.PREVENTED, Status.OPEN),
        (SelfTrade.CANCEL_NEW, Status.OPEN, Status.PREVENTED),
        (SelfTrade.ALLOW, Status.FILLED, Status.FILLED),
    ):
        made = exchange(self_trade=mode)
        old = limit(made, "alice", Side.SELL, "0.1", "50000")
        order = limit(made, "alice", Side.BUY, "0.1", "50000")
        assert (made.truth("alice")[0].status, order.status) == (resting, new)
        assert made.find("alice", order_id=old.order_id) is not None
    made = exchange(self_trade=SelfTrade.REFUSE)
    limit(made, "alice", Side.SELL, "0.1", "50000")
    with pytest.raises(Refused) as refused:
        limit(made, "alice", Side.BUY, "0.1", "50000")
    assert refused.value.reason is Reason.SELF_TRADE


def test_queries_do_not_see_what_is_younger_than_the_lag() -> None:
    made = exchange(lag_ms=2000)
    order = limit(made, "alice", Side.BUY, "0.1", "40000", "id")
    assert made.find("alice", client_order_id="id") is None
    assert made.open_orders("alice") == []
    assert [record.order_id for record in made.truth("alice")] == [order.order_id]
    timers(made).advance(2000)
    assert made.find("alice", client_order_id="id") is not None
    assert len(made.open_orders("alice")) == 1


def test_the_dead_mans_switch_cancels_unless_it_is_armed_again() -> None:
    made = exchange()
    limit(made, "alice", Side.BUY, "0.1", "40000")
    made.arm("alice", 10_000)
    timers(made).advance(9_000)
    made.arm("alice", 10_000)
    timers(made).advance(9_999)
    assert len(made.open_orders("alice")) == 1
    timers(made).advance(1)
    assert made.open_orders("alice") == []
    limit(made, "alice", Side.BUY, "0.1", "40000")
    made.arm("alice", 10_000)
    made.arm("alice", 0)
    timers(made).advance(20_000)
    assert len(made.open_orders("alice")) == 1


def test_the_rules_change_while_orders_rest() -> None:
    made = exchange()
    order = limit(made, "alice", Side.BUY, "0.1", "40000.01")
    made.change_listing("BTC/USDT", price_bands=((Decimal(0), Decimal(1)),))
    with pytest.raises(Refused):
        limit(made, "alice", Side.BUY, "0.1", "40000.01")
    assert market(made, "bob", Side.SELL, "0.05").fills[0].price == Decimal("40000.01")
    made.change_listing("BTC/USDT", is_trading=False)
    with pytest.raises(Refused) as refused:
        market(made, "bob", Side.SELL, "0.05")
    assert refused.value.reason is Reason.HALTED
    made.delist("BTC/USDT")
    ended = made.find("alice", order_id=order.order_id)
    assert ended is not None
    assert (ended.status, ended.filled, locked(made, "alice", "USDT")) == (Status.EXPIRED, Decimal("0.05"), ZERO)


def test_all_of_an_assets_amounts_sum_to_nothing() -> None:
    made = exchange()
    limit(made, "alice", Side.BUY, "0.1", "50000")
    market(made, "bob", Side.SELL, "0.07")
    Strangers(made).take("BTC/USDT", Side.SELL, Decimal("0.03"))
    assert made.ledger.sum_of("BTC") == made.ledger.sum_of("USDT") == 0
    by_hand = sum(entry.atoms for entry in made.ledger.entries if (entry.account, entry.asset) == ("alice", "USDT"))
    assert by_hand == atoms(total(made, "alice", "USDT"))
