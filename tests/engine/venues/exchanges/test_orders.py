"""The life of an order on each exchange: taken, traded in parts, cancelled, refused, and every race between them."""

import asyncio
from decimal import Decimal

from engine.domain.live_messages import OrderSeen
from engine.domain.messages import (
    BalancesReported,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    RejectCode,
)
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState, Side
from tests.support.exchange import values
from tests.support.exchange.account import OWNER, LoopbackAccount
from tests.support.exchange.values import Status
from tests.support.waiting import wait_for


async def placed(account: LoopbackAccount, order: Order) -> Order:
    """An order that the exchange took."""
    outcome = await account.venue.place(order)
    assert isinstance(outcome, OrderAccepted), outcome
    assert outcome.venue_order_id
    return order


async def report_of(account: LoopbackAccount, order: Order) -> tuple[OrderState, Decimal]:
    """State and sum of fills as the exchange answers, asked until it can say."""
    report = await wait_for(lambda: account.venue.report(order), what="a report")
    assert report.is_whole
    return report.state, sum((fill.quantity for fill in report.fills), Decimal(0))


def totals(account: LoopbackAccount) -> dict[str, Decimal]:
    """What was told last of the balances, without what is nothing."""
    told = account.heard.of(BalancesReported)[-1].balances
    return {asset: total for asset, total, _ in told if total}


async def test_an_order_rests_as_it_was_sent(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(50)))
    [there] = account.there(order)
    assert (there.price, there.size) == (order.price, account.sizes(order.quantity))
    assert there.status is Status.OPEN
    assert await report_of(account, order) == (OrderState.OPEN, ZERO)
    assert order.client_order_id in await account.venue.open_client_order_ids(order.symbol)


async def test_fills_are_told_as_they_come_and_the_balances_with_them(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.SELL, account.above(20)))
    part = account.what.size / 2
    account.others.clear(order.symbol)
    account.others.take(order.symbol, values.Side.BUY, account.sizes(part))
    await account.until(lambda: account.heard.filled(order) == part, "a part")
    assert not account.heard.of(OrderCanceled, order)
    account.trade_through(account.above(40))
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the rest")
    fills = account.heard.of(OrderFilled, order)
    assert len({told.fill.trade_id for told in fills}) == len(fills), "a trade was told twice"
    assert sum(told.fill.value for told in fills) == order.price * order.quantity  # type: ignore[operator]
    await account.until(lambda: totals(account) == account.truth, "the balances after it")
    assert await report_of(account, order) == (OrderState.FILLED, order.quantity)


async def test_fees_are_told_to_the_last_unit(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(20)))
    account.trade_through(account.below(40))
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
    [there] = account.there(order)
    told = {fill.fee_asset: Decimal(0) for fill in (each.fill for each in account.heard.of(OrderFilled, order))}
    for each in account.heard.of(OrderFilled, order):
        told[each.fill.fee_asset] += each.fill.fee
    paid = {fill.fee_asset: Decimal(0) for fill in there.fills}
    for fill in there.fills:
        paid[fill.fee_asset] += fill.fee
    assert told == paid


async def test_a_cancel_ends_an_order(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(50)))
    await account.cancel(order)
    await account.until(lambda: account.heard.of(OrderCanceled, order), "its end")
    [told] = account.heard.of(OrderCanceled, order)
    assert told.filled_quantity == 0
    assert account.there(order)[0].status is Status.CANCELED
    assert await report_of(account, order) == (OrderState.CANCELED, ZERO)


async def test_a_cancelled_order_keeps_what_it_filled(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.SELL, account.above(20)))
    part = account.what.size / 2
    account.others.clear(order.symbol)
    account.others.take(order.symbol, values.Side.BUY, account.sizes(part))
    await account.cancel(order)
    await account.until(lambda: account.heard.of(OrderCanceled, order), "its end")
    [told] = account.heard.of(OrderCanceled, order)
    assert told.filled_quantity == account.heard.filled(order) == part


async def test_a_cancel_that_comes_too_late_is_no_error(account: LoopbackAccount) -> None:
    order = await placed(account, account.order(Side.BUY, account.below(20)))
    account.trade_through(account.below(40))
    await account.cancel(order)
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
    assert not account.heard.of(OrderCanceled, order)
    assert await report_of(account, order) == (OrderState.FILLED, order.quantity)


async def test_an_end_that_nobody_asked_for_is_told(account: LoopbackAccount) -> None:
    # Of a post-only order some exchanges do not say whether it would have traded.
    order = await placed(account, account.order(Side.BUY, account.below(50), post_only=False))
    account.core.end_order(account.there(order)[0].order_id, Status.CANCELED)
    await account.until(lambda: account.heard.of(OrderCanceled, order), "its end")


async def test_a_market_order_buys_what_it_was_told_and_no_more(account: LoopbackAccount) -> None:
    order = account.order(Side.BUY, None)
    outcome = await account.venue.place(order)
    assert isinstance(outcome, OrderAccepted), outcome
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
    state, filled = await report_of(account, order)
    assert (state, filled) == (OrderState.FILLED, order.quantity)


async def test_what_a_market_order_could_not_buy_is_told_as_its_end(account: LoopbackAccount) -> None:
    order = account.order(Side.SELL, None)
    half = account.what.size / 2
    account.others.clear(order.symbol)
    account.others.place(order.symbol, values.Side.BUY, account.below(1), account.sizes(half))
    outcome = await account.venue.place(order)
    if isinstance(outcome, OrderRejected):
        # Some exchanges refuse what their book cannot take.
        assert account.heard.filled(order) == 0
        return
    await account.until(lambda: account.heard.of(OrderCanceled, order), "its end")
    assert account.heard.filled(order) == half


async def test_a_post_only_order_that_would_trade_is_refused_as_such(account: LoopbackAccount) -> None:
    order = account.order(Side.BUY, account.above(30))
    outcome = await account.venue.place(order)
    if isinstance(outcome, OrderAccepted):
        await account.until(lambda: account.heard.of(OrderRejected, order), "its refusal")
        [outcome] = account.heard.of(OrderRejected, order)
    assert isinstance(outcome, OrderRejected), outcome
    assert outcome.reason.code is RejectCode.POST_ONLY
    assert account.heard.filled(order) == 0


async def test_what_the_exchange_refuses_is_a_refusal_and_leaves_nothing(account: LoopbackAccount) -> None:
    listing = account.what.listing
    poor = account.order(Side.BUY, account.below(50), size=account.what.size * 100_000)
    tiny = account.order(Side.BUY, account.below(50), size=listing.size_increment * listing.contract_size)
    crooked = account.order(Side.BUY, account.below(50) + account.what.tick / 2)
    for order in (poor, tiny, crooked):
        outcome = await account.venue.place(order)
        assert isinstance(outcome, OrderRejected), outcome
        assert outcome.reason.code is not RejectCode.POST_ONLY
        assert not account.there(order)
    assert account.truth == totals(account)


async def test_many_orders_at_once_keep_their_answers_apart(account: LoopbackAccount) -> None:
    orders = [account.order(Side.BUY, account.below(50 + number)) for number in range(20)]
    await asyncio.gather(*(placed(account, order) for order in orders))
    for order in orders:
        [there] = account.there(order)
        assert there.price == order.price
    await asyncio.gather(*(account.cancel(order) for order in orders))
    await account.until(lambda: all(account.heard.of(OrderCanceled, order) for order in orders), "their ends")


async def test_orders_of_others_on_the_account_are_seen_and_left_alone(account: LoopbackAccount) -> None:
    request = values.Request(
        account.what.symbol, values.Side.BUY, values.Type.LIMIT, account.sizes(account.what.size), account.below(60),
        client_order_id="byhand1",
    )  # fmt: skip
    theirs = account.core.place(OWNER, request)
    await account.until(lambda: account.heard.of(OrderSeen), "somebody else's order")
    assert account.heard.of(OrderSeen)[0].order.quantity == account.what.size
    ours = await placed(account, account.order(Side.BUY, account.below(50)))
    account.trade_through(account.below(80))
    await account.until(lambda: account.heard.filled(ours) == ours.quantity, "our fill")
    assert {told.fill.client_order_id for told in account.heard.of(OrderFilled)} == {ours.client_order_id}
    assert [each.status for each in account.core.truth(OWNER) if each.order_id == theirs.order_id] == [Status.FILLED]
