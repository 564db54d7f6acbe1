"""The real engine on the real replay venue inside this process, with a journal and a command queue in memory.

The account is known from the start, as after a restart.
"""

import asyncio
import csv
from collections.abc import AsyncIterator, Collection, Sequence
from decimal import Decimal
from pathlib import Path

from engine.domain.bot import Account
from engine.domain.grid import GridConfig, GridMode, Inventory, Sizing
from engine.domain.market import Recorded
from engine.domain.messages import (
    AddGrid,
    Command,
    CommandAnswered,
    CommandReceived,
    FillRecorded,
    Record,
    SetMarketSpeed,
)
from engine.domain.views import BotView
from engine.engine import Engine
from engine.recovered import RecoveredState
from engine.venues.factory import make_venue, replay_account
from tests.reference.random_cases import Candle as Row
from tests.reference.simple_ladder import SimpleConfig
from tests.support.waiting import wait_until_async

BOT = "random00"
SYMBOL = "AAA/BBB"


class MemoryJournal:
    """Knows one account, and keeps every record of every commit, in order."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.records: list[Record] = []

    async def load(self, account_ids: Sequence[str] | None = None) -> RecoveredState:
        assert account_ids is None
        return RecoveredState((self._account,), (), (), (), (), frozenset(), False)

    async def commit(self, records: Sequence[Record]) -> None:
        self.records.extend(records)

    @property
    def fills(self) -> list[FillRecorded]:
        return [record for record in self.records if isinstance(record, FillRecorded)]


class MemoryCommands:
    """Hands each command over once."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[CommandReceived] = asyncio.Queue()

    async def submit(self, received: CommandReceived) -> bool:
        self._queue.put_nowait(received)
        return True

    async def spread(self, received: CommandReceived) -> None:
        pass

    def again(self, command_ids: Collection[str]) -> None:
        pass

    async def answer_of(self, command_id: str, timeout_s: float) -> CommandAnswered | None:
        raise AssertionError("every command is this desk's own")

    async def pending(self) -> AsyncIterator[CommandReceived]:
        while True:
            yield await self._queue.get()


class NoHistory:
    """Market data is not kept."""

    def record(self, event: Recorded, *, in_own_time: bool = False) -> None:
        pass

    async def flush(self) -> None:
        pass


class NoCache:
    """Nothing is cached."""

    kind = "none"

    async def put(self, key: str, value: str, ttl_s: float) -> None:
        pass

    async def get(self, key: str) -> str | None:
        return None

    async def is_up(self) -> bool:
        return True

    async def close(self) -> None:
        pass


def write_recording(rows: Sequence[Row], path: Path) -> None:
    """Candles as a CSV recording."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ts", "open", "high", "low", "close", "volume"])
        writer.writerows(rows)


def grid_config(config: SimpleConfig) -> GridConfig:
    """The reference's configuration in the words of the engine."""

    def inventory(name: str) -> Inventory:
        return Inventory.SELL if name in config.sell_on else Inventory.KEEP

    return GridConfig(
        lower=config.lower,
        upper=config.upper,
        grid_count=config.count,
        investment=config.investment,
        mode=GridMode.GEOMETRIC if config.geometric else GridMode.ARITHMETIC,
        sizing=Sizing.EQUAL_QUOTE if config.equal_quote else Sizing.EQUAL_BASE,
        post_only=config.post_only,
        compounding=config.compounding,
        stop_upper=config.stop_upper,
        stop_lower=config.stop_lower,
        stop_loss_pct=config.stop_loss_pct,
        take_profit_pct=config.take_profit_pct,
        stop_upper_inventory=inventory("stop_upper"),
        stop_lower_inventory=inventory("stop_lower"),
        stop_loss_inventory=inventory("stop_loss"),
        take_profit_inventory=inventory("take_profit"),
    )


def account_options(config: SimpleConfig) -> dict[str, str]:
    """Settings of a replay account with the reference's venue rules."""
    [(_, increment)] = config.ticks
    return {
        "symbol": SYMBOL,
        "rules": "plain",
        "speed": "0",
        "cash.BBB": str(config.cash),
        "participation": str(config.participation),
        "volume_unit": "quote" if config.volume_in_quote else "base",
        "price_increment": str(increment),
        "size_increment": str(config.size_increment),
        "min_quantity": str(config.min_quantity),
        "min_notional": str(config.min_notional),
        "max_open_orders": str(config.order_cap),
        "maker_fee": str(config.maker),
        "taker_fee": str(config.taker),
        "fee_asset": "received" if config.fee_in_base else "quote",
    }


async def run_in_process(recording: Path, config: SimpleConfig, folder: Path) -> tuple[BotView, MemoryJournal]:
    """The bot as the engine shows it after the last quote, and everything that was journaled."""
    account = replay_account(recording, account_options(config))
    journal = MemoryJournal(account)
    engine = Engine(
        desk_id="desk",
        journal=journal,
        commands=MemoryCommands(),
        make_venue=lambda opened: make_venue(opened, folder),
        recorder=NoHistory(),
        cache=NoCache(),
    )
    running = asyncio.create_task(engine.run())
    try:
        async with asyncio.timeout(60):
            await engine.started()
            await _ask(
                engine, AddGrid(BOT, "random", account.account_id, SYMBOL, grid_config(config), Decimal(100), True)
            )
            await _ask(engine, SetMarketSpeed(account.venue, None))
            await wait_until_async(lambda: _is_ended(engine), what="the end of the recording")
            await engine.settled()
            [bot] = engine.refresh().bots
            return bot, journal
    finally:
        await engine.stop()
        await running


def _is_ended(engine: Engine) -> bool:
    return any(market.is_ended for market in engine.refresh().markets)


async def _ask(engine: Engine, command: Command) -> None:
    answer = await engine.submit(command)
    refusals = [str(sentence) for _, sentence in answer.refusals]
    assert not refusals, f"{type(command).__name__} was refused: {refusals}"
