"""The database is killed, cut off and frozen while a bot trades a fast market, and comes back."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import Account
from engine.domain.messages import Command, HaltAll, LiftHalt, PauseBot, SetMarketSpeed
from engine.domain.views import EngineState
from engine.engine import Engine
from engine.errors import StorageUnavailable
from storage.embedded import EmbeddedPostgres
from storage.embedded.question import ask as ask_database
from tests.faults.database import frozen, kill_server
from tests.support.trading import (
    BOT,
    TradingDesk,
    ask,
    begin,
    bot_of,
    fills_of,
    recorded_market,
    stand_still,
    wait_for_end,
    wait_for_fills,
)
from tests.support.waiting import wait_until_async

pytestmark = pytest.mark.slow

#: A server that was killed reads its log back first, which takes seconds; all kills are for the long run.
KILLS = 20 if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else 2
BACK_S = 60.0
MANY_TRIES = 1_000
#: A minute of real time at this speed, so that no recording ends before its test has broken something.
MINUTES, SPEED = 700, Decimal(700)
STORM, BETWEEN_CUTS_S = 25, 0.2


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@dataclass
class Trading:
    """A desk whose bot trades."""

    desk: TradingDesk
    engine: Engine
    account: Account
    server: EmbeddedPostgres

    async def goes_on(self) -> None:
        """Trading goes on by itself, and the engine says that nothing is wrong."""
        await wait_until_async(
            lambda: self.engine.refresh().is_database_up, what="the database to be back", within_s=BACK_S
        )
        await wait_for_fills(self.engine, fills_of(self.engine.refresh()) + 5, within_s=BACK_S)
        view = self.engine.refresh()
        assert (view.state, view.trouble) == (EngineState.RUNNING, None)

    async def is_degraded(self) -> None:
        """The engine says that it cannot trade, and why."""
        await wait_until_async(
            lambda: self.engine.refresh().state is EngineState.DEGRADED, what="the engine to notice", within_s=20
        )  # fmt: skip
        view = self.engine.refresh()
        assert not view.is_database_up
        assert "The database does not answer" in str(view.trouble)


@pytest.fixture
async def trading(server: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Trading]:
    desk = TradingDesk(server.ensure_running(), tmp_path / "desk")
    account = recorded_market(desk.folder, MINUTES)

    def revive() -> None:
        server.ensure_running()

    async with desk.engine(revive_storage=revive) as engine:
        await begin(engine, account, SPEED)
        await wait_for_fills(engine, 10)
        yield Trading(desk, engine, account, server)


async def test_killed_again_and_again_under_load_nothing_is_lost(trading: Trading) -> None:
    for _ in range(KILLS):
        kill_server(trading.server)
        await trading.is_degraded()
        await trading.goes_on()
    sentences = [str(line.sentence) for line in trading.engine.refresh().log]
    assert sum("database is back" in sentence for sentence in sentences) == KILLS
    await ask(trading.engine, SetMarketSpeed(trading.account.venue, None))
    await wait_for_end(trading.engine, trading.account)
    assert await trading.desk.complaints(trading.account) == []


async def test_a_run_with_an_outage_ends_like_a_run_without(trading: Trading, tmp_path: Path) -> None:
    kill_server(trading.server)
    await trading.is_degraded()
    await trading.goes_on()
    await ask(trading.engine, SetMarketSpeed(trading.account.venue, None))
    await wait_for_end(trading.engine, trading.account)
    broken = bot_of(trading.engine.refresh())
    base = trading.desk.url.rsplit("/", 1)[0]
    await asyncio.to_thread(ask_database, trading.desk.url, "CREATE DATABASE calm")
    calm = TradingDesk(f"{base}/calm", tmp_path / "calm")
    account = recorded_market(calm.folder, MINUTES)
    async with calm.engine() as engine:
        await begin(engine, account, SPEED)
        await ask(engine, SetMarketSpeed(account.venue, None))
        await wait_for_end(engine, account)
        whole = bot_of(engine.refresh())
    assert (broken.bot.closed_cycles, broken.matched_profit, broken.total_pnl, broken.base_held) == (
        whole.bot.closed_cycles, whole.matched_profit, whole.total_pnl, whole.base_held,
    )  # fmt: skip
    assert broken.bot.closed_cycles > 100


async def test_a_storm_of_cut_connections_loses_nothing(trading: Trading) -> None:
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = "
        "'client backend'"
    )
    for _ in range(STORM):
        seen = fills_of(trading.engine.refresh())
        await asyncio.to_thread(ask_database, trading.desk.url, others)
        until_s = time.monotonic() + BETWEEN_CUTS_S

        def may_be_cut(seen: int = seen, until_s: float = until_s) -> bool:
            return fills_of(trading.engine.refresh()) > seen or time.monotonic() > until_s

        await wait_until_async(may_be_cut, what="the next cut")
    await trading.goes_on()
    await stand_still(trading.engine, trading.account)
    assert await trading.desk.complaints(trading.account) == []


async def test_a_database_that_freezes_is_trouble_after_seconds_and_none_afterwards(trading: Trading) -> None:
    loop = asyncio.get_running_loop()
    with frozen(trading.server):
        until = loop.time() + 3
        await trading.is_degraded()
        orders = trading.desk.venue_counts(trading.account)[0]
        await wait_until_async(lambda: loop.time() >= until, what="three seconds to pass")
        assert trading.desk.venue_counts(trading.account)[0] == orders
    await trading.goes_on()
    await stand_still(trading.engine, trading.account)
    assert await trading.desk.complaints(trading.account) == []


async def test_an_idle_desk_notices_that_the_database_is_away_and_that_it_is_back(trading: Trading) -> None:
    await stand_still(trading.engine, trading.account)
    await wait_until_async(lambda: trading.engine.refresh().pending_records == 0, what="everything to be written")
    # A killed server may be back before anybody asks it; one that stands still is away until it is let go.
    with frozen(trading.server):
        await trading.is_degraded()
    await wait_until_async(lambda: trading.engine.refresh().is_database_up, what="the database", within_s=BACK_S)
    assert trading.engine.refresh().state is EngineState.RUNNING
    await ask(trading.engine, PauseBot(BOT))


async def test_without_a_database_commands_are_refused_and_a_halt_acts_at_once(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    desk = TradingDesk(server.ensure_running(), tmp_path / "desk")
    account = recorded_market(desk.folder, MINUTES)
    async with desk.engine() as engine:
        await begin(engine, account, SPEED)
        await wait_for_fills(engine, 10)
        with frozen(server):
            await wait_until_async(lambda: not engine.refresh().is_database_up, what="trouble", within_s=20)
            resting = len(desk.open_ids(account))
            assert resting > 0
            await engine.submit(HaltAll())
            await wait_until_async(lambda: not desk.open_ids(account), what="no order to rest at the venue")
        await wait_until_async(lambda: engine.refresh().state is EngineState.HALTED, what="the halt", within_s=BACK_S)
        await engine.settled()
        assert bot_of(engine.refresh()).open_orders == ()
        kill_server(server)
        # The server's sessions notice within milliseconds that their postmaster is gone; until then they answer.
        with pytest.raises(StorageUnavailable):
            await ask_until_refused(engine, SetMarketSpeed(account.venue, SPEED))
        await asyncio.to_thread(server.ensure_running)
        await wait_until_async(lambda: engine.refresh().is_database_up, what="the database", within_s=BACK_S)
        await ask(engine, LiftHalt())
        await wait_for_fills(engine, fills_of(engine.refresh()) + 5)
        await stand_still(engine, account)
    assert await desk.complaints(account) == []


async def ask_until_refused(engine: Engine, command: Command) -> None:
    """The same harmless command again and again."""
    for _ in range(MANY_TRIES):
        await engine.submit(command)
