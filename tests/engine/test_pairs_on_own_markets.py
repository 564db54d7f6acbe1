"""A two-leg bot of a real engine between two invented markets, with a rate that somebody set."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from engine.domain.arbitrage import ArbitrageConfig, PairStage
from engine.domain.arbitrage_messages import AddArbitrage, ClosePosition
from engine.domain.messages import OpenAccount
from engine.engine import Engine
from engine.spreads.desk import SpreadDesk
from engine.spreads.settings import RateSettings, SpreadSettings
from engine.venues.accounts import simulated_account
from storage.administration.orphans import find_orphans
from storage.check import check
from storage.database import connect
from storage.premium_history import PostgresPremiumHistory
from tests.support.trading import TradingDesk, ask
from tests.support.waiting import wait_until_async

D = Decimal
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
CALM = {"volatility": "0.01", "tick_ms": "1000", "speed": "20", "seed": "5"}
#: 5 % above 100 dollars at 1,400 won.
HOME = simulated_account(
    "home",
    CALM | {"symbol": "AAA/KRW", "start_price": "147000", "value": "30000000", "cash.KRW": "9000000", "cash.AAA": "50"},
    BEGAN,
)
FOREIGN = simulated_account(
    "abroad", CALM | {"symbol": "AAA/USDT", "start_price": "100", "value": "20000", "cash.USDT": "9000"}, BEGAN
)
CONFIG = ArbitrageConfig(
    FOREIGN.account_id, "AAA/USDT", D(5), D(3), D(-9), "USDTKRW", "static", confirmations=1, min_depth=D(1),
    max_slippage_pct=D("0.5"), max_book_age_s=D(60), max_value=D(2_000_000), max_imbalance_value=D(5_000_000),
    leg_timeout_s=D(30), max_imbalance_s=D(60),
)  # fmt: skip


def positions(engine: Engine) -> list[PairStage]:
    return [each.position.stage for pair in engine.refresh().arbitrage for each in pair.positions]


async def test_a_two_leg_bot_opens_a_position_between_two_invented_markets(database_url: str, tmp_path: Path) -> None:
    desk = TradingDesk(database_url, tmp_path / "desk")
    settings = SpreadSettings(rates=RateSettings(fixed=(("USDTKRW", D(1400)),)))
    desk.make_spreads = lambda stored: SpreadDesk(
        stored.watched_pairs, stored.recorder, None, settings, stored_rates=stored.rates
    )  # fmt: skip
    async with desk.engine() as engine:
        for account in (HOME, FOREIGN):
            await ask(engine, OpenAccount(account))
    async with desk.engine() as engine:
        add = AddArbitrage("pairbot1", "pairbot2", "Won", HOME.account_id, "AAA/KRW", CONFIG, start=True)
        answer = await engine.submit(add)
        assert [str(sentence) for _, sentence in answer.refusals] == []
        await wait_until_async(lambda: PairStage.OPEN in positions(engine), what="an open position", within_s=90)
        [pair] = engine.refresh().arbitrage
        [view] = pair.positions
        legs = view.position.entry
        assert (legs.home.filled, legs.foreign.filled) == (D(5), D(5))
        assert legs.rate is not None
        assert (legs.rate.rate, legs.rate.source) == (D(1400), "static")
        assert view.pnl_if_closed is not None, "both books are there"
        closing = await engine.submit(ClosePosition("pairbot1", view.position.position_id))
        assert [str(sentence) for _, sentence in closing.refusals] == []
        await wait_until_async(
            lambda: any(row.bot.bot_id == "pairbot1" and row.bot.closed_cycles > 0 for row in engine.refresh().bots),
            what="a closed position",
            within_s=90,
        )
    database = await connect(database_url)
    try:
        assert await check(database) == []
        async with database.question() as connection:
            assert await find_orphans(connection) == []
        history = PostgresPremiumHistory(database)
        *_, first = await history.two_leg_positions("pairbot1", None, None, 100)
        assert (first.position.position_id, first.position.stage) == (view.position.position_id, PairStage.CLOSED)
        assert first.position.exit is not None
        assert (first.pair.home_venue, first.pair.foreign_symbol) == (HOME.venue, "AAA/USDT")
        [day] = await history.daily_pnl("pairbot1", "UTC", 10)
        assert None not in (day.premium, day.fees, day.funding, day.fx)
        assert (day.premium or 0) - (day.fees or 0) + (day.funding or 0) + (day.fx or 0) == day.pnl
    finally:
        await database.close()
