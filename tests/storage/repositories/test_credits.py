"""The ledger of credits: every movement once, sums of zero, no balance below zero, however many ask at once."""

import asyncio
from decimal import Decimal

import pytest

from engine.errors import StorageError, UsageError
from storage.database import Database
from storage.repositories.credits import CreditEntry, CreditRepository, CreditTransaction, Kind
from tests.storage.builders import D
from tests.storage.repositories.conftest import add_user


@pytest.fixture
def ledger(database: Database) -> CreditRepository:
    return CreditRepository(database)


async def test_who_never_had_any_has_none(ledger: CreditRepository, alice: int) -> None:
    assert await ledger.balance(alice) == D(0)
    assert await ledger.history(alice) == []
    assert await ledger.get(alice, "nothing") is None


async def test_a_movement_is_two_entries(ledger: CreditRepository, alice: int, bob: int) -> None:
    charged = await ledger.charge(alice, D("10.5"), "c1", "처음 충전")
    spent = await ledger.spend(alice, D(3), "s1")
    handed = await ledger.transfer(alice, bob, D("2.25"), "t1")
    assert (charged.kind, charged.amount, charged.description) == (Kind.CHARGE, D("10.5"), "처음 충전")
    assert charged.entries == (CreditEntry("user", alice, D("10.5")), CreditEntry("issued", None, D("-10.5")))
    assert spent.entries == (CreditEntry("user", alice, D(-3)), CreditEntry("revenue", None, D(3)))
    assert handed.entries == (CreditEntry("user", alice, D("-2.25")), CreditEntry("user", bob, D("2.25")))
    assert (await ledger.balance(alice), await ledger.balance(bob)) == (D("5.25"), D("2.25"))
    assert [one.change_of(alice) for one in await ledger.history(alice)] == [D("-2.25"), D(-3), D("10.5")]
    assert await ledger.history(bob) == [handed]
    assert await ledger.history(alice, limit=1, before=handed.id) == [spent]
    assert await ledger.audit() == []


async def test_a_reference_is_booked_once(ledger: CreditRepository, alice: int, bob: int) -> None:
    first = await ledger.charge(alice, D(10), "r")
    assert await ledger.charge(alice, D(10), "r") == first
    for again in (
        ledger.charge(alice, D(11), "r"),
        ledger.spend(alice, D(10), "r"),
        ledger.transfer(alice, bob, D(10), "r"),
    ):
        with pytest.raises(UsageError) as refused:
            await again
        assert str(refused.value) == "The reference 'r' stands for another movement of credits already."
    assert await ledger.charge(bob, D(4), "r") != first
    assert (await ledger.balance(alice), await ledger.balance(bob)) == (D(10), D(4))


async def test_what_is_not_there_is_not_spent(ledger: CreditRepository, alice: int, bob: int) -> None:
    await ledger.charge(alice, D(5), "c")
    for attempt, needed in (
        (ledger.spend(alice, D("5.01"), "s"), "5.01"),
        (ledger.transfer(alice, bob, D(6), "t"), "6"),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == f"User {alice} has 5 credits, and {needed} are needed."
    assert await ledger.balance(alice) == D(5)
    assert len(await ledger.history(alice)) == 1
    assert (await ledger.spend(alice, D(5), "s")).amount == D(5)


async def test_refusals(ledger: CreditRepository, alice: int) -> None:
    for attempt, sentence in (
        (ledger.transfer(alice, alice, D(1), "t"), "Credits cannot be transferred to oneself."),
        (ledger.transfer(alice, 999_999, D(1), "t"), "There is no user 999999."),
        (ledger.charge(999_999, D(1), "t"), "There is no user 999999."),
        (ledger.charge(alice, D(0), "c"), "The amount must be above 0, not 0."),
        (ledger.spend(alice, D(-1), "c"), "The amount must be above 0, not -1."),
        (ledger.charge(alice, D("NaN"), "c"), "The amount must be a finite number."),
        (ledger.charge(alice, D(1), ""), "The reference must not be empty."),
        (ledger.refund(alice, "none", "r"), f"User {alice} has no credit movement 'none'."),
    ):
        with pytest.raises(UsageError) as refused:
            await attempt
        assert str(refused.value) == sentence


async def test_refunds_go_back_where_it_came_from(ledger: CreditRepository, alice: int, bob: int) -> None:
    await ledger.charge(alice, D(10), "c")
    await ledger.spend(alice, D(6), "s")
    part = await ledger.refund(alice, "s", "r1", D(2), "half a day")
    assert (part.kind, part.entries) == (
        Kind.REFUND,
        (CreditEntry("user", alice, D(2)), CreditEntry("revenue", None, D(-2))),
    )
    assert await ledger.refund(alice, "s", "r1", D(2)) == part
    rest = await ledger.refund(alice, "s", "r2")
    assert (rest.amount, await ledger.refund(alice, "s", "r2")) == (D(4), rest)
    with pytest.raises(UsageError, match="Of the movement 's' 0 credits can still be refunded, not 0"):
        await ledger.refund(alice, "s", "r3")
    with pytest.raises(UsageError, match="A refund cannot be refunded"):
        await ledger.refund(alice, "r1", "r4")
    await ledger.transfer(alice, bob, D(7), "t")
    await ledger.spend(bob, D(5), "s")
    with pytest.raises(UsageError, match=f"User {bob} has 2 credits, and 7 are needed"):
        await ledger.refund(alice, "t", "r5")
    await ledger.refund(alice, "t", "r5", D(2))
    # What was charged and is still there can be paid back: the house owes that much less.
    await ledger.refund(alice, "c", "r6", D(5))
    assert (await ledger.balance(alice), await ledger.balance(bob)) == (D(0), D(0))
    assert await ledger.audit() == []


async def test_nobody_refunds_what_another_paid(ledger: CreditRepository, alice: int, bob: int) -> None:
    await ledger.charge(alice, D(10), "c")
    await ledger.spend(alice, D(6), "s")
    with pytest.raises(UsageError, match=f"User {bob} has no credit movement 's'"):
        await ledger.refund(bob, "s", "r")


async def test_many_who_spend_at_once_never_overdraw(ledger: CreditRepository, alice: int) -> None:
    await ledger.charge(alice, D(10), "c")
    done = await asyncio.gather(
        *(ledger.spend(alice, D(3), f"s{number}") for number in range(12)), return_exceptions=True
    )
    booked = [one for one in done if isinstance(one, CreditTransaction)]
    refused = {str(one) for one in done if isinstance(one, UsageError)}
    assert (len(booked), refused) == (3, {f"User {alice} has 1 credits, and 3 are needed."})
    assert await ledger.balance(alice) == D(1)


async def test_one_reference_at_once_is_booked_once(ledger: CreditRepository, alice: int) -> None:
    await ledger.charge(alice, D(10), "c")
    done = await asyncio.gather(*(ledger.spend(alice, D(3), "same") for _ in range(8)))
    assert len({one.id for one in done}) == 1
    assert await ledger.balance(alice) == D(7)


async def test_credits_going_round_do_not_wait_for_each_other(ledger: CreditRepository, database: Database) -> None:
    users = [await add_user(database, f"user {number}") for number in range(4)]
    for user in users:
        await ledger.charge(user, D(50), "c")
    done = await asyncio.gather(
        *(
            ledger.transfer(giver, taker, D(1), f"{turn}:{taker}")
            for turn in range(5)
            for giver in users
            for taker in users
            if giver != taker
        )
    )
    assert len(done) == 60
    assert [await ledger.balance(user) for user in users] == [D(50)] * 4
    assert await ledger.audit() == []


async def test_refunds_at_once_give_back_once(ledger: CreditRepository, alice: int) -> None:
    await ledger.charge(alice, D(10), "c")
    await ledger.spend(alice, D(10), "s")
    done = await asyncio.gather(
        *(ledger.refund(alice, "s", f"r{number}", D(4)) for number in range(8)), return_exceptions=True
    )
    assert len([one for one in done if isinstance(one, CreditTransaction)]) == 2
    assert await ledger.balance(alice) == D(8)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE credits SET balance = 1000",
        "UPDATE credit_entries SET amount = 1000",
        "DELETE FROM credit_entries",
        "DELETE FROM credit_transactions",
        "INSERT INTO credit_transactions (user_id, kind, reference) SELECT max(id), 'charge', 'x' FROM users",
        """
        WITH t AS (
            INSERT INTO credit_transactions (user_id, kind, reference) SELECT max(id), 'charge', 'x' FROM users
            RETURNING id, user_id
        ) INSERT INTO credit_entries (transaction_id, account, user_id, amount) SELECT id, 'user', user_id, 5 FROM t
        """,
    ],
)
async def test_the_database_refuses_what_does_not_add_up(
    ledger: CreditRepository, database: Database, alice: int, sql: str
) -> None:
    await ledger.charge(alice, D(5), "c")
    with pytest.raises(StorageError):
        async with database.question() as connection:
            await connection.execute(sql)
    assert (await ledger.balance(alice), await ledger.audit()) == (D(5), [])


async def test_the_audit_sees_what_is_wrong(ledger: CreditRepository, database: Database, alice: int) -> None:
    charged = await ledger.charge(alice, D(5), "c")
    async with database.question() as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("UPDATE credit_entries SET amount = 6 WHERE user_id IS NOT NULL")
        await connection.execute("RESET session_replication_role")
    assert await ledger.audit() == [
        f"The movement {charged.id} sums to 1, not to 0.",
        f"User {alice} has a balance of 5, but the entries sum to 6.",
    ]
    assert isinstance(await ledger.balance(alice), Decimal)
