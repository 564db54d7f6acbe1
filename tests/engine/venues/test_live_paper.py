"""Paper money on a live feed: a server on the loopback speaks, the matching engine answers."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from engine.domain.instrument import VenueRules
from engine.domain.market import PublicTrade, Quote
from engine.domain.messages import OrderAccepted, OrderCanceled, OrderRejected, RejectCode
from engine.domain.order import OrderState, Side
from engine.errors import VenueUnavailable
from engine.venues.factory import make_venue, paper_account
from engine.venues.live import LivePaperVenue
from engine.venues.tape import Print, TopOfBook
from tests.engine.venues.builders import START_MS, D, ListeningSink, ObedientClock, buy, rows_of, sell
from tests.support.waiting import wait_until_async

Speak = Callable[[object], Awaitable[None]]


class SocketFeed:
    """One JSON list a line: ["q", ms, bid, ask, bid size, ask size] or ["t", ms, price, size, side]."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, book: VenueRules) -> VenueRules:
        return book

    async def events(self) -> AsyncIterator[TopOfBook | Print]:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        async for line in reader:
            kind, at_ms, *words = json.loads(line)
            if kind == "q":
                yield TopOfBook(at_ms, *(D(word) for word in words))
            else:
                yield Print(at_ms, D(words[0]), D(words[1]), Side(words[2]))

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()


class Exchange:
    """The server's side: one listener at a time."""

    def __init__(self) -> None:
        self._listener: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> "Exchange":
        self._server = await asyncio.start_server(self._listen, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await self.hang_up()
        self._server.close()
        await self._server.wait_closed()

    async def _listen(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listener = writer

    async def say(self, *message: object) -> None:
        await wait_until_async(lambda: self._listener, what="a listener")
        assert self._listener is not None
        self._listener.write(json.dumps(message).encode() + b"\n")
        await self._listener.drain()

    async def hang_up(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with Exchange() as running:
        yield running


async def opened(
    folder: Path, exchange: Exchange, sink: ListeningSink, clock: ObedientClock, **options: str
) -> LivePaperVenue:
    values = {"cash.KRW": "1000", "cash.BTC": "5", "maker_fee": "0.001", "taker_fee": "0.002"}
    values |= {"price_increment": "0.5", "size_increment": "0.01"}
    account = paper_account("p", "loopback", "BTC/KRW", D(100), values | options)
    feeds = {"loopback": lambda _account, _instrument: SocketFeed(exchange.port)}
    venue = make_venue(account, folder, clock, feeds)
    assert isinstance(venue, LivePaperVenue)
    await venue.connect(sink)
    return venue


async def test_orders_meet_the_live_market(tmp_path: Path, exchange: Exchange) -> None:
    sink = ListeningSink()
    venue = await opened(tmp_path, exchange, sink, ObedientClock())
    running = asyncio.ensure_future(venue.run())
    refused = await venue.place(buy("early", None, "1"))
    assert isinstance(refused, OrderRejected)
    assert refused.reason.code is RejectCode.NO_MARKET
    await exchange.say("q", START_MS, "99", "101", "3", "3")
    await wait_until_async(lambda: any(isinstance(event, Quote) for event in sink.events), what="the first quote")
    assert isinstance(await venue.place(buy("taker", None, "1")), OrderAccepted)
    assert isinstance(await venue.place(buy("maker", "98", "2")), OrderAccepted)
    await exchange.say("t", START_MS + 10, "97.5", "1.5", "sell")
    await exchange.say("q", START_MS + 20, "97", "97.5", "3", "3")
    await wait_until_async(lambda: len(sink.fills) == 3, what="three fills")
    assert rows_of(sink.fills) == [
        ("taker", "101", "1", "0.202"),
        ("maker", "98", "1.5", "0.147"),
        ("maker", "98", "0.5", "0.049"),
    ]
    assert sum(isinstance(event, PublicTrade) for event in sink.events) == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await venue.close()


async def test_a_lost_line_ends_the_run_and_an_old_price_is_no_price(tmp_path: Path, exchange: Exchange) -> None:
    sink = ListeningSink()
    venue = await opened(tmp_path, exchange, sink, ObedientClock())
    running = asyncio.ensure_future(venue.run())
    await exchange.say("q", START_MS, "99", "101", "3", "3")
    await wait_until_async(lambda: any(isinstance(event, Quote) for event in sink.events), what="the first quote")
    assert isinstance(await venue.place(buy("rests", "90", "1")), OrderAccepted)
    await exchange.hang_up()
    with pytest.raises(VenueUnavailable, match="The live feed of paper:p broke off"):
        await running
    await venue.close()
    again = await opened(tmp_path, exchange, sink, ObedientClock())
    assert await again.open_client_order_ids("BTC/KRW") == {"rests"}
    answer = await again.place(sell("late", None, "1"))
    assert isinstance(answer, OrderRejected)
    assert answer.reason.code is RejectCode.NO_MARKET
    await again.close()


async def test_a_market_that_cannot_be_reached(tmp_path: Path, exchange: Exchange) -> None:
    venue = await opened(tmp_path, exchange, ListeningSink(), ObedientClock())
    await exchange.__aexit__()
    with pytest.raises(VenueUnavailable, match="broke off"):
        await venue.run()
    await venue.close()


async def test_latency_is_the_clocks(tmp_path: Path, exchange: Exchange) -> None:
    clock, sink = ObedientClock(), ListeningSink()
    venue = await opened(tmp_path, exchange, sink, clock, latency_ms="250")
    rests = buy("rests", "90", "1")
    answer = await venue.place(rests)
    assert isinstance(answer, OrderAccepted)
    assert (answer.at.timestamp() * 1000 - START_MS, clock.waits) == (250, [0.25])
    await venue.cancel(rests)
    await wait_until_async(
        lambda: any(isinstance(event, OrderCanceled) for event in sink.events), what="the cancel"
    )  # fmt: skip
    report = await venue.report(rests)
    assert report is not None
    assert report.state is OrderState.CANCELED
    assert clock.waits == [0.25, 0.25]
    await venue.close()
