"""Asking Upbit and Bithumb, hearing them, and what a key may: the loopback exchange in this process."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.money import ZERO
from engine.domain.order import Liquidity, OrderState, Side
from engine.venues.exchanges.dialect import (
    POST_ONLY_ENDED,
    Absent,
    BalancesTold,
    NoAnswer,
    Seen,
    Urgency,
)
from tests.support.exchange.values import Side as TheirSide
from tests.support.korean_client import KEY, KoreanClient, SkinCalls
from tests.support.korean_world import BITHUMB, GARBAGE, UPBIT, KoreanWorld, answered, our_order

ALL = [UPBIT, BITHUMB]
NAMES = ["upbit", "bithumb"]


@pytest.fixture(params=ALL, ids=NAMES)
def world(request: pytest.FixtureRequest) -> KoreanWorld:
    return KoreanWorld(request.param)


# Asking


async def test_an_order_is_found_with_its_trades_and_all_of_its_fee(world: KoreanWorld) -> None:
    world.others.set_level("BTC/KRW", TheirSide.SELL, Decimal(100_001_000), Decimal("0.00012345"))
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "100002000", "0.0002")
    await world.send(order, listed)
    found = await world.dialect.look_up(world.calls, order, listed)
    assert isinstance(found, Seen)
    assert (found.state, found.filled_quantity, found.quantity) == (
        OrderState.FILLED,
        Decimal("0.0002"),
        Decimal("0.0002"),
    )
    assert [(fill.price, fill.quantity) for fill in found.fills] == [
        (Decimal(100_001_000), Decimal("0.00012345")), (Decimal(100_002_000), Decimal("0.00007655")),
    ]  # fmt: skip
    paid = sum((fill.fee for fill in world.core.truth("ours")[0].fills), Decimal(0))
    assert sum(fill.fee for fill in found.fills) == paid
    assert {(fill.fee_asset, fill.venue, fill.client_order_id) for fill in found.fills} == {("KRW", "live:test", "id1")}
    assert len({fill.trade_id for fill in found.fills}) == 2


async def test_a_partly_filled_order_goes_on(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "99999000", "0.1", post_only=True)
    await world.send(order, listed)
    world.timers.advance(5000)
    world.others.take("BTC/KRW", TheirSide.SELL, Decimal("0.52"))
    found = await world.dialect.look_up(world.calls, order, listed)
    assert isinstance(found, Seen)
    assert (found.state, found.filled_quantity, found.quantity) == (OrderState.OPEN, Decimal("0.02"), Decimal("0.1"))
    assert found.fills[0].liquidity is Liquidity.MAKER


async def test_not_found_is_absent_and_garbage_is_not(world: KoreanWorld) -> None:
    """I10."""
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "99000000", "0.001")
    assert isinstance(await world.dialect.look_up(world.calls, order, listed), Absent)
    for status, body in [*GARBAGE, (422, {"error": {"name": "order_not_ready"}}), (404, "<html>"), (404, {})]:
        world.calls.spoilt[world.dialect.words.order] = answered(status, body)
        assert await world.dialect.look_up(world.calls, order, listed) is None


async def test_another_order_is_not_taken_for_ours(world: KoreanWorld) -> None:
    listed = await world.listed()
    world.place("90000000", "0.01")
    row = world.client.get("/v1/order", uuid=world.skin.uuid(1))
    world.calls.spoilt[world.dialect.words.order] = answered(200, row)
    order = our_order("id1", Side.BUY, "90000000", "0.01")
    assert await world.dialect.look_up(world.calls, order, listed) is None


async def test_an_order_that_tells_no_id_must_look_like_ours(world: KoreanWorld) -> None:
    """Bithumb's documents promise the id in answers to orders and cancels only."""
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "90000000", "0.01", post_only=True)
    await world.send(order, listed)
    row = world.client.get("/v1/order", uuid=world.skin.uuid(1))
    del row[world.skin.id_field]
    world.calls.spoilt[world.dialect.words.order] = answered(200, row)
    found = await world.dialect.look_up(world.calls, order, listed)
    assert isinstance(found, Seen)
    assert found.venue_order_id == world.skin.uuid(1)
    for change in ({"side": "ask"}, {"volume": "0.02"}, {"price": "90001000"}, {"volume": None}, {"price": None}):
        world.calls.spoilt[world.dialect.words.order] = answered(200, row | change)
        assert await world.dialect.look_up(world.calls, order, listed) is None


async def test_an_order_whose_number_is_known_is_asked_for_by_it(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "90000000", "0.01", post_only=True)
    seen = await world.send(order, listed)
    assert isinstance(seen, Seen)
    known = replace(order, venue_order_id=seen.venue_order_id)
    assert isinstance(await world.dialect.look_up(world.calls, known, listed), Seen)
    assert world.calls.asked[-1].params == {"uuid": seen.venue_order_id}
    assert world.dialect.cancel(known, listed).params == {world.dialect.words.placed_id_field: seen.venue_order_id}


async def test_the_second_witness_finds_what_is_there(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "100001000", "0.1")
    look_back = world.dialect.look_back
    assert isinstance(await look_back(world.calls, order, listed), Absent)
    await world.send(order, listed)
    found = await look_back(world.calls, order, listed)
    assert isinstance(found, Seen)
    assert (found.state, len(found.fills)) == (OrderState.FILLED, 1)


async def test_the_second_witness_says_nothing_when_it_says_garbage(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "100001000", "0.1")
    asked = len(world.calls.asked)
    look_back = world.dialect.look_back
    await look_back(world.calls, order, listed)
    page = world.calls.asked[asked].method
    for status, body in GARBAGE:
        if body != []:
            world.calls.spoilt[page] = answered(status, body)
            assert await look_back(world.calls, order, listed) is None


async def test_open_orders_are_everybodys_over_all_pages(world: KoreanWorld) -> None:
    listed = await world.listed()
    for _ in range(130):
        world.place("90000000", "0.0001")
    world.place("90000000", "0.0001", **{world.skin.id_field: None})
    world.timers.advance(1000)
    found = await world.dialect.open_orders(world.calls, listed)
    assert len(found) == 131
    assert {seen.client_order_id for seen in found} == {"", *(f"test{number}" for number in range(1, 131))}
    assert {seen.state for seen in found} == {OrderState.OPEN}


@pytest.mark.parametrize(("status", "body"), GARBAGE)
async def test_garbage_is_no_empty_list(world: KoreanWorld, status: int, body: Any) -> None:
    """F4, I10."""
    if body == []:
        return
    listed = await world.listed()
    for page in ("open_orders", "accounts"):
        world.calls.spoilt[getattr(world.dialect.words, page)] = answered(status, body)
    with pytest.raises(NoAnswer):
        await world.dialect.open_orders(world.calls, listed)
    with pytest.raises(NoAnswer):
        await world.dialect.balances(world.calls)


async def test_balances_are_whole_with_what_is_reserved(world: KoreanWorld) -> None:
    world.place("90000000", "0.1")
    told = await world.dialect.balances(world.calls)
    truth = {each.asset: (each.total, each.locked) for each in world.core.balances("ours")}
    assert {asset: (total, reserved) for asset, total, reserved in told.balances} == truth
    assert told.is_whole


async def test_a_cancel_is_taken_by_our_id(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "99000000", "0.001", post_only=True)
    await world.send(order, listed)
    call = world.dialect.cancel(order, listed)
    assert (call.params, call.urgency, call.is_order) == ({world.skin.id_field: "id1"}, Urgency.PROTECT, False)
    assert world.dialect.is_cancel_taken(await world.calls.ask(call))
    assert not world.dialect.is_cancel_taken(await world.calls.ask(call)), "it is gone, so it is asked for"
    found = await world.dialect.look_up(world.calls, replace(order, is_cancel_requested=True), listed)
    assert isinstance(found, Seen)
    assert (found.state, found.filled_quantity) == (OrderState.CANCELED, ZERO)


async def test_a_post_only_order_that_ended_at_once_is_told_as_such(world: KoreanWorld) -> None:
    listed = await world.listed()
    socket = world.private()
    order = our_order("id1", Side.BUY, "100001000", "0.001", post_only=True)
    await world.send(order, listed)
    found = await world.dialect.look_up(world.calls, order, listed)
    told = [each for each in world.told(socket, listed) if isinstance(each, Seen)]
    assert isinstance(found, Seen)
    assert [(seen.state, seen.reason) for seen in (found, told[-1])] == [(OrderState.REJECTED, POST_ONLY_ENDED)] * 2


async def test_a_rung_is_never_cancelled_by_its_own_ladder(world: KoreanWorld) -> None:
    """SMP: whoever meets his own order ends himself; what rests stays."""
    listed = await world.listed()
    socket = world.private()
    rung = our_order("rung", Side.SELL, "100000000", "0.1", post_only=True)
    taker = our_order("taker", Side.BUY, None, "0.04")
    await world.send(rung, listed)
    await world.send(taker, listed, "100000000")
    told = {each.client_order_id: each for each in world.told(socket, listed) if isinstance(each, Seen)}
    assert (told["rung"].state, told["rung"].filled_quantity) == (OrderState.OPEN, ZERO)
    assert (told["taker"].state, told["taker"].reason) == (OrderState.CANCELED, "self_trade")
    found = await world.dialect.look_up(world.calls, taker, listed)
    assert isinstance(found, Seen)
    assert (found.state, found.filled_quantity, found.quantity) == (OrderState.CANCELED, ZERO, Decimal("0.04"))


# Hearing


async def test_the_stream_tells_orders_and_balances_as_they_are(world: KoreanWorld) -> None:
    listed = await world.listed()
    socket = world.private()
    order = our_order("id1", Side.BUY, "100002000", "0.6")
    await world.send(order, listed)
    seen = [each for each in world.told(socket, listed) if isinstance(each, Seen)]
    assert [(each.state, each.filled_quantity) for each in seen] == [
        (OrderState.OPEN, ZERO), (OrderState.OPEN, Decimal("0.5")), (OrderState.OPEN, Decimal("0.6")),
        (OrderState.FILLED, Decimal("0.6")),
    ]  # fmt: skip
    assert {each.quantity for each in seen} == {Decimal("0.6")}
    assert {each.venue_order_id for each in seen} == {world.skin.uuid(1)}
    balances = [each for each in world.told(socket, listed) if isinstance(each, BalancesTold)]
    last = {asset: (total, reserved) for told in balances for asset, total, reserved in told.balances}
    assert last == {each.asset: (each.total, each.locked) for each in world.core.balances("ours")}
    assert not any(told.is_whole for told in balances)


async def test_foreign_orders_are_heard_and_other_markets_are_not(world: KoreanWorld) -> None:
    listed = await world.listed()
    socket = world.private()
    world.place("90000000", "0.01", **{world.skin.id_field: None})
    world.place("1", "10000", market="KRW-XRP")
    seen = [each for each in world.told(socket, listed) if isinstance(each, Seen)]
    assert [(each.client_order_id, each.symbol) for each in seen] == [("", "BTC/KRW")]
    assert world.dialect.hear_private({"status": "UP"}, {}) is None
    assert world.dialect.hear_private("pong", {}) is None


async def test_a_frame_that_is_none_raises_instead_of_inventing(world: KoreanWorld) -> None:
    listed = await world.listed()
    for frame in ({"type": "myOrder"}, {"type": "myOrder", "code": "KRW-BTC", "state": "wait"}, {"type": "myAsset"}):
        with pytest.raises((LookupError, TypeError, ValueError, ArithmeticError)):
            world.dialect.hear_private(frame, {"KRW-BTC": listed})


# The key


async def test_what_a_key_may_is_found_out_without_doing_it(world: KoreanWorld) -> None:
    listed = await world.listed()
    expires_ms = world.core.now_ms() // 1000 * 1000 + 86_400_000
    for name in ("safe", "rich", "poor"):
        key = replace(
            KEY, key=name, expires_ms=expires_ms, can_withdraw=name == "rich", can_trade=name != "poor"
        )  # fmt: skip
        world.core.open_account("ours", key)
        calls = SkinCalls(KoreanClient(world.skin, key, world.timers.now_ms if world.kind.has_time else None))
        facts = await world.dialect.probe(calls, [listed])
        assert facts.can_withdraw is (name == "rich")
        assert facts.can_trade is (None if world.kind is BITHUMB else name != "poor")
        assert (facts.is_ip_bound, facts.expires_at_ms) == (True, expires_ms)
        assert facts.fees == (listed.instrument.rules.maker_fee, listed.instrument.rules.taker_fee)
        assert (facts.fee_asset, facts.self_trade_prevention) == ("KRW", "cancel_taker")
    assert world.core.truth("ours") == []


async def test_the_top_of_the_book(world: KoreanWorld) -> None:
    listed = await world.listed()
    top = await world.dialect.top(world.calls, listed)
    assert top is not None
    assert (top.bid, top.ask, top.bid_quantity) == (Decimal(99_999_000), Decimal(100_001_000), Decimal("0.5"))
    world.others.clear("BTC/KRW")
    assert await world.dialect.top(world.calls, listed) is None
