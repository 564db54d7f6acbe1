"""What is Bitget's alone: its codes, market buys by money, account kinds, position sides, bills of many months."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.domain.instrument import Instrument, MarginBracket, PriceBand, VenueRules
from engine.domain.messages import OrderAccepted
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side
from engine.domain.rejections import RejectCode
from engine.errors import UsageError
from engine.venues.exchanges.bitget import Bitget
from engine.venues.exchanges.bitget_mix import BitgetMix
from engine.venues.exchanges.bitget_words import mix_seen, pushed_seen
from engine.venues.exchanges.dialect import POST_ONLY_ENDED, Absent, Answer, Call, Listed, NoMarket, Seen
from engine.venues.exchanges.live_accounts import live_account
from tests.engine.venues.exchanges.test_orders import placed
from tests.support.exchange import values
from tests.support.exchange.account import OWNER, LoopbackAccount, loopback_account
from tests.support.exchange.values import ApiKey
from tests.support.exchange.venues_under_test import BITGET, BITGET_MIX

BITGET_LISTED = Listed(
    Instrument("live:test", "BTC/USDT", "BTC", "USDT", VenueRules(
        (PriceBand(Decimal(0), Decimal("0.1")),), Decimal("0.001"), Decimal("0.001"), None, Decimal(5), 200, Decimal(0),
        Decimal(0),
    )),
    "BTCUSDT",
    True,
)  # fmt: skip
DAY_MS = 24 * 3_600_000


def said(code: str, data: Any = None, *, status: int = 400, text: str = "why") -> Answer:
    return Answer(status, {"code": code, "msg": text, "requestTime": 1, "data": data}, {})


def order_named(name: str) -> Order:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    return Order(
        name, "loopbot1", "live:test", "live:test", "BTC/USDT", Side.BUY, OrderKind.LIMIT, Decimal(1), Decimal(1), True,
        Purpose.RUNG_BUY, 1, 1, 0, 1, now, now,
    )  # fmt: skip


@pytest.fixture
async def spot(tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(BITGET, tmp_path) as account:
        yield account


@pytest.fixture
async def mix(tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(BITGET_MIX, tmp_path) as account:
        yield account


def sent(account: LoopbackAccount, order: Order, best: Decimal | None = None) -> Call:
    venue = account.venue
    return venue.questions.dialect.place(order, venue.markets.listed(order.symbol), best)


# What is a refusal


@pytest.mark.parametrize(
    ("code", "text", "meaning"),
    [
        ("43012", "Insufficient balance", RejectCode.INSUFFICIENT_FUNDS),
        ("40762", "The order amount exceeds the balance", RejectCode.INSUFFICIENT_FUNDS),
        ("45110", "less than the minimum amount 1 USDT", RejectCode.MIN_NOTIONAL),
        ("43006", "less than the minimum", RejectCode.MIN_QUANTITY),
        ("43007", "greater than the maximum", RejectCode.MAX_QUANTITY),
        ("40808", "Parameter verification exception size checkBDScale error", RejectCode.SIZE_INCREMENT),
        ("40808", "Parameter verification exception price checkBDScale error", RejectCode.PRICE_INCREMENT),
        ("40808", "Parameter verification exception", RejectCode.OTHER),
        ("45115", "a multiple of 0.1", RejectCode.PRICE_INCREMENT),
        ("43118", "clientOrderId duplicate", RejectCode.DUPLICATE_ID),
        ("45034", "clientOid duplicate", RejectCode.DUPLICATE_ID),
        ("43005", "Exceed the maximum number of orders", RejectCode.MAX_OPEN_ORDERS),
        ("22002", "No position to close", RejectCode.OTHER),
        ("40085", "Unified Account mode", RejectCode.OTHER),
        ("30007", "request over limit", RejectCode.NOT_SENT),
    ],
)
def test_only_named_codes_are_refusals(code: str, text: str, meaning: RejectCode) -> None:
    refused = Bitget().refused(said(code, text=text))
    assert refused is not None
    assert (refused.code, refused.text) == (meaning, f"{code} {text}")
    assert Bitget().refused(said(code, text=text, status=502)) is None, "a proxy may have written that"


@pytest.mark.parametrize("code", ["40010", "40015", "40725", "40200", "40910", "45001", "00000", "", "99999"])
def test_what_no_list_names_is_unknown(code: str) -> None:
    # ccxt takes 40010 for a wrong key; Bitget says with it that it ran out of time.
    assert Bitget().refused(said(code, text="Request timed out")) is None
    assert Bitget().accepted(said(code, status=200), order_named("mine")) is None


@pytest.mark.parametrize(
    "body",
    [{}, [], "", "<html>", None, {"code": "00000"}, {"code": "00000", "data": {"orderId": "1", "clientOid": "mine"}}],
)
def test_what_is_no_answer_is_neither_accepted_nor_refused_nor_cancelled(body: Any) -> None:
    for status in (200, 502):
        answer = Answer(status, body, {})
        assert Bitget().accepted(answer, order_named("mine")) is None
        assert Bitget().refused(answer) is None
        assert not Bitget().is_cancel_taken(answer)


def test_an_order_is_accepted_by_its_number_and_our_own_echoed_id() -> None:
    good = said("00000", {"orderId": "111", "clientOid": "mine"}, status=200)
    seen = Bitget().accepted(good, order_named("mine"))
    assert seen is not None
    assert (seen.venue_order_id, seen.client_order_id, seen.state) == ("111", "mine", OrderState.OPEN)
    assert Bitget().accepted(good, order_named("other")) is None
    assert (
        Bitget().accepted(said("00000", {"orderId": None, "clientOid": "mine"}, status=200), order_named("mine"))
        is None
    )


@pytest.mark.parametrize("code", ["43001", "43004", "40768", "22001"])
def test_a_cancel_is_taken_or_comes_too_late(code: str) -> None:
    assert Bitget().is_cancel_taken(said(code))
    assert Bitget().is_cancel_taken(said("00000", {"orderId": "1", "clientOid": "a"}, status=200))
    assert not Bitget().is_cancel_taken(said("40010"))


# The wire of spot


async def test_the_account_is_described_as_it_is(spot: LoopbackAccount) -> None:
    await spot.connect()
    [listed] = spot.venue.markets.by_symbol.values()
    rules = listed.instrument.rules
    assert (rules.price_bands[0].increment, rules.size_increment) == (Decimal("0.01"), Decimal("0.000001"))
    assert (rules.min_notional, rules.max_open_orders) == (Decimal(1), 200)
    assert (rules.maker_fee, rules.taker_fee) == (Decimal("0.002"), Decimal("0.002"))
    facts = await spot.venue.probe()
    assert (facts.can_trade, facts.can_withdraw, facts.is_ip_bound) == (True, False, True)


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
    with pytest.raises(UsageError, match="bitget does not trade XYZ/USDT"):
        await spot.venue.questions.dialect.instruments(spot.venue._calls, "live:test", ["XYZ/USDT"])


async def test_a_market_buy_is_never_of_money(spot: LoopbackAccount) -> None:
    await spot.connect()
    order = spot.order(Side.BUY, None, Decimal("0.012345"))
    params = sent(spot, order, Decimal("60000.01")).params
    assert (params["orderType"], params["force"], params["size"]) == ("limit", "ioc", "0.012345")
    assert params["price"] == "61200.02", "two percent above, on the increment"
    with pytest.raises(NoMarket):
        sent(spot, order, None)
    selling = sent(spot, spot.order(Side.SELL, None, Decimal("0.012345")), None).params
    assert (selling["orderType"], selling["size"]) == ("market", "0.012345")
    assert isinstance(await spot.venue.place(order), OrderAccepted)
    await spot.until(lambda: spot.heard.filled(order) == order.quantity, "the fill")
    assert spot.there(order)[0].filled == order.quantity


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
        # Bitget's queries know of an order a little later.
        seen = await venue.questions.dialect.look_up(venue._calls, order, venue.markets.listed(order.symbol))
    assert len(seen.fills) == 130
    assert {fill.client_order_id for fill in seen.fills} == {order.client_order_id}
    assert sum(fill.quantity for fill in seen.fills) == order.quantity


async def test_an_order_that_bitget_forgot_ended_and_one_that_it_does_not_know_yet_did_not(
    spot: LoopbackAccount,
) -> None:
    await spot.connect()
    venue = spot.venue
    dialect, listed = venue.questions.dialect, venue.markets.listed("BTC/USDT")
    young = replace(spot.order(Side.BUY, spot.below(5)), venue_order_id="1111000000000000999")
    assert isinstance(await dialect.look_up(venue._calls, young, listed), Absent)
    old = replace(young, created_at=young.created_at - timedelta(hours=30))
    seen = await dialect.look_up(venue._calls, old, listed)
    assert isinstance(seen, Seen)
    assert (seen.state, seen.filled_quantity) == (OrderState.CANCELED, Decimal(0))


async def test_the_price_of_an_open_order_is_where_bitget_puts_it(spot: LoopbackAccount) -> None:
    await spot.connect()
    order = await placed(spot, spot.order(Side.BUY, spot.below(50)))
    found: tuple[Seen, ...] = ()
    while not found:
        found = tuple(await spot.venue.questions.open_orders(spot.venue.markets.listed("BTC/USDT")))
    assert (found[0].price, found[0].quantity, found[0].state) == (order.price, order.quantity, OrderState.OPEN)


def test_a_post_only_order_that_bitget_ends_at_once_would_have_traded() -> None:
    row = {
        "instId": "BTCUSDT", "orderId": "1", "clientOid": "mine", "price": "1", "newSize": "1", "orderType": "limit",
        "force": "post_only", "side": "buy", "accBaseVolume": "0", "status": "cancelled", "cTime": "1000",
        "uTime": "1003",
    }  # fmt: skip
    assert pushed_seen(row, BITGET_LISTED).reason == POST_ONLY_ENDED
    for other in ({"uTime": "5000"}, {"force": "gtc"}, {"cancelReason": "normal_cancel"}):
        assert pushed_seen(row | other, BITGET_LISTED).state is OrderState.CANCELED


# The wire of futures


async def test_a_future_is_sized_in_base(mix: LoopbackAccount) -> None:
    await mix.connect()
    [listed] = mix.venue.markets.by_symbol.values()
    instrument, rules = listed.instrument, listed.instrument.rules
    assert (instrument.contract_size, listed.market_id) == (Decimal(1), "BTCUSDT")
    assert (rules.size_increment, rules.min_quantity) == (Decimal("0.0001"), Decimal("0.001"))
    assert (rules.price_bands[0].increment, rules.min_notional, rules.leverage) == (Decimal("0.1"), Decimal(5), 20)
    first = MarginBracket(Decimal(0), Decimal(1_000_000), 50, Decimal("0.004"))
    assert rules.brackets == (first, MarginBracket(Decimal(1_000_000), Decimal(20_000_000), 20, Decimal("0.01")))
    params = sent(mix, mix.order(Side.BUY, mix.below(5), Decimal("0.0123"))).params
    expected = {"size": "0.0123", "productType": "USDT-FUTURES", "marginMode": "crossed", "marginCoin": "USDT"}
    assert expected.items() <= params.items()
    assert not {"tradeSide", "reduceOnly"} & params.keys()
    assert sent(mix, replace(mix.order(Side.SELL, None), is_reduce_only=True)).params["reduceOnly"] == "YES"


@pytest.mark.parametrize(
    ("side", "is_reduce_only", "named"),
    [
        (Side.BUY, False, ("buy", "open")),
        (Side.SELL, True, ("buy", "close")),
        (Side.SELL, False, ("sell", "open")),
        (Side.BUY, True, ("sell", "close")),
    ],
)
async def test_in_hedge_mode_the_side_names_the_position(
    mix: LoopbackAccount, side: Side, is_reduce_only: bool, named: tuple[str, str]
) -> None:
    mix.core.set_hedge_mode(OWNER, is_hedged=True)
    await mix.connect()
    params = sent(mix, replace(mix.order(side, None), is_reduce_only=is_reduce_only)).params
    assert (params["side"], params["tradeSide"]) == named
    assert "reduceOnly" not in params
    row = {
        "orderId": "1", "clientOid": "mine", "baseVolume": "0", "price": "1", "size": "1", "force": "gtc",
        "posMode": "hedge_mode", "state": "live", "cTime": "1", "uTime": "1", "side": named[0], "tradeSide": named[1],
    }  # fmt: skip
    seen = mix_seen(row, mix.venue.markets.listed("BTC/USDT"))
    assert (seen.side, seen.is_reduce_only) == (side, is_reduce_only), "and it is read as it was meant"


async def test_positions_of_both_sides_and_the_cash_beside_them(mix: LoopbackAccount) -> None:
    mix.core.set_hedge_mode(OWNER, is_hedged=True)
    await mix.connect()
    for side, size, closes in ((Side.BUY, "0.03", False), (Side.SELL, "0.01", False), (Side.SELL, "0.01", True)):
        order = await placed(mix, replace(mix.order(side, None, Decimal(size)), is_reduce_only=closes))
        await mix.until(lambda order=order: mix.heard.filled(order) == order.quantity, "the fill")  # type: ignore[misc]
        assert mix.there(order)[0].side.value == side.value
    venue = mix.venue
    told = await venue.questions.dialect.positions(venue._calls, venue._all)
    assert {each.side: each.quantity for each in told} == {"long": Decimal("0.02"), "short": Decimal("-0.01")}
    assert {asset: total for asset, total, _ in await venue.balances() if total} == mix.truth
    facts = await venue.probe()
    assert (facts.position_mode, facts.margin_mode, facts.leverage) == ("hedge", "cross", (("BTC/USDT", 20),))


async def test_what_a_position_won_so_far_is_no_cash(mix: LoopbackAccount) -> None:
    await mix.connect()
    order = await placed(mix, mix.order(Side.BUY, None))
    await mix.until(lambda: mix.heard.filled(order) == order.quantity, "the fill")
    mix.core.perps.set_mark("BTC/USDT", Decimal(61_234))
    assert mix.core.positions(OWNER)[0].unrealized
    assert {asset: total for asset, total, _ in await mix.venue.balances() if total} == mix.truth


@pytest.mark.parametrize("is_hedged", [False, True])
async def test_the_leverage_that_was_asked_for_is_set_there(mix: LoopbackAccount, is_hedged: bool) -> None:
    mix.core.set_hedge_mode(OWNER, is_hedged=is_hedged)
    mix.account = live_account("test", mix.what.exchange, "credential", [mix.what.symbol], 7)
    await mix.connect()
    assert mix.core.leverage(OWNER, "BTC/USDT") == 7
    assert mix.venue.markets.listed("BTC/USDT").instrument.rules.leverage == 7
    await mix.disconnect()
    mix.account = live_account("test", mix.what.exchange, "credential", [mix.what.symbol], 60)
    with pytest.raises(UsageError, match="60"):
        await mix.connect()
    assert mix.core.leverage(OWNER, "BTC/USDT") == 7


async def test_funding_has_one_reference_each(mix: LoopbackAccount) -> None:
    await mix.connect()
    await placed(mix, mix.order(Side.BUY, None))
    for _ in range(120):
        mix.core.perps.fund()
    venue = mix.venue
    told = await venue.questions.dialect.funding(
        venue._calls, venue.markets.listed("BTC/USDT"), mix.core.now_ms() - 60_000
    )
    assert len({each.reference for each in told}) == 120
    assert sum(each.amount for each in told) == sum(each.amount for each in mix.core.funding_paid(OWNER))


class Months:
    """Answers about bills of many months, and refuses a span of more than 30 days as Bitget does."""

    offset_ms = 0

    ccxt: Any = None

    def __init__(self, now_ms: int, times: list[int]) -> None:
        self.now_ms = now_ms
        self.times = times
        self.spans: list[int] = []

    async def ask(self, call: Call) -> Answer:
        if call.method == "publicCommonGetV2PublicTime":
            return said("00000", {"serverTime": str(self.now_ms)}, status=200)
        begin, end = int(call.params["startTime"]), int(call.params["endTime"])
        self.spans.append(end - begin)
        if end - begin > 30 * DAY_MS:
            return said("00001", text="startTime and endTime interval cannot be greater than 30 days")
        rows = [self._row(at_ms) for at_ms in self.times if begin <= at_ms <= end]
        return said("00000", {"bills": rows[::-1] or None, "endId": None}, status=200)

    def _row(self, at_ms: int) -> Mapping[str, str]:
        return {
            "billId": str(at_ms), "symbol": "BTCUSDT", "amount": "-0.1", "coin": "USDT", "cTime": str(at_ms),
            "businessType": "contract_settle_fee",
        }  # fmt: skip


async def test_funding_of_many_months_is_asked_for_in_spans_that_bitget_answers() -> None:
    now_ms = 1_795_000_000_000
    times = [now_ms - day * DAY_MS for day in range(80, -1, -1)]
    months = Months(now_ms, times)
    told = await BitgetMix().funding(months, BITGET_LISTED, now_ms - 80 * DAY_MS)
    assert [each.at_ms for each in told] == times, "each once, oldest first, also at the edges"
    assert max(months.spans) <= 30 * DAY_MS
