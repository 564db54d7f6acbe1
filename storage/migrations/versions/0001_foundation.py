"""The foundation: people, accounts, instruments, bots, orders, executions, money entries, commands, series."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The user's row is locked first, so that two desks that start bots at once are added up one after the other. Deferred
# to the commit: one bot may stop and another start in one transaction, in any order.
ALLOCATION = """
CREATE FUNCTION check_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allocated NUMERIC;
BEGIN
    PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
    SELECT sum(allocation_percent) INTO allocated FROM bot_instances WHERE user_id = NEW.user_id AND is_running;
    IF allocated > 100 THEN
        RAISE EXCEPTION USING ERRCODE = 'GW100', MESSAGE = format(
            'The running bots would use %s %% of the money, which is more than 100 %%.',
            trim_scale(round(allocated, 2)));
    END IF;
    RETURN NULL;
END $$
"""

TRIGGERS = (
    """
    CREATE CONSTRAINT TRIGGER allocation_of_new_bot AFTER INSERT ON bot_instances DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.is_running) EXECUTE FUNCTION check_allocation()
    """,
    """
    CREATE CONSTRAINT TRIGGER allocation_of_bot
    AFTER UPDATE OF is_running, allocation_percent, user_id ON bot_instances DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.is_running AND (NOT OLD.is_running OR NEW.allocation_percent > OLD.allocation_percent
        OR NEW.user_id <> OLD.user_id)) EXECUTE FUNCTION check_allocation()
    """,
)


def upgrade() -> None:
    op.create_table(
        "candles",
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timeframe_s", sa.Integer(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_price", sa.Double(), nullable=False),
        sa.Column("high_price", sa.Double(), nullable=False),
        sa.Column("low_price", sa.Double(), nullable=False),
        sa.Column("close_price", sa.Double(), nullable=False),
        sa.Column("volume", sa.Double(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("venue", "symbol", "timeframe_s", "timestamp", name=op.f("pk_candles")),
    )
    op.create_table(
        "instruments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("base_asset", sa.Text(), nullable=False),
        sa.Column("quote_asset", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruments")),
        sa.UniqueConstraint("venue", "symbol", name=op.f("unique_instruments_venue_symbol")),
    )
    op.create_table(
        "tickers",
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bid_price", sa.Double(), nullable=False),
        sa.Column("ask_price", sa.Double(), nullable=False),
    )
    op.create_index("idx_tickers_symbol_time", "tickers", ["venue", "symbol", "timestamp"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_login", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("unique_users_email")),
        sa.UniqueConstraint("username", name=op.f("unique_users_username")),
    )
    op.create_table(
        "desks",
        sa.Column("desk_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_desks_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("desk_id", name=op.f("pk_desks")),
    )
    op.create_index(op.f("idx_desks_user_id"), "desks", ["user_id"], unique=False)
    op.create_table(
        "instrument_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price_bands", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("size_increment", sa.Numeric(), nullable=False),
        sa.Column("min_quantity", sa.Numeric(), nullable=False),
        sa.Column("max_quantity", sa.Numeric(), nullable=True),
        sa.Column("min_notional", sa.Numeric(), nullable=False),
        sa.Column("max_open_orders", sa.Integer(), nullable=False),
        sa.Column("maker_fee", sa.Numeric(), nullable=False),
        sa.Column("taker_fee", sa.Numeric(), nullable=False),
        sa.Column("fee_asset", sa.Text(), nullable=False),
        sa.Column("money_increment", sa.Numeric(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("fee_asset IN ('quote', 'received')", name=op.f("check_instrument_rules_fee_asset")),
        sa.CheckConstraint("size_increment > 0", name=op.f("check_instrument_rules_size_increment")),
        sa.ForeignKeyConstraint(
            ["venue", "symbol"],
            ["instruments.venue", "instruments.symbol"],
            name=op.f("fk_instrument_rules_venue_symbol"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_rules")),
        sa.UniqueConstraint(
            "venue", "symbol", "effective_from", name=op.f("unique_instrument_rules_venue_symbol_effective_from")
        ),
    )
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("desk_id", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("quote_currency", sa.Text(), server_default="", nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("mode IN ('replay', 'paper', 'simulated', 'live')", name=op.f("check_accounts_mode")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.desk_id"], name=op.f("fk_accounts_desk_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_accounts_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("venue", name=op.f("unique_accounts_venue")),
    )
    op.create_index("idx_accounts_desk_id", "accounts", ["desk_id"], unique=False)
    op.create_index("idx_accounts_user_id", "accounts", ["user_id"], unique=False)
    op.create_table(
        "commands",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("desk_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusals", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (refusals IS NULL)", name=op.f("check_commands_answer")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.desk_id"], name=op.f("fk_commands_desk_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
        sa.UniqueConstraint("command_id", name=op.f("unique_commands_command_id")),
    )
    op.create_index(
        "idx_commands_pending",
        "commands",
        ["desk_id", "id"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "engine_state",
        sa.Column("desk_id", sa.Text(), nullable=False),
        sa.Column("is_halted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["desks.desk_id"], name=op.f("fk_engine_state_desk_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("desk_id", name=op.f("pk_engine_state")),
    )
    op.create_table(
        "bot_instances",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("desk_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("bot_type", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("allocation_percent", sa.Numeric(), nullable=False),
        sa.Column("max_leverage", sa.Integer(), server_default="1", nullable=False),
        sa.Column("max_positions", sa.Integer(), server_default="1", nullable=False),
        sa.Column("stop_loss_percent", sa.Numeric(), nullable=True),
        sa.Column("take_profit_percent", sa.Numeric(), nullable=True),
        sa.Column("telegram_notify", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_running", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), server_default="0", nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leg_attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fencing_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_trade_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_event", sa.Text(), nullable=True),
        sa.Column("last_event_arguments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("start_price", sa.Numeric(), nullable=True),
        sa.Column("total_trades", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("winning_trades", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_pnl", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("final_pnl", sa.Numeric(), nullable=True),
        sa.Column("spare_base", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("spare_cash", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("target_base", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("fees_quote", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("fees_base", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("stop_inventory", sa.Text(), nullable=False),
        sa.Column("consecutive_rejects", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("bot_type IN ('grid')", name=op.f("check_bot_instances_bot_type")),
        sa.CheckConstraint(
            "state IN ('stopped', 'waiting', 'starting', 'running', 'rebalancing', 'paused', 'stopping', 'error')",
            name=op.f("check_bot_instances_state"),
        ),
        sa.CheckConstraint("stop_inventory IN ('keep', 'sell')", name=op.f("check_bot_instances_stop_inventory")),
        sa.CheckConstraint(
            "allocation_percent > 0 AND allocation_percent <= 100", name=op.f("check_bot_instances_allocation")
        ),
        sa.CheckConstraint("max_leverage >= 1 AND max_leverage <= 100", name=op.f("check_bot_instances_max_leverage")),
        sa.CheckConstraint(
            "max_positions >= 1 AND max_positions <= 20", name=op.f("check_bot_instances_max_positions")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_bot_instances_account_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.desk_id"], name=op.f("fk_bot_instances_desk_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bot_instances_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_instances")),
        sa.UniqueConstraint("bot_uid", name=op.f("unique_bot_instances_bot_uid")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index(op.f("idx_bot_instances_account_id"), "bot_instances", ["account_id"], unique=False)
    op.create_index("idx_bot_instances_desk_id", "bot_instances", ["desk_id"], unique=False)
    op.create_index("idx_bot_instances_type", "bot_instances", ["bot_type"], unique=False)
    op.create_index("idx_bot_instances_user_running", "bot_instances", ["user_id", "is_running"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("desk_id", sa.Text(), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('info', 'look', 'error')", name=op.f("check_decisions_level")),
        sa.ForeignKeyConstraint(
            ["bot_uid"], ["bot_instances.bot_uid"], name=op.f("fk_decisions_bot_uid"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.desk_id"], name=op.f("fk_decisions_desk_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "at", "desk_id", "bot_uid", "digest", name="unique_decision", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("idx_decisions_bot_uid_at", "decisions", ["bot_uid", "at", "id"], unique=False)
    op.create_index("idx_decisions_desk_id_at", "decisions", ["desk_id", "at", "id"], unique=False)
    op.create_table(
        "equity_snapshots",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("equity", sa.Numeric(), nullable=False),
        sa.Column("matched_profit", sa.Numeric(), nullable=False),
        sa.Column("floating_pnl", sa.Numeric(), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_equity_snapshots_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["bot_uid"], ["bot_instances.bot_uid"], name=op.f("fk_equity_snapshots_bot_uid"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "account_id", "bot_uid", "at", name="unique_equity_point", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "grid_bot_configs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=False),
        sa.Column("lower_price", sa.Numeric(), nullable=False),
        sa.Column("upper_price", sa.Numeric(), nullable=False),
        sa.Column("grid_count", sa.Integer(), nullable=False),
        sa.Column("grid_mode", sa.Text(), nullable=False),
        sa.Column("sizing", sa.Text(), nullable=False),
        sa.Column("total_investment", sa.Numeric(), nullable=False),
        sa.Column(
            "per_grid_amount", sa.Numeric(), sa.Computed("total_investment / grid_count", persisted=True), nullable=True
        ),
        sa.Column("post_only", sa.Boolean(), nullable=False),
        sa.Column("use_held_base", sa.Boolean(), nullable=False),
        sa.Column("compounding", sa.Boolean(), nullable=False),
        sa.Column("trigger_price", sa.Numeric(), nullable=True),
        sa.Column("stop_upper", sa.Numeric(), nullable=True),
        sa.Column("stop_lower", sa.Numeric(), nullable=True),
        sa.Column("stop_upper_inventory", sa.Text(), nullable=False),
        sa.Column("stop_lower_inventory", sa.Text(), nullable=False),
        sa.Column("stop_loss_inventory", sa.Text(), nullable=False),
        sa.Column("take_profit_inventory", sa.Text(), nullable=False),
        sa.Column("filled_buy_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("filled_sell_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("realized_profit", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("grid_mode IN ('arithmetic', 'geometric')", name=op.f("check_grid_bot_configs_grid_mode")),
        sa.CheckConstraint("sizing IN ('equal_base', 'equal_quote')", name=op.f("check_grid_bot_configs_sizing")),
        sa.CheckConstraint("grid_count >= 2", name=op.f("check_grid_bot_configs_grid_count")),
        sa.CheckConstraint("upper_price > lower_price", name=op.f("check_grid_bot_configs_price_range")),
        sa.ForeignKeyConstraint(
            ["bot_uid"], ["bot_instances.bot_uid"], name=op.f("fk_grid_bot_configs_bot_uid"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_bot_configs")),
        sa.UniqueConstraint("bot_uid", name=op.f("unique_grid_bot_configs_bot_uid")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('deposit', 'trade', 'fee', 'adopt', 'release')", name=op.f("check_ledger_entries_kind")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_ledger_entries_account_id")),
        sa.ForeignKeyConstraint(["bot_uid"], ["bot_instances.bot_uid"], name=op.f("fk_ledger_entries_bot_uid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint(
            "reference",
            "kind",
            "asset",
            "account_id",
            "bot_uid",
            name="unique_ledger_entry",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("idx_ledger_entries_account_id_asset", "ledger_entries", ["account_id", "asset"], unique=False)
    op.create_index("idx_ledger_entries_bot_uid", "ledger_entries", ["bot_uid"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_order_id", sa.Text(), nullable=False),
        sa.Column("venue_order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("order_type", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("post_only", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("grid_index", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("filled_quantity", sa.Numeric(), server_default="0", nullable=False),
        sa.Column(
            "remaining_quantity", sa.Numeric(), sa.Computed("quantity - filled_quantity", persisted=True), nullable=True
        ),
        sa.Column("total_filled_value", sa.Numeric(), server_default="0", nullable=False),
        sa.Column(
            "average_fill_price",
            sa.Numeric(),
            sa.Computed("total_filled_value / NULLIF(filled_quantity, 0)", persisted=True),
            nullable=True,
        ),
        sa.Column("fee", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("fee_currency", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("is_cancel_requested", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("fencing_token", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("order_type IN ('limit', 'market')", name=op.f("check_orders_order_type")),
        sa.CheckConstraint(
            "purpose IN ('rung_buy', 'rung_sell', 'initial_buy', 'rebalance_sell', 'liquidation')",
            name=op.f("check_orders_purpose"),
        ),
        sa.CheckConstraint("side IN ('buy', 'sell')", name=op.f("check_orders_side")),
        sa.CheckConstraint(
            "status IN ('intent', 'open', 'unknown', 'filled', 'canceled', 'denied', 'rejected', 'lost')",
            name=op.f("check_orders_status"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_orders_account_id")),
        sa.ForeignKeyConstraint(["bot_uid"], ["bot_instances.bot_uid"], name=op.f("fk_orders_bot_uid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("client_order_id", name=op.f("unique_orders_client_order_id")),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "idx_orders_bot_uid_created_at", "orders", ["bot_uid", "created_at", "client_order_id"], unique=False
    )
    op.create_index("idx_orders_created_at", "orders", ["created_at", "client_order_id"], unique=False)
    op.create_index(
        "idx_orders_open",
        "orders",
        ["bot_uid"],
        unique=False,
        postgresql_where=sa.text("status IN ('intent', 'open', 'unknown')"),
    )
    op.create_table(
        "positions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), server_default="long", nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("entry_price", sa.Numeric(), nullable=True),
        sa.Column("realized_pnl", sa.Numeric(), nullable=False),
        sa.Column("is_active", sa.Boolean(), sa.Computed("quantity > 0", persisted=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("side IN ('long', 'short')", name=op.f("check_positions_side")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_positions_account_id")),
        sa.ForeignKeyConstraint(
            ["bot_uid"], ["bot_instances.bot_uid"], name=op.f("fk_positions_bot_uid"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
        sa.UniqueConstraint("bot_uid", name=op.f("unique_positions_bot_uid")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_index(op.f("idx_positions_account_id"), "positions", ["account_id"], unique=False)
    op.create_table(
        "grid_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("grid_index", sa.Integer(), nullable=False),
        sa.Column("grid_price", sa.Numeric(), nullable=False),
        sa.Column("sell_price", sa.Numeric(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("base_quantity", sa.Numeric(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("buy_order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("sell_order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("bought", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("cost", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("proceeds", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("buy_filled_price", sa.Numeric(), nullable=True),
        sa.Column("buy_filled_qty", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("buy_filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sell_filled_price", sa.Numeric(), nullable=True),
        sa.Column("sell_filled_qty", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("sell_filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_fill_side", sa.Text(), nullable=True),
        sa.Column("profit", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'buy_placed', 'buy_filled', 'sell_placed', 'sell_filled')",
            name=op.f("check_grid_orders_status"),
        ),
        sa.CheckConstraint("sell_price > grid_price", name=op.f("check_grid_orders_lines")),
        sa.ForeignKeyConstraint(
            ["bot_uid"], ["grid_bot_configs.bot_uid"], name=op.f("fk_grid_orders_bot_uid"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_orders")),
        sa.UniqueConstraint("bot_uid", "generation", "grid_index", name="unique_grid_per_generation"),
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "trades",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("venue_trade_id", sa.Text(), nullable=False),
        sa.Column("client_order_id", sa.Text(), nullable=False),
        sa.Column("bot_uid", sa.Text(), nullable=False),
        sa.Column("trade_source", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("fee", sa.Numeric(), nullable=False),
        sa.Column("fee_currency", sa.Text(), server_default="", nullable=False),
        sa.Column("liquidity", sa.Text(), nullable=False),
        sa.Column("profit", sa.Numeric(), nullable=True),
        sa.Column("trade_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("liquidity IN ('maker', 'taker')", name=op.f("check_trades_liquidity")),
        sa.CheckConstraint("side IN ('buy', 'sell')", name=op.f("check_trades_side")),
        sa.CheckConstraint("trade_source IN ('manual', 'ai_bot', 'grid_bot')", name=op.f("check_trades_trade_source")),
        sa.ForeignKeyConstraint(["bot_uid"], ["bot_instances.bot_uid"], name=op.f("fk_trades_bot_uid")),
        sa.ForeignKeyConstraint(
            ["client_order_id"], ["orders.client_order_id"], name=op.f("fk_trades_client_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trades")),
        sa.UniqueConstraint("venue", "venue_trade_id", name=op.f("unique_trades_venue_venue_trade_id")),
    )
    op.create_index("idx_trades_bot_uid_trade_time", "trades", ["bot_uid", "trade_time", "id"], unique=False)
    op.create_index("idx_trades_client_order_id", "trades", ["client_order_id"], unique=False)
    op.create_index("idx_trades_trade_time", "trades", ["trade_time", "id"], unique=False)

    op.execute(ALLOCATION)
    for trigger in TRIGGERS:
        op.execute(trigger)
    op.execute("INSERT INTO users (username) VALUES ('local')")


def downgrade() -> None:
    op.drop_index("idx_trades_trade_time", table_name="trades")
    op.drop_index("idx_trades_client_order_id", table_name="trades")
    op.drop_index("idx_trades_bot_uid_trade_time", table_name="trades")
    op.drop_table("trades")
    op.drop_table("grid_orders")
    op.drop_index(op.f("idx_positions_account_id"), table_name="positions")
    op.drop_table("positions")
    op.drop_index(
        "idx_orders_open", table_name="orders", postgresql_where=sa.text("status IN ('intent', 'open', 'unknown')")
    )
    op.drop_index("idx_orders_created_at", table_name="orders")
    op.drop_index("idx_orders_bot_uid_created_at", table_name="orders")
    op.drop_table("orders")
    op.drop_index("idx_ledger_entries_bot_uid", table_name="ledger_entries")
    op.drop_index("idx_ledger_entries_account_id_asset", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("grid_bot_configs")
    op.drop_table("equity_snapshots")
    op.drop_index("idx_decisions_desk_id_at", table_name="decisions")
    op.drop_index("idx_decisions_bot_uid_at", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("idx_bot_instances_user_running", table_name="bot_instances")
    op.drop_index("idx_bot_instances_type", table_name="bot_instances")
    op.drop_index("idx_bot_instances_desk_id", table_name="bot_instances")
    op.drop_index(op.f("idx_bot_instances_account_id"), table_name="bot_instances")
    op.drop_table("bot_instances")
    op.drop_table("engine_state")
    op.drop_index("idx_commands_pending", table_name="commands", postgresql_where=sa.text("answered_at IS NULL"))
    op.drop_table("commands")
    op.drop_index("idx_accounts_user_id", table_name="accounts")
    op.drop_index("idx_accounts_desk_id", table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("instrument_rules")
    op.drop_index(op.f("idx_desks_user_id"), table_name="desks")
    op.drop_table("desks")
    op.drop_table("users")
    op.drop_index("idx_tickers_symbol_time", table_name="tickers")
    op.drop_table("tickers")
    op.drop_table("instruments")
    op.drop_table("candles")
    op.execute("DROP FUNCTION check_allocation()")
