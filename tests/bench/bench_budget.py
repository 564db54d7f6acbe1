# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""What it costs to count requests for all desks: one question to PostgreSQL or Redis, and what an order waits for it.

    python -m tests.bench.bench_budget [postgresql://... [redis://...]]

Without a URL our own PostgreSQL is started in a temporary folder. `take` is one round trip for two rules; `order` is
what an order waits, whose budget is taken in lots of a tenth of a second.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from engine.live_ports import Want
from engine.venues.clock import MachineClock
from engine.venues.exchanges.budget_grants import SharedGrants
from engine.venues.exchanges.budget_queue import BudgetQueue, KeyBudget
from engine.venues.exchanges.budget_rules import BINANCE
from engine.venues.exchanges.dialect import Call, Urgency
from storage.database import connect, migrate
from storage.embedded import EmbeddedPostgres
from storage.redis_budget import RedisBudget
from storage.shared_budget import CountedBudget, Counter, PostgresBudget

QUESTIONS, ORDERS = 2_000, 300
ORDER = Call("privatePostOrder", {}, urgency=Urgency.ENTRY, is_order=True)
WANTS = (Want("weight", 5_700, 60_000, 10, 1), Want("orders 10 s", 95, 10_000, 1, 1))


async def take_ms(counter: Counter) -> list[float]:
    """How long each question took."""
    took: list[float] = []
    for number in range(QUESTIONS):
        began_s = time.perf_counter()
        await counter.take(f"bench {number // 50}", WANTS)
        took.append((time.perf_counter() - began_s) * 1000)
    return took


async def order_ms(counter: Counter) -> list[float]:
    """How long each order waited until it might be sent."""
    clock = MachineClock()
    grants = SharedGrants(CountedBudget([counter]), clock)
    budget = KeyBudget(BudgetQueue(BINANCE, "bench", clock, grants), "key")
    waited: list[float] = []
    for _ in range(ORDERS // 60):
        for _ in range(60):
            began_s = time.perf_counter()
            await budget.before(ORDER)
            waited.append((time.perf_counter() - began_s) * 1000)
            budget.after(ORDER, None)
            await asyncio.sleep(0.002)
        # A new ten seconds of the exchange's rule on orders.
        await asyncio.sleep(10)
    await grants.close()
    return waited


def shown(name: str, what: str, took: Sequence[float]) -> str:
    ordered = sorted(took)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"{name:10} {what:6} median {statistics.median(ordered):.3f} ms, p99 {p99:.3f} ms"


async def measure(url: str, redis_url: str | None) -> None:
    await migrate(url)
    database = await connect(url)
    counters: list[tuple[str, Counter]] = [("PostgreSQL", PostgresBudget(database, "bench"))]
    if redis_url is not None:
        counters.append(("Redis", RedisBudget(redis_url, "bench", "bench")))
    for name, counter in counters:
        print(shown(name, "take", await take_ms(counter)))
        print(shown(name, "order", await order_ms(counter)))
        await counter.close()
    await database.close()


def main(arguments: Sequence[str]) -> None:
    redis_url = arguments[1] if len(arguments) > 1 else None
    if arguments:
        asyncio.run(measure(arguments[0], redis_url))
        return
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            asyncio.run(measure(server.start(), redis_url))
        finally:
            server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
