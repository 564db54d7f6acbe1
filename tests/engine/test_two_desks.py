"""Two desks of one user on one database: each sees what the other runs, and a command finds the one that does it."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import HaltAll, LiftHalt, PauseBot, StopBot
from engine.domain.views import EngineState
from tests.support.trading import BOT, TradingDesk, ask, begin, bot_of, invented_market, wait_for_fills, wait_for_state
from tests.support.waiting import wait_until_async


@pytest.fixture
def kitchen(database_url: str, tmp_path: Path) -> TradingDesk:
    return TradingDesk(database_url, tmp_path / "kitchen")


@pytest.fixture
def cellar(database_url: str, tmp_path: Path) -> TradingDesk:
    return TradingDesk(database_url, tmp_path / "cellar")


async def test_a_bot_of_another_desk_is_shown_and_steered(kitchen: TradingDesk, cellar: TradingDesk) -> None:
    account = invented_market()
    async with kitchen.engine() as runs, cellar.engine() as looks:
        await begin(runs, account, Decimal(6_000))
        await wait_for_fills(runs, 3)
        await wait_until_async(lambda: len(looks.refresh().bots) == 1, what="the bot to be seen")
        shown = bot_of(looks.refresh())
        assert shown.elsewhere  # the name of the machine
        [money] = looks.refresh().accounts
        # What the ledger says: its cash and what was bought, never a day's loss of everything.
        assert not money.is_told
        assert money.equity > 0
        assert {asset for asset, total, _ in money.balances if total > 0} >= {money.account.quote}
        assert abs(money.today_pnl) < money.equity / 10
        assert len(shown.rungs) == len(bot_of(runs.refresh()).rungs)
        assert bot_of(runs.refresh()).elsewhere is None

        loop = asyncio.get_running_loop()
        asked_s = loop.time()
        await ask(looks, PauseBot(BOT))
        assert loop.time() - asked_s < 30  # a second, on a machine that has nothing else to do
        assert bot_of(runs.refresh()).bot.state is BotState.PAUSED
        await wait_until_async(
            lambda: bot_of(looks.refresh()).bot.state is BotState.PAUSED, what="the pause to be seen"
        )
        answer = await looks.submit(PauseBot(BOT))
        assert [str(sentence) for _, sentence in answer.refusals] == [f"Grid {BOT} is not running."]


async def test_a_bot_that_nobody_runs_is_shown_and_not_steered(kitchen: TradingDesk, cellar: TradingDesk) -> None:
    account = invented_market()
    async with kitchen.engine() as runs:
        await begin(runs, account)
    async with cellar.engine() as looks:
        await wait_until_async(lambda: len(looks.refresh().bots) == 1, what="the bot to be seen")
        assert bot_of(looks.refresh()).elsewhere == ""
        answer = await looks.submit(StopBot(BOT, Inventory.KEEP))
        assert [str(sentence) for _, sentence in answer.refusals] == [f"This desk runs no bot {BOT}."]
        answer = await looks.submit(HandOver(account.account_id))
        [(field, sentence)] = answer.refusals
        assert field == "desk"
        assert str(sentence).startswith(f"The exchange of {account.account_id} lives in the folder of the desk ")
    async with kitchen.engine() as runs:
        await wait_for_state(runs, BotState.RUNNING)


async def test_requests_that_cannot_be_are_refused(kitchen: TradingDesk) -> None:
    async with kitchen.engine() as engine:
        await begin(engine, invented_market())
        for request, field in (
            (HandOver("nowhere"), "account"),
            (PreferDesk(invented_market().account_id, "no-such-desk"), "desk"),
        ):
            assert [name for name, _ in (await engine.submit(request)).refusals] == [field]
        assert not (await engine.submit(PreferDesk(invented_market().account_id, ""))).refusals


async def test_the_red_button_is_all_desks(kitchen: TradingDesk, cellar: TradingDesk) -> None:
    async with kitchen.engine() as runs, cellar.engine() as looks:
        await begin(runs, invented_market())
        await ask(looks, HaltAll())
        await wait_until_async(
            lambda: all(engine.refresh().state is EngineState.HALTED for engine in (runs, looks)),
            what="both desks to halt",
        )
        await ask(looks, LiftHalt())
        await wait_until_async(
            lambda: all(engine.refresh().state is EngineState.RUNNING for engine in (runs, looks)),
            what="both desks to go on",
        )
