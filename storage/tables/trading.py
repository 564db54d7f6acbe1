"""Orders, their executions, what they left in hand, the money entries, and the curves they make."""

from sqlalchemy import BigInteger, CheckConstraint, Computed, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.domain.ledger import EntryKind
from engine.domain.order import Liquidity, OrderKind, OrderState, Purpose, Side
from storage.tables.row import Instant, Money, NoWords, OwnerId, Row, RowId, Sum, Words, WrittenAt, one_of, owned

SIDES = tuple(side.value for side in Side)


class OrderRow(Row):
    """One order from intent to end. A final status never goes back, and booked fills are never taken back."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("client_order_id"),
        UniqueConstraint("user_id", "client_order_id"),
        owned("bot_instances", "bot_uid"),
        owned("accounts", "account_id"),
        CheckConstraint(one_of("side", SIDES), name="side"),
        CheckConstraint(one_of("order_type", tuple(kind.value for kind in OrderKind)), name="order_type"),
        CheckConstraint(one_of("purpose", tuple(purpose.value for purpose in Purpose)), name="purpose"),
        CheckConstraint(one_of("status", tuple(state.value for state in OrderState)), name="status"),
        Index("idx_orders_bot_uid_created_at", "bot_uid", "created_at", "client_order_id"),
        Index("idx_orders_user_id_created_at", "user_id", "created_at", "id"),
        Index("idx_orders_open", "bot_uid", postgresql_where=text("status IN ('intent', 'open', 'unknown')")),
        {"postgresql_with": {"fillfactor": 80}},
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    client_order_id: Mapped[Words]
    venue_order_id: Mapped[NoWords]
    bot_uid: Mapped[Words]
    account_id: Mapped[Words]
    venue: Mapped[Words]
    symbol: Mapped[Words]
    side: Mapped[Words]
    order_type: Mapped[Words]
    purpose: Mapped[Words]
    price: Mapped[Money | None]
    quantity: Mapped[Money]
    post_only: Mapped[bool]
    generation: Mapped[int]
    grid_index: Mapped[int]
    cycle: Mapped[int]
    attempt: Mapped[int]
    status: Mapped[Words]
    filled_quantity: Mapped[Sum]
    remaining_quantity: Mapped[Money | None] = mapped_column(
        Numeric, Computed("quantity - filled_quantity", persisted=True)
    )
    total_filled_value: Mapped[Sum]
    average_fill_price: Mapped[Money | None] = mapped_column(
        Numeric, Computed("total_filled_value / NULLIF(filled_quantity, 0)", persisted=True)
    )
    fee: Mapped[Sum]
    fee_currency: Mapped[NoWords]
    reason: Mapped[NoWords]
    is_cancel_requested: Mapped[bool] = mapped_column(server_default="false")
    fencing_token: Mapped[int] = mapped_column(BigInteger)
    is_reduce_only: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    filled_at: Mapped[Instant | None]
    cancelled_at: Mapped[Instant | None]


class TradeRow(Row):
    """One execution of ours, once. `profit` is the matched profit it closed; `value` is before the fee."""

    __tablename__ = "trades"
    __table_args__ = (
        UniqueConstraint("user_id", "venue", "venue_trade_id"),
        owned("orders", "client_order_id"),
        owned("bot_instances", "bot_uid"),
        CheckConstraint(one_of("side", SIDES), name="side"),
        CheckConstraint(one_of("liquidity", tuple(kind.value for kind in Liquidity)), name="liquidity"),
        CheckConstraint(one_of("trade_source", ("manual", "ai_bot", "grid_bot", "arbitrage_bot")), name="trade_source"),
        Index("idx_trades_client_order_id", "client_order_id"),
        Index("idx_trades_bot_uid_trade_time", "bot_uid", "trade_time", "id"),
        Index("idx_trades_user_id_trade_time", "user_id", "trade_time", "id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    venue: Mapped[Words]
    venue_trade_id: Mapped[Words]
    client_order_id: Mapped[Words]
    bot_uid: Mapped[Words]
    trade_source: Mapped[Words]
    symbol: Mapped[Words]
    side: Mapped[Words]
    price: Mapped[Money]
    quantity: Mapped[Money]
    value: Mapped[Money]
    fee: Mapped[Money]
    fee_currency: Mapped[NoWords]
    liquidity: Mapped[Words]
    profit: Mapped[Money | None]
    trade_time: Mapped[Instant]
    created_at: Mapped[WrittenAt]


class PositionRow(Row):
    """Base that a bot holds now, written together with the rungs and the bot it is the sum of.

    `quantity` is below zero where a hedge is short. `entry_price` is the average cost of the base on rungs in quote
    with fees, NULL when none is held. `opened_at` is the trade since which something is held, `closed_at` the one since
    which nothing is.
    """

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("user_id", "bot_uid"),
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
        owned("accounts", "account_id"),
        CheckConstraint(one_of("side", ("long", "short")), name="side"),
        Index("idx_positions_user_id_account_id", "user_id", "account_id"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    bot_uid: Mapped[Words]
    account_id: Mapped[Words]
    venue: Mapped[Words]
    symbol: Mapped[Words]
    side: Mapped[Words] = mapped_column(server_default="long")
    quantity: Mapped[Money]
    entry_price: Mapped[Money | None]
    realized_pnl: Mapped[Money]
    stop_loss_price: Mapped[Money | None]
    take_profit_price: Mapped[Money | None]
    is_active: Mapped[bool | None] = mapped_column(Computed("quantity <> 0", persisted=True))
    opened_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    updated_at: Mapped[WrittenAt]


class LedgerEntryRow(Row):
    """One money entry, signed from our side. Never changed; `bot_uid` NULL is the account itself."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        # bot_uid belongs to it: base handed to a bot is two entries that differ in nothing else but their sign.
        UniqueConstraint(
            "user_id", "reference", "kind", "asset", "account_id", "bot_uid",
            name="unique_ledger_entry", postgresql_nulls_not_distinct=True,
        ),
        owned("accounts", "account_id"),
        owned("bot_instances", "bot_uid"),
        CheckConstraint(one_of("kind", tuple(kind.value for kind in EntryKind)), name="kind"),
        Index("idx_ledger_entries_user_id_account_id_asset", "user_id", "account_id", "asset"),
        Index("idx_ledger_entries_bot_uid", "bot_uid"),
    )  # fmt: skip

    id: Mapped[RowId]
    user_id: Mapped[OwnerId]
    account_id: Mapped[Words]
    bot_uid: Mapped[str | None]
    asset: Mapped[Words]
    amount: Mapped[Money]
    kind: Mapped[Words]
    reference: Mapped[Words]
    booked_at: Mapped[Instant]
    created_at: Mapped[WrittenAt]


class EquitySnapshot(Row):
    """A point of an equity curve; `bot_uid` NULL is the whole account. Money in the account's quote."""

    __tablename__ = "equity_snapshots"
    __table_args__ = (
        # The time is in it, so that the table can become a hypertable.
        UniqueConstraint(
            "user_id", "account_id", "bot_uid", "at", name="unique_equity_point", postgresql_nulls_not_distinct=True
        ),
        owned("accounts", "account_id", ondelete="CASCADE"),
        owned("bot_instances", "bot_uid", ondelete="CASCADE"),
    )
    __mapper_args__ = {"primary_key": ["user_id", "account_id", "bot_uid", "at"]}  # noqa: RUF012 - read by SQLAlchemy once

    user_id: Mapped[OwnerId]
    account_id: Mapped[Words]
    bot_uid: Mapped[str | None]
    at: Mapped[Instant]
    equity: Mapped[Money]
    matched_profit: Mapped[Money]
    floating_pnl: Mapped[Money]
    price: Mapped[Money]
