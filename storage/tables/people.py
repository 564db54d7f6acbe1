"""Who trades and from where: users, their desks, their accounts, and whether a desk is halted."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.bot import AccountMode
from storage.tables.row import Instant, Json, Money, NoWords, OwnerId, Row, RowId, Words, WrittenAt, one_of, owned


class User(Row):
    """A person. Bots, desks and accounts belong to one; the allocation of a user's running bots is at most 100 %.

    `database_role` is the PostgreSQL role this person signs in with; NULL is whoever owns the database. Of a password
    only what proves it is kept. Risks in percent. `manual_tier` is a rank that an administrator gave.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("username <> ''", name="username"),
        CheckConstraint("max_risk_per_trade > 0 AND max_risk_per_trade <= 100", name="max_risk_per_trade"),
        CheckConstraint("max_total_risk >= max_risk_per_trade AND max_total_risk <= 100", name="max_total_risk"),
        CheckConstraint("max_positions >= 1", name="max_positions"),
    )

    id: Mapped[RowId]
    username: Mapped[Words] = mapped_column(unique=True)
    database_role: Mapped[str | None] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    hashed_password: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    is_verified: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
    last_login: Mapped[Instant | None]
    telegram_chat_id: Mapped[str | None]
    email_notifications: Mapped[bool] = mapped_column(server_default="true")
    telegram_notifications: Mapped[bool] = mapped_column(server_default="false")
    max_risk_per_trade: Mapped[Money] = mapped_column(server_default="2.0")
    max_total_risk: Mapped[Money] = mapped_column(server_default="10.0")
    max_positions: Mapped[int] = mapped_column(server_default="5")
    manual_tier: Mapped[str | None]


class Desk(Row):
    """One copy of the program. It lives when its session holds the desk's advisory lock and `last_seen_at` is young."""

    __tablename__ = "desks"
    __table_args__ = (UniqueConstraint("user_id", "desk_id"),)

    desk_id: Mapped[Words] = mapped_column(primary_key=True)
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[Words]
    created_at: Mapped[WrittenAt]
    started_at: Mapped[Instant | None]
    last_seen_at: Mapped[Instant | None]
    starts: Mapped[int] = mapped_column(server_default="0")


class EngineStateRow(Row):
    """The red button of a desk; it stays pressed over restarts."""

    __tablename__ = "engine_state"
    __table_args__ = (owned("desks", "desk_id", ondelete="CASCADE"),)

    user_id: Mapped[OwnerId] = mapped_column(primary_key=True)
    desk_id: Mapped[Words] = mapped_column(primary_key=True)
    is_halted: Mapped[bool]
    changed_at: Mapped[Instant]


class AccountRow(Row):
    """A user's account on a venue, opened from one desk. No secret is ever in `settings`."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("user_id", "venue"),
        owned("desks", "desk_id"),
        ForeignKeyConstraint(
            ["user_id", "credential_id"],
            ["credentials.user_id", "credentials.credential_id"],
            ondelete="SET NULL (credential_id)",
        ),
        Index("idx_accounts_user_id_credential_id", "user_id", "credential_id"),
        CheckConstraint(one_of("mode", tuple(mode.value for mode in AccountMode)), name="mode"),
        Index("idx_accounts_user_id_desk_id", "user_id", "desk_id"),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[Words] = mapped_column(primary_key=True)
    desk_id: Mapped[Words]
    venue: Mapped[Words]
    name: Mapped[Words]
    mode: Mapped[Words]
    quote_currency: Mapped[NoWords]
    settings: Mapped[Json] = mapped_column(server_default="[]")
    credential_id: Mapped[str | None]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
