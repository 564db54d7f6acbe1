"""What stands on a chain: wallets, stakes, registered strategies; and what is owed to authors."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, Money, OwnerId, Row, RowId, RowNumber, Sum, Words, WrittenAt, one_of, owned

#: A transaction on a chain: sent, in a block, refused.
STATUSES = ("pending", "confirmed", "failed")


class Wallet(Row):
    """A user's address on a chain. Whoever proved to hold its key has `verified_at`; only one user can have."""

    __tablename__ = "wallets"
    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "chain", "address"),
        CheckConstraint("address <> ''", name="address"),
        Index(
            "unique_wallets_verified", "chain", text("lower(address)"), unique=True,
            postgresql_where=text("verified_at IS NOT NULL"),
        ),
        Index("unique_wallets_primary", "user_id", "chain", unique=True, postgresql_where=text("is_primary")),
    )  # fmt: skip

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    chain: Mapped[Words] = mapped_column(server_default="monad")
    address: Mapped[Words]
    is_primary: Mapped[bool] = mapped_column(server_default="false")
    verified_at: Mapped[Instant | None]
    created_at: Mapped[WrittenAt]


class StakingRecord(Row):
    """One movement of staked tokens, always of a positive amount; `kind` says in which direction."""

    __tablename__ = "staking_records"
    __table_args__ = (
        UniqueConstraint("user_id", "transaction_hash", "kind"),
        owned("wallets", "wallet_id", theirs="id"),
        CheckConstraint(one_of("kind", ("stake", "unstake", "reward")), name="kind"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint("amount > 0", name="amount"),
        Index("idx_staking_records_wallet_id", "wallet_id"),
        Index("idx_staking_records_user_id", "user_id", "id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id"))
    wallet_id: Mapped[RowNumber]
    kind: Mapped[Words]
    asset: Mapped[Words] = mapped_column(server_default="G8D")
    amount: Mapped[Money]
    status: Mapped[Words] = mapped_column(server_default="pending")
    transaction_hash: Mapped[str | None]
    created_at: Mapped[WrittenAt]
    confirmed_at: Mapped[Instant | None]


class StrategyRegistration(Row):
    """That a strategy with this content was there at this time, written on a chain."""

    __tablename__ = "strategy_registrations"
    __table_args__ = (
        UniqueConstraint("user_id", "strategy_id", "content_hash"),
        owned("strategies", "strategy_id", theirs="id"),
        owned("wallets", "wallet_id", theirs="id"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint("content_hash <> ''", name="content_hash"),
        CheckConstraint("status <> 'confirmed' OR transaction_hash IS NOT NULL", name="confirmed"),
        Index("idx_strategy_registrations_strategy_id", "strategy_id"),
        Index("idx_strategy_registrations_wallet_id", "wallet_id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id"))
    strategy_id: Mapped[RowNumber]
    wallet_id: Mapped[RowNumber]
    content_hash: Mapped[Words]
    status: Mapped[Words] = mapped_column(server_default="pending")
    transaction_hash: Mapped[str | None]
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[WrittenAt]
    registered_at: Mapped[Instant | None]


class Settlement(Row):
    """What a user is owed for a period, worked out off the chain. Signed: below zero the user owes."""

    __tablename__ = "settlements"
    __table_args__ = (
        UniqueConstraint("user_id", "asset", "period_start", "period_end"),
        CheckConstraint("period_end > period_start", name="period"),
        CheckConstraint(one_of("status", ("pending", "settled", "failed")), name="status"),
        CheckConstraint("(status = 'settled') = (settled_at IS NOT NULL)", name="settled_at"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id"))
    period_start: Mapped[Instant]
    period_end: Mapped[Instant]
    asset: Mapped[Words]
    amount: Mapped[Money]
    details: Mapped[Any | None] = mapped_column(JSONB)
    status: Mapped[Words] = mapped_column(server_default="pending")
    transaction_hash: Mapped[str | None]
    settled_at: Mapped[Instant | None]
    created_at: Mapped[WrittenAt]


class AuthorRoyalty(Row):
    """What an author earned with a template in a month, in credits. `month` is its first day; NULL is all templates."""

    __tablename__ = "author_royalties"
    __table_args__ = (
        UniqueConstraint("user_id", "month", "template_id", postgresql_nulls_not_distinct=True),
        owned("templates", "template_id", theirs="id"),
        owned("credit_transactions", "credit_transaction_id", theirs="id"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("amount >= 0 AND clones >= 0", name="amount"),
        CheckConstraint("(paid_at IS NULL) = (credit_transaction_id IS NULL)", name="paid"),
        Index("idx_author_royalties_template_id", "template_id"),
        Index("idx_author_royalties_credit_transaction_id", "credit_transaction_id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id"))
    month: Mapped[date] = mapped_column(Date)
    template_id: Mapped[RowNumber | None]
    clones: Mapped[int] = mapped_column(server_default="0")
    amount: Mapped[Sum]
    credit_transaction_id: Mapped[RowNumber | None]
    paid_at: Mapped[Instant | None]
    created_at: Mapped[WrittenAt]
