"""What people asked for, and what was decided."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.messages import Level
from storage.tables.row import Instant, Row, RowId, Words, WrittenAt, one_of


class CommandRow(Row):
    """A command for one desk. `refusals` is NULL until it is answered, an empty list when it was done."""

    __tablename__ = "commands"
    __table_args__ = (
        UniqueConstraint("command_id"),
        CheckConstraint("(answered_at IS NULL) = (refusals IS NULL)", name="answer"),
        Index("idx_commands_pending", "desk_id", "id", postgresql_where=text("answered_at IS NULL")),
    )

    id: Mapped[RowId]
    command_id: Mapped[Words]
    desk_id: Mapped[Words] = mapped_column(ForeignKey("desks.desk_id", ondelete="CASCADE"))
    kind: Mapped[Words]
    body: Mapped[Any] = mapped_column(JSONB)
    received_at: Mapped[Instant]
    created_at: Mapped[WrittenAt]
    answered_at: Mapped[Instant | None]
    refusals: Mapped[Any | None] = mapped_column(JSONB)


class DecisionRow(Row):
    """One line of the log. `digest` is of level, sentence and arguments: the same line of one instant exists once."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint(
            "at", "desk_id", "bot_uid", "digest", name="unique_decision", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint(one_of("level", tuple(level.value for level in Level)), name="level"),
        Index("idx_decisions_desk_id_at", "desk_id", "at", "id"),
        Index("idx_decisions_bot_uid_at", "bot_uid", "at", "id"),
    )

    id: Mapped[RowId]
    desk_id: Mapped[Words] = mapped_column(ForeignKey("desks.desk_id", ondelete="CASCADE"))
    bot_uid: Mapped[str | None] = mapped_column(ForeignKey("bot_instances.bot_uid", ondelete="CASCADE"))
    level: Mapped[Words]
    template: Mapped[Words]
    arguments: Mapped[Any] = mapped_column(JSONB)
    digest: Mapped[Words]
    at: Mapped[Instant]
