"""Bots that follow a trend."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Json, Money, OwnerId, Row, RowId, Words, WrittenAt, one_of, owned


class TrendBotConfig(Row):
    """The settings of a trend bot, one to one; its leverage, positions and stops are the bot's. Percentages of 100.

    `model` names what reads the market, NULL where the strategy of the bot does.
    """

    __tablename__ = "trend_bot_configs"
    __table_args__ = (
        UniqueConstraint("user_id", "bot_uid"),
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
        CheckConstraint("timeframe_s > 0", name="timeframe_s"),
        CheckConstraint(one_of("direction", ("long", "short", "both")), name="direction"),
        CheckConstraint("risk_percent > 0 AND risk_percent <= 100", name="risk_percent"),
        CheckConstraint("trailing_stop_percent > 0 AND trailing_stop_percent <= 100", name="trailing_stop_percent"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    bot_uid: Mapped[Words]
    timeframe_s: Mapped[int]
    direction: Mapped[Words] = mapped_column(server_default="long")
    risk_percent: Mapped[Money]
    trailing_stop_percent: Mapped[Money | None]
    model: Mapped[str | None]
    parameters: Mapped[Json] = mapped_column(server_default="{}")
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
