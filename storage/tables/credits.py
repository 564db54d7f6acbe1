"""Credits: what each user has, and the double-entry ledger it is the sum of.

A transaction has two entries or more, and they sum to zero. Both is checked when a transaction commits. Entries are
never changed, and `credits.balance` follows them by a trigger, so it cannot differ from their sum.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Money, OwnerId, Row, RowId, RowNumber, Sum, Words, WrittenAt, one_of

#: Where credits come from and go to: a user's own, those that were sold to users, and what the house earned.
ACCOUNTS = ("user", "issued", "revenue")
KINDS = ("charge", "spend", "transfer", "refund")


class Credit(Row):
    """How many credits a user has now. Never below zero, however many spend at once."""

    __tablename__ = "credits"
    __table_args__ = (CheckConstraint("balance >= 0", name="balance"),)

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    balance: Mapped[Sum]
    updated_at: Mapped[WrittenAt]


class CreditTransaction(Row):
    """One movement of credits, once for each `reference` of a user. `user_id` is who asked for it."""

    __tablename__ = "credit_transactions"
    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "reference"),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("reference <> ''", name="reference"),
        Index("idx_credit_transactions_refund_of", "refund_of"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[Words]
    reference: Mapped[Words]
    refund_of: Mapped[RowNumber | None] = mapped_column(ForeignKey("credit_transactions.id"))
    description: Mapped[str | None]
    created_at: Mapped[WrittenAt]


class CreditEntry(Row):
    """One side of a transaction, signed: what comes is positive. `user_id` is NULL for the accounts of the house."""

    __tablename__ = "credit_entries"
    __table_args__ = (
        CheckConstraint(one_of("account", ACCOUNTS), name="account"),
        CheckConstraint("(account = 'user') = (user_id IS NOT NULL)", name="owner"),
        CheckConstraint("amount <> 0", name="amount"),
        Index("idx_credit_entries_transaction_id", "transaction_id"),
        Index("idx_credit_entries_user_id", "user_id", "id"),
    )

    id: Mapped[RowId]
    transaction_id: Mapped[RowNumber] = mapped_column(ForeignKey("credit_transactions.id"))
    account: Mapped[Words]
    user_id: Mapped[RowNumber | None] = mapped_column(ForeignKey("users.id"))
    amount: Mapped[Money]
    created_at: Mapped[WrittenAt]
