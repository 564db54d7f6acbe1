"""Repositories under people's own roles: all of one's own works, nothing of another's, credits only to read."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.domain.market import FxRate, Spread
from engine.errors import GridwrightError
from storage.database import Database, connect
from storage.repositories.backtests import BacktestRepository
from storage.repositories.credits import CreditRepository
from storage.repositories.follows import FollowRepository
from storage.repositories.fx_rates import FxRateRepository
from storage.repositories.jobs import JobRepository
from storage.repositories.notifications import NotificationRepository
from storage.repositories.order_legs import Leg, OrderLegRepository
from storage.repositories.portfolios import PortfolioRepository
from storage.repositories.profiles import ProfileRepository
from storage.repositories.settlements import SettlementRepository
from storage.repositories.spreads import SpreadRepository
from storage.repositories.strategies import StrategyRepository
from storage.repositories.symbol_lists import SymbolListRepository
from storage.repositories.templates import TemplateRepository
from storage.repositories.two_leg_positions import TwoLegPositionRepository
from storage.repositories.users import UserRepository
from storage.repositories.wallets import WalletRepository
from tests.storage.builders import D
from tests.support.shared import SharedDatabase

AT = datetime(2026, 1, 1, tzinfo=UTC)
ENTRY: dict[str, Any] = {
    "symbol": "BTC", "direction": "d", "size": D(1), "entry_won_price": D(1), "entry_foreign_price": D(1),
    "entry_spread_pct": D(1), "opened_at": AT,
}  # fmt: skip
RESULT: dict[str, Any] = {
    "symbol": "XRP", "timeframe_s": 60, "start_date": AT, "end_date": AT + timedelta(days=1), "initial_capital": D(1)
}  # fmt: skip

Does = Callable[[Database, int], Awaitable[object]]


@pytest.fixture
async def owner(shared: SharedDatabase) -> AsyncIterator[Database]:
    database = await connect(shared.owner_url, pool_size=1)
    yield database
    await database.close()


@pytest.fixture
async def as_alice(shared: SharedDatabase) -> AsyncIterator[Database]:
    database = await connect(shared.url("alice"), pool_size=2)
    yield database
    await database.close()


async def number_of(owner: Database, name: str) -> int:
    async with owner.question() as connection:
        number: int = await connection.fetchval("SELECT id FROM users WHERE username = $1", name)
    return number


async def everything_of_one_person(database: Database, user: int) -> None:
    """What a trader does for himself, through every repository that writes rows of his own."""
    users, lists, jobs = UserRepository(database), SymbolListRepository(database), JobRepository(database)
    await users.create(user, "okx", {"leverage": D(2)})
    await users.add_task(user, "okx", "t")
    await users.update_telegram_id(user, "okx", "7")
    await lists.add_to_blacklist(user, "okx", "DOGE")
    assert not await lists.is_allowed(user, "okx", "DOGE")
    await jobs.save_job(user, "okx", "j", "running")
    await jobs.update_job_status(user, "okx", "stopped")
    strategies = StrategyRepository(database)
    strategy = await strategies.create(user, {"name": "s", "strategy_type": "t"})
    await strategies.count_trade(user, strategy.id, D(1))
    await strategies.record_execution(user, strategy.id, "signal", signal={})
    await BacktestRepository(database).save(user, strategy.id, RESULT)
    templates = TemplateRepository(database)
    template = await templates.publish(user, strategy.id, "t", price=D(1))
    await templates.update(user, template.id, {"price": D(2)})
    positions = TwoLegPositionRepository(database)
    position = await positions.log_position_open(user, ENTRY)
    await OrderLegRepository(database).log_leg(user, position.id, Leg("BTC", "upbit", "buy", D(1), D(1), "leg", AT))
    await positions.log_position_close(
        user, position.id, exit_won_price=D(1), exit_foreign_price=D(1), exit_spread_pct=D(0), pnl_krw=D(1),
        pnl_pct=D(1), closed_at=AT,
    )  # fmt: skip
    assert (await positions.pnl_by_day(user))[0].total_pnl_krw == 1
    await PortfolioRepository(database).create(user, {"name": "p"})
    notification = await NotificationRepository(database).create(user, {"title": "n"})
    await NotificationRepository(database).mark_read(user, [notification.id])
    profile = await ProfileRepository(database).update(user, {"max_positions": 9})
    assert profile is not None
    assert profile.max_positions == 9
    assert await SpreadRepository(database).log_spreads(
        [Spread("BTC", "upbit", "binance", D(1), D(1), D(1), D(1), D(1), False, AT)]
    ) == 1  # fmt: skip
    assert await FxRateRepository(database).log_rates([FxRate("USDKRW", D(1350), "api", AT)]) == 1
    assert await CreditRepository(database).balance(user) == 0


async def test_a_trader_does_all_of_his_own(owner: Database, as_alice: Database) -> None:
    await everything_of_one_person(as_alice, await number_of(owner, "alice"))


#: What alice tries with bob's number, under her own role.
ON_ANOTHER: dict[str, Does] = {
    "settings": lambda d, u: UserRepository(d).create(u, "upbit"),
    "lists": lambda d, u: SymbolListRepository(d).add_to_blacklist(u, "okx", "XRP"),
    "jobs": lambda d, u: JobRepository(d).save_job(u, "okx", "other", "running"),
    "strategies": lambda d, u: StrategyRepository(d).create(u, {"name": "s", "strategy_type": "t"}),
    "positions": lambda d, u: TwoLegPositionRepository(d).log_position_open(u, ENTRY),
    "portfolios": lambda d, u: PortfolioRepository(d).create(u, {"name": "other"}),
    "notifications": lambda d, u: NotificationRepository(d).create(u, {"title": "n"}),
    "credits": lambda d, u: CreditRepository(d).spend(u, D(1), "theft"),
    "wallets": lambda d, u: WalletRepository(d).add(u, "monad", "0x1"),
    "settlements": lambda d, u: SettlementRepository(d).save(u, "KRW", AT, AT + timedelta(days=1), D(1)),
    "follows": lambda d, u: FollowRepository(d).follow(u, 1),
}


async def test_nobody_writes_for_another(owner: Database, as_alice: Database) -> None:
    bob = await number_of(owner, "bob")
    await everything_of_one_person(owner, bob)
    await CreditRepository(owner).charge(bob, D(10), "c")
    before = await rows_of(owner, bob)
    for name, does in ON_ANOTHER.items():
        with pytest.raises(GridwrightError) as refused:
            await does(as_alice, bob)
        assert str(refused.value).endswith("."), name
    assert await rows_of(owner, bob) == before


async def test_nobody_sees_or_changes_another(owner: Database, as_alice: Database) -> None:
    bob = await number_of(owner, "bob")
    await everything_of_one_person(owner, bob)
    before = await rows_of(owner, bob)
    (strategy,) = await StrategyRepository(owner).get_all(bob)
    (position,) = await TwoLegPositionRepository(owner).closed_positions(bob)
    users, strategies = UserRepository(as_alice), StrategyRepository(as_alice)
    seen: list[object] = [
        await users.get_by_id(bob, "okx"),
        await users.get_all_by_exchange("okx"),
        await users.update(bob, "okx", {"leverage": D(1)}),
        await users.delete(bob, "okx"),
        await users.get_telegram_id(bob, "okx"),
        await SymbolListRepository(as_alice).get_blacklist(bob, "okx"),
        await JobRepository(as_alice).get_by_user(bob, "okx"),
        await JobRepository(as_alice).delete_job(bob, "okx"),
        await strategies.get(bob, strategy.id),
        await strategies.update(bob, strategy.id, {"name": "mine"}),
        await strategies.delete(bob, strategy.id),
        await strategies.executions(bob, strategy.id),
        await BacktestRepository(as_alice).get_all(bob),
        await TwoLegPositionRepository(as_alice).get(bob, position.id),
        await OrderLegRepository(as_alice).of_position(bob, position.id),
        await PortfolioRepository(as_alice).get_all(bob),
        await NotificationRepository(as_alice).get_all(bob),
        await NotificationRepository(as_alice).mark_read(bob),
        await ProfileRepository(as_alice).get(bob),
        await ProfileRepository(as_alice).update(bob, {"max_positions": 1}),
        await CreditRepository(as_alice).history(bob),
    ]
    assert [one for one in seen if one] == []
    assert await rows_of(owner, bob) == before


async def test_nobody_makes_credits(owner: Database, as_alice: Database) -> None:
    alice, bob = await number_of(owner, "alice"), await number_of(owner, "bob")
    await CreditRepository(owner).charge(alice, D(5), "c")
    ledger = CreditRepository(as_alice)
    assert (await ledger.balance(alice), len(await ledger.history(alice))) == (D(5), 1)
    for attempt in (
        ledger.charge(alice, D(1000), "x"),
        ledger.transfer(alice, bob, D(1), "x"),
        ledger.refund(alice, "c", "x"),
    ):
        with pytest.raises(GridwrightError):
            await attempt
    assert (await CreditRepository(owner).balance(alice), await CreditRepository(owner).audit()) == (D(5), [])


async def rows_of(owner: Database, user: int) -> dict[str, list[str]]:
    """Everything that is a user's, table by table."""
    async with owner.question() as connection:
        names = await connection.fetch(
            "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)"
            " WHERE c.table_schema = 'public' AND c.column_name = 'user_id' AND t.table_type = 'BASE TABLE'"
        )
        found = {}
        for row in names:
            sql = f'SELECT t::text FROM "{row[0]}" t WHERE user_id = $1 ORDER BY 1'
            found[row[0]] = [one[0] for one in await connection.fetch(sql, user)]
    return {name: rows for name, rows in found.items() if rows}
