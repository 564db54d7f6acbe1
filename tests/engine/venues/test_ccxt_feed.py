"""Live feeds against exchanges on the loopback: what arrives, what is noticed, what is said, and what is given back."""

import asyncio
import contextlib
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from aiohttp import web

from engine.domain.bot import Account
from engine.domain.instrument import FeeAsset, Instrument, VenueRules
from engine.domain.order import Side
from engine.errors import GridwrightError, UsageError, VenueUnavailable
from engine.venues.accounts import instrument_of, paper_account
from engine.venues.ccxt_feed import QUIET_S, CcxtFeed, CcxtFeeds, feed_of
from engine.venues.ccxt_line import Route
from engine.venues.settings import settings_of
from engine.venues.silence import GRACE_S
from engine.venues.tape import Print, TopOfBook
from tests.support.exchange_dialects import EXCHANGES, SYMBOLS, Binance
from tests.support.held_clock import HeldClock
from tests.support.public_exchange import LoopbackOnly, PublicExchange
from tests.support.waiting import wait_until_async

D = Decimal
ROOT = Path(__file__).parents[3]
RECORDED = Path(os.environ.get("GRIDWRIGHT_DATA", ROOT.parent / "shared" / "data")) / (
    "l2_trades/binance_spot_BTCUSDT_ws_20240808.jsonl.gz"
)


def account_on(name: str, symbol: str = "", **options: str) -> tuple[Account, Instrument]:
    """A paper account on an exchange, and its instrument by the book."""
    symbol = symbol or SYMBOLS[name]
    quote = symbol.partition("/")[2]
    account = paper_account("p", feed_of(name), symbol, D(1), {f"cash.{quote}": "1000"} | options)
    return account, instrument_of(account.venue, settings_of(account))


@contextlib.asynccontextmanager
async def feed_on(
    exchange: PublicExchange,
    clock: HeldClock | None = None,
    symbol: str = "",
    own_rules: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[CcxtFeed]:
    """A feed that is not yet opened, and closed at the end, whatever happens."""
    name = exchange.dialect.name
    account, instrument = account_on(name, symbol, **own_rules)
    feed = CcxtFeeds(exchange.route(), clock, random.Random(1)).feed(name, account, instrument)
    try:
        yield feed
    finally:
        await feed.close()


def book_of(exchange: PublicExchange, **options: str) -> VenueRules:
    return account_on(exchange.dialect.name, **options)[1].rules


class Listener:
    """Everything that a feed has told, and how it ended."""

    def __init__(self, feed: CcxtFeed) -> None:
        self.feed = feed
        self.events: list[TopOfBook | Print] = []
        self.error: GridwrightError | None = None

    async def listen(self) -> None:
        try:
            async for event in self.feed.events():
                self.events.append(event)
        except GridwrightError as error:
            self.error = error

    @property
    def quotes(self) -> list[tuple[Decimal, Decimal, Decimal, Decimal]]:
        return [
            (event.bid, event.ask, event.bid_quantity, event.ask_quantity)
            for event in self.events
            if isinstance(event, TopOfBook)
        ]

    @property
    def prints(self) -> list[tuple[Decimal, Decimal, Side]]:
        return [(event.price, event.quantity, event.side) for event in self.events if isinstance(event, Print)]


@contextlib.asynccontextmanager
async def listening(exchange: PublicExchange, clock: HeldClock | None = None) -> AsyncIterator[Listener]:
    """A feed that is opened, subscribed and heard, and closed at the end."""
    async with feed_on(exchange, clock) as feed:
        await feed.open(book_of(exchange))
        listener = Listener(feed)
        running = asyncio.create_task(listener.listen())
        try:
            await wait_until_async(lambda: exchange.is_heard, what="a subscription to quotes and trades")
            # What a subscription begins with comes before what is said later.
            await exchange.trade("100.5", "1", "buy")
            await exchange.show("100.25", "100.5", "1.5", "3")
            await wait_until_async(
                lambda: listener.prints and listener.quotes and listener.quotes[-1][3] == 3, what="the first words"
            )
            yield listener
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(params=EXCHANGES)
async def exchange(request: pytest.FixtureRequest) -> AsyncIterator[PublicExchange]:
    async with PublicExchange(request.param) as running:
        await running.show("100.25", "100.5", "1.5", "2.5")
        yield running
        assert running.unknown == []


@pytest.fixture
async def binance() -> AsyncIterator[PublicExchange]:
    async with PublicExchange("binance") as running:
        await running.show("100.25", "100.5", "1.5", "2.5")
        yield running


async def test_all_that_is_said_arrives_exact_and_in_order(exchange: PublicExchange) -> None:
    """More than ccxt's own `watch_*` would wake anybody for: 300 quotes and 300 prints without a pause."""
    chance = random.Random(7)
    said_quotes, said_prints = [], []
    async with listening(exchange) as heard:
        assert set(heard.quotes[:-1]) <= {(D("100.25"), D("100.5"), D("1.5"), D("2.5"))}
        # Not the trades of the past with which some subscriptions begin.
        assert heard.prints == [(D("100.5"), D(1), Side.BUY)]
        first = len(heard.quotes)
        for number in range(300):
            bid, ask = f"{61_000 + number}.{chance.randrange(100):02}", f"{62_000 + number}.00000001"
            sizes = (f"0.{chance.randrange(1, 10**8):08}", f"{chance.randrange(10**6)}.{chance.randrange(10**8):08}")
            await exchange.show(bid, ask, *sizes)
            side = chance.choice(("buy", "sell"))
            await exchange.trade(ask, sizes[0], side)
            said_quotes.append((D(bid), D(ask), D(sizes[0]), D(sizes[1])))
            said_prints.append((D(ask), D(sizes[0]), Side(side)))
        await wait_until_async(
            lambda: len(heard.quotes) >= first + 300 and len(heard.prints) > 300, what="all quotes and prints"
        )
        assert heard.quotes[first:] == said_quotes
        assert heard.prints[1:] == said_prints


async def test_a_market_that_is_quiet_from_the_start_has_a_price(exchange: PublicExchange) -> None:
    exchange.is_mute = True
    async with feed_on(exchange) as feed:
        await feed.open(book_of(exchange))
        async with contextlib.aclosing(feed.events()) as events:
            first = await anext(events)
    assert isinstance(first, TopOfBook)
    assert (first.bid, first.ask, first.bid_quantity, first.ask_quantity) == (
        D("100.25"),
        D("100.5"),
        D("1.5"),
        D("2.5"),
    )


async def test_nothing_is_left_open(exchange: PublicExchange) -> None:
    before = asyncio.all_tasks()
    async with listening(exchange) as heard:
        assert heard.error is None
    await wait_until_async(lambda: exchange.connections == 0, what="the exchange to see the end")
    assert [connector.closed for connector in exchange.connectors] == [True]
    await exchange.stop()
    await wait_until_async(lambda: asyncio.all_tasks() <= before, what="all tasks to end")
    await heard.feed.close()


async def test_closing_in_the_middle_of_dialling_leaves_nothing(binance: PublicExchange) -> None:
    before = asyncio.all_tasks()
    async with feed_on(binance) as feed:
        await feed.open(book_of(binance))
        binance.answers_dials.clear()
        running = asyncio.create_task(Listener(feed).listen())
        await wait_until_async(lambda: sum("/ws/" in asked for asked in binance.asked) == 2, what="two dials")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    binance.answers_dials.set()
    await wait_until_async(lambda: binance.connections == 0, what="the exchange to see the end")
    assert all(connector.closed for connector in binance.connectors)
    await binance.stop()
    await wait_until_async(lambda: asyncio.all_tasks() <= before, what="all tasks to end")


@pytest.mark.parametrize("is_orderly", [True, False])
async def test_a_line_that_breaks_is_said_to_have_broken(exchange: PublicExchange, is_orderly: bool) -> None:
    async with listening(exchange) as heard:
        await exchange.show("101", "102")
        await wait_until_async(lambda: heard.quotes[-1][0] == 101, what="a quote of the stream")
        if is_orderly:
            await exchange.hang_up()
        else:
            exchange.reset()
        await wait_until_async(lambda: heard.error, what="the end")
        assert str(heard.error) == f"The line to {exchange.dialect.name} broke off."


async def test_silence_while_the_price_moves_is_no_quiet_market(exchange: PublicExchange) -> None:
    clock = HeldClock()
    async with listening(exchange, clock) as heard:
        exchange.is_mute = True
        await exchange.show("90", "91")
        await clock.pass_time(QUIET_S)
        await clock.pass_time(GRACE_S)
        await wait_until_async(lambda: heard.error, what="the silence to be noticed")
        assert str(heard.error) == (
            f"{exchange.dialect.name} said nothing about {SYMBOLS[exchange.dialect.name]} for 15 s while its price "
            "moved on."
        )


async def test_a_quiet_market_is_asked_and_left_alone(exchange: PublicExchange) -> None:
    clock = HeldClock()
    async with listening(exchange, clock) as heard:
        exchange.is_mute = True
        for size in ("7", "8", "9"):
            await exchange.show("100.25", "100.5", size, "3")
            await clock.pass_time(QUIET_S)
            await wait_until_async(lambda size=size: heard.quotes[-1][2] == D(size), what="what stands there now")  # type: ignore[misc]
        exchange.is_mute = False
        await exchange.show("101", "102")
        await wait_until_async(lambda: heard.quotes[-1][0] == 101, what="the market to go on")
        assert heard.error is None


async def test_a_quote_on_its_way_has_a_moment_to_come(binance: PublicExchange) -> None:
    clock = HeldClock()
    async with listening(binance, clock) as heard:
        binance.is_mute = True
        await binance.show("90", "91")
        await clock.pass_time(QUIET_S)
        binance.is_mute = False
        await binance.show("90", "91")
        await wait_until_async(lambda: heard.quotes[-1][0] == 90, what="the late quote")
        seen = len(heard.quotes)
        await clock.pass_time(QUIET_S)
        await wait_until_async(lambda: len(heard.quotes) > seen, what="the market to be asked again")
        assert heard.error is None


async def test_frames_that_cannot_be_read_are_passed_over(
    binance: PublicExchange, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(binance) as heard:
        seen = len(heard.quotes)
        good = Binance("BTC", "USDT").quote(binance.book)
        for broken in ({"b": "NaN"}, {"a": "much"}, {"B": None}, {"A": [1]}, {"b": True}, {"b": "200"}, {"b": "0"}):
            await binance.say("bookTicker", good | broken)
        await binance.say("bookTicker", good | {"s": "ETHUSDT"})
        await binance.show("101", "102")
        await wait_until_async(lambda: heard.quotes[-1][0] == 101, what="the next good frame")
        assert len(heard.quotes) == seen + 1
        assert heard.error is None
    assert sum("cannot be read" in record.message for record in caplog.records) == 1


def answers(status: int, text: str, kind: str = "text/html") -> web.Response:
    return web.Response(status=status, text=text, content_type=kind)


@pytest.mark.parametrize(
    ("status", "text", "sentence"),
    [
        (200, "<html>maintenance</html>", "{} answered with something that cannot be read"),
        (200, "", "{} answered with something that cannot be read"),
        (503, "<html>down</html>", "{} cannot be reached."),
        (429, "too many", "{} takes no more requests from this address for a while."),
    ],
)
async def test_a_wrong_answer_is_one_sentence(exchange: PublicExchange, status: int, text: str, sentence: str) -> None:
    exchange.refusal = lambda: answers(status, text)
    async with feed_on(exchange) as feed:
        with pytest.raises(VenueUnavailable) as refused:
            await feed.open(book_of(exchange))
    assert str(refused.value).startswith(sentence.format(exchange.dialect.name))
    assert all(connector.closed for connector in exchange.connectors)


async def test_an_exchange_that_is_not_there(exchange: PublicExchange) -> None:
    await exchange.stop()
    async with feed_on(exchange) as feed:
        with pytest.raises(VenueUnavailable, match=f"^{exchange.dialect.name} cannot be reached.$"):
            await feed.open(book_of(exchange))


async def test_streams_that_are_not_there(exchange: PublicExchange) -> None:
    """REST answers, the stream does not: the feed opens and ends at once."""
    async with feed_on(exchange) as feed:
        await feed.open(book_of(exchange))
        exchange.refusal = lambda: answers(503, "")
        listener = Listener(feed)
        await listener.listen()
    assert str(listener.error) == f"{exchange.dialect.name} cannot be reached."


async def test_a_symbol_that_is_not_traded_there(exchange: PublicExchange) -> None:
    async with feed_on(exchange, symbol="NOSUCH/KRW") as feed:
        with pytest.raises(UsageError, match=f"^{exchange.dialect.name} does not trade NOSUCH/KRW.$"):
            await feed.open(book_of(exchange))


async def test_a_market_that_is_closed_for_now(binance: PublicExchange) -> None:
    binance.dialect.changes["status"] = "BREAK"
    async with feed_on(binance) as feed:
        with pytest.raises(VenueUnavailable, match="binance does not trade BTC/USDT at present"):
            await feed.open(book_of(binance))


@pytest.mark.parametrize(
    ("name", "price", "size", "minimum", "notional", "most", "cap", "fees", "asset"),
    [
        ("binance", "0.01", "0.00001", "0.00001", "5", "9000", 150, ("0.001", "0.001"), FeeAsset.RECEIVED),
        ("okx", "0.1", "0.00000001", "0.00001", "0", "9999", 200, ("0.001", "0.0015"), FeeAsset.RECEIVED),
        ("bitget", "0.01", "0.000001", "0", "1", "10000000000", 200, ("0.002", "0.002"), FeeAsset.RECEIVED),
        ("upbit", "1", "0.00000001", "0.00000001", "5000", None, 200, ("0.0005", "0.0005"), FeeAsset.QUOTE),
        ("bithumb", "1", "0.00000001", "0.00000001", "5000", None, 200, ("0.0025", "0.0025"), FeeAsset.QUOTE),
    ],
)
async def test_rules_are_those_of_today(
    name: str,
    price: str,
    size: str,
    minimum: str,
    notional: str,
    most: str | None,
    cap: int,
    fees: tuple[str, str],
    asset: FeeAsset,
) -> None:
    async with PublicExchange(name) as exchange, feed_on(exchange) as feed:
        rules = await feed.open(book_of(exchange))
    assert (rules.price_increment(D(4000)), rules.size_increment) == (D(price), D(size))
    assert (rules.min_quantity, rules.min_notional) == (D(minimum), D(notional))
    assert (rules.max_quantity, rules.max_open_orders) == (None if most is None else D(most), cap)
    assert (rules.maker_fee, rules.taker_fee, rules.fee_asset) == (D(fees[0]), D(fees[1]), asset)


async def test_an_account_s_own_rules_stand_above_the_exchange_s(exchange: PublicExchange) -> None:
    own = {"maker_fee": "0.0004", "price_increment": "7", "fee_asset": "quote"}
    async with feed_on(exchange, own_rules=own) as feed:
        rules = await feed.open(book_of(exchange, **own))
    assert (rules.maker_fee, rules.price_increment(D(1000)), rules.fee_asset) == (D("0.0004"), D(7), FeeAsset.QUOTE)


async def test_no_request_of_these_tests_leaves_the_machine() -> None:
    account, instrument = account_on("binance")
    feed = CcxtFeeds(Route(lambda address: address, LoopbackOnly)).feed("binance", account, instrument)
    with pytest.raises(VenueUnavailable, match="binance cannot be reached"):
        await feed.open(instrument.rules)
    await feed.close()


def test_an_exchange_without_feed_is_named() -> None:
    with pytest.raises(UsageError) as refused:
        feed_of("Mtgox")
    assert str(refused.value) == "There is no live feed of Mtgox; there are binance, bitget, bithumb, okx, upbit."
    assert feed_of(" Upbit ") == "ccxt:upbit"


def test_a_program_without_such_an_account_never_loads_ccxt() -> None:
    code = (
        "import sys; import main; from engine.console import headless, openings, acts;"
        "from engine.venues.ccxt_feed import CcxtFeeds; CcxtFeeds().makers();"
        "print([name for name in ('ccxt', 'aiohttp', 'certifi') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.skipif(not RECORDED.exists(), reason="needs the recorded stream of GRIDWRIGHT_DATA")
async def test_a_real_stream_arrives_as_it_was_recorded(binance: PublicExchange) -> None:
    """The first six thousand lines of an afternoon at Binance, sent on as they came in."""
    quotes: list[tuple[Decimal, ...]] = []
    prints: list[tuple[Decimal, ...]] = []
    async with listening(binance) as heard:
        seen = len(heard.quotes)
        with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
            for _, line in zip(range(6000), lines, strict=False):
                message = json.loads(line.partition(" ")[2])
                stream, told = message.get("stream", "").partition("@")[2], message.get("data", {})
                if stream == "bookTicker":
                    quotes.append(tuple(D(told[key]) for key in "baBA"))
                elif stream == "trade":
                    prints.append((D(told["p"]), D(told["q"]), D(told["m"])))
                await binance.say(stream, told)
        await wait_until_async(
            lambda: len(heard.quotes) >= seen + len(quotes) and len(heard.prints) > len(prints), what="all of them"
        )
        assert len(quotes) > 3000
        assert len(prints) > 500
        assert heard.quotes[seen:] == quotes
        assert [(price, size, D(side is Side.SELL)) for price, size, side in heard.prints[1:]] == prints
