"""What users share: portfolios, templates and their clones, whom they follow, and what they are told."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.messages import Level
from storage.tables.row import Instant, Json, OwnerId, Row, RowId, RowNumber, Sum, Words, WrittenAt, one_of, owned


class Portfolio(Row):
    """Holdings under one name, as they were valued last. Money in the portfolio's currency, returns in percent."""

    __tablename__ = "portfolios"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        CheckConstraint("name <> ''", name="name"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[Words]
    description: Mapped[str | None]
    currency: Mapped[Words] = mapped_column(server_default="KRW")
    total_balance: Mapped[Sum]
    available_balance: Mapped[Sum]
    invested_balance: Mapped[Sum]
    total_return: Mapped[Sum]
    daily_return: Mapped[Sum]
    max_drawdown: Mapped[Sum]
    sharpe_ratio: Mapped[Sum]
    holdings: Mapped[Any | None] = mapped_column(JSONB)
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
    last_rebalanced: Mapped[Instant | None]


class Template(Row):
    """A strategy that its author offers: `content` is a copy, so that later work on the strategy does not change it.

    `price` in credits. `clone_count` follows the clones by a trigger.
    """

    __tablename__ = "templates"
    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        owned("strategies", "strategy_id", theirs="id", ondelete="SET NULL (strategy_id)"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("clone_count >= 0", name="clone_count"),
        Index("idx_templates_strategy_id", "strategy_id"),
        Index("idx_templates_public", "id", postgresql_where=text("is_public")),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    strategy_id: Mapped[RowNumber | None]
    name: Mapped[Words]
    description: Mapped[str | None]
    content: Mapped[Json]
    price: Mapped[Sum]
    is_public: Mapped[bool] = mapped_column(server_default="false")
    clone_count: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class TemplateClone(Row):
    """One use of a template: who took it, which strategy it became, and what was paid for it in credits."""

    __tablename__ = "template_clones"
    __table_args__ = (
        owned("strategies", "strategy_id", theirs="id", ondelete="SET NULL (strategy_id)"),
        owned("credit_transactions", "credit_transaction_id", theirs="id"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("price = 0 OR credit_transaction_id IS NOT NULL", name="paid"),
        Index("idx_template_clones_template_id", "template_id"),
        Index("idx_template_clones_strategy_id", "strategy_id"),
        Index("idx_template_clones_user_id", "user_id", "id"),
        Index("idx_template_clones_credit_transaction_id", "credit_transaction_id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    template_id: Mapped[RowNumber] = mapped_column(ForeignKey("templates.id"))
    strategy_id: Mapped[RowNumber | None]
    price: Mapped[Sum]
    credit_transaction_id: Mapped[RowNumber | None]
    created_at: Mapped[WrittenAt]


class Follow(Row):
    """Who follows whom; a subscriber is told of everything new."""

    __tablename__ = "follows"
    __table_args__ = (
        CheckConstraint("user_id <> followed_user_id", name="nobody_follows_himself"),
        Index("idx_follows_followed_user_id", "followed_user_id"),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    followed_user_id: Mapped[RowNumber] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    is_subscribed: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[WrittenAt]


class Notification(Row):
    """One thing a user is to be told, by one channel. It is unread until `read_at`, and due until `sent_at`.

    `attempts` counts how often a messenger tried; `last_error` is what it said last.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
        CheckConstraint(one_of("channel", ("desk", "email", "telegram")), name="channel"),
        CheckConstraint(one_of("level", tuple(level.value for level in Level)), name="level"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("idx_notifications_user_id", "user_id", "id"),
        Index("idx_notifications_unread", "user_id", "id", postgresql_where=text("read_at IS NULL")),
        Index("idx_notifications_due", "channel", "id", postgresql_where=text("sent_at IS NULL AND channel <> 'desk'")),
        Index("idx_notifications_bot_uid", "bot_uid"),
        # Whether a bot has told this already and nobody has read it: commits ask that, so it must stay quick.
        Index(
            "idx_notifications_waiting",
            "bot_uid",
            "title",
            postgresql_where=text("read_at IS NULL AND channel = 'desk'"),
        ),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    channel: Mapped[Words] = mapped_column(server_default="desk")
    level: Mapped[Words] = mapped_column(server_default="info")
    title: Mapped[Words]
    body: Mapped[Words] = mapped_column(server_default="")
    bot_uid: Mapped[str | None]
    created_at: Mapped[WrittenAt]
    read_at: Mapped[Instant | None]
    sent_at: Mapped[Instant | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
