"""An engine's life on a real database and a real paper venue: recover, trade, be steered, stop, go on."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.messages import (
    Command,
    CommandReceived,
    EditGrid,
    HaltAll,
    LiftHalt,
    OpenAccount,
    PauseBot,
    SetMarketSpeed,
    StartBot,
    StopBot,
)
from engine.domain.sentences import UNREACHABLE
from engine.domain.views import EngineState
from engine.errors import AlreadyRunning, GridwrightError
from tests.support.trading import (
    BOT,
    GRID,
    TradingDesk,
    ask,
    begin,
    bot_of,
    fills_of,
    grid_on,
    invented_market,
    recorded_market,
    stand_still,
    wait_for_end,
    wait_for_fills,
    wait_for_state,
)
from tests.support.waiting import wait_until_async


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> TradingDesk:
    return TradingDesk(database_url, tmp_path / "desk")


def change(file: Path) -> None:
    """One digit of a recording."""
    file.write_text(file.read_text(encoding="utf-8").replace("100.00", "100.01", 1), encoding="utf-8")


async def test_an_empty_desk_starts_and_says_so(desk: TradingDesk) -> None:
    async with desk.engine() as engine:
        view = engine.refresh()
        assert view.state is EngineState.RUNNING
        assert view.is_database_up
        assert (view.accounts, view.bots, view.trouble) == ((), (), None)
    assert engine.view().state is EngineState.STOPPED


async def test_a_recording_trades_to_its_end_and_all_books_agree(desk: TradingDesk) -> None:
    account = recorded_market(desk.folder, 600)
    async with desk.engine() as engine:
        await begin(engine, account)
        await wait_for_end(engine, account)
        row = bot_of(engine.refresh())
        assert row.bot.closed_cycles > 100
        assert row.total_pnl == row.matched_profit + row.floating_pnl
    assert await desk.complaints(account) == []


async def test_restarts_go_on_where_they_stood_and_end_like_one_run(
    desk: TradingDesk, database_url: str, tmp_path: Path
) -> None:
    account = recorded_market(desk.folder, 600)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(20_000))
        await wait_for_fills(engine, 30)
    seen = 0
    for _ in range(3):
        async with desk.engine() as engine:
            assert fills_of(engine.refresh()) >= seen
            await wait_for_fills(engine, fills_of(engine.refresh()) + 25)
            seen = fills_of(engine.refresh())
    async with desk.engine() as engine:
        await ask(engine, SetMarketSpeed(account.venue, None))
        await wait_for_end(engine, account)
        interrupted = bot_of(engine.refresh())
    assert await desk.complaints(account) == []
    assert interrupted.bot.closed_cycles > 100


async def test_a_refused_account_leaves_no_trace(desk: TradingDesk) -> None:
    account = recorded_market(desk.folder, 20)
    change(Path(dict(account.settings)["file"]))
    async with desk.engine() as engine:
        answer = await engine.submit(OpenAccount(account))
        [(field, sentence)] = answer.refusals
        assert field == UNREACHABLE
        assert "has changed" in str(sentence)
        assert engine.refresh().accounts == ()
        refused = await engine.submit(grid_on(account))
        assert [field for field, _ in refused.refusals] == ["account"]
    stored = await desk.open_storage()
    try:
        state = await stored.reads.state()
        assert (state.accounts, state.bots, state.instruments) == ((), (), ())
        assert await stored.reads.ledger() == []
    finally:
        await stored.close()
    assert not desk.store(account).exists()


async def test_another_program_is_answered_at_once(desk: TradingDesk) -> None:
    account = invented_market(speed="0")
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(200))
        other = await desk.open_storage()
        try:
            commands = other.commands_of(other.desk_id)
            for command, state in ((PauseBot(BOT), BotState.PAUSED), (StartBot(BOT), BotState.RUNNING)):
                received = CommandReceived(uuid4().hex, command, datetime.now(UTC))
                asked = time.monotonic()
                await commands.submit(received)
                answer = await commands.answer_of(received.command_id, 60)
                # Within a second, on a machine that has nothing else to do.
                assert time.monotonic() - asked < 20
                assert answer is not None
                assert answer.refusals == ()
                assert bot_of(engine.refresh()).bot.state in (state, BotState.STARTING)
        finally:
            await other.close()


async def test_pause_edit_and_stop_through_the_engine(desk: TradingDesk) -> None:
    account = recorded_market(desk.folder, 3_000)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        await wait_for_fills(engine, 10)
        await ask(engine, PauseBot(BOT))
        await wait_until_async(lambda: not bot_of(engine.refresh()).open_orders, what="no order to rest")
        at_pause = fills_of(engine.refresh())
        await ask(engine, StartBot(BOT))
        await wait_for_fills(engine, at_pause + 10)
        await ask(engine, EditGrid(BOT, replace(GRID, lower=Decimal(85), upper=Decimal(115), grid_count=20)))
        await wait_until_async(
            lambda: bot_of(engine.refresh()).bot.state is BotState.RUNNING and len(bot_of(engine.view()).rungs) == 20,
            what="the new ladder",
        )
        await wait_for_fills(engine, fills_of(engine.refresh()) + 10)
        await ask(engine, StopBot(BOT, Inventory.SELL))
        await wait_for_state(engine, BotState.STOPPED)
        await stand_still(engine, account)
        row = bot_of(engine.refresh())
        assert row.base_held == 0
        assert row.bot.final_pnl == row.total_pnl
        assert row.open_orders == ()
    assert await desk.complaints(account) == []


async def test_a_halt_rests_everything_until_it_is_lifted(desk: TradingDesk) -> None:
    account = recorded_market(desk.folder, 3_000)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        await wait_for_fills(engine, 10)
        await ask(engine, HaltAll())
        await engine.settled()
        view = engine.refresh()
        assert view.state is EngineState.HALTED
        assert bot_of(view).open_orders == ()
        orders, _ = desk.venue_counts(account)
    async with desk.engine() as engine:
        assert engine.refresh().state is EngineState.HALTED
        market = engine.refresh().markets[0].at
        await wait_until_async(lambda: engine.refresh().markets[0].at > market, what="market time to pass")
        assert desk.venue_counts(account)[0] == orders
        await ask(engine, LiftHalt())
        await wait_for_fills(engine, fills_of(engine.refresh()) + 5)
        await stand_still(engine, account)
    assert await desk.complaints(account) == []


async def test_two_engines_on_one_desk_are_refused(desk: TradingDesk) -> None:
    async with desk.engine():
        with pytest.raises(AlreadyRunning):
            async with desk.engine():
                pass


async def test_a_stop_below_the_market_wins_at_the_first_quote_after_a_restart(desk: TradingDesk) -> None:
    account = recorded_market(desk.folder, 3_000)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        await wait_for_fills(engine, 10)
        await stand_still(engine, account)
        bid = engine.refresh().markets[0].bid
        # Written while the engine is away, as if it had been killed before it could act.
    stored = await desk.open_storage()
    try:
        async with stored.database.question() as connection:
            await connection.execute(
                "UPDATE grid_bot_configs SET stop_lower = $1, lower_price = $2", bid + 1, bid + 2
            )  # fmt: skip
    finally:
        await stored.close()
    before, _ = desk.venue_counts(account)
    async with desk.engine() as engine:
        await wait_until_async(
            lambda: bot_of(engine.refresh()).bot.state in (BotState.STOPPING, BotState.STOPPED), what="the stop"
        )
        await engine.settled()
        assert bot_of(engine.refresh()).bot.state is BotState.STOPPED
        assert desk.venue_counts(account)[0] == before


async def test_what_is_asked_while_the_engine_ends_is_kept_for_the_next_start(desk: TradingDesk) -> None:
    account = invented_market()
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(200))
        await wait_for_state(engine, BotState.RUNNING)
        asked: Command = PauseBot(BOT)
        await engine.stop()
        await wait_until_async(lambda: engine.view().state is EngineState.STOPPED, what="the end")
        with pytest.raises(GridwrightError, match="when it starts again"):
            await engine.submit(asked)
    async with desk.engine() as engine:
        await wait_for_state(engine, BotState.PAUSED)
