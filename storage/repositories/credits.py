# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Credits: bought, spent, handed on and given back, each time as entries that sum to zero.

Every movement carries a reference of the caller. The same reference again with the same content answers what was
booked the first time, so that whoever got no answer may simply ask again; with another content it is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.domain.money import ZERO
from engine.errors import UsageError
from storage.database import Connection, Database
from storage.repositories.arguments import (
    GREATEST_ID,
    LONG_TEXT,
    optional_words,
    positive,
    row_id,
    words,
)
from storage.repositories.rows import PAGE_ROWS, page


class Kind(StrEnum):
    """What a movement is. A transfer goes from a user to another, or from the revenue to an author."""

    CHARGE = "charge"
    SPEND = "spend"
    TRANSFER = "transfer"
    REFUND = "refund"


#: Accounts of the house: credits that were sold to users (as a debt), and what users spent.
ISSUED, REVENUE = "issued", "revenue"


@dataclass(frozen=True, slots=True)
class CreditEntry:
    """One side of a movement. `user_id` None is the house, whose account has a name; what comes is positive."""

    account: str
    user_id: int | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CreditTransaction:
    """One movement that `user_id` asked for. `refund_of` is the number of the movement it takes back, or None."""

    id: int
    user_id: int
    kind: Kind
    reference: str
    refund_of: int | None
    description: str | None
    created_at: datetime
    entries: tuple[CreditEntry, ...]

    @property
    def amount(self) -> Decimal:
        """How much moved, above 0."""
        return sum((entry.amount for entry in self.entries if entry.amount > 0), ZERO)

    def change_of(self, user_id: int) -> Decimal:
        """What it did to a user's balance, signed."""
        return sum((entry.amount for entry in self.entries if entry.user_id == user_id), ZERO)


@dataclass(frozen=True, slots=True)
class Movement:
    """What is to be booked: who asks, why, and the entries it makes."""

    user_id: int
    kind: Kind
    reference: str
    entries: tuple[CreditEntry, ...]
    description: str | None = None
    refund_of: int | None = None


#: Who books for a user waits for everybody else who does. The key is ours; the row may not exist yet.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('gridwright credits of ' || $1::bigint, 0))"
BALANCES = """
    SELECT u.id, COALESCE(c.balance, 0) AS balance FROM users u LEFT JOIN credits c ON c.user_id = u.id
    WHERE u.id = ANY($1::bigint[])
"""
BALANCE = "SELECT balance FROM credits WHERE user_id = $1"
TRANSACTIONS = """
    SELECT t.id, t.user_id, t.kind, t.reference, t.refund_of, t.description, t.created_at,
        array_agg(e.account ORDER BY e.id) AS accounts, array_agg(e.user_id ORDER BY e.id) AS owners,
        array_agg(e.amount ORDER BY e.id) AS amounts
    FROM credit_transactions t JOIN credit_entries e ON e.transaction_id = t.id WHERE {} GROUP BY t.id
"""
BY_REFERENCE = TRANSACTIONS.format("t.user_id = $1 AND t.reference = $2")
OF_USER = f"""
    {
    TRANSACTIONS.format(
        "t.id IN (SELECT transaction_id FROM credit_entries WHERE user_id = $1 AND transaction_id < $2"
        " ORDER BY transaction_id DESC LIMIT $3)"
    )
} ORDER BY t.id DESC
"""
TAKEN_BACK = """
    SELECT COALESCE(sum(e.amount) FILTER (WHERE e.amount > 0), 0)
    FROM credit_transactions t JOIN credit_entries e ON e.transaction_id = t.id WHERE t.refund_of = $1
"""
#: Entries before the transaction is complete would break its sum; one statement writes both.
WRITE = """
    WITH t AS (
        INSERT INTO credit_transactions (user_id, kind, reference, refund_of, description)
        VALUES ($1, $2, $3, $4, $5) RETURNING id
    )
    INSERT INTO credit_entries (transaction_id, account, user_id, amount)
    SELECT t.id, one.account, one.user_id, one.amount
    FROM t, unnest($6::text[], $7::bigint[], $8::numeric[]) WITH ORDINALITY AS one(account, user_id, amount, at)
    ORDER BY one.at
"""
#: What must never be: an unbalanced movement, a balance that is not the sum of its entries, or one below zero.
AUDIT = """
    SELECT 'The movement ' || transaction_id || ' sums to ' || trim_scale(sum(amount)) || ', not to 0.' AS said
    FROM credit_entries GROUP BY transaction_id HAVING sum(amount) <> 0
    UNION ALL
    SELECT 'User ' || user_id || ' has a balance of ' || trim_scale(COALESCE(balance, 0)) || ', but the entries sum to '
        || trim_scale(COALESCE(total, 0)) || '.'
    FROM credits FULL JOIN (
        SELECT user_id, sum(amount) AS total FROM credit_entries WHERE user_id IS NOT NULL GROUP BY user_id
    ) e USING (user_id) WHERE COALESCE(balance, 0) <> COALESCE(total, 0) OR balance < 0
    ORDER BY said LIMIT 100
"""


class CreditRepository:
    """The credits of users. Amounts are above 0; the direction is in the name of the method."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def balance(self, user_id: int) -> Decimal:
        """What a user has now; 0 for who never had any. Never below 0."""
        async with self._database.question() as connection:
            found: Decimal | None = await connection.fetchval(BALANCE, row_id("user", user_id))
        return ZERO if found is None else found

    async def charge(
        self, user_id: int, amount: Decimal, reference: str, description: str | None = None
    ) -> CreditTransaction:
        """Credits that a user bought or was given."""
        return await self._move(charge(user_id, amount, reference, description))

    async def spend(
        self, user_id: int, amount: Decimal, reference: str, description: str | None = None
    ) -> CreditTransaction:
        """Credits that a user paid to the house. Raises UsageError when there are not enough."""
        return await self._move(spend(user_id, amount, reference, description))

    async def transfer(
        self, user_id: int, to_user_id: int, amount: Decimal, reference: str, description: str | None = None
    ) -> CreditTransaction:
        """Credits from a user to another. Raises UsageError when there are not enough, or to oneself."""
        if user_id == to_user_id:
            raise UsageError("Credits cannot be transferred to oneself.")
        positive("amount", amount)
        entries = (CreditEntry("user", user_id, -amount), CreditEntry("user", row_id("user", to_user_id), amount))
        return await self._move(Movement(user_id, Kind.TRANSFER, reference, entries, description))

    async def refund(
        self,
        user_id: int,
        original: str,
        reference: str,
        amount: Decimal | None = None,
        description: str | None = None,
    ) -> CreditTransaction:
        """Take back the user's own movement `original` (a reference), all that is left of it or a part.

        Whoever received gives back. Raises UsageError when there is no such movement, when it is a refund itself, when
        more would be taken back than was moved, or when the receiver has not enough left.
        """
        if amount is not None:
            positive("amount", amount)
        user, name = row_id("user", user_id), words("reference", original)
        async with self._database.question() as connection, connection.transaction():
            moved = await connection.fetchrow(BY_REFERENCE, user, name)
            if moved is None:
                raise UsageError(f"User {user} has no credit movement {name!r}.")
            first = _transaction(moved)
            if first.kind is Kind.REFUND:
                raise UsageError("A refund cannot be refunded.")
            # Everybody's balance is locked before what was already taken back is counted.
            balances = await _lock(connection, [entry.user_id for entry in first.entries])
            left = first.amount - await connection.fetchval(TAKEN_BACK, first.id)
            repeated = await _booked(connection, user, words("reference", reference))
            taken = amount or (repeated.amount if repeated is not None else left)
            movement = Movement(user, Kind.REFUND, reference, _reversed(first, taken), description, first.id)
            if repeated is not None:
                return _same(repeated, movement)
            if taken > left or taken == 0:
                raise UsageError(f"Of the movement {name!r} {left} credits can still be refunded, not {taken}.")
            return await _write(connection, movement, balances)

    async def get(self, user_id: int, reference: str) -> CreditTransaction | None:
        """The movement a user asked for under a reference, None when there is none."""
        async with self._database.question() as connection:
            return await _booked(connection, row_id("user", user_id), words("reference", reference))

    async def history(self, user_id: int, limit: int = PAGE_ROWS, before: int | None = None) -> list[CreditTransaction]:
        """Movements that changed a user's balance, whoever asked for them, newest first; numbers below `before`."""
        last = GREATEST_ID if before is None else row_id("movement", before)
        async with self._database.question() as connection:
            rows = await connection.fetch(OF_USER, row_id("user", user_id), last, page(limit))
        return [_transaction(row) for row in rows]

    async def audit(self) -> list[str]:
        """Sentences about what does not add up in the whole ledger; empty when all does. At most 100."""
        async with self._database.question() as connection:
            return [row["said"] for row in await connection.fetch(AUDIT)]

    async def _move(self, movement: Movement) -> CreditTransaction:
        async with self._database.question() as connection, connection.transaction():
            return await book(connection, movement)


def charge(user_id: int, amount: Decimal, reference: str, description: str | None = None) -> Movement:
    """Credits from nowhere to a user."""
    positive("amount", amount)
    entries = (CreditEntry("user", user_id, amount), CreditEntry(ISSUED, None, -amount))
    return Movement(user_id, Kind.CHARGE, reference, entries, description)


def spend(user_id: int, amount: Decimal, reference: str, description: str | None = None) -> Movement:
    """Credits from a user to the house."""
    positive("amount", amount)
    entries = (CreditEntry("user", user_id, -amount), CreditEntry(REVENUE, None, amount))
    return Movement(user_id, Kind.SPEND, reference, entries, description)


def pay_out(user_id: int, amount: Decimal, reference: str, description: str | None = None) -> Movement:
    """Credits from the house's revenue to a user."""
    positive("amount", amount)
    entries = (CreditEntry("user", user_id, amount), CreditEntry(REVENUE, None, -amount))
    return Movement(user_id, Kind.TRANSFER, reference, entries, description)


async def book(connection: Connection, movement: Movement) -> CreditTransaction:
    """Write a movement inside the caller's transaction, or answer the one with its reference. Raises UsageError."""
    words("reference", movement.reference)
    owners = [movement.user_id, *(entry.user_id for entry in movement.entries)]
    balances = await _lock(connection, owners)
    booked = await _booked(connection, movement.user_id, movement.reference)
    if booked is not None:
        return _same(booked, movement)
    return await _write(connection, movement, balances)


async def _lock(connection: Connection, owners: Sequence[int | None]) -> dict[int, Decimal]:
    """Hold the balances of these users until the transaction ends. Raises UsageError for one who is not there."""
    users = sorted({row_id("user", user) for user in owners if user is not None})
    # Always in the order of the users, so that two who hand credits to each other cannot wait for each other.
    for user in users:
        await connection.execute(LOCK, user)
    balances = {row["id"]: row["balance"] for row in await connection.fetch(BALANCES, users)}
    for user in users:
        if user not in balances:
            raise UsageError(f"There is no user {user}.")
    return balances


async def _booked(connection: Connection, user_id: int, reference: str) -> CreditTransaction | None:
    row = await connection.fetchrow(BY_REFERENCE, user_id, reference)
    return None if row is None else _transaction(row)


async def _write(connection: Connection, movement: Movement, balances: Mapping[int, Decimal]) -> CreditTransaction:
    for entry in movement.entries:
        if entry.user_id is not None and balances[entry.user_id] + entry.amount < 0:
            raise UsageError(
                f"User {entry.user_id} has {balances[entry.user_id]} credits, and {-entry.amount} are needed."
            )
    await connection.execute(
        WRITE,
        movement.user_id,
        movement.kind.value,
        movement.reference,
        movement.refund_of,
        optional_words("description", movement.description, LONG_TEXT),
        [entry.account for entry in movement.entries],
        [entry.user_id for entry in movement.entries],
        [entry.amount for entry in movement.entries],
    )
    written = await _booked(connection, movement.user_id, movement.reference)
    assert written is not None
    return written


def _same(booked: CreditTransaction, asked: Movement) -> CreditTransaction:
    """What was booked, when it is what is asked for now. Raises UsageError when the reference means another thing."""
    if (booked.kind, booked.refund_of, booked.entries) != (asked.kind, asked.refund_of, asked.entries):
        raise UsageError(f"The reference {asked.reference!r} stands for another movement of credits already.")
    return booked


def _reversed(first: CreditTransaction, amount: Decimal) -> tuple[CreditEntry, ...]:
    """The entries that take `amount` of a movement of two entries back."""
    return tuple(
        CreditEntry(entry.account, entry.user_id, amount if entry.amount < 0 else -amount) for entry in first.entries
    )


def _transaction(row: Mapping[str, Any]) -> CreditTransaction:
    sides = zip(row["accounts"], row["owners"], row["amounts"], strict=True)
    return CreditTransaction(
        row["id"],
        row["user_id"],
        Kind(row["kind"]),
        row["reference"],
        row["refund_of"],
        row["description"],
        row["created_at"],
        tuple(CreditEntry(*side) for side in sides),
    )
