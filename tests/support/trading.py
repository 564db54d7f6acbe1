"""A whole desk for tests of the running engine: real database, real paper venue on a small recording, real room."""

import asyncio
import contextlib
import csv
import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from engine.console.room import EngineRoom, MakeSpreads
from engine.domain.bot import Account, BotState
from engine.domain.grid import GridConfig
from engine.domain.messages import AddGrid, Command, CommandAnswered, OpenAccount, SetMarketSpeed
from engine.domain.views import BotView, EngineView
from engine.engine import Engine
from engine.ports import Venue
from engine.venues.factory import make_venue, replay_account, simulated_account, store_path
from storage.check import check
from storage.database import connect
from storage.desk_storage import DeskStorage
from tests.support.waiting import wait_until_async
from tests.sweeps.books import differences
from tests.sweeps.stored_books import read_bot, read_venue

BOT = "desk0001"
SYMBOL = "AAA/BBB"
RECORDING = "plain_AAA-BBB_1m.csv"
FIRST_MS = 1_700_000_000_000
GRID = GridConfig(lower=Decimal(80), upper=Decimal(120), grid_count=40, investment=Decimal(50_000))
#: A machine busy with other things may keep a desk waiting for longer than the usual ten seconds.
LEASE_S = 120.0
MANY = {"cash.BBB": "100000", "price_increment": "0.01", "speed": "0"}


def write_recording(folder: Path, minutes: int, seed: int = 1) -> Path:
    """Minutes that wander around 100 so wildly that most of them reach several lines of GRID."""
    chance = random.Random(seed)
    path = folder / RECORDING
    folder.mkdir(parents=True, exist_ok=True)
    price = 100.0
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("ts", "open", "high", "low", "close", "volume"))
        for minute in range(minutes):
            close = price + chance.gauss(0, 1.5) + 0.05 * (100 - price)
            high = max(price, close) + abs(chance.gauss(0, 1.0))
            low = min(price, close) - abs(chance.gauss(0, 1.0))
            numbers = [f"{number:.2f}" for number in (price, high, low, close)]
            rows.writerow((FIRST_MS + 60_000 * minute, *numbers, 10_000))
            price = float(numbers[3])
    return path


def recorded_market(folder: Path, minutes: int = 2_000, seed: int = 1, **options: str) -> Account:
    """An account on such a recording; the market stands still until it is given a speed."""
    return replay_account(write_recording(folder, minutes, seed), {"name": f"test-{seed}", **MANY, **options})


def invented_market(name: str = "test", **options: str) -> Account:
    """An account on a wild simulated market without end, standing still."""
    wild = {"symbol": "AAA/BBB", "start_price": "100", "volatility": "3", **MANY}
    return simulated_account(name, {**wild, **options}, datetime(2025, 1, 1, tzinfo=UTC))


def grid_on(account: Account, bot_id: str = BOT, config: GridConfig = GRID, **changes: object) -> AddGrid:
    """A started grid on an account, with half of the money that a user's bots may have."""
    add = AddGrid(bot_id, f"Grid {bot_id}", account.account_id, SYMBOL, config, Decimal(50), start=True)
    return add if not changes else AddGrid(**{**{key: getattr(add, key) for key in add.__slots__}, **changes})


class TradingDesk:
    """A data folder and a database; engines come and go on it as programs do."""

    def __init__(self, url: str, folder: Path, redis_url: str | None = None, lease_s: float = LEASE_S) -> None:
        self.url = url
        self.folder = folder
        self.redis_url = redis_url
        self.lease_s = lease_s
        #: Makes its spread desk; None for a desk that watches no pairs.
        self.make_spreads: MakeSpreads | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def room(
        self,
        wrap: Callable[[Venue], Venue] = lambda venue: venue,
        revive_storage: Callable[[], None] | None = None,
    ) -> EngineRoom:
        """What main.py puts together. `wrap` may stand between the engine and its venues."""
        made = partial(make_venue, data_folder=self.folder)
        return EngineRoom(
            self.open_storage, lambda account: wrap(made(account)), revive_storage=revive_storage,
            make_spreads=self.make_spreads,
        )  # fmt: skip

    async def open_storage(self) -> DeskStorage:
        # Recordings are of years ago, and after five seconds their cancelled orders would be swept out of the journal.
        return await DeskStorage.open(
            self.url, self.redis_url, self.folder, "gridwright test", lease_s=self.lease_s, keep_days={"orders": 0}
        )

    @contextlib.asynccontextmanager
    async def engine(
        self,
        wrap: Callable[[Venue], Venue] = lambda venue: venue,
        revive_storage: Callable[[], None] | None = None,
        *,
        is_started: bool = True,
    ) -> AsyncIterator[Engine]:
        """A running engine that stops in order at the end; raises what ended it."""
        room = self.room(wrap, revive_storage)
        try:
            engine = await room.open()
            run = asyncio.create_task(engine.run())
            try:
                if is_started:
                    started = asyncio.create_task(engine.started())
                    await asyncio.wait({run, started}, return_when=asyncio.FIRST_COMPLETED)
                    started.cancel()
                yield engine
            finally:
                await engine.stop()
                await run
        finally:
            await room.close()

    def store(self, account: Account) -> Path:
        """The venue's own file."""
        return store_path(self.folder, account.venue)

    async def complaints(self, account: Account, *others: Account) -> list[str]:
        """Everything lost, doubled or wrong in the database of this one bot, beside the venue's own books.

        `others` are accounts without bots.
        """
        bot = await asyncio.to_thread(read_bot, self.url)
        venue = read_venue(self.store(account))
        database = await connect(self.url)
        try:
            balances = {
                (each.account_id, asset): total
                for each in (account, *others)
                for asset, total in read_venue(self.store(each)).balances.items()
                if total or each is account
            }
            found = await check(database, balances)
        finally:
            await database.close()
        return found + differences(bot.books, venue, bot.rungs)

    def venue_counts(self, account: Account) -> tuple[int, int]:
        """Orders the venue ever saw, and fills."""
        with closing(sqlite3.connect(f"{self.store(account).as_uri()}?mode=ro", uri=True)) as connection:
            [orders] = connection.execute("SELECT count(*) FROM orders").fetchone()
            [fills] = connection.execute("SELECT count(*) FROM fills").fetchone()
        return orders, fills

    def open_ids(self, account: Account) -> list[str]:
        """What rests at the venue, by its own book."""
        with closing(sqlite3.connect(f"{self.store(account).as_uri()}?mode=ro", uri=True)) as connection:
            return [row[0] for row in connection.execute("SELECT client_order_id FROM orders WHERE state = 'open'")]


async def ask(engine: Engine, command: Command) -> CommandAnswered:
    """A command that must not be refused."""
    answer = await engine.submit(command)
    assert not answer.refusals, answer.refusals
    return answer


async def begin(engine: Engine, account: Account, speed: Decimal | None = None, config: GridConfig = GRID) -> None:
    """Open an account, start a grid on it, let its market run."""
    await ask(engine, OpenAccount(account))
    await ask(engine, grid_on(account, config=config))
    await ask(engine, SetMarketSpeed(account.venue, speed))


def bot_of(view: EngineView, bot_id: str = BOT) -> BotView:
    return next(row for row in view.bots if row.bot.bot_id == bot_id)


def fills_of(view: EngineView, bot_id: str = BOT) -> int:
    """How often a bot has traded in this run; 0 while the view does not show it yet."""
    return sum(row.bot.buy_fills + row.bot.sell_fills for row in view.bots if row.bot.bot_id == bot_id)


async def wait_for_fills(engine: Engine, count: int, within_s: float = 30.0) -> None:
    """Let the market run until the bot has traded so often."""
    await wait_until_async(
        lambda: fills_of(engine.refresh()) >= count, what=f"{count} fills", within_s=within_s
    )  # fmt: skip


async def wait_for_state(engine: Engine, state: BotState, bot_id: str = BOT) -> None:
    await wait_until_async(
        lambda: bot_of(engine.refresh(), bot_id).bot.state is state, what=f"the bot to be {state.value}"
    )  # fmt: skip


async def wait_for_end(engine: Engine, account: Account, within_s: float = 60.0) -> None:
    """Let the recording end."""

    def is_ended() -> bool:
        return any(market.is_ended for market in engine.view().markets if market.instrument.venue == account.venue)

    await wait_until_async(is_ended, what="the end of the recording", within_s=within_s)
    await stand_still(engine, account)


async def stand_still(engine: Engine, account: Account) -> None:
    """Stop the market and let everything that was decided be done, so that books can be compared."""
    await ask(engine, SetMarketSpeed(account.venue, Decimal(0)))
    await engine.settled()
    await wait_until_async(lambda: engine.refresh().pending_records == 0, what="everything to be written")
