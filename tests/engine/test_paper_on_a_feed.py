"""A grid bot on paper at an exchange: real engine, real database, a real exchange's words on the loopback."""

import asyncio
import io
import random
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from engine.console.acts import act
from engine.console.arguments import parse
from engine.console.clerk import ClerkDesk
from engine.console.occupancy import DataFolder
from engine.console.openings import exchange_opening
from engine.console.room import EngineRoom
from engine.domain.bot import Account, AccountMode
from engine.domain.grid import GridConfig
from engine.domain.messages import OpenAccount
from engine.domain.views import EngineView
from engine.engine import Engine
from engine.errors import UsageError
from engine.ports import Venue
from engine.venues.ccxt_feed import QUIET_S, CcxtFeeds
from engine.venues.clock import Clock
from engine.venues.factory import make_venue
from engine.venues.silence import GRACE_S
from storage.embedded.locks import FileLock
from tests.engine.venues.test_redial import Always
from tests.support.exchange_dialects import SYMBOLS
from tests.support.held_clock import HeldClock
from tests.support.public_exchange import PublicExchange
from tests.support.trading import TradingDesk, ask, bot_of, fills_of, grid_on, wait_for_fills
from tests.support.waiting import wait_until_async

D = Decimal


class PaperDesk(TradingDesk):
    """A desk whose feeds lead to an exchange on the loopback."""

    def __init__(self, url: str, folder: Path, exchange: PublicExchange, clock: Clock | None = None) -> None:
        super().__init__(url, folder)
        self.exchange = exchange
        self.feeds = CcxtFeeds(exchange.route(), clock, Always(0.5))

    def make(self, account: Account) -> Venue:
        return make_venue(account, self.folder, feeds=self.feeds.makers())

    def room(
        self,
        wrap: Callable[[Venue], Venue] = lambda venue: venue,
        revive_storage: Callable[[], None] | None = None,
    ) -> EngineRoom:
        return EngineRoom(self.open_storage, lambda account: wrap(self.make(account)), revive_storage=revive_storage)


@pytest.fixture(params=["binance", "upbit"])
async def exchange(request: pytest.FixtureRequest) -> AsyncIterator[PublicExchange]:
    async with PublicExchange(request.param) as running:
        await running.show("10000", "10010", "9999", "9999")
        yield running
        assert running.unknown == []


@pytest.fixture
async def binance() -> AsyncIterator[PublicExchange]:
    async with PublicExchange("binance") as running:
        await running.show("10000", "10010", "9999", "9999")
        yield running


def account_on(exchange: PublicExchange) -> Account:
    name = exchange.dialect.name
    return exchange_opening(name, SYMBOLS[name], name, [("", D(10_000_000))])


#: Lines every 200 from 8,000 to 12,000, around a market that stands at 10,000.
GRID = GridConfig(lower=D(8_000), upper=D(12_000), grid_count=20, investment=D(4_000_000))


async def begin(engine: Engine, exchange: PublicExchange) -> Account:
    """Open the account, start the grid, wait until its first base is bought."""
    account = account_on(exchange)
    await ask(engine, OpenAccount(account))
    await wait_until_async(lambda: exchange.is_heard, what="the subscription")
    await ask(engine, grid_on(account, config=GRID, symbol=SYMBOLS[exchange.dialect.name]))
    await wait_for_fills(engine, 1)
    await engine.settled()
    return account


async def wander(engine: Engine, exchange: PublicExchange, chance: random.Random, steps: int) -> None:
    """The market goes up and down through many lines; prints and quotes both fill."""
    for _ in range(steps):
        price = 10_000 + 10 * chance.randrange(-150, 150)
        await exchange.trade(str(price), f"{chance.randrange(1, 400)}.5", chance.choice(("buy", "sell")))
        await exchange.show(str(price), str(price + 10), f"{chance.randrange(1, 9000)}", f"{chance.randrange(1, 9000)}")
        # Each word is heard before the next one is said, so that it meets the orders that the last one led to.
        await wait_until_async(partial(stands_at, engine, D(price)), what="the quote to be heard")
        await engine.settled()


def stands_at(engine: Engine, bid: Decimal) -> bool:
    return any(market.bid == bid for market in engine.refresh().markets)


def trouble(view: EngineView) -> str:
    return "" if view.trouble is None else str(view.trouble)


async def test_a_grid_trades_on_paper_and_all_books_agree(
    exchange: PublicExchange, database_url: str, tmp_path: Path
) -> None:
    desk = PaperDesk(database_url, tmp_path / "desk", exchange)
    before = asyncio.all_tasks()
    async with desk.engine() as engine:
        account = await begin(engine, exchange)
        (market,) = engine.refresh().markets
        assert market.instrument.rules.max_open_orders == (150 if exchange.dialect.name == "binance" else 200)
        await wander(engine, exchange, random.Random(11), 60)
        row = bot_of(engine.refresh())
        assert row.bot.closed_cycles > 20
        assert row.total_pnl == row.matched_profit + row.floating_pnl
    assert await desk.complaints(account) == []
    assert all(connector.closed for connector in exchange.connectors)
    await wait_until_async(lambda: exchange.connections == 0, what="the exchange to see the end")
    await wait_until_async(lambda: asyncio.all_tasks() <= before, what="all tasks to end")


async def test_a_line_that_breaks_is_opened_again_and_no_order_is_lost(
    exchange: PublicExchange, database_url: str, tmp_path: Path
) -> None:
    desk = PaperDesk(database_url, tmp_path / "desk", exchange)
    chance = random.Random(12)
    async with desk.engine() as engine:
        account = await begin(engine, exchange)
        for _ in range(2):
            await wander(engine, exchange, chance, 15)
            fills, counts = fills_of(engine.refresh()), desk.venue_counts(account)
            dials = exchange.dials
            exchange.reset()
            await wait_until_async(lambda: "broke off" in trouble(engine.refresh()), what="the loss to be said")
            await wait_until_async(lambda: engine.refresh().trouble is None, what="the account to be connected")
            await wait_until_async(lambda: exchange.is_heard, what="the subscription")
            assert exchange.dials > dials
            assert (fills_of(engine.refresh()), desk.venue_counts(account)) == (fills, counts)
        fills = fills_of(engine.refresh())
        await wander(engine, exchange, chance, 15)
        assert fills_of(engine.refresh()) > fills + 5
    assert await desk.complaints(account) == []


async def test_a_line_that_is_silent_is_opened_again(
    binance: PublicExchange, database_url: str, tmp_path: Path
) -> None:
    clock = HeldClock()
    desk = PaperDesk(database_url, tmp_path / "desk", binance, clock)
    async with desk.engine() as engine:
        account = await begin(engine, binance)
        fills = fills_of(engine.refresh())
        binance.is_mute = True
        await binance.show("9000", "9010", "9999", "9999")
        await clock.pass_time(QUIET_S)
        await clock.pass_time(GRACE_S)
        await wait_until_async(lambda: "for 15 s while" in trouble(engine.refresh()), what="the silence to be said")
        assert fills_of(engine.refresh()) == fills
        binance.is_mute = False
        # The first wait of the back-off: half a second, and a jitter that is drawn in the middle.
        await clock.pass_time(0.5)
        await wait_until_async(lambda: engine.refresh().trouble is None, what="the account to be connected")
        await wait_for_fills(engine, fills + 5)
        await engine.settled()
    assert await desk.complaints(account) == []


async def test_a_restart_without_the_exchange_waits_for_it(
    binance: PublicExchange, database_url: str, tmp_path: Path
) -> None:
    desk = PaperDesk(database_url, tmp_path / "desk", binance)
    async with desk.engine() as engine:
        account = await begin(engine, binance)
    await binance.stop()
    async with desk.engine() as engine:
        assert trouble(engine.refresh()).endswith("binance cannot be reached.")
        assert bot_of(engine.view()).bot.is_active
        fills = fills_of(engine.view())
        await binance.start()
        await wait_until_async(lambda: engine.refresh().trouble is None, what="the account to be connected")
        await wait_until_async(lambda: binance.is_heard, what="the subscription")
        await binance.show("9000", "9010", "9999", "9999")
        await wait_for_fills(engine, fills + 5)
        await engine.settled()
    assert await desk.complaints(account) == []


async def test_the_command_line_opens_such_an_account(
    exchange: PublicExchange, database_url: str, tmp_path: Path
) -> None:
    desk = PaperDesk(database_url, tmp_path / "desk", exchange)
    symbol = SYMBOLS[exchange.dialect.name]
    typed = ["account", "open-paper", exchange.dialect.name.upper(), symbol.replace("/", "-"), "--latency-ms", "50"]
    stored = await desk.open_storage()
    try:
        clerk = ClerkDesk(stored, DataFolder(desk.folder, FileLock), desk.make, 30.0)
        out = io.StringIO()
        assert await act(parse(typed), clerk, out, lambda: "unused00")
        name = f"{exchange.dialect.name}_{symbol.replace('/', '-')}"
        assert out.getvalue() == f"The account paper:{name} is open.\n"
        (account,) = (await clerk.state()).accounts
        assert (account.mode, account.quote) == (AccountMode.PAPER, symbol.partition("/")[2])
        settings = dict(account.settings)
        assert (settings["feed"], settings["latency_ms"]) == (f"ccxt:{exchange.dialect.name}", "50")
        (instrument,) = (await clerk.state()).instruments
        assert instrument.symbol == symbol
        for wrong, sentence in (
            ([typed[2], "NOSUCH-KRW"], f"{exchange.dialect.name} does not trade NOSUCH/KRW."),
            (["mtgox", "BTC-KRW"], "There is no live feed of mtgox; there are binance, bitget, bithumb, okx, upbit."),
            ([typed[2], "nonsense"], "nonsense is not a symbol like BTC/KRW."),
            (typed[2:4], f"The account paper:{name} is open already; use --name to open another session."),
        ):
            with pytest.raises(UsageError) as refused:
                await act(parse([*typed[:2], *wrong]), clerk, out, lambda: "unused00")
            assert str(refused.value).endswith(sentence)
        assert (await clerk.state()).accounts == (account,)
    finally:
        await stored.close()
    assert all(connector.closed for connector in exchange.connectors)
