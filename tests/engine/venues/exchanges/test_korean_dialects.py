"""What the dialects of Upbit and Bithumb make of the exchange's words, with the loopback exchange in this process."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.messages import RejectCode, RejectReason
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState, Side
from engine.errors import UsageError, VenueUnavailable
from engine.venues.exchanges.dialect import (
    Answer,
    NoMarket,
    Seen,
    Urgency,
)
from tests.support.exchange.skins.korean_limits import kept
from tests.support.exchange.values import Side as TheirSide
from tests.support.korean_client import heard
from tests.support.korean_world import BITHUMB, GARBAGE, UPBIT, KoreanWorld, answered, our_order

ALL = [UPBIT, BITHUMB]
NAMES = ["upbit", "bithumb"]


@pytest.fixture(params=ALL, ids=NAMES)
def world(request: pytest.FixtureRequest) -> KoreanWorld:
    return KoreanWorld(request.param)


# Rules


async def test_instruments_have_the_rules_and_fees_of_now(world: KoreanWorld) -> None:
    world.core.change_listing("BTC/KRW", maker_fee=Decimal("0.0004"), taker_fee=Decimal("0.0004"))
    listed = await world.listed()
    rules = listed.instrument.rules
    assert (listed.market_id, listed.is_trading, listed.instrument.venue) == ("KRW-BTC", True, "live:test")
    assert (rules.maker_fee, rules.taker_fee, rules.min_notional) == (
        Decimal("0.0004"),
        Decimal("0.0004"),
        Decimal(5000),
    )
    assert rules.price_increment(Decimal(100_000_000)) == 1000
    assert rules.size_increment == Decimal("1E-8")


async def test_a_changed_step_is_read_live(world: KoreanWorld) -> None:
    world.core.change_listing("BTC/KRW", price_bands=((Decimal(0), Decimal(5000)),))
    rules = (await world.listed()).instrument.rules
    assert rules.price_increment(Decimal(100_000_000)) == 5000
    assert rules.effective_from.year >= 2026


async def test_a_halted_market_is_listed_and_not_trading(world: KoreanWorld) -> None:
    world.core.change_listing("BTC/KRW", is_trading=False)
    assert not (await world.listed()).is_trading


async def test_an_unknown_market_is_a_sentence(world: KoreanWorld) -> None:
    with pytest.raises(UsageError, match=r"does not trade DOGE/KRW\.$"):
        await world.listed("DOGE/KRW")


@pytest.mark.parametrize(("status", "body"), GARBAGE)
@pytest.mark.parametrize("page", ["markets", "book", "chance"])
async def test_rules_are_never_made_of_garbage(world: KoreanWorld, page: str, status: int, body: Any) -> None:
    """F4. An empty list of books is a market without a book, and no rule depends on it."""
    world.calls.spoilt[getattr(world.dialect.words, page)] = answered(status, body)
    if page == "book" and body == []:
        assert (await world.listed()).instrument.rules.price_increment(Decimal(100_000_000)) == 1000
        return
    with pytest.raises((VenueUnavailable, UsageError)):
        await world.listed()


# Placing


async def test_a_post_only_order_is_told_as_one(world: KoreanWorld) -> None:
    order = our_order("id1", Side.BUY, "99000000", "0.0010", post_only=True)
    call = world.dialect.place(order, await world.listed(), None)
    assert call.params == {
        "market": "KRW-BTC", "side": "bid", world.kind.order_field: "limit", "price": "99000000", "volume": "0.001",
        "time_in_force": "post_only", world.skin.id_field: "id1",
    }  # fmt: skip
    assert (call.is_order, call.urgency) == (True, Urgency.ENTRY)


async def test_a_market_buy_is_of_a_quantity_and_at_most_so_dear(world: KoreanWorld) -> None:
    listed = await world.listed()
    call = world.dialect.place(our_order("id1", Side.BUY, None, "0.3"), listed, Decimal(100_001_000))
    assert call.params["time_in_force"] == "ioc"
    assert (call.params["price"], call.params["volume"]) == ("101002000", "0.3")
    with pytest.raises(NoMarket):
        world.dialect.place(our_order("id2", Side.BUY, None, "0.3"), listed, None)


async def test_a_market_buy_stops_at_its_price(world: KoreanWorld) -> None:
    """0.5 at each of five prices, and then nothing for 2 %: what is beyond the bound is not bought."""
    world.others.clear("BTC/KRW")
    for price, size in ((100_001_000, "0.01"), (102_000_000, "5")):
        world.others.place("BTC/KRW", TheirSide.SELL, Decimal(price), Decimal(size))
    listed = await world.listed()
    order = our_order("id1", Side.BUY, None, "0.3")
    assert isinstance(await world.send(order, listed, "100001000"), Seen)
    found = await world.dialect.look_up(world.calls, order, listed)
    assert isinstance(found, Seen)
    assert (found.state, found.filled_quantity) == (OrderState.CANCELED, Decimal("0.01"))


async def test_a_market_sell_is_one_and_may_use_the_reserve(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.SELL, None, "0.3")
    call = world.dialect.place(order, listed, None)
    assert (call.params[world.kind.order_field], call.params["volume"], "price" in call.params) == (
        "market", "0.3", False,
    )  # fmt: skip
    assert call.urgency is Urgency.PROTECT
    await world.send(order, listed)
    found = await world.dialect.look_up(world.calls, order, listed)
    assert isinstance(found, Seen)
    assert (found.state, found.filled_quantity) == (OrderState.FILLED, Decimal("0.3"))


async def test_numbers_are_written_without_exponent(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "1E+8", "1E-7")
    params = world.dialect.place(order, listed, None).params
    assert (params["price"], params["volume"]) == ("100000000", "0.0000001")


async def test_accepted_is_what_names_the_order_and_ours(world: KoreanWorld) -> None:
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "99000000", "0.001", post_only=True)
    seen = await world.send(order, listed)
    assert isinstance(seen, Seen)
    assert (seen.client_order_id, seen.state, seen.filled_quantity) == ("id1", OrderState.OPEN, ZERO)
    assert seen.venue_order_id == world.skin.uuid(1)
    good = good_answer(world, order)
    assert world.dialect.accepted(good, order) is not None
    for change in ({world.skin.id_field: "other"}, {world.dialect.words.placed_id_field: ""}, {"market": "KRW-XRP"}):
        assert world.dialect.accepted(replace(good, body=good.body | change), order) is None
    assert world.dialect.accepted(replace(good, status=500), order) is None


def good_answer(world: KoreanWorld, order: Order) -> Answer:
    row = {"market": "KRW-BTC", "created_at": "2026-11-29T12:00:00+09:00", world.skin.id_field: order.client_order_id}
    return Answer(201, row | {world.dialect.words.placed_id_field: "theirs"}, {})


@pytest.mark.parametrize(("status", "body"), GARBAGE)
async def test_garbage_is_neither_accepted_nor_refused(world: KoreanWorld, status: int, body: Any) -> None:
    """F4, F6: nobody knows."""
    answer = answered(status, body)
    order = our_order("id1", Side.BUY, "99000000", "0.001")
    assert world.dialect.accepted(answer, order) is None
    assert world.dialect.refused(answer) is None
    assert not world.dialect.is_cancel_taken(answer)


@pytest.mark.parametrize(
    ("order", "code", "name"),
    [
        (our_order("id1", Side.BUY, "99000500", "0.001"), RejectCode.PRICE_INCREMENT, "invalid_price_bid"),
        (our_order("id1", Side.SELL, "99000500", "0.001"), RejectCode.PRICE_INCREMENT, "invalid_price_ask"),
        (our_order("id1", Side.BUY, "99000000", "0.00005"), RejectCode.MIN_NOTIONAL, "under_min_total_bid"),
        (our_order("id1", Side.SELL, "99000000", "0.00005"), RejectCode.MIN_NOTIONAL, "under_min_total_ask"),
        (our_order("id1", Side.BUY, "99000000", "2"), RejectCode.INSUFFICIENT_FUNDS, "insufficient_funds_bid"),
        (our_order("id1", Side.SELL, "99000000", "2"), RejectCode.INSUFFICIENT_FUNDS, "insufficient_funds_ask"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_named_refusal_is_one(world: KoreanWorld, order: Order, code: RejectCode, name: str) -> None:
    """F11: ccxt has one class for all of these."""
    assert await world.send(order, await world.listed()) == RejectReason(code, name)


async def test_too_many_requests_are_turned_away_at_the_door(world: KoreanWorld) -> None:
    """F11: 429 and 418 with JSON, which ccxt takes for any error. Not every 429 is the door's."""
    for is_ban in (False, True):
        door = heard(kept(10, is_ban=is_ban))
        assert world.dialect.refused(door) == RejectReason(RejectCode.NOT_SENT, "too_many_requests", 10)
        assert world.dialect.refused(replace(door, headers={})) == RejectReason(
            RejectCode.NOT_SENT, "too_many_requests", 1
        )  # fmt: skip
        plain = world.dialect.refused(replace(door, body="Too many API requests."))
        assert plain == RejectReason(RejectCode.NOT_SENT, "Too many API requests.", 10)
        assert world.dialect.refused(replace(door, body="<html>Too many</html>")) is None
    named = answered(429, {"error": {"name": "insufficient_funds_bid", "message": ""}})
    assert world.dialect.refused(named) is None
    assert world.dialect.refused(replace(named, status=500)) is None
    assert world.dialect.refused(replace(named, status=400)) is not None


async def test_a_used_id_is_not_known_to_be_refused(world: KoreanWorld) -> None:
    """The order that has it may be ours, and may rest."""
    listed = await world.listed()
    order = our_order("id1", Side.BUY, "99000000", "0.001", post_only=True)
    assert isinstance(await world.send(order, listed), Seen)
    assert await world.send(order, listed) is None
    assert len(world.core.truth("ours")) == 1
