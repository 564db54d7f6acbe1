"""After a restart what closes comes first: nothing that opens is sent before each exit has its answer."""

from decimal import Decimal

import pytest

from engine.domain.bot import BotState
from engine.domain.messages import (
    AccountConnected,
    BalancesReported,
    Message,
    OrderAccepted,
    OrderCanceled,
    OrderRejected,
    OrderUnknown,
    RejectCode,
    RejectReason,
)
from engine.domain.order import Order, Side
from tests.engine.kernel.perp_scenes import perp, tell_position
from tests.engine.kernel.perp_scenes import started as started_on_futures
from tests.engine.kernel.test_grid_run import started
from tests.engine.kernel.town import Town

D = Decimal


def restarted_empty(town: Town) -> list[Order]:
    """The program is killed, all its orders are gone at the venue, and it comes back; what it sends is not answered."""
    balances = town.kernel.account_views()[0].balances
    assert town.at_price is not None
    town.kernel = town.reborn()
    town.orders.clear()
    sent: list[Order] = []
    town._place = sent.append  # type: ignore[method-assign,assignment]
    for order in town.kernel.live_orders("town"):
        town._report(order)
    town.tell(BalancesReported("town", balances, town.now))
    town.tell(AccountConnected(town.account, (town.instrument,), town.now))
    town.price(town.at_price)
    return sent


def accepted(order: Order, town: Town) -> Message:
    return OrderAccepted(order.client_order_id, f"w{order.client_order_id}", town.now)


def unknown(order: Order, town: Town) -> Message:
    return OrderUnknown(order.client_order_id, "no answer", town.now)


def refused(order: Order, town: Town) -> Message:
    return OrderRejected(order.client_order_id, RejectReason(RejectCode.POST_ONLY, "would trade"), town.now)


@pytest.mark.parametrize("answer", [accepted, unknown, refused])
def test_entries_are_sent_only_when_every_exit_has_its_answer(answer: object) -> None:
    assert callable(answer)
    town = started(125)
    before = {side: town.resting(side) for side in Side}
    assert before[Side.BUY]
    assert before[Side.SELL]
    sent = restarted_empty(town)
    exits = list(sent)
    assert sorted(f"{order.price.normalize():f}" for order in exits if order.price) == sorted(before[Side.SELL])
    assert {order.side for order in exits} == {Side.SELL}
    for order in exits[:-1]:
        town.tell(answer(order, town))
    town.price(town.at_price or D(125))
    assert not [order for order in sent if order.side is Side.BUY]
    # The market stands still: nobody waits for a quote.
    town.tell(answer(exits[-1], town))
    entries = [f"{order.price.normalize():f}" for order in sent if order.side is Side.BUY and order.price]
    assert sorted(entries) == sorted(before[Side.BUY])


def test_when_the_exchange_has_ended_all_orders_by_itself_what_closes_is_sent_again_first() -> None:
    town = started_on_futures(perp())
    tell_position(town, town.bot().base_held)
    before = {side: town.resting(side) for side in Side}
    assert before[Side.BUY]
    assert before[Side.SELL]
    sent: list[Order] = []
    town._place = sent.append  # type: ignore[method-assign,assignment]
    ended = list(town.orders.values())
    town.orders.clear()
    for order in ended:
        town.tell(OrderCanceled(order.client_order_id, order.filled_quantity, town.now))
    # Futures wait for what the exchange says of the position: it may have been taken away.
    assert not sent
    tell_position(town, town.bot().base_held)
    town.price(town.at_price or D(120))
    exits = list(sent)
    assert {order.side for order in exits} == {Side.SELL}
    for order in exits:
        town.tell(accepted(order, town))
    entries = [f"{order.price.normalize():f}" for order in sent if order.side is Side.BUY and order.price]
    assert sorted(entries) == sorted(before[Side.BUY])


def test_a_bot_without_exits_sends_its_entries_at_once() -> None:
    town = started(155)
    assert not town.resting(Side.SELL)
    before = town.resting(Side.BUY)
    sent = restarted_empty(town)
    assert sorted(f"{order.price.normalize():f}" for order in sent if order.price) == sorted(before)


def test_an_exit_that_would_trade_at_once_holds_nothing_up() -> None:
    town = started(125)
    highest = town.resting(Side.SELL)[-1]
    town.at_price = D(highest) + 5
    sent = restarted_empty(town)
    assert {order.side for order in sent} == {Side.BUY}
    assert town.bot().bot.state is BotState.RUNNING
