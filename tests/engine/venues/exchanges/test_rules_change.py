"""Steps and minimums that change while orders rest, and an answer that would lead a key elsewhere."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain.messages import InstrumentChanged, OrderRejected, OrderUnknown
from engine.domain.order import OrderState, Side
from tests.engine.venues.exchanges.test_orders import placed, report_of
from tests.support.exchange.account import LoopbackAccount


async def test_a_step_that_changed_is_read_when_an_order_is_refused_for_it(account: LoopbackAccount) -> None:
    resting = await placed(account, account.order(Side.BUY, account.below(50)))
    bands = tuple((start, step * 10) for start, step in account.what.listing.price_bands)
    account.core.change_listing(account.what.symbol, price_bands=bands)
    odd = account.order(Side.BUY, account.below(51))
    outcome = await account.venue.place(odd)
    if isinstance(outcome, OrderRejected):
        await account.until(lambda: account.heard.of(InstrumentChanged), "the new rules", within_s=10)
        [changed] = account.heard.of(InstrumentChanged)
        assert changed.instrument.rules.price_increment(account.what.price) == account.what.tick * 10
        assert account.venue.markets.listed(account.what.symbol).instrument == changed.instrument
    assert await report_of(account, resting) == (OrderState.OPEN, Decimal(0))


async def test_no_request_follows_to_another_host(account: LoopbackAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    skin = next(skin for skin in account.server.skins if skin.core is account.core)
    answer = skin.answer

    def elsewhere(asked):  # type: ignore[no-untyped-def]
        if skin.is_order_entry(asked):
            away = answer(replace(asked, method="GET", path="/nowhere"))
            return replace(away, status=307, headers={"Location": "https://elsewhere.test/steal"})
        return answer(asked)

    monkeypatch.setattr(skin, "answer", elsewhere)
    outcome = await account.venue.place(account.order(Side.BUY, account.below(50)))
    assert isinstance(outcome, OrderUnknown)
    assert account.server.strays == []
