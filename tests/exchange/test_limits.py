"""How often Binance lets itself be asked, by hand-driven time: its headers, its 429, its bans, its day of a stream."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.houses import exchange, timers
from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Answer, Asked
from tests.support.exchange.skins.binance_spot import REST, BinanceSpot
from tests.support.exchange.skins.limits import Gate, Sliding, Windows
from tests.support.exchange.skins.signing import hmac_hex
from tests.support.exchange.strangers import Strangers


@pytest.fixture
def made() -> Exchange:
    core = exchange(request_limit=(6000, 60_000), order_limit=(3, 10_000))
    timers(core).advance(-core.now_ms() % 60_000)
    Strangers(core).move_to("BTC/USDT", Decimal(50_000), size=Decimal(1))
    return core


def ask(skin: BinanceSpot, method: str, path: str, signs: bool = False, **params: object) -> Answer:
    """A request as it comes off the wire."""
    texts = {name: str(value) for name, value in params.items()}
    query = "&".join(f"{name}={value}" for name, value in texts.items())
    if signs:
        texts["timestamp"] = str(skin.core.now_ms())
        query = "&".join(f"{name}={value}" for name, value in texts.items())
        texts["signature"] = hmac_hex("alice-secret", query)
        query += f"&signature={texts['signature']}"
    headers = {"X-MBX-APIKEY": "alice-key"}
    return skin.answer(Asked(REST, method, f"/api/v3/{path}", query, texts, headers, ""))


def place(skin: BinanceSpot) -> Answer:
    return ask(
        skin, "POST", "order", True, symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC",
        quantity="0.001", price="40000",
    )  # fmt: skip


def header(answer: Answer, name: str) -> str:
    assert answer.headers is not None
    return answer.headers[name]


def test_weights_add_up_and_begin_anew_with_the_minute(made: Exchange) -> None:
    skin = BinanceSpot(made)
    assert header(ask(skin, "GET", "ping"), "X-MBX-USED-WEIGHT-1M") == "1"
    assert header(ask(skin, "GET", "exchangeInfo"), "X-MBX-USED-WEIGHT-1M") == "21"
    assert header(ask(skin, "GET", "depth", symbol="BTCUSDT", limit=1000), "X-MBX-USED-WEIGHT-1M") == "71"
    assert header(ask(skin, "GET", "openOrders", True), "X-MBX-USED-WEIGHT-1M") == "151"
    timers(made).advance(59_999)
    assert header(ask(skin, "GET", "ping"), "X-MBX-USED-WEIGHT-1M") == "152"
    timers(made).advance(1)
    assert header(ask(skin, "GET", "ping"), "X-MBX-USED-WEIGHT-1M") == "1"


def test_too_much_weight_is_refused_until_the_minute_is_over_and_then_banned(made: Exchange) -> None:
    skin = BinanceSpot(made)
    for _ in range(300):
        assert ask(skin, "GET", "exchangeInfo").status == 200
    timers(made).advance(20_000)
    refused = ask(skin, "GET", "ping")
    assert (refused.status, header(refused, "Retry-After"), refused.body["code"]) == (429, "40", -1003)
    for _ in range(4):
        assert ask(skin, "GET", "ping").status == 429
    banned = ask(skin, "GET", "ping")
    assert (banned.status, header(banned, "Retry-After")) == (418, "120")
    assert f"IP banned until {made.now_ms() + 120_000}" in banned.body["msg"]
    timers(made).advance(119_999)
    assert ask(skin, "GET", "ping").status == 418
    timers(made).advance(1)
    assert ask(skin, "GET", "ping").status == 200


def test_orders_are_counted_by_account(made: Exchange) -> None:
    skin = BinanceSpot(made)
    assert [header(place(skin), "X-MBX-ORDER-COUNT-10S") for _ in range(3)] == ["1", "2", "3"]
    refused = place(skin)
    assert (refused.status, refused.body["code"], header(refused, "Retry-After")) == (429, -1015, "10")
    assert len(made.truth("alice")) == 3
    assert ask(skin, "GET", "rateLimit/order", True).body[0]["count"] == 4
    timers(made).advance(10_000)
    assert header(place(skin), "X-MBX-ORDER-COUNT-1D") == "5"


def test_windows_slide_where_a_venue_counts_so() -> None:
    now = [0]
    sliding = Sliding((2, 1000), lambda: now[0])
    allowed = []
    for at_ms in (0, 900, 950, 1000, 1100, 1900):
        now[0] = at_ms
        allowed.append(sliding.take("key").is_allowed)
    assert allowed == [True, True, False, True, False, True]
    assert sliding.take("other").is_allowed


def test_each_ban_is_four_times_as_long() -> None:
    now = [0]
    gate = Gate(Windows((1, 1000), lambda: now[0]), lambda: now[0], patience=0, ban_s=10)
    assert gate.take("ip").is_allowed
    assert gate.take("ip").retry_after_s == 10
    now[0] = 10_000
    assert gate.take("ip").is_allowed
    assert gate.take("ip").retry_after_s == 40
    assert gate.is_banned("ip")
    assert gate.take("other").is_allowed


class Ear:
    """A socket without a network."""

    def __init__(self, host: str, path: str) -> None:
        self.host = host
        self.path = path
        self.query: Mapping[str, str] = {}
        self.headers: Mapping[str, str] = {}
        self.frames: list[Any] = []
        self.code: int | None = None
        self._closing: list[Callable[[], None]] = []

    def send(self, frame: Any, *, is_binary: bool = False) -> None:
        self.frames.append(frame)

    def close(self, code: int = 1000) -> None:
        self.code = code
        for call in self._closing:
            call()

    def on_close(self, call: Callable[[], None]) -> None:
        self._closing.append(call)


def test_a_stream_ends_after_a_day(made: Exchange) -> None:
    skin = BinanceSpot(made)
    ear = Ear("stream.binance.com", "/ws/btcusdt@trade")
    assert skin.connect(ear)
    timers(made).advance(86_399_999)
    assert ear.code is None
    timers(made).advance(1)
    assert ear.code == 1001


def test_a_client_that_talks_too_much_is_hung_up(made: Exchange) -> None:
    skin = BinanceSpot(made)
    ear = Ear("stream.binance.com", "/ws/0")
    skin.connect(ear)
    for number in range(5):
        skin.hear(ear, f'{{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":{number}}}')
    assert ear.code is None
    skin.hear(ear, '{"method":"LIST_SUBSCRIPTIONS","id":9}')
    assert ear.code == 1008


def test_differences_of_the_book_follow_each_other_without_a_gap(made: Exchange) -> None:
    skin = BinanceSpot(made)
    ear = Ear("stream.binance.com", "/ws/btcusdt@depth@100ms")
    skin.connect(ear)
    first = made.book("BTC/USDT", 0).sequence
    strangers = Strangers(made)
    for number in range(10):
        strangers.move_to("BTC/USDT", Decimal(50_000 + number % 3), size=Decimal(1))
        timers(made).advance(60)
    frames = [frame for frame in ear.frames if frame["e"] == "depthUpdate"]
    assert len(frames) > 3
    assert frames[0]["U"] == first + 1
    assert all(after["U"] == before["u"] + 1 for before, after in pairwise(frames))
    rebuilt: dict[str, str] = {}
    for frame in frames:
        rebuilt.update(dict(frame["b"]))
    bids = sorted((Decimal(price) for price, size in rebuilt.items() if Decimal(size)), reverse=True)
    assert bids == [price for price, _ in made.book("BTC/USDT", 20).bids]


def test_the_forms_of_an_order_are_checked_before_the_order(made: Exchange) -> None:
    skin = BinanceSpot(made)
    whole = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.001",
        "price": "40000",
    }
    for change, code in (
        ({"symbol": "NOSUCH"}, -1121),
        ({"side": "HOLD"}, -1117),
        ({"type": "STOP"}, -1116),
        ({"timeInForce": "DAY"}, -1115),
        ({"quantity": "1e-3"}, -1100),
        ({"quantity": "0.000000001"}, -1111),
        ({"newClientOrderId": "with space"}, -1100),
        ({"goodTillDate": "1"}, -1104),
        ({"type": "LIMIT_MAKER"}, -1106),
        ({"type": "MARKET", "quantity": "0.001"}, -1106),
        ({"price": "40000.001"}, -1013),
        ({"quantity": "0.0001", "price": "40"}, -1013),
    ):
        timers(made).advance(10_000)
        answer = ask(skin, "POST", "order", True, **{**whole, **change})
        assert (answer.status, answer.body["code"]) == (400, code), (change, answer.body)
    assert made.truth("alice") == []


def test_a_cancel_and_its_replacement(made: Exchange) -> None:
    skin = BinanceSpot(made)
    order = place(skin).body
    params = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.002",
        "price": "41000", "cancelReplaceMode": "STOP_ON_FAILURE",
    }  # fmt: skip
    done = ask(skin, "POST", "order/cancelReplace", True, cancelOrderId=order["orderId"], **params)
    assert done.status == 200
    assert (done.body["cancelResult"], done.body["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    timers(made).advance(10_000)
    again = ask(skin, "POST", "order/cancelReplace", True, cancelOrderId=order["orderId"], **params)
    assert (again.status, again.body["code"], again.body["data"]["newOrderResult"]) == (400, -2022, "NOT_ATTEMPTED")
    assert [each.size for each in made.open_orders("alice")] == [Decimal("0.002")]


WORDS = (
    "BTCUSDT", "NOSUCH", "BUY", "SELL", "LIMIT", "MARKET", "LIMIT_MAKER", "GTC", "IOC", "0.001", "40000", "-1", "1e9",
    "abc", "0", "[", "{}", "한국", "1.5", "null", "1m", "STOP_ON_FAILURE", '["BTCUSDT"]', "7", "5000", "9" * 30, "",
)  # fmt: skip
NAMES = (
    "symbol", "symbols", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price", "newClientOrderId",
    "limit", "orderId", "fromId", "startTime", "origClientOrderId", "endTime", "interval", "recvWindow",
    "cancelReplaceMode", "cancelOrderId", "selfTradePreventionMode",
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 100), st.booleans(), st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS), max_size=9))
def test_whatever_is_asked_is_answered(place_number: int, has_symbol: bool, params: dict[str, str]) -> None:
    core = exchange(request_limit=(10**9, 60_000), order_limit=(10**9, 10_000))
    Strangers(core).move_to("BTC/USDT", Decimal(50_000), size=Decimal(1))
    skin = BinanceSpot(core)
    places = [*skin.public, *skin.private, ("PUT", "order"), ("GET", "nowhere")]
    method, path = places[place_number % len(places)]
    if has_symbol:
        params["symbol"] = "BTCUSDT"
    answer = ask(skin, method, path, (method, path) in skin.private, **params)
    assert answer.status in (200, 400, 401, 404, 409)
    if answer.status in (400, 401, 409):
        assert set(answer.body) >= {"code", "msg"}
