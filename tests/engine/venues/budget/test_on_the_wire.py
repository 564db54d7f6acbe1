"""The adapter at full speed against exchanges that count: none of them ever has to say that it was too much."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.messages import OrderAccepted, OrderRejected, RejectCode
from engine.domain.order import Order, Side
from engine.errors import NotSent, VenueUnavailable
from engine.venues.exchanges.budget_rules import LIMITS, Counts
from engine.venues.exchanges.budgets import Budgets
from tests.support.exchange.account import LoopbackAccount, loopback_account
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.venues_under_test import VENUES, VenueUnderTest

FOR_S = 3.0


def strict(what: VenueUnderTest) -> VenueUnderTest:
    """The same exchange with its real limit on orders."""
    rules = LIMITS[what.exchange].rules
    own = [rule for rule in rules if rule.counts is Counts.ORDERS or rule.name in ("place", "order")]
    rule = min(own, key=lambda rule: rule.limit / rule.window_ms if rule.window_ms <= 10_000 else 1_000)
    weights = [rule for rule in rules if rule.counts is Counts.WEIGHT]
    requests = (weights[0].limit, weights[0].window_ms) if weights else what.house.request_limit
    house = replace(what.house, order_limit=(rule.limit, rule.window_ms), request_limit=requests)
    return replace(what, house=house)


@pytest.fixture(params=VENUES, ids=str)
async def account(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    budgets = Budgets(address="here")
    async with loopback_account(strict(request.param), tmp_path, budgets=budgets) as found:
        await found.connect()
        yield found
    await budgets.close()


async def test_orders_and_cancels_at_full_speed_are_never_too_many(account: LoopbackAccount) -> None:
    loop = asyncio.get_running_loop()
    ends_s = loop.time() + FOR_S
    limit, window_ms = account.what.house.order_limit
    # What entries may use of it, less what answers take. A busy machine needs longer for as many.
    enough = limit * 0.8 * max(FOR_S * 1000 // window_ms, 1) * 0.8
    placed: list[Order] = []

    async def trade(number: int) -> None:
        while loop.time() < ends_s or len(placed) < enough:
            order = account.order(Side.BUY, account.below(50 + number))
            outcome = await account.venue.place(order)
            assert isinstance(outcome, OrderAccepted), outcome
            placed.append(order)
            await account.cancel(replace(order, venue_order_id=outcome.venue_order_id))

    await asyncio.gather(*(trade(number) for number in range(40)))
    assert account.core.history.refused_for_limits == 0
    assert account.core.history.knocks == []
    assert len(placed) >= enough


async def test_during_a_ban_nothing_reaches_the_exchange_and_an_order_is_known_to_be_unsent(
    account: LoopbackAccount,
) -> None:
    rule = Rule(Point.REQUEST, Action.TOO_MANY, retry_after_s=3)
    account.plan.add(rule)
    # Whoever asks first is refused, this question or one of the venue's own.
    with pytest.raises(VenueUnavailable, match=r"does not answer|takes no requests|refused: -1003"):
        await account.venue.balances()
    await account.until(lambda: account.core.history.refused_for_limits == 1, what="the refusal")
    requests = account.core.history.requests
    order = account.order(Side.BUY, account.below(50))
    for outcome in [await account.venue.place(account.order(Side.BUY, account.below(50))) for _ in range(5)]:
        assert isinstance(outcome, OrderRejected)
        assert outcome.reason.code is RejectCode.NOT_SENT
        assert 1 <= outcome.reason.wait_s <= 3
    with pytest.raises(NotSent, match="nothing was sent"):
        await account.venue.cancel(order)
    assert account.core.history.requests == requests
    assert account.core.history.knocks == []
