"""How a user trades on a venue where the settings are his and not a bot's: capital, grid, lists, whom to tell."""

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.row import Money, OwnerId, Row, RowId, Words, WrittenAt, one_of, owned

SIDES = ("long", "short")
LISTS = ("black", "white")


class UserTradingSettings(Row):
    """One user on one venue. `initial_capital` is in the venue's quote, `stop_loss` in percent (NULL is none).

    `tasks` and `running_symbols` are in the order in which they were added.
    """

    __tablename__ = "user_trading_settings"
    __table_args__ = (
        CheckConstraint("initial_capital > 0", name="initial_capital"),
        CheckConstraint(one_of("direction", SIDES), name="direction"),
        CheckConstraint("numbers_to_entry >= 1", name="numbers_to_entry"),
        CheckConstraint("leverage >= 1", name="leverage"),
        CheckConstraint("stop_loss > 0 AND stop_loss <= 100", name="stop_loss"),
        CheckConstraint("grid_num >= 2", name="grid_num"),
        Index("idx_user_trading_settings_venue", "venue"),
        Index("idx_user_trading_settings_running", "venue", postgresql_where=text("is_running")),
    )

    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    venue: Mapped[Words] = mapped_column(primary_key=True)
    initial_capital: Mapped[Money] = mapped_column(server_default="10")
    direction: Mapped[Words] = mapped_column(server_default="long")
    numbers_to_entry: Mapped[int] = mapped_column(server_default="5")
    leverage: Mapped[Money] = mapped_column(server_default="10")
    stop_loss: Mapped[Money | None]
    grid_num: Mapped[int] = mapped_column(server_default="20")
    is_running: Mapped[bool] = mapped_column(server_default="false")
    tasks: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    running_symbols: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class TelegramId(Row):
    """Whom to tell by Telegram about what happens on a venue."""

    __tablename__ = "telegram_ids"
    __table_args__ = (
        owned("user_trading_settings", "venue", ondelete="CASCADE"),
        CheckConstraint("telegram_id <> ''", name="telegram_id"),
        Index("idx_telegram_ids_telegram", "telegram_id"),
    )

    user_id: Mapped[OwnerId] = mapped_column(primary_key=True)
    venue: Mapped[Words] = mapped_column(primary_key=True)
    telegram_id: Mapped[Words]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class SymbolListRow(Row):
    """One symbol on a user's black or white list of a venue."""

    __tablename__ = "symbol_lists"
    __table_args__ = (
        UniqueConstraint("user_id", "venue", "list", "symbol"),
        owned("user_trading_settings", "venue", ondelete="CASCADE"),
        CheckConstraint(one_of("list", LISTS), name="list"),
        CheckConstraint("symbol <> ''", name="symbol"),
        Index("idx_symbol_lists_symbol", "symbol"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    venue: Mapped[Words]
    list: Mapped[Words]
    symbol: Mapped[Words]
    created_at: Mapped[WrittenAt]
