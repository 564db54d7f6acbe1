"""The auditor finds every kind of lie, and nothing in the truth."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.exchange.houses import PERP, exchange, limit, market, timers
from tests.support.exchange.amounts import number
from tests.support.exchange.audit import Auditor
from tests.support.exchange.core import Exchange
from tests.support.exchange.history import Knock
from tests.support.exchange.office import Hand
from tests.support.exchange.told import Intent, Told, Trade, Wish
from tests.support.exchange.values import FeeRule, OrderRecord, PositionSide, Refused, Side, Status

STATES = {Status.OPEN: "open", Status.FILLED: "filled", Status.CANCELED: "canceled", Status.EXPIRED: "canceled"}


def truth(made: Exchange) -> Told:
    """What an honest program says of Alice, who began with deposits alone."""
    own = [order for order in made.truth("alice") if order.order_id not in made.history.foreign]
    told = Told(
        "alice",
        tuple(_intent(made, order) for order in own),
        tuple(_trade(made, order, number) for order in own for number in range(len(order.fills))),
        {},
        position_assets={"BTC/USDT": "BTC.POSITION"} if made.listings()[0].contract_size != 1 else {},
        quote="USDT",
        marks={"BTC": Decimal(50_000), "BTC.POSITION": Decimal(50_000), "BNB": Decimal(600)},
    )
    brought = Auditor(made).brought(told)
    marks = {"USDT": Decimal(1), **told.marks}
    return replace(told, balances=brought, profit=sum((brought[asset] * marks[asset] for asset in brought), Decimal(0)))


def _intent(made: Exchange, order: OrderRecord) -> Intent:
    per = made.listings()[0].contract_size
    return Intent(
        order.client_order_id, order.symbol, order.side.value, order.size * per, order.price, order.created_ms,
        STATES[order.status], order.filled * per, slot=order.client_order_id[:1], key=order.client_order_id[:2],
    )  # fmt: skip


def _trade(made: Exchange, order: OrderRecord, index: int) -> Trade:
    fill, per = order.fills[index], made.listings()[0].contract_size
    return Trade(
        order.client_order_id, str(fill.trade_id), fill.price, fill.size * per, fill.fee, fill.fee_asset
    )  # fmt: skip


@pytest.fixture
def made() -> Exchange:
    """Alice bought in two parts, cancelled an order, and has one open."""
    spot = exchange(fee_rule=FeeRule.RECEIVED)
    limit(spot, "alice", Side.BUY, "0.1", "50000", "a1")
    market(spot, "bob", Side.SELL, "0.04")
    timers(spot).advance(1000)
    market(spot, "bob", Side.SELL, "0.06")
    second = limit(spot, "alice", Side.BUY, "0.01", "49000", "b1")
    timers(spot).advance(1000)
    spot.cancel("alice", second.order_id)
    limit(spot, "alice", Side.BUY, "0.01", "48000", "b2")
    return spot


def test_an_honest_program_has_nothing_to_fear(made: Exchange) -> None:
    told = truth(made)
    assert Auditor(made).check(told) == []
    # 0.1 BTC less a thousandth, for 5,000; the BTC is worth 50,000.
    assert told.balances == {"BTC": Decimal("0.0999"), "USDT": Decimal(-5000)}
    assert told.profit == Decimal(-5)


LIES: list[tuple[str, Callable[[Told], Told]]] = [
    ("I1: order a1 arrived and nobody", lambda told: replace(told, intents=told.intents[1:])),
    (
        "I1: order a1 arrived 7 ms before",
        lambda told: _changed(told, "a1", committed_ms=told.intents[0].committed_ms + 7),
    ),
    ("I2: 0.1 was traded for a1", lambda told: _changed(told, "a1", quantity=Decimal("0.09"))),
    ("I3: order b2 is canceled here and open", lambda told: _changed(told, "b2", state="canceled")),
    ("I3: order b2 is unknown here and open", lambda told: _changed(told, "b2", state="unknown")),
    ("I3: order a1 has 0.05 filled here", lambda told: _changed(told, "a1", filled=Decimal("0.05"))),
    ("I3: order new is open here and never", lambda told: _more(told)),
    ("I5: trade 2 of 0.06 at 50000 for 0.00006 BTC of a1 is not booked", lambda told: _trades(told, told.trades[:1])),
    ("I5: trade 1 of 0.04", lambda told: _trades(told, (*told.trades, told.trades[0]))),
    ("I5: trade 3 of", lambda told: _trades(told, (told.trades[0], replace(told.trades[1], trade_id="3")))),
    (
        "I5: 1 trades of ghost are booked",
        lambda told: _trades(told, (*told.trades, replace(told.trades[0], client_order_id="ghost"))),
    ),
    (
        "I5: the ledger has 0.1 BTC and the account 0.0999, a difference of 0.0001",
        lambda told: replace(told, balances={**told.balances, "BTC": Decimal("0.1")}),
    ),
    ("I6: the profit reported is 0 USDT and the account gained -5", lambda told: replace(told, profit=Decimal(0))),
    ("I8: 0.11 of BTC/USDT were bound", lambda told: replace(told, most_bound={"BTC/USDT": Decimal("0.109")})),
    ("I10: order b2 was given up as lost and is open", lambda told: _changed(told, "b2", state="lost")),
]


@pytest.mark.parametrize(("sentence", "lie"), LIES, ids=[sentence[:24] for sentence, _ in LIES])
def test_every_lie_is_found(made: Exchange, sentence: str, lie: Callable[[Told], Told]) -> None:
    found = Auditor(made).check(lie(truth(made)))
    assert any(complaint.startswith(sentence) for complaint in found), found


def test_the_same_id_twice_is_found_even_where_the_exchange_takes_it(made: Exchange) -> None:
    limit(made, "alice", Side.BUY, "0.01", "47000", "a1")
    assert "I2: the exchange took order a1 2 times." in Auditor(made).check(truth(made))


def test_what_rests_is_compared_with_what_should(made: Exchange) -> None:
    limit(made, "alice", Side.SELL, "0.03", "52000", "s1")
    right = (
        Wish("BTC/USDT", "buy", Decimal(48_000), Decimal("0.01")),
        Wish("BTC/USDT", "sell", Decimal(52_000), Decimal("0.02")),
        Wish("BTC/USDT", "sell", Decimal(52_000), Decimal("0.01")),
    )
    assert Auditor(made).check(replace(truth(made), ladder=right)) == []
    assert Auditor(made).check(replace(truth(made), ladder=right[:2])) == [
        "I4: 0.03 of BTC/USDT rest to sell at 52000, and 0.02 should."
    ]
    assert Auditor(made).check(replace(truth(made), ladder=right[1:])) == [
        "I4: 0.01 of BTC/USDT rest to buy at 48000, and 0 should."
    ]


def test_two_live_orders_of_one_slot_are_found(made: Exchange) -> None:
    limit(made, "alice", Side.BUY, "0.01", "47000", "b3")
    assert "I2: b2 and b3 were both live in b." in Auditor(made).check(truth(made))


def test_asking_during_a_ban_is_found_after_a_moments_grace(made: Exchange) -> None:
    made.history.knocks.append(Knock(1100, "api.test", "/order", 1000, 5000))
    assert Auditor(made).check(truth(made)) == []
    made.history.knocks.append(Knock(1200, "api.test", "/order", 1000, 5000))
    assert Auditor(made).check(truth(made)) == ["I9: api.test/order was asked at 1200, banned until 5000."]


def test_what_the_traders_hand_does_is_not_the_programs(made: Exchange) -> None:
    before = truth(made)
    by_hand = limit(made, "alice", Side.SELL, "0.02", "51000", "hand")
    made.history.foreign.add(by_hand.order_id)
    market(made, "bob", Side.BUY, "0.02")
    made.transfer("alice", "USDT", Decimal(-100))
    assert Auditor(made).check(before) == []


def test_an_order_that_was_refused_needs_a_decision_too(made: Exchange) -> None:
    told = truth(made)
    with pytest.raises(Refused):
        limit(made, "alice", Side.BUY, "0.000001", "50000", "never-decided")
    assert Auditor(made).check(told) == ["I1: order never-decided arrived and nobody had decided it."]


def test_what_the_hand_was_refused_needs_no_decision(made: Exchange) -> None:
    told = truth(made)
    with pytest.raises(Refused):
        Hand(made, "alice", Counter()).order("BTC/USDT", Side.BUY, Decimal(1_000_000), Decimal(50_000), "hand")
    assert Auditor(made).check(told) == []


def test_a_perps_ledger_is_cash_and_position() -> None:
    perp = exchange(PERP)
    limit(perp, "alice", Side.BUY, "30", "50000", "a1")
    market(perp, "bob", Side.SELL, "30")
    limit(perp, "alice", Side.SELL, "10", "51000.1", "b1")
    market(perp, "bob", Side.BUY, "10")
    perp.perps.fund()
    told = truth(perp)
    assert told.balances["BTC.POSITION"] == Decimal("0.02")
    # Bought 0.03 at 50,000, sold 0.01 at 51,000.1, fees of 0.02 %, funding of 0.01 % of 0.02 at the last price.
    fees = Decimal("1500") * Decimal("0.0002") + Decimal("510.001") * Decimal("0.0002")
    funding = Decimal("0.02") * Decimal("51000.1") * Decimal("0.0001")
    assert told.balances["USDT"] == Decimal(-1500) + Decimal("510.001") - fees - funding
    assert Auditor(perp).check(told) == []
    wrong = replace(told, balances={**told.balances, "USDT": told.balances["USDT"] + Decimal("0.00000001")})
    assert [complaint[:3] for complaint in Auditor(perp).check(wrong)] == ["I5:"]
    assert number(perp.perps.cost_of("alice")[("BTC/USDT", PositionSide.BOTH)][0]) == 20


def _changed(told: Told, name: str, **changes: object) -> Told:
    intents = tuple(
        replace(intent, **changes) if intent.client_order_id == name else intent  # type: ignore[arg-type]
        for intent in told.intents
    )
    return replace(told, intents=intents)


def _more(told: Told) -> Told:
    return replace(told, intents=(*told.intents, replace(told.intents[2], client_order_id="new", key="new")))


def _trades(told: Told, trades: tuple[Trade, ...]) -> Told:
    return replace(told, trades=trades)
