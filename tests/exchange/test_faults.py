"""Every fault of the wire, as a client without any cleverness meets it, and what the exchange has done by then."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from tests.exchange.test_binance_wire import KEY, Wire, wire
from tests.support.exchange.audit import Auditor
from tests.support.exchange.dialling import Outage, route_to
from tests.support.exchange.faults import Action, Plan, Point, Rule, seeded
from tests.support.exchange.office import Hand, Office
from tests.support.exchange.skins.signing import hmac_hex
from tests.support.exchange.values import Side, Status
from tests.support.waiting import wait_until_async

__all__ = ["wire"]
REST = "https://api.binance.com/api/v3"
WS_API = "wss://ws-api.binance.com:443/ws-api/v3"
STREAMS = "wss://stream.binance.com:9443/ws/0"


def signed(wire: Wire, **params: object) -> str:
    """A query of now."""
    query = "&".join(f"{name}={value}" for name, value in {**params, "timestamp": wire.core.now_ms()}.items())
    return f"{query}&signature={hmac_hex(KEY.secret, query)}"


async def order(wire: Wire, name: str, timeout_s: float = 5.0) -> tuple[int, str]:
    """A small order that rests: status and body."""
    query = signed(
        wire, symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.001", price="40000",
        newClientOrderId=name,
    )  # fmt: skip
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    headers = {"X-MBX-APIKEY": KEY.key}
    async with wire.session.post(f"{REST}/order?{query}", headers=headers, timeout=timeout) as answer:
        return answer.status, await answer.text()


BROKEN = aiohttp.ClientConnectionError
LOST: list[tuple[Action, type[BaseException]]] = [
    (Action.RESET, BROKEN),
    (Action.HANG, TimeoutError),
    (Action.TRUNCATED, aiohttp.ClientPayloadError),
    (Action.SLOW, TimeoutError),
]


@pytest.mark.parametrize("is_processed", [False, True])
@pytest.mark.parametrize(("action", "error"), LOST)
async def test_an_answer_that_never_comes(
    wire: Wire, action: Action, error: type[BaseException], is_processed: bool
) -> None:
    wire.server.plan.add(Rule(Point.REQUEST, action, kind="order", is_processed=is_processed, delay_s=60))
    with pytest.raises(error):
        await order(wire, "one", timeout_s=0.5)
    there = [each.client_order_id for each in wire.core.truth("alice")]
    # What has begun to answer has processed the request.
    assert there == (["one"] if is_processed or action in (Action.TRUNCATED, Action.SLOW) else [])
    status, _ = await order(wire, "two")
    assert status == 200


SPOILT: list[tuple[Action, int, str]] = [
    (Action.HTML, 200, "<html>"),
    (Action.EMPTY, 200, ""),
    (Action.BRACES, 200, "{}"),
    (Action.STATUS, 502, "<html>"),
    (Action.UNSURE, 504, '{"code":-1007'),
]


@pytest.mark.parametrize("is_processed", [False, True])
@pytest.mark.parametrize(("action", "status", "begins"), SPOILT)
async def test_an_answer_that_is_none(wire: Wire, action: Action, status: int, begins: str, is_processed: bool) -> None:
    wire.server.plan.add(Rule(Point.REQUEST, action, kind="order", is_processed=is_processed, status=502))
    got, body = await order(wire, "one")
    assert (got, body[: len(begins)]) == (status, begins)
    assert len(wire.core.truth("alice")) == is_processed
    assert wire.server.plan.counts() == {f"request {action}" + (" after" if is_processed else ""): 1}


async def test_slow_and_late_answers_are_right_in_the_end(wire: Wire) -> None:
    for action in (Action.SLOW, Action.DELAY):
        wire.server.plan.add(Rule(Point.REQUEST, action, kind="order", delay_s=0.3))
        began = asyncio.get_running_loop().time()
        status, body = await order(wire, str(action))
        assert (status, json.loads(body)["clientOrderId"]) == (200, str(action))
        assert asyncio.get_running_loop().time() - began > 0.25


@pytest.mark.parametrize(("action", "status"), [(Action.TOO_MANY, 429), (Action.BAN, 418)])
async def test_bans_are_said_and_who_asks_all_the_same_is_remembered(wire: Wire, action: Action, status: int) -> None:
    wire.server.plan.add(Rule(Point.REQUEST, action, retry_after_s=60))
    async with wire.session.get(f"{REST}/ping") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (status, "60")
    [ban] = wire.core.history.bans
    assert (wire.core.history.refused_for_limits, wire.core.history.over_limits) == (1, 0)
    assert Auditor(wire.core).over_limits() == []
    assert ban.until_ms - ban.at_ms == 60_000
    await wait_until_async(lambda: wire.core.now_ms() > ban.at_ms, what="a millisecond")
    async with wire.session.get(f"{REST}/ping") as answer:
        # A ban is a ban; after a mere warning the exchange still answers.
        assert answer.status == (418 if action is Action.BAN else 200)
    assert [knock.path for knock in wire.core.history.knocks] == ["/api/v3/ping"]


async def test_the_first_two_are_left_alone_and_then_three_are_struck(wire: Wire) -> None:
    wire.server.plan.add(Rule(Point.REQUEST, Action.STATUS, kind="order", skip=2, times=3))
    statuses = [(await order(wire, f"n{number}"))[0] for number in range(7)]
    assert statuses == [200, 200, 503, 503, 503, 200, 200]


def test_the_same_seed_draws_the_same_faults() -> None:
    logs = []
    for seed in (5, 5, 6):
        plan = seeded(seed, lambda: 0, {(Point.REQUEST, Action.RESET, True): 0.3}, "binance")
        struck = [plan.strike(Point.REQUEST, "binance", "order", "") is not None for _ in range(200)]
        assert 30 < sum(struck) < 90
        logs.append(struck)
    assert logs[0] == logs[1] != logs[2]
    assert Plan().strike(Point.REQUEST, "", "", "") is None


async def test_asking_too_often_is_the_clients_own_fault(wire: Wire) -> None:
    for _ in range(24):
        async with wire.session.get(f"{REST}/depth?symbol=BTCUSDT&limit=5000") as answer:
            assert answer.status == 200
    async with wire.session.get(f"{REST}/depth?symbol=BTCUSDT&limit=5000") as answer:
        assert answer.status == 429
    assert Auditor(wire.core).over_limits() == ["I9: 1 requests were more than the venue allows."]


async def test_the_venues_own_limit_of_orders_is_said_in_its_words(wire: Wire) -> None:
    wire.server.plan.add(Rule(Point.REQUEST, Action.COUNTED, kind="order"))
    status, body = await order(wire, "one")
    assert (status, json.loads(body)["code"], len(wire.core.truth("alice"))) == (429, -1015, 0)


async def test_a_fill_overtakes_a_cancel(wire: Wire) -> None:
    """The order is filled a bit while its cancel is on the way, and the rest is cancelled."""
    number = rest(wire, "n0")
    office = Office(wire.core, wire.server.plan.acts)
    rule = Rule(Point.REQUEST, Action.PASS, kind="cancel", also=lambda: office.fill(number, Decimal("0.004")))
    wire.server.plan.add(rule)
    query = signed(wire, symbol="BTCUSDT", origClientOrderId="n0")
    headers = {"X-MBX-APIKEY": KEY.key}
    async with wire.session.delete(f"{REST}/order?{query}", headers=headers) as answer:
        told = await answer.json()
    assert (told["status"], told["executedQty"]) == ("CANCELED", "0.00400000")
    rule.times = None
    whole = rest(wire, "n1")
    rule.also = lambda: office.fill(whole)
    query = signed(wire, symbol="BTCUSDT", origClientOrderId="n1")
    async with wire.session.delete(f"{REST}/order?{query}", headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, -2011)
    assert wire.core.truth("alice")[-1].status is Status.FILLED


# Frames


@pytest.fixture
async def user_stream(wire: Wire) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with wire.session.ws_connect(WS_API) as socket:
        params: dict[str, Any] = {"apiKey": KEY.key, "timestamp": wire.core.now_ms()}
        payload = "&".join(f"{name}={params[name]}" for name in sorted(params))
        params["signature"] = hmac_hex(KEY.secret, payload)
        await socket.send_json({"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
        assert (await socket.receive_json())["result"] == {"subscriptionId": 0}
        yield socket


async def names(socket: aiohttp.ClientWebSocketResponse, count: int, within_s: float = 5.0) -> list[str]:
    """Client order ids of the next execution reports."""
    found: list[str] = []
    async with asyncio.timeout(within_s):
        while len(found) < count:
            event = (await socket.receive_json())["event"]
            if event["e"] == "executionReport":
                found.append(event["c"])
    return found


def rest(wire: Wire, name: str, size: str = "0.01") -> int:
    """An order that comes over no wire; its number."""
    hand = Hand(wire.core, "alice", wire.server.plan.acts)
    return hand.order("BTC/USDT", Side.BUY, Decimal(size), Decimal(40_000), name).order_id


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        (Action.DROP, ["n0", "n2", "n3"]),
        (Action.DUPLICATE, ["n0", "n1", "n1", "n2"]),
        (Action.SWAP, ["n0", "n2", "n1", "n3"]),
        (Action.LATE, ["n0", "n2", "n3", "n1"]),
        (Action.PASS, ["n0", "n1", "n2", "n3"]),
    ],
)
async def test_frames_are_dropped_doubled_swapped_late(
    wire: Wire, user_stream: aiohttp.ClientWebSocketResponse, action: Action, seen: list[str]
) -> None:
    wire.server.plan.add(Rule(Point.FRAME, action, contains='"executionReport"', skip=1, delay_s=0.2))
    for number in range(4):
        rest(wire, f"n{number}")
    assert await names(user_stream, len(seen)) == seen


@pytest.mark.parametrize(("action", "code"), [(Action.CLOSE, 1012), (Action.RESET, 1006)])
async def test_a_stream_ends_with_a_goodbye_or_without(
    wire: Wire, user_stream: aiohttp.ClientWebSocketResponse, action: Action, code: int
) -> None:
    wire.server.plan.add(Rule(Point.FRAME, action, contains='"executionReport"', code=1012))
    rest(wire, "n0")
    async with asyncio.timeout(60):
        message = await user_stream.receive()
        while message.type is aiohttp.WSMsgType.TEXT:
            message = await user_stream.receive()
    assert user_stream.closed
    assert user_stream.close_code == code


@pytest.mark.parametrize(("action", "answers"), [(Action.SILENT, True), (Action.MUTE, False)])
async def test_a_silent_stream_answers_pings_and_a_mute_one_does_not(wire: Wire, action: Action, answers: bool) -> None:
    wire.server.plan.add(Rule(Point.FRAME, action, contains='"result":null'))
    async with wire.session.ws_connect(STREAMS, autoping=False) as socket:
        await socket.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1})
        await wait_until_async(lambda: wire.server.plan.log, what="silence")
        await socket.ping(b"there?")
        try:
            async with asyncio.timeout(0.5):
                heard = (await socket.receive()).type is aiohttp.WSMsgType.PONG
        except TimeoutError:
            heard = False
        assert heard is answers


async def test_half_a_frame_is_no_json(wire: Wire, user_stream: aiohttp.ClientWebSocketResponse) -> None:
    wire.server.plan.add(Rule(Point.FRAME, Action.GARBLED, contains='"executionReport"'))
    rest(wire, "n0")
    text = (await user_stream.receive()).data
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    rest(wire, "n1")
    assert await names(user_stream, 1) == ["n1"]


async def test_all_streams_are_cut_at_once(wire: Wire, user_stream: aiohttp.ClientWebSocketResponse) -> None:
    assert wire.server.cut("binance", 1001) == 1
    async with asyncio.timeout(60):
        await user_stream.receive()
    assert user_stream.close_code == 1001
    await wait_until_async(lambda: not wire.server.lines, what="the end of the line")


async def test_a_stream_whose_key_has_expired_says_so(wire: Wire, user_stream: aiohttp.ClientWebSocketResponse) -> None:
    wire.skin.expire_streams()
    assert (await user_stream.receive_json())["event"]["e"] == "eventStreamTerminated"
    rest(wire, "n0")
    with pytest.raises(TimeoutError):
        await names(user_stream, 1, within_s=0.2)


@pytest.mark.slow
async def test_ten_thousand_fills_come_one_by_one(wire: Wire, user_stream: aiohttp.ClientWebSocketResponse) -> None:
    number = rest(wire, "n0", "0.1")
    office = Office(wire.core, wire.server.plan.acts)
    assert office.fill(number, parts=10_000).status is Status.FILLED
    async with asyncio.timeout(60):
        filled: list[str] = []
        while len(filled) < 10_001:
            event = (await user_stream.receive_json())["event"]
            if event["e"] == "executionReport":
                filled.append(event["z"])
    assert filled == [format(Decimal(number) / 100_000, ".8f") for number in range(10_001)]
    assert wire.server.plan.counts() == {"burst": 1, "hand order": 1}


# Dials


async def test_dials_are_refused_reset_and_late(wire: Wire) -> None:
    plan = wire.server.plan
    plan.add(Rule(Point.DIAL, Action.STATUS, status=503))
    # On a connection that it had before, aiohttp tries a second time by itself.
    plan.add(Rule(Point.DIAL, Action.RESET, times=2))
    plan.add(Rule(Point.DIAL, Action.DELAY, delay_s=0.2))
    with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
        await wire.session.ws_connect(STREAMS)
    with pytest.raises(BROKEN):
        await wire.session.ws_connect(STREAMS)
    began = asyncio.get_running_loop().time()
    async with wire.session.ws_connect(STREAMS):
        assert asyncio.get_running_loop().time() - began > 0.15


async def test_sign_in_and_subscription_are_refused_in_the_venues_words(wire: Wire) -> None:
    wire.server.plan.add(Rule(Point.LOGIN, Action.REFUSE))
    wire.server.plan.add(Rule(Point.SUBSCRIBE, Action.REFUSE, contains="@trade"))
    async with wire.session.ws_connect(WS_API) as socket:
        for status in (401, 200):
            params: dict[str, Any] = {"apiKey": KEY.key, "timestamp": wire.core.now_ms()}
            params["signature"] = hmac_hex(KEY.secret, f"apiKey={KEY.key}&timestamp={params['timestamp']}")
            await socket.send_json({"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
            assert (await socket.receive_json())["status"] == status
    async with wire.session.ws_connect(STREAMS) as socket:
        for has_error in (True, False):
            await socket.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1})
            assert ("error" in await socket.receive_json()) is has_error


async def test_nobody_listens_for_a_while(wire: Wire) -> None:
    await wire.server.stop()
    with pytest.raises(BROKEN):
        await order(wire, "one")
    await wire.server.start()
    assert (await order(wire, "two"))[0] == 200


async def test_names_and_trust_can_be_lost_on_our_own_side(wire: Wire) -> None:
    outage = Outage()
    route = route_to(wire.server.port, wire.server.ca_file, outage)
    async with aiohttp.ClientSession(connector=route.connector()) as session:
        outage.has_no_names = True
        with pytest.raises(aiohttp.ClientConnectorDNSError):
            await session.get(f"{REST}/ping")
        outage.has_no_names, outage.trusts_nobody = False, True
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"{REST}/ping")
        outage.trusts_nobody = False
        async with session.get(f"{REST}/ping") as answer:
            assert answer.status == 200
