"""Signing in: sessions, the history of attempts, tokens that are good no more, and how often somebody asked."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, OwnerId, Row, RowId, Words, WrittenAt


class UserSession(Row):
    """One pair of tokens of a signed-in program. Of tokens only their SHA-256 is kept, in hexadecimal.

    All pairs that were renewed from one signing in are a `family`. `expires_at` is the access token's end,
    `refresh_expires_at` the refresh token's, and `renewed_at` when that was used.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (
        # Not across users: nobody can keep another one's token from being given out, or learn that it was.
        UniqueConstraint("user_id", "session_token"),
        UniqueConstraint("user_id", "refresh_token"),
        CheckConstraint("expires_at > created_at", name="expiry"),
        Index("idx_user_sessions_user_id_family", "user_id", "family"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_token: Mapped[Words]
    refresh_token: Mapped[str | None]
    expires_at: Mapped[Instant]
    created_at: Mapped[WrittenAt]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    ip_address: Mapped[str | None]
    user_agent: Mapped[str | None]
    family: Mapped[int | None] = mapped_column(BigInteger)
    refresh_expires_at: Mapped[Instant | None]
    renewed_at: Mapped[Instant | None]


class LoginHistoryRow(Row):
    """One attempt to sign in: when, from where, and how it ended in one word."""

    __tablename__ = "login_history"
    __table_args__ = (Index("idx_login_history_user_id_created_at", "user_id", "created_at"),)

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    result: Mapped[Words]
    ip_address: Mapped[str | None]
    desk_id: Mapped[str | None]
    user_agent: Mapped[str | None]
    created_at: Mapped[WrittenAt]


class DeniedToken(Row):
    """An access token that was signed out before it expired; after `expires_at` the row says nothing more."""

    __tablename__ = "denied_tokens"
    __table_args__ = (Index("idx_denied_tokens_expires_at", "expires_at"),)

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[Words] = mapped_column(primary_key=True)
    expires_at: Mapped[Instant]
    created_at: Mapped[WrittenAt]


class RateLimit(Row):
    """Requests of one address to one endpoint in one window of `window_s` seconds."""

    __tablename__ = "rate_limits"
    __table_args__ = (
        CheckConstraint("window_s > 0 AND requests > 0", name="counts"),
        Index("idx_rate_limits_window_start", "window_start"),
    )

    address: Mapped[Words] = mapped_column(primary_key=True)
    endpoint: Mapped[Words] = mapped_column(primary_key=True)
    window_start: Mapped[Instant] = mapped_column(primary_key=True)
    window_s: Mapped[int]
    requests: Mapped[int]
