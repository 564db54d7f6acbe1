"""An account that was lost and comes back is run again, whatever happened in between."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.messages import OpenAccount, PauseBot, SetMarketSpeed
from tests.engine.leases.stage import Stage, runs
from tests.support.trading import BOT, ask, begin, invented_market, wait_for_fills
from tests.support.waiting import last, wait_until_async


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Stage:
    return Stage(database_url, tmp_path / "kitchen")


async def test_an_account_that_could_not_be_read_after_it_was_taken_is_taken_again(stage: Stage) -> None:
    account = invented_market()
    async with stage.running() as engine:
        await begin(engine, account, Decimal(6_000))
        await wait_until_async(runs(engine, stage, account), what="the account to run")
        stage.journal.failures = 1
        await stage.lose()
        await wait_until_async(lambda: stage.journal.failures == 0, what="the account to be taken, and not read")
        await wait_until_async(runs(engine, stage, account), what="the account to run again")


async def test_a_bot_written_under_another_token_is_taken_up_again(stage: Stage) -> None:
    """The lease is ours and the bot's row says otherwise: nobody else runs it, so we must not drop it for ever."""
    account = invented_market()
    async with stage.running() as engine:
        await begin(engine, account, Decimal(6_000))
        await wait_for_fills(engine, 1)
        await stage.execute("UPDATE bot_instances SET fencing_token = fencing_token + 5")
        loads = stage.holds.reached["load"]
        await wait_until_async(lambda: stage.holds.reached["load"] > loads, what="the account to be read again")
        await wait_until_async(runs(engine, stage, account), what="the account to run again")
        await ask(engine, PauseBot(BOT))


async def test_an_account_lost_while_it_is_reconciled_ends_nothing_else(stage: Stage) -> None:
    account, other = invented_market(), invented_market("other")
    async with stage.running() as engine:
        await begin(engine, account, Decimal(6_000))
        await ask(engine, OpenAccount(other))
        await wait_for_fills(engine, 1)
        stage.holds.hold("open_client_order_ids")
        await stage.lose()
        await wait_until_async(
            lambda: stage.holds.reached.get("open_client_order_ids", 0) > 0, what="the account to be reconciled"
        )
        await stage.lose()
        await wait_until_async(lambda: stage.holds.reached["load"] >= 3, what="it to be lost and taken once more")
        stage.holds.let_go("open_client_order_ids")
        await wait_until_async(runs(engine, stage, account), what="the account to run again")
        await ask(engine, SetMarketSpeed(other.venue, Decimal(0)))


async def test_a_connection_that_was_overtaken_says_nothing(stage: Stage) -> None:
    account = invented_market()
    async with stage.running() as engine:
        await begin(engine, account, Decimal(6_000))
        await wait_for_fills(engine, 1)
        stage.holds.hold("report", "open_client_order_ids")
        made = len(stage.made)
        await stage.lose()
        await wait_until_async(lambda: len(stage.made) > made, what="a first connection")
        await stage.lose()
        await wait_until_async(lambda: len(stage.made) > made + 1, what="a second connection")
        stage.holds.let_go()
        await wait_until_async(runs(engine, stage, account), what="the account to run again")
        await last(2.5)  # longer than the first wait for a reconnection
        assert len(stage.made) == made + 2
        assert runs(engine, stage, account)()


async def test_a_stop_while_an_account_is_parted_from_ends(stage: Stage) -> None:
    account = invented_market()
    async with stage.running() as engine:
        await begin(engine, account, Decimal(6_000))
        await wait_for_fills(engine, 1)
        stage.holds.hold("close")
        await stage.lose()
        await wait_until_async(lambda: stage.holds.reached.get("close", 0) > 0, what="the venue to be closed")
        await engine.stop()
        stage.holds.let_go("close")


async def test_an_order_on_its_way_while_its_account_is_lost_and_comes_back_is_not_sent_twice(stage: Stage) -> None:
    account = invented_market()
    async with stage.running() as engine:
        stage.holds.hold("place test")
        await begin(engine, account, Decimal(6_000))
        await wait_until_async(lambda: stage.holds.reached.get("place test"), what="the first purchase to hang")
        loads = stage.holds.reached["load"]
        await stage.lose()
        await wait_until_async(lambda: stage.holds.reached["load"] > loads, what="the account to be taken again")
        await wait_until_async(lambda: stage.holds.reached.get("report", 0) > 3, what="the order to be asked for")
        assert stage.holds.reached["place test"] == 1
        stage.holds.let_go("place test")
        await wait_until_async(runs(engine, stage, account), what="the account to run again")
        await wait_for_fills(engine, 2)
        orders = await stage.value(
            "SELECT string_agg(status, ' ' ORDER BY created_at) FROM orders WHERE purpose = 'initial_buy'"
        )
        # The old line was closed before the order got through, so it is known to be lost, and bought once.
        assert orders == "lost filled"
