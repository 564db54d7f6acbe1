"""Who may ask next, in virtual time: order, bans, and no refusal at full use under every exchange's own rules."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.errors import NotSent
from engine.venues.clock import MachineClock
from engine.venues.exchanges.budget_queue import BudgetQueue, KeyBudget
from engine.venues.exchanges.budget_rules import BINANCE, LIMITS, By, Counts, Limits, Rule
from engine.venues.exchanges.dialect import Answer, Call, Urgency
from tests.engine.venues.budget.judge import Judge, flood
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

TEN = Limits("ten", (Rule("calls", 20, 1_000, Counts.CALLS, By.KEY, "a test", "2026-01-01"),))
QUERY = Call("privateGetOrder", {})
ENTRY = Call("privatePostOrder", {}, urgency=Urgency.ENTRY, is_order=True)
PROTECT = Call("privateDeleteOrder", {}, urgency=Urgency.PROTECT)

#: What a busy account asks of each exchange: orders, their ends, questions, market data.
TRAFFIC = {
    "binance": (
        ENTRY,
        PROTECT,
        replace(QUERY, weight=4),
        Call("privateGetAccount", {}, weight=20),
        Call("publicGetDepth", {}, weight=50),
    ),
    "binanceusdm": (
        Call("fapiPrivatePostOrder", {}, 0, Urgency.ENTRY, is_order=True),
        Call("fapiPrivateDeleteOrder", {}, 1, Urgency.PROTECT),
        Call("fapiPrivateGetOrder", {}, 1),
        Call("fapiPublicGetDepth", {}, 20),
    ),
    "upbit": (
        Call("privatePostOrders", {}, 1, Urgency.ENTRY, is_order=True),
        Call("privatePostOrders", {}, 1, Urgency.PROTECT, is_order=True),
        Call("privateDeleteOrder", {}, 1, Urgency.PROTECT),
        Call("privateGetOrder", {}),
        Call("publicGetOrderbook", {}),
        Call("publicGetTicker", {}),
    ),
    "bithumb": (
        Call("v2PrivatePostOrders", {"market": "KRW-BTC"}, 1, Urgency.ENTRY, is_order=True),
        Call("v2PrivatePostOrders", {"market": "KRW-XRP"}, 1, Urgency.PROTECT, is_order=True),
        Call("v2PrivateDeleteOrder", {}, 1, Urgency.PROTECT),
        Call("publicGetOrderbook", {}),
    ),
    "okx": (
        Call("privatePostTradeOrder", {"instId": "BTC-USDT"}, 1, Urgency.ENTRY, is_order=True),
        Call("privatePostTradeCancelOrder", {"instId": "BTC-USDT"}, 1, Urgency.PROTECT),
        Call("privateGetTradeOrder", {}),
        Call("privateGetAccountBalance", {}),
        Call("publicGetMarketBooks", {}),
    ),
    "bitget": (
        Call("privateSpotPostV2SpotTradePlaceOrder", {}, 1, Urgency.ENTRY, is_order=True),
        Call("privateSpotPostV2SpotTradeCancelOrder", {}, 1, Urgency.PROTECT),
        Call("privateSpotGetV2SpotTradeOrderInfo", {}),
        Call("publicSpotGetV2SpotMarketTickers", {}),
    ),
}


def queue_of(limits: Limits) -> BudgetQueue:
    return BudgetQueue(limits, "here", MachineClock())


async def asked_for(
    budget: KeyBudget, kind: Call, seconds: float, headers: Callable[[int], dict[str, str]] = lambda _: {}
) -> int:
    """How many calls of a kind go in a time, one after the other, each answered at once."""
    count = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                call = replace(kind)
                await budget.before(call)
                count += 1
                budget.after(call, Answer(200, {}, headers(count)))
    return count


@pytest.mark.parametrize("exchange", sorted(TRAFFIC))
def test_no_exchange_refuses_anything_at_full_use(exchange: str) -> None:
    """Its rules are counted strictly, in every window there is; each call takes up to 80 ms to arrive and to return."""
    limits = LIMITS[exchange]

    async def load(_: VirtualClock) -> tuple[Judge, int]:
        judge = Judge(limits, random.Random(exchange))
        queue = queue_of(limits)
        asked = await flood([(KeyBudget(queue, "key"), "key")], judge, TRAFFIC[exchange], workers=200, for_s=180)
        return judge, asked

    judge, asked = run_virtual(load)
    assert judge.refused == 0
    assert judge.taken == asked
    # Something is used to the brim: what else is there waits for it.
    assert 0.85 <= max(judge.most.values()) <= 0.95


def test_alone_on_a_rule_protection_uses_all_that_may_be_used() -> None:
    async def load(_: VirtualClock) -> tuple[int, int]:
        judge = Judge(TEN, random.Random(1), slowest_s=0.005)
        asked = await flood([(KeyBudget(queue_of(TEN), "key"), "key")], judge, [PROTECT], workers=40, for_s=60)
        return asked, judge.refused

    asked, refused = run_virtual(load)
    assert refused == 0
    # 19 of 20 in each second, less what an answer takes.
    assert asked >= 60 * 19 * 0.97


def test_protection_goes_before_entries_and_these_before_questions_and_each_in_its_order() -> None:
    async def order(_: VirtualClock) -> list[str]:
        budget = KeyBudget(queue_of(TEN), "key")
        went: list[str] = []

        async def ask(call: Call, name: str) -> None:
            await budget.before(call)
            went.append(name)
            budget.after(call, Answer(200, {}, {}))

        for number in range(17):
            await ask(replace(QUERY), f"early {number}")
        waiting = [asyncio.create_task(ask(replace(QUERY), f"query {number}")) for number in range(3)]
        waiting += [asyncio.create_task(ask(replace(ENTRY), f"entry {number}")) for number in range(3)]
        waiting += [asyncio.create_task(ask(replace(PROTECT), f"protect {number}")) for number in range(3)]
        await asyncio.gather(*waiting)
        return went[17:]

    kinds = ("protect", "entry", "query")
    assert run_virtual(order) == [f"{kind} {number}" for kind in kinds for number in range(3)]


def test_a_full_reserve_lets_a_cancel_go_at_once_while_entries_wait() -> None:
    async def waits(clock: VirtualClock) -> tuple[float, float]:
        budget = KeyBudget(queue_of(TEN), "key")

        async def ask(call: Call) -> float:
            asked_at_s = clock.seconds()
            await budget.before(call)
            budget.after(call, Answer(200, {}, {}))
            return clock.seconds() - asked_at_s

        for _number in range(17):
            await ask(replace(ENTRY))
        entry = asyncio.create_task(ask(replace(ENTRY)))
        await last(0.01)
        return await ask(replace(PROTECT)), await entry

    cancel_s, entry_s = run_virtual(waits)
    assert cancel_s == 0
    assert entry_s > 0.9


def test_a_call_without_room_holds_up_only_what_needs_the_same_rule() -> None:
    two = Limits(
        "two",
        (
            Rule("orders", 10, 10_000, Counts.ORDERS, By.KEY, "a test", "2026-01-01"),
            Rule("weight", 100, 1_000, Counts.WEIGHT, By.ADDRESS, "a test", "2026-01-01"),
        ),
    )

    async def waits(clock: VirtualClock) -> float:
        budget = KeyBudget(queue_of(two), "key")
        for _number in range(8):
            call = replace(ENTRY)
            await budget.before(call)
            budget.after(call, Answer(200, {}, {}))
        blocked = asyncio.create_task(budget.before(replace(ENTRY)))
        await last(0.01)
        asked_at_s = clock.seconds()
        await budget.before(replace(QUERY))
        waited_s = clock.seconds() - asked_at_s
        assert not blocked.done()
        blocked.cancel()
        return waited_s

    assert run_virtual(waits) == 0


def test_during_a_ban_nothing_leaves_and_callers_are_told_how_long_it_lasts() -> None:
    async def banned(_: VirtualClock) -> list[float]:
        queue = queue_of(BINANCE)
        budget, other = KeyBudget(queue, "key"), KeyBudget(queue, "another key")
        call = replace(QUERY)
        await budget.before(call)
        budget.after(call, Answer(418, {"code": -1003}, {"retry-after": "30"}))
        told: list[float] = []
        for later_s in (0, 12, 17.5):
            await last(later_s)
            for who in (budget, other):
                # An address is banned, whatever the key.
                with pytest.raises(NotSent, match="nothing was sent") as error:
                    await who.before(replace(PROTECT))
                told.append(error.value.wait_s)
        await last(0.6)
        await budget.before(replace(PROTECT))
        assert queue.use.refused == 1
        return told

    assert run_virtual(banned) == pytest.approx([30, 30, 18, 18, 0.5, 0.5], abs=0.01)


def test_a_ban_frees_whoever_waits_instead_of_keeping_him() -> None:
    async def banned(_: VirtualClock) -> list[type[BaseException] | None]:
        budget = KeyBudget(queue_of(TEN), "key")
        going = replace(QUERY)
        await budget.before(going)
        for _number in range(16):
            call = replace(QUERY)
            await budget.before(call)
            budget.after(call, Answer(200, {}, {}))
        waiting = [asyncio.create_task(budget.before(replace(QUERY))) for _ in range(5)]
        await last(0.01)
        budget.after(going, Answer(429, {}, {"retry-after": "9"}))
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        return [type(end) if isinstance(end, BaseException) else None for end in ends]

    assert run_virtual(banned) == [NotSent] * 5


def test_whoever_gives_up_waiting_costs_nothing() -> None:
    async def given_up(_: VirtualClock) -> int:
        queue = queue_of(TEN)
        budget = KeyBudget(queue, "key")
        waiting = [asyncio.create_task(budget.before(replace(PROTECT))) for _ in range(40)]
        await last(0.01)
        for task in waiting[19:]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await last(20)
        for _attempt in range(2):
            # What was never answered is forgotten after a while, and after a window there is room for all again.
            await asked_for(budget, PROTECT, 1.1)
        return queue.use.calls

    assert run_virtual(given_up) >= 19 + 19 + 19


def test_another_programs_use_that_the_exchange_tells_of_is_left_alone() -> None:
    limits = LIMITS["upbit"]

    async def load(_: VirtualClock) -> int:
        budget = KeyBudget(queue_of(limits), "key")
        orders = Call("privatePostOrders", {}, 1, Urgency.ENTRY, is_order=True)
        # Seven of the twelve are somebody else's.
        return await asked_for(
            budget, orders, 0.9, lambda count: {"remaining-req": f"group=order; min=1; sec={max(5 - count, 0)}"}
        )

    assert run_virtual(load) <= 5
