# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""What authors earn: each month a share of what others spent on their templates, worked out once and paid once."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engine.domain.money import ZERO
from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import number, row_id
from storage.repositories.credits import book, pay_out
from storage.repositories.rows import PAGE_ROWS, columns_of, page, value_of

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class AuthorRoyalty:
    """What an author earned with a template in a month (its first day), in credits; unpaid while `paid_at` is None."""

    id: int
    user_id: int
    month: date
    template_id: int | None
    clones: int
    amount: Decimal
    credit_transaction_id: int | None
    paid_at: datetime | None
    created_at: datetime


COLUMNS = columns_of(AuthorRoyalty)
#: Months are of UTC. A clone that was refunded earns what was not refunded of it.
SETTLE = f"""
    WITH earned AS (
        SELECT t.user_id, t.id AS template_id, count(*) AS clones, sum(c.price - COALESCE((
            SELECT sum(e.amount) FROM credit_transactions r JOIN credit_entries e ON e.transaction_id = r.id
            WHERE r.refund_of = c.credit_transaction_id AND e.amount > 0
        ), 0)) AS spent
        FROM template_clones c JOIN templates t ON t.id = c.template_id
        WHERE c.user_id <> t.user_id AND c.created_at >= $1::date::timestamp AT TIME ZONE 'UTC'
            AND c.created_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
        GROUP BY t.user_id, t.id
    )
    INSERT INTO author_royalties (user_id, month, template_id, clones, amount)
    SELECT user_id, $1, template_id, clones, spent * $2 FROM earned ORDER BY template_id
    ON CONFLICT (user_id, month, template_id) DO NOTHING RETURNING {COLUMNS}
"""
IS_OVER = "SELECT ($1::date + interval '1 month') AT TIME ZONE 'UTC' <= now()"
OF_AUTHOR = f"SELECT {COLUMNS} FROM author_royalties WHERE user_id = $1 ORDER BY month DESC, id DESC LIMIT $2"
UNPAID = f"SELECT {COLUMNS} FROM author_royalties WHERE user_id = $1 AND id = $2 FOR UPDATE"
PAID = f"""
    UPDATE author_royalties SET credit_transaction_id = $3, paid_at = now() WHERE user_id = $1 AND id = $2
    RETURNING {COLUMNS}
"""


class RoyaltyRepository:
    """Royalties by author and month."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settle_month(self, month: date, share: Decimal) -> list[AuthorRoyalty]:
        """Write what all authors earned in a month that is over; those written now. Written before stays as it is.

        `share` is the authors' part of what was spent, 0 to 1. Raises UsageError for a month that is not over.
        """
        if month.day != 1:
            raise UsageError("A month is named by its first day.")
        part = number("share", share, ZERO, ONE)
        async with self._database.question() as connection, connection.transaction():
            if not await connection.fetchval(IS_OVER, month):
                raise UsageError(f"The month {month:%Y-%m} is not over.")
            rows = await connection.fetch(SETTLE, month, part)
        return [value_of(AuthorRoyalty, row) for row in rows]

    async def pay(self, user_id: int, royalty_id: int) -> AuthorRoyalty:
        """Pay a royalty from the revenue, once. Raises UsageError for an unknown one or one of 0 credits."""
        key = row_id("user", user_id), row_id("royalty", royalty_id)
        async with self._database.question() as connection, connection.transaction():
            row = await connection.fetchrow(UNPAID, *key)
            if row is None:
                raise UsageError(f"There is no royalty {royalty_id}.")
            royalty = value_of(AuthorRoyalty, row)
            if royalty.paid_at is not None:
                return royalty
            if royalty.amount == 0:
                raise UsageError(f"The royalty {royalty_id} is of 0 credits.")
            reason = f"royalty of {royalty.month:%Y-%m}"
            paid = await book(connection, pay_out(key[0], royalty.amount, f"royalty {key[1]}", reason))
            return value_of(AuthorRoyalty, await connection.fetchrow(PAID, *key, paid.id))

    async def get_all(self, user_id: int, limit: int = PAGE_ROWS) -> list[AuthorRoyalty]:
        """An author's royalties, newest month first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(OF_AUTHOR, row_id("user", user_id), page(limit))
        return [value_of(AuthorRoyalty, row) for row in rows]
