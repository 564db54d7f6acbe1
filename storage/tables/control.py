"""What people asked for, and what was decided."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.messages import Level
from storage.tables.row import Instant, OwnerId, Row, RowId, Words, WrittenAt, one_of, owned


class CommandRow(Row):
    """A command for one desk. `refusals` is NULL until it is answered, an empty list when it was done.

    `answer` is what a question asked for; it is thrown away when it has been read long ago.
    """

    __tablename__ = "commands"
    __table_args__ = (
        UniqueConstraint("command_id"),
        owned("desks", "desk_id", ondelete="CASCADE"),
        CheckConstraint("(answered_at IS NULL) = (refusals IS NULL)", name="answer"),
        Index("idx_commands_pending", "desk_id", "id", postgresql_where=text("answered_at IS NULL")),
        Index("idx_commands_answers", "answered_at", postgresql_where=text("answer IS NOT NULL")),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    command_id: Mapped[Words]
    desk_id: Mapped[Words]
    kind: Mapped[Words]
    body: Mapped[Any] = mapped_column(JSONB)
    received_at: Mapped[Instant]
    created_at: Mapped[WrittenAt]
    answered_at: Mapped[Instant | None]
    refusals: Mapped[Any | None] = mapped_column(JSONB)
    answer: Mapped[Any | None] = mapped_column(JSONB)


class DecisionRow(Row):
    """One line of the log. `digest` is of level, sentence and arguments: the same line of one instant exists once."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint(
            "user_id", "at", "desk_id", "bot_uid", "digest",
            name="unique_decision", postgresql_nulls_not_distinct=True,
        ),
        owned("desks", "desk_id", ondelete="CASCADE"),
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
        CheckConstraint(one_of("level", tuple(level.value for level in Level)), name="level"),
        Index("idx_decisions_desk_id_at", "desk_id", "at", "id"),
        Index("idx_decisions_bot_uid_at", "bot_uid", "at", "id"),
    )  # fmt: skip

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    desk_id: Mapped[Words]
    bot_uid: Mapped[str | None]
    level: Mapped[Words]
    template: Mapped[Words]
    arguments: Mapped[Any] = mapped_column(JSONB)
    digest: Mapped[Words]
    at: Mapped[Instant]
