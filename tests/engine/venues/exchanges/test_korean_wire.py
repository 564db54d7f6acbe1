"""F9, F10 and F11 on the wire: what ccxt does to orders of Upbit and Bithumb, and what we do, on one exchange.

Real addresses, signatures and TLS. Each is red first: ccxt's own way is shown to fail by the exchange's books.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.pro
import pytest

from engine.domain.messages import RejectCode, RejectReason
from engine.domain.order import Order, OrderState, Side
from engine.domain.secret import Credential, CredentialKind, Secret
from engine.venues.clock import MachineClock
from engine.venues.exchanges import korean
from engine.venues.exchanges.calls import CcxtCalls
from engine.venues.exchanges.dialect import Absent, Call, Listed, Seen
from engine.venues.exchanges.korean_dialect import Korean
from tests.support.exchange.core import Exchange
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.server import Server
from tests.support.exchange.skins.korean import KoreanSkin
from tests.support.exchange.skins.korean_limits import UNLIMITED
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import Listing
from tests.support.exchange.values import Side as TheirSide
from tests.support.korean_client import KEY
from tests.support.korean_world import BITHUMB, UPBIT, Kind, our_order
from tests.support.waiting import wait_until_async


@dataclass
class Wire:
    """The exchange's books, our dialect over ccxt's transport, and ccxt as it comes."""

    core: Exchange
    skin: KoreanSkin
    others: Strangers
    server: Server
    dialect: Korean
    calls: CcxtCalls
    listed: Listed
    ccxt: Any
    frames: list[Any]

    async def send(self, order: Order, best: str | None = None) -> Seen | RejectReason | None:
        """What the dialect makes of the answer to an order."""
        call = self.dialect.place(order, self.listed, None if best is None else Decimal(best))
        answer = await self.calls.ask(call)
        return self.dialect.accepted(answer, order) or self.dialect.refused(answer)

    def there(self) -> list[tuple[str, Decimal | None, Decimal]]:
        """Name, price and size of every order that the exchange took."""
        return [(each.client_order_id, each.price, each.size) for each in self.core.truth("ours")]


Dial = Callable[..., Any]


@pytest.fixture
async def dial(tmp_path: Path) -> AsyncIterator[Dial]:
    """Opens wires, and closes them all."""
    opened: list[Any] = []

    async def made(kind: Kind, *listings: Listing, lag_ms: int = 0) -> Wire:
        listed = listings or (kind.listing("BTC/KRW"),)
        core = Exchange(kind.module.house(*listed, lag_ms=lag_ms), LoopTimers(time.time_ns() // 1_000_000))
        core.open_account("ours", KEY)
        core.transfer("ours", "KRW", Decimal(1_000_000_000))
        core.transfer("ours", "BTC", Decimal(10))
        others = Strangers(core)
        others.move_to("BTC/KRW", Decimal(148_512_000), size=Decimal("0.5"))
        skin: KoreanSkin = kind.skin(core, UNLIMITED)  # type: ignore[call-arg]
        server = Server([skin], tmp_path)
        await server.start()
        opened.append(server.stop)
        dialect = kind.dialect()
        secrets = Secret(KEY.key), Secret(KEY.secret), None
        credential = Credential("c", CredentialKind.EXCHANGE, dialect.exchange, "test", *secrets)
        calls = CcxtCalls(dialect, credential, server.route(), MachineClock())
        frames: list[Any] = []

        def hear(frame: Any) -> bool:
            frames.append(frame)
            return True

        await calls.open(hear)
        opened.append(calls.close)
        found = await dialect.instruments(calls, "live:test", [each.symbol for each in listed])
        calls.know(found)
        session = aiohttp.ClientSession(connector=server.route().connector())
        opened.append(session.close)
        bare = getattr(ccxt.pro, dialect.ccxt_id)(
            {"session": session, "apiKey": KEY.key, "secret": KEY.secret, "enableRateLimit": False}
        )
        bare.timeout_on_exit = 0
        opened.append(bare.close)
        await bare.load_markets()
        return Wire(core, skin, others, server, dialect, calls, found[0], bare, frames)

    yield made
    for close in reversed(opened):
        await close()


# F9: Bithumb, four significant digits and four decimals


async def test_f9_bithumbs_prices_and_sizes_arrive_as_they_are(dial: Dial) -> None:
    wire = await dial(BITHUMB)
    # Red: ccxt's helpers round 148,512,000 to 148,500,000 and 0.00009 to nothing.
    assert wire.ccxt.price_to_precision("BTC/KRW", 148_512_000) == "148500000"
    await wire.ccxt.create_order("BTC/KRW", "limit", "buy", 0.001, 148_412_000, {"clientOrderId": "red1"})
    assert wire.there()[-1] == ("red1", Decimal(148_400_000), Decimal("0.001")), "a price that nobody asked for"
    with pytest.raises(ccxt.ExchangeError):
        await wire.ccxt.create_order("BTC/KRW", "limit", "buy", 0.00009, 148_412_000, {"clientOrderId": "red2"})
    assert [name for name, _, _ in wire.there()] == ["red1"], "its size became 0"
    # Green.
    seen = await wire.send(our_order("green1", Side.BUY, "148412000", "0.00009", post_only=True))
    assert isinstance(seen, Seen)
    assert wire.there()[-1] == ("green1", Decimal(148_412_000), Decimal("0.00009"))
    rules = wire.listed.instrument.rules
    assert rules.nearest_price(Decimal("148412345.678")) == 148_412_000
    assert rules.floor_size(Decimal("0.000090000001")) == Decimal("0.00009")


# F10: Upbit, no steps, no minimum, no client order id, no trades


async def test_f10_upbits_steps_and_minimum_are_known(dial: Dial) -> None:
    wire = await dial(UPBIT)
    # Red: ccxt leaves the price as it is, and the exchange refuses it.
    assert wire.ccxt.price_to_precision("BTC/KRW", 148412345.678) == "148412345.678"
    assert wire.ccxt.market("BTC/KRW")["limits"]["cost"]["min"] is None
    with pytest.raises(ccxt.ExchangeError, match="invalid_price_bid"):
        await wire.ccxt.create_order("BTC/KRW", "limit", "buy", 0.001, 148412345.678)
    with pytest.raises(ccxt.ExchangeError, match="under_min_total_bid"):
        await wire.ccxt.create_order("BTC/KRW", "limit", "buy", 0.00003, 148_412_000)
    # Green.
    rules = wire.listed.instrument.rules
    price = rules.price_below(Decimal("148412345.678"))
    least = rules.smallest_tradable(price)
    assert (price, least) == (Decimal(148_412_000), Decimal("0.00003369"))
    assert isinstance(await wire.send(our_order("green1", Side.BUY, str(price), str(least), post_only=True)), Seen)
    assert wire.there() == [("green1", Decimal(148_412_000), Decimal("0.00003369"))]


async def test_f10_upbits_orders_are_found_and_cancelled_by_our_id(dial: Dial) -> None:
    wire = await dial(UPBIT)
    order = our_order("mine1", Side.BUY, "148412000", "0.001", post_only=True)
    assert isinstance(await wire.send(order), Seen)
    # Red: ccxt asks for "uuid=None", and hears that there is no such order, while it rests.
    with pytest.raises(ccxt.OrderNotFound):
        await wire.ccxt.fetch_order(None, "BTC/KRW", {"clientOrderId": "mine1"})
    with pytest.raises(ccxt.OrderNotFound):
        await wire.ccxt.cancel_order(None, "BTC/KRW", {"clientOrderId": "mine1"})
    assert [each.client_order_id for each in wire.core.open_orders("ours")] == ["mine1"]
    # Green.
    found = await wire.dialect.look_up(wire.calls, order, wire.listed)
    assert isinstance(found, Seen)
    assert (found.state, found.client_order_id) == (OrderState.OPEN, "mine1")
    assert wire.dialect.is_cancel_taken(await wire.calls.ask(wire.dialect.cancel(order, wire.listed)))
    assert wire.core.open_orders("ours") == []


@pytest.mark.parametrize("kind", [UPBIT, BITHUMB], ids=["upbit", "bithumb"])
async def test_f10_trades_and_their_fees_are_taken_from_the_order(dial: Dial, kind: Kind) -> None:
    wire = await dial(kind)
    wire.others.set_level("BTC/KRW", TheirSide.SELL, Decimal(148_513_000), Decimal("0.00012345"))
    order = our_order("mine1", Side.BUY, "148514000", "0.0002")
    assert isinstance(await wire.send(order), Seen)
    # Red: there is no list of trades to ask for.
    with pytest.raises(ccxt.NotSupported):
        await wire.ccxt.fetch_my_trades("BTC/KRW")
    # Green.
    found = await wire.dialect.look_up(wire.calls, order, wire.listed)
    assert isinstance(found, Seen)
    theirs = wire.core.truth("ours")[0].fills
    assert [(fill.price, fill.quantity) for fill in found.fills] == [(fill.price, fill.size) for fill in theirs]
    assert sum(fill.fee for fill in found.fills) == sum(fill.fee for fill in theirs)
    spent = sum((fill.value + fill.fee for fill in found.fills), Decimal(0))
    balances = {asset: total for asset, total, _ in (await wire.dialect.balances(wire.calls)).balances}
    assert balances["KRW"] == 1_000_000_000 - spent
    back = await wire.dialect.look_back(wire.calls, order, wire.listed)
    assert isinstance(back, Seen)
    assert back.fills == found.fills
    absent = our_order("never", Side.BUY, "148514000", "0.0002")
    assert isinstance(await wire.dialect.look_up(wire.calls, absent, wire.listed), Absent)
    assert isinstance(await wire.dialect.look_back(wire.calls, absent, wire.listed), Absent)


# F11: one class of ccxt's for all errors


@pytest.mark.parametrize("kind", [UPBIT, BITHUMB], ids=["upbit", "bithumb"])
@pytest.mark.parametrize(
    ("order", "code", "name"),
    [
        (our_order("id1", Side.BUY, "148412500", "0.001"), RejectCode.PRICE_INCREMENT, "invalid_price_bid"),
        (our_order("id1", Side.SELL, "148612000", "0.00003"), RejectCode.MIN_NOTIONAL, "under_min_total_ask"),
        (our_order("id1", Side.BUY, "148412000", "20"), RejectCode.INSUFFICIENT_FUNDS, "insufficient_funds_bid"),
    ],
    ids=["price", "minimum", "funds"],
)
async def test_f11_errors_are_known_by_their_names(
    dial: Dial, kind: Kind, order: Order, code: RejectCode, name: str
) -> None:
    wire = await dial(kind)
    # Red: an ExchangeError that may be anything (only Upbit's funds have a class), also of what was not refused.
    method, params = (
        wire.dialect.place(order, wire.listed, None).method,
        dict(wire.dialect.place(order, wire.listed, None).params),
    )
    with pytest.raises(ccxt.ExchangeError) as raised:
        await getattr(wire.ccxt, method)(params | {wire.skin.id_field: "red"})
    is_told = raised.type is not ccxt.ExchangeError
    assert is_told == (kind is UPBIT and name == "insufficient_funds_bid")
    # Green.
    assert await wire.send(order) == RejectReason(code, name)
    assert wire.core.truth("ours") == []


@pytest.mark.parametrize("kind", [UPBIT, BITHUMB], ids=["upbit", "bithumb"])
@pytest.mark.parametrize("action", [Action.TOO_MANY, Action.BAN])
async def test_f11_too_many_requests_are_heard_as_such(dial: Dial, kind: Kind, action: Action) -> None:
    wire = await dial(kind)
    rule = Rule(Point.REQUEST, action, kind="order", times=2, retry_after_s=7)
    wire.server.plan.add(rule)
    order = our_order("id1", Side.BUY, "148412000", "0.001", post_only=True)
    call = wire.dialect.place(order, wire.listed, None)
    # Red: neither of ccxt's two classes for it.
    with pytest.raises(ccxt.ExchangeError):
        await getattr(wire.ccxt, call.method)(dict(call.params) | {wire.skin.id_field: "red"})
    # Green: the status is there for the budget, and the order was turned away before anybody looked at it.
    answer = await wire.calls.ask(call)
    assert answer.status == (418 if action is Action.BAN else 429)
    assert answer.headers["retry-after"] == "7"
    assert wire.dialect.refused(answer) == RejectReason(RejectCode.NOT_SENT, "too_many_requests", 7)
    assert wire.dialect.accepted(answer, order) is None


# Streams


@pytest.mark.parametrize("kind", [UPBIT, BITHUMB], ids=["upbit", "bithumb"])
async def test_streams_are_subscribed_with_one_or_two_frames_and_a_new_token_each_time(dial: Dial, kind: Kind) -> None:
    wire = await dial(kind, kind.listing("BTC/KRW"), kind.listing("XRP/KRW"))
    wire.others.move_to("XRP/KRW", Decimal(3000), size=Decimal(1000))
    listed = await wire.dialect.instruments(wire.calls, "live:test", ["BTC/KRW", "XRP/KRW"])
    wire.calls.know(listed)

    def heard(kind_of_frame: str, market: str) -> bool:
        return any(frame.get("type") == kind_of_frame and frame.get("code") == market for frame in wire.frames)

    for life in range(2):
        wire.frames.clear()
        # ccxt's futures; they last as long as their sockets.
        waiting = [
            *wire.dialect.public_streams(wire.calls.ccxt, listed),
            *wire.dialect.private_streams(wire.calls.ccxt, listed),
        ]
        tasks = [asyncio.ensure_future(each) for each in waiting]
        for market in ("KRW-BTC", "KRW-XRP"):
            await wait_until_async(partial(heard, "orderbook", market), what=f"the book of {market}")
        await wait_until_async(lambda: wire.core.listeners("ours") > 0, what="the private stream")
        order = our_order(f"life{life}", Side.BUY, "148514000", "0.001")
        assert isinstance(await wire.send(order), Seen)
        wire.others.take("XRP/KRW", TheirSide.BUY, Decimal(10))
        for name, market in (("trade", "KRW-BTC"), ("trade", "KRW-XRP"), ("myOrder", "KRW-BTC")):
            await wait_until_async(partial(heard, name, market), what=f"{name} of {market}")
        await wait_until_async(lambda: heard_asset(wire), what="the balances")
        by_id = {each.market_id: each for each in listed}
        told = [each for frame in wire.frames for each in wire.dialect.hear_private(frame, by_id) or ()]
        ours = [each for each in told if isinstance(each, Seen)]
        assert {each.client_order_id for each in ours} == {order.client_order_id}
        wire.server.cut()
        await asyncio.gather(*tasks, return_exceptions=True)
        await wait_until_async(lambda: not wire.server.lines, what="the end of all sockets")


def heard_asset(wire: Wire) -> bool:
    return any(frame.get("type") == "myAsset" for frame in wire.frames)


# The clock


@pytest.mark.parametrize("kind", [UPBIT, BITHUMB], ids=["upbit", "bithumb"])
async def test_a_clock_that_is_wrong_is_found_out_by_the_date_of_an_answer(dial: Dial, kind: Kind) -> None:
    wire = await dial(kind)
    timers = wire.core.timers
    assert isinstance(timers, LoopTimers)
    for skew_ms in (0, -2000, 2000):
        timers.skew_ms = skew_ms
        near_ms = await wire.dialect.server_time_ms(wire.calls)
        assert near_ms is not None
        assert abs(near_ms - wire.calls.ccxt.milliseconds()) < 1000, "nothing to mend"
    timers.skew_ms = 120_000
    answer = await wire.calls.ask(Call(wire.dialect.words.accounts, {}))
    # Red: Bithumb's tokens are out of date; Upbit's carry no time.
    assert korean.error_name(answer) == ("expired_jwt" if kind is BITHUMB else "")
    # Green.
    told_ms = await wire.dialect.server_time_ms(wire.calls)
    assert told_ms is not None
    wire.calls.offset_ms = told_ms - wire.calls.ccxt.milliseconds()
    assert abs(wire.calls.offset_ms - 120_000) <= 1000
    assert (await wire.dialect.balances(wire.calls)).balances
