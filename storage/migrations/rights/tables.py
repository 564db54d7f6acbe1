"""The tables of the rights."""

import sqlalchemy as sa
from alembic import op

SESSION_COLUMNS = (("family", "BIGINT"), ("refresh_expires_at", "TIMESTAMPTZ"), ("renewed_at", "TIMESTAMPTZ"))


def upgrade() -> None:
    op.create_table(
        "user_rights",
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("current_user_id()"), nullable=False),
        sa.Column("role", sa.Text(), server_default="trader", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lock_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('viewer', 'trader', 'admin')", name=op.f("check_user_rights_role")),
        sa.CheckConstraint("lock_count >= 0", name=op.f("check_user_rights_lock_count")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_rights_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_rights")),
    )
    for name, kind in SESSION_COLUMNS:
        op.execute(f"ALTER TABLE user_sessions ADD COLUMN {name} {kind}")
    op.create_index("idx_user_sessions_user_id_family", "user_sessions", ["user_id", "family"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), server_default=sa.text("current_user_id()"), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_in", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.Column("proven_in", sa.BigInteger(), nullable=True),
        sa.Column("is_finished", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_used", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("(proof IS NULL) = (proven_in IS NULL)", name=op.f("check_sign_in_attempts_proof")),
        sa.ForeignKeyConstraint(["id"], ["login_history.id"], name=op.f("fk_sign_in_attempts_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sign_in_attempts_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("idx_sign_in_attempts_begun_at", "sign_in_attempts", ["begun_at"])
    op.create_index("idx_sign_in_attempts_user_id", "sign_in_attempts", ["user_id"])
    # Whoever is there already worked alone on the database, as its owner.
    op.execute("INSERT INTO user_rights (user_id, role) SELECT id, 'admin' FROM users")


def downgrade() -> None:
    op.drop_table("sign_in_attempts")
    op.drop_index("idx_user_sessions_user_id_family", table_name="user_sessions")
    for name, _ in reversed(SESSION_COLUMNS):
        op.drop_column("user_sessions", name)
    op.drop_table("user_rights")
