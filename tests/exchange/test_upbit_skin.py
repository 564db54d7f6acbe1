"""Upbit on the loopback exchange, asked by a client that is written from its documents."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.support.exchange.ports import Asked
from tests.support.exchange.skins import upbit
from tests.support.exchange.values import Side
from tests.support.korean_client import KEY, HeldSocket, KoreanClient, query_of, subscribed, token
from tests.support.korean_world import UPBIT, KoreanWorld

ORDER = {"market": "KRW-BTC", "side": "bid", "ord_type": "limit"}


class World(KoreanWorld):
    def __init__(self, lag_ms: int = 0) -> None:
        super().__init__(UPBIT, lag_ms=lag_ms)


@pytest.fixture
def world() -> World:
    return World()


# Who asks


def _accounts(world: World, authorization: str, query: str = "", body: str = "") -> tuple[int, Any]:
    path = "/v1/orders/chance" if query or body else "/v1/accounts"
    answer = world.skin.answer(
        Asked("api.upbit.com", "GET", path, query, {}, {"authorization": authorization}, body)
    )  # fmt: skip
    return answer.status, answer.body["error"]["name"] if answer.status >= 400 else ""


def test_a_token_is_good_once(world: World) -> None:
    bearer = "Bearer " + token(KEY, "")
    assert _accounts(world, bearer) == (200, "")
    assert _accounts(world, bearer) == (401, "nonce_used")


def test_a_token_of_another_secret_is_no_good(world: World) -> None:
    assert _accounts(world, "Bearer " + token(replace(KEY, secret="guessed"), "")) == (401, "jwt_verification")
    assert _accounts(world, "Bearer " + token(replace(KEY, key="unknown"), "")) == (401, "invalid_access_key")
    assert _accounts(world, "") == (401, "jwt_verification")
    assert _accounts(world, "Bearer a.b") == (401, "jwt_verification")


def test_the_hash_is_of_the_query_that_is_sent(world: World) -> None:
    query = "market=KRW-BTC"
    assert _accounts(world, "Bearer " + token(KEY, query), query) == (200, "")
    assert _accounts(world, "Bearer " + token(KEY, "market=KRW-XRP"), query) == (401, "invalid_query_payload")
    assert _accounts(world, "Bearer " + token(KEY, ""), query) == (401, "invalid_query_payload")


def test_a_body_may_stand_for_the_query(world: World) -> None:
    body = "market=KRW-BTC"
    assert _accounts(world, "Bearer " + token(KEY, body), body=body) == (200, "")
    assert _accounts(world, "Bearer " + token(KEY, body), body="market=KRW-XRP") == (401, "invalid_query_payload")


def test_lists_are_hashed_with_brackets(world: World) -> None:
    first, second = world.place("90000000", "0.001"), world.place("91000000", "0.001")
    world.place("92000000", "0.001")
    query = query_of({"uuids": [first["uuid"], second["uuid"]]})
    assert query.count("uuids[]=") == 2
    rows = world.client.get("/v1/orders/uuids", uuids=[first["uuid"], second["uuid"]])
    assert {row["price"] for row in rows} == {"90000000", "91000000"}


def test_a_key_expires_and_may_not_do_everything(world: World) -> None:
    world.core.open_account("ours", replace(KEY, key="looks", can_trade=False))
    looking = KoreanClient(world.skin, replace(KEY, key="looks"))
    assert looking.get("/v1/accounts")
    assert looking.refused("POST", "/v1/orders", **ORDER, price="90000000", volume="1") == (401, "out_of_scope")
    assert world.client.refused("DELETE", "/v1/withdraws/coin", uuid="x") == (401, "out_of_scope")
    ends = world.core.now_ms() + 10
    world.core.open_account("ours", replace(KEY, key="old", expires_ms=ends))
    old = KoreanClient(world.skin, replace(KEY, key="old"))
    assert old.get("/v1/api_keys")[0]["access_key"] == "old"
    world.timers.advance(10)
    assert old.refused("GET", "/v1/accounts") == (401, "expired_access_key")


# Orders


def test_an_order_looks_as_the_documents_show_it(world: World) -> None:
    row = world.place("90000000", "0.1", time_in_force="post_only")
    assert row == {
        "uuid": row["uuid"], "side": "bid", "ord_type": "limit", "price": "90000000", "state": "wait",
        "market": "KRW-BTC", "created_at": row["created_at"], "volume": "0.1", "remaining_volume": "0.1",
        "executed_volume": "0", "reserved_fee": "4500", "remaining_fee": "4500", "paid_fee": "0",
        "locked": "9004500", "executed_funds": "0", "prevented_volume": "0", "prevented_locked": "0",
        "trades_count": 0, "time_in_force": "post_only", "smp_type": "none", "identifier": "test1",
    }  # fmt: skip
    assert row["created_at"].endswith("+09:00")
    assert world.client.get("/v1/order", identifier="test1")["uuid"] == row["uuid"]
    held = {account["currency"]: account for account in world.client.get("/v1/accounts")}
    assert (held["KRW"]["balance"], held["KRW"]["locked"]) == ("90995500", "9004500")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"price": "90000500", "volume": "0.1"}, (400, "invalid_price_bid")),
        ({"price": "90000000", "volume": "0.00005555"}, (400, "under_min_total_bid")),
        ({"price": "90000000", "volume": "2"}, (400, "insufficient_funds_bid")),
        ({"price": "110000000", "volume": "2", "side": "ask"}, (400, "insufficient_funds_ask")),
        ({"price": "90000000", "volume": "0.1", "side": "buy"}, (400, "validation_error")),
        ({"price": "90000000", "volume": "0.1", "ord_type": "market"}, (400, "create_bid_error")),
        ({"price": "90000000", "volume": "0.1", "ord_type": "price"}, (400, "create_bid_error")),
        ({"price": "90000000", "volume": "0.1", "time_in_force": "gtc"}, (400, "create_bid_error")),
        ({"price": "90000000", "volume": "0.000000001"}, (400, "validation_error")),
        (
            {"price": "90000000", "volume": "0.1", "time_in_force": "post_only", "smp_type": "cancel_taker"},
            (400, "validation_error"),
        ),
    ],
)
def test_what_is_refused_has_a_name(world: World, changes: dict[str, str], refusal: tuple[int, str]) -> None:
    assert world.client.refused("POST", "/v1/orders", **(ORDER | changes)) == refusal
    assert world.core.truth("ours") == []


def test_an_identifier_is_used_up_even_by_a_refused_order(world: World) -> None:
    refused = ORDER | {"price": "90000500", "volume": "0.1", "identifier": "once"}
    assert world.client.refused("POST", "/v1/orders", **refused)[1] == "invalid_price_bid"
    good = refused | {"price": "90000000"}
    assert world.client.refused("POST", "/v1/orders", **good) == (400, "validation_error")
    assert world.core.truth("ours") == []


def test_a_post_only_order_that_would_take_is_taken_and_ended(world: World) -> None:
    row = world.place("100001000", "0.1", time_in_force="post_only")
    assert row["state"] == "wait"
    assert world.client.get("/v1/order", uuid=row["uuid"])["state"] == "cancel"


def test_trades_of_an_order_carry_no_fee_and_the_order_all_of_it(world: World) -> None:
    world.others.set_level("BTC/KRW", Side.SELL, Decimal(100_001_000), Decimal("0.00012345"))
    row = world.place("100002000", "0.0002")
    found = world.client.get("/v1/order", uuid=row["uuid"])
    assert (row["state"], row["executed_volume"], found["state"]) == ("wait", "0", "done")
    assert [(trade["price"], trade["volume"]) for trade in found["trades"]] == [
        ("100002000", "0.00007655"), ("100001000", "0.00012345"),
    ]  # fmt: skip
    assert "fee" not in found["trades"][0]
    value = Decimal("100001000") * Decimal("0.00012345") + Decimal("100002000") * Decimal("0.00007655")
    assert Decimal(found["paid_fee"]) == value * Decimal("0.0005")
    assert Decimal(found["executed_funds"]) == value


def test_without_a_word_the_maker_is_cancelled(world: World) -> None:
    """Since 2026-11-09."""
    resting = world.place("100000000", "0.1", side="ask", time_in_force="post_only")
    world.place("100000000", "0.04")
    found = world.client.get("/v1/order", uuid=resting["uuid"])
    assert (found["state"], found["prevented_volume"], found["remaining_volume"]) == ("cancel", "0.1", "0")
    assert world.client.get("/v1/order", identifier="test2")["smp_type"] == "cancel_maker"


def test_with_cancel_taker_the_rung_stays(world: World) -> None:
    resting = world.place("100000000", "0.1", side="ask", time_in_force="post_only")
    world.place("100000000", "0.04", smp_type="cancel_taker")
    assert world.client.get("/v1/order", uuid=resting["uuid"])["state"] == "wait"
    taker = world.client.get("/v1/order", identifier="test2")
    assert (taker["state"], taker["prevented_volume"]) == ("cancel", "0.04")


def test_a_market_buy_spends_money_and_ends_as_cancelled_when_some_is_left(world: World) -> None:
    row = world.place("50000", None, ord_type="price")
    found = world.client.get("/v1/order", uuid=row["uuid"])
    assert (row["volume"], found["state"]) == (None, "cancel")
    assert Decimal(found["executed_funds"]) <= Decimal(50_000)
    assert Decimal(found["executed_volume"]) == Decimal("0.00049999")


def test_the_best_price_and_no_other(world: World) -> None:
    row = world.place(None, "0.7", side="ask", ord_type="best", time_in_force="ioc")
    found = world.client.get("/v1/order", uuid=row["uuid"])
    assert (found["state"], found["executed_volume"], found["ord_type"]) == ("cancel", "0.5", "best")


def test_fill_or_kill(world: World) -> None:
    world.place("100001000", "0.7", time_in_force="fok")
    found = world.client.get("/v1/order", identifier="test1")
    assert (found["state"], found["executed_volume"], found["trades"]) == ("cancel", "0", [])


def test_a_dry_run_checks_and_makes_nothing(world: World) -> None:
    assert world.client.post("/v1/orders/test", **ORDER, price="90000000", volume="0.1")["state"] == "wait"
    assert world.client.refused("POST", "/v1/orders/test", **ORDER, price="90000000", volume="2") == (
        400, "insufficient_funds_bid",
    )  # fmt: skip
    assert world.core.truth("ours") == []


def test_cancel_and_new(world: World) -> None:
    world.place("90000000", "0.1")
    row = world.client.post(
        "/v1/orders/cancel_and_new", prev_order_identifier="test1", new_ord_type="limit", new_price="91000000",
        new_volume="remain_only", new_identifier="next",
    )  # fmt: skip
    assert row["identifier"] == "test1"
    assert world.client.get("/v1/order", identifier="test1")["state"] == "cancel"
    new = world.client.get("/v1/order", uuid=row["new_order_uuid"])
    assert (new["identifier"], new["price"], new["volume"], new["state"]) == ("next", "91000000", "0.1", "wait")


def test_lists_of_orders_are_pages_by_state(world: World) -> None:
    for price in ("90000000", "91000000", "92000000"):
        world.place(price, "0.001")
    world.client.delete("/v1/order", identifier="test2")
    assert world.client.refused("DELETE", "/v1/order", identifier="test2") == (404, "order_not_found")
    waiting = world.client.get("/v1/orders/open", market="KRW-BTC", state="wait")
    assert [row["identifier"] for row in waiting] == ["test3", "test1"]
    assert [row["identifier"] for row in world.client.get("/v1/orders/open", page="2", limit="1")] == ["test1"]
    assert [row["identifier"] for row in world.client.get("/v1/orders/closed")] == ["test2"]
    assert world.client.get("/v1/orders/open", state="watch") == []


def test_all_orders_can_be_cancelled_every_two_seconds(world: World) -> None:
    for price in ("90000000", "91000000"):
        world.place(price, "0.001")
    answer = world.client.delete("/v1/orders/open", cancel_side="bid")
    assert answer["success"]["count"] == 2
    world.timers.advance(1900)
    assert world.client.refused("DELETE", "/v1/orders/open") == (429, "too_many_requests")
    world.timers.advance(100)
    assert world.client.delete("/v1/orders/open")["success"]["count"] == 0


def test_a_new_order_is_not_found_at_once() -> None:
    world = World(lag_ms=1500)
    row = world.place("90000000", "0.1")
    assert world.client.refused("GET", "/v1/order", identifier="test1") == (404, "order_not_found")
    assert world.client.get("/v1/orders/open") == []
    assert world.client.refused("DELETE", "/v1/order", identifier="test1") == (404, "order_not_found")
    world.timers.advance(1500)
    assert world.client.get("/v1/order", identifier="test1")["uuid"] == row["uuid"]


def test_a_new_order_is_cancelled_by_its_number_at_once() -> None:
    world = World(lag_ms=1500)
    row = world.place("90000000", "0.1")
    assert world.client.delete("/v1/order", uuid=row["uuid"])["state"] == "wait"
    assert world.core.open_orders("ours") == []
    assert world.client.refused("DELETE", "/v1/order", uuid=row["uuid"]) == (404, "order_not_found")


# Limits


def test_every_answer_says_how_often_one_may_ask(world: World) -> None:
    asked = {**ORDER, "price": "90000000", "volume": "0.001"}
    left = [world.client.ask("POST", "/v1/orders", asked).headers for _ in range(12)]
    assert [headers["Remaining-Req"] for headers in left if headers] == [
        f"group=order; min=720; sec={rest}" for rest in range(11, -1, -1)
    ]
    assert world.client.refused("POST", "/v1/orders", **asked) == (429, "too_many_requests")
    assert world.client.get("/v1/accounts"), "another group"
    world.timers.advance(1000)
    assert world.client.post("/v1/orders", **asked)


def test_who_does_not_stop_is_shut_out_for_longer_and_longer(world: World) -> None:
    statuses = [world.client.ask("GET", "/v1/accounts").status for _ in range(41)]
    assert statuses == [200] * 30 + [429] * 9 + [418] * 2
    world.timers.advance(59_000)
    assert world.client.ask("GET", "/v1/accounts").status == 418
    world.timers.advance(1000)
    assert [world.client.ask("GET", "/v1/accounts").status for _ in range(40)][-1] == 418
    world.timers.advance(119_000)
    assert world.client.ask("GET", "/v1/accounts").status == 418
    world.timers.advance(1000)
    assert world.client.ask("GET", "/v1/accounts").status == 200


def test_a_page_of_the_web_may_ask_once_in_ten_seconds(world: World) -> None:
    asked = ("GET", "/v1/orderbook", {"markets": "KRW-BTC"}, {"Origin": "https://example.com"})
    answers = [world.client.ask(*asked) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 429]
    assert answers[1].body == "Too many API requests.", "no JSON"
    assert world.client.ask(*asked[:3]).status == 200
    world.timers.advance(10_000)
    assert world.client.ask(*asked).status == 200


# The market


@pytest.mark.parametrize(
    ("price", "step"),
    [
        ("0.0004", "0.000001"), ("0.005", "0.00001"), ("0.05", "0.0001"), ("0.5", "0.001"), ("5", "0.01"),
        ("50", "0.1"), ("500", "1"), ("3000", "1"), ("7000", "5"), ("30000", "10"), ("70000", "50"), ("300000", "100"),
        ("700000", "500"), ("5000000", "1000"), ("100000000", "1000"),
    ],
)  # fmt: skip
def test_the_step_is_told_at_the_present_price(world: World, price: str, step: str) -> None:
    world.others.clear("XRP/KRW")
    world.others.place("XRP/KRW", Side.BUY, Decimal(price), Decimal(1))
    told = world.client.get("/v1/orderbook/instruments", markets="KRW-XRP")
    assert told == [
        {"market": "KRW-XRP", "quote_currency": "KRW", "tick_size": Decimal(step), "supported_levels": ["0"]}
    ]


def test_dollar_coins_have_half_a_won() -> None:
    steps = dict(upbit.listing("USDT/KRW").price_bands)
    assert (steps[Decimal(1000)], steps[Decimal(5000)], steps[Decimal(100)]) == (
        Decimal("0.5"),
        Decimal("0.5"),
        Decimal(1),
    )


def test_market_pages(world: World) -> None:
    world.others.take("BTC/KRW", Side.BUY, Decimal("0.1"))
    assert [row["market"] for row in world.client.get("/v1/market/all")] == ["KRW-BTC", "KRW-XRP"]
    book = world.client.get("/v1/orderbook", markets="KRW-BTC", count="1")[0]
    assert book["orderbook_units"] == [
        {"ask_price": Decimal(100_001_000), "bid_price": Decimal(99_999_000), "ask_size": Decimal("0.4"),
         "bid_size": Decimal("0.5")}
    ]  # fmt: skip
    assert world.client.get("/v1/ticker", markets="KRW-BTC")[0]["trade_price"] == Decimal(100_001_000)
    assert world.client.get("/v1/trades/ticks", market="KRW-BTC", count="5")[0]["ask_bid"] == "BID"
    assert world.client.get("/v1/candles/minutes/1", market="KRW-BTC", count="1")[0]["unit"] == 1
    assert world.client.refused("GET", "/v1/orderbook", markets="KRW-NONE") == (404, "404")
    world.skin.wallets["XRP"] = "paused"
    states = {row["currency"]: row["wallet_state"] for row in world.client.get("/v1/status/wallet")}
    assert states == {"BTC": "working", "KRW": "working", "XRP": "paused"}


# Streams


def test_a_later_list_takes_the_place_of_an_earlier_one(world: World) -> None:
    socket = subscribed(world.skin, "/websocket/v1", {"type": "orderbook", "codes": ["KRW-BTC"]})
    assert [frame["stream_type"] for frame in socket.of("orderbook")] == ["SNAPSHOT"]
    world.others.take("BTC/KRW", Side.BUY, Decimal("0.1"))
    assert socket.of("trade") == []
    assert socket.of("orderbook")[-1]["orderbook_units"][0]["ask_size"] == Decimal("0.4")
    world.skin.hear(socket, '[{"ticket":"x"},{"type":"trade","codes":["KRW-BTC"]},{"format":"SIMPLE"}]')
    socket.frames.clear()
    world.others.take("BTC/KRW", Side.SELL, Decimal("0.1"))
    assert [(frame["ty"], frame["ab"], frame["tp"], frame["st"]) for frame in socket.frames] == [
        ("trade", "ASK", Decimal(99_999_000), "REALTIME")
    ]


def test_strange_lists_are_answered_by_a_name(world: World) -> None:
    socket = subscribed(world.skin, "/websocket/v1", {"type": "myOrder"})
    for text in ("PING", "nonsense", "[]", '[{"ticket":"x"}]'):
        world.skin.hear(socket, text)
    assert socket.frames[1] == {"status": "UP"}
    assert [frame["error"]["name"] for frame in socket.frames if "error" in frame] == [
        "INVALID_PARAM", "WRONG_FORMAT", "NO_TICKET", "NO_TYPE",
    ]  # fmt: skip


def test_the_private_stream_wants_a_token(world: World) -> None:
    assert not world.skin.connect(HeldSocket("api.upbit.com", "/websocket/v1/private"))
    bearer = {"authorization": world.client.authorization()}
    assert world.skin.connect(HeldSocket("api.upbit.com", "/websocket/v1/private", bearer))
    assert not world.skin.connect(HeldSocket("api.upbit.com", "/websocket/v1/private", bearer)), "its nonce is used"


def test_the_private_stream_tells_every_change(world: World) -> None:
    socket = world.private()
    world.place("100002000", "0.6", smp_type="cancel_taker")
    world.place("90000000", "0.01", time_in_force="post_only")
    world.client.delete("/v1/order", identifier="test2")
    told = [(frame["identifier"], frame["state"]) for frame in socket.of("myOrder")]
    assert told == [
        ("test1", "wait"), ("test1", "trade"), ("test1", "trade"), ("test1", "done"), ("test2", "wait"),
        ("test2", "cancel"),
    ]  # fmt: skip
    trade = socket.of("myOrder")[1]
    assert (trade["price"], trade["volume"], trade["executed_volume"]) == (100_001_000, Decimal("0.5"), Decimal("0.5"))
    assert (trade["trade_fee"], trade["is_maker"], trade["ask_bid"]) == (Decimal("25000.25"), False, "BID")
    assert trade["trade_uuid"] in {each["uuid"] for each in world.client.get("/v1/order", identifier="test1")["trades"]}
    assert {each["currency"] for frame in socket.of("myAsset") for each in frame["assets"]} == {"BTC", "KRW"}


def test_what_is_prevented_is_told_before_it_is_over(world: World) -> None:
    socket = world.private()
    world.place("100000000", "0.1", side="ask", time_in_force="post_only")
    world.place("100000000", "0.04")
    states = [frame["state"] for frame in socket.of("myOrder") if frame["identifier"] == "test1"]
    assert states == ["wait", "prevented", "cancel"]
