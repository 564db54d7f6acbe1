"""A two-leg bot in a real engine, between two invented markets, on a real database: trades, restarts, ends, adds up."""

import asyncio
from decimal import Decimal
from pathlib import Path

from engine.domain.arbitrage import ArbitrageConfig, Ways
from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.bot import Account, BotState
from engine.domain.grid import Inventory
from engine.domain.messages import OpenAccount, SetMarketSpeed, StopBot
from engine.engine import Engine
from storage.check import check
from storage.database import connect
from tests.support.trading import SYMBOL, TradingDesk, ask, bot_of, invented_market, stand_still
from tests.support.waiting import wait_until_async
from tests.sweeps.stored_books import read_venue

D = Decimal
PAIR, HEDGE = "kimchi01", "kimchi02"
SPEED = D(30)
#: Both quotes are one, so no rate is needed. At thirty times the pace a tenth of a second is three of market time.
CONFIG = ArbitrageConfig(
    hedge_account_id="simulated:abroad",
    hedge_symbol=SYMBOL,
    size=D(5),
    entry_pct=D("0.6"),
    exit_pct=D(0),
    fx_pair="",
    fx_source="",
    ways=Ways.BOTH,
    cooldown_s=D(0),
    min_depth=D(1),
    max_slippage_pct=D(1),
    max_book_age_s=D(600),
    leg_timeout_s=D(30),
    max_imbalance_value=D(10_000),
    max_imbalance_s=D(60),
)
MARKET = {"start_price": "100", "volatility": "1", "value": "50000", "cash.AAA": "500", "taker_fee": "0.0005"}


async def run_on(engine: Engine, accounts: list[Account], speed: Decimal) -> None:
    for account in accounts:
        await ask(engine, SetMarketSpeed(account.venue, speed))


async def test_it_trades_restarts_in_the_middle_and_adds_up(database_url: str, tmp_path: Path) -> None:
    desk = TradingDesk(database_url, tmp_path / "desk")
    accounts = [invented_market("home", seed="1", **MARKET), invented_market("abroad", seed="2", **MARKET)]
    async with desk.engine() as engine:
        for account in accounts:
            await ask(engine, OpenAccount(account))
        await run_on(engine, accounts, SPEED)
        add = AddArbitrage(PAIR, HEDGE, "Kimchi", accounts[0].account_id, SYMBOL, CONFIG, D(10), D(10), start=True)
        await ask(engine, add)
        await wait_until_async(
            lambda: (
                bot_of(engine.refresh(), PAIR).bot.closed_cycles >= 1
                and any(view.positions for view in engine.refresh().arbitrage)
            ),
            what="a position closed and another one begun",
            within_s=180,
        )
    async with desk.engine() as engine:
        [view] = engine.refresh().arbitrage
        assert view.hedge_bot_id == HEDGE
        before = bot_of(engine.refresh(), PAIR).bot.closed_cycles
        await run_on(engine, accounts, SPEED)
        await wait_until_async(
            lambda: bot_of(engine.refresh(), PAIR).bot.closed_cycles > before, what="it to go on", within_s=180
        )
        await ask(engine, StopBot(PAIR, Inventory.SELL))
        await wait_until_async(
            lambda: bot_of(engine.refresh(), PAIR).bot.state is BotState.STOPPED, what="it to have ended", within_s=120
        )
        for account in accounts:
            await stand_still(engine, account)
        await asyncio.sleep(0)
        assert engine.refresh().arbitrage[0].positions == ()
        halves = [bot_of(engine.refresh(), bot_id) for bot_id in (PAIR, HEDGE)]
        assert [half.base_held for half in halves] == [0, 0]
        # Each half's own money is what its account won or lost; together they are what the positions brought.
        assert sum((half.bot.spare_cash for half in halves), D(0)) == halves[0].matched_profit
    database = await connect(database_url)
    try:
        balances = {
            (account.account_id, asset): total
            for account in accounts
            for asset, total in read_venue(desk.store(account)).balances.items()
        }
        assert await check(database, balances) == []
    finally:
        await database.close()
