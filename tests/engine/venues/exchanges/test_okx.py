"""What is OKX's alone: its codes, its contracts and position sides, its bills, its dead-man switch."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.domain.instrument import MarginBracket
from engine.domain.messages import OrderAccepted, OrderFilled
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side
from engine.domain.rejections import RejectCode
from engine.errors import UsageError, VenueUnavailable
from engine.venues.exchanges.dialect import Absent, Answer, Call, Listed, Seen
from engine.venues.exchanges.live_accounts import live_account
from engine.venues.exchanges.okx import Okx
from engine.venues.exchanges.okx_swap import OkxSwap
from tests.engine.venues.exchanges.test_orders import placed
from tests.support.exchange import values
from tests.support.exchange.account import OWNER, LoopbackAccount, loopback_account
from tests.support.exchange.skins.okx import OkxSkin
from tests.support.exchange.values import ApiKey
from tests.support.exchange.venues_under_test import OKX, OKX_SWAP, VenueUnderTest


def said(code: str, *, s_code: str | None = None, status: int = 200) -> Answer:
    """An answer to an order: refused as a whole, or for itself."""
    rows = [] if s_code is None else [{"clOrdId": "mine", "ordId": "", "sCode": s_code, "sMsg": "why"}]
    return Answer(status, {"code": code, "msg": "why", "data": rows}, {})


@pytest.fixture
async def spot(tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(OKX, tmp_path) as account:
        yield account


@pytest.fixture
async def swap(tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(OKX_SWAP, tmp_path) as account:
        yield account


def sent(account: LoopbackAccount, order: Order) -> Call:
    venue = account.venue
    return venue.questions.dialect.place(order, venue.markets.listed(order.symbol), None)


# What is a refusal


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("51008", RejectCode.INSUFFICIENT_FUNDS),
        ("51020", RejectCode.MIN_QUANTITY),
        ("51121", RejectCode.SIZE_INCREMENT),
        ("51006", RejectCode.PRICE_INCREMENT),
        ("51016", RejectCode.DUPLICATE_ID),
        ("51174", RejectCode.MAX_OPEN_ORDERS),
        ("51005", RejectCode.MAX_QUANTITY),
        ("51109", RejectCode.NO_MARKET),
        ("51169", RejectCode.OTHER),
        ("51022", RejectCode.SUSPENDED),
        ("50061", RejectCode.NOT_SENT),
    ],
)
def test_only_named_codes_are_refusals(code: str, meaning: RejectCode) -> None:
    for answer in (said("1", s_code=code), said("2", s_code=code), said(code)):
        refused = Okx().refused(answer)
        assert refused is not None
        assert (refused.code, refused.text) == (meaning, f"{code} why")
    assert Okx().refused(said("1", s_code=code, status=502)) is None, "a proxy may have written that"


@pytest.mark.parametrize("code", ["50001", "50004", "50013", "50026", "50000", "59999", "0", ""])
def test_what_no_list_names_is_unknown(code: str) -> None:
    for answer in (said(code), said("1", s_code=code)):
        assert Okx().refused(answer) is None


@pytest.mark.parametrize("body", [{}, [], "", "<html>", None, {"code": "0"}, {"code": "0", "data": []}, {"data": [{}]}])
def test_what_is_no_answer_is_neither_accepted_nor_refused_nor_cancelled(body: Any) -> None:
    for status in (200, 502):
        answer = Answer(status, body, {})
        assert Okx().accepted(answer, order_named("mine")) is None
        assert Okx().refused(answer) is None
        assert not Okx().is_cancel_taken(answer)
        assert not Okx().is_armed(answer)


def order_named(name: str) -> Order:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    return Order(
        name, "loopbot1", "live:test", "live:test", "BTC/USDT", Side.BUY, OrderKind.LIMIT, Decimal(1), Decimal(1), True,
        Purpose.RUNG_BUY, 1, 1, 0, 1, now, now,
    )  # fmt: skip


def test_an_order_is_accepted_by_its_number_and_our_own_echoed_id() -> None:
    row = {"clOrdId": "mine", "ordId": "680", "sCode": "0", "sMsg": "", "ts": "1"}
    good = Answer(200, {"code": "0", "data": [row]}, {})
    seen = Okx().accepted(good, order_named("mine"))
    assert seen is not None
    assert (seen.venue_order_id, seen.client_order_id, seen.state) == ("680", "mine", OrderState.OPEN)
    assert Okx().accepted(good, order_named("other")) is None
    for broken in ({"ordId": ""}, {"sCode": "1"}):
        assert Okx().accepted(Answer(200, {"code": "0", "data": [row | broken]}, {}), order_named("mine")) is None
    assert Okx().accepted(Answer(200, {"code": "0", "data": [row, row]}, {}), order_named("mine")) is None


@pytest.mark.parametrize("code", ["0", "51400", "51401", "51402", "51410"])
def test_a_cancel_is_taken_or_comes_too_late(code: str) -> None:
    assert Okx().is_cancel_taken(said("1", s_code=code))
    assert not Okx().is_cancel_taken(said("1", s_code="50013"))


# The wire of spot


async def test_the_account_is_described_as_it_is(spot: LoopbackAccount) -> None:
    await spot.connect()
    [listed] = spot.venue.markets.by_symbol.values()
    rules = listed.instrument.rules
    assert (rules.price_bands[0].increment, rules.size_increment) == (Decimal("0.1"), Decimal("1E-8"))
    assert (rules.min_quantity, rules.maker_fee, rules.taker_fee) == (
        Decimal("0.00001"),
        Decimal("0.001"),
        Decimal("0.001"),
    )
    facts = await spot.venue.probe()
    assert (facts.can_trade, facts.can_withdraw, facts.is_ip_bound) == (True, False, True)
    assert (facts.self_trade_prevention, facts.fees) == ("cancel_maker", (Decimal("0.001"), Decimal("0.001")))


async def test_a_key_that_may_withdraw_or_not_trade_is_told(spot: LoopbackAccount) -> None:
    key = spot.what.key
    for change, found in (
        ({"can_withdraw": True}, (True, True, True)),
        ({"can_trade": False, "is_ip_bound": False}, (False, False, False)),
    ):
        changed: ApiKey = replace(key, **change)  # type: ignore[arg-type]
        spot.core.drop_key(key.key)
        spot.core.open_account(OWNER, changed)
        await spot.connect()
        facts = await spot.venue.probe()
        assert (facts.can_trade, facts.can_withdraw, facts.is_ip_bound) == found
        await spot.disconnect()


async def test_a_symbol_that_is_not_there_is_a_sentence(spot: LoopbackAccount) -> None:
    await spot.connect()
    with pytest.raises(UsageError, match="okx does not trade XYZ/USDT"):
        await spot.venue.questions.dialect.instruments(spot.venue._calls, "live:test", ["XYZ/USDT"])


async def test_a_market_buy_is_told_in_base_and_stops_at_nothing_of_ours(spot: LoopbackAccount) -> None:
    await spot.connect()
    resting = await placed(spot, spot.order(Side.SELL, spot.above(1)))
    order = spot.order(Side.BUY, None)
    params = sent(spot, order).params
    assert (params["tgtCcy"], params["sz"], params["stpMode"]) == ("base_ccy", "0.01", "cancel_maker")
    assert isinstance(await spot.venue.place(order), OrderAccepted)
    await spot.until(lambda: spot.heard.filled(order) == order.quantity, "the fill")
    assert spot.heard.filled(resting) == 0
    assert sent(spot, spot.order(Side.BUY, spot.below(1))).params["stpMode"] == "cancel_taker"


async def test_an_order_of_many_fills_is_told_whole(spot: LoopbackAccount) -> None:
    await spot.connect()
    order = await placed(spot, spot.order(Side.SELL, spot.above(5), Decimal("0.013")))
    spot.others.clear(order.symbol)
    for _ in range(130):
        spot.others.take(order.symbol, values.Side.BUY, Decimal("0.0001"))
    await spot.until(lambda: spot.heard.filled(order) == order.quantity, "all of it")
    venue = spot.venue
    seen = None
    while not isinstance(seen, Seen):
        # OKX's queries know of an order a little later.
        seen = await venue.questions.dialect.look_up(venue._calls, order, venue.markets.listed(order.symbol))
    assert len(seen.fills) == 130
    assert sum(fill.quantity for fill in seen.fills) == order.quantity == seen.filled_quantity
    assert {fill.trade_id for fill in seen.fills} == {event.fill.trade_id for event in spot.heard.of(OrderFilled)}


async def test_an_order_that_okx_forgot_ended_and_one_that_it_does_not_know_yet_did_not(spot: LoopbackAccount) -> None:
    await spot.connect()
    venue = spot.venue
    dialect, listed = venue.questions.dialect, venue.markets.listed("BTC/USDT")
    young = replace(spot.order(Side.BUY, spot.below(5)), venue_order_id="680000000000000999")
    assert isinstance(await dialect.look_up(venue._calls, young, listed), Absent)
    old = replace(young, created_at=young.created_at - timedelta(hours=3))
    seen = await dialect.look_up(venue._calls, old, listed)
    assert isinstance(seen, Seen)
    assert (seen.state, seen.filled_quantity) == (OrderState.CANCELED, Decimal(0))
    nameless = replace(old, venue_order_id="")
    assert isinstance(await dialect.look_up(venue._calls, nameless, listed), Absent)


async def test_the_history_is_a_second_witness(spot: LoopbackAccount) -> None:
    await spot.connect()
    venue = spot.venue
    dialect, listed = venue.questions.dialect, venue.markets.listed("BTC/USDT")
    order = await placed(spot, spot.order(Side.BUY, spot.below(20)))
    assert isinstance(await dialect.look_back(venue._calls, order, listed), Absent), "it is not history yet"
    spot.trade_through(spot.below(40))
    seen = None
    while not isinstance(seen, Seen):
        seen = await dialect.look_back(venue._calls, order, listed)
    assert (seen.state, len(seen.fills)) == (OrderState.FILLED, len(spot.there(order)[0].fills))


async def test_the_dead_man_switch_cancels_when_nobody_is_left(spot: LoopbackAccount) -> None:
    await spot.connect()
    await placed(spot, spot.order(Side.BUY, spot.below(50)))
    assert spot.venue.has_dead_man
    await spot.venue.arm(60)
    assert list(spot.core._armed) == [(OWNER, None)]
    await spot.venue.arm(0)
    assert not spot.core._armed
    [least], [most] = Okx().arm(1, ()), Okx().arm(600, ())
    assert (least.params["timeOut"], most.params["timeOut"]) == ("10", "120")
    assert not Okx().is_armed(said("51000"))


async def test_an_instrument_that_is_suspended_is_not_traded(spot: LoopbackAccount) -> None:
    spot.core.change_listing("BTC/USDT", is_trading=False)
    await spot.connect()
    assert not spot.venue.markets.listed("BTC/USDT").is_trading


@pytest.mark.parametrize(("what", "level"), [(OKX, "3"), (OKX, "4"), (OKX_SWAP, "1"), (OKX_SWAP, "3")], ids=str)
async def test_an_account_in_a_mode_that_borrows_or_has_no_futures_is_not_traded(
    what: VenueUnderTest, level: str, tmp_path: Path
) -> None:
    async with loopback_account(what, tmp_path) as account:
        [skin] = account.server.skins
        assert isinstance(skin, OkxSkin)
        skin.account_level = level
        with pytest.raises(VenueUnavailable, match=f"account mode {level}"):
            await account.connect()


@pytest.mark.parametrize(
    ("change", "text"), [({"secret": "wrong"}, "50113"), ({"passphrase": "wrong"}, "50105"), ({"key": "none"}, "50111")]
)
async def test_a_wrong_key_is_a_sentence_with_the_exchanges_word(
    change: dict[str, str], text: str, tmp_path: Path
) -> None:
    async with loopback_account(OKX, tmp_path) as account:
        account.what = replace(OKX, key=replace(OKX.key, **change))  # type: ignore[arg-type]
        with pytest.raises(VenueUnavailable, match=f"okx refused: {text}"):
            await account.connect()


# The wire of swaps


async def test_a_swap_is_sized_in_contracts_of_its_own_base(swap: LoopbackAccount) -> None:
    await swap.connect()
    [listed] = swap.venue.markets.by_symbol.values()
    instrument, rules = listed.instrument, listed.instrument.rules
    assert (instrument.contract_size, listed.market_id) == (Decimal("0.01"), "BTC-USDT-SWAP")
    assert (rules.size_increment, rules.min_quantity) == (Decimal("0.0001"), Decimal("0.001"))
    assert (rules.leverage, instrument.is_hedged) == (20, False)
    # A million is 1,666 contracts of 600.
    first = MarginBracket(Decimal(0), Decimal(999_600), 50, Decimal("0.004"))
    assert rules.brackets == (first, MarginBracket(Decimal(999_600), Decimal(19_999_800), 20, Decimal("0.01")))
    params = sent(swap, swap.order(Side.BUY, swap.below(5), Decimal("0.0123"))).params
    assert (params["sz"], params["tdMode"], params["posSide"]) == ("1.23", "cross", "net")
    assert "reduceOnly" not in params
    closing = replace(swap.order(Side.SELL, None), is_reduce_only=True)
    assert sent(swap, closing).params["reduceOnly"] == "true"
    assert "tgtCcy" not in sent(swap, closing).params


@pytest.mark.parametrize(
    ("side", "is_reduce_only", "position"),
    [(Side.BUY, False, "long"), (Side.SELL, True, "long"), (Side.SELL, False, "short"), (Side.BUY, True, "short")],
)
async def test_in_hedge_mode_an_order_names_the_position_it_is_for(
    swap: LoopbackAccount, side: Side, is_reduce_only: bool, position: str
) -> None:
    swap.core.set_hedge_mode(OWNER, is_hedged=True)
    await swap.connect()
    assert swap.venue.markets.listed("BTC/USDT").instrument.is_hedged
    params = sent(swap, replace(swap.order(side, None), is_reduce_only=is_reduce_only)).params
    assert params["posSide"] == position
    assert "reduceOnly" not in params


async def test_positions_of_both_sides_and_the_cash_beside_them(swap: LoopbackAccount) -> None:
    swap.core.set_hedge_mode(OWNER, is_hedged=True)
    await swap.connect()
    for side, size, closes in ((Side.BUY, "0.03", False), (Side.SELL, "0.02", False), (Side.SELL, "0.01", True)):
        await placed(swap, replace(swap.order(side, None, Decimal(size)), is_reduce_only=closes))
    venue = swap.venue
    told = await venue.questions.dialect.positions(venue._calls, venue._all)
    assert {each.side: each.quantity for each in told} == {"long": Decimal("0.02"), "short": Decimal("-0.02")}
    assert all((each.leverage, each.is_isolated) == (20, False) for each in told)
    held = {asset: total for asset, total, _ in await venue.balances() if total}
    assert held == swap.truth
    facts = await venue.probe()
    assert (facts.position_mode, facts.margin_mode, facts.leverage) == ("hedge", "cross", (("BTC/USDT", 20),))


@pytest.mark.parametrize("is_hedged", [False, True])
async def test_the_leverage_that_was_asked_for_is_set_there(swap: LoopbackAccount, is_hedged: bool) -> None:
    swap.core.set_hedge_mode(OWNER, is_hedged=is_hedged)
    swap.account = live_account("test", swap.what.exchange, "credential", [swap.what.symbol], 7)
    await swap.connect()
    assert swap.core.leverage(OWNER, "BTC/USDT") == 7
    assert swap.venue.markets.listed("BTC/USDT").instrument.rules.leverage == 7
    await swap.disconnect()
    swap.account = live_account("test", swap.what.exchange, "credential", [swap.what.symbol], 60)
    with pytest.raises(UsageError, match="60"):
        await swap.connect()
    assert swap.core.leverage(OWNER, "BTC/USDT") == 7


async def test_funding_has_one_reference_each_and_is_told_from_where_it_is_asked(swap: LoopbackAccount) -> None:
    await swap.connect()
    await placed(swap, swap.order(Side.BUY, None))
    for _ in range(120):
        swap.core.perps.fund()
    venue = swap.venue
    listed: Listed = venue.markets.listed("BTC/USDT")
    now = swap.core.now_ms()
    told = await venue.questions.dialect.funding(venue._calls, listed, now - 60_000)
    assert len({each.reference for each in told}) == 120
    assert sum(each.amount for each in told) == sum(each.amount for each in swap.core.funding_paid(OWNER))
    assert {(each.asset, each.symbol) for each in told} == {("USDT", "BTC/USDT")}
    assert await venue.questions.dialect.funding(venue._calls, listed, now + 60_000) == []


async def test_a_swap_that_is_settled_in_its_base_is_none_of_ours() -> None:
    row = {"settleCcy": "BTC", "ctType": "inverse", "ctValCcy": "USD", "instId": "BTC-USD-SWAP"}
    with pytest.raises(VenueUnavailable, match="no linear swap"):
        OkxSwap().described("live:test", "BTC/USD", row, (Decimal(0), Decimal(0)))
