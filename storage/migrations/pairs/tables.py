"""Both halves of two-leg bots, all that is known of their positions, and the list of watched pairs."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.rights.rows import MINE

Checks = dict[str, dict[str, tuple[str | None, str | None]]]

#: By table and name: what a check says before and after.
CHECKS: Checks = {
    "bot_instances": {
        "bot_type": (
            "bot_type IN ('grid', 'arbitrage', 'ai_trend')",
            "bot_type IN ('grid', 'arbitrage', 'arbitrage_hedge', 'ai_trend')",
        ),
        "pair": (None, "(bot_type = 'arbitrage_hedge') = (pair_bot_uid IS NOT NULL)"),
    },
    "arbitrage_bot_configs": {
        "leg_style": (None, "leg_style IN ('taker_taker', 'maker_taker')"),
        "counts": (None, "max_positions >= 1 AND confirmations >= 1"),
        "max_value": (None, "max_value > 0"),
        "limits": (
            None,
            (
                "entry_step_pct >= 0 AND cooldown_s >= 0 AND min_depth >= 0 AND max_slippage_pct >= 0 AND "
                "leg_timeout_s > 0 AND hold_days >= 0"
            ),
        ),
    },
    "orders": {
        "purpose": (
            "purpose IN ('rung_buy', 'rung_sell', 'initial_buy', 'rebalance_sell', 'liquidation')",
            (
                "purpose IN ('rung_buy', 'rung_sell', 'initial_buy', 'rebalance_sell', 'liquidation', 'leg_open', "
                "'leg_close')"
            ),
        ),
    },
    "two_leg_positions": {
        "status": ("status IN ('OPEN', 'CLOSED')", "status IN ('ENTERING', 'OPEN', 'CLOSED')"),
        "times": ("closed_at >= opened_at", "closed_at >= opened_at OR stage IS NOT NULL"),
        "opened": (None, "num_nulls(entry_won_price, entry_foreign_price, opened_at) = 0 OR stage IS NOT NULL"),
        "stage": (None, "stage IN ('entering', 'open', 'exiting', 'unwinding', 'closed')"),
        "closed": (None, "(stage = 'closed') = (status = 'CLOSED')"),
        "open_stage": (None, "(stage IN ('open', 'exiting')) = (status = 'OPEN')"),
        "bot": (None, "stage IS NULL OR num_nulls(bot_uid, reference, number, decided_at) = 0"),
    },
    "order_legs": {
        "qty": ("qty > 0", "qty > 0 OR qty = 0 AND phase IS NOT NULL"),
        "prices": (
            "price_theoretical > 0 AND price_effective > 0",
            "(price_theoretical > 0 OR phase IS NOT NULL) AND price_effective > 0",
        ),
        "part": (None, "phase IN ('entry', 'exit') AND place IN ('home', 'foreign')"),
        "whole": (
            None,
            (
                "num_nonnulls(phase, place, filled, value, fee, fee_base, fee_paid) IN (0, 7) "
                "AND (phase IS NULL OR position_id IS NOT NULL)"
            ),
        ),
    },
}
COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "bot_instances": (
        ("pair_bot_uid", "text"),
        ("buy_fills", "bigint DEFAULT 0 NOT NULL"),
        ("sell_fills", "bigint DEFAULT 0 NOT NULL"),
    ),
    "arbitrage_bot_configs": (
        ("leg_style", "text DEFAULT 'taker_taker' NOT NULL"),
        ("entry_step_pct", "numeric DEFAULT 0 NOT NULL"),
        ("max_positions", "integer DEFAULT 1 NOT NULL"),
        ("max_value", "numeric"),
        ("cooldown_s", "numeric DEFAULT 10 NOT NULL"),
        ("confirmations", "integer DEFAULT 2 NOT NULL"),
        ("min_depth", "numeric DEFAULT 2 NOT NULL"),
        ("max_slippage_pct", "numeric DEFAULT 0.2 NOT NULL"),
        ("leg_timeout_s", "numeric DEFAULT 2 NOT NULL"),
        ("hold_days", "numeric DEFAULT 0 NOT NULL"),
    ),
    "two_leg_positions": (
        ("number", "bigint"),
        ("stage", "text"),
        ("won_symbol", "text"),
        ("foreign_symbol", "text"),
        ("decided_at", "timestamptz"),
        ("entry_net_pct", "numeric"),
        ("entry_fx_pair", "text"),
        ("entry_fx_rate", "numeric"),
        ("entry_fx_source", "text"),
        ("entry_fx_at", "timestamptz"),
        ("exit_decided_at", "timestamptz"),
        ("exit_net_pct", "numeric"),
        ("exit_fx_pair", "text"),
        ("exit_fx_rate", "numeric"),
        ("exit_fx_source", "text"),
        ("exit_fx_at", "timestamptz"),
        ("funding", "numeric DEFAULT 0 NOT NULL"),
        ("imbalance_since", "timestamptz"),
    ),
    "order_legs": (
        ("phase", "text"),
        ("place", "text"),
        ("filled", "numeric"),
        ("value", "numeric"),
        ("fee", "numeric"),
        ("fee_base", "numeric"),
        ("fee_paid", "numeric"),
    ),
}
#: A hedge may be short.
ANY_QUANTITY, LONG_QUANTITY = "quantity <> 0", "quantity > 0"
#: What an entry that has not come together yet does not have.
OPTIONAL = ("entry_won_price", "entry_foreign_price", "opened_at")


def up() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for name in OPTIONAL:
        op.alter_column("two_leg_positions", name, nullable=True)
    _change_checks(is_up=True)
    _hold(ANY_QUANTITY)
    op.create_unique_constraint(op.f("unique_bot_instances_pair_bot_uid"), "bot_instances", ["pair_bot_uid"])
    op.create_foreign_key(
        op.f("fk_bot_instances_user_id_pair_bot_uid"),
        "bot_instances",
        "bot_instances",
        ["user_id", "pair_bot_uid"],
        ["user_id", "bot_uid"],
        ondelete="CASCADE",
    )
    op.create_index(
        "idx_two_leg_positions_decided_at",
        "two_leg_positions",
        [sa.text("COALESCE(decided_at, opened_at)"), "id"],
    )
    op.create_index("unique_order_legs_part", "order_legs", ["position_id", "phase", "place"], unique=True)
    _watched_pairs()


def down() -> None:
    """Fails while there are two-leg bots: they hold money, and the older program has no words for them."""
    op.drop_table("watched_pairs")
    op.drop_index("unique_order_legs_part", table_name="order_legs")
    op.drop_index("idx_two_leg_positions_decided_at", table_name="two_leg_positions")
    op.drop_constraint(op.f("fk_bot_instances_user_id_pair_bot_uid"), "bot_instances", type_="foreignkey")
    op.drop_constraint(op.f("unique_bot_instances_pair_bot_uid"), "bot_instances", type_="unique")
    _change_checks(is_up=False)
    _hold(LONG_QUANTITY)
    for name in OPTIONAL:
        op.alter_column("two_leg_positions", name, nullable=False)
    for table, columns in COLUMNS.items():
        for name, _ in columns:
            op.drop_column(table, name)


def _hold(expression: str) -> None:
    """When a position counts as one. A generated column is made anew on any server."""
    op.drop_column("positions", "is_active")
    op.add_column("positions", sa.Column("is_active", sa.Boolean(), sa.Computed(expression, persisted=True)))


def _change_checks(*, is_up: bool) -> None:
    for table, checks in CHECKS.items():
        for name, (before, after) in checks.items():
            old, new = (before, after) if is_up else (after, before)
            full = op.f(f"check_{table}_{name}")
            if old is not None:
                op.drop_constraint(full, table, type_="check")
            if new is not None:
                op.create_check_constraint(full, table, new)


def _watched_pairs() -> None:
    op.create_table(
        "watched_pairs",
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("current_user_id()"), nullable=False),
        sa.Column("won_venue", sa.Text(), nullable=False),
        sa.Column("won_symbol", sa.Text(), nullable=False),
        sa.Column("foreign_venue", sa.Text(), nullable=False),
        sa.Column("foreign_symbol", sa.Text(), nullable=False),
        sa.Column("fx_pair", sa.Text(), server_default="", nullable=False),
        sa.Column("fx_source", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.Numeric(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("home_fee", sa.Numeric(), nullable=True),
        sa.Column("foreign_fee", sa.Numeric(), nullable=True),
        sa.Column("hold_days", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("opportunity_pct", sa.Numeric(), server_default="0", nullable=False),
        sa.Column("record_every_s", sa.Numeric(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(size, value) > 0 AND size > 0 AND value > 0", name=op.f("check_watched_pairs_size")
        ),
        sa.CheckConstraint(
            "home_fee >= 0 AND home_fee < 1 AND foreign_fee >= 0 AND foreign_fee < 1",
            name=op.f("check_watched_pairs_fees"),
        ),
        sa.CheckConstraint("hold_days >= 0", name=op.f("check_watched_pairs_hold_days")),
        sa.CheckConstraint("record_every_s > 0", name=op.f("check_watched_pairs_record_every_s")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_watched_pairs_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(
            "user_id", "won_venue", "won_symbol", "foreign_venue", "foreign_symbol", name=op.f("pk_watched_pairs")
        ),
    )
    op.execute("ALTER TABLE watched_pairs ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON watched_pairs USING ({MINE}) WITH CHECK ({MINE})")
