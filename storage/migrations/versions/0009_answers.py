"""Answers that say more than done or refused: what was asked for, as JSON."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commands", sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_index(
        "idx_commands_answers",
        "commands",
        ["answered_at"],
        unique=False,
        postgresql_where=sa.text("answer IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("idx_commands_answers", table_name="commands", postgresql_where=sa.text("answer IS NOT NULL"))
    op.drop_column("commands", "answer")
