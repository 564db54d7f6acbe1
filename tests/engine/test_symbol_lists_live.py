"""Symbol lists on a running desk: asked before a start, from whatever program it comes; what runs goes on."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.messages import CommandReceived, OpenAccount, PauseBot, StartBot, StopBot
from storage.database import connect
from storage.repositories.symbol_lists import BLACK, WHITE, SymbolListRepository
from tests.support.trading import BOT, SYMBOL, TradingDesk, begin, bot_of, grid_on, invented_market, wait_for_state
from tests.support.waiting import wait_until_async

SENTENCE = f"Your lists for simulated:test do not allow {SYMBOL}."


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> TradingDesk:
    return TradingDesk(database_url, tmp_path / "desk")


async def test_lists_hold_from_the_next_start_on(desk: TradingDesk) -> None:
    account = invented_market(speed="20")
    database = await connect(desk.url)
    try:
        lists = SymbolListRepository(database)
        async with desk.engine() as engine:
            assert (await engine.submit(OpenAccount(account))).refusals == ()
            await lists.put(1, "simulated:test", WHITE, "BTC/USDT")
            refused = await engine.submit(grid_on(account))
            assert [(field, str(said)) for field, said in refused.refusals] == [("symbol", SENTENCE)]
            assert engine.refresh().bots == ()
            await lists.remove_from_whitelist(1, "simulated:test", "BTC/USDT")
            assert (await engine.submit(grid_on(account))).refusals == ()
            await wait_for_state(engine, BotState.RUNNING)
            # Blocked while it runs: it goes on, and is not taken up again once it was paused.
            await lists.put(1, "Simulated:Test", BLACK, "aaa-bbb-swap")
            assert bot_of(engine.refresh()).bot.state is BotState.RUNNING
            assert (await engine.submit(PauseBot(BOT))).refusals == ()
            other = await desk.open_storage()
            try:
                commands = other.commands_of(other.desk_id)
                received = CommandReceived(uuid4().hex, StartBot(BOT), datetime.now(UTC))
                await commands.submit(received)
                answer = await commands.answer_of(received.command_id, 5)
                assert answer is not None
                assert [str(said) for _, said in answer.refusals] == [SENTENCE]
            finally:
                await other.close()
            assert (await engine.submit(StopBot(BOT, Inventory.KEEP))).refusals == ()
            await wait_for_state(engine, BotState.STOPPED)
    finally:
        await database.close()


async def test_a_bot_that_runs_is_taken_up_after_a_restart_although_its_symbol_is_blocked(desk: TradingDesk) -> None:
    account = invented_market(speed="0")
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(200))
        await wait_for_state(engine, BotState.RUNNING)
    database = await connect(desk.url)
    try:
        await SymbolListRepository(database).put(1, account.venue, BLACK, SYMBOL)
    finally:
        await database.close()
    async with desk.engine() as engine:
        await wait_until_async(lambda: bool(engine.refresh().bots), what="the bot")
        assert bot_of(engine.refresh()).bot.state is BotState.RUNNING
