"""Real money: the switch of each live account, what its key was found to be, and what requests cost an exchange."""

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, Json, OwnerId, Row, Words, WrittenAt, owned


class LiveAccountRow(Row):
    """A live account begins off, and trades only while it `is_on`. No secret is in it.

    `pinned_facts` is what the exchange said of the key when its owner went live or accepted a change, `facts` what it
    said at `checked_at`; both as `engine.domain.live.KeyFacts`. `confirmed_bots` were shown their first orders.
    `foreign_orders` (`ForeignOrder`) were open at `foreign_at` and are not ours.
    """

    __tablename__ = "live_accounts"
    __table_args__ = (
        owned("accounts", "account_id", ondelete="CASCADE"),
        CheckConstraint("NOT is_on OR switched_at IS NOT NULL", name="switch"),
        CheckConstraint("NOT is_on OR pinned_facts IS NOT NULL", name="pins"),
        CheckConstraint("(facts IS NULL) = (checked_at IS NULL)", name="facts"),
    )

    user_id: Mapped[OwnerId] = mapped_column(primary_key=True)
    account_id: Mapped[Words] = mapped_column(primary_key=True)
    is_on: Mapped[bool] = mapped_column(server_default="false")
    switched_at: Mapped[Instant | None]
    is_withdrawal_allowed: Mapped[bool] = mapped_column(server_default="false")
    pinned_facts: Mapped[Json | None]
    facts: Mapped[Json | None]
    checked_at: Mapped[Instant | None]
    confirmed_bots: Mapped[Json] = mapped_column(server_default="[]")
    foreign_orders: Mapped[Json] = mapped_column(server_default="[]")
    foreign_at: Mapped[Instant | None]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class SpentBudget(Row):
    """What requests cost of one rule of an exchange, in slices of its window: all desks of the database count here.

    `scope` is an exchange with a digest of a key or of a machine, and nobody's in particular: rows have no owner and
    are written by `take_budget` alone. `desk` is who spent it. Losing them costs one window, so they are not logged.
    """

    __tablename__ = "spent_budget"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("idx_spent_budget_until", "until"),
        {"prefixes": ["UNLOGGED"]},
    )

    scope: Mapped[Words] = mapped_column(primary_key=True)
    rule: Mapped[Words] = mapped_column(primary_key=True)
    slice: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    desk: Mapped[Words] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[Instant]
