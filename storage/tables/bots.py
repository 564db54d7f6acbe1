"""Bots: the instance, its grid settings, and one row for each rung of each of its ladders."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.bot import BotState
from engine.domain.grid import GridMode, Inventory, RungStatus, Sizing
from storage.tables.row import (
    Instant,
    Money,
    NoWords,
    OwnerId,
    Row,
    RowId,
    RowNumber,
    Sum,
    Words,
    WrittenAt,
    one_of,
    owned,
)

#: Trend bots are stored; the engine runs the others. An arbitrage bot is two rows: itself and its hedge.
BOT_TYPES = ("grid", "arbitrage", "arbitrage_hedge", "ai_trend")
INVENTORIES = tuple(choice.value for choice in Inventory)


class BotInstance(Row):
    """One bot of a user. `bot_uid` is its identity everywhere else; it is chosen before the row exists.

    `is_running` says that the bot should run, `is_active` is false for a removed bot. Amounts are of the present
    run in quote. `fencing_token` is the lease; whoever writes under an older one is refused.
    `fees_other` is a list of [asset, amount as text]: fees that were paid in neither quote nor base.
    `pair_bot_uid` is of a hedge alone: the arbitrage bot whose foreign half it is.
    """

    __tablename__ = "bot_instances"
    __table_args__ = (
        UniqueConstraint("user_id", "bot_uid"),
        owned("desks", "desk_id"),
        owned("accounts", "account_id"),
        CheckConstraint("allocation_percent > 0 AND allocation_percent <= 100", name="allocation"),
        CheckConstraint("max_leverage >= 1 AND max_leverage <= 100", name="max_leverage"),
        CheckConstraint("max_positions >= 1 AND max_positions <= 20", name="max_positions"),
        owned("strategies", "strategy_id", theirs="id", ondelete="SET NULL (strategy_id)"),
        owned("bot_instances", "pair_bot_uid", theirs="bot_uid", ondelete="CASCADE"),
        # Without the user, so that no reference to a bot is checked by it.
        UniqueConstraint("pair_bot_uid"),
        CheckConstraint(one_of("bot_type", BOT_TYPES), name="bot_type"),
        CheckConstraint("(bot_type = 'arbitrage_hedge') = (pair_bot_uid IS NOT NULL)", name="pair"),
        CheckConstraint(one_of("state", tuple(state.value for state in BotState)), name="state"),
        CheckConstraint(one_of("stop_inventory", INVENTORIES), name="stop_inventory"),
        Index("idx_bot_instances_user_running", "user_id", "is_running"),
        Index("idx_bot_instances_desk_id", "desk_id"),
        Index("idx_bot_instances_user_id_account_id", "user_id", "account_id"),
        Index("idx_bot_instances_type", "bot_type"),
        Index("idx_bot_instances_strategy_id", "strategy_id"),
        # Every fill updates its bot: room on the page keeps those updates out of the indexes.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[RowId]
    bot_uid: Mapped[Words] = mapped_column(unique=True)
    user_id: Mapped[OwnerId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    desk_id: Mapped[Words]
    account_id: Mapped[Words]
    strategy_id: Mapped[RowNumber | None]
    name: Mapped[Words]
    description: Mapped[str | None]
    bot_type: Mapped[Words]
    venue: Mapped[Words]
    symbol: Mapped[Words]
    allocation_percent: Mapped[Money]
    max_leverage: Mapped[int] = mapped_column(server_default="1")
    max_positions: Mapped[int] = mapped_column(server_default="1")
    stop_loss_percent: Mapped[Money | None]
    take_profit_percent: Mapped[Money | None]
    telegram_notify: Mapped[bool] = mapped_column(server_default="true")
    is_running: Mapped[bool] = mapped_column(server_default="false")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    state: Mapped[Words]
    run: Mapped[int] = mapped_column(server_default="0")
    generation: Mapped[int] = mapped_column(server_default="0")
    leg_attempt: Mapped[int] = mapped_column(server_default="0")
    fencing_token: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_started_at: Mapped[Instant | None]
    last_stopped_at: Mapped[Instant | None]
    last_trade_at: Mapped[Instant | None]
    last_event: Mapped[str | None]
    last_event_arguments: Mapped[Any] = mapped_column(JSONB, server_default="[]")
    last_event_at: Mapped[Instant | None]
    last_error: Mapped[str | None]
    start_price: Mapped[Money | None]
    total_trades: Mapped[int] = mapped_column(BigInteger, server_default="0")
    winning_trades: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total_pnl: Mapped[Sum]
    final_pnl: Mapped[Money | None]
    spare_base: Mapped[Sum]
    spare_cash: Mapped[Sum]
    target_base: Mapped[Sum]
    fees_quote: Mapped[Sum]
    fees_base: Mapped[Sum]
    fees_other: Mapped[Any] = mapped_column(JSONB, server_default="[]")
    funding: Mapped[Sum]
    stop_inventory: Mapped[Words]
    consecutive_rejects: Mapped[int] = mapped_column(server_default="0")
    pair_bot_uid: Mapped[str | None]
    buy_fills: Mapped[int] = mapped_column(BigInteger, server_default="0")
    sell_fills: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[Instant]
    updated_at: Mapped[WrittenAt]


class GridBotConfig(Row):
    """The settings of a grid bot, one to one, and the counters the seeds keep beside them."""

    __tablename__ = "grid_bot_configs"
    __table_args__ = (
        UniqueConstraint("user_id", "bot_uid"),
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
        CheckConstraint("upper_price > lower_price", name="price_range"),
        CheckConstraint("grid_count >= 2", name="grid_count"),
        CheckConstraint(one_of("grid_mode", tuple(mode.value for mode in GridMode)), name="grid_mode"),
        CheckConstraint(one_of("sizing", tuple(sizing.value for sizing in Sizing)), name="sizing"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    bot_uid: Mapped[Words]
    lower_price: Mapped[Money]
    upper_price: Mapped[Money]
    grid_count: Mapped[int]
    grid_mode: Mapped[Words]
    sizing: Mapped[Words]
    total_investment: Mapped[Money]
    per_grid_amount: Mapped[Money | None] = mapped_column(
        Numeric, Computed("total_investment / grid_count", persisted=True)
    )
    post_only: Mapped[bool]
    use_held_base: Mapped[bool]
    compounding: Mapped[bool]
    trigger_price: Mapped[Money | None]
    stop_upper: Mapped[Money | None]
    stop_lower: Mapped[Money | None]
    stop_upper_inventory: Mapped[Words]
    stop_lower_inventory: Mapped[Words]
    stop_loss_inventory: Mapped[Words]
    take_profit_inventory: Mapped[Words]
    filled_buy_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    filled_sell_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    realized_profit: Mapped[Sum]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]


class GridOrder(Row):
    """One rung of one ladder. `grid_price` is the line it buys at, `sell_price` the line above.

    The sums are of the open cycle: `buy_filled_qty` gross, `bought` net of base fees, `cost` and `proceeds` in quote
    with fees. The filled prices and times are those of the last fill on each side.
    """

    __tablename__ = "grid_orders"
    __table_args__ = (
        UniqueConstraint("user_id", "bot_uid", "generation", "grid_index", name="unique_grid_per_generation"),
        owned("grid_bot_configs", "bot_uid", ondelete="CASCADE"),
        CheckConstraint(one_of("status", tuple(status.value for status in RungStatus)), name="status"),
        CheckConstraint("sell_price > grid_price", name="lines"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    bot_uid: Mapped[Words]
    generation: Mapped[int]
    grid_index: Mapped[int]
    grid_price: Mapped[Money]
    sell_price: Mapped[Money]
    quantity: Mapped[Money]
    base_quantity: Mapped[Money]
    status: Mapped[Words]
    cycle: Mapped[int]
    attempt: Mapped[int]
    buy_order_id: Mapped[NoWords]
    sell_order_id: Mapped[NoWords]
    bought: Mapped[Sum]
    cost: Mapped[Sum]
    proceeds: Mapped[Sum]
    buy_filled_price: Mapped[Money | None]
    buy_filled_qty: Mapped[Sum]
    buy_filled_at: Mapped[Instant | None]
    sell_filled_price: Mapped[Money | None]
    sell_filled_qty: Mapped[Sum]
    sell_filled_at: Mapped[Instant | None]
    last_fill_side: Mapped[str | None]
    profit: Mapped[Sum]
    created_at: Mapped[WrittenAt]
    updated_at: Mapped[WrittenAt]
