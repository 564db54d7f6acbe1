"""Answers that are lost or none, streams that are silent, broken, repeating or leaving out: all comes right once."""

import asyncio
from decimal import Decimal

import pytest

from engine.domain.messages import OrderAccepted, OrderCanceled, OrderFilled, OrderRejected, OrderUnknown
from engine.domain.order import Order, OrderState, Side
from tests.engine.venues.exchanges.test_orders import placed, report_of, totals
from tests.support.exchange import values
from tests.support.exchange.account import LoopbackAccount
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.values import Status
from tests.support.waiting import last, wait_for

#: Ways in which an answer is no answer, whatever became of the order.
LOST = (
    Action.RESET,
    Action.TRUNCATED,
    Action.HTML,
    Action.EMPTY,
    Action.BRACES,
    Action.STATUS,
    Action.UNSURE,
)
#: Instead of the seconds that an exchange may need to find an order it has taken.
SHORT_LAG_S = 1.0
#: What can happen to an order before the answer to it is known.
BECAME = ("open", "partly filled", "filled", "cancelled")


def strike(account: LoopbackAccount, action: Action, kind: str = "order", **more: object) -> Rule:
    """A fault at the next request of a kind."""
    return account.plan.add(Rule(Point.REQUEST, action, kind=kind, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("action", LOST, ids=lambda action: str(action.value))
async def test_an_order_whose_answer_was_lost_is_found_and_never_doubled(
    account: LoopbackAccount, action: Action
) -> None:
    rule = strike(account, action, is_processed=True)
    order = account.order(Side.BUY, account.below(50))
    outcome = await account.venue.place(order)
    assert rule.struck == 1
    # Its frame may have come first, which is as good as an answer; a refusal it never is.
    assert isinstance(outcome, OrderUnknown | OrderAccepted), outcome
    assert await report_of(account, order) == (OrderState.OPEN, Decimal(0))
    assert len(account.there(order)) == 1


@pytest.mark.parametrize("action", [Action.RESET, Action.STATUS, Action.HTML], ids=lambda action: str(action.value))
async def test_an_order_that_never_arrived_is_lost_only_after_the_lag(account: LoopbackAccount, action: Action) -> None:
    strike(account, action)
    order = account.order(Side.BUY, account.below(50))
    sent_at = asyncio.get_running_loop().time()
    account.venue.questions.dialect.lag_s = SHORT_LAG_S
    assert isinstance(await account.venue.place(order), OrderUnknown)
    assert await account.venue.report(order) is None, "not found so soon is no answer"
    report = await wait_for(lambda: account.venue.report(order), what="a report", within_s=20)
    assert report.state is OrderState.LOST
    assert asyncio.get_running_loop().time() - sent_at >= SHORT_LAG_S
    assert not account.there(order)


@pytest.mark.parametrize("became", BECAME)
async def test_what_became_of_an_order_while_nobody_knew_is_told_once(account: LoopbackAccount, became: str) -> None:
    # Neither the answer nor a frame of the stream tells anything: only asking does.
    account.plan.add(Rule(Point.FRAME, Action.DROP, contains="loopbot1", times=None))
    strike(account, Action.RESET, is_processed=True)
    # Of a post-only order some exchanges do not say whether it would have traded.
    order = account.order(Side.SELL, account.above(20), post_only=became != "cancelled")
    assert isinstance(await account.venue.place(order), OrderUnknown)
    [there] = account.there(order)
    half = order.quantity / 2
    account.others.clear(order.symbol)
    expected: tuple[OrderState, Decimal] = (OrderState.OPEN, Decimal(0))
    if became == "partly filled":
        account.others.take(order.symbol, values.Side.BUY, account.sizes(half))
        expected = (OrderState.OPEN, half)
    elif became == "filled":
        account.trade_through(account.above(40))
        expected = (OrderState.FILLED, order.quantity)
    elif became == "cancelled":
        account.core.end_order(there.order_id, Status.CANCELED)
        expected = (OrderState.CANCELED, Decimal(0))
    assert await report_of(account, order) == expected
    assert len(account.there(order)) == 1


async def test_a_number_used_twice_is_asked_about(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(50)))
    assert isinstance(await account.venue.place(order), OrderUnknown | OrderAccepted)
    assert len(account.there(order)) == 1


async def test_what_happened_while_we_were_away_is_in_the_first_report(unconnected: LoopbackAccount) -> None:
    account = unconnected
    await account.connect()
    resting = await placed(account, account.order(Side.BUY, account.below(70)))
    filled = await placed(account, account.order(Side.BUY, account.below(20)))
    # Of a post-only order some exchanges do not say whether it would have traded.
    gone = await placed(account, account.order(Side.BUY, account.below(60), post_only=False))
    await account.disconnect()
    account.trade_through(account.below(40))
    account.core.end_order(account.there(gone)[0].order_id, Status.CANCELED)
    await account.connect()
    assert await report_of(account, resting) == (OrderState.OPEN, Decimal(0))
    assert await report_of(account, filled) == (OrderState.FILLED, filled.quantity)
    assert await report_of(account, gone) == (OrderState.CANCELED, Decimal(0))
    assert totals(account) == account.truth


async def test_an_order_from_before_a_restart_is_not_lost_at_once(unconnected: LoopbackAccount) -> None:
    account = unconnected
    order = account.order(Side.BUY, account.below(50))
    began_at = asyncio.get_running_loop().time()
    await account.connect()
    account.venue.questions.dialect.lag_s = SHORT_LAG_S
    assert await account.venue.report(order) is None
    report = await wait_for(lambda: account.venue.report(order), what="a report", within_s=20)
    assert report.state is OrderState.LOST
    assert asyncio.get_running_loop().time() - began_at >= SHORT_LAG_S


@pytest.mark.parametrize("action", [Action.HTML, Action.BRACES, Action.EMPTY], ids=lambda action: str(action.value))
async def test_a_page_is_no_list_of_orders_and_no_order_that_is_unknown(
    account: LoopbackAccount, action: Action
) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(50)))
    await wait_for(lambda: account.venue.report(order), what="the order")
    rule = strike(account, action, kind="query", times=None)
    for _ in range(3):
        assert await account.venue.report(order) is None
    assert rule.struck >= 3
    with pytest.raises(Exception, match="answer"):
        await account.venue.open_client_order_ids(order.symbol)
    with pytest.raises(Exception, match="answer"):
        await account.venue.balances()


async def test_fills_told_twice_are_one(account: LoopbackAccount) -> None:
    account.plan.add(Rule(Point.FRAME, Action.DUPLICATE, contains="loopbot1", times=None))
    order = await placed(account, account.order(Side.BUY, account.below(20)))
    account.trade_through(account.below(40))
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
    await account.until(lambda: totals(account) == account.truth, "the balances")
    told = [event.fill.trade_id for event in account.heard.of(OrderFilled, order)]
    assert len(told) == len(set(told))


async def test_frames_in_the_wrong_order_end_at_the_truth(account: LoopbackAccount) -> None:
    rule = account.plan.add(Rule(Point.FRAME, Action.SWAP, contains="loopbot1", times=None))
    order = await placed(account, account.order(Side.SELL, account.above(20)))
    account.others.clear(order.symbol)
    account.others.take(order.symbol, values.Side.BUY, account.sizes(order.quantity / 2))
    account.trade_through(account.above(40))
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fills")
    assert rule.struck
    assert not account.heard.of(OrderCanceled, order)
    assert await report_of(account, order) == (OrderState.FILLED, order.quantity)


async def test_a_frame_left_out_is_made_up_for(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(20)))
    other = await placed(account, account.order(Side.BUY, account.below(70)))
    await account.until(lambda: account.venue.questions.stories.get(order.client_order_id).framed_at_s, "its frame")  # type: ignore[union-attr]
    account.plan.add(Rule(Point.FRAME, Action.DROP, contains=order.client_order_id, times=None))
    account.trade_through(account.below(40))
    await account.cancel(other)
    if not account.running.done():
        await account.until(
            lambda: account.heard.filled(order) == order.quantity or account.running.done(), "the comparison", 15
        )
    if account.running.done():
        # The exchange names orders only by number in frames, so all of them were left out: a deaf stream.
        await account.connect()
    assert await report_of(account, order) == (OrderState.FILLED, order.quantity)


async def test_a_private_stream_that_is_deaf_ends_the_line(account: LoopbackAccount) -> None:
    account.plan.add(Rule(Point.FRAME, Action.DROP, contains="loopbot1", times=None))
    order = await placed(account, account.order(Side.BUY, account.below(50)))
    await account.ended()
    account.plan.clear()
    await account.connect()
    assert await report_of(account, order) == (OrderState.OPEN, Decimal(0))


@pytest.mark.parametrize("code", [None, 1001, 1006])
async def test_a_line_that_is_cut_ends_the_market_at_once(account: LoopbackAccount, code: int | None) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(20)))
    assert account.server.cut(code=code)
    await account.ended()
    account.trade_through(account.below(40))
    await account.connect()
    assert await report_of(account, order) == (OrderState.FILLED, order.quantity)


async def move_for_ever(account: LoopbackAccount) -> None:
    """Prices go up and down."""
    while True:
        for ticks in (40, 60):
            account.trade_through(account.above(ticks))
            await last(0.2)


async def test_a_public_stream_that_falls_silent_while_prices_move_ends_the_line(account: LoopbackAccount) -> None:
    account.plan.add(Rule(Point.FRAME, Action.MUTE, times=None))
    moving = asyncio.ensure_future(move_for_ever(account))
    try:
        error = await account.ended()
    finally:
        moving.cancel()
    assert account.what.exchange.rstrip("x") in str(error) or "said nothing" in str(error)


async def test_a_refused_sign_in_is_a_sentence(unconnected: LoopbackAccount) -> None:
    unconnected.plan.add(Rule(Point.LOGIN, Action.REFUSE, times=None))
    if unconnected.what.exchange in ("upbit", "bithumb"):
        unconnected.plan.add(Rule(Point.DIAL, Action.STATUS, status=401, contains="private", times=None))
    with pytest.raises(Exception, match=unconnected.what.exchange.removesuffix("swap").removesuffix("mix")):
        await unconnected.connect()


async def test_an_order_too_many_is_refused_or_found_to_be_lost(account: LoopbackAccount) -> None:
    strike(account, Action.TOO_MANY)
    order = account.order(Side.BUY, account.below(50))
    outcome = await account.venue.place(order)
    if isinstance(outcome, OrderUnknown):
        report = await wait_for(lambda: account.venue.report(order), what="a report", within_s=20)
        assert report.state is OrderState.LOST
    else:
        assert isinstance(outcome, OrderRejected), outcome
    assert not account.there(order)


def lost_orders(account: LoopbackAccount, orders: list[Order]) -> list[str]:
    """Orders that the exchange has not exactly once."""
    return [order.client_order_id for order in orders if len(account.there(order)) != 1]


async def test_every_answer_lost_for_a_while(account: LoopbackAccount) -> None:
    strike(account, Action.RESET, times=10, is_processed=True)
    orders = [account.order(Side.BUY, account.below(50 + number)) for number in range(10)]
    await asyncio.gather(*(account.venue.place(order) for order in orders))
    reports = await asyncio.gather(*(report_of(account, order) for order in orders))
    assert {state for state, _ in reports} == {OrderState.OPEN}
    assert not lost_orders(account, orders)
