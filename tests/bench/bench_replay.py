# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""Candles a second of a 100-rung grid on real minutes, with everything and with less and less of it.

    python -m tests.bench.bench_replay [--profile]

The recording is upbit_XRP-KRW_1m.parquet (two weeks), or an invented one where that is absent. "walk" is the matching
engine going through the file with nobody trading, the least that an exact replay can do; "kernel and venue" has the
real engine and the paper venue with its store, and a journal that only remembers; "everything" has the journal and the
history in PostgreSQL, durable. `--profile` prints where the time of "kernel and venue" goes.
"""

import asyncio
import cProfile
import pstats
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from engine.domain.bot import Account
from engine.domain.grid import GridConfig
from engine.domain.messages import AddGrid, OpenAccount, SetMarketSpeed
from engine.domain.money import install_decimal_context
from engine.engine import Engine
from engine.venues.balances import Balances
from engine.venues.candle_walk import CandleWalk
from engine.venues.clearing import Clearing
from engine.venues.factory import make_venue, replay_account
from engine.venues.matching import MarketState, Matching
from engine.venues.recording import CandleRecording, read_recording
from engine.venues.rule_books import rules_of
from storage.embedded import EmbeddedPostgres
from tests.bench.bench_matching import DEFAULT
from tests.engine.venues.builders import instrument
from tests.reference.in_process import MemoryCommands, MemoryJournal, NoCache, NoHistory
from tests.support.trading import TradingDesk, ask, bot_of, wait_for_end, write_recording

BOT = "bench001"
RUNGS = 100
INVENTED_MINUTES = 20_000


def grid(recording: CandleRecording) -> GridConfig:
    """A hundred cells over all that the recording reaches."""
    rows = [recording.row(at) for at in range(len(recording))]
    low, high = min(row[3] for row in rows), max(row[2] for row in rows)
    return GridConfig(Decimal(int(low)), Decimal(int(high) + 1), RUNGS, Decimal(10_000_000))


def walk_alone(recording: CandleRecording) -> float:
    """Seconds of the matching engine on a market in which nobody trades."""
    rules = rules_of("upbit", "XRP", "KRW", Decimal(repr(recording.row(0)[1])), {})
    traded = instrument(rules)
    matching = Matching(traded, Clearing(traded, Balances({}), "aa", 0), (), MarketState(), 0, lambda _: False)
    walk = CandleWalk(recording, traded, participation=Decimal(1), is_volume_in_quote=False)
    begin = time.perf_counter()
    while walk.next_at_ms() is not None:
        walk.step(matching)
    return time.perf_counter() - begin


async def trade(engine: Engine, account: Account, config: GridConfig) -> tuple[float, int]:
    """Seconds from the first candle to the last, and the fills."""
    symbol = account.setting("symbol")
    await ask(engine, AddGrid(BOT, "bench", account.account_id, symbol, config, Decimal(100), start=True))
    begin = time.perf_counter()
    await ask(engine, SetMarketSpeed(account.venue, None))
    await wait_for_end(engine, account, within_s=600)
    passed = time.perf_counter() - begin
    bot = bot_of(engine.refresh(), BOT).bot
    return passed, bot.buy_fills + bot.sell_fills


async def without_database(account: Account, config: GridConfig, folder: Path) -> tuple[float, int]:
    """The engine with a journal in memory."""
    engine = Engine(
        desk_id="bench",
        journal=MemoryJournal(account),
        commands=MemoryCommands(),
        make_venue=lambda opened: make_venue(opened, folder),
        recorder=NoHistory(),
        cache=NoCache(),
    )
    run = asyncio.create_task(engine.run())
    await engine.started()
    found = await trade(engine, account, config)
    await engine.stop()
    await run
    return found


async def with_everything(url: str, account: Account, config: GridConfig, folder: Path) -> tuple[float, int]:
    """The engine as main.py puts it together."""
    desk = TradingDesk(url, folder)
    async with desk.engine() as engine:
        await ask(engine, OpenAccount(account))
        found = await trade(engine, account, config)
    assert await desk.complaints(account) == []
    return found


def show(what: str, candles: int, seconds: float, walk_s: float, fills: int) -> None:
    rate, part = candles / seconds, walk_s / seconds
    print(f"{what:<18}{rate:>10,.0f} candles/s   {part:6.3f} of the walk   {fills:>6,} fills")


def main() -> None:
    install_decimal_context()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = DEFAULT if DEFAULT.exists() else write_recording(folder / "invented", INVENTED_MINUTES)
        recording = read_recording(path)
        assert isinstance(recording, CandleRecording), "a recording of candles"
        config, candles = grid(recording), len(recording)
        cash = {"cash.KRW": "100000000", "cash.BBB": "100000000", "speed": "0"}
        account = replay_account(path, cash)
        print(f"{path.name}: {candles:,} candles, {config.grid_count} rungs from {config.lower} to {config.upper}")
        walk_s = walk_alone(recording)
        show("walk", candles, walk_s, walk_s, 0)
        profile = cProfile.Profile()
        if "--profile" in sys.argv:
            profile.enable()
        seconds, fills = asyncio.run(without_database(account, config, folder / "memory"))
        profile.disable()
        show("kernel and venue", candles, seconds, walk_s, fills)
        if "--profile" in sys.argv:
            pstats.Stats(profile).sort_stats("tottime").print_stats(40)
            return
        with EmbeddedPostgres(folder / "postgres") as server:
            seconds, fills = asyncio.run(with_everything(server.ensure_running(), account, config, folder / "desk"))
        show("everything", candles, seconds, walk_s, fills)


if __name__ == "__main__":
    main()
