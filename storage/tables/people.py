"""Who trades and from where: users, their desks, their accounts, and whether a desk is halted."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.bot import AccountMode
from storage.tables.row import Instant, Json, NoWords, Row, RowId, Words, WrittenAt, one_of


class User(Row):
    """A person. Bots, desks and accounts belong to one; the allocation of a user's running bots is at most 100 %."""

    __tablename__ = "users"

    id: Mapped[RowId]
    username: Mapped[Words] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
    last_login: Mapped[Instant | None]


class Desk(Row):
    """One copy of the program. It lives when its session holds the desk's advisory lock and `last_seen_at` is young."""

    __tablename__ = "desks"

    desk_id: Mapped[Words] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[Words]
    created_at: Mapped[WrittenAt]
    started_at: Mapped[Instant | None]
    last_seen_at: Mapped[Instant | None]
    starts: Mapped[int] = mapped_column(server_default="0")


class EngineStateRow(Row):
    """The red button of a desk; it stays pressed over restarts."""

    __tablename__ = "engine_state"

    desk_id: Mapped[Words] = mapped_column(ForeignKey("desks.desk_id", ondelete="CASCADE"), primary_key=True)
    is_halted: Mapped[bool]
    changed_at: Mapped[Instant]


class AccountRow(Row):
    """A user's account on a venue, opened from one desk. No secret is ever in `settings`."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(one_of("mode", tuple(mode.value for mode in AccountMode)), name="mode"),
        Index("idx_accounts_user_id", "user_id"),
        Index("idx_accounts_desk_id", "desk_id"),
    )

    account_id: Mapped[Words] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    desk_id: Mapped[str] = mapped_column(ForeignKey("desks.desk_id"))
    venue: Mapped[Words] = mapped_column(unique=True)
    name: Mapped[Words]
    mode: Mapped[Words]
    quote_currency: Mapped[NoWords]
    settings: Mapped[Json] = mapped_column(server_default="[]")
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
