"""What bare ccxt makes of the same wire, beside what the adapter makes of it: hazards F1 to F8, F13 and F15."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from engine.domain.market import Quote
from engine.domain.messages import OrderAccepted, OrderFilled, OrderUnknown
from engine.domain.order import OrderState, Side
from tests.engine.venues.exchanges.test_orders import placed, report_of
from tests.support.exchange import values
from tests.support.exchange.account import OWNER, LoopbackAccount, loopback_account
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.values import Status
from tests.support.exchange.venues_under_test import BINANCE

#: So long bare ccxt is given to say what it does not say.
IN_VAIN_S = 1.5


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[LoopbackAccount]:
    async with loopback_account(BINANCE, tmp_path) as found:
        yield found


@asynccontextmanager
async def bare(account: LoopbackAccount, **more: object) -> AsyncIterator[Any]:
    """ccxt.pro as it comes, on the same exchange with the same key."""
    # Heavy, and needed only where bare ccxt is the other side of a comparison.
    import ccxt.pro  # heavy, and only what is compared with us needs it

    route = account.server.route()
    async with aiohttp.ClientSession(connector=route.connector()) as session:
        options = {
            "options": {"fetchMarkets": {"types": ["spot"]}, "fetchMargins": False},
            "has": {"fetchCurrencies": False},
        }
        key = account.what.key
        client = ccxt.pro.binance(
            {"apiKey": key.key, "secret": key.secret, "session": session, "enableRateLimit": False, **options, **more}
        )
        client.timeout_on_exit = 0
        try:
            yield client
        finally:
            await client.close()


async def is_silent(waiting: Any) -> bool:
    """Whether nothing comes for a while."""
    try:
        async with asyncio.timeout(IN_VAIN_S):
            await waiting
    except TimeoutError:
        return True
    return False


async def by_hand(client: Any, account: LoopbackAccount, price: Decimal, name: str | None = None) -> Any:
    """A sell of the usual size by bare ccxt."""
    params = {} if name is None else {"clientOrderId": name}
    return await client.create_order(
        account.what.symbol, "limit", "sell", float(account.what.size), float(price), params
    )


async def test_f1_fills_that_come_while_nobody_waits(account: LoopbackAccount) -> None:
    symbol = account.what.symbol
    async with bare(account) as client:
        await client.load_markets()
        await client.authenticate({"type": "spot"})
        watching = asyncio.ensure_future(client.watch_my_trades())
        for number in range(3):
            await by_hand(client, account, account.above(10 + number))
        account.others.clear(symbol)
        account.others.take(symbol, values.Side.BUY, account.sizes(account.what.size))
        seen = len(await watching)
        # The application works for a moment; two fills come, and the next wait hears of none of them.
        account.others.take(symbol, values.Side.BUY, account.sizes(account.what.size * 2))
        await account.until(lambda: len(client.myTrades or ()) == 3, "the frames")
        assert seen == 1
        assert await is_silent(client.watch_my_trades())

    account.trade_through(account.what.price)
    await account.connect()
    orders = [await placed(account, account.order(Side.SELL, account.above(10 + number))) for number in range(3)]
    account.others.clear(symbol)
    for _ in orders:
        account.others.take(symbol, values.Side.BUY, account.sizes(account.what.size))
    await account.until(lambda: len(account.heard.of(OrderFilled)) == 3, "all three", within_s=IN_VAIN_S)


async def test_f2_a_line_that_is_cut_while_nobody_waits(account: LoopbackAccount) -> None:
    async with bare(account) as client:
        await client.load_markets()
        await client.authenticate({"type": "spot"})
        watching = asyncio.ensure_future(client.watch_orders())
        order = await by_hand(client, account, account.above(10))
        await watching
        account.server.cut(code=1001)
        await account.until(lambda: not account.server.lines, "the end of its line")
        account.trade_through(account.above(30))
        # It dials again without a word, and what happened in between is gone.
        assert await is_silent(client.watch_orders())
        assert account.server.lines
        assert client.orders[0]["status"] == "open"
        assert [each.status for each in account.core.truth(OWNER) if str(each.order_id) == order["id"]] == [
            Status.FILLED
        ]

    account.trade_through(account.what.price)
    await account.connect()
    ours = await placed(account, account.order(Side.SELL, account.above(10)))
    account.server.cut(code=1001)
    account.trade_through(account.above(30))
    await account.ended()
    await account.connect()
    assert await report_of(account, ours) == (OrderState.FILLED, ours.quantity)


async def test_f3_a_stream_that_is_silent_and_a_socket_that_stands(account: LoopbackAccount) -> None:
    async with bare(account) as client:
        await client.load_markets()
        await client.authenticate({"type": "spot"})
        watching = asyncio.ensure_future(client.watch_orders())
        account.plan.add(Rule(Point.FRAME, Action.DROP, contains="executionReport", times=None))
        await by_hand(client, account, account.above(10))
        assert await is_silent(watching)
        [line] = client.clients.values()
        # Pings every 180 s, two of which may be missed.
        assert line.keepAlive * line.maxPingPongMisses == 360_000

    account.plan.clear()
    await account.connect()
    account.plan.add(Rule(Point.FRAME, Action.DROP, contains="executionReport", times=None))
    began_at = asyncio.get_running_loop().time()
    await placed(account, account.order(Side.SELL, account.above(10)))
    assert "private stream" in str(await account.ended())
    assert asyncio.get_running_loop().time() - began_at < 5


@pytest.mark.parametrize("action", [Action.HTML, Action.BRACES, Action.EMPTY], ids=lambda action: str(action.value))
async def test_f4_a_page_in_place_of_an_answer(account: LoopbackAccount, action: Action) -> None:
    async with bare(account) as client:
        await client.load_markets()
        account.plan.add(Rule(Point.REQUEST, action, kind="order"))
        outcome: object = None
        try:
            outcome = (await by_hand(client, account, account.above(10)))["id"]
        except Exception as error:  # noqa: BLE001 - anything at all may be raised here
            outcome = error
        # Success without a number, or an error that is not one of ccxt's.
        assert outcome is None or not isinstance(outcome, client_errors())
        if action is Action.BRACES:
            account.plan.add(Rule(Point.REQUEST, action, kind="query", contains="openOrders"))
            assert await client.fetch_open_orders(account.what.symbol) == []

    account.plan.clear()
    await account.connect()
    account.plan.add(Rule(Point.REQUEST, action, kind="order"))
    assert isinstance(await account.venue.place(account.order(Side.SELL, account.above(10))), OrderUnknown)
    account.plan.add(Rule(Point.REQUEST, action, kind="query", times=2))
    with pytest.raises(Exception, match="answer"):
        await account.venue.open_client_order_ids(account.what.symbol)
    with pytest.raises(Exception, match="answer"):
        await account.venue.balances()


def client_errors() -> type[Exception]:
    # See above.
    import ccxt  # likewise

    kind: type[Exception] = ccxt.BaseError
    return kind


async def test_f5_the_same_number_again_after_a_lost_answer(account: LoopbackAccount) -> None:
    name = "loopbot1G1R900SC0A1"
    async with bare(account) as client:
        await client.load_markets()
        account.plan.add(Rule(Point.REQUEST, Action.RESET, kind="order", is_processed=True))
        with pytest.raises(client_errors()):
            await by_hand(client, account, account.above(10), name)
        account.trade_through(account.above(30))
        await by_hand(client, account, account.above(40), name)
        assert sum(each.client_order_id == name for each in account.core.truth(OWNER)) == 2, "no double exposure"

    account.trade_through(account.what.price)
    await account.connect()
    account.plan.add(Rule(Point.REQUEST, Action.RESET, kind="order", is_processed=True))
    order = account.order(Side.SELL, account.above(10))
    assert isinstance(await account.venue.place(order), OrderUnknown | OrderAccepted)
    account.trade_through(account.above(30))
    assert await report_of(account, order) == (OrderState.FILLED, order.quantity)
    assert len(account.there(order)) == 1


async def test_f6_one_lost_answer_has_many_names(account: LoopbackAccount) -> None:
    names = set()
    faults = (Action.RESET, Action.STATUS, Action.UNSURE, Action.TRUNCATED)
    async with bare(account) as client:
        await client.load_markets()
        for action in faults:
            account.plan.add(Rule(Point.REQUEST, action, kind="order", is_processed=True, status=502))
            with pytest.raises(Exception) as raised:
                await by_hand(client, account, account.above(10))
            names.add(type(raised.value).__name__)
    assert len(names) >= 2, names

    await account.connect()
    for action in faults:
        account.plan.add(Rule(Point.REQUEST, action, kind="order", is_processed=True, status=502))
        order = account.order(Side.SELL, account.above(10))
        assert isinstance(await account.venue.place(order), OrderUnknown | OrderAccepted)
        assert await report_of(account, order) == (OrderState.OPEN, Decimal(0))


async def test_f7_an_old_report_after_a_newer_one(account: LoopbackAccount) -> None:
    async with bare(account) as client:
        await client.load_markets()
        await client.authenticate({"type": "spot"})
        watching = asyncio.ensure_future(client.watch_orders())
        account.plan.add(Rule(Point.FRAME, Action.LATE, contains='"NEW"', delay_s=0.5))
        await by_hand(client, account, account.above(10))
        account.trade_through(account.above(30))
        await watching
        await client.watch_orders()
        assert (client.orders[0]["status"], client.orders[0]["filled"]) == ("open", 0)

    account.plan.clear()
    account.trade_through(account.what.price)
    await account.connect()
    account.plan.add(Rule(Point.FRAME, Action.LATE, contains='"NEW"', delay_s=0.5))
    order = await placed(account, account.order(Side.SELL, account.above(10)))
    account.trade_through(account.above(30))
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
    story = account.venue.questions.stories.get(order.client_order_id)
    assert story is not None
    assert story.ending is OrderState.FILLED


async def test_f8_a_fill_told_twice_is_booked_once(account: LoopbackAccount) -> None:
    await account.connect()
    rule = account.plan.add(Rule(Point.FRAME, Action.DUPLICATE, contains="executionReport", times=None))
    order = await placed(account, account.order(Side.SELL, account.above(10)))
    account.trade_through(account.above(30))
    await account.until(lambda: account.heard.filled(order) == order.quantity, "the fill")
    await account.until(lambda: rule.struck >= 2, "the repetition")
    assert len(account.heard.of(OrderFilled, order)) == len(account.there(order)[0].fills)


async def test_f13_a_gap_in_the_book(account: LoopbackAccount) -> None:
    symbol = account.what.symbol
    async with bare(account) as client:
        await client.load_markets()
        await client.watch_order_book(symbol)
        account.plan.add(Rule(Point.FRAME, Action.DROP, contains="depthUpdate"))
        account.trade_through(account.above(5))
        await account.until(lambda: account.plan.rules[0].struck, "the gap")
        account.trade_through(account.above(10))
        with pytest.raises(client_errors(), match=r"(?i)checksum|sequence"):
            await watched_until_broken(client, symbol, account)

    account.plan.clear()
    await account.connect()
    account.trade_through(account.above(12))
    await account.until(lambda: has_best(account), "the first quote")
    rule = account.plan.add(Rule(Point.FRAME, Action.DROP, contains='"b":'))
    account.trade_through(account.above(15))
    await account.until(lambda: rule.struck, "a quote that is left out")
    account.trade_through(account.above(20))
    # A quote is whole each time: the next one is right again.
    await account.until(lambda: has_best(account), "the present quote")


async def watched_until_broken(client: Any, symbol: str, account: LoopbackAccount) -> None:
    for step in range(20):
        account.trade_through(account.above(11 + step))
        async with asyncio.timeout(IN_VAIN_S):
            await client.watch_order_book(symbol)


def has_best(account: LoopbackAccount) -> bool:
    """Whether the last quote told is the exchange's best."""
    book = account.core.book(account.what.symbol, 1)
    quotes = account.heard.of(Quote)
    return bool(quotes) and (quotes[-1].bid, quotes[-1].ask) == (book.bids[0][0], book.asks[0][0])


async def test_f15_markets_are_described_without_asking_three_others(account: LoopbackAccount) -> None:
    async with bare(account, options={}, has={}) as client:
        # The wallet's API, or one of two futures markets, is not there: so nothing is.
        with pytest.raises(client_errors(), match=r"sapi|fapi|dapi"):
            await client.load_markets()

    account.server.strays.clear()
    account.plan.add(Rule(Point.REQUEST, Action.STATUS, contains="/sapi/", times=None))
    await account.connect()
    await account.venue.probe()
    await placed(account, account.order(Side.SELL, account.above(10)))
    assert account.server.strays == []
