# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""Orders through our adapter next to bare ccxt, on the same loopback exchange over TLS, in the same run.

    python -m tests.bench.bench_live_orders [orders a round]

A round trip is one post-only order far from the market, from the call to the outcome; cancelling is not timed. Rounds
take turns, so that a noisy machine disturbs both alike; CPU is of this process, streams included. Then sixteen at a
time, frames of a quote decoded in a second, and what the commit of an intent costs that the engine makes before it
sends.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.pro

from engine.domain.messages import OrderAccepted, OrderRecorded, VenueEvent
from engine.domain.money import install_decimal_context
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side, client_order_id
from engine.domain.secret import Credential, CredentialKind, Secret
from engine.venues.exchanges.exchange_venue import ExchangeVenue
from engine.venues.exchanges.live_accounts import LiveVenues, live_account
from storage.database import connect, migrate
from storage.embedded import EmbeddedPostgres
from storage.journal import PostgresJournal
from tests.main.loopback import exchange
from tests.storage.builders import DESK, foundation, make_bot, make_order
from tests.support.exchange.dialling import route_to
from tests.support.exchange.venues_under_test import BINANCE

ROUNDS = 5
AT_ONCE = 16
FRAMES = 20_000


class Deaf:
    """A sink that nothing follows from."""

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        return False

    async def settled(self) -> None:
        """Nothing is under way."""


async def timed(calls: Sequence[Callable[[], Awaitable[object]]], at_once: int = 1) -> tuple[list[float], float, float]:
    """Milliseconds of each call, calls a second, and milliseconds of CPU a call."""
    took: list[float] = []
    waiting = iter(calls)

    async def one_after_another() -> None:
        for call in waiting:
            began = time.perf_counter()
            await call()
            took.append((time.perf_counter() - began) * 1000)

    began, cpu_began = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    cpu_ms = (time.process_time() - cpu_began) * 1000 / len(took)
    return took, len(took) / (time.perf_counter() - began), cpu_ms


def told(name: str, took: Sequence[float]) -> str:
    """Median and the slowest hundredth."""
    cuts = statistics.quantiles(took, n=100)
    return f"{name} p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms"


class Bare:
    """ccxt as it comes, over its own session to the same port."""

    def __init__(self, port: int, ca_file: str) -> None:
        connector = route_to(port, ca_file).connector()
        self.session = aiohttp.ClientSession(connector=connector)
        self.ccxt: Any = ccxt.pro.binance(
            {"apiKey": BINANCE.key.key, "secret": BINANCE.key.secret, "session": self.session, "enableRateLimit": False}
        )
        # It would ask four other markets for theirs.
        self.ccxt.options["fetchMarkets"] = {"types": ["spot"]}
        self.ccxt.options["fetchMargins"] = False
        self.ccxt.has["fetchCurrencies"] = False

    async def place(self, order: Order) -> object:
        words = {"clientOrderId": order.client_order_id, "postOnly": True}
        price, size = float(order.price or 0), float(order.quantity)
        return await self.ccxt.create_order(order.symbol, "limit", "buy", size, price, words)

    async def cancel_all(self) -> None:
        """Not timed; first those show that the exchange hides for a moment."""
        await asyncio.sleep(2 * BINANCE.house.lag_ms / 1000)
        await self.ccxt.cancel_all_orders(BINANCE.symbol)

    async def close(self) -> None:
        await self.ccxt.close()
        await self.session.close()


async def measure(port: int, ca_file: str, orders: int) -> None:
    """Print what both take."""
    venue = await connected(port, ca_file)
    numbers = count(1)

    def make() -> Order:
        return far_below(next(numbers))

    bare = Bare(port, ca_file)
    await bare.ccxt.load_markets()
    running = asyncio.ensure_future(venue.run())
    try:
        ratios, ours, theirs, cpu = [], [], [], []
        for turn in range(ROUNDS):
            mine, _, cpu_ms = await timed([partial(placed, venue, make()) for _ in range(orders)])
            await bare.cancel_all()
            plain, _, plain_cpu_ms = await timed([partial(bare.place, make()) for _ in range(orders)])
            await bare.cancel_all()
            ratios.append(statistics.median(mine) / statistics.median(plain))
            ours += mine
            theirs += plain
            cpu.append((cpu_ms, plain_cpu_ms))
            print(f"round {turn + 1}: {told('ours', mine)}; {told('bare ccxt', plain)}; ratio {ratios[-1]:.2f}")
        print(f"{told('ours', ours)}; {told('bare ccxt', theirs)}; ratio at p50 {statistics.median(ratios):.2f}")
        cpu_ms, plain_cpu_ms = (statistics.median(column) for column in zip(*cpu, strict=True))
        print(f"CPU an order: ours {cpu_ms:.2f} ms, bare ccxt {plain_cpu_ms:.2f} ms")
        _, fast, _ = await timed([partial(placed, venue, make()) for _ in range(orders)], AT_ONCE)
        await bare.cancel_all()
        _, plain_fast, _ = await timed([partial(bare.place, make()) for _ in range(orders)], AT_ONCE)
        await bare.cancel_all()
        print(f"{AT_ONCE} at a time: ours {fast:.0f} orders/s, bare ccxt {plain_fast:.0f} orders/s")
        print(f"quotes decoded: ours {quotes(venue):.0f}/s, bare ccxt {bare_quotes(bare):.0f}/s")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await venue.close()
        await bare.close()


async def connected(port: int, ca_file: str) -> ExchangeVenue:
    """Our venue, with its streams."""
    secrets = Secret(BINANCE.key.key), Secret(BINANCE.key.secret)
    credential = Credential("bench", CredentialKind.EXCHANGE, "binance", "bench", *secrets)
    account = live_account("bench", "binance", "bench", [BINANCE.symbol])
    venue = LiveVenues(route_to(port, ca_file)).make(account, credential)
    await venue.connect(Deaf())
    return venue


def far_below(number: int) -> Order:
    """An order that rests."""
    now = datetime.now(UTC)
    return Order(
        client_order_id("bench001", 1, f"R{number}B", 1, 1), "bench001", "live:bench", "live:bench", BINANCE.symbol,
        Side.BUY, OrderKind.LIMIT, BINANCE.price / 2, BINANCE.size, True, Purpose.RUNG_BUY, 1, number, 1, 1, now, now,
    )  # fmt: skip


async def placed(venue: ExchangeVenue, order: Order) -> None:
    outcome = await venue.place(order)
    assert isinstance(outcome, OrderAccepted), outcome


FRAME = json.dumps(
    {"u": 400900217, "s": "BTCUSDT", "b": "60000.01", "B": "31.21000000", "a": "60000.02", "A": "40.66000000"}
)


def quotes(venue: ExchangeVenue) -> float:
    """Frames a second through our reading of them, to the newest quote."""
    calls = venue._calls
    began = time.perf_counter()
    for _ in range(FRAMES):
        calls.took(FRAME)
    return FRAMES / (time.perf_counter() - began)


def bare_quotes(bare: Bare) -> float:
    """The same through ccxt's."""
    client = bare.ccxt.client("wss://stream.binance.com:9443/ws/0")
    began = time.perf_counter()
    for _ in range(FRAMES):
        client.handle_text_or_binary_message(FRAME)
    return FRAMES / (time.perf_counter() - began)


async def measure_commit(url: str, orders: int) -> None:
    """What making an intent durable costs before it may be sent."""
    await migrate(url)
    database = await connect(url)
    journal = PostgresJournal(database, DESK)
    try:
        await journal.take_desk()
        await journal.commit(foundation(replace(make_bot(), fencing_token=0)))
        intents = [OrderRecorded(make_order(number, state=OrderState.INTENT)) for number in range(orders)]
        took, _, _ = await timed([partial(journal.commit, [record]) for record in intents])
        print(told("the commit of an intent", took))
    finally:
        await journal.close()
        await database.close()


def main() -> None:
    install_decimal_context()
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    with tempfile.TemporaryDirectory() as folder:
        with exchange(Path(folder) / "exchange", "binance") as at:
            asyncio.run(measure(at.port, at.ca_file, orders))
        with EmbeddedPostgres(Path(folder) / "pg", durable=True) as server:
            asyncio.run(measure_commit(server.start(), orders))


if __name__ == "__main__":
    main()
