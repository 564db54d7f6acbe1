"""Bithumb on the loopback exchange, asked by a client that is written from its documents: what differs from Upbit."""

from decimal import Decimal

import pytest

from tests.support.exchange.ports import Asked
from tests.support.exchange.values import Side
from tests.support.korean_client import KEY, KoreanClient, subscribed, token
from tests.support.korean_world import BITHUMB, KoreanWorld

ORDER = {"market": "KRW-BTC", "side": "bid", "order_type": "limit"}


class World(KoreanWorld):
    def __init__(self, lag_ms: int = 0) -> None:
        super().__init__(BITHUMB, lag_ms=lag_ms)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("age_ms", "status", "name"),
    [(0, 200, ""), (-30_000, 200, ""), (-30_001, 401, "expired_jwt"), (30_001, 401, "expired_jwt")],
)
def test_a_token_is_good_for_its_time(world: World, age_ms: int, status: int, name: str) -> None:
    bearer = token(KEY, "", timestamp=world.core.now_ms() + age_ms)
    answer = world.skin.answer(
        Asked("api.bithumb.com", "GET", "/v1/accounts", "", {}, {"Authorization": f"Bearer {bearer}"}, "")
    )  # fmt: skip
    assert answer.status == status
    assert status == 200 or answer.body["error"]["name"] == name


def test_a_token_must_have_a_time(world: World) -> None:
    assert KoreanClient(world.skin).refused("GET", "/v1/accounts") == (401, "jwt_verification")


def test_an_order_is_answered_by_its_numbers_only(world: World) -> None:
    answer = world.place("90000000", "0.1", time_in_force="post_only")
    assert answer == {
        "order_id": answer["order_id"], "market": "KRW-BTC", "side": "bid", "order_type": "limit",
        "created_at": answer["created_at"], "stp_type": "cancel_taker", "client_order_id": "test1",
    }  # fmt: skip
    assert answer["order_id"].startswith("C0101")
    row = world.client.get("/v1/order", client_order_id="test1")
    assert (row["uuid"], row["state"], row["time_in_force"]) == (answer["order_id"], "wait", "post_only")
    assert (row["reserved_fee"], row["locked"], row["trades"]) == ("22500", "9022500", [])
    ended = world.client.delete("/v2/order", client_order_id="test1")
    assert ended == {name: answer[name] for name in ("order_id", "created_at", "client_order_id")}
    assert world.client.get("/v1/order", uuid=answer["order_id"])["cancel_type"] == "user_cancel"


def test_the_chance_says_step_and_fee_of_now(world: World) -> None:
    chance = world.client.get("/v1/orders/chance", market="KRW-BTC")
    assert chance["bid_fee"] == chance["maker_ask_fee"] == "0.0025"
    assert chance["market"]["bid"] == {"currency": "KRW", "price_unit": "1000", "min_total": "5000"}
    world.others.clear("BTC/KRW")
    world.others.place("BTC/KRW", Side.BUY, Decimal(7000), Decimal(1))
    assert world.client.get("/v1/orders/chance", market="KRW-BTC")["market"]["ask"]["price_unit"] == "5"
    world.core.change_listing("BTC/KRW", is_trading=False)
    assert world.client.get("/v1/orders/chance", market="KRW-BTC")["market"]["state"] == "preview"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"price": "90000500", "volume": "0.1"}, (400, "invalid_price_bid")),
        ({"price": "90000000", "volume": "0.00005555"}, (400, "under_min_total_bid")),
        ({"price": "90000000", "volume": "2"}, (400, "insufficient_funds_bid")),
        ({"price": "110000000", "volume": "2", "side": "ask"}, (400, "insufficient_funds_ask")),
    ],
)
def test_what_is_refused_has_a_name(world: World, changes: dict[str, str], refusal: tuple[int, str]) -> None:
    assert world.client.refused("POST", "/v2/orders", **(ORDER | changes)) == refusal
    assert world.core.truth("ours") == []


def test_fees_are_told_to_the_hundredth_of_a_won(world: World) -> None:
    world.others.set_level("BTC/KRW", Side.SELL, Decimal(100_001_000), Decimal("0.00012345"))
    world.place("100002000", "0.0002")
    row = world.client.get("/v1/order", client_order_id="test1")
    parts = [Decimal("100001000") * Decimal("0.00012345"), Decimal("100002000") * Decimal("0.00007655")]
    cent = Decimal("0.01")
    fees = [(part * Decimal("0.0025")).quantize(cent, "ROUND_HALF_UP") for part in parts]
    assert Decimal(row["paid_fee"]) == sum(fees)
    assert Decimal(row["executed_funds"]) == sum(parts)


def test_whoever_meets_himself_ends_at_the_meeting(world: World) -> None:
    world.place("100000000", "0.1", side="ask", time_in_force="post_only")
    world.place("100000000", "0.04")
    row = world.client.get("/v1/order", client_order_id="test2")
    assert (row["state"], row["cancel_type"], row["executed_volume"]) == ("cancel", "stp_cancel", "0")
    assert world.client.get("/v1/order", client_order_id="test1")["state"] == "wait"


def test_the_older_endpoint_refuses_him_at_once_and_knows_no_id_of_ours(world: World) -> None:
    world.place("100000000", "0.1", side="ask", time_in_force="post_only")
    order = {"market": "KRW-BTC", "side": "bid", "ord_type": "limit", "price": "100000000", "volume": "0.01"}
    assert world.client.refused("POST", "/v1/orders", **order) == (400, "cross_trading")
    assert world.client.refused("POST", "/v1/orders", **order, client_order_id="x") == (400, "invalid_parameter")
    row = world.client.post("/v1/orders", **(order | {"price": "90000000"}))
    assert (row["state"], row["ord_type"], "client_order_id" in row) == ("wait", "limit", False)


def test_a_post_only_order_that_would_take_says_so(world: World) -> None:
    world.place("100001000", "0.1", time_in_force="post_only")
    row = world.client.get("/v1/order", client_order_id="test1")
    assert (row["state"], row["cancel_type"]) == ("cancel", "tif_cancel")


def test_an_order_that_rested_is_not_ended_by_its_time_in_force(world: World) -> None:
    world.place("90000000", "0.1", time_in_force="post_only")
    world.timers.advance(1000)
    world.core.end_order(1)
    row = world.client.get("/v1/order", client_order_id="test1")
    assert (row["state"], row["cancel_type"]) == ("cancel", "system_cancel")


def test_a_new_order_is_not_ready() -> None:
    world = World(lag_ms=800)
    order_id = world.place("90000000", "0.1")["order_id"]
    assert world.client.refused("GET", "/v1/order", client_order_id="test1") == (404, "order_not_found")
    assert world.client.refused("DELETE", "/v2/order", order_id=order_id) == (422, "order_not_ready")
    assert world.client.refused("DELETE", "/v2/order", order_id="C0101000000000000099") == (404, "order_not_found")
    world.timers.advance(800)
    assert world.client.delete("/v2/order", order_id=order_id)["order_id"] == order_id


def test_lists_are_by_id_or_by_state(world: World) -> None:
    for price in ("90000000", "91000000", "92000000"):
        world.place(price, "0.001")
    world.client.delete("/v2/order", client_order_id="test2")
    assert [row["client_order_id"] for row in world.client.get("/v1/orders", state="wait")] == ["test3", "test1"]
    found = world.client.get("/v1/orders", client_order_ids=["test1", "test2"], states=["wait", "cancel"])
    assert [row["client_order_id"] for row in found] == ["test2", "test1"]
    assert [row["price"] for row in world.client.get("/v1/orders", order_by="asc")] == ["90000000", "92000000"]


def test_the_limit_is_by_address(world: World) -> None:
    statuses = [world.client.ask("GET", "/v1/accounts").status for _ in range(141)]
    assert statuses == [200] * 140 + [429]
    world.timers.advance(1000)
    assert [world.client.ask("GET", "/v1/market/all").status for _ in range(151)][-1] == 429


def test_the_private_stream_has_names_of_its_own(world: World) -> None:
    socket = world.private()
    world.place("100002000", "0.6")
    world.place("90000000", "0.01", time_in_force="post_only")
    world.client.delete("/v2/order", client_order_id="test2")
    told = [(frame["client_order_id"], frame["state"]) for frame in socket.of("myOrder")]
    assert told == [
        ("test1", "wait"), ("test1", "trade"), ("test1", "trade"), ("test1", "done"), ("test2", "wait"),
        ("test2", "cancel"),
    ]  # fmt: skip
    trade = socket.of("myOrder")[1]
    assert (trade["side"], trade["order_price"], trade["order_quantity"]) == ("buy", 100_002_000, Decimal("0.6"))
    assert (trade["trade_price"], trade["trade_quantity"]) == (100_001_000, Decimal("0.5"))
    assert not {"uuid", "ask_bid", "price", "volume", "trade_fee", "time_in_force"} & set(trade)
    assert socket.of("myOrder")[-1]["cancel_type"] == "user_cancel"
    assert {each["currency"] for frame in socket.of("myAsset") for each in frame["assets"]} == {"BTC", "KRW"}


def test_a_later_list_replaces_on_the_private_stream_only(world: World) -> None:
    socket = world.private()
    world.skin.hear(socket, '[{"ticket":"x"},{"type":"myAsset"}]')
    world.place("90000000", "0.01")
    assert (socket.of("myOrder"), len(socket.of("myAsset"))) == ([], 1)
    public = subscribed(world.skin, "/websocket/v1", {"type": "orderbook", "codes": ["KRW-BTC"]})
    world.skin.hear(public, '[{"ticket":"x"},{"type":"trade","codes":["KRW-BTC"]}]')
    public.frames.clear()
    world.others.take("BTC/KRW", Side.BUY, Decimal("0.1"))
    assert [frame["type"] for frame in public.frames] == ["trade", "orderbook"]
    world.skin.hear(public, "PING")
    assert public.frames[-1] == {"status": "UP"}
