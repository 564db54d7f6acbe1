"""The maths of a budget, told the time."""

import pytest

from engine.venues.exchanges.budget import Spending, Window, most_of
from engine.venues.exchanges.budget_rules import BINANCE, LIMITS, OKX, UPBIT, By, Counts, Rule
from engine.venues.exchanges.dialect import Answer, Call, Urgency

RULE = Rule("orders", 10, 1_000, Counts.ORDERS, By.KEY, "a test", "2026-01-01")
ORDER = Call("privatePostOrder", {}, weight=1, urgency=Urgency.ENTRY, is_order=True)


def test_what_was_answered_counts_until_its_window_has_passed_since_the_answer() -> None:
    window = Window(RULE)
    window.begin(10)
    assert window.used(5_000_000) == 10, "what is under way counts without end"
    window.end(10, 5_000_000)
    assert window.used(5_000_999) == 10
    assert window.used(5_001_000) == 0


def test_the_wait_is_until_enough_of_the_oldest_is_over() -> None:
    window = Window(RULE)
    for at_ms, amount in ((0, 4), (300, 4), (600, 2)):
        window.begin(amount)
        window.end(amount, at_ms)
    assert window.wait_ms(1, 10, 700) == 300
    assert window.wait_ms(5, 10, 700) == 600
    assert window.wait_ms(9, 10, 700) == 900
    assert window.wait_ms(4, 10, 1_000) == 0


def test_what_the_exchange_counts_beyond_ours_is_somebody_elses_for_a_window() -> None:
    window = Window(RULE)
    window.begin(2)
    window.end(2, 0)
    window.hear(9, 100)
    assert window.used(100) == 9
    assert window.wait_ms(2, 10, 100) == 900
    window.hear(3, 200)
    assert window.used(200) == 9, "a smaller count may be of the exchange's next window, so nothing is given back"
    assert window.used(1_100) == 0


def test_entries_close_together_are_one_so_that_a_day_of_orders_is_small() -> None:
    day = Window(Rule("day", 200_000, 86_400_000, Counts.ORDERS, By.KEY, "a test", "2026-01-01"))
    for at_ms in range(0, 86_400_000, 500):
        day.begin(1)
        day.end(1, at_ms)
    assert len(day.spent) <= 201
    assert day.used(86_400_000) == 172_800


@pytest.mark.parametrize("exchange", sorted(LIMITS))
def test_cancels_have_a_share_of_every_rule_that_entries_cannot_take(exchange: str) -> None:
    for rule in LIMITS[exchange].rules:
        protect, entry = most_of(rule, Urgency.PROTECT), most_of(rule, Urgency.ENTRY)
        assert most_of(rule, Urgency.QUERY) == entry
        assert 1 <= entry <= protect <= max(rule.limit * 95 // 100, 1)
        if rule.limit >= 10:
            assert protect - entry >= 1
        assert rule.name, "the store of all desks keeps bans under no name"
        assert rule.source
        assert rule.since >= "2026"


def test_a_rule_counts_only_its_kinds_of_calls_and_each_instrument_alone() -> None:
    def names(limits: Spending, method: str, **params: str) -> set[str]:
        is_order = "Post" in method
        call = Call(method, params, is_order=is_order)
        return {cost.name for cost in limits.costs(call, "key", "address")}

    upbit, okx, binance = Spending(UPBIT), Spending(OKX), Spending(BINANCE)
    assert names(upbit, "privatePostOrders") == {"order"}
    assert names(upbit, "privateDeleteOrder") == {"default"}
    assert names(upbit, "publicGetOrderbook") == {"orderbook"}
    assert names(upbit, "publicGetCandlesMinutesUnit") == {"candle"}
    assert names(okx, "privatePostTradeOrder", instId="BTC-USDT") == {"place BTC-USDT", "new orders"}
    assert names(okx, "privatePostTradeCancelOrder", instId="XRP-USDT") == {"cancel XRP-USDT"}
    assert names(okx, "privateGetAccountBalance") == {"balance"}
    assert names(binance, "privatePostOrder") == {"weight", "orders 10 s", "orders day", "requests"}
    assert names(binance, "privateGetOrder") == {"weight", "requests"}


def test_keys_are_counted_alone_and_addresses_together() -> None:
    spending = Spending(BINANCE)
    spending.begin(spending.costs(ORDER, "first", "here"))
    [first] = [cost for cost in spending.costs(ORDER, "first", "here") if cost.name == "orders 10 s"]
    [second] = [cost for cost in spending.costs(ORDER, "second", "here") if cost.name == "orders 10 s"]
    [weight] = [cost for cost in spending.costs(ORDER, "second", "here") if cost.name == "weight"]
    assert spending.window(first).used(0) == 1
    assert spending.window(second).used(0) == 0
    assert spending.window(weight).used(0) == 1


@pytest.mark.parametrize(
    ("exchange", "answer", "told"),
    [
        ("binance", Answer(200, {}, {"x-mbx-used-weight-1m": "1234", "x-mbx-order-count-10s": "7"}),
         {"weight": 1234, "orders 10 s": 7}),
        ("binanceusdm", Answer(200, {}, {"x-mbx-order-count-1m": "3"}), {"orders": 3}),
        ("upbit", Answer(200, [], {"remaining-req": "group=order; min=600; sec=5"}), {"order": 7}),
        ("upbit", Answer(200, [], {"remaining-req": "group=nobody; min=600; sec=5"}), {}),
        ("upbit", Answer(200, [], {"remaining-req": "nonsense"}), {}),
        ("binance", Answer(200, {}, {"x-mbx-used-weight-1m": "many"}), {}),
        ("okx", Answer(200, {}, {}), {}),
    ],
)  # fmt: skip
def test_the_exchanges_own_counters_are_read(exchange: str, answer: Answer, told: dict[str, int]) -> None:
    assert dict(LIMITS[exchange].told(answer, "")) == told


@pytest.mark.parametrize(
    ("exchange", "answer", "banned_s"),
    [
        ("binance", Answer(429, {"code": -1003}, {"retry-after": "17"}), 17),
        ("binance", Answer(418, {"code": -1003}, {}), 120),
        ("binance", Answer(400, {"code": -1003}, {}), 2),
        ("binance", Answer(400, {"code": -2010}, {}), 0),
        ("upbit", Answer(429, {"error": {"name": "too_many_requests"}}, {}), 1),
        ("upbit", Answer(418, "I'm a teapot", {"retry-after": "300"}), 300),
        ("okx", Answer(200, {"code": "50011"}, {}), 2),
        ("okx", Answer(200, {"code": "0"}, {}), 0),
        ("bitget", Answer(400, {"code": "30007"}, {}), 1),
        ("bithumb", Answer(429, "slow down", {"retry-after": "soon"}), 1),
    ],
)
def test_a_refusal_says_how_long_nothing_may_be_asked(exchange: str, answer: Answer, banned_s: float) -> None:
    assert LIMITS[exchange].banned_s(answer) == banned_s
