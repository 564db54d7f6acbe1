"""Real money: switches of live accounts, and budgets of requests that all desks share."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.migrations.budget import FUNCTIONS
from storage.migrations.rights.rows import MINE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_accounts",
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("current_user_id()"), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("switched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_withdrawal_allowed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("pinned_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_bots", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("foreign_orders", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("foreign_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("NOT is_on OR switched_at IS NOT NULL", name=op.f("check_live_accounts_switch")),
        sa.CheckConstraint("NOT is_on OR pinned_facts IS NOT NULL", name=op.f("check_live_accounts_pins")),
        sa.CheckConstraint("(facts IS NULL) = (checked_at IS NULL)", name=op.f("check_live_accounts_facts")),
        sa.ForeignKeyConstraint(
            ["user_id", "account_id"],
            ["accounts.user_id", "accounts.account_id"],
            name=op.f("fk_live_accounts_user_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "account_id", name=op.f("pk_live_accounts")),
    )
    op.execute("ALTER TABLE live_accounts ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_rows ON live_accounts USING ({MINE}) WITH CHECK ({MINE})")
    op.create_table(
        "spent_budget",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("slice", sa.BigInteger(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("check_spent_budget_amount")),
        sa.PrimaryKeyConstraint("scope", "rule", "slice", "desk", name=op.f("pk_spent_budget")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("idx_spent_budget_until", "spent_budget", ["until"], unique=False)
    for function in FUNCTIONS:
        function.make()


def downgrade() -> None:
    for function in reversed(FUNCTIONS):
        function.drop()
    op.drop_table("spent_budget")
    op.drop_table("live_accounts")
