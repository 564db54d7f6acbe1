"""What people ask about an account that is lost meanwhile: done when it is back, or by whom has it, never lost."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain import phrases
from engine.domain.bot import BotState
from engine.domain.messages import OpenAccount, PauseBot
from engine.errors import GridwrightError
from tests.engine.leases.stage import Stage, runs
from tests.support.trading import BOT, ask, begin, bot_of, grid_on, invented_market
from tests.support.waiting import last, wait_until_async


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Stage:
    return Stage(database_url, tmp_path / "kitchen")


@pytest.fixture
def cellar(database_url: str, tmp_path: Path) -> Stage:
    return Stage(database_url, tmp_path / "cellar")


async def test_a_command_dropped_with_its_account_is_done_when_it_comes_back(stage: Stage) -> None:
    account = invented_market()
    async with stage.running() as engine:
        await begin(engine, account, Decimal(0))
        await stage.lose()
        with pytest.raises(GridwrightError):
            await engine.submit(PauseBot(BOT))
        await wait_until_async(runs(engine, stage, account), what="the account to run again")
        # Paused before its first price: it has not begun, and does not.
        await wait_until_async(
            lambda: bot_of(engine.refresh()).bot.state is BotState.STOPPED, what="the pause to be done"
        )


async def test_a_grid_that_was_lost_before_it_was_written_is_not_said_to_be_added(stage: Stage) -> None:
    account = invented_market()
    async with stage.running() as engine:
        await ask(engine, OpenAccount(account))
        await stage.lose()
        try:
            answer = await engine.submit(grid_on(account))
        except GridwrightError as error:
            assert str(error) == phrases.COMMAND_MOVED  # noqa: PT017 - either of two honest answers
        else:
            assert answer.refusals
        await wait_until_async(lambda: engine.refresh().bots, what="the grid to be added")


async def test_what_is_asked_of_a_bot_that_is_just_coming_is_not_refused(stage: Stage) -> None:
    account = invented_market()
    async with stage.running() as engine:
        await begin(engine, account, Decimal(0))
        stage.holds.hold("load")
        loads = stage.holds.reached["load"]
        await stage.lose()
        await wait_until_async(lambda: stage.holds.reached["load"] > loads, what="the account to be taken")
        asked = asyncio.create_task(engine.submit(PauseBot(BOT)))
        await stage.until(1, "SELECT count(*) FROM commands WHERE answered_at IS NULL")
        await last(0.5)  # the queue hands it over meanwhile
        stage.holds.let_go("load")
        assert not (await asked).refusals
        assert bot_of(engine.refresh()).bot.state is BotState.STOPPED


async def test_opening_what_another_desk_runs_is_refused_and_ends_nothing(stage: Stage, cellar: Stage) -> None:
    account = invented_market()
    async with stage.running() as runs_it, cellar.running() as asks:
        await begin(runs_it, account)
        await ask(asks, OpenAccount(invented_market("cellar")))
        answer = await asks.submit(OpenAccount(account))
        assert [str(sentence) for _, sentence in answer.refusals] == [
            f"The account {account.account_id} is run by another desk now."
        ]
        assert account not in cellar.made
        await ask(asks, PauseBot(BOT))  # told to the desk that runs it
