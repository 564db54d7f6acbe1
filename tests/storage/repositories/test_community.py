"""Portfolios, follows, wallets, stakes, settlements, notifications and profiles."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import UsageError
from storage.database import Database
from storage.journal import PostgresJournal
from storage.repositories.follows import FollowRepository
from storage.repositories.notifications import NotificationRepository
from storage.repositories.portfolios import PortfolioRepository
from storage.repositories.profiles import ProfileRepository
from storage.repositories.settlements import SettlementRepository
from storage.repositories.staking import StakingRepository
from storage.repositories.wallets import Wallet, WalletRepository
from tests.storage.builders import BOT, D, foundation

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)


async def test_portfolios(database: Database, alice: int, bob: int) -> None:
    portfolios = PortfolioRepository(database)
    values: dict[str, Any] = {
        "name": "장기",
        "description": "둘로 나눔",
        "total_balance": D("1000000.12"),
        "available_balance": D(10),
        "invested_balance": D("999990.12"),
        "max_drawdown": D("2.5"),
        "holdings": {"XRP": D("1.50")},
    }
    made = await portfolios.create(alice, values)
    assert {name: getattr(made, name) for name in values} == values
    assert (made.currency, made.last_rebalanced) == ("KRW", None)
    changed = await portfolios.update(alice, made.id, {"last_rebalanced": JANUARY, "currency": "USDT"})
    assert changed is not None
    assert (changed.last_rebalanced, changed.currency, changed.holdings) == (JANUARY, "USDT", {"XRP": D("1.50")})
    assert await portfolios.get_all(alice) == [changed]
    assert (await portfolios.get(bob, made.id), await portfolios.update(bob, made.id, {"name": "x"})) == (None, None)
    for attempt, sentence in (
        (portfolios.create(alice, values), "There is already a portfolio of that name."),
        (portfolios.create(alice, {}), "A portfolio needs its name."),
        (portfolios.update(alice, made.id, {}), "Say what to change about the portfolio."),
        (
            portfolios.update(alice, made.id, {"max_drawdown": D(-1)}),
            "The greatest drawdown must be at least 0, not -1.",
        ),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == sentence
    assert await portfolios.create(bob, values) is not None
    assert not await portfolios.delete(bob, made.id)
    assert await portfolios.delete(alice, made.id)


async def test_follows(database: Database, alice: int, bob: int) -> None:
    follows = FollowRepository(database)
    first = await follows.follow(alice, bob)
    again = await follows.follow(alice, bob, is_subscribed=True)
    assert (first.is_subscribed, again.is_subscribed, again.created_at) == (False, True, first.created_at)
    assert (await follows.following(alice), await follows.followers(bob)) == ([again], [again])
    assert (await follows.following(bob), await follows.followers(alice)) == ([], [])
    for attempt, sentence in (
        (follows.follow(alice, alice), "Nobody can follow himself."),
        (follows.follow(alice, 999_999), "There is no user 999999."),
        (follows.follow(999_999, alice), "There is no user 999999."),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == sentence
    assert not await follows.unfollow(bob, alice)
    assert await follows.unfollow(alice, bob)
    assert await follows.followers(bob) == []


async def test_wallets(database: Database, alice: int, bob: int) -> None:
    wallets = WalletRepository(database)
    first = await wallets.add(alice, "monad", "0xAb", is_primary=True)
    second = await wallets.add(alice, "monad", "0xCd")
    elsewhere = await wallets.add(alice, "ethereum", "0xAb", is_primary=True)
    claimed = await wallets.add(bob, "monad", "0xaB")
    assert [one.id for one in await wallets.get_all(alice, "monad")] == [second.id, first.id]
    verified = await wallets.verify(alice, first.id)
    assert verified is not None
    assert verified.verified_at is not None
    assert await wallets.verify(alice, first.id) == verified
    assert await wallets.verify(bob, first.id) is None
    for attempt, sentence in (
        (wallets.verify(bob, claimed.id), "Another user has proved to hold that wallet."),
        (wallets.add(alice, "monad", "0xAb"), "You have that wallet already."),
        (wallets.add(alice, "monad", "0xEf", is_primary=True), "You have a primary wallet on that chain already."),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == sentence
    await asyncio.gather(*(wallets.set_primary(alice, one) for one in (second.id, first.id, second.id, first.id)))
    await wallets.set_primary(alice, second.id)
    assert {one.id for one in await wallets.get_all(alice) if one.is_primary} == {second.id, elsewhere.id}
    assert await wallets.set_primary(bob, second.id) is None
    assert (await wallets.remove(bob, first.id), await wallets.remove(alice, first.id)) == (False, True)
    assert await wallets.get(alice, first.id) is None


@pytest.fixture
async def wallet(database: Database, alice: int) -> Wallet:
    return await WalletRepository(database).add(alice, "monad", "0xAb")


async def test_stakes(database: Database, wallet: Wallet, bob: int) -> None:
    staking = StakingRepository(database)
    user = wallet.user_id
    stake = await staking.record(user, wallet.id, "stake", D("10.5"))
    assert (stake.status, stake.asset, await staking.staked(user, wallet.id)) == ("pending", "G8D", D(0))
    done = await staking.confirm(user, stake.id, "0x1")
    assert done is not None
    assert (done.status, done.transaction_hash, done.confirmed_at is not None) == ("confirmed", "0x1", True)
    assert await staking.confirm(user, stake.id, "0x1") is None
    out = await staking.record(user, wallet.id, "unstake", D(8))
    assert await staking.staked(user, wallet.id) == D("10.5")
    for attempt, sentence in (
        (staking.record(user, wallet.id, "unstake", D(3)), "Of G8D 2.5 can be unstaked, not 3."),
        (staking.record(user, wallet.id, "unstake", D(1), asset="OTHER"), "Of OTHER 0 can be unstaked, not 1."),
        (staking.record(bob, wallet.id, "stake", D(3)), f"There is no wallet {wallet.id}."),
        (staking.record(user, wallet.id, "burn", D(3)), "The kind must be one of stake, unstake, reward, not 'burn'."),
        (
            staking.record(user, wallet.id, "stake", D(3), transaction_hash="0x1"),
            "That transaction is recorded already.",
        ),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == sentence
    assert await staking.fail(bob, out.id) is None
    failed = await staking.fail(user, out.id)
    assert failed is not None
    assert failed.status == "failed"
    await staking.record(user, wallet.id, "reward", D(1))
    assert [one.kind for one in await staking.get_all(user)] == ["reward", "unstake", "stake"]
    with pytest.raises(UsageError, match="The wallet has records and cannot be removed"):
        await WalletRepository(database).remove(user, wallet.id)


async def test_what_leaves_at_once_is_never_more_than_is_in(database: Database, wallet: Wallet) -> None:
    staking = StakingRepository(database)
    stake = await staking.record(wallet.user_id, wallet.id, "stake", D(10))
    await staking.confirm(wallet.user_id, stake.id, "0x1")
    done = await asyncio.gather(
        *(staking.record(wallet.user_id, wallet.id, "unstake", D(4)) for _ in range(8)), return_exceptions=True
    )
    assert [type(one).__name__ for one in done].count("StakingRecord") == 2


async def test_settlements(database: Database, alice: int, bob: int) -> None:
    settlements = SettlementRepository(database)
    first = await settlements.save(alice, "USDT", JANUARY, FEBRUARY, D("-1.5"), {"fees": D("1.50")})
    assert (first.amount, first.details, first.status) == (D("-1.5"), {"fees": D("1.50")}, "pending")
    failed = await settlements.fail(alice, first.id)
    assert failed is not None
    assert failed.status == "failed"
    again = await settlements.save(alice, "USDT", JANUARY, FEBRUARY, D(2))
    assert (again.id, again.amount, again.details, again.status) == (first.id, D(2), None, "pending")
    assert await settlements.settle(bob, first.id) is None
    settled = await settlements.settle(alice, first.id, "0x9")
    assert settled is not None
    assert (settled.status, settled.transaction_hash, settled.settled_at is not None) == ("settled", "0x9", True)
    assert (await settlements.settle(alice, first.id), await settlements.fail(alice, first.id)) == (None, None)
    for attempt, sentence in (
        (settlements.save(alice, "USDT", JANUARY, FEBRUARY, D(2)), "That period is settled already."),
        (settlements.save(alice, "USDT", FEBRUARY, FEBRUARY, D(2)), "A period must end after it starts."),
        (settlements.save(999_999, "USDT", JANUARY, FEBRUARY, D(2)), "There is no user 999999."),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == sentence
    assert await settlements.get_all(alice, "USDT") == [settled]
    assert (await settlements.get_all(alice, "KRW"), await settlements.get_all(bob)) == ([], [])


async def test_notifications_are_read(database: Database, journal: PostgresJournal, bob: int) -> None:
    await journal.commit(foundation())
    notifications = NotificationRepository(database)
    first = await notifications.create(1, {"title": "체결", "body": "XRP 10개", "level": "look", "bot_uid": BOT})
    second = await notifications.create(1, {"title": "b"})
    await notifications.create(bob, {"title": "c"})
    assert (first.channel, first.level, first.bot_uid, first.body) == ("desk", "look", BOT, "XRP 10개")
    assert await notifications.unread(1) == [second, first]
    assert await notifications.count_unread(1) == 2
    assert await notifications.mark_read(bob, [first.id]) == 0
    assert await notifications.mark_read(1, [first.id, second.id + 100]) == 1
    assert await notifications.unread(1) == [second]
    assert (await notifications.mark_read(1), await notifications.mark_read(1)) == (1, 0)
    assert [one.id for one in await notifications.get_all(1)] == [second.id, first.id]
    assert await notifications.count_unread(bob) == 1
    for values, sentence in (
        ({"body": "x"}, "A notification needs its title."),
        ({"title": "x", "channel": "pigeon"}, "The channel must be one of desk, email, telegram, not 'pigeon'."),
        ({"title": "x", "bot_uid": "nobody"}, "There is no such bot to tell about."),
    ):
        with pytest.raises(UsageError) as refused:
            await notifications.create(1, values)
        assert str(refused.value) == sentence
    with pytest.raises(UsageError, match="There is no such bot to tell about"):
        await notifications.create(bob, {"title": "x", "bot_uid": BOT})


async def test_notifications_are_due_until_they_are_sent(database: Database, alice: int, bob: int) -> None:
    notifications = NotificationRepository(database)
    first = await notifications.create(alice, {"title": "a", "channel": "telegram"})
    second = await notifications.create(bob, {"title": "b", "channel": "telegram"})
    await notifications.create(alice, {"title": "c"})
    assert [one.id for one in await notifications.due("telegram")] == [first.id, second.id]
    assert (await notifications.due("email"), await notifications.due("desk")) == ([], [])
    assert not await notifications.mark_sent(bob, first.id)
    assert await notifications.mark_failed(alice, first.id, "연결이 끊김")
    assert await notifications.mark_sent(bob, second.id)
    assert not await notifications.mark_sent(bob, second.id)
    assert not await notifications.mark_failed(bob, second.id, "late")
    (left,) = await notifications.due("telegram")
    assert (left.id, left.attempts, left.last_error) == (first.id, 1, "연결이 끊김")
    assert await notifications.due("telegram", most_attempts=1) == []


async def test_profiles(database: Database, alice: int, bob: int) -> None:
    profiles = ProfileRepository(database)
    profile = await profiles.get(alice)
    assert profile is not None
    assert (profile.username, profile.max_risk_per_trade, profile.max_total_risk, profile.max_positions) == (
        "alice", D(2), D(10), 5,
    )  # fmt: skip
    assert not hasattr(profile, "hashed_password")
    changes: dict[str, Any] = {
        "email": "앨리스@example.org",
        "telegram_chat_id": "77",
        "telegram_notifications": True,
        "email_notifications": False,
        "max_risk_per_trade": D("1.5"),
        "max_total_risk": D(20),
        "max_positions": 9,
    }
    changed = await profiles.update(alice, changes)
    assert changed is not None
    assert {name: getattr(changed, name) for name in changes} == changes
    assert (await profiles.get(999_999), await profiles.update(999_999, {"max_positions": 1})) == (None, None)
    for who, wrong, sentence in (
        (bob, {"email": "앨리스@example.org"}, "Another user has that e-mail address."),
        (bob, {"max_total_risk": D(1)}, "The most total risk must not be below the most risk per trade."),
        (bob, {"hashed_password": "x"}, "A profile has no 'hashed_password'."),
        (bob, {"database_role": "postgres"}, "A profile has no 'database_role'."),
        (bob, {"manual_tier": "gold"}, "A profile has no 'manual_tier'."),
        (bob, {}, "Say what to change about the profile."),
    ):
        with pytest.raises(UsageError) as refused:
            await profiles.update(who, wrong)
        assert str(refused.value) == sentence
