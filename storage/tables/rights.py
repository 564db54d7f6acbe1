"""What a person may do on a shared database, and the attempts to sign in. Written by functions of the owner alone."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, OwnerId, Row, Words, WrittenAt, one_of

KINDS = ("viewer", "trader", "admin")


class UserRightsRow(Row):
    """The role of a person, and the lock after repeated failures. Failures before `attempts_since` do not count."""

    __tablename__ = "user_rights"
    __table_args__ = (
        CheckConstraint(one_of("role", KINDS), name="role"),
        CheckConstraint("lock_count >= 0", name="lock_count"),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Words] = mapped_column(server_default="trader")
    locked_until: Mapped[Instant | None]
    lock_count: Mapped[int] = mapped_column(server_default="0")
    attempts_since: Mapped[WrittenAt]


class SignInAttempt(Row):
    """One attempt to sign in between its three steps; `id` is its line in `login_history`.

    `begun_in` and `proven_in` are the numbers of the transactions that wrote the steps down.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        CheckConstraint("(proof IS NULL) = (proven_in IS NULL)", name="proof"),
        Index("idx_sign_in_attempts_begun_at", "begun_at"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("login_history.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[Instant]
    begun_in: Mapped[int] = mapped_column(BigInteger)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    is_named: Mapped[bool]
    proof: Mapped[bytes | None] = mapped_column(LargeBinary)
    proven_in: Mapped[int | None] = mapped_column(BigInteger)
    is_finished: Mapped[bool] = mapped_column(server_default="false")
    is_used: Mapped[bool] = mapped_column(server_default="false")
