"""Texts that try to be SQL, in every place where a repository takes a text: they are kept as they are, or refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.market import FxRate, Spread
from engine.errors import UsageError
from storage.database import Database
from storage.repositories.backtests import BacktestRepository
from storage.repositories.credits import CreditRepository
from storage.repositories.fx_rates import FxRateRepository
from storage.repositories.jobs import JobRepository
from storage.repositories.notifications import NotificationRepository
from storage.repositories.order_legs import Leg, OrderLegRepository
from storage.repositories.portfolios import PortfolioRepository
from storage.repositories.profiles import ProfileRepository
from storage.repositories.registrations import RegistrationRepository
from storage.repositories.settlements import SettlementRepository
from storage.repositories.spreads import SpreadRepository
from storage.repositories.staking import StakingRepository
from storage.repositories.strategies import StrategyRepository
from storage.repositories.symbol_lists import SymbolListRepository
from storage.repositories.templates import TemplateRepository
from storage.repositories.two_leg_positions import TwoLegPositionRepository
from storage.repositories.users import UserRepository
from storage.repositories.wallets import WalletRepository
from tests.storage.builders import D

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = AT + timedelta(days=1)
#: None is longer than the shortest text that any column takes (a pair of currencies).
HOSTILE = (
    "'; DROP TABLE t; --",
    "') OR 1=1; --",
    '" OR ""="',
    "$1",
    "$$||pg_sleep(9)",
    "\\'; DELETE --",
    "%s%(a)s{0}{x}",
    "NULL",
    "{a,b}",
    '{"a": 1}',
    "한글 '따옴표'",
    "🙂\u202e\u0301\r\n\t",
    "*/ /* -- ;",
)


@dataclass(frozen=True)
class House:
    """Everything a text can be given to, and whose it is."""

    database: Database
    user: int
    strategy: int
    wallet: int


Ask = Callable[[House, str], Awaitable[object]]


async def trading_user(house: House, text: str) -> object:
    users, lists, jobs = (
        UserRepository(house.database),
        SymbolListRepository(house.database),
        JobRepository(house.database),
    )
    made = await users.create(house.user, text, {"tasks": [text], "running_symbols": [text]})
    await users.update_telegram_id(house.user, text, text)
    await users.add_task(house.user, text, text + "2")
    await users.add_running_symbol(house.user, text, [text, text + "2"])
    removed = await users.remove_task(house.user, text, text)
    await users.remove_running_symbol(house.user, text, text)
    await lists.add_to_blacklist(house.user, text, text)
    assert not await lists.is_allowed(house.user, text, text)
    await lists.add_to_whitelist(house.user, text, text)
    assert {(one.venue, one.symbol) for one in await lists.get_all(house.user)} >= {(text, text)}
    await lists.put(house.user, text + "3", "black", text)
    assert await jobs.newest(house.user, text) == []
    await jobs.save_job(house.user, text, text, "running")
    await jobs.update_job_status(house.user, text, "stopped", text)
    assert removed is not None
    return (
        made.venue, made.tasks, made.running_symbols, await users.get_telegram_id(house.user, text), removed.tasks,
        [one.venue for one in await users.get_all_by_exchange(text)], await lists.get_blacklist(house.user, text),
        await lists.get_whitelist(house.user, text), await jobs.get_job_status(house.user, text),
    ) == (
        text, (text,), (text,), text, (text + "2",), [text], [text], [text], ("stopped", text)
    )  # fmt: skip


async def strategy(house: House, text: str) -> object:
    strategies = StrategyRepository(house.database)
    values = {
        "name": text, "strategy_type": text, "description": text, "parameters": {text: text},
        "graph": {"nodes": [text], "edges": [], text: text},
    }  # fmt: skip
    made = await strategies.create(house.user, values)
    changed = await strategies.update(house.user, made.id, {"name": text + "2"})
    did = await strategies.record_execution(
        house.user, made.id, "error", error=text, signal={text: text}, order=text, market=[text]
    )
    kept = {name: getattr(made, name) for name in values} == values
    assert changed is not None
    return kept and (changed.name, did.error_message, did.signal_data, did.order_data, did.market_data) == (
        text + "2", text, {text: text}, text, [text]
    )  # fmt: skip


async def backtest(house: House, text: str) -> object:
    values = {
        "symbol": text, "timeframe_s": 60, "start_date": AT, "end_date": LATER, "initial_capital": D(1),
        "equity_curve": {text: text}, "trade_history": [text], "monthly_returns": text,
    }  # fmt: skip
    made = await BacktestRepository(house.database).save(house.user, house.strategy, values)
    return {name: getattr(made, name) for name in values} == values


async def template(house: House, text: str) -> object:
    templates = TemplateRepository(house.database)
    made = await templates.publish(house.user, house.strategy, text, description=text)
    await templates.clone(house.user, made.id, text)
    changed = await templates.update(house.user, made.id, {"description": text + "2"})
    assert changed is not None
    return (made.name, made.description, changed.description) == (text, text, text + "2")


async def movement(house: House, text: str) -> object:
    ledger = CreditRepository(house.database)
    await ledger.charge(house.user, D(2), text, text)
    await ledger.refund(house.user, text, text + "2", D(1), text)
    made = await ledger.get(house.user, text)
    assert made is not None
    return (made.reference, made.description) == (text, text)


async def position(house: House, text: str) -> object:
    positions, legs = TwoLegPositionRepository(house.database), OrderLegRepository(house.database)
    made = await positions.log_position_open(
        house.user,
        {
            "reference": text, "symbol": text, "direction": text, "won_venue": text, "foreign_venue": text,
            "size": D(1), "entry_won_price": D(1), "entry_foreign_price": D(1), "entry_spread_pct": D(1),
            "opened_at": AT,
        },
    )  # fmt: skip
    leg = await legs.log_leg(house.user, made.id, Leg(text, text, "buy", D(1), D(1), text, AT, venue_order_id=text))
    found = await positions.open_positions(house.user, text)
    return (found, made.direction, made.won_venue, leg.leg_id, leg.venue, leg.venue_order_id) == (
        [made], text, text, text, text, text
    )  # fmt: skip


async def market(house: House, text: str) -> object:
    spreads, rates = SpreadRepository(house.database), FxRateRepository(house.database)
    reading = Spread(text, text, text, D(1), D(1), D(1), D(1), D(1), True, AT)
    await spreads.log_spreads([reading])
    rate = FxRate(text, D(1), text, AT)
    await rates.log_rates([rate])
    await spreads.hourly_averages(text)
    return (await spreads.latest(text), await rates.rate_at(text, AT, timedelta(0), text)) == ([reading], rate)


async def portfolio(house: House, text: str) -> object:
    values = {"name": text, "description": text, "currency": text, "holdings": {text: [text]}}
    made = await PortfolioRepository(house.database).create(house.user, values)
    return {name: getattr(made, name) for name in values} == values


async def notification(house: House, text: str) -> object:
    notifications = NotificationRepository(house.database)
    made = await notifications.create(house.user, {"title": text, "body": text, "channel": "email"})
    await notifications.mark_failed(house.user, made.id, text)
    (due,) = [one for one in await notifications.due("email") if one.id == made.id]
    return (due.title, due.body, due.last_error) == (text, text, text)


async def profile(house: House, text: str) -> object:
    made = await ProfileRepository(house.database).update(house.user, {"email": text, "telegram_chat_id": text})
    assert made is not None
    return (made.email, made.telegram_chat_id) == (text, text)


async def chain(house: House, text: str) -> object:
    wallets, staking = WalletRepository(house.database), StakingRepository(house.database)
    wallet = await wallets.add(house.user, text, text)
    stake = await staking.record(house.user, wallet.id, "stake", D(1), asset=text, transaction_hash=text)
    registrations = RegistrationRepository(house.database)
    registration = await registrations.register(house.user, house.strategy, house.wallet)
    done = await registrations.confirm(house.user, registration.id, text, 1)
    settlements = SettlementRepository(house.database)
    owed = await settlements.save(house.user, text, AT, LATER, D(1), {text: text})
    paid = await settlements.settle(house.user, owed.id, text)
    assert done is not None
    assert paid is not None
    assert await staking.staked(house.user, wallet.id, text) == 0
    return (wallet.address, stake.asset, stake.transaction_hash, done.transaction_hash, owed.asset, owed.details) == (
        text, text, text, text, text, {text: text}
    )  # fmt: skip


ASKS: tuple[Ask, ...] = (
    trading_user, strategy, backtest, template, movement, position, market, portfolio, notification, profile, chain
)  # fmt: skip


@pytest.fixture
async def house(database: Database, alice: int) -> House:
    strategy = await StrategyRepository(database).create(alice, {"name": "s", "strategy_type": "t"})
    wallet = await WalletRepository(database).add(alice, "monad", "0x1")
    return House(database, alice, strategy.id, wallet.id)


async def tables(database: Database) -> list[tuple[str, int]]:
    """Every table and how many columns it has."""
    async with database.question() as connection:
        rows = await connection.fetch(
            "SELECT table_name, count(*) FROM information_schema.columns WHERE table_schema = 'public'"
            " GROUP BY table_name ORDER BY table_name"
        )
    return [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.__name__)
async def test_a_text_stays_a_text(house: House, ask: Ask) -> None:
    before = await tables(house.database)
    for text in HOSTILE:
        if ask is chain:
            # What is registered must be new each time.
            await StrategyRepository(house.database).update(house.user, house.strategy, {"parameters": {"text": text}})
        assert await ask(house, text) is True, text
    assert await tables(house.database) == before
    assert await ProfileRepository(house.database).get(house.user) is not None


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.__name__)
async def test_what_cannot_be_kept_is_refused(house: House, ask: Ask) -> None:
    for text in ("a\0b", "\ud800", ""):
        with pytest.raises(UsageError) as refused:
            await ask(house, text)
        assert str(refused.value).startswith("The ")


async def test_documents_refuse_what_texts_refuse(house: House) -> None:
    strategies = StrategyRepository(house.database)
    for document in ({"a\0": 1}, {"a": ["b\0"]}, {"\udfff": 1}):
        with pytest.raises(UsageError):
            await strategies.update(house.user, house.strategy, {"parameters": document})


async def test_a_column_is_never_a_callers_text(house: House) -> None:
    """Names of columns come from the repository; whatever else is named is refused before it is sent."""
    name = "name = 'x', user_id = 1 --"
    for attempt in (
        StrategyRepository(house.database).update(house.user, house.strategy, {name: "x"}),
        UserRepository(house.database).create(house.user, "okx", {name: "x"}),
        PortfolioRepository(house.database).create(house.user, {"name": "x", name: "x"}),
        ProfileRepository(house.database).update(house.user, {name: "x"}),
        NotificationRepository(house.database).create(house.user, {"title": "x", name: "x"}),
        TwoLegPositionRepository(house.database).log_position_open(house.user, ENTRY | {name: "x"}),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert f"has no {name!r}." in str(refused.value)


ENTRY = {
    "symbol": "BTC", "direction": "d", "size": D(1), "entry_won_price": D(1), "entry_foreign_price": D(1),
    "entry_spread_pct": D(1), "opened_at": AT,
}  # fmt: skip
