"""What only futures have, on each exchange that has them: positions, funding, leverage, orders that only reduce."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.messages import OrderAccepted, OrderFilled, OrderRejected
from engine.domain.order import Order, Side
from engine.domain.positions import FundingPaid, PositionReported, PositionSide
from engine.errors import UsageError
from engine.venues.exchanges.live_accounts import live_account
from tests.engine.venues.exchanges.test_orders import placed, totals
from tests.support.exchange import values
from tests.support.exchange.account import OWNER, LoopbackAccount, loopback_account
from tests.support.exchange.values import Kind
from tests.support.exchange.venues_under_test import VENUES, VenueUnderTest

FUTURES = [what for what in VENUES if what.listing.kind is Kind.PERP]


@pytest.fixture(params=FUTURES, ids=str)
def what(request: pytest.FixtureRequest) -> VenueUnderTest:
    found: VenueUnderTest = request.param
    return found


@pytest.fixture
async def unconnected(what: VenueUnderTest, tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(what, tmp_path) as found:
        yield found


async def bought(account: LoopbackAccount) -> Order:
    """A market order that is filled."""
    order = account.order(Side.BUY, None)
    assert isinstance(await account.venue.place(order), OrderAccepted)
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
    return order


def position(account: LoopbackAccount, side: PositionSide = PositionSide.BOTH) -> PositionReported:
    return [told for told in account.heard.of(PositionReported) if told.side is side][-1]


async def test_a_position_is_told_as_the_exchange_has_it(account: LoopbackAccount) -> None:
    await account.until(lambda: account.heard.of(PositionReported), "the first position")
    assert position(account).quantity == 0
    order = await bought(account)
    await account.until(lambda: position(account).quantity == order.quantity, "the position")
    await account.until(lambda: position(account).mark_price is not None, "its mark")
    [held] = account.core.positions(OWNER)
    told = position(account)
    assert abs(told.entry_price - held.entry_price) < Decimal("1E-8")
    assert told.leverage == held.leverage
    assert told.is_isolated is False
    await account.until(lambda: totals(account) == account.truth, "the balances after it")


async def test_funding_is_told_once_with_a_name_of_its_own(account: LoopbackAccount) -> None:
    await bought(account)
    account.core.perps.fund()
    await account.venue.look_for_funding()
    await account.until(lambda: account.heard.of(FundingPaid), "the funding")
    account.core.perps.fund()
    await account.venue.look_for_funding()
    await account.until(lambda: len({told.reference for told in account.heard.of(FundingPaid)}) == 2, "the second one")
    paid = {told.reference: told.amount for told in account.heard.of(FundingPaid)}
    assert sorted(paid.values()) == sorted(event.amount for event in account.core.funding_paid(OWNER))
    assert {told.asset for told in account.heard.of(FundingPaid)} == {account.what.listing.quote}


async def test_an_order_that_only_reduces_says_so_and_never_opens(account: LoopbackAccount) -> None:
    order = await bought(account)
    closing = replace(account.order(Side.SELL, account.above(50)), is_reduce_only=True)
    await placed(account, closing)
    [there] = account.there(closing)
    assert there.is_reduce_only
    await account.cancel(closing)
    end = replace(account.order(Side.SELL, None), is_reduce_only=True)
    assert isinstance(await account.venue.place(end), OrderAccepted)
    await account.until(lambda: account.heard.filled(end) == order.quantity, "the end of the position")
    too_much = replace(account.order(Side.SELL, account.above(50)), is_reduce_only=True)
    outcome = await account.venue.place(too_much)
    assert isinstance(outcome, OrderRejected), "there is nothing to reduce"
    assert not account.core.positions(OWNER)


async def test_in_hedge_mode_orders_name_their_side_and_the_other_one_is_left_alone(
    unconnected: LoopbackAccount,
) -> None:
    unconnected.core.set_hedge_mode(OWNER, is_hedged=True)
    theirs = values.Request(
        unconnected.what.symbol, values.Side.SELL, values.Type.MARKET, unconnected.sizes(unconnected.what.size),
        position_side=values.PositionSide.SHORT,
    )  # fmt: skip
    unconnected.core.place(OWNER, theirs)
    venue = await unconnected.connect()
    assert [each.instrument.is_hedged for each in venue.markets.by_symbol.values()] == [True]
    order = await bought(unconnected)
    await unconnected.until(
        lambda: position(unconnected, PositionSide.LONG).quantity == order.quantity, "the long position"
    )
    closing = replace(unconnected.order(Side.SELL, None), is_reduce_only=True)
    assert isinstance(await venue.place(closing), OrderAccepted)
    await unconnected.until(lambda: unconnected.heard.filled(closing) == closing.quantity, "its end")
    [left] = unconnected.core.positions(OWNER)
    assert (left.side, left.size) == (values.PositionSide.SHORT, -unconnected.sizes(unconnected.what.size))


async def test_the_leverage_that_an_account_is_opened_with_is_set(unconnected: LoopbackAccount) -> None:
    what = unconnected.what
    unconnected.account = live_account("test", what.exchange, "credential", [what.symbol], 7)
    venue = await unconnected.connect()
    assert unconnected.core.leverage(OWNER, what.symbol) == 7
    [listed] = venue.markets.by_symbol.values()
    assert listed.instrument.rules.leverage == 7


async def test_leverage_that_the_exchange_does_not_allow_is_refused_with_its_words(
    unconnected: LoopbackAccount,
) -> None:
    what = unconnected.what
    unconnected.account = live_account("test", what.exchange, "credential", [what.symbol], 500)
    with pytest.raises(UsageError, match="did not set the leverage to 500: ") as caught:
        await unconnected.connect()
    assert "{" not in str(caught.value), "the words are those of a sentence, not of a wire"


async def test_the_venue_closing_a_position_is_told(account: LoopbackAccount) -> None:
    order = await bought(account)
    await account.until(lambda: position(account).quantity == order.quantity, "the position")
    account.core.perps.close_by_force(OWNER, order.symbol, values.PositionSide.BOTH)
    await account.until(lambda: position(account).quantity == 0, "its end")
    assert {told.fill.client_order_id for told in account.heard.of(OrderFilled)} == {order.client_order_id}


async def test_the_dead_man_switch_takes_every_order_away(account: LoopbackAccount) -> None:
    if not account.venue.has_dead_man:
        return
    order = await placed(account, account.order(Side.BUY, account.below(50)))
    await account.venue.arm(1 if account.what.exchange == "binanceusdm" else 10)
    await account.until(
        lambda: account.there(order)[0].status is values.Status.CANCELED, "the end of the order", within_s=15
    )
    await account.venue.arm(0)
