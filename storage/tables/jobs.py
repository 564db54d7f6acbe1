"""Jobs: each run of a bot, from its start to its end."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Instant, OwnerId, Row, RowId, Words, WrittenAt, one_of, owned

STATUSES = ("running", "stopped", "error")


class JobRow(Row):
    """One run. Those of bots are written by a trigger on `bot_instances`, and `job_id` is `<bot_uid>@<run>`.

    `start_time` and `stopped_at` are the bot's own times. A run that met an error stays `error` when it was ended.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("user_id", "job_id"),
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
        CheckConstraint(one_of("status", STATUSES), name="status"),
        CheckConstraint("(bot_uid IS NULL) = (run IS NULL)", name="run"),
        Index("idx_jobs_user_id_venue", "user_id", "venue", "start_time"),
        Index("idx_jobs_bot_uid", "bot_uid"),
        Index("idx_jobs_job_id", "job_id"),
        Index("idx_jobs_status", "status"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    venue: Mapped[Words]
    job_id: Mapped[Words]
    bot_uid: Mapped[str | None]
    run: Mapped[int | None]
    status: Mapped[Words]
    start_time: Mapped[Instant]
    stopped_at: Mapped[Instant | None]
    error: Mapped[str | None]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
