"""Leases: which desk may trade an account now, and under which token."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, OwnerId, Row, Words, owned


class LeaseRow(Row):
    """The right to trade one account with all its bots. All times are the database's.

    `desk_id` NULL is nobody. `token` goes up with each change of hands and never down: what was decided under an older
    one is refused. `bound_desk_id` is the only desk that can ever run the account, because the book of its invented
    exchange lies in that desk's folder. `preferred_desk_id` gets it back when it runs again. `requested_by_desk_id` is
    the desk to which the holder is asked to hand it over.
    """

    __tablename__ = "leases"
    __table_args__ = (
        owned("accounts", "account_id", ondelete="CASCADE"),
        owned("desks", "desk_id"),
        owned("desks", "bound_desk_id", theirs="desk_id"),
        owned("desks", "preferred_desk_id", theirs="desk_id", ondelete="SET NULL (preferred_desk_id)"),
        owned("desks", "requested_by_desk_id", theirs="desk_id"),
        CheckConstraint("(desk_id IS NULL) = (expires_at IS NULL)", name="holder"),
        CheckConstraint("(requested_by_desk_id IS NULL) = (requested_at IS NULL)", name="request"),
        CheckConstraint("token >= 0", name="token"),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[Words] = mapped_column(primary_key=True)
    desk_id: Mapped[str | None] = mapped_column(index=True)
    token: Mapped[int] = mapped_column(BigInteger, server_default="0")
    taken_at: Mapped[Instant | None]
    renewed_at: Mapped[Instant | None]
    expires_at: Mapped[Instant | None]
    preferred_desk_id: Mapped[str | None] = mapped_column(index=True)
    bound_desk_id: Mapped[str | None] = mapped_column(index=True)
    requested_by_desk_id: Mapped[str | None] = mapped_column(index=True)
    requested_at: Mapped[Instant | None]
