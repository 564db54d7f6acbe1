"""A two-leg bot on paper accounts of two exchanges on the loopback: books and rate come from the spread desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from engine.console.room import EngineRoom
from engine.domain.arbitrage import ArbitrageConfig, PairStage
from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.messages import OpenAccount
from engine.domain.premium import Direction
from engine.domain.watching import WatchedPair, WatchPairs
from engine.venues.accounts import paper_account
from engine.venues.ccxt_feed import feed_of
from engine.venues.every import EveryVenue
from tests.engine.spreads.spread_town import pair_of
from tests.support.exchange.common_symbols import DOLLAR_COIN
from tests.support.exchange.town import Town, build
from tests.support.trading import TradingDesk, ask
from tests.support.waiting import wait_until_async

D = Decimal
HOME = paper_account(
    "won", feed_of("upbit"), "QAA/KRW", D(200_000), {"cash.KRW": "50000000", "cash.QAA": "50"}
)  # fmt: skip
FOREIGN = paper_account("dollars", feed_of("binance"), "QAA/USDT", D(150), {"cash.USDT": "50000"})
CONFIG = ArbitrageConfig(
    FOREIGN.account_id, "QAA/USDT", D(2), D(-50), D(-90), "USDTKRW", "upbit", confirmations=2, min_depth=D(1),
    max_slippage_pct=D("0.5"), max_book_age_s=D(30), max_fx_age_s=D(30), max_value=D(2_000_000), leg_timeout_s=D(20),
    max_imbalance_value=D(5_000_000), max_imbalance_s=D(60),
)  # fmt: skip


@asynccontextmanager
async def running_town(folder: Path) -> AsyncIterator[Town]:
    """Both exchanges, their markets moving on."""
    town = build(folder, ("upbit", "binance"), symbols=1, speed=1.0)
    async with town.server:
        town.start_flow()
        try:
            yield town
        finally:
            town.stop_flow()


async def test_a_two_leg_bot_trades_on_paper_by_the_books_of_the_spread_desk(database_url: str, tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        desk = TradingDesk(database_url, tmp_path / "desk")
        venues = EveryVenue(desk.folder, town.server.route())
        desk.room = lambda *_: EngineRoom(  # type: ignore[method-assign]
            desk.open_storage, venues.make, make_spreads=venues.make_spreads
        )
        async with desk.engine() as engine:
            for account in (HOME, FOREIGN):
                await ask(engine, OpenAccount(account))
        async with desk.engine() as engine:
            await ask(engine, WatchPairs((WatchedPair(pair_of("upbit", "binance"), size=D(2)),)))
            add = AddArbitrage("pairbot1", "pairbot2", "Won", HOME.account_id, "QAA/KRW", CONFIG, start=True)
            await ask(engine, add)

            def opened() -> bool:
                stages = [each.position.stage for pair in engine.refresh().arbitrage for each in pair.positions]
                return PairStage.OPEN in stages

            await wait_until_async(opened, what="an open position", within_s=90)
            [pair] = engine.refresh().arbitrage
            [shown] = pair.positions
            entry = shown.position.entry
            assert (entry.home.filled, entry.foreign.filled) == (D(2), D(2))
            assert entry.rate is not None
            assert entry.rate.source == "upbit"
            # The rate was the middle of the exchange's own book of dollar coins.
            dollars = town.exchanges["upbit"].book(DOLLAR_COIN, 1)
            assert abs(entry.rate.rate - dollars.bids[0][0]) < 20
            # The board shows the same pair, and what the bot looks at is what it shows.
            await wait_until_async(lambda: any(row.sell for row in engine.refresh().premiums.rows), what="the board")
            [row] = engine.refresh().premiums.rows
            assert row.sell is not None
            assert row.sell.direction is Direction.SELL_HOME
        assert town.server.strays == []
