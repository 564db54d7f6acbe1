"""Strategies, what they did, their backtests, and what others made of them."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.backtests import BacktestRepository
from storage.repositories.credits import CreditRepository
from storage.repositories.registrations import RegistrationRepository
from storage.repositories.royalties import RoyaltyRepository
from storage.repositories.strategies import Strategy, StrategyRepository
from storage.repositories.templates import TemplateClone, TemplateRepository
from storage.repositories.wallets import WalletRepository
from tests.storage.builders import D

GRAPH = {"nodes": [{"id": "가격", "at": [D("0.10"), 2]}], "edges": []}
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def strategies(database: Database) -> StrategyRepository:
    return StrategyRepository(database)


@pytest.fixture
def templates(database: Database) -> TemplateRepository:
    return TemplateRepository(database)


@pytest.fixture
def ledger(database: Database) -> CreditRepository:
    return CreditRepository(database)


@pytest.fixture
async def strategy(strategies: StrategyRepository, alice: int) -> Strategy:
    """One of alice's, with all that can be said of it."""
    return await strategies.create(
        alice,
        {
            "name": "추세",
            "strategy_type": "swing_trading",
            "description": "두 이동평균",
            "parameters": {"fast": 5, "slow": D("20.50")},
            "graph": GRAPH,
            "risk_per_trade": D("1.5"),
            "max_positions": 3,
            "stop_loss_pct": D(4),
            "take_profit_pct": None,
        },
    )


async def test_a_strategy_is_read_as_it_was_written(
    strategies: StrategyRepository, strategy: Strategy, bob: int
) -> None:
    assert (strategy.name, strategy.graph, strategy.take_profit_pct) == ("추세", GRAPH, None)
    assert str(strategy.parameters["slow"]) == "20.50"
    assert await strategies.get(strategy.user_id, strategy.id) == strategy
    assert await strategies.get(bob, strategy.id) is None
    assert await strategies.get_all(bob) == []


async def test_pages_of_strategies(strategies: StrategyRepository, alice: int) -> None:
    made = [await strategies.create(alice, {"name": f"s{n}", "strategy_type": "scalping"}) for n in range(4)]
    await strategies.update(alice, made[1].id, {"is_active": True})
    first = await strategies.get_all(alice, limit=3)
    assert [one.name for one in first] == ["s3", "s2", "s1"]
    assert [one.name for one in await strategies.get_all(alice, before=first[-1].id)] == ["s0"]
    assert [one.name for one in await strategies.get_all(alice, is_active=True)] == ["s1"]
    assert len(await strategies.get_all(alice, is_active=False)) == 3


async def test_strategies_change_and_go(strategies: StrategyRepository, strategy: Strategy, bob: int) -> None:
    changed = await strategies.update(strategy.user_id, strategy.id, {"graph": None, "parameters": {}})
    assert changed is not None
    assert (changed.graph, changed.parameters, changed.name) == (None, {}, "추세")
    assert await strategies.update(bob, strategy.id, {"name": "mine"}) is None
    assert not await strategies.delete(bob, strategy.id)
    assert await strategies.delete(strategy.user_id, strategy.id)
    assert not await strategies.delete(strategy.user_id, strategy.id)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"strategy_type": "x"}, "A strategy needs its name."),
        ({"name": "x"}, "A strategy needs its strategy type."),
        ({"name": "x", "strategy_type": "x", "graph": {"nodes": []}}, "A graph needs its nodes and its edges."),
        (
            {"name": "x", "strategy_type": "x", "risk_per_trade": D(101)},
            "The risk per trade must be from 0 to 100, not 101.",
        ),
        ({"name": "x", "strategy_type": "x", "total_pnl": D(5)}, "A strategy has no 'total_pnl'."),
    ],
)
async def test_strategies_that_cannot_be(
    strategies: StrategyRepository, alice: int, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        await strategies.create(alice, values)
    assert str(refused.value) == sentence


async def test_nobody_has_no_strategies(strategies: StrategyRepository) -> None:
    with pytest.raises(UsageError, match="There is no user 999999"):
        await strategies.create(999_999, {"name": "x", "strategy_type": "x"})


async def test_trades_are_counted(strategies: StrategyRepository, strategy: Strategy) -> None:
    for pnl in (D("1.5"), D("-0.5"), D(0), D(2)):
        await strategies.count_trade(strategy.user_id, strategy.id, pnl)
    now = await strategies.get(strategy.user_id, strategy.id)
    assert now is not None
    assert (now.total_trades, now.winning_trades, now.losing_trades, now.total_pnl) == (4, 2, 1, D("3.0"))
    assert now.win_rate == 50


async def test_executions(strategies: StrategyRepository, strategy: Strategy, bob: int) -> None:
    user = strategy.user_id
    signal = await strategies.record_execution(
        user, strategy.id, "signal", signal={"side": "buy"}, execution_time_s=D("0.02")
    )
    error = await strategies.record_execution(user, strategy.id, "error", error="시간 초과", market={"bid": D("1.10")})
    assert (signal.success, signal.signal_data, signal.execution_time) == (True, {"side": "buy"}, D("0.02"))
    assert (error.success, error.error_message, str(error.market_data["bid"])) == (False, "시간 초과", "1.10")
    assert await strategies.executions(user, strategy.id) == [error, signal]
    assert await strategies.executions(user, strategy.id, before=error.id) == [signal]
    now = await strategies.get(user, strategy.id)
    assert now is not None
    assert now.last_executed == error.created_at
    with pytest.raises(UsageError, match=f"There is no strategy {strategy.id}"):
        await strategies.record_execution(bob, strategy.id, "signal")


RESULT: dict[str, Any] = {
    "symbol": "XRP/KRW",
    "timeframe_s": 60,
    "start_date": JANUARY,
    "end_date": FEBRUARY,
    "initial_capital": D(1_000_000),
    "total_return": D("12.5"),
    "max_drawdown": D("3.25"),
    "total_trades": 10,
    "winning_trades": 6,
    "losing_trades": 4,
    "equity_curve": [["2026-01-01", D("1000000.00")]],
}


async def test_backtests(database: Database, strategy: Strategy, bob: int) -> None:
    backtests = BacktestRepository(database)
    user = strategy.user_id
    kept = await backtests.save(user, strategy.id, RESULT)
    assert {name: getattr(kept, name) for name in RESULT} == RESULT
    assert (await backtests.get(user, kept.id), await backtests.get(bob, kept.id)) == (kept, None)
    second = await backtests.save(user, strategy.id, RESULT | {"symbol": "BTC/KRW"})
    assert [one.id for one in await backtests.get_all(user, strategy.id)] == [second.id, kept.id]
    assert await backtests.get_all(user, strategy.id + 1) == []
    for changes, sentence in (
        ({"end_date": JANUARY}, "A backtest must end after it starts."),
        ({"winning_trades": 7}, "A backtest cannot have won and lost more trades than it made."),
        ({"symbol": None}, "A backtest needs its symbol."),
    ):
        with pytest.raises(UsageError) as refused:
            await backtests.save(user, strategy.id, RESULT | changes)
        assert str(refused.value) == sentence
    with pytest.raises(UsageError, match="There is no such strategy"):
        await backtests.save(bob, strategy.id, RESULT)
    assert await backtests.delete(user, kept.id)
    assert [one.id for one in await backtests.get_all(user)] == [second.id]


async def test_a_clone_is_a_strategy_of_its_own(
    strategies: StrategyRepository,
    templates: TemplateRepository,
    ledger: CreditRepository,
    strategy: Strategy,
    bob: int,
) -> None:
    author = strategy.user_id
    template = await templates.publish(author, strategy.id, "추세 템플릿", price=D("2.5"))
    await strategies.update(author, strategy.id, {"name": "later", "parameters": {"fast": 9}})
    await ledger.charge(bob, D(10), "c")
    clone = await templates.clone(bob, template.id, "buy 1", D("2.5"))
    assert (clone.price, await ledger.balance(bob), await ledger.balance(author)) == (D("2.5"), D("7.5"), D(0))
    assert clone.strategy_id is not None
    copy = await strategies.get(bob, clone.strategy_id)
    assert copy is not None
    assert (copy.name, copy.graph, copy.parameters, copy.total_trades) == ("추세", GRAPH, strategy.parameters, 0)
    assert (copy.risk_per_trade, copy.take_profit_pct, copy.is_active) == (D("1.5"), None, False)
    assert await templates.clone(bob, template.id, "buy 1") == clone
    assert await templates.clones(bob) == [clone]
    now = await templates.get(author, template.id)
    assert now is not None
    assert now.clone_count == 1
    own = await templates.clone(author, template.id, "mine")
    assert (own.price, own.credit_transaction_id) == (D(0), None)
    with pytest.raises(UsageError, match="A template that was cloned cannot be deleted"):
        await templates.delete(author, template.id)


async def test_clones_that_cannot_be(
    strategies: StrategyRepository,
    templates: TemplateRepository,
    ledger: CreditRepository,
    strategy: Strategy,
    bob: int,
) -> None:
    author = strategy.user_id
    hidden = await templates.publish(author, strategy.id, "hidden", is_public=False)
    dear = await templates.publish(author, strategy.id, "dear", price=D(5))
    await ledger.charge(bob, D(4), "c")
    for template, most, sentence in (
        (hidden.id, None, f"There is no template {hidden.id}."),
        (dear.id, D(4), f"The template {dear.id} costs 5 credits now, not 4."),
        (dear.id, None, f"User {bob} has 4 credits, and 5 are needed."),
    ):
        with pytest.raises(UsageError) as refused:
            await templates.clone(bob, template, "x", most)
        assert str(refused.value) == sentence
    assert await strategies.get_all(bob) == []
    assert [one.id for one in await templates.get_public()] == [dear.id]
    assert await templates.update(author, dear.id, {"is_public": False}) is not None
    assert await templates.get_public() == []
    with pytest.raises(UsageError, match=f"There is no strategy {strategy.id}"):
        await templates.publish(bob, strategy.id, "mine")
    assert await templates.delete(author, hidden.id)
    assert [one.id for one in await templates.get_all(author)] == [dear.id]


async def test_one_clone_for_one_reference_at_once(
    strategies: StrategyRepository,
    templates: TemplateRepository,
    ledger: CreditRepository,
    strategy: Strategy,
    bob: int,
) -> None:
    template = await templates.publish(strategy.user_id, strategy.id, "t", price=D(3))
    await ledger.charge(bob, D(10), "c")
    done = await asyncio.gather(*(templates.clone(bob, template.id, "once") for _ in range(6)))
    assert len({one.id for one in done}) == 1
    assert (await ledger.balance(bob), len(await strategies.get_all(bob))) == (D(7), 1)


async def backdate(database: Database, clones: list[TemplateClone], at: datetime) -> None:
    async with database.question() as connection:
        await connection.execute(
            "UPDATE template_clones SET created_at = $1 WHERE id = ANY($2)", at, [one.id for one in clones]
        )


async def test_authors_are_paid_once_a_month(
    database: Database, templates: TemplateRepository, ledger: CreditRepository, strategy: Strategy, bob: int
) -> None:
    royalties = RoyaltyRepository(database)
    author = strategy.user_id
    template = await templates.publish(author, strategy.id, "t", price=D(4))
    await ledger.charge(bob, D(100), "c")
    clones = [await templates.clone(bob, template.id, f"buy {n}") for n in range(3)]
    later = await templates.clone(bob, template.id, "later")
    await templates.clone(author, template.id, "own")
    await backdate(database, clones, JANUARY)
    await backdate(database, [later], FEBRUARY)
    # Of the third clone half was given back: 4 + 4 + 2 were spent, and 70 % of that is the author's.
    await ledger.refund(bob, f"clone of {template.id}: buy 2", "r", D(2))
    (royalty,) = await royalties.settle_month(date(2026, 1, 1), D("0.7"))
    assert (royalty.user_id, royalty.clones, royalty.amount, royalty.paid_at) == (author, 3, D(7), None)
    assert await royalties.settle_month(date(2026, 1, 1), D(1)) == []
    paid = await asyncio.gather(*(royalties.pay(author, royalty.id) for _ in range(4)))
    assert {one.credit_transaction_id for one in paid} == {paid[0].credit_transaction_id}
    assert await ledger.balance(author) == D(7)
    assert await royalties.get_all(author) == [paid[0]]
    assert [one.amount for one in await royalties.settle_month(date(2026, 2, 1), D("0.5"))] == [D(2)]
    assert await ledger.audit() == []
    with pytest.raises(UsageError, match=f"There is no royalty {royalty.id}"):
        await royalties.pay(bob, royalty.id)


@pytest.mark.parametrize(
    ("month", "share", "sentence"),
    [
        (date(2026, 1, 2), D(1), "A month is named by its first day."),
        (date(2999, 1, 1), D(1), "The month 2999-01 is not over."),
        (date(2026, 1, 1), D("1.1"), "The share must be from 0 to 1, not 1.1."),
    ],
)
async def test_months_that_cannot_be(database: Database, month: date, share: Decimal, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        await RoyaltyRepository(database).settle_month(month, share)
    assert str(refused.value) == sentence


async def test_a_registration_is_of_the_content(
    database: Database, strategies: StrategyRepository, strategy: Strategy, bob: int
) -> None:
    registrations = RegistrationRepository(database)
    user = strategy.user_id
    wallet = await WalletRepository(database).add(user, "monad", "0xAb")
    first = await registrations.register(user, strategy.id, wallet.id)
    assert (first.status, len(first.content_hash)) == ("pending", 64)
    with pytest.raises(UsageError, match="The strategy is registered as it is already"):
        await registrations.register(user, strategy.id, wallet.id)
    done = await registrations.confirm(user, first.id, "0xdead", 7_000_000_000)
    assert done is not None
    assert (done.status, done.transaction_hash, done.block_number) == ("confirmed", "0xdead", 7_000_000_000)
    assert await registrations.fail(user, first.id) is None
    await strategies.update(user, strategy.id, {"name": "another name"})
    with pytest.raises(UsageError):
        await registrations.register(user, strategy.id, wallet.id)
    await strategies.update(user, strategy.id, {"parameters": {"slow": D("20.50"), "fast": 6}})
    second = await registrations.register(user, strategy.id, wallet.id)
    assert second.content_hash != first.content_hash
    failed = await registrations.fail(user, second.id)
    assert failed is not None
    assert [one.status for one in await registrations.get_all(user, strategy.id)] == ["failed", "confirmed"]
    with pytest.raises(UsageError, match="There is no strategy"):
        await registrations.register(bob, strategy.id, wallet.id)
    other = await WalletRepository(database).add(bob, "monad", "0xCd")
    await strategies.update(user, strategy.id, {"parameters": {}})
    with pytest.raises(UsageError, match="There is no such wallet"):
        await registrations.register(user, strategy.id, other.id)
