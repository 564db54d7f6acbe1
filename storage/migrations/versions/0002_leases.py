"""Leases: which desk runs an account, under which token; and accounts on the practice exchange."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MODES = "mode IN ('replay', 'paper', 'simulated', 'live')"
MODES_NOW = "mode IN ('replay', 'paper', 'simulated', 'live', 'practice')"

# Every account there is keeps its market in the folder of the desk that opened it, so only that desk can run it.
LEASES_OF_ACCOUNTS = """
INSERT INTO leases (user_id, account_id, token, bound_desk_id)
SELECT a.user_id, a.account_id, COALESCE(max(b.fencing_token), 0), CASE WHEN a.mode <> 'live' THEN a.desk_id END
FROM accounts a LEFT JOIN bot_instances b ON b.account_id = a.account_id
GROUP BY a.user_id, a.account_id, a.mode, a.desk_id
"""
# The bots of an account carry the token of its lease.
TOKENS_OF_BOTS = """
UPDATE bot_instances b SET fencing_token = l.token FROM leases l WHERE l.account_id = b.account_id
"""


def upgrade() -> None:
    op.create_unique_constraint("unique_accounts_user_id_account_id", "accounts", ["user_id", "account_id"])
    op.create_table(
        "leases",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("desk_id", sa.Text(), nullable=True),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("preferred_desk_id", sa.Text(), nullable=True),
        sa.Column("bound_desk_id", sa.Text(), nullable=True),
        sa.Column("requested_by_desk_id", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(desk_id IS NULL) = (expires_at IS NULL)", name=op.f("check_leases_holder")),
        sa.CheckConstraint(
            "(requested_by_desk_id IS NULL) = (requested_at IS NULL)", name=op.f("check_leases_request")
        ),
        sa.CheckConstraint("token >= 0", name=op.f("check_leases_token")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_leases_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id", "account_id"],
            ["accounts.user_id", "accounts.account_id"],
            name=op.f("fk_leases_user_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.desk_id"], name=op.f("fk_leases_desk_id")),
        sa.ForeignKeyConstraint(
            ["preferred_desk_id"], ["desks.desk_id"], name=op.f("fk_leases_preferred_desk_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["bound_desk_id"], ["desks.desk_id"], name=op.f("fk_leases_bound_desk_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_desk_id"], ["desks.desk_id"], name=op.f("fk_leases_requested_by_desk_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "account_id", name=op.f("pk_leases")),
    )
    for column in ("desk_id", "preferred_desk_id", "bound_desk_id", "requested_by_desk_id"):
        op.create_index(op.f(f"idx_leases_{column}"), "leases", [column], unique=False)
    op.execute(LEASES_OF_ACCOUNTS)
    op.execute(TOKENS_OF_BOTS)
    op.drop_constraint(op.f("check_accounts_mode"), "accounts", type_="check")
    op.create_check_constraint(op.f("check_accounts_mode"), "accounts", MODES_NOW)


def downgrade() -> None:
    op.drop_constraint(op.f("check_accounts_mode"), "accounts", type_="check")
    # The older program knows no practice exchange; it shows such an account as a live one and connects nothing to it.
    op.execute("UPDATE accounts SET mode = 'live' WHERE mode = 'practice'")
    op.create_check_constraint(op.f("check_accounts_mode"), "accounts", MODES)
    op.drop_table("leases")
    op.drop_constraint("unique_accounts_user_id_account_id", "accounts", type_="unique")
