# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""What a frame of an order book costs, beside bare ccxt; what a row of the board costs; a second with 200 pairs.

python -m tests.bench.bench_books
"""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import ccxt.pro
import orjson

from engine.domain.market import OrderBook
from engine.domain.money import install_decimal_context
from engine.domain.premium import Pair
from engine.domain.watching import WatchedPair
from engine.spreads.board import Board
from engine.spreads.books import Books
from engine.spreads.exchanges import SOURCES
from engine.spreads.frames import BookWord
from engine.spreads.kept_book import MOST_LEVELS, KeptBook
from engine.spreads.line_keeper import Market
from engine.spreads.market_lists import Listed
from engine.spreads.rates import Rates
from engine.spreads.settings import RateSettings
from engine.venues.ccxt_line import internet
from engine.venues.clock import MachineClock

FRAMES, SYMBOLS, PAIRS = 20_000, 400, 200
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def levels(middle: float, sign: int, count: int = 20) -> list[list[str]]:
    return [[f"{middle * (1 + sign * 0.0001 * (at + 1)):.4f}", f"{random.uniform(1, 99):.4f}"] for at in range(count)]


def binance_frame(at: int) -> bytes:
    name = f"q{at % SYMBOLS:03d}usdt@depth20@100ms"
    return orjson.dumps({"stream": name, "data": {"lastUpdateId": at, "bids": levels(100, -1), "asks": levels(100, 1)}})


def korean_frame(at: int) -> bytes:
    units = [
        {"ask_price": 138_000.0 + 100 * n, "bid_price": 137_900.0 - 100 * n, "ask_size": 1.25 * n + 1, "bid_size": 0.5}
        for n in range(15)
    ]
    return orjson.dumps(
        {"type": "orderbook", "code": f"KRW-Q{at % SYMBOLS:03d}", "timestamp": at, "orderbook_units": units}
    )  # fmt: skip


def timed(name: str, work: Callable[[], object], count: int) -> float:
    """CPU microseconds a piece."""
    begin = time.process_time()
    work()
    each = (time.process_time() - begin) / count * 1e6
    print(f"{name:58s} {each:8.1f} us, {1e6 / each:9,.0f} a second and core")
    return each


def ours(exchange: str, frames: list[bytes], *, is_read: bool) -> None:
    source, clock = SOURCES[exchange], MachineClock()
    books: dict[str, KeptBook] = {}
    for text in frames:
        word = source.read(orjson.loads(text))
        assert isinstance(word, BookWord)
        book = books.get(word.market_id)
        if book is None:
            book = books[word.market_id] = source.book()
        book.take(word, clock.steady_s(), clock.now())
        if is_read:
            bids, asks = book.sides()
            OrderBook(exchange, "A/B", tuple(bids[:MOST_LEVELS]), tuple(asks[:MOST_LEVELS]), NOW)


def bare_ccxt(count: int) -> Callable[[], None]:
    """ccxt's own handling of a difference of 20 levels a side, from text to its book."""
    exchange: Any = ccxt.pro.binance()
    market = exchange.safe_market_structure(
        {"id": "QUSDT", "symbol": "Q/USDT", "base": "Q", "quote": "USDT", "type": "spot", "spot": True, "active": True}
    )
    exchange.set_markets([market])
    book = exchange.order_book({}, 1000)
    book["nonce"], book["timestamp"] = 0, 1
    exchange.orderbooks["Q/USDT"] = book
    client = SimpleNamespace(
        url=exchange.urls["api"]["ws"]["spot"], resolve=lambda *_: None, subscriptions={}, futures={}
    )  # fmt: skip
    frames = [
        orjson.dumps(
            {"e": "depthUpdate", "E": at, "s": "QUSDT", "U": at, "u": at, "b": levels(100, -1), "a": levels(100, 1)}
        )
        for at in range(1, count + 1)
    ]

    def work() -> None:
        for text in frames:
            exchange.handle_message(client, orjson.loads(text))
        assert book["nonce"] == count, "every frame was taken"

    return work


class Minute:
    """A board over books that are there, without any exchange."""

    def __init__(self) -> None:
        clock = MachineClock()
        self.clock = clock
        self.books = Books(internet(), clock, random.Random(1), lambda *_: None, 1e9)
        self.rates = Rates(
            RateSettings(fixed=(("USDTKRW", Decimal(1380)),)), self.books.middle, None, internet(), clock
        )
        self.board = Board(self.books, self.rates, lambda *_: None, clock, 1e9)
        watched = []
        for at in range(PAIRS):
            home, foreign = f"Q{at:03d}/KRW", f"Q{at:03d}/USDT"
            for exchange, symbol, market_id in (
                ("upbit", home, f"KRW-Q{at:03d}"), ("binance", foreign, f"Q{at:03d}USDT")
            ):  # fmt: skip
                feed = self.books.feed(exchange)
                listed = Listed(symbol, market_id)
                feed.listed = {**feed.listed, symbol: listed}
                feed.markets[symbol] = Market(symbol, listed, feed.source.book())
            watched.append(
                WatchedPair(
                    Pair("upbit", home, "binance", foreign, "USDTKRW"), value=Decimal(300_000), fx_source="static"
                )
            )
        self.board.watch(watched)
        self.rates.want(tuple(self.board.wanted_rates))

    async def pulses(self, made: list[tuple[bytes, bytes]]) -> None:
        """Every book is another in each."""
        for first in range(0, len(made), PAIRS):
            for at, (won, dollars) in enumerate(made[first : first + PAIRS]):
                self._tell("upbit", f"Q{at:03d}/KRW", orjson.loads(won))
                self._tell("binance", f"Q{at:03d}/USDT", orjson.loads(dollars))
            await self.board.work()
        assert sum(row.sell is not None for row in self.board.view.rows) == PAIRS, "all rows have a premium"

    def _tell(self, exchange: str, symbol: str, frame: Any) -> None:
        feed = self.books.feed(exchange)
        word = feed.source.read(frame)
        assert isinstance(word, BookWord)
        feed.markets[symbol].book.take(word, self.clock.steady_s(), self.clock.now())
        self.board.changed(exchange, symbol)


def main() -> None:
    install_decimal_context()
    random.seed(1)
    frames = [binance_frame(at) for at in range(FRAMES)]
    korean = [korean_frame(at) for at in range(FRAMES)]
    kept = timed("Binance, 20+20 levels: text to the kept book", lambda: ours("binance", frames, is_read=False), FRAMES)
    timed("the same, and all levels as decimals", lambda: ours("binance", frames, is_read=True), FRAMES)
    timed("Upbit, 15+15 levels: text to the kept book", lambda: ours("upbit", korean, is_read=False), FRAMES)
    timed("the same, and all levels as decimals", lambda: ours("upbit", korean, is_read=True), FRAMES)
    bare = timed("bare ccxt, 20+20 levels: text to its book", bare_ccxt(2_000), 2_000)
    print(f"bare ccxt costs {bare / kept:.1f} times as much a frame")
    minute = Minute()
    pulses = 30
    made = [(korean_frame(at), binance_frame(at)) for at in range(1, (pulses + 1) * PAIRS + 1)]
    asyncio.run(minute.pulses(made[:PAIRS]))
    begin, reckoned = time.process_time(), minute.board.reckoned
    asyncio.run(minute.pulses(made[PAIRS:]))
    took = time.process_time() - begin
    rows = minute.board.reckoned - reckoned
    print(
        f"{PAIRS} pairs, both books new each time: {took / rows * 1e6:.0f} us a row with its two frames; "
        f"{took / pulses * 1000:.0f} ms a pulse, {took / pulses * 10 * 100:.0f} % of a core at 10 pulses a second"
    )


if __name__ == "__main__":
    main()
