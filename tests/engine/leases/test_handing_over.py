"""An account that another desk asked for: what is under way is waited for, and nothing else."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine import leasing
from engine.domain import phrases
from engine.domain.bot import BotState
from engine.domain.messages import AddGrid, OpenAccount, SetMarketSpeed
from tests.engine.leases.stage import Stage, runs
from tests.support.trading import ask, begin, bot_of, grid_on, invented_market, wait_for_fills
from tests.support.waiting import last, wait_until_async

OTHER = "desk0002"


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Stage:
    return Stage(database_url, tmp_path / "kitchen")


async def asked_for(stage: Stage, account_id: str) -> None:
    """Another desk wants the account."""
    await stage.execute("INSERT INTO desks (desk_id, name) VALUES ('cellar', 'cellar') ON CONFLICT DO NOTHING")
    await stage.execute(
        "UPDATE leases SET requested_by_desk_id = 'cellar', requested_at = clock_timestamp() "
        f"WHERE account_id = '{account_id}'"
    )
    await stage.execute("SELECT pg_notify('gridwright_leases', '')")


async def test_an_exchange_that_hangs_keeps_no_account_of_another_exchange(stage: Stage) -> None:
    account, other = invented_market(), invented_market("other")
    async with stage.running() as engine:
        await begin(engine, account, Decimal(6_000))
        await ask(engine, OpenAccount(other))
        await wait_for_fills(engine, 1)
        stage.holds.hold("place other")
        slow = grid_on(other)
        await ask(engine, AddGrid(OTHER, "slow", other.account_id, slow.symbol, slow.config, Decimal(50), start=True))
        await ask(engine, SetMarketSpeed(other.venue, Decimal(6_000)))
        await wait_until_async(lambda: stage.holds.reached.get("place other"), what="an order that hangs")
        await asked_for(stage, account.account_id)
        await stage.until(True, f"SELECT desk_id IS NULL FROM leases WHERE account_id = '{account.account_id}'")


async def test_an_account_whose_order_hangs_stays_and_is_not_connected_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A venue that has not heard of an order yet would say that it never came, and it would be sent twice."""
    monkeypatch.setattr(leasing, "SETTLE_S", 0.5)
    account = invented_market()
    async with stage.running() as engine:
        stage.holds.hold("place test")
        await begin(engine, account, Decimal(6_000))
        await wait_until_async(lambda: stage.holds.reached.get("place test"), what="the first purchase to hang")
        await asked_for(stage, account.account_id)
        await wait_until_async(
            lambda: any(line.sentence.template == phrases.HAND_OVER_FAILED for line in engine.refresh().log),
            what="the hand-over to fail",
        )
        await last(0.5)  # what would be done about it would be done by now
        assert stage.holds.reached["place test"] == 1
        assert len(stage.made) == 1
        assert runs(engine, stage, account)()
        stage.holds.let_go("place test")
        await wait_until_async(lambda: bot_of(engine.refresh()).bot.state is BotState.RUNNING, what="the bot to go on")
        await wait_for_fills(engine, 2)
        assert await stage.value("SELECT count(*) FROM orders WHERE purpose = 'initial_buy'") == 1
